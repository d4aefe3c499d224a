#include "vault/access.h"

#include <doctest/doctest.h>

using namespace sinetti;

TEST_SUITE_BEGIN("vault.access");

TEST_CASE("a signature to fetch holds for its key, session and vault alone")
{
    base::SeededRandom random(1);
    const auto key = crypto::SignaturePrivateKey::generate(random), other = crypto::SignaturePrivateKey::generate(random);
    const auto nonce = random.array<32>();
    const auto id = random.array<32>();
    const auto signature = vault::sign_fetch(key, nonce, id);
    CHECK(vault::verify_fetch(key.public_key(), nonce, id, signature));
    CHECK_FALSE(vault::verify_fetch(other.public_key(), nonce, id, signature));
    CHECK_FALSE(vault::verify_fetch(key.public_key(), random.array<32>(), id, signature));
    CHECK_FALSE(vault::verify_fetch(key.public_key(), nonce, random.array<32>(), signature));
}

TEST_CASE("a signature to store covers everything that is stored, and is none to fetch")
{
    base::SeededRandom random(2);
    const auto key = crypto::SignaturePrivateKey::generate(random);
    const auto nonce = random.array<32>();
    const base::Bytes sealed(100, 7), changed(100, 8);
    const vault::NewVersion version{random.array<32>(), 3, 4, {random.array<32>(), random.array<32>()}, sealed};
    const auto signature = vault::sign_store(key, nonce, version);
    const auto holds = [&](auto&& change) {
        auto another = version;
        change(another);
        return vault::verify_store(key.public_key(), nonce, another, signature);
    };
    CHECK(holds([](vault::NewVersion&) {}));
    CHECK_FALSE(holds([](vault::NewVersion& another) { another.id[0] ^= 1; }));
    CHECK_FALSE(holds([](vault::NewVersion& another) { ++another.previous; }));
    CHECK_FALSE(holds([](vault::NewVersion& another) { ++another.version; }));
    CHECK_FALSE(holds([](vault::NewVersion& another) { another.access.passphrase[0] ^= 1; }));
    CHECK_FALSE(holds([](vault::NewVersion& another) { std::swap(another.access.passphrase, another.access.recovery); }));
    CHECK_FALSE(holds([&](vault::NewVersion& another) { another.sealed = changed; }));
    CHECK_FALSE(vault::verify_store(key.public_key(), random.array<32>(), version, signature));
    CHECK_FALSE(vault::verify_fetch(key.public_key(), nonce, version.id, signature));
}

TEST_SUITE_END();
