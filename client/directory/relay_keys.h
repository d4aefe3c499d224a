#pragma once
// The relay's public keys, as every link pins them: no relay without the private halves can take the relay's place.

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/dh.h"
#include "crypto/sign.h"

namespace sinetti::directory {

struct RelayKeys {
    crypto::DhPublicKey channel_public_key{};              // DHKEM(X25519, HKDF-SHA256): clients seal what they send to it
    crypto::SignaturePublicKey signing_public_key{};       // Ed25519: signs the heads of boards
    friend bool operator==(const RelayKeys&, const RelayKeys&) = default;
};

codec::Result<RelayKeys> read_relay_keys(codec::Reader& reader);

template<typename AnyWriter>
void write_relay_keys(AnyWriter& writer, const RelayKeys& keys)
{
    writer.raw(keys.channel_public_key).raw(keys.signing_public_key);
}

}  // namespace sinetti::directory
