#include "chat/content.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

Content text_content(std::string text)
{
    return {.sent_ms = 1'800'000'000'000, .seen = {.board = 1, .position = 512, .head = {9}}, .directory = wire::SignedHead{0, 77, {3}, {5}}, .releases = {}, .body = TextBody{{1, 2}, std::move(text)}};
}

}  // namespace

TEST_SUITE("chat.content")
{
    TEST_CASE("texts, titles and contents of later versions survive writing and reading")
    {
        for (const auto& content : {text_content("Hei 👍🏽 åäö"), text_content(std::string(api::kMessageTextMax, 'x')),
                                    Content{.sent_ms = 0, .seen = {}, .directory = {}, .releases = {}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 1, .seen = {.board = 1, .position = 256, .head = {4}, .signature = wire::Signature{7}}, .directory = {}, .releases = {}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 2, .seen = {}, .directory = wire::SignedHead{0, 13, {4}, {7}}, .releases = {}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 5, .seen = {}, .directory = {}, .releases = {}, .body = UnknownBody{77, base::Bytes{1, 2, 3}}}})
            CHECK(Content::parse(content.serialize().view()) == content);
    }

    TEST_CASE("what is said of releases survives writing and reading, in one entry where both are the same")
    {
        const auto size = [](const Releases& releases) {
            auto content = text_content("moi");
            content.releases = releases;
            CHECK(Content::parse(content.serialize().view()) == content);
            return content.serialize().size() - text_content("moi").serialize().size();
        };
        const Release one{20261127181529, {1}};
        const Release two{kReleaseNumberMax, {2}};
        CHECK(size({}) == 0);
        CHECK(size({one, {}}) == 42);
        CHECK(size({{}, one}) == 42);
        CHECK(size({one, one}) == 42);
        CHECK(size({one, two}) == 84);
        CHECK(size({two, Release{two.number, {3}}}) == 84);
    }

    TEST_CASE("content that says nothing of releases is of version 2 to the byte, as it was written before there were any")
    {
        // Written by the version before: a text of one octet, without a directory, head at position 512 of board 1.
        const auto known = base::from_hex("0201" "000001a3185c5000" "00000001" "0000000000000200" "09" + std::string(62, '0') + "00" "00" "12" "0102" + std::string(28, '0') + "01" "78");
        REQUIRE(known.has_value());
        const Content content{.sent_ms = 1'800'000'000'000, .seen = {.board = 1, .position = 512, .head = {9}}, .directory = {}, .releases = {}, .body = TextBody{{1, 2}, "x"}};
        CHECK(Content::parse(*known) == content);
        CHECK(base::to_bytes(content.serialize().view()) == *known);
    }

    TEST_CASE("releases that are none, too many, twice the same or of no number make it nothing, and so does cutting them anywhere")
    {
        auto content = text_content("moi");
        content.releases = {Release{7, {1}}, Release{8, {2}}};
        const auto bytes = base::to_bytes(content.serialize().view());
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(Content::parse(base::ByteView(bytes).first(cut)).has_value());
        const auto at = bytes.size() - 21 - 84;   // where they begin: two octets of length
        REQUIRE((bytes[at] == 0x40 && bytes[at + 1] == 82 && bytes[at + 2] == 1 && bytes[at + 43] == 2));
        const auto with = [&](auto&& change) {
            auto changed = bytes;
            change(changed);
            return Content::parse(changed).has_value();
        };
        CHECK(with([](auto&) {}));
        for (const auto roles : std::initializer_list<std::uint8_t>{0, 2, 3, 4, 7, 255}) CHECK_FALSE(with([&](auto& b) { b[at + 2] = roles; }));
        for (const auto roles : std::initializer_list<std::uint8_t>{0, 1, 3, 4, 255}) CHECK_FALSE(with([&](auto& b) { b[at + 43] = roles; }));
        CHECK_FALSE(with([&](auto& b) { b[at + 10] = 0; }));     // no number
        CHECK_FALSE(with([&](auto& b) { b[at + 3] = 1; }));      // one that is too large
        CHECK_FALSE(with([&](auto& b) { std::copy_n(b.begin() + static_cast<std::ptrdiff_t>(at) + 3, 40, b.begin() + static_cast<std::ptrdiff_t>(at) + 44); }));   // the same twice
        CHECK_FALSE(with([&](auto& b) { b[0] = 2; }));           // of a version that has none
        CHECK_FALSE(with([&](auto& b) {                           // none, where the version says there are some
            b.erase(b.begin() + static_cast<std::ptrdiff_t>(at), b.begin() + static_cast<std::ptrdiff_t>(at) + 84);
            b.insert(b.begin() + static_cast<std::ptrdiff_t>(at), std::uint8_t{0});
        }));
        CHECK_FALSE(with([&](auto& b) {                           // three
            b[at + 1] = 123;
            b.insert(b.begin() + static_cast<std::ptrdiff_t>(at) + 84, 41, std::uint8_t{2});
        }));
    }

    TEST_CASE("content cut at any byte, too long, not UTF-8 or of another version is nothing")
    {
        const auto bytes = text_content("moi").serialize();
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(Content::parse(bytes.view().first(size)).has_value());
        auto longer = base::to_bytes(bytes.view());
        longer.push_back(0);
        CHECK_FALSE(Content::parse(longer).has_value());
        auto version = base::to_bytes(bytes.view());
        version[0] = 1;
        CHECK_FALSE(Content::parse(version).has_value());
        CHECK_FALSE(Content::parse(text_content(std::string(api::kMessageTextMax + 1, 'x')).serialize().view()).has_value());
        CHECK_FALSE(Content::parse(text_content("\xff\xfe").serialize().view()).has_value());
        auto negative = text_content("moi");
        negative.sent_ms = -1;
        CHECK_FALSE(Content::parse(negative.serialize().view()).has_value());
    }

    TEST_CASE("an invitation opens for the device it is for, from the device it is from, and only whole")
    {
        base::SeededRandom random(3);
        const auto contact = crypto::DhPrivateKey::generate(random);
        const auto other = crypto::DhPrivateKey::generate(random);
        const auto from = crypto::SignaturePrivateKey::generate(random).public_key();
        const auto to = crypto::SignaturePrivateKey::generate(random).public_key();
        const Invitation invitation{.kind = api::ConversationKind::group, .board = 1, .from_position = 77, .title = "Ryhmä", .welcome = base::Bytes(5000, 8)};
        const auto sealed = seal_invitation(invitation, contact.public_key(), from, to, random);
        REQUIRE(sealed.has_value());
        CHECK(open_invitation(*sealed, contact, from, to) == invitation);
        CHECK_FALSE(open_invitation(*sealed, other, from, to).has_value());
        CHECK_FALSE(open_invitation(*sealed, contact, to, from).has_value());
        for (std::size_t size = 0; size < sealed->size(); size += 7) CHECK_FALSE(open_invitation(base::ByteView(*sealed).first(size), contact, from, to).has_value());
        auto altered = *sealed;
        altered.back() ^= 1;
        CHECK_FALSE(open_invitation(altered, contact, from, to).has_value());

        const auto plain = invitation.serialize();
        for (std::size_t size = 0; size < plain.size(); size += 11) CHECK_FALSE(Invitation::parse(plain.view().first(size)).has_value());
    }

    TEST_CASE("the largest Welcome there may be fits into an invitation with the longest title, and one that fills a message alone does not")
    {
        base::SeededRandom random(4);
        const auto contact = crypto::DhPrivateKey::generate(random);
        Invitation invitation{.kind = api::ConversationKind::group, .board = 0xffffffff, .from_position = UINT64_MAX, .title = std::string(api::kNameMax, 'x'), .welcome = base::Bytes(kWelcomeSizeMax, 8)};
        const auto sealed = seal_invitation(invitation, contact.public_key(), {1}, {2}, random);
        REQUIRE(sealed.has_value());
        CHECK(open_invitation(*sealed, contact, {1}, {2}) == invitation);
        invitation.welcome.resize(kPayloadMax);
        CHECK_FALSE(seal_invitation(invitation, contact.public_key(), {1}, {2}, random).has_value());
    }

    TEST_CASE("nobody can take the id of somebody else's text")
    {
        CHECK(text_id({1}, {5}) != text_id({2}, {5}));
        CHECK(text_id({1}, {5}) != text_id({1}, {6}));
        CHECK(text_id({1}, {5}).size() == 32);
    }
}
