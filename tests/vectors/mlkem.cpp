// ML-KEM-768 (FIPS 203), the lattice half of X-Wing, as libsodium gives it.

#include "crypto/kem.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/published_random.h"

#include <sodium.h>

namespace sinetti::vectors {

namespace {

struct KeyPair {
    Bytes encapsulation_key = Bytes(crypto_kem_mlkem768_PUBLICKEYBYTES);
    Bytes decapsulation_key = Bytes(crypto_kem_mlkem768_SECRETKEYBYTES);
};

KeyPair key_pair_of(const Bytes& seed)
{
    KeyPair pair;
    crypto_kem_mlkem768_seed_keypair(pair.encapsulation_key.data(), pair.decapsulation_key.data(), seed.data());
    return pair;
}

std::optional<Bytes> decapsulate(const Bytes& ciphertext, const Bytes& decapsulation_key)
{
    Bytes shared(crypto_kem_mlkem768_SHAREDSECRETBYTES);
    if (crypto_kem_mlkem768_dec(shared.data(), ciphertext.data(), decapsulation_key.data()) != 0) return std::nullopt;
    return shared;
}

// The decapsulation key check of FIPS 203 §7.3, which libsodium leaves to whoever takes in an expanded key (X-Wing's keys are seeds):
// a key ends in ek, H(ek) and z.
bool holds_its_hash(const Bytes& decapsulation_key)
{
    constexpr std::size_t kHashSize = crypto_hash_sha3256_BYTES;
    const auto hash_at = decapsulation_key.size() - 2 * kHashSize;
    Bytes hash(kHashSize);
    crypto_hash_sha3256(hash.data(), decapsulation_key.data() + hash_at - crypto_kem_mlkem768_PUBLICKEYBYTES, crypto_kem_mlkem768_PUBLICKEYBYTES);
    return base::equal(hash, ByteView(decapsulation_key).subspan(hash_at, kHashSize));
}

Outcome<bool> is_valid(const Vector& group, const Vector& test)
{
    const auto parameters = TRY(group.text("parameterSet"));
    if (parameters != "ML-KEM-768") return skip(parameters);
    const auto result = TRY(test.text("result"));
    if (result != "valid" && result != "invalid") return fail("a result called " + result);
    return result == "valid";
}

Outcome<void> shared_is(const std::optional<Bytes>& shared, const Vector& test, bool valid)
{
    TRY(that(shared.has_value() == valid, valid ? "it decapsulates" : "it does not decapsulate"));
    return shared ? same("K", *shared, TRY(test.hex("K"))) : Outcome<void>{};
}

Bytes joined(ByteView first, ByteView second)
{
    auto whole = base::to_bytes(first);
    whole.insert(whole.end(), second.begin(), second.end());
    return whole;
}

// The ML-KEM half of an X-Wing key may be any published one: X-Wing refuses it when ML-KEM does, and otherwise its ciphertext begins
// with ML-KEM's and its secret is SHA3-256(ss_M ‖ ss_X ‖ ct_X ‖ pk_X ‖ label).
Outcome<void> run_within_xwing(const Bytes& encapsulation_key, const Bytes& message, const Vector& test, bool valid)
{
    base::SeededRandom random(1);
    const auto receiver = crypto::DhPrivateKey::generate(random);
    const auto ephemeral = crypto::DhPrivateKey::generate(random);
    PublishedRandom published(joined(message, ephemeral.bytes()));
    const auto sent = crypto::kem_encapsulate(crypto::KemId::xwing, joined(encapsulation_key, receiver.public_key()), published);
    TRY(that(sent.has_value() == valid, valid ? "X-Wing encapsulates" : "X-Wing refuses the key"));
    if (!valid) return {};
    TRY(same("X-Wing's ciphertext", sent->encapsulated, joined(TRY(test.hex("c")), ephemeral.public_key())));
    auto combined = joined(TRY(test.hex("K")), TRY(ephemeral.shared_secret(receiver.public_key())).view());
    combined = joined(joined(combined, ephemeral.public_key()), joined(receiver.public_key(), base::view_of("\\.//^\\")));
    Bytes secret(crypto_hash_sha3256_BYTES);
    crypto_hash_sha3256(secret.data(), combined.data(), combined.size());
    return same("X-Wing's secret", sent->shared_secret, secret);
}

}  // namespace

Outcome<void> run_mlkem768(const Vector& group, const Vector& test)
{
    const bool valid = TRY(is_valid(group, test));
    const auto seed = TRY(test.hex("seed"));
    const auto ciphertext = TRY(test.hex("c"));
    // The types of the call say the sizes.
    if (seed.size() != crypto_kem_mlkem768_SEEDBYTES || ciphertext.size() != crypto_kem_mlkem768_CIPHERTEXTBYTES)
        return that(!valid, "another size of seed or ciphertext is invalid");
    const auto pair = key_pair_of(seed);
    TRY(same("ek", pair.encapsulation_key, TRY(test.hex("ek"))));
    return shared_is(decapsulate(ciphertext, pair.decapsulation_key), test, valid);
}

Outcome<void> run_mlkem768_encapsulation(const Vector& group, const Vector& test)
{
    const bool valid = TRY(is_valid(group, test));
    const auto encapsulation_key = TRY(test.hex("ek"));
    const auto message = TRY(test.hex("m"));
    if (message.size() == 32) TRY(run_within_xwing(encapsulation_key, message, test, valid));
    if (encapsulation_key.size() != crypto_kem_mlkem768_PUBLICKEYBYTES || message.size() != 32)
        return that(!valid, "another size of key is invalid");
    Bytes ciphertext(crypto_kem_mlkem768_CIPHERTEXTBYTES);
    Bytes shared(crypto_kem_mlkem768_SHAREDSECRETBYTES);
    const bool made =
        crypto_kem_mlkem768_enc_deterministic(ciphertext.data(), shared.data(), encapsulation_key.data(), message.data()) == 0;
    TRY(that(made == valid, valid ? "it encapsulates" : "the key is refused"));
    if (!made) return {};
    TRY(same("c", ciphertext, TRY(test.hex("c"))));
    return same("K", shared, TRY(test.hex("K")));
}

Outcome<void> run_mlkem768_key_generation(const Vector& group, const Vector& test)
{
    const bool valid = TRY(is_valid(group, test));
    const auto seed = TRY(test.hex("seed"));
    if (seed.size() != crypto_kem_mlkem768_SEEDBYTES) return that(!valid, "another size of seed is invalid");
    TRY(that(valid, "every seed of the right size is valid"));
    const auto pair = key_pair_of(seed);
    TRY(same("ek", pair.encapsulation_key, TRY(test.hex("ek"))));
    return same("dk", pair.decapsulation_key, TRY(test.hex("dk")));
}

Outcome<void> run_mlkem768_decapsulation(const Vector& group, const Vector& test)
{
    const bool valid = TRY(is_valid(group, test));
    const auto decapsulation_key = TRY(test.hex("dk"));
    const auto ciphertext = TRY(test.hex("c"));
    if (decapsulation_key.size() != crypto_kem_mlkem768_SECRETKEYBYTES || ciphertext.size() != crypto_kem_mlkem768_CIPHERTEXTBYTES)
        return that(!valid, "another size of key or ciphertext is invalid");
    return shared_is(holds_its_hash(decapsulation_key) ? decapsulate(ciphertext, decapsulation_key) : std::nullopt, test, valid);
}

}  // namespace sinetti::vectors
