#include "ui/links.h"

#include <doctest/doctest.h>

using namespace sinetti;

namespace {

std::vector<std::string> found(std::string_view text)
{
    std::vector<std::string> out;
    for (const ui::Link& link : ui::links_of(text)) out.emplace_back(text.substr(link.begin, link.end - link.begin));
    return out;
}

using Found = std::vector<std::string>;

}  // namespace

TEST_SUITE("ui.links")
{
    TEST_CASE("an address ends where the sentence goes on")
    {
        CHECK(found("Katso https://vn.fi/a?b=c#d, ja kommentoi.") == Found{"https://vn.fi/a?b=c#d"});
        CHECK(found("https://vn.fi.") == Found{"https://vn.fi"});
        CHECK(found("https://vn.fi/?!") == Found{"https://vn.fi/"});
        CHECK(found("(https://vn.fi/a)") == Found{"https://vn.fi/a"});
        CHECK(found("(ks. https://vn.fi/a_(b))") == Found{"https://vn.fi/a_(b)"});
        CHECK(found("[https://vn.fi]") == Found{"https://vn.fi"});
        CHECK(found("<https://vn.fi>") == Found{"https://vn.fi"});
        CHECK(found("\xE2\x80\x9Dhttps://vn.fi\xE2\x80\x9D") == Found{"https://vn.fi"});        // in quotation marks
        CHECK(found("a\nhttps://vn.fi\nb http://b.fi\tc") == Found{"https://vn.fi", "http://b.fi"});
        CHECK(found("https://vn.fi/\xE2\x80\xAEtxet") == Found{"https://vn.fi/"});                // a mark of direction is no part of it
        CHECK(found("https://vn.fi/\xC3\xA4iti") == Found{"https://vn.fi/\xC3\xA4iti"});
    }

    TEST_CASE("only what leads to the web is an address, and the short form gets https")
    {
        CHECK(found("www.vn.fi HTTPS://VN.FI Http://a") == Found{"www.vn.fi", "HTTPS://VN.FI", "Http://a"});
        CHECK(ui::address_of("www.vn.fi/a") == "https://www.vn.fi/a");
        CHECK(ui::address_of("Http://a") == "Http://a");
        for (const std::string_view text : {"", "https://", "https://.", "www.", "ftp://vn.fi", "javascript:alert(1)", "data:text/html,x", "vn.fi", "14.30", "xwww.vn.fi", "xhttps://vn.fi",
                                            "\xC3\xA4www.vn.fi", "https:///vn.fi", "mailto:a@vn.fi"}) {
            CAPTURE(text);
            CHECK(found(text).empty());
        }
    }

    TEST_CASE("an address that shows somebody's name before an @ stays words")
    {
        CHECK(found("https://vn.fi@evil.example/").empty());
        CHECK(found("https://vn.fi:80@evil.example/ https://b.fi") == Found{"https://b.fi"});
        CHECK(found("https://vn.fi/@somebody") == Found{"https://vn.fi/@somebody"});
    }

    TEST_CASE("hostile texts give a bounded number of addresses of bounded length")
    {
        std::string many;
        for (int i = 0; i < 1000; ++i) many += "https://a.fi ";
        CHECK(found(many).size() == ui::kLinksMax);
        CHECK(found("https://" + std::string(ui::kLinkBytesMax, 'a')).empty());
        CHECK(found("https://" + std::string(ui::kLinkBytesMax - 8, 'a')).size() == 1);
        CHECK(found("https://a" + std::string(30000, ')') + " https://b.fi") == Found{"https://a", "https://b.fi"});
        CHECK(found("https://a\x80\xff\xC3").size() == 1);   // what is no text ends it
    }
}
