#include "net/backoff.h"

#include <algorithm>

namespace sinetti::net {

std::int64_t Backoff::next(base::Random& random)
{
    const auto nominal = std::min(kBackoffMin << std::min(m_failures, 16u), kBackoffMax);
    ++m_failures;
    const auto quarter = nominal / 4;
    return nominal - quarter + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * quarter)));
}

}  // namespace sinetti::net
