#include "mls/cipher_suite.h"

#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.cipher_suite")
{
    TEST_CASE("labelled operations agree with crypto-basics.json")
    {
        for_each_vector("mls/crypto-basics.json", [](const nlohmann::json& vector) {
            const auto label = [](const nlohmann::json& part) { return part.at("label").get<std::string>(); };

            const auto& ref = vector.at("ref_hash");
            CHECK(kSuite.ref_hash(label(ref), hex_field(ref, "value")) == hex_field(ref, "out"));

            const auto& expand = vector.at("expand_with_label");
            CHECK(bytes_of(take(kSuite.expand_with_label(hex_field(expand, "secret"), label(expand), hex_field(expand, "context"),
                                                         number(expand, "length")))) == hex_field(expand, "out"));
            const auto& derive = vector.at("derive_secret");
            CHECK(bytes_of(kSuite.derive_secret(hex_field(derive, "secret"), label(derive))) == hex_field(derive, "out"));
            const auto& tree = vector.at("derive_tree_secret");
            CHECK(bytes_of(kSuite.derive_tree_secret(hex_field(tree, "secret"), label(tree), Generation(number(tree, "generation")),
                                                     number(tree, "length"))) == hex_field(tree, "out"));

            const auto& sign = vector.at("sign_with_label");
            const auto public_key = hex_field(sign, "pub");
            const auto content = hex_field(sign, "content");
            auto signature = hex_field(sign, "signature");
            CHECK(kSuite.verify_with_label(public_key, label(sign), content, signature).has_value());
            const auto key = crypto::SignaturePrivateKey::from_seed(hex_field(sign, "priv"));
            REQUIRE(key.has_value());
            CHECK(kSuite.sign_with_label(*key, label(sign), content) == signature);
            CHECK_FALSE(kSuite.verify_with_label(public_key, "another label", content, signature).has_value());
            signature[0] ^= 1;
            CHECK(kSuite.verify_with_label(public_key, label(sign), content, signature).error() == Error::bad_signature);

            const auto& seal = vector.at("encrypt_with_label");
            const crypto::HpkeCiphertext ciphertext{hex_field(seal, "kem_output"), hex_field(seal, "ciphertext")};
            const auto plaintext = hex_field(seal, "plaintext");
            const auto private_key = hex_field(seal, "priv");
            const auto context = hex_field(seal, "context");
            CHECK(bytes_of(take(kSuite.decrypt_with_label(private_key, label(seal), context, ciphertext))) == plaintext);
            base::SeededRandom random(1);
            const auto ours = take(kSuite.encrypt_with_label(hex_field(seal, "pub"), label(seal), context, plaintext, random));
            CHECK(bytes_of(take(kSuite.decrypt_with_label(private_key, label(seal), context, ours))) == plaintext);
            CHECK(kSuite.decrypt_with_label(private_key, "another label", context, ours).error() == Error::decryption_failed);
        });
    }

    TEST_CASE("only suites we have come from an id")
    {
        CHECK(CipherSuite::from_id(3) == kSuite);
        for (const int id : {0, 1, 2, 4, 7, 0x0a0a, 0xffff}) CHECK_FALSE(CipherSuite::from_id(static_cast<std::uint16_t>(id)).has_value());
    }
}
