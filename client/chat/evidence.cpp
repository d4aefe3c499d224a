#include "chat/evidence.h"

#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kEvidenceVersion = 1;

codec::Result<Evidence> read_evidence(base::ByteView record)
{
    codec::Reader reader(record);
    Evidence evidence;
    if (TRY(reader.u16()) != kEvidenceVersion) return base::Unexpected(codec::Error::bad_value);
    evidence.relay = TRY(reader.array<32>());
    for (auto& statement : evidence.statements) {
        statement.kind = TRY(reader.optional_marker()) ? directory::StatementKind::cut : directory::StatementKind::head;
        statement.head.board = TRY(reader.u32());
        statement.head.position = TRY(reader.u64());
        statement.head.head = TRY(reader.array<32>());
        statement.head.signature = TRY(reader.array<64>());
    }
    TRY(reader.finish());
    return evidence;
}

bool is_signed(const wire::PublicKey& relay, const Evidence::Statement& statement)
{
    const auto& said = statement.head;
    return directory::verify_board_statement(relay, statement.kind, said.board, said.position, said.head, said.signature);
}

std::string text_of(const Evidence::Statement& statement)
{
    const auto& said = statement.head;
    return "label: " + std::string(statement.kind == directory::StatementKind::cut ? "sinetti cut v1" : "sinetti signed head v1") +
           "\nboard: " + std::to_string(said.board) + "\nposition: " + std::to_string(said.position) + "\nhead: " + base::to_hex(said.head) +
           "\nsignature: " + base::to_hex(said.signature) +
           "\nsigned bytes: " + base::to_hex(directory::board_statement_content(statement.kind, said.board, said.position, said.head)) + "\n";
}

}  // namespace

bool Evidence::holds() const
{
    const auto& one = statements[0].head;
    const auto& other = statements[1].head;
    return one.board == other.board && one.position == other.position && one.head != other.head && is_signed(relay, statements[0]) && is_signed(relay, statements[1]);
}

std::string Evidence::text() const
{
    return "Sinetti: proof that a relay has kept two histories\n\n"
           "Both statements below are signed by one relay. They name different heads for the same position of the same board, which is possible\n"
           "only if it has shown two versions of what was written there. Each signature is Ed25519 over the signed bytes, under the relay's key.\n\n"
           "relay signing key: " +
           base::to_hex(relay) + "\n\nfirst statement\n" + text_of(statements[0]) + "\nsecond statement\n" + text_of(statements[1]);
}

base::SecretBytes Evidence::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kEvidenceVersion).raw(relay);
    for (const auto& statement : statements) {
        writer.optional_marker(statement.kind == directory::StatementKind::cut).u32(statement.head.board).u64(statement.head.position);
        writer.raw(statement.head.head).raw(statement.head.signature);
    }
    return std::move(writer).take();
}

std::optional<Evidence> Evidence::parse(base::ByteView record)
{
    auto evidence = read_evidence(record);
    if (!evidence) return std::nullopt;
    return std::move(*evidence);
}

}  // namespace sinetti::chat
