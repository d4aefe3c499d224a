#pragma once
// Randomness is handed in, so that a simulation can be replayed from its seed.

#include "base/bytes.h"

namespace sinetti::base {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(MutableByteView out) = 0;

    template<std::size_t N>
    ByteArray<N> array()
    {
        ByteArray<N> bytes;
        fill(bytes);
        return bytes;
    }
    std::uint64_t below(std::uint64_t limit);   // uniform in [0, limit); limit > 0
};

class SystemRandom final : public Random {      // the operating system's generator, or the browser's
public:
    SystemRandom();
    void fill(MutableByteView out) override;
};

class SeededRandom final : public Random {      // for tests and simulation only: ChaCha20 under a seed
public:
    explicit SeededRandom(std::uint64_t seed);
    void fill(MutableByteView out) override;

private:
    ByteArray<32> m_seed{};
    std::uint64_t m_counter = 0;
};

}  // namespace sinetti::base
