#include "base/random.h"

#include "base/check.h"

#include <sodium.h>

namespace sinetti::base {

std::uint64_t Random::below(std::uint64_t limit)
{
    CHECK_INVARIANT(limit > 0);
    const std::uint64_t rejected_from = UINT64_MAX - UINT64_MAX % limit;
    for (;;) {
        std::uint64_t value = 0;
        for (const auto byte : array<8>()) value = value << 8 | byte;
        if (value < rejected_from) return value % limit;
    }
}

SeededRandom::SeededRandom(std::uint64_t seed)
{
    CHECK_INVARIANT(sodium_init() >= 0);
    for (std::size_t i = 0; i < 8; ++i) m_seed[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void SeededRandom::fill(MutableByteView out)
{
    if (out.empty()) return;
    ByteArray<crypto_stream_chacha20_NONCEBYTES> nonce{};
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(m_counter >> (8 * i));
    ++m_counter;
    crypto_stream_chacha20(out.data(), out.size(), nonce.data(), m_seed.data());
}

}  // namespace sinetti::base
