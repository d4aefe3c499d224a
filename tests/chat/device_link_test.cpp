#include "chat/device_link.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

vault::LinkKeys keys_of(std::uint8_t which)
{
    vault::LinkKeys keys;
    keys.address.fill(which);
    keys.offer_key = base::SecretBytes(base::ByteView(base::Bytes(32, which)));
    keys.psk = base::SecretBytes(base::ByteView(base::Bytes(32, static_cast<std::uint8_t>(which + 1))));
    return keys;
}

HandOver hand_over(base::Random& random, bool administrator)
{
    auto root = crypto::SignaturePrivateKey::generate(random);
    const auto root_public_key = root.public_key();
    SeenDays seen;
    while (administrator && seen.size() < kSeenDevicesMax) seen[random.array<32>()] = 20'000;
    return {{{crypto::SignaturePrivateKey::generate(random), directory::DirectoryKey(base::ByteView(base::Bytes(32, 7))), root_public_key,
              {random.array<32>(), random.array<32>()}, administrator ? std::optional(std::move(root)) : std::nullopt, std::string(64, 'o'), std::string(64, 'n'),
              std::string(64, 't')},
             true, seen},
            {std::string(vault::kSignInNameMax, 's'), 3, vault::VaultSecret(base::ByteView(base::Bytes(64, 1))), vault::RecoveryCode::generate(random), true},
            {random.array<crypto::kPasswordSaltSize>(), {}, crypto::PasswordKey(base::ByteView(base::Bytes(32, 9)))}};
}

struct Meeting {
    base::SeededRandom random{1};
    vault::LinkKeys keys = keys_of(1);
    crypto::HpkeKeyPair host = crypto::kem_generate_key_pair(crypto::KemId::xwing, random), guest = crypto::kem_generate_key_pair(crypto::KemId::xwing, random);
    base::Bytes offer = seal_offer(keys, host.public_key, random);
    base::Bytes answer = *seal_answer(keys, offer, host.public_key, {"Firefox, Windows", true, guest.public_key}, random);
};

}  // namespace

TEST_SUITE_BEGIN("chat.device_link");

TEST_CASE("offer, answer and hand-over open on the other side, and all have one size")
{
    Meeting m;
    CHECK(m.offer.size() == wire::kMeetingMessageSize);
    CHECK(open_offer(m.keys, m.offer) == m.host.public_key);
    CHECK(m.answer.size() == wire::kMeetingMessageSize);
    const auto applicant = open_answer(m.keys, m.offer, m.host.private_key, m.answer);
    REQUIRE(applicant.has_value());
    CHECK(applicant->device == "Firefox, Windows");
    CHECK(applicant->shared);
    CHECK(applicant->public_key == m.guest.public_key);
    for (const bool administrator : {false, true}) {
        const auto contents = hand_over(m.random, administrator);   // as large as it can be
        const auto sealed = seal_hand_over(m.keys, m.offer, m.answer, applicant->public_key, &contents, m.random);
        REQUIRE(sealed.has_value());
        CHECK(sealed->size() == wire::kMeetingMessageSize);
        const auto opened = open_hand_over(m.keys, m.offer, m.answer, m.guest.private_key, *sealed);
        REQUIRE(opened.has_value());
        CHECK(opened->admitted);
        const auto read = HandOver::parse(opened->contents.view());
        REQUIRE(read.has_value());
        CHECK(read->serialize() == contents.serialize());
        CHECK(read->vault.code_shown);
        CHECK(read->vault.seen == contents.person.seen);
    }
    const auto no = seal_hand_over(m.keys, m.offer, m.answer, applicant->public_key, nullptr, m.random);
    REQUIRE(no.has_value());
    CHECK(no->size() == wire::kMeetingMessageSize);
    const auto opened = open_hand_over(m.keys, m.offer, m.answer, m.guest.private_key, *no);
    REQUIRE(opened.has_value());
    CHECK_FALSE(opened->admitted);
}

