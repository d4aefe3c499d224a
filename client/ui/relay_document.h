#pragma once
// What the page has learnt of /relay.json, which tells a browser that was given no link which relay it is at.

#include <cstddef>
#include <cstdint>

namespace sinetti::ui {

enum class RelayDocument : std::uint8_t {
    unknown = 0,       // not asked yet
    asked = 1,
    there = 2,
    not_founded = 3,   // the relay has none: nobody has founded the organisation
    unreachable = 4,
};

inline constexpr std::size_t kRelayDocumentMax = 4096;   // bytes; the page takes no longer one

}  // namespace sinetti::ui
