#include "ui/links.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace sinetti::ui {

namespace {

constexpr std::array<std::string_view, 3> kBeginnings{"https://", "http://", "www."};
constexpr std::string_view kNever = "<>\"`{}|\\^";     // in an address; what is quoted ends there
constexpr std::string_view kNotLast = ".,;:!?'*_~";    // ends a sentence, not an address

bool is_ascii_word(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool begins_with(std::string_view text, std::string_view lower_case)
{
    return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char want, char have) {
               return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have - 'A' + 'a') : have);
           });
}

// No address goes on beyond these: spaces and controls, quotation marks, marks of direction.
bool ends_address(char32_t c)
{
    if (c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xab || c == 0xbb) return true;
    if (c < 0x80) return kNever.find(static_cast<char>(c)) != std::string_view::npos;
    return (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x303f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xffff);
}

std::size_t end_of(std::string_view text, std::size_t begin)
{
    std::size_t end = begin;
    while (end < text.size()) {
        const base::CodePoint c = base::code_point_at(text, end);
        if (ends_address(c.value)) break;
        end += c.size;
    }
    // "(see https://…)": a bracket at the end belongs to the address if it was opened there too.
    const auto count = [&](char c) { return std::count(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end), c); };
    auto round = count(')') - count('(');     // closed and never opened
    auto square = count(']') - count('[');
    while (end > begin) {
        const char last = text[end - 1];
        if (last == ')' && round > 0) {
            --round;
        } else if (last == ']' && square > 0) {
            --square;
        } else if (kNotLast.find(last) == std::string_view::npos) {
            break;
        }
        --end;
    }
    return end;
}

}  // namespace

std::vector<Link> links_of(std::string_view text)
{
    std::vector<Link> links;
    bool within_word = false;
    for (std::size_t at = 0; at < text.size() && links.size() < kLinksMax;) {
        const base::CodePoint c = base::code_point_at(text, at);
        const auto beginning = within_word ? kBeginnings.end() : std::find_if(kBeginnings.begin(), kBeginnings.end(), [&](std::string_view b) { return begins_with(text.substr(at), b); });
        if (beginning == kBeginnings.end()) {
            within_word = is_ascii_word(c.value) || (c.value >= 0x80 && !ends_address(c.value));
            at += c.size;
            continue;
        }
        const std::size_t end = end_of(text, at);
        const std::size_t host = at + beginning->size();
        const std::string_view authority = end > host ? text.substr(host, std::min(text.find_first_of("/?#", host), end) - host) : std::string_view();
        const bool names_host = !authority.empty() && authority.find('@') == std::string_view::npos;
        if (names_host && end - at <= kLinkBytesMax) links.push_back({at, end});
        within_word = true;
        at = std::max(end, host);
    }
    return links;
}

std::string address_of(std::string_view link)
{
    return begins_with(link, "www.") ? "https://" + std::string(link) : std::string(link);
}

}  // namespace sinetti::ui
