#pragma once
// What a client sends through an ingress that batches: a cell, or cover, in a message of one size that only the relay opens.
//
//   enc[32] ‖ HPKE (RFC 9180, base mode) to the relay's pinned key of: u8 kind ‖ token[162] ‖ u32 board ‖ cell[1024]
//
// It belongs to no session: the token in it, which nothing else is opened with, is all that says it is some member of staff's.
// Cover is zeros behind its kind and as long; to whoever has not the key the two look alike. docs/protocol.md §15 is the text.

#include "base/random.h"
#include "base/secret.h"
#include "channel/error.h"
#include "crypto/dh.h"
#include "directory/relay_keys.h"
#include "wire/limits.h"

#include <optional>
#include <span>
#include <vector>

namespace sinetti::channel {

struct MixedCell {
    base::Secret<wire::kTokenSize> token;
    std::uint32_t board = 0;
    base::Bytes cell;                                     // wire::kCellSize bytes
};

// Always wire::kMixedMessageSize bytes. wrong_key: the relay's is no X25519 key.
Result<base::Bytes> seal_cell_to_mix(const directory::RelayKeys& keys, const MixedCell& cell, base::Random& random);
Result<base::Bytes> seal_cover(const directory::RelayKeys& keys, base::Random& random);

// nullopt: cover. Errors: garbled, for a message that does not open or is neither.
Result<std::optional<MixedCell>> open_mixed(const crypto::DhPrivateKey& key, const directory::RelayKeys& keys, base::ByteView message);

// What is inside of the seal. One encoding of each: cover with anything but zeros in it is garbled.
Result<std::optional<MixedCell>> decode_mixed(base::ByteView plaintext);
base::SecretBytes encode(const MixedCell& cell);

// An ingress's message to the relay: 1 … kMixedMessagesPerBatch of them, one behind the other. Garbled when it is of another size.
Result<std::vector<base::ByteView>> split_batch(base::ByteView message);

}  // namespace sinetti::channel
