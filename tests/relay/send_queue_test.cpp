#include "relay/send_queue.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay;

TEST_SUITE_BEGIN("relay.send_queue");

namespace {

SharedBytes payload(std::size_t size, std::uint8_t filling) { return std::make_shared<const base::Bytes>(size, filling); }

void append_frame(base::Bytes& stream, const base::Bytes& bytes)
{
    const auto header = server_frame_header(Opcode::binary, bytes.size());
    stream.insert(stream.end(), header.bytes.begin(), header.bytes.begin() + header.size);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
}

// Takes up to `most` bytes, as a kernel does.
base::Bytes take(SendQueue& queue, std::size_t most, std::size_t parts_max)
{
    std::vector<iovec> parts(parts_max);
    base::Bytes taken;
    const auto count = queue.gather(parts);
    for (std::size_t i = 0; i < count && taken.size() < most; ++i) {
        const auto* data = static_cast<const std::uint8_t*>(parts[i].iov_base);
        taken.insert(taken.end(), data, data + std::min(parts[i].iov_len, most - taken.size()));
    }
    queue.consume(taken.size());
    return taken;
}

}  // namespace

TEST_CASE("whatever the kernel takes of it at a time, the stream is the same")
{
    const std::vector<SharedBytes> messages{payload(256, 1), payload(1280, 2), payload(0, 0), payload(66560, 3), payload(5, 4), payload(256, 5)};
    base::Bytes expected;
    for (const auto& message : messages) append_frame(expected, *message);
    for (const std::size_t most : {1u, 2u, 3u, 255u, 259u, 260u, 261u, 1283u, 100000u}) {
        for (const std::size_t parts : {2u, 3u, 64u}) {
            SendQueue queue;
            base::Bytes stream;
            // The rest is queued while the first ones are on their way.
            for (std::size_t i = 0; i < 3; ++i) queue.push(Opcode::binary, messages[i]);
            for (int i = 0; i < 3; ++i) {
                const auto taken = take(queue, most, parts);
                stream.insert(stream.end(), taken.begin(), taken.end());
            }
            for (std::size_t i = 3; i < messages.size(); ++i) queue.push(Opcode::binary, messages[i]);
            while (!queue.empty()) {
                const auto taken = take(queue, most, parts);
                REQUIRE_FALSE(taken.empty());
                stream.insert(stream.end(), taken.begin(), taken.end());
            }
            CHECK(stream == expected);
            CHECK(queue.bytes() == 0);
            CHECK(queue.frames() == 0);
        }
    }
}

TEST_CASE("a shared payload is let go as soon as it is gone, and counted until then")
{
    SendQueue queue;
    const auto shared = payload(1000, 1);
    for (int i = 0; i < 100; ++i) queue.push(Opcode::binary, shared);
    CHECK(queue.bytes() == 100 * 1000);
    CHECK(shared.use_count() == 101);
    queue.consume(50 * 1004 + 500);
    CHECK(queue.frames() == 50);
    CHECK(queue.bytes() == 50 * 1000);
    CHECK(shared.use_count() == 51);
    queue.clear();
    CHECK(shared.use_count() == 1);
    CHECK(queue.empty());
}

TEST_CASE("a queue that is never empty does not grow")
{
    SendQueue queue;
    std::vector<iovec> parts(64);
    const auto shared = payload(10, 1);
    for (int i = 0; i < 100000; ++i) {
        queue.push(Opcode::binary, shared);
        if (i >= 10) queue.consume(12);
    }
    CHECK(queue.frames() == 10);
    CHECK(queue.gather(parts) == 20);
    CHECK(shared.use_count() == 11);
}
