#include "vault/hardening.h"

#include "codec/writer.h"
#include "crypto/hash.h"

#include <doctest/doctest.h>

using namespace sinetti;
using crypto::OprfMode;
using vault::Hardening;

namespace {

// In the place of Argon2id, which has tests of its own: quick, and counting.
struct QuickPasswordKey {
    int calls = 0;
    crypto::PasswordKeyFunction function()
    {
        return [this](base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters parameters) -> crypto::Result<crypto::PasswordKey> {
            ++calls;
            CHECK(salt.size() == crypto::kPasswordSaltSize);
            CHECK(parameters.memory >= crypto::kPasswordMemoryMin);
            CHECK(parameters.passes >= crypto::kPasswordPassesMin);
            return crypto::PasswordKey(crypto::hmac(crypto::HashAlgorithm::sha256, salt, passphrase));
        };
    }
};

base::SecretBytes passphrase(std::string_view text) { return base::SecretBytes(base::view_of(text)); }

}  // namespace

TEST_SUITE_BEGIN("vault.hardening");

TEST_CASE("the same passphrase gives the same secret through any blind, another passphrase, vault or relay another")
{
    base::SeededRandom random(1);
    QuickPasswordKey quick;
    const auto key = crypto::OprfPrivateKey::generate(random), other_key = crypto::OprfPrivateKey::generate(random);
    const auto harden = [&](const vault::VaultId& id, std::string_view text, const crypto::OprfPrivateKey& relay) {
        const auto hardening = Hardening::begin(id, passphrase(text), random);
        const auto blinded = crypto::GroupElement::decode(hardening.blinded_element());
        REQUIRE(blinded.has_value());
        auto secret = hardening.finish(crypto::oprf_blind_evaluate(relay, *blinded)->bytes(), quick.function());
        REQUIRE(secret.has_value());
        return std::move(*secret);
    };
    const vault::VaultId id{1}, other_id{2};
    const auto secret = harden(id, "a good passphrase", key);
    CHECK(secret.size() == 64);
    CHECK(secret == harden(id, "a good passphrase", key));
    CHECK_FALSE(secret == harden(id, "a good passphrasE", key));
    CHECK_FALSE(secret == harden(id, "a good passphrase", other_key));
    CHECK_FALSE(secret == harden(other_id, "a good passphrase", key));
    CHECK(vault::access_key(secret).public_key() == vault::access_key(secret).public_key());
    CHECK(vault::access_key(secret).public_key() != vault::access_key(harden(id, "another", key)).public_key());
    CHECK(quick.calls == 6);
}

TEST_CASE("the secret is what the header says, with Argon2id itself")
{
    base::SeededRandom random(2);
    const auto key = crypto::OprfPrivateKey::generate(random);
    const vault::VaultId id{7};
    const auto hardening = Hardening::begin(id, passphrase("a good passphrase"), random);
    const auto secret = hardening.finish(crypto::oprf_blind_evaluate(key, *crypto::GroupElement::decode(hardening.blinded_element()))->bytes());
    REQUIRE(secret.has_value());

    const auto output = crypto::oprf_evaluate(OprfMode::oprf, key, base::view_of("a good passphrase"));
    REQUIRE(output.has_value());
    const auto digest = crypto::Sha256().update(base::view_of("sinetti vault salt v1")).update(id).finish();
    const auto stretched = crypto::password_key(output->view(), base::ByteView(digest).first(16), {64ull << 20, 3});
    REQUIRE(stretched.has_value());
    codec::SecretWriter input;
    input.raw(output->view()).raw(stretched->view());
    CHECK(base::equal(secret->view(), crypto::hkdf_extract(crypto::HashAlgorithm::sha512, {}, input.view()).view()));
}

TEST_CASE("what goes to the relay is another element each time, so that it does not see a passphrase come again")
{
    base::SeededRandom random(3);
    const auto first = Hardening::begin({}, passphrase("a good passphrase"), random);
    const auto second = Hardening::begin({}, passphrase("a good passphrase"), random);
    CHECK(first.blinded_element() != second.blinded_element());
}

TEST_CASE("an answer that is no element of the group is refused before Argon2id")
{
    base::SeededRandom random(4);
    QuickPasswordKey quick;
    const auto hardening = Hardening::begin({}, passphrase("a good passphrase"), random);
    for (const auto& answer : {base::Bytes(32, 0), base::Bytes(32, 0xff), base::Bytes(31, 1), base::Bytes()})
        CHECK(hardening.finish(answer, quick.function()).error() == vault::Error::bad_answer);
    CHECK(quick.calls == 0);
    const auto key = crypto::OprfPrivateKey::generate(random);
    const auto answer = crypto::oprf_blind_evaluate(key, *crypto::GroupElement::decode(hardening.blinded_element()))->bytes();
    const auto no_memory = [](auto&&...) -> crypto::Result<crypto::PasswordKey> { return base::Unexpected(crypto::Error::out_of_memory); };
    CHECK(hardening.finish(answer, no_memory).error() == vault::Error::out_of_memory);
}

TEST_SUITE_END();
