// HPKE in the form of RFC 9180 appendix A, and of the post-quantum draft's files.

#include "crypto/hpke.h"

#include "tests/vectors/kinds.h"
#include "tests/vectors/published_random.h"

namespace sinetti::vectors {

using namespace crypto;

namespace {

Outcome<HpkeSuite> suite_of(const Vector& vector)
{
    const auto kem = TRY(vector.number32("kem_id"));
    const auto kdf = TRY(vector.number32("kdf_id"));
    const auto aead = TRY(vector.number32("aead_id"));
    const auto suite = kem <= UINT16_MAX && kdf <= UINT16_MAX && aead <= UINT16_MAX
                           ? HpkeSuite::from_ids(static_cast<std::uint16_t>(kem), static_cast<std::uint16_t>(kdf), static_cast<std::uint16_t>(aead))
                           : std::nullopt;
    if (!suite) return skip("KEM " + std::to_string(kem) + " with KDF " + std::to_string(kdf) + " and AEAD " + std::to_string(aead));
    return *suite;
}

Outcome<void> check_key_pair(Kem kem, const Vector& vector, const char* ikm, const char* private_key, const char* public_key)
{
    const auto pair = kem_derive_key_pair(kem, TRY(vector.hex(ikm)));
    TRY(same(private_key, pair.private_key, TRY(vector.hex(private_key))));
    TRY(same(public_key, pair.public_key, TRY(vector.hex(public_key))));
    return same("public key of the private key", TRY(kem_public_key(kem, pair.private_key.view())), pair.public_key);
}

// Both contexts walk up to each published sequence number with messages of their own in between.
Outcome<void> check_encryptions(const Vector& vector, HpkeContext& sender, HpkeContext& receiver)
{
    const auto encryptions = TRY(vector.objects("encryptions"));
    const auto numbers = vector.has("encryptions_seq") ? TRY(vector.numbers("encryptions_seq")) : std::vector<std::optional<std::uint64_t>>{};
    TRY(that(numbers.empty() || numbers.size() == encryptions.size(), "every encryption has its sequence number"));
    constexpr std::uint64_t kSequenceMax = 1 << 16;
    std::uint64_t sequence = 0;
    for (std::size_t i = 0; i < encryptions.size(); ++i) {
        const auto wanted = numbers.empty() ? i : numbers[i].value_or(0);
        const auto where = "encryption " + std::to_string(wanted);
        TRY(that(wanted >= sequence && wanted <= kSequenceMax, where + ": the sequence numbers rise"));
        for (; sequence < wanted; ++sequence) TRY(receiver.open({}, TRY(sender.seal({}, base::view_of("between")))));
        const auto aad = TRY(encryptions[i].hex("aad"));
        const auto plaintext = TRY(encryptions[i].hex("pt"));
        const auto ciphertext = TRY(encryptions[i].hex("ct"));
        TRY(within(where, same("ct", TRY(sender.seal(aad, plaintext)), ciphertext)));
        TRY(within(where, same("pt", TRY(receiver.open(aad, ciphertext)), plaintext)));
        ++sequence;
    }
    return {};
}

}  // namespace

Outcome<void> run_hpke(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector));
    const auto mode = TRY(vector.number("mode"));
    TRY(that(mode <= 3, "the mode is one of the four"));
    const bool with_psk = (mode & 1) != 0;
    const bool authenticated = (mode & 2) != 0;
    TRY(check_key_pair(suite.kem, vector, "ikmR", "skRm", "pkRm"));
    if (vector.has("skEm")) TRY(check_key_pair(suite.kem, vector, "ikmE", "skEm", "pkEm"));
    if (authenticated) TRY(check_key_pair(suite.kem, vector, "ikmS", "skSm", "pkSm"));

    const auto info = TRY(vector.hex("info"));
    const auto encapsulated = TRY(vector.hex("enc"));
    const auto psk = with_psk ? TRY(vector.hex("psk")) : Bytes{};
    const auto psk_id = with_psk ? TRY(vector.hex("psk_id")) : Bytes{};
    const auto psk_input = with_psk ? std::optional(HpkePsk{psk, psk_id}) : std::nullopt;
    const auto sender_private = authenticated ? TRY(vector.hex("skSm")) : Bytes{};
    const auto sender_public = authenticated ? TRY(vector.hex("pkSm")) : Bytes{};
    const auto if_authenticated = [&](const Bytes& key) { return authenticated ? std::optional<ByteView>(key) : std::nullopt; };

    PublishedRandom random(TRY(vector.hex("ikmE")));
    const auto receiver_public = TRY(vector.hex("pkRm"));
    const auto receiver_private = TRY(vector.hex("skRm"));
    if (authenticated && !kem_has_authentication(suite.kem)) {
        const auto refused = hpke_setup_sender(suite, receiver_public, info, random, if_authenticated(sender_private), psk_input);
        return that(!refused.has_value() && refused.error() == Error::unsupported, "an auth mode the KEM does not have is refused");
    }
    auto sender = TRY(hpke_setup_sender(suite, receiver_public, info, random, if_authenticated(sender_private), psk_input));
    TRY(that(random.used_exactly(), "the sender draws exactly the published randomness"));
    TRY(same("enc", sender.encapsulated, encapsulated));
    auto receiver = TRY(hpke_setup_receiver(suite, encapsulated, receiver_private, info, if_authenticated(sender_public), psk_input));

    const auto shared_secret = TRY(kem_decapsulate(suite.kem, encapsulated, receiver_private, if_authenticated(sender_public)));
    TRY(same("shared_secret", shared_secret, TRY(vector.hex("shared_secret"))));

    if (suite.aead == AeadId::export_only) {
        TRY(that(!sender.context.seal({}, {}).has_value(), "a context for export only does not seal"));
        TRY(that(!receiver.open({}, Bytes(16)).has_value(), "a context for export only does not open"));
    } else {
        TRY(check_encryptions(vector, sender.context, receiver));
    }
    for (const auto& test : TRY(vector.objects("exports"))) {
        const auto context = TRY(test.hex("exporter_context"));
        const auto length = TRY(test.number32("L"));
        const auto expected = TRY(test.hex("exported_value"));
        TRY(same("the sender's exported_value", TRY(sender.context.export_secret(context, length)), expected));
        TRY(same("the receiver's exported_value", TRY(receiver.export_secret(context, length)), expected));
    }
    return {};
}

