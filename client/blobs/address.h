#pragma once
// How a blob at the relay is named: docs/protocol.md §12. Whoever has the upload key writes and deletes it, whoever has the address
// reads it, and nobody gets from the address to the key.

#include "base/bytes.h"

namespace sinetti::blobs {

using UploadKey = base::ByteArray<32>;   // random, or derived from a secret
using Address = base::ByteArray<32>;

// SHA-256(opaque<V> "sinetti blob v1" ‖ upload key)
Address address_of(const UploadKey& upload_key);

}  // namespace sinetti::blobs
