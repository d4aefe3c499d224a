#include "chat/content.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

Content text_content(std::string text)
{
    return {.sent_ms = 1'800'000'000'000, .seen = {.board = 1, .position = 512, .head = {9}}, .directory = wire::SignedHead{0, 77, {3}, {5}}, .body = TextBody{{1, 2}, std::move(text)}};
}

}  // namespace

TEST_SUITE("chat.content")
{
    TEST_CASE("texts, titles and contents of later versions survive writing and reading")
    {
        for (const auto& content : {text_content("Hei 👍🏽 åäö"), text_content(std::string(api::kMessageTextMax, 'x')),
                                    Content{.sent_ms = 0, .seen = {}, .directory = {}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 1, .seen = {.board = 1, .position = 256, .head = {4}, .signature = wire::Signature{7}}, .directory = {}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 2, .seen = {}, .directory = wire::SignedHead{0, 13, {4}, {7}}, .body = ProfileBody{"Viisikko"}},
                                    Content{.sent_ms = 5, .seen = {}, .directory = {}, .body = UnknownBody{77, base::Bytes{1, 2, 3}}}})
            CHECK(Content::parse(content.serialize().view()) == content);
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
