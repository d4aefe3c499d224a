// Wycheproof's files for the primitives this project uses.

#include "crypto/aead.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "tests/vectors/kinds.h"

namespace sinetti::vectors {

using namespace crypto;

namespace {

enum class Expected { valid, acceptable, invalid };

Outcome<Expected> expected_of(const Vector& test)
{
    const auto result = TRY(test.text("result"));
    if (result == "valid") return Expected::valid;
    if (result == "acceptable") return Expected::acceptable;
    if (result == "invalid") return Expected::invalid;
    return fail("a result called " + result);
}

Outcome<bool> is_valid(const Vector& test)
{
    const auto expected = TRY(expected_of(test));
    if (expected == Expected::acceptable) return fail("a result that decides nothing");
    return expected == Expected::valid;
}

using Seal = base::Bytes (*)(base::ByteView, base::ByteView, base::ByteView, base::ByteView);
using Open = crypto::Result<base::SecretBytes> (*)(base::ByteView, base::ByteView, base::ByteView, base::ByteView);

Outcome<void> run_aead(const Vector& test, std::size_t nonce_size, Seal seal, Open open)
{
    const auto key = TRY(test.hex("key"));
    const auto nonce = TRY(test.hex("iv"));
    const auto aad = TRY(test.hex("aad"));
    const auto message = TRY(test.hex("msg"));
    auto sealed = TRY(test.hex("ct"));
    const auto tag = TRY(test.hex("tag"));
    sealed.insert(sealed.end(), tag.begin(), tag.end());
    const bool valid = TRY(is_valid(test));
    // Our functions take one size of key and nonce, and the type of the call says so; Wycheproof calls every other size invalid.
    if (key.size() != kAeadKeySize || nonce.size() != nonce_size) return that(!valid, "another size of key or nonce is invalid");
    const auto opened = open(key, nonce, aad, sealed);
    TRY(that(opened.has_value() == valid, valid ? "it opens" : "it does not open"));
    if (opened) TRY(same("msg", *opened, message));
    return that((seal(key, nonce, aad, message) == sealed) == valid, valid ? "it seals to ct and tag" : "it seals to something else");
}

}  // namespace

Outcome<void> run_chacha20_poly1305(const Vector&, const Vector& test)
{
    return run_aead(test, kAeadNonceSize, aead_seal, aead_open);
}

Outcome<void> run_xchacha20_poly1305(const Vector&, const Vector& test)
{
    return run_aead(test, kXAeadNonceSize, xaead_seal, xaead_open);
}

Outcome<void> run_x25519(const Vector&, const Vector& test)
{
    const auto key = TRY(DhPrivateKey::from_bytes(TRY(test.hex("private"))));
    const auto shared = TRY(test.hex("shared"));
    const auto expected = TRY(expected_of(test));
    auto secret = key.shared_secret(TRY(test.hex("public")));
    // "acceptable" marks non-canonical, twist and low-order points: we compute them all, but a secret of zeros is refused.
    if (shared == base::Bytes(kDhKeySize, 0)) {
        TRY(that(expected != Expected::valid, "a secret of zeros is not valid"));
        TRY(that(!secret.has_value(), "a secret of zeros is refused"));
        return that(secret.error() == Error::bad_key, "it is refused as a bad key");
    }
    TRY(that(expected != Expected::invalid, "what has a secret is not invalid"));
    return same("shared", TRY(std::move(secret)), shared);
}

Outcome<void> run_ed25519(const Vector& group, const Vector& test)
{
    const auto public_key = TRY(TRY(group.object("publicKey")).hex("pk"));
    const bool valid = TRY(is_valid(test));
    const auto verified = verify(public_key, TRY(test.hex("msg")), TRY(test.hex("sig")));
    return that(verified.has_value() == valid, valid ? "the signature is verified" : "the signature is refused");
}

Outcome<void> run_hmac_sha256(const Vector& group, const Vector& test)
{
    const auto tag_size = TRY(group.number32("tagSize")) / 8;
    const auto key = TRY(test.hex("key"));
    const auto message = TRY(test.hex("msg"));
    const auto tag = TRY(test.hex("tag"));
    const bool valid = TRY(is_valid(test));
    const auto computed = hmac(HashAlgorithm::sha256, key, message);
    TRY(that(tag_size <= computed.size(), "the tag is no longer than the hash"));
    TRY(that(base::equal(computed.view().first(tag_size), tag) == valid, valid ? "the tag is the published one" : "the tag is another one"));
    const bool whole = tag_size == hash_size(HashAlgorithm::sha256);
    return that(hmac_verify(HashAlgorithm::sha256, key, message, tag) == (valid && whole), "whole and valid tags alone are verified");
}

Outcome<void> run_hkdf_sha256(const Vector&, const Vector& test)
{
    const bool valid = TRY(is_valid(test));
    const auto prk = hkdf_extract(HashAlgorithm::sha256, TRY(test.hex("salt")), TRY(test.hex("ikm")));
    const auto okm = hkdf_expand(HashAlgorithm::sha256, prk.view(), TRY(test.hex("info")), TRY(test.number32("size")));
    TRY(that(okm.has_value() == valid, valid ? "it expands" : "it does not expand"));
    if (!okm) return that(okm.error() == Error::bad_length, "the length is what is wrong");
    return same("okm", *okm, TRY(test.hex("okm")));
}

}  // namespace sinetti::vectors
