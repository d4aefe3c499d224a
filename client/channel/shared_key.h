#pragma once
// What the relay says to all followers of a board in the same bytes is sealed once, under a shared key that every one of them
// got through its own channel (wire::SharedKey):
//
//   message n = mark[16] ‖ ChaCha20-Poly1305(key, nonce n, aad = u32 board ‖ mark, frame)
//   key = HKDF-Expand(secret, "key", 32)      mark = HKDF-Expand(secret, "mark" ‖ u64 n, 16)
//
// The mark tells a holder of the key that the message is meant for it, and looks random to everybody else.

#include "base/random.h"
#include "base/secret.h"
#include "channel/error.h"
#include "wire/frame.h"

namespace sinetti::channel {

inline constexpr std::uint64_t kMessagesPerSharedKey = std::uint64_t{1} << 20;

using Mark = base::ByteArray<wire::kMarkSize>;

class SharedKey {
public:
    explicit SharedKey(const wire::SharedKey& frame);
    static SharedKey generate(std::uint32_t board, base::Random& random);

    std::uint32_t board() const { return m_board; }
    bool is_spent() const { return m_count >= kMessagesPerSharedKey; }   // seals and opens nothing more
    const Mark& next_mark() const { return m_next_mark; }
    wire::SharedKey frame() const;                            // for a client that gets the next message and those behind it

    base::Bytes seal(base::ByteView frame);                   // as encoded with Seal::shared; not when spent
    Result<base::SecretBytes> open(base::ByteView message);   // garbled; the key stays where it was

private:
    SharedKey(std::uint32_t board, base::SecretBytes&& secret, std::uint64_t count);
    base::Bytes aad() const;
    void set_count(std::uint64_t count);

    std::uint32_t m_board;
    base::SecretBytes m_secret;
    base::SecretBytes m_key;
    std::uint64_t m_count = 0;   // messages before the next one
    Mark m_next_mark{};
};

}  // namespace sinetti::channel
