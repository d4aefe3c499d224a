#include "crypto/hpke.h"

#include "tests/crypto/failed_with.h"
#include "tests/support/vectors.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

const HpkeSuite kSuite{};
const HpkeSuite kExportOnly{.aead = AeadId::export_only};
const HpkeSuite kXWingSha256{.kem = KemId::xwing};
const HpkeSuite kXWingSha512{.kem = {KemId::xwing, KeyDerivation::shake256}, .kdf = KdfId::hkdf_sha512};
const HpkeSuite kSuites[] = {kSuite, kExportOnly, kXWingSha256, kXWingSha512, {.kdf = KdfId::hkdf_sha512}};
const HpkeSuite kSealingSuites[] = {kSuite, kXWingSha256, kXWingSha512};

HpkeKeyPair make_pair(std::uint64_t seed, Kem kem = {})
{
    base::SeededRandom random(seed);
    return kem_generate_key_pair(kem, random);
}

std::size_t hash_size_of(const HpkeSuite& suite)
{
    return suite.kdf == KdfId::hkdf_sha512 ? 64 : 32;
}

}  // namespace

TEST_SUITE_BEGIN("crypto.hpke");

TEST_CASE("RFC 9180 vectors: every mode, with a cipher and for export only") { tests::run_vectors("hpke/hpke-x25519-sha256-chachapoly.json"); }
TEST_CASE("draft-ietf-hpke-pq vectors: X-Wing with keys derived by SHAKE256.LabeledDerive")
{
    tests::run_vectors("hpke-pq/hpke-pq-mlkem768x25519.json");
}

TEST_CASE("only suites we have come from ids")
{
    for (const auto& suite : kSuites) {
        const auto same = HpkeSuite::from_ids(static_cast<std::uint16_t>(suite.kem.id), static_cast<std::uint16_t>(suite.kdf),
                                              static_cast<std::uint16_t>(suite.aead));
        REQUIRE(same.has_value());
        CHECK(same->kem.id == suite.kem.id);
        CHECK(same->kdf == suite.kdf);
        CHECK(same->aead == suite.aead);
    }
    CHECK_FALSE(HpkeSuite::from_ids(0x0010, 1, 3).has_value());   // P-256
    CHECK_FALSE(HpkeSuite::from_ids(0x0020, 2, 3).has_value());   // SHA-384
    CHECK_FALSE(HpkeSuite::from_ids(0x0020, 1, 1).has_value());   // AES-128-GCM
    CHECK_FALSE(HpkeSuite::from_ids(0, 0, 0).has_value());
}

TEST_CASE("a single shot opens with the right key, info and data, and with nothing else")
{
    for (const auto& suite : kSealingSuites) {
        const auto receiver = make_pair(1, suite.kem);
        const auto other = make_pair(2, suite.kem);
        base::SeededRandom random(3);
        const auto info = base::view_of("info");
        const auto aad = base::view_of("aad");
        const auto sealed = hpke_seal(suite, receiver.public_key, info, aad, base::view_of("a secret"), random);
        REQUIRE(sealed.has_value());
        CHECK(sealed->kem_output.size() == kem_encapsulated_size(suite.kem));

        const auto opened = hpke_open(suite, *sealed, receiver.private_key.view(), info, aad);
        REQUIRE(opened.has_value());
        CHECK(base::to_text(opened->view()) == "a secret");

        CHECK(failed_with(hpke_open(suite, *sealed, other.private_key.view(), info, aad), Error::open_failed));
        CHECK(failed_with(hpke_open(suite, *sealed, receiver.private_key.view(), base::view_of("Info"), aad), Error::open_failed));
        CHECK(failed_with(hpke_open(suite, *sealed, receiver.private_key.view(), info, base::view_of("Aad")), Error::open_failed));
        CHECK(failed_with(hpke_open(suite, *sealed, base::Bytes(31, 1), info, aad), Error::bad_length));
        for (const auto& wrong : kSealingSuites)
            if (wrong != suite) CHECK(failed_with(hpke_open(wrong, *sealed, receiver.private_key.view(), info, aad), Error::open_failed));
    }
}

TEST_CASE("a sealer gives every receiver an encapsulation of its own, and an export-only suite seals nothing")
{
    for (const auto& suite : kSealingSuites) {
        const auto alice = make_pair(1, suite.kem);
        const auto bob = make_pair(2, suite.kem);
        base::SeededRandom random(3);
        const HpkeSealer sealer(suite, base::view_of("info"));
        const auto to_alice = sealer.seal(alice.public_key, {}, base::view_of("one"), random);
        const auto to_bob = sealer.seal(bob.public_key, {}, base::view_of("two"), random);
        const auto again = sealer.seal(alice.public_key, {}, base::view_of("one"), random);
        REQUIRE((to_alice.has_value() && to_bob.has_value() && again.has_value()));
        CHECK(to_alice->kem_output != to_bob->kem_output);
        CHECK(to_alice->kem_output != again->kem_output);
        CHECK(to_alice->ciphertext != again->ciphertext);
        for (const auto* sealed : {&*to_alice, &*again})
            CHECK(base::to_text(hpke_open(suite, *sealed, alice.private_key.view(), base::view_of("info"), {})->view()) == "one");
        CHECK(base::to_text(hpke_open(suite, *to_bob, bob.private_key.view(), base::view_of("info"), {})->view()) == "two");
        CHECK(failed_with(hpke_open(suite, *to_bob, alice.private_key.view(), base::view_of("info"), {}), Error::open_failed));
    }
    base::SeededRandom random(4);
    CHECK(failed_with(hpke_seal(kExportOnly, make_pair(1, kExportOnly.kem).public_key, {}, {}, {}, random), Error::limit_reached));
}

