#include "directory/relay_keys.h"

namespace sinetti::directory {

codec::Result<RelayKeys> read_relay_keys(codec::Reader& reader)
{
    RelayKeys keys;
    keys.channel_public_key = TRY(reader.array<crypto::kDhKeySize>());
    keys.signing_public_key = TRY(reader.array<crypto::kSignaturePublicKeySize>());
    return keys;
}

}  // namespace sinetti::directory
