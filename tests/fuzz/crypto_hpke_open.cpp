#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/hpke.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

const HpkeSuite kSuite{};

const HpkeKeyPair& receiver()
{
    static const auto pair = kem_derive_key_pair(kSuite.kem, base::Bytes(32, 1));
    return pair;
}

// kem_output<V> ‖ ciphertext<V> ‖ sender's public key
void run(base::ByteView input)
{
    codec::Reader reader(input);
    const auto kem_output = reader.opaque();
    if (!kem_output) return;
    const auto text = reader.opaque();
    if (!text) return;
    const HpkeCiphertext ciphertext{*kem_output, *text};
    const auto opened = hpke_open(kSuite, ciphertext, receiver().private_key.view(), base::view_of("info"), base::view_of("aad"));
    if (opened)
        CHECK_INVARIANT(opened->size() + 16 == text->size());
    else
        CHECK_INVARIANT(opened.error() == Error::open_failed);
    (void)hpke_setup_receiver(kSuite, *kem_output, receiver().private_key.view(), {}, reader.rest());
    (void)hpke_setup_receiver(kSuite, *kem_output, receiver().private_key.view(), {}, {}, HpkePsk{*text, reader.rest()});
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    std::vector<base::Bytes> list;
    for (const std::size_t size : {0u, 1u, 100u}) {
        const auto sealed = hpke_seal(kSuite, receiver().public_key, base::view_of("info"), base::view_of("aad"), base::Bytes(size, 7), random);
        CHECK_INVARIANT(sealed.has_value());
        codec::Writer writer;
        writer.opaque(sealed->kem_output).opaque(sealed->ciphertext).raw(receiver().public_key);
        list.push_back(base::to_bytes(writer.view()));
    }
    return list;
}

const fuzz::Target kTarget("crypto_hpke_open", run, seeds);

}  // namespace