Outcome<void> run_xwing(const Vector& vector)
{
    const auto seed = TRY(vector.hex("seed"));
    const auto eseed = TRY(vector.hex("eseed"));
    const auto private_key = TRY(vector.hex("sk"));
    const auto public_key = TRY(vector.hex("pk"));
    const auto ciphertext = TRY(vector.hex("ct"));
    const auto secret = TRY(vector.hex("ss"));
    PublishedRandom key_random(seed);
    const auto pair = kem_generate_key_pair(KemId::xwing, key_random);
    TRY(that(key_random.used_exactly(), "a key pair draws exactly the published seed"));
    TRY(same("sk", pair.private_key, private_key));
    TRY(same("pk", pair.public_key, public_key));
    TRY(same("pk of the sk", TRY(kem_public_key(KemId::xwing, private_key)), public_key));
    PublishedRandom random(eseed);
    const auto sent = TRY(kem_encapsulate(KemId::xwing, public_key, random));
    TRY(that(random.used_exactly(), "encapsulation draws exactly the published randomness"));
    TRY(same("ct", sent.encapsulated, ciphertext));
    TRY(same("the sender's ss", sent.shared_secret, secret));
    return same("the receiver's ss", TRY(kem_decapsulate(KemId::xwing, ciphertext, private_key)), secret);
}

}  // namespace sinetti::vectors