TEST_CASE("a changed or cut ciphertext is one and the same failure")
{
    for (const auto& suite : kSealingSuites) {
        const auto receiver = make_pair(1, suite.kem);
        base::SeededRandom random(4);
        const auto sealed = hpke_seal(suite, receiver.public_key, {}, {}, base::view_of("a secret"), random);
        REQUIRE(sealed.has_value());
        const auto refused = [&](const HpkeCiphertext& text) {
            return failed_with(hpke_open(suite, text, receiver.private_key.view(), {}, {}), Error::open_failed);
        };
        const auto size_of_output = sealed->kem_output.size();
        const auto step = size_of_output / 32;   // every bit of an X25519 key; as many, spread out, of an X-Wing encapsulation
        for (std::size_t bit = 0; bit < size_of_output * 8; bit += step) {   // X25519 ignores the last bit; the KEM's context does not
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
        for (std::size_t size = 0; size < size_of_output + 40; size += (size + 1) % size_of_output == 0 ? 2 : 1) {
            auto resized = *sealed;
            resized.kem_output.resize(size);
            CHECK(refused(resized));
        }
        auto zero_point = *sealed;
        std::fill(zero_point.kem_output.end() - 32, zero_point.kem_output.end(), std::uint8_t{0});
        CHECK(refused(zero_point));
    }
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

TEST_CASE("an auth mode of X-Wing is refused on both sides")
{
    base::SeededRandom random(12);
    const auto receiver = make_pair(1, KemId::xwing);
    const auto sender_pair = make_pair(2, KemId::xwing);
    CHECK(failed_with(hpke_setup_sender(kXWingSha256, receiver.public_key, {}, random, sender_pair.private_key.view()), Error::unsupported));
    const auto sender = hpke_setup_sender(kXWingSha256, receiver.public_key, {}, random);
    REQUIRE(sender.has_value());
    CHECK(failed_with(hpke_setup_receiver(kXWingSha256, sender->encapsulated, receiver.private_key.view(), {}, sender_pair.public_key),
                      Error::unsupported));
}

TEST_CASE("a pre-shared key comes with its id, is long enough, and is the same on both sides")
{
    for (const auto& suite : kSealingSuites) {
        base::SeededRandom random(6);
        const auto receiver = make_pair(1, suite.kem);
        const base::Bytes psk(32, 7);
        const base::Bytes short_psk(31, 7);
        const auto id = base::view_of("id");
        const auto setup = [&](HpkePsk input) { return hpke_setup_sender(suite, receiver.public_key, {}, random, {}, input); };
        CHECK(failed_with(setup({psk, {}}), Error::bad_length));
        CHECK(failed_with(setup({{}, id}), Error::bad_length));
        CHECK(failed_with(setup({{}, {}}), Error::bad_length));
        CHECK(failed_with(setup({short_psk, id}), Error::bad_length));
        CHECK(failed_with(hpke_setup_receiver(suite, receiver.public_key, receiver.private_key.view(), {}, {}, HpkePsk{short_psk, id}), Error::bad_length));

        auto sender = setup({psk, id});
        REQUIRE(sender.has_value());
        const auto sealed = sender->context.seal({}, base::view_of("text"));
        REQUIRE(sealed.has_value());
        const auto opens_with = [&](std::optional<HpkePsk> input) {
            auto context = hpke_setup_receiver(suite, sender->encapsulated, receiver.private_key.view(), {}, {}, input);
            REQUIRE(context.has_value());
            return context->open({}, *sealed).has_value();
        };
        CHECK(opens_with(HpkePsk{psk, id}));
        CHECK_FALSE(opens_with(HpkePsk{base::Bytes(32, 8), id}));
        CHECK_FALSE(opens_with(HpkePsk{psk, base::view_of("Id")}));
        CHECK_FALSE(opens_with({}));
    }
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
    for (const auto& suite : kSuites) {
        const auto receiver = make_pair(1, suite.kem);
        const auto longest_size = 255 * hash_size_of(suite);
        const auto sender = hpke_setup_sender(suite, receiver.public_key, {}, random);
        REQUIRE(sender.has_value());
        const auto longest = sender->context.export_secret({}, longest_size);
        REQUIRE(longest.has_value());
        CHECK(longest->size() == longest_size);
        CHECK(failed_with(sender->context.export_secret({}, longest_size + 1), Error::bad_length));
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
