#pragma once
// The key of one direction of a channel. Messages are ChaCha20-Poly1305 under counted nonces, so each one opens once, and only
// behind all before it. After kMessagesPerKey of them the key is replaced by one derived from it, which does not lead back.

#include "base/secret.h"
#include "channel/error.h"

namespace sinetti::channel {

inline constexpr std::uint64_t kMessagesPerKey = std::uint64_t{1} << 16;

using DirectionSecret = base::NamedSecret<struct DirectionSecretTag>;   // 32 bytes

class MessageKey {
public:
    explicit MessageKey(DirectionSecret&& secret) : m_key(std::move(secret)) {}

    base::Bytes seal(base::ByteView aad, base::ByteView plaintext);
    Result<base::SecretBytes> open(base::ByteView aad, base::ByteView sealed);   // garbled; the key stays where it was

private:
    void advance();

    DirectionSecret m_key;
    std::uint64_t m_count = 0;   // messages under this key so far
};

base::ByteArray<12> counted_nonce(std::uint64_t count);   // big-endian, behind zeros

}  // namespace sinetti::channel
