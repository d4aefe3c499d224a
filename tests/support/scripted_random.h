#pragma once
// Randomness that a test dictates: exactly these bytes, in this order. Asking for more fails the test and gives zeros.

#include "base/random.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace sinetti::tests {

class ScriptedRandom final : public base::Random {
public:
    explicit ScriptedRandom(base::Bytes bytes) : m_bytes(std::move(bytes)) {}

    void fill(base::MutableByteView out) override
    {
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        const bool enough = m_bytes.size() - m_used >= out.size();
        CHECK(enough);
        if (!enough) return;
        const auto part = base::ByteView(m_bytes).subspan(m_used, out.size());
        std::copy(part.begin(), part.end(), out.begin());
        m_used += out.size();
    }
    bool is_used_up() const { return m_used == m_bytes.size(); }

private:
    base::Bytes m_bytes;
    std::size_t m_used = 0;
};

}  // namespace sinetti::tests
