#pragma once
// A message too long for one cell is a run of fragments; it stands in the order of its last one. Reassembly holds at most
// kPartialMessagesMax unfinished messages of a sender: the oldest makes way, at every member at the same cell.

#include "chat/cells.h"

#include <deque>
#include <map>

namespace sinetti::chat {

inline constexpr std::size_t kPartialMessagesMax = 2;

std::vector<Fragment> split(const MessageNumber& message, base::ByteView payload);   // payload: 1 … kPayloadMax bytes

class Reassembler {
public:
    struct Partial {
        MessageNumber message{};
        std::uint16_t count = 0;
        std::map<std::uint16_t, base::Bytes> parts;
    };
    struct Dropped {
        MessageNumber message{};
        std::vector<std::uint16_t> indexes;
    };
    struct Added {
        std::optional<base::Bytes> complete;   // the payload, when this was the last missing part
        std::optional<Dropped> gone;           // a partial message that is no longer held: completed, or made way
        bool kept = false;                     // the fragment was new and is now part of an unfinished message
    };
    Added add(Fragment&& fragment);
    const std::deque<Partial>& partials() const { return m_partials; }

private:
    std::deque<Partial> m_partials;   // oldest first
};

}  // namespace sinetti::chat
