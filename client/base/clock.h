#pragma once
// Time is handed in. Nothing below app/ asks the operating system what time it is.

#include <compare>
#include <cstdint>

namespace sinetti::base {

struct UnixMilliseconds {
    std::int64_t value = 0;
    friend constexpr auto operator<=>(UnixMilliseconds, UnixMilliseconds) = default;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual UnixMilliseconds now() const = 0;
};

class ManualClock final : public Clock {
public:
    explicit ManualClock(UnixMilliseconds start = {}) : m_now(start) {}
    UnixMilliseconds now() const override { return m_now; }
    void advance(std::int64_t milliseconds) { m_now.value += milliseconds; }

private:
    UnixMilliseconds m_now;
};

class SystemClock final : public Clock {
public:
    UnixMilliseconds now() const override;
};

}  // namespace sinetti::base
