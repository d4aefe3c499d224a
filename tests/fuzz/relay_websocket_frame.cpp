#include "relay/websocket_frame.h"

#include "tests/fuzz/target.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::relay;

namespace {

constexpr std::size_t kMessageMax = 200;

struct Seen {
    ClientFrameReader::Kind kind;
    base::Bytes payload;
    friend bool operator==(const Seen&, const Seen&) = default;
};

// As a connection reads: what is no whole frame yet waits for more.
std::vector<Seen> read(base::ByteView input, std::size_t at_once)
{
    using Kind = ClientFrameReader::Kind;
    ClientFrameReader reader(kMessageMax);
    std::vector<Seen> seen;
    base::Bytes rest;
    while (!input.empty()) {
        const auto more = input.first(std::min(at_once, input.size()));
        input = input.subspan(more.size());
        rest.insert(rest.end(), more.begin(), more.end());
        std::span<std::uint8_t> bytes(rest);
        for (;;) {
            const auto event = reader.next(bytes);
            if (event.kind == Kind::incomplete) break;
            CHECK_INVARIANT(event.consumed <= bytes.size() && event.payload.size() <= kMessageMax);
            seen.push_back({event.kind, base::to_bytes(event.payload)});
            if (event.kind == Kind::malformed || event.kind == Kind::too_large) return seen;
            bytes = bytes.subspan(event.consumed);
        }
        rest.assign(bytes.begin(), bytes.end());
        CHECK_INVARIANT(rest.size() < kClientFrameHeaderSizeMax + kMessageMax);
    }
    return seen;
}

// u8 how many at once ‖ what a client sends: it means the same however it is cut.
void run(base::ByteView input)
{
    if (input.empty()) return;
    const auto bytes = input.subspan(1);
    CHECK_INVARIANT(read(bytes, std::max<std::size_t>(input[0], 1)) == read(bytes, std::max<std::size_t>(bytes.size(), 1)));
}

std::vector<base::Bytes> seeds()
{
    const base::Bytes mask{1, 2, 3, 4};
    const auto frame = [&](std::uint8_t first, std::uint8_t size) {
        base::Bytes bytes{first};
        if (size < 126)
            bytes.push_back(0x80 | size);
        else
            bytes.insert(bytes.end(), {0xfe, 0, size});
        bytes.insert(bytes.end(), mask.begin(), mask.end());
        bytes.insert(bytes.end(), size, 0x55);
        return bytes;
    };
    base::Bytes conversation{7};
    for (const auto& part : {frame(0x82, 150), frame(0x89, 3), frame(0x02, 20), frame(0x8a, 0), frame(0x00, 1), frame(0x80, 30), frame(0x81, 5), frame(0x88, 2)})
        conversation.insert(conversation.end(), part.begin(), part.end());
    base::Bytes large{3};
    const auto announced = frame(0x82, 201);
    large.insert(large.end(), announced.begin(), announced.end());
    return {conversation, large};
}

const fuzz::Target kTarget("relay_websocket_frame", run, seeds);

}  // namespace
