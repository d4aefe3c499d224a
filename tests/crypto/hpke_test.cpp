#include "crypto/hpke.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

const HpkeSuite kSuite{};
const HpkeSuite kExportOnly{.aead = AeadId::export_only};

HpkeKeyPair make_pair(std::uint64_t seed)
{
    base::SeededRandom random(seed);
    return kem_generate_key_pair(KemId::dhkem_x25519_hkdf_sha256, random);
}

template<typename T>
bool failed_with(const Result<T>& result, Error error)
{
    return !result.has_value() && result.error() == error;
}

}  // namespace

TEST_SUITE_BEGIN("crypto.hpke");

TEST_CASE("RFC 9180 vectors: every mode, with a cipher and for export only") { tests::run_vectors("hpke/hpke-x25519-sha256-chachapoly.json"); }

TEST_CASE("a single shot opens with the right key, info and data, and with nothing else")
{
    const auto receiver = make_pair(1);
    const auto other = make_pair(2);
    base::SeededRandom random(3);
    const auto info = base::view_of("info");
    const auto aad = base::view_of("aad");
    const auto sealed = hpke_seal(kSuite, receiver.public_key, info, aad, base::view_of("a secret"), random);
    REQUIRE(sealed.has_value());
    CHECK(sealed->kem_output.size() == kem_encapsulated_size(kSuite.kem));

    const auto opened = hpke_open(kSuite, *sealed, receiver.private_key.view(), info, aad);
    REQUIRE(opened.has_value());
    CHECK(base::to_text(opened->view()) == "a secret");

    CHECK(failed_with(hpke_open(kSuite, *sealed, other.private_key.view(), info, aad), Error::open_failed));
    CHECK(failed_with(hpke_open(kSuite, *sealed, receiver.private_key.view(), base::view_of("Info"), aad), Error::open_failed));
    CHECK(failed_with(hpke_open(kSuite, *sealed, receiver.private_key.view(), info, base::view_of("Aad")), Error::open_failed));
    CHECK(failed_with(hpke_open(kSuite, *sealed, base::Bytes(31, 1), info, aad), Error::bad_length));
}

