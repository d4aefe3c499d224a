#include "wire/frame.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using base::Bytes;
using codec::Error;

namespace {

template<std::size_t N>
base::ByteArray<N> filled(std::uint8_t first)
{
    base::ByteArray<N> bytes;
    for (std::size_t i = 0; i < N; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
    return bytes;
}

Bytes cell(std::uint8_t byte) { return Bytes(wire::kCellSize, byte); }

std::vector<wire::ClientFrame> client_frames()
{
    return {
        wire::AuthenticateDevice{filled<32>(1), filled<64>(2)},
        wire::AuthenticateInvite{Bytes(137, 3), filled<64>(4)},
        wire::AuthenticateFounder{filled<32>(5)},
        wire::Append{7, 1, cell(6)},
        wire::Append{8, 0, Bytes(wire::kRecordSizeMax, 9)},
        wire::Append{9, 0, {}},
        wire::Read{10, 1, 0xfedcba9876543210},
        wire::Follow{0xffffffff, 1, 256},
        wire::Ping{0x0102030405060708},
        wire::Hello{7},
        wire::AuthenticateIdentity{filled<32>(6), filled<64>(7)},
        wire::AuthenticateToken{filled<wire::kTokenSize>(6)},
        wire::TokenRequest{11, 5, 0xee, {filled<32>(1)}},
        wire::TokenRequest{12, 5, 0, std::vector(wire::kTokensPerRequestMax, filled<32>(2))},
        wire::AuthenticateVault{},
        wire::VaultEvaluate{11, filled<32>(1), filled<32>(2)},
        wire::VaultFetch{12, filled<32>(3), filled<32>(4), filled<64>(5)},
        wire::VaultStore{13, filled<32>(6), 0, 1, filled<32>(7), filled<32>(8), {}, filled<32>(9), filled<64>(10)},
        wire::VaultStore{14, filled<32>(6), 3, wire::kVaultVersionMax, filled<32>(7), filled<32>(8), Bytes(wire::kVaultSizeMax, 1), filled<32>(9), filled<64>(10)},
        wire::BlobCreate{15, filled<32>(1), wire::kBlobSizeClasses - 1, 0xffff},
        wire::BlobWrite{16, filled<32>(2), wire::kBlobChunksMax - 1, Bytes(wire::kBlobChunkSize, 3)},
        wire::BlobRead{17, filled<32>(4), wire::kBlobChunksMax - wire::kBlobChunksRead},
        wire::BlobDelete{18, filled<32>(5)},
        wire::MeetingPut{19, filled<32>(6), wire::kMeetingMessages - 1, Bytes(wire::kMeetingMessageSize, 7)},
        wire::MeetingGet{20, filled<32>(8), 0},
        wire::MeetingEnd{21, filled<32>(9)},
    };
}

std::vector<wire::RelayFrame> relay_frames()
{
    wire::Entries block{.request_id = 3, .board = 1, .first_position = 512, .last = true, .head = filled<32>(7), .entries = {}};
    for (unsigned i = 0; i < wire::kBlockEntries; ++i) block.entries.push_back(cell(static_cast<std::uint8_t>(i)));
    return {
        wire::Challenge{wire::kProtocolVersion, filled<32>(1), {}},
        wire::Challenge{wire::kProtocolVersion, filled<32>(1), filled<32>(2)},
        wire::Accepted{wire::SessionKind::invite, {{0, wire::BoardKind::directory, wire::SendingLevel::prompt}, {1, wire::BoardKind::cells, wire::SendingLevel::silent, 0x0054, 365}}},
        wire::Refused{0, wire::Refusal::bad_frame},
        wire::Refused{77, wire::Refusal::tag_taken},
        wire::Appended{1, 1, 0xffffffffff},
        wire::Entries{.request_id = 0, .board = 0, .first_position = 3, .last = false, .head = filled<32>(9), .entries = {}},
        wire::Entries{.request_id = 0, .board = 0, .first_position = 3, .last = true, .head = filled<32>(9), .entries = {{1, 2, 3}, {}, cell(1)}},
        block,
        wire::Pong{5},
        wire::SharedKey{1, filled<32>(3), 0x0102030405060708},
        wire::SignedHead{1, 512, filled<32>(3), filled<64>(4)},
        wire::Gone{7, {1, 0xffffffff00, filled<32>(5), filled<64>(6)}},
        wire::Gone{},
        wire::TokenResponse{6, {filled<32>(1), filled<32>(2)}, filled<64>(3)},
        wire::TokenResponse{7, std::vector(wire::kTokensPerRequestMax, filled<32>(4)), filled<64>(5)},
        wire::VaultEvaluated{8, filled<32>(1)},
        wire::VaultFetched{9, 4, Bytes(wire::kVaultSizeMax, 2)},
        wire::VaultStored{10, wire::kVaultVersionMax},
        wire::BlobState{11, wire::kBlobChunksMax, wire::kBlobSizeClasses - 1, 30},
        wire::BlobData{12, Bytes(wire::kBlobChunkSize * wire::kBlobChunksRead, 5)},
        wire::MeetingState{13, 0, {}},
        wire::MeetingState{14, wire::kMeetingMessages, Bytes(wire::kMeetingMessageSize, 6)},
    };
}

constexpr wire::Seal kSeals[] = {wire::Seal::session, wire::Seal::shared, wire::Seal::opening};
constexpr std::size_t kAdded = wire::seal_size(wire::Seal::session);

bool fills_a_size(std::size_t size, wire::Seal seal)   // once it is sealed
{
    return std::find(wire::kFrameSizes.begin(), wire::kFrameSizes.end(), size + wire::seal_size(seal)) != wire::kFrameSizes.end();
}

}  // namespace

TEST_SUITE_BEGIN("wire.frame");

TEST_CASE("every client frame goes there and back, padded to a size class")
{
    for (const auto seal : kSeals) {
        for (const auto& frame : client_frames()) {
            const auto bytes = wire::encode(frame, seal);
            CHECK(fills_a_size(bytes.size(), seal));
            const auto decoded = wire::decode_client_frame(bytes, seal);
            REQUIRE(decoded.has_value());
            CHECK(*decoded == frame);
            CHECK(wire::decode_relay_frame(bytes, seal).error() == Error::bad_value);
            for (const auto other : kSeals) CHECK((other == seal || !wire::decode_client_frame(bytes, other)));
        }
    }
}

TEST_CASE("every relay frame goes there and back, padded to a size class")
{
    for (const auto seal : kSeals) {
        for (const auto& frame : relay_frames()) {
            const auto bytes = wire::encode(frame, seal);
            CHECK(fills_a_size(bytes.size(), seal));
            const auto decoded = wire::decode_relay_frame(bytes, seal);
            REQUIRE(decoded.has_value());
            CHECK(*decoded == frame);
            CHECK(wire::decode_client_frame(bytes, seal).error() == Error::bad_value);
        }
    }
}

TEST_CASE("one cell, 4, 16, 64 and a block of 256 each fill their class")
{
    const std::pair<std::size_t, std::size_t> expected[] = {{1, 1280}, {4, 4352}, {16, 16896}, {64, 66560}, {256, 270336}};
    for (const auto& [count, size] : expected) {
        wire::Entries frame{.board = 1};
        frame.entries.assign(count, cell(1));
        for (const auto seal : kSeals) CHECK(wire::encode(frame, seal).size() + wire::seal_size(seal) == size);
    }
    CHECK(wire::encode(wire::Append{1, 1, cell(1)}).size() + kAdded == 1280);
    CHECK(wire::encode(wire::Append{1, 0, Bytes(wire::kRecordSizeMax)}).size() + kAdded == 16896);
    CHECK(wire::encode(wire::Ping{1}).size() + kAdded == 256);
}

TEST_CASE("a frame cut at any byte is refused")
{
    for (const auto& frame : client_frames()) {
        const auto bytes = wire::encode(frame);
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(wire::decode_client_frame(base::ByteView(bytes).first(size)).has_value());
    }
    for (const auto& frame : relay_frames()) {
        const auto bytes = wire::encode(frame);
        const std::size_t step = bytes.size() > 20000 ? 997 : 1;
        for (std::size_t size = 0; size < bytes.size(); size += step) CHECK_FALSE(wire::decode_relay_frame(base::ByteView(bytes).first(size)).has_value());
    }
}

TEST_CASE("a body cut at any byte is refused, also when its length says so and its padding fits")
{
    for (const auto& frame : client_frames()) {
        const auto bytes = wire::encode(frame);
        const std::size_t length = std::size_t{bytes[2]} << 8 | bytes[3];
        for (std::size_t cut = 0; cut < length; ++cut) {
            Bytes shorter(bytes.begin(), bytes.begin() + 4 + std::ptrdiff_t(cut));
            shorter[2] = static_cast<std::uint8_t>(cut >> 8);
            shorter[3] = static_cast<std::uint8_t>(cut);
            shorter.resize(*std::find_if(wire::kFrameSizes.begin(), wire::kFrameSizes.end(), [&](std::size_t size) { return shorter.size() + kAdded <= size; }) - kAdded);
            CHECK_FALSE(wire::decode_client_frame(shorter).has_value());
        }
    }
}

TEST_CASE("a frame has one encoding: no larger class, no bytes in the padding, none behind the body")
{
    const auto bytes = wire::encode(wire::Ping{1});
    auto larger = bytes;
    larger.resize(1280 - kAdded);
    CHECK(wire::decode_client_frame(larger).error() == Error::bad_length);

    auto marked = bytes;
    marked.back() = 1;
    CHECK(wire::decode_client_frame(marked).error() == Error::bad_value);

    auto longer = bytes;
    ++longer[3];
    CHECK(wire::decode_client_frame(longer).error() == Error::trailing_bytes);

    auto unpadded = bytes;
    unpadded.resize(13);
    CHECK(wire::decode_client_frame(unpadded).error() == Error::bad_length);
}

TEST_CASE("lengths beyond the limits are refused before anything is copied")
{
    auto huge = wire::encode(wire::Ping{1});
    huge[0] = 0xff;
    CHECK(wire::decode_client_frame(huge).error() == Error::truncated);
    CHECK(wire::decode_client_frame(Bytes(wire::kFrameSizeMax + 1)).error() == Error::too_large);
    huge = Bytes(wire::kFrameSizeMax);
    huge[1] = 0x04, huge[2] = 0x1f, huge[3] = 0xf5;   // fits the message, and no message with its seal
    CHECK(wire::decode_client_frame(huge).error() == Error::bad_length);

    auto append = wire::encode(wire::Append{1, 0, Bytes(wire::kRecordSizeMax)});
    append[13] = 0x60;   // entry length 8192 → 8193
    append[14] = 0x01;
    append[3] = static_cast<std::uint8_t>(append[3] + 1);
    CHECK(wire::decode_client_frame(append).error() == Error::too_large);
}

TEST_CASE("a new version of a vault that is not newer, or beyond the limit, is refused")
{
    for (const auto& [previous, version] : {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {2, 2}, {2, 1}, {0, wire::kVaultVersionMax + 1}, {0, ~0ull}}) {
        const auto bytes = wire::encode(wire::VaultStore{.request_id = 1, .previous = previous, .version = version});
        CHECK(wire::decode_client_frame(bytes).error() == Error::bad_value);
    }
    CHECK(wire::encode(wire::VaultStore{.request_id = 1, .version = 1, .sealed = Bytes(wire::kVaultSizeMax)}).size() + kAdded == 16896);
}

TEST_CASE("a message of a meeting has one size, and a number below three")
{
    for (const auto size : {std::size_t{0}, wire::kMeetingMessageSize - 1})
        CHECK(wire::decode_client_frame(wire::encode(wire::MeetingPut{1, {}, 0, Bytes(size)})).error() == Error::bad_length);
    CHECK(wire::decode_client_frame(wire::encode(wire::MeetingPut{1, {}, wire::kMeetingMessages, Bytes(wire::kMeetingMessageSize)})).error() == Error::bad_value);
    CHECK(wire::decode_client_frame(wire::encode(wire::MeetingGet{1, {}, wire::kMeetingMessages})).error() == Error::bad_value);
    CHECK(wire::decode_relay_frame(wire::encode(wire::MeetingState{1, wire::kMeetingMessages + 1, {}})).error() == Error::bad_value);
    CHECK(wire::decode_relay_frame(wire::encode(wire::MeetingState{1, 1, Bytes(1)})).error() == Error::bad_length);
}

TEST_CASE("a request without an id, and an unknown frame type, are refused")
{
    auto read = wire::encode(wire::Read{1, 1, 0});
    read[8] = 0;
    CHECK(wire::decode_client_frame(read).error() == Error::bad_value);
    auto ping = wire::encode(wire::Ping{1});
    ping[4] = 0x7f;
    CHECK(wire::decode_client_frame(ping).error() == Error::bad_value);
}

TEST_CASE("entries may not reach over the end of their block")
{
    wire::Entries frame{.board = 1, .first_position = 255};
    frame.entries = {{1}};
    CHECK(wire::decode_relay_frame(wire::encode(frame)).has_value());
    frame.entries = {{1}, {2}};
    CHECK(wire::decode_relay_frame(wire::encode(frame)).error() == Error::too_large);
}

TEST_CASE("a refusal with a number nobody has named yet is kept")
{
    const auto decoded = wire::decode_relay_frame(wire::encode(wire::Refused{4, wire::Refusal(200)}));
    REQUIRE(decoded.has_value());
    CHECK(std::get<wire::Refused>(*decoded).code == wire::Refusal(200));
    CHECK(std::string(wire::name_of(wire::Refusal(200))) == "unknown");
    for (unsigned code = 1; code <= 18; ++code) CHECK(std::string(wire::name_of(wire::Refusal(code))) != "unknown");
}

TEST_CASE("any single damaged byte is refused or decodes to another frame, and never more than that")
{
    const auto bytes = wire::encode(wire::Append{1, 1, Bytes(40, 5)});
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto damaged = bytes;
            damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ 1u << bit);
            const auto decoded = wire::decode_client_frame(damaged);
            if (decoded) CHECK(wire::encode(*decoded) == damaged);
        }
    }
}
