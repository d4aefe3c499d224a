#include "crypto/hash.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>
#include <numeric>

using namespace sinetti;
using namespace sinetti::crypto;

TEST_SUITE_BEGIN("crypto.hash");

TEST_CASE("hashes of \"abc\" are those of FIPS 180-4")
{
    const auto abc = base::view_of("abc");
    const auto* const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(base::to_hex(sha256(abc)) == expected);
    CHECK(base::to_hex(hash(HashAlgorithm::sha256, abc)) == expected);
    CHECK(base::to_hex(hash(HashAlgorithm::sha512, abc)) ==
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(base::to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash_size(HashAlgorithm::sha256) == 32);
    CHECK(hash_size(HashAlgorithm::sha512) == 64);
}

TEST_CASE("hashing in parts is hashing the whole, wherever the cut falls")
{
    base::Bytes data(1000);
    std::iota(data.begin(), data.end(), std::uint8_t{0});
    for (std::size_t cut = 0; cut <= data.size(); cut += 37) {
        Sha256 running;
        running.update(base::ByteView(data).first(cut)).update({}).update(base::ByteView(data).subspan(cut));
        CHECK(base::to_hex(running.finish()) == "a8af099bf2e878609558dbf69d8f88f4a31040a8cf84b549a0cfa912f12ffc3f");
    }
}

TEST_CASE("a copy of a running hash goes its own way")
{
    Sha256 first;
    first.update(base::view_of("ab"));
    Sha256 second = first;
    second.update(base::view_of("c"));
    first.update(base::view_of("X"));
    CHECK(second.finish() == sha256(base::view_of("abc")));
    CHECK(first.finish() == sha256(base::view_of("abX")));
}

TEST_CASE("SHAKE256 of the empty string is that of FIPS 202, at any length")
{
    const auto longest = shake256({}, 64);
    CHECK(base::to_hex(longest.view()) == "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
                                          "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be");
    for (std::size_t length = 0; length <= 64; ++length) CHECK(base::equal(shake256({}, length).view(), longest.view().first(length)));
    CHECK_FALSE(shake256(base::view_of("a"), 32) == shake256({}, 32));
}

TEST_CASE("HMAC-SHA-512 is that of RFC 4231 test case 2")
{
    const auto tag = hmac(HashAlgorithm::sha512, base::view_of("Jefe"), base::view_of("what do ya want for nothing?"));
    CHECK(base::to_hex(tag.view()) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST_CASE("HMAC verification refuses every changed bit and every other length")
{
    const auto key = base::view_of("key");
    const auto data = base::view_of("data");
    const auto tag = base::to_bytes(hmac(HashAlgorithm::sha256, key, data).view());
    CHECK(hmac_verify(HashAlgorithm::sha256, key, data, tag));
    for (std::size_t bit = 0; bit < tag.size() * 8; ++bit) {
        auto changed = tag;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        CHECK_FALSE(hmac_verify(HashAlgorithm::sha256, key, data, changed));
    }
    for (std::size_t size = 0; size < tag.size(); ++size)
        CHECK_FALSE(hmac_verify(HashAlgorithm::sha256, key, data, base::ByteView(tag).first(size)));
    auto longer = tag;
    longer.push_back(0);
    CHECK_FALSE(hmac_verify(HashAlgorithm::sha256, key, data, longer));
}

TEST_CASE("HKDF-SHA-512 agrees with an independent computation")
{
    base::Bytes salt(13);
    std::iota(salt.begin(), salt.end(), std::uint8_t{0});
    base::Bytes info(10);
    std::iota(info.begin(), info.end(), std::uint8_t{0xf0});
    const auto prk = hkdf_extract(HashAlgorithm::sha512, salt, base::Bytes(22, 0x0b));
    CHECK(base::to_hex(prk.view()) ==
          "665799823737ded04a88e47e54a5890bb2c3d247c7a4254a8e61350723590a26c36238127d8661b88cf80ef802d57e2f7cebcf1e00e083848be19929c61b4237");
    const auto okm = hkdf_expand(HashAlgorithm::sha512, prk.view(), info, 42);
    REQUIRE(okm.has_value());
    CHECK(base::to_hex(okm->view()) == "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb");
}

TEST_CASE("HKDF expands to at most 255 blocks")
{
    for (const auto algorithm : {HashAlgorithm::sha256, HashAlgorithm::sha512}) {
        const base::Bytes prk(hash_size(algorithm), 7);
        const auto most = 255 * hash_size(algorithm);
        const auto longest = hkdf_expand(algorithm, prk, {}, most);
        REQUIRE(longest.has_value());
        CHECK(longest->size() == most);
        const auto beyond = hkdf_expand(algorithm, prk, {}, most + 1);
        REQUIRE_FALSE(beyond.has_value());
        CHECK(beyond.error() == Error::bad_length);
        CHECK(hkdf_expand(algorithm, prk, {}, SIZE_MAX).has_value() == false);
        const auto none = hkdf_expand(algorithm, prk, {}, 0);
        REQUIRE(none.has_value());
        CHECK(none->empty());
        // A shorter output is a prefix of a longer one.
        const auto some = hkdf_expand(algorithm, prk, {}, hash_size(algorithm) + 1);
        REQUIRE(some.has_value());
        CHECK(base::equal(some->view(), longest->view().first(some->size())));
    }
}

TEST_CASE("an absent salt is a salt of zeros")
{
    const auto input = base::view_of("input key material");
    CHECK(hkdf_extract(HashAlgorithm::sha256, {}, input) == hkdf_extract(HashAlgorithm::sha256, base::Bytes(32, 0), input));
}

TEST_CASE("Wycheproof: HMAC-SHA-256") { tests::run_vectors("wycheproof/hmac_sha256_test.json"); }

TEST_CASE("Wycheproof: HKDF-SHA-256") { tests::run_vectors("wycheproof/hkdf_sha256_test.json"); }

TEST_SUITE_END();
