#pragma once
// The standard input, piece by piece. Codes and shares come over it, so what was read ahead is wiped.

#include "cli/failure.h"

#include <array>
#include <optional>

namespace sinetti::cli {

class Input {
public:
    Input() = default;
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    enum class Until : std::uint8_t { line, end };
    // All of it, or up to its next line break. nullopt: nothing was left. What is longer than `size_max` bytes fails.
    Result<std::optional<std::string>> next(Until until, std::size_t size_max);

private:
    bool fill();

    std::array<char, 16384> m_buffer{};
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

}  // namespace sinetti::cli
