#include "relay/websocket_frame.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay;
using Kind = ClientFrameReader::Kind;

TEST_SUITE_BEGIN("relay.websocket_frame");

namespace {

constexpr std::size_t kMax = 70000;

// A client's frame, masked.
base::Bytes frame(std::uint8_t first, base::ByteView payload)
{
    base::Bytes bytes{first};
    if (payload.size() < 126) {
        bytes.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
    } else if (payload.size() <= 0xffff) {
        bytes.insert(bytes.end(), {0xfe, static_cast<std::uint8_t>(payload.size() >> 8), static_cast<std::uint8_t>(payload.size())});
    } else {
        bytes.push_back(0xff);
        for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{payload.size()} >> shift));
    }
    const std::uint8_t mask[] = {0x37, 0xfa, 0x21, 0x3d};
    bytes.insert(bytes.end(), std::begin(mask), std::end(mask));
    for (std::size_t i = 0; i < payload.size(); ++i) bytes.push_back(payload[i] ^ mask[i % 4]);
    return bytes;
}

base::Bytes numbered(std::size_t size)
{
    base::Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return bytes;
}

Kind kind_of(base::Bytes bytes)
{
    return ClientFrameReader(kMax).next(bytes).kind;
}

}  // namespace

TEST_CASE("RFC 6455 §5.7: the masked and the unmasked example")
{
    base::Bytes hello{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    ClientFrameReader reader(kMax);
    const auto event = reader.next(hello);
    CHECK(event.kind == Kind::text);
    CHECK(base::to_text(event.payload) == "Hello");
    const auto header = server_frame_header(Opcode::text, 5);
    CHECK(header.size == 2);
    CHECK((header.bytes[0] == 0x81 && header.bytes[1] == 0x05));
    const auto binary = server_frame_header(Opcode::binary, 256);
    CHECK(base::to_bytes(base::ByteView(binary.bytes).first(binary.size)) == base::Bytes{0x82, 0x7e, 0x01, 0x00});
    const auto large = server_frame_header(Opcode::binary, 65536);
    CHECK(base::to_bytes(base::ByteView(large.bytes).first(large.size)) == base::Bytes{0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("a message of any size comes through, and one cut short anywhere is waited for")
{
    for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 125u, 126u, 1280u, 65535u, 65536u}) {
        const auto payload = numbered(size);
        const auto whole = frame(0x82, payload);
        auto bytes = whole;
        ClientFrameReader reader(kMax);
        const auto event = reader.next(bytes);
        CHECK(event.kind == Kind::message);
        CHECK(event.consumed == bytes.size());
        CHECK(base::to_bytes(event.payload) == payload);
        for (std::size_t cut = 0; cut < std::min<std::size_t>(whole.size(), 300); ++cut) {
            auto part = base::Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(cut));
            const auto untouched = part;
            CHECK(reader.next(part).kind == Kind::incomplete);
            CHECK(part == untouched);
        }
    }
}

TEST_CASE("fragments are put together, control frames between them come at once")
{
    auto bytes = frame(0x02, numbered(300));
    for (const auto& more : {frame(0x89, base::Bytes{1, 2}), frame(0x00, numbered(5)), frame(0x80, {}), frame(0x82, base::Bytes{9})}) bytes.insert(bytes.end(), more.begin(), more.end());
    auto expected = numbered(300);
    const auto rest = numbered(5);
    expected.insert(expected.end(), rest.begin(), rest.end());

    ClientFrameReader reader(kMax);
    std::span<std::uint8_t> left(bytes);
    const auto next = [&] {
        const auto event = reader.next(left);
        left = left.subspan(event.consumed);
        return event;
    };
    CHECK(next().kind == Kind::nothing);
    const auto ping = next();
    CHECK(ping.kind == Kind::ping);
    CHECK(base::to_bytes(ping.payload) == base::Bytes{1, 2});
    CHECK(next().kind == Kind::nothing);
    const auto message = next();
    CHECK(message.kind == Kind::message);
    CHECK(base::to_bytes(message.payload) == expected);
    CHECK(base::to_bytes(next().payload) == base::Bytes{9});
    CHECK(next().kind == Kind::incomplete);
}

TEST_CASE("what RFC 6455 does not allow is malformed")
{
    CHECK(kind_of({0x82, 0x01, 0x00}) == Kind::malformed);                                    // not masked
    CHECK(kind_of(frame(0xc2, base::Bytes{1})) == Kind::malformed);                           // an extension nobody asked for
    for (const int first : {0x83, 0x87, 0x8b, 0x8f}) CHECK(kind_of(frame(static_cast<std::uint8_t>(first), {})) == Kind::malformed);   // no such opcode
    CHECK(kind_of(frame(0x80, base::Bytes{1})) == Kind::malformed);                           // continues nothing
    CHECK(kind_of(frame(0x09, {})) == Kind::malformed);                                       // a control frame in pieces
    CHECK(kind_of(frame(0x89, numbered(126))) == Kind::malformed);                            // or too long
    CHECK(kind_of(frame(0x88, base::Bytes{3})) == Kind::malformed);                           // half a code
    CHECK(kind_of({0x82, 0xfe, 0x00, 0x7d, 0, 0, 0, 0}) == Kind::malformed);                  // a length in more bytes than it needs
    CHECK(kind_of({0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) == Kind::malformed);
    CHECK(kind_of({0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}) == Kind::malformed);
    ClientFrameReader reader(kMax);
    auto begun = frame(0x02, base::Bytes{1}), another = frame(0x82, base::Bytes{2});
    CHECK(reader.next(begun).kind == Kind::nothing);
    CHECK(reader.next(another).kind == Kind::malformed);
}

TEST_CASE("a message that is too large is refused by its header")
{
    CHECK(kind_of(frame(0x82, numbered(kMax))) == Kind::message);
    auto announced = frame(0x82, numbered(kMax + 1));
    announced.resize(10);
    CHECK(kind_of(announced) == Kind::too_large);
    ClientFrameReader reader(kMax);
    auto first = frame(0x02, numbered(kMax - 1)), second = frame(0x80, base::Bytes{1, 2});
    CHECK(reader.next(first).kind == Kind::nothing);
    CHECK(reader.next(second).kind == Kind::too_large);
}
