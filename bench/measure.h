#pragma once
// Times one operation: batches of at least a twentieth of a second, eleven of them, and of these the median with the fastest
// and the slowest beside it, so that a busy machine shows.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace sinetti::bench {

template<typename T>
void keep(const T& value)   // the compiler must assume that somebody looks at it
{
    __asm__ volatile("" : : "g"(&value) : "memory");
}

inline void print_header()
{
    std::printf("%-36s %12s %12s   %s\n", "operation", "median", "per second", "fastest … slowest");
}

template<typename Operation>
void measure(const char* name, Operation&& operation)
{
    using Clock = std::chrono::steady_clock;
    const auto timed = [&](std::uint64_t count) {
        const auto start = Clock::now();
        for (std::uint64_t i = 0; i < count; ++i) keep(operation());
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    constexpr double kBatchSeconds = 0.05;
    std::uint64_t count = 1;
    while (timed(count) < kBatchSeconds) count *= 2;
    std::array<double, 11> microseconds;
    for (auto& round : microseconds) round = timed(count) / static_cast<double>(count) * 1e6;
    std::sort(microseconds.begin(), microseconds.end());
    const double median = microseconds[microseconds.size() / 2];
    std::printf("%-36s %9.2f µs %12.0f   %.2f … %.2f µs\n", name, median, 1e6 / median, microseconds.front(), microseconds.back());
    std::fflush(stdout);
}

}  // namespace sinetti::bench