TEST_CASE("a changed or cut ciphertext is one and the same failure")
{
    const auto receiver = make_pair(1);
    base::SeededRandom random(4);
    const auto sealed = hpke_seal(kSuite, receiver.public_key, {}, {}, base::view_of("a secret"), random);
    REQUIRE(sealed.has_value());
    const auto refused = [&](const HpkeCiphertext& text) {
        return failed_with(hpke_open(kSuite, text, receiver.private_key.view(), {}, {}), Error::open_failed);
    };
    for (std::size_t bit = 0; bit < sealed->kem_output.size() * 8; ++bit) {   // X25519 ignores the last bit; the KEM's context does not
        auto changed = *sealed;
        changed.kem_output[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        CHECK(refused(changed));
    }
    for (std::size_t bit = 0; bit < sealed->ciphertext.size() * 8; ++bit) {
        auto changed = *sealed;
        changed.ciphertext[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        CHECK(refused(changed));
    }
    for (std::size_t size = 0; size < sealed->ciphertext.size(); ++size) {
        auto cut = *sealed;
        cut.ciphertext.resize(size);
        CHECK(refused(cut));
    }
    for (std::size_t size = 0; size < 70; ++size) {
        auto resized = *sealed;
        resized.kem_output.resize(size);
        if (size != sealed->kem_output.size()) CHECK(refused(resized));
    }
    auto zero_point = *sealed;
    zero_point.kem_output.assign(32, 0);
    CHECK(refused(zero_point));
}

TEST_CASE("bad public keys are refused when setting up")
{
    base::SeededRandom random(5);
    const auto receiver = make_pair(1);
    CHECK(failed_with(hpke_setup_sender(kSuite, base::Bytes(32, 0), {}, random), Error::bad_key));
    CHECK(failed_with(hpke_setup_sender(kSuite, base::Bytes(31, 1), {}, random), Error::bad_length));
    CHECK(failed_with(hpke_setup_sender(kSuite, {}, {}, random), Error::bad_length));
    CHECK(failed_with(hpke_setup_sender(kSuite, receiver.public_key, {}, random, base::ByteView{}), Error::bad_length));
    CHECK(failed_with(hpke_setup_receiver(kSuite, base::Bytes(32, 0), receiver.private_key.view(), {}), Error::bad_key));
    CHECK(failed_with(hpke_setup_receiver(kSuite, base::Bytes(33, 1), receiver.private_key.view(), {}), Error::bad_length));
    CHECK(failed_with(hpke_setup_receiver(kSuite, receiver.public_key, base::Bytes(33, 1), {}), Error::bad_length));
    const base::Bytes low_order(32, 0);
    CHECK(failed_with(hpke_setup_receiver(kSuite, receiver.public_key, receiver.private_key.view(), {}, low_order), Error::bad_key));
    CHECK(failed_with(kem_public_key(kSuite.kem, base::Bytes(31, 1)), Error::bad_length));
}

TEST_CASE("a pre-shared key comes with its id, is long enough, and is the same on both sides")
{
    base::SeededRandom random(6);
    const auto receiver = make_pair(1);
    const base::Bytes psk(32, 7);
    const base::Bytes short_psk(31, 7);
    const auto id = base::view_of("id");
    const auto setup = [&](HpkePsk input) { return hpke_setup_sender(kSuite, receiver.public_key, {}, random, {}, input); };
    CHECK(failed_with(setup({psk, {}}), Error::bad_length));
    CHECK(failed_with(setup({{}, id}), Error::bad_length));
    CHECK(failed_with(setup({{}, {}}), Error::bad_length));
    CHECK(failed_with(setup({short_psk, id}), Error::bad_length));
    CHECK(failed_with(hpke_setup_receiver(kSuite, receiver.public_key, receiver.private_key.view(), {}, {}, HpkePsk{short_psk, id}), Error::bad_length));

    auto sender = setup({psk, id});
    REQUIRE(sender.has_value());
    const auto sealed = sender->context.seal({}, base::view_of("text"));
    REQUIRE(sealed.has_value());
    const auto opens_with = [&](std::optional<HpkePsk> input) {
        auto context = hpke_setup_receiver(kSuite, sender->encapsulated, receiver.private_key.view(), {}, {}, input);
        REQUIRE(context.has_value());
        return context->open({}, *sealed).has_value();
    };
    CHECK(opens_with(HpkePsk{psk, id}));
    CHECK_FALSE(opens_with(HpkePsk{base::Bytes(32, 8), id}));
    CHECK_FALSE(opens_with(HpkePsk{psk, base::view_of("Id")}));
    CHECK_FALSE(opens_with({}));
}

TEST_CASE("an authenticated context opens only under the sender's own key")
{
    base::SeededRandom random(7);
    const auto receiver = make_pair(1);
    const auto sender_pair = make_pair(2);
    const auto impostor = make_pair(3);
    auto sender = hpke_setup_sender(kSuite, receiver.public_key, {}, random, sender_pair.private_key.view());
    REQUIRE(sender.has_value());
    const auto sealed = sender->context.seal({}, base::view_of("text"));
    REQUIRE(sealed.has_value());
    const auto opens_with = [&](std::optional<base::ByteView> sender_public_key) {
        auto context = hpke_setup_receiver(kSuite, sender->encapsulated, receiver.private_key.view(), {}, sender_public_key);
        REQUIRE(context.has_value());
        return context->open({}, *sealed).has_value();
    };
    CHECK(opens_with(sender_pair.public_key));
    CHECK_FALSE(opens_with(impostor.public_key));
    CHECK_FALSE(opens_with({}));
}

TEST_CASE("a context opens in order, and a failure moves nothing")
{
    base::SeededRandom random(8);
    const auto receiver_pair = make_pair(1);
    auto sender = hpke_setup_sender(kSuite, receiver_pair.public_key, {}, random);
    REQUIRE(sender.has_value());
    auto receiver = hpke_setup_receiver(kSuite, sender->encapsulated, receiver_pair.private_key.view(), {});
    REQUIRE(receiver.has_value());
    const auto first = sender->context.seal({}, base::view_of("first"));
    const auto second = sender->context.seal({}, base::view_of("second"));
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(failed_with(receiver->open({}, *second), Error::open_failed));
    CHECK(failed_with(receiver->open({}, {}), Error::open_failed));
    CHECK(receiver->open({}, *first).has_value());
    CHECK(failed_with(receiver->open({}, *first), Error::open_failed));
    CHECK(receiver->open({}, *second).has_value());
}

TEST_CASE("exports have a limit and depend on their context and length")
{
    base::SeededRandom random(9);
    const auto receiver = make_pair(1);
    for (const auto& suite : {kSuite, kExportOnly}) {
        const auto sender = hpke_setup_sender(suite, receiver.public_key, {}, random);
        REQUIRE(sender.has_value());
        const auto longest = sender->context.export_secret({}, 255 * 32);
        REQUIRE(longest.has_value());
        CHECK(longest->size() == 255 * 32);
        CHECK(failed_with(sender->context.export_secret({}, 255 * 32 + 1), Error::bad_length));
        CHECK(failed_with(sender->context.export_secret({}, SIZE_MAX), Error::bad_length));
        const auto one = sender->context.export_secret(base::view_of("one"), 32);
        const auto two = sender->context.export_secret(base::view_of("two"), 32);
        REQUIRE(one.has_value());
        REQUIRE(two.has_value());
        CHECK_FALSE(*one == *two);
        CHECK_FALSE(base::equal(longest->view().first(32), sender->context.export_secret({}, 32).value().view()));
    }
}

TEST_SUITE_END();
