#include "crypto/kem.h"

#include "crypto/hash.h"
#include "tests/crypto/failed_with.h"
#include "tests/support/vectors.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <initializer_list>

using namespace sinetti;
using namespace sinetti::crypto;
using base::Bytes;
using base::ByteView;

namespace {

const Kem kKems[] = {KemId::dhkem_x25519_hkdf_sha256, KemId::xwing, {KemId::xwing, KeyDerivation::shake256}};

Bytes joined(std::initializer_list<ByteView> parts)
{
    Bytes whole;
    for (const auto part : parts) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

}  // namespace

TEST_SUITE_BEGIN("crypto.kem");

TEST_CASE("a key is a public key exactly when one can encapsulate to it")
{
    for (const auto kem : kKems) {
        base::SeededRandom random(4);
        const auto good = kem_generate_key_pair(kem, random).public_key;
        const auto agree = [&](const base::Bytes& key) {
            const bool taken = kem_encapsulate(kem, key, random).has_value();
            CHECK(kem_is_public_key(kem, key) == taken);
            return taken;
        };
        CHECK(agree(good));
        for (const auto size : {std::size_t{0}, good.size() - 1, good.size() + 1}) {
            auto other = good;
            other.resize(size);
            CHECK_FALSE(agree(other));
        }
        for (const auto* small : {"0000000000000000000000000000000000000000000000000000000000000000",
                                  "0100000000000000000000000000000000000000000000000000000000000000",
                                  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                                  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
            for (const auto top : base::ByteArray<2>{0, 0x80}) {
                auto key = good;
                const auto point = *base::from_hex(small);
                std::copy(point.begin(), point.end(), key.end() - 32);
                key.back() = static_cast<std::uint8_t>(key.back() | top);
                CHECK_FALSE(agree(key));
            }
        }
        auto near = good;   // u = 2 is no such point
        std::fill(near.end() - 32, near.end(), std::uint8_t{0});
        near[near.size() - 32] = 2;
        CHECK(agree(near));
        if (kem.id != KemId::xwing) continue;
        for (const std::size_t at : {0u, 3u, 1149u}) {
            for (const bool high : {false, true}) {
                auto key = good;   // a coefficient of q, and of q - 1
                for (const unsigned value : {3329u, 3328u}) {
                    if (high) {
                        key[at + 1] = static_cast<std::uint8_t>((key[at + 1] & 0x0fu) | (value & 0x0fu) << 4);
                        key[at + 2] = static_cast<std::uint8_t>(value >> 4);
                    } else {
                        key[at] = static_cast<std::uint8_t>(value);
                        key[at + 1] = static_cast<std::uint8_t>((key[at + 1] & 0xf0u) | value >> 8);
                    }
                    CHECK(agree(key) == (value == 3328u));
                }
            }
        }
    }
}

TEST_CASE("both sides of every KEM reach one secret of the sizes it says, and another key does not")
{
    for (const auto kem : kKems) {
        base::SeededRandom random(1);
        const auto receiver = kem_generate_key_pair(kem, random);
        const auto other = kem_generate_key_pair(kem, random);
        CHECK(receiver.private_key.size() == kem_private_key_size(kem));
        CHECK(receiver.public_key.size() == kem_public_key_size(kem));
        const auto public_key = kem_public_key(kem, receiver.private_key.view());
        REQUIRE(public_key.has_value());
        CHECK(*public_key == receiver.public_key);

        const auto sent = kem_encapsulate(kem, receiver.public_key, random);
        REQUIRE(sent.has_value());
        CHECK(sent->encapsulated.size() == kem_encapsulated_size(kem));
        CHECK(sent->shared_secret.size() == kem_secret_size(kem));
        const auto received = kem_decapsulate(kem, sent->encapsulated, receiver.private_key.view());
        REQUIRE(received.has_value());
        CHECK(*received == sent->shared_secret);
        // With the public key at hand, too; and with another's, nobody gets further than DHKEM's secret of the two.
        const auto told = kem_decapsulate(kem, sent->encapsulated, {receiver.private_key.view(), receiver.public_key});
        REQUIRE(told.has_value());
        CHECK(*told == sent->shared_secret);
        const auto misled = kem_decapsulate(kem, sent->encapsulated, {receiver.private_key.view(), other.public_key});
        REQUIRE(misled.has_value());
        CHECK((*misled == sent->shared_secret) == (kem.id == KemId::xwing));
        const auto by_other = kem_decapsulate(kem, sent->encapsulated, other.private_key.view());
        REQUIRE(by_other.has_value());
        CHECK_FALSE(*by_other == sent->shared_secret);
    }
}

TEST_CASE("encapsulation draws all its randomness from the generator it is handed")
{
    for (const auto kem : kKems) {
        base::SeededRandom keys(1);
        const auto receiver = kem_generate_key_pair(kem, keys);
        base::SeededRandom first(2);
        base::SeededRandom again(2);
        base::SeededRandom other(3);
        const auto one = kem_encapsulate(kem, receiver.public_key, first);
        REQUIRE(one.has_value());
        CHECK(one->encapsulated == kem_encapsulate(kem, receiver.public_key, again).value().encapsulated);
        CHECK_FALSE(one->encapsulated == kem_encapsulate(kem, receiver.public_key, other).value().encapsulated);
    }
}

TEST_CASE("the two key derivations of X-Wing differ, and are both those of their peers")
{
    const Bytes material(32, 7);
    const auto labeled = kem_derive_key_pair(KemId::xwing, material);
    const auto plain = kem_derive_key_pair({KemId::xwing, KeyDerivation::shake256}, material);
    CHECK_FALSE(labeled.private_key == plain.private_key);
    CHECK(plain.private_key == HpkePrivateKey(shake256(material, 32)));
    const auto label = base::view_of("DeriveKeyPair");
    const auto input = joined({material, base::view_of("HPKE-v1KEM"), Bytes{0x64, 0x7a, 0, 13}, label, Bytes{0, 32}});
    CHECK(labeled.private_key == HpkePrivateKey(shake256(input, 32)));
}

TEST_CASE("keys and encapsulations of another length are refused")
{
    for (const auto kem : kKems) {
        base::SeededRandom random(4);
        const auto receiver = kem_generate_key_pair(kem, random);
        const auto sent = kem_encapsulate(kem, receiver.public_key, random);
        REQUIRE(sent.has_value());
        const auto resized = [](ByteView bytes, std::size_t size) {
            auto changed = base::to_bytes(bytes);
            changed.resize(size, 1);
            return changed;
        };
        for (const int difference : {-1, 1}) {
            const auto changed = [&](ByteView bytes) { return resized(bytes, static_cast<std::size_t>(static_cast<int>(bytes.size()) + difference)); };
            CHECK(failed_with(kem_encapsulate(kem, changed(receiver.public_key), random), Error::bad_length));
            CHECK(failed_with(kem_decapsulate(kem, changed(sent->encapsulated), receiver.private_key.view()), Error::bad_length));
            CHECK(failed_with(kem_decapsulate(kem, sent->encapsulated, changed(receiver.private_key.view())), Error::bad_length));
            CHECK(failed_with(kem_public_key(kem, changed(receiver.private_key.view())), Error::bad_length));
        }
        CHECK(failed_with(kem_encapsulate(kem, {}, random), Error::bad_length));
        CHECK(failed_with(kem_decapsulate(kem, {}, receiver.private_key.view()), Error::bad_length));
        CHECK(failed_with(kem_public_key(kem, {}), Error::bad_length));
    }
}

TEST_CASE("X-Wing refuses a public key or an encapsulation whose X25519 half is of small order")
{
    base::SeededRandom random(5);
    const auto receiver = kem_generate_key_pair(KemId::xwing, random);
    auto key = receiver.public_key;
    std::fill(key.end() - 32, key.end(), std::uint8_t{0});
    CHECK(failed_with(kem_encapsulate(KemId::xwing, key, random), Error::bad_key));
    auto sent = kem_encapsulate(KemId::xwing, receiver.public_key, random);
    REQUIRE(sent.has_value());
    std::fill(sent->encapsulated.end() - 32, sent->encapsulated.end(), std::uint8_t{0});
    CHECK(failed_with(kem_decapsulate(KemId::xwing, sent->encapsulated, receiver.private_key.view()), Error::bad_key));
}

TEST_CASE("a changed X-Wing encapsulation gives another secret, the same one every time")
{
    base::SeededRandom random(6);
    const auto receiver = kem_generate_key_pair(KemId::xwing, random);
    const auto sent = kem_encapsulate(KemId::xwing, receiver.public_key, random);
    REQUIRE(sent.has_value());
    for (std::size_t at = 0; at < sent->encapsulated.size(); at += 37) {
        auto changed = sent->encapsulated;
        changed[at] ^= 1;
        const auto secret = kem_decapsulate(KemId::xwing, changed, receiver.private_key.view());
        REQUIRE(secret.has_value());
        CHECK_FALSE(*secret == sent->shared_secret);
        CHECK(*secret == kem_decapsulate(KemId::xwing, changed, receiver.private_key.view()).value());
    }
}

TEST_CASE("X-Wing has no authenticated mode and says so")
{
    base::SeededRandom random(7);
    const auto receiver = kem_generate_key_pair(KemId::xwing, random);
    const auto sender = kem_generate_key_pair(KemId::xwing, random);
    CHECK_FALSE(kem_has_authentication(KemId::xwing));
    CHECK(kem_has_authentication(KemId::dhkem_x25519_hkdf_sha256));
    CHECK(failed_with(kem_encapsulate(KemId::xwing, receiver.public_key, random, sender.private_key.view()), Error::unsupported));
    const auto sent = kem_encapsulate(KemId::xwing, receiver.public_key, random);
    REQUIRE(sent.has_value());
    CHECK(failed_with(kem_decapsulate(KemId::xwing, sent->encapsulated, receiver.private_key.view(), sender.public_key), Error::unsupported));
}

TEST_CASE("X-Wing is that of the draft's vectors") { tests::run_vectors("xwing/xwing.json"); }

TEST_CASE("Wycheproof: ML-KEM-768")
{
    tests::run_vectors("wycheproof/mlkem_768_test.json");
    tests::run_vectors("wycheproof/mlkem_768_encaps_test.json");
    tests::run_vectors("wycheproof/mlkem_768_keygen_seed_test.json");
    tests::run_vectors("wycheproof/mlkem_768_semi_expanded_decaps_test.json");
}

TEST_SUITE_END();