TEST_CASE("a message opens neither changed, nor with another code's keys, nor in another meeting, nor with another's key")
{
    Meeting m;
    const auto contents = hand_over(m.random, false);
    const auto sealed = *seal_hand_over(m.keys, m.offer, m.answer, m.guest.public_key, &contents, m.random);
    for (std::size_t at = 0; at < wire::kMeetingMessageSize; at += 101) {
        auto offer = m.offer, answer = m.answer, given = sealed;
        offer[at] ^= 1, answer[at] ^= 1, given[at] ^= 1;
        CHECK_FALSE(open_offer(m.keys, offer).has_value());
        CHECK_FALSE(open_answer(m.keys, m.offer, m.host.private_key, answer).has_value());
        CHECK_FALSE(open_answer(m.keys, offer, m.host.private_key, m.answer).has_value());
        CHECK_FALSE(open_hand_over(m.keys, m.offer, m.answer, m.guest.private_key, given).has_value());
        CHECK_FALSE(open_hand_over(m.keys, offer, m.answer, m.guest.private_key, sealed).has_value());
        CHECK_FALSE(open_hand_over(m.keys, m.offer, answer, m.guest.private_key, sealed).has_value());
    }
    // Who knows where they meet but not the code; who knows the code and has not the key.
    auto other = keys_of(3);
    other.address = m.keys.address;
    CHECK_FALSE(open_offer(other, m.offer).has_value());
    CHECK_FALSE(open_answer(other, m.offer, m.host.private_key, m.answer).has_value());
    CHECK_FALSE(open_hand_over(other, m.offer, m.answer, m.guest.private_key, sealed).has_value());
    CHECK_FALSE(open_answer(m.keys, m.offer, m.guest.private_key, m.answer).has_value());
    CHECK_FALSE(open_hand_over(m.keys, m.offer, m.answer, m.host.private_key, sealed).has_value());
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1120}, wire::kMeetingMessageSize - 1, wire::kMeetingMessageSize + 1}) {
        base::Bytes short_one(size, 0);
        CHECK_FALSE(open_offer(m.keys, short_one).has_value());
        CHECK_FALSE(open_answer(m.keys, m.offer, m.host.private_key, short_one).has_value());
        CHECK_FALSE(open_hand_over(m.keys, m.offer, m.answer, m.guest.private_key, short_one).has_value());
    }
}

TEST_CASE("what is handed over is cut, or padded with something, is refused")
{
    base::SeededRandom random(2);
    const auto whole = hand_over(random, true).serialize();
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(HandOver::parse(whole.view().first(size)).has_value());
    auto padded = base::to_bytes(whole.view());
    padded.resize(padded.size() + 100);
    CHECK(HandOver::parse(padded).has_value());
    padded.back() = 1;
    CHECK_FALSE(HandOver::parse(padded).has_value());
}

TEST_CASE("of what is kept as much is handed over as there is room for, the newest, and the new device fetches the rest")
{
    Meeting m;
    for (const bool administrator : {false, true}) {
        auto contents = hand_over(m.random, administrator);
        keep(contents.person.kept, "theme", "dark", {0});
        for (std::int64_t i = 0; i < 100; ++i) keep(contents.person.kept, kept_key(m.random.array<32>()), kVerified, {1'800'000'000'000 + i});
        CHECK_FALSE(seal_hand_over(m.keys, m.offer, m.answer, m.guest.public_key, &contents, m.random).has_value());
        const auto all = contents.person.kept;
        contents.trim();
        const auto sealed = seal_hand_over(m.keys, m.offer, m.answer, m.guest.public_key, &contents, m.random);
        REQUIRE(sealed.has_value());
        const auto read = HandOver::parse(open_hand_over(m.keys, m.offer, m.answer, m.guest.private_key, *sealed)->contents.view());
        REQUIRE(read.has_value());
        CHECK(read->vault.partial);
        CHECK(read->vault.kept == contents.person.kept);
        CHECK(read->vault.kept.contains("theme"));
        CHECK(read->vault.kept.size() >= 4);
        CHECK(read->vault.kept.size() < all.size());
        for (const auto& [key, known] : all)
            if (is_of_person(key)) CHECK(read->vault.kept.contains(key) == (known.set > 1'800'000'000'100 - read->vault.kept.size()));
    }
}

TEST_CASE("nothing is sealed to what is no key, and an applicant has a name")
{
    Meeting m;
    const base::Bytes none(1216, 0xff), small(32, 1);
    for (const auto& key : {none, small}) {
        CHECK_FALSE(seal_answer(m.keys, m.offer, key, {"Kone", false, m.guest.public_key}, m.random).has_value());
        CHECK_FALSE(seal_hand_over(m.keys, m.offer, m.answer, key, nullptr, m.random).has_value());
        CHECK_FALSE(open_offer(m.keys, seal_offer(m.keys, key, m.random)).has_value());
        const auto answer = seal_answer(m.keys, m.offer, m.host.public_key, {"Kone", false, key}, m.random);
        REQUIRE(answer.has_value());
        CHECK_FALSE(open_answer(m.keys, m.offer, m.host.private_key, *answer).has_value());
    }
    for (const std::string& name : {std::string(), std::string(api::kNameMax + 1, 'x'), std::string("\xff")}) {
        const auto answer = seal_answer(m.keys, m.offer, m.host.public_key, {name, false, m.guest.public_key}, m.random);
        REQUIRE(answer.has_value());
        CHECK_FALSE(open_answer(m.keys, m.offer, m.host.private_key, *answer).has_value());
    }
}

TEST_CASE("the number is six digits, and another answer has another one")
{
    Meeting m;
    const auto number = link_number(m.offer, m.answer);
    CHECK(number.size() == 6);
    CHECK(number.find_first_not_of("0123456789") == number.npos);
    CHECK(number == link_number(m.offer, m.answer));
    const auto other = *seal_answer(m.keys, m.offer, m.host.public_key, {"Firefox, Windows", true, m.guest.public_key}, m.random);
    CHECK(number != link_number(m.offer, other));
}

TEST_SUITE_END();
