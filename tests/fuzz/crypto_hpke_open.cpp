#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/hpke.h"
#include "tests/fuzz/target.h"

#include <iterator>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

const HpkeSuite kSuites[] = {
    {},
    {.kem = KemId::xwing},
    {.kem = {KemId::xwing, KeyDerivation::shake256}, .kdf = KdfId::hkdf_sha512},
};
constexpr std::size_t kSuiteCount = std::size(kSuites);

const HpkeKeyPair& receiver(std::size_t suite)
{
    static const HpkeKeyPair pairs[] = {
        kem_derive_key_pair(kSuites[0].kem, base::Bytes(32, 1)),
        kem_derive_key_pair(kSuites[1].kem, base::Bytes(32, 1)),
        kem_derive_key_pair(kSuites[2].kem, base::Bytes(32, 1)),
    };
    return pairs[suite];
}

// suite ‖ kem_output<V> ‖ ciphertext<V> ‖ sender's public key
void run(base::ByteView input)
{
    codec::Reader reader(input);
    const auto number = reader.u8();
    if (!number) return;
    const auto& suite = kSuites[*number % kSuiteCount];
    const auto private_key = receiver(*number % kSuiteCount).private_key.view();
    const auto kem_output = reader.opaque();
    if (!kem_output) return;
    const auto text = reader.opaque();
    if (!text) return;
    const HpkeCiphertext ciphertext{*kem_output, *text};
    const auto opened = hpke_open(suite, ciphertext, private_key, base::view_of("info"), base::view_of("aad"));
    if (opened)
        CHECK_INVARIANT(opened->size() + 16 == text->size());
    else
        CHECK_INVARIANT(opened.error() == Error::open_failed);
    const auto authenticated = hpke_setup_receiver(suite, *kem_output, private_key, {}, reader.rest());
    if (!kem_has_authentication(suite.kem)) CHECK_INVARIANT(!authenticated && authenticated.error() == Error::unsupported);
    (void)hpke_setup_receiver(suite, *kem_output, private_key, {}, {}, HpkePsk{*text, reader.rest()});
    base::SeededRandom random(1);
    (void)kem_encapsulate(suite.kem, *kem_output, random);
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    std::vector<base::Bytes> list;
    for (std::size_t suite = 0; suite < kSuiteCount; ++suite) {
        for (const std::size_t size : {0u, 1u, 100u}) {
            const auto& public_key = receiver(suite).public_key;
            const auto sealed = hpke_seal(kSuites[suite], public_key, base::view_of("info"), base::view_of("aad"), base::Bytes(size, 7), random);
            CHECK_INVARIANT(sealed.has_value());
            codec::Writer writer;
            writer.u8(static_cast<std::uint8_t>(suite)).opaque(sealed->kem_output).opaque(sealed->ciphertext).raw(public_key);
            list.push_back(base::to_bytes(writer.view()));
        }
        codec::Writer own_key;
        own_key.u8(static_cast<std::uint8_t>(suite)).opaque(receiver(suite).public_key).opaque({});
        list.push_back(base::to_bytes(own_key.view()));
    }
    return list;
}

const fuzz::Target kTarget("crypto_hpke_open", run, seeds);

}  // namespace
