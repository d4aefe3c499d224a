#include "mls/cipher_suite.h"

#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.cipher_suite")
{
    TEST_CASE("labelled operations agree with crypto-basics.json") { run_vectors("mls/crypto-basics.json"); }

    TEST_CASE("only suites we have come from an id")
    {
        CHECK(CipherSuite::from_id(0x0003) == CipherSuite::x25519_chacha20poly1305_sha256_ed25519());
        CHECK(CipherSuite::from_id(0x004d) == CipherSuite::xwing_chacha20poly1305_sha256_ed25519());
        CHECK(CipherSuite::from_id(0x0054) == CipherSuite::xwing_chacha20poly1305_sha512_ed25519());
        CHECK(CipherSuite::all().size() == 3);
        for (const auto suite : CipherSuite::all()) CHECK(CipherSuite::from_id(suite.id()) == suite);
        for (const int id : {0, 1, 2, 4, 7, 0x004c, 0x0053, 0x0a0a, 0xffff})
            CHECK_FALSE(CipherSuite::from_id(static_cast<std::uint16_t>(id)).has_value());
    }

    TEST_CASE("every suite works with lengths of its own, and what one seals no other opens")
    {
        for (const auto suite : CipherSuite::all()) {
            CAPTURE(suite.id());
            const bool sha512 = suite == CipherSuite::xwing_chacha20poly1305_sha512_ed25519();
            const auto size = sha512 ? std::size_t{64} : std::size_t{32};
            CHECK(suite.hash_size() == size);
            CHECK(suite.hash({}).size() == size);
            CHECK(suite.ref_hash("label", {}).size() == size);
            const base::SecretBytes secret(size);
            CHECK(suite.mac(secret.view(), {}).size() == size);
            CHECK(suite.extract({}, secret.view()).size() == size);
            CHECK(suite.derive_secret(secret.view(), "label").size() == size);
            CHECK(take(suite.expand_with_label(secret.view(), "label", {}, 255 * size)).size() == 255 * size);
            CHECK(suite.expand_with_label(secret.view(), "label", {}, 255 * size + 1).error() == Error::bad_length);

            base::SeededRandom random(1);
            const auto pair = crypto::kem_generate_key_pair(suite.hpke().kem, random);
            const auto sealed = take(suite.sealer_with_label("label", {}).encrypt(pair.public_key, base::view_of("text"), random));
            CHECK(base::to_text(take(suite.decrypt_with_label(pair.private_key.view(), "label", {}, sealed)).view()) == "text");
            for (const auto other : CipherSuite::all())
                if (other != suite) CHECK(other.decrypt_with_label(pair.private_key.view(), "label", {}, sealed).error() == Error::decryption_failed);
            for (const std::size_t length : {std::size_t{0}, pair.public_key.size() - 1, pair.public_key.size() + 1})
                CHECK(suite.sealer_with_label("label", {}).encrypt(Bytes(length, 1), {}, random).error() == Error::invalid_leaf_node);
        }
    }
}
