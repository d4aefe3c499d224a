#include "directory/link.h"

#include "crypto/hash.h"

#include "tests/directory/cast.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;
using directory_test::Cast;

namespace {

InviteLink make_link(const Cast& cast)
{
    InviteLink link;
    link.certificate = cast.invite(cast.anna);
    link.invite_seed = base::Secret<32>(cast.anna.invite.seed().first<32>());
    link.directory_key = cast.key.clone();
    link.relay_keys = cast.relay_keys();
    link.organisation_name = "Valtioneuvosto";
    link.invitee_name = "Åsa";
    link.inviter_name = "Bert";
    return link;
}

}  // namespace

TEST_SUITE_BEGIN("directory.link");

TEST_CASE("an invite link goes there and back, as a fragment, as a URL and with white space")
{
    const Cast cast;
    const auto link = make_link(cast);
    const auto text = *encode_link(link);
    CHECK(text.starts_with("#i="));
    for (const auto& form : {text, "https://sinetti.example:8443/" + text, "  http://localhost:8080/" + text + "\r\n"}) {
        const auto parsed = parse_invite_link(form);
        REQUIRE(parsed.has_value());
        CHECK(parsed->certificate == link.certificate);
        CHECK(parsed->invite_seed == link.invite_seed);
        CHECK(parsed->directory_key == link.directory_key);
        CHECK(parsed->relay_keys == cast.relay_keys());
        CHECK(parsed->organisation_name == "Valtioneuvosto");
        CHECK(parsed->invitee_name == "Åsa");
        CHECK(parsed->inviter_name == "Bert");
    }
}

TEST_CASE("an invite link that is cut, changed, extended or empty is mangled")
{
    const Cast cast;
    const auto text = *encode_link(make_link(cast));
    for (std::size_t size = 0; size < text.size(); ++size) CHECK(parse_invite_link(text.substr(0, size)).error() == Error::link_mangled);
    for (std::size_t i = 3; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(parse_invite_link(changed).has_value());
    }
    CHECK(parse_invite_link(text + "A").error() == Error::link_mangled);
    CHECK(parse_invite_link(text + text).error() == Error::link_mangled);
    CHECK(parse_invite_link("#i=").error() == Error::link_mangled);
    CHECK(parse_invite_link(std::string(100000, 'A')).error() == Error::link_mangled);
}

TEST_CASE("a whole link with a forged certificate or another key is mangled")
{
    const Cast cast;
    auto forged = make_link(cast);
    forged.certificate.role = Role::administrator;
    CHECK(parse_invite_link(*encode_link(forged)).error() == Error::link_mangled);
    auto other_key = make_link(cast);
    other_key.invite_seed = base::Secret<32>(cast.bert.invite.seed().first<32>());
    CHECK(parse_invite_link(*encode_link(other_key)).error() == Error::link_mangled);
}

TEST_CASE("names that do not fit a link are refused")
{
    const Cast cast;
    auto link = make_link(cast);
    link.invitee_name = std::string(kLinkNameSizeMax + 1, 'x');
    CHECK(encode_link(link).error() == Error::name_too_long);
    link.invitee_name = "\xc3";
    CHECK(encode_link(link).error() == Error::malformed);
}

TEST_CASE("a founder link goes there and back, and is no invite link")
{
    base::SeededRandom random(4);
    const Cast cast;
    FounderLink link{.token = {}, .relay_keys = cast.relay_keys()};
    random.fill(link.token.mutable_view());
    const auto text = encode_link(link);
    const auto parsed = parse_founder_link("http://localhost:8080/" + text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->token == link.token);
    CHECK(parsed->relay_keys == link.relay_keys);
    CHECK(parse_invite_link(text).error() == Error::link_mangled);
    for (std::size_t size = 0; size < text.size(); ++size) CHECK(parse_founder_link(text.substr(0, size)).error() == Error::link_mangled);
}

TEST_CASE("whole links of the version before, which pinned no relay, are told from mangled ones")
{
    const auto as_fragment = [](std::string_view prefix, base::Bytes content) {
        const auto digest = crypto::sha256(content);
        content.insert(content.end(), digest.begin(), digest.begin() + 4);
        return std::string(prefix) + base::to_base64url(content);
    };
    const auto founder = as_fragment("#f=", base::Bytes(32, 9));
    CHECK(parse_founder_link(founder).error() == Error::unknown_version);
    CHECK(parse_founder_link(founder.substr(0, founder.size() - 1)).error() == Error::link_mangled);
    CHECK(parse_founder_link(as_fragment("#f=", base::Bytes(97, 3))).error() == Error::unknown_version);
    CHECK(parse_founder_link(as_fragment("#f=", base::Bytes(96, 2))).error() == Error::link_mangled);
    CHECK(parse_invite_link(as_fragment("#i=", base::Bytes(240, 1))).error() == Error::unknown_version);
}
