#include "chat/board_infos.h"

#include "chat/key_packages.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

// u8 version ‖ boards. Version 1 had no octet for it and no suite: it began with the number of a board, whose first octet is 0. Version
// 2 did not say for how long a board is kept.
constexpr std::uint8_t kBoardInfosVersion = 3;
constexpr std::uint8_t kFirstWithSuite = 2;

codec::Result<wire::BoardInfo> read_info(codec::Reader& reader, std::uint8_t version)
{
    wire::BoardInfo info{.board = TRY(reader.u32())};
    const auto kind = TRY(reader.u8());
    const auto level = TRY(reader.u8());
    if (kind > std::uint8_t(wire::BoardKind::cells) || level < std::uint8_t(wire::SendingLevel::prompt) || level > std::uint8_t(wire::SendingLevel::mixed))
        return base::Unexpected(codec::Error::bad_value);
    info.kind = wire::BoardKind(kind);
    info.level = wire::SendingLevel(level);
    info.cipher_suite = version < kFirstWithSuite ? kDefaultSuitePolicy : TRY(reader.u16());
    if (version == kBoardInfosVersion) info.retention_days = TRY(reader.u16());
    return info;
}

}  // namespace

base::SecretBytes serialize_board_infos(const std::vector<wire::BoardInfo>& boards)
{
    codec::SecretWriter writer;
    writer.u8(kBoardInfosVersion);
    for (const auto& info : boards) {
        writer.u32(info.board).u8(std::uint8_t(info.kind)).u8(std::uint8_t(info.level));
        writer.u16(info.cipher_suite).u16(info.retention_days);
    }
    return std::move(writer).take();
}

std::optional<std::vector<wire::BoardInfo>> parse_board_infos(base::ByteView record)
{
    codec::Reader reader(record);
    const auto version = record.empty() || record[0] == 0 ? std::uint8_t{1} : reader.u8().value();
    if (version > kBoardInfosVersion) return std::nullopt;
    std::vector<wire::BoardInfo> boards;
    while (!reader.empty()) {
        auto info = read_info(reader, version);
        if (!info) return std::nullopt;
        boards.push_back(*info);
    }
    return boards;
}

}  // namespace sinetti::chat
