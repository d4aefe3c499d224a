#pragma once
// The randomness a published vector was made with: exactly these bytes, in this order.

#include "base/random.h"

#include <algorithm>

namespace sinetti::vectors {

class PublishedRandom final : public base::Random {
public:
    explicit PublishedRandom(base::Bytes bytes) : m_bytes(std::move(bytes)) {}
    void fill(base::MutableByteView out) override
    {
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        m_exact = m_exact && m_bytes.size() - m_used >= out.size();
        if (!m_exact) return;
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(m_used), out.size(), out.begin());
        m_used += out.size();
    }
    bool used_exactly() const { return m_exact && m_used == m_bytes.size(); }

private:
    base::Bytes m_bytes;
    std::size_t m_used = 0;
    bool m_exact = true;
};

}  // namespace sinetti::vectors
