#include "wire/frame.h"

#include "codec/writer.h"

#include <algorithm>

namespace sinetti::wire {

using base::ByteView;
using base::Unexpected;
using codec::Error;
using codec::Reader;
using codec::Writer;

namespace {

enum class FrameType : std::uint8_t {
    authenticate_device = 0x01,
    authenticate_invite = 0x02,
    authenticate_founder = 0x03,
    authenticate_identity = 0x04,
    append = 0x10,
    read = 0x11,
    follow = 0x12,
    ping = 0x20,
    hello = 0x28,
    authenticate_token = 0x32,
    token_request = 0x33,
    authenticate_vault = 0x40,
    vault_evaluate = 0x41,
    vault_fetch = 0x42,
    vault_store = 0x43,
    challenge = 0x81,
    accepted = 0x82,
    refused = 0x83,
    shared_key = 0x8c,
    appended = 0x90,
    entries = 0x91,
    pong = 0xa0,
    signed_head = 0xe0,
    gone = 0xe1,
    token_response = 0xb2,
    vault_evaluated = 0xc1,
    vault_fetched = 0xc2,
    vault_stored = 0xc3,
};

constexpr std::size_t kEnvelopeSize = 4;   // the length field

// 0: too large for every class.
std::size_t padded_size(std::size_t size, Seal seal)
{
    const auto added = seal_size(seal);
    const auto fits = std::find_if(kFrameSizes.begin(), kFrameSizes.end(), [&](std::size_t limit) { return size + added <= limit; });
    return fits == kFrameSizes.end() ? 0 : *fits - added;
}

// --- bodies --------------------------------------------------------------------------------------------------------
void write(Writer& writer, const AuthenticateDevice& frame)
{
    writer.u8(std::uint8_t(FrameType::authenticate_device)).raw(frame.device_public_key).raw(frame.signature);
}
void write(Writer& writer, const AuthenticateInvite& frame)
{
    CHECK_INVARIANT(frame.invite_certificate.size() <= kInviteCertificateSizeMax);
    writer.u8(std::uint8_t(FrameType::authenticate_invite)).opaque(frame.invite_certificate).raw(frame.signature);
}
void write(Writer& writer, const AuthenticateFounder& frame)
{
    writer.u8(std::uint8_t(FrameType::authenticate_founder)).raw(frame.token);
}
void write(Writer& writer, const AuthenticateIdentity& frame)
{
    writer.u8(std::uint8_t(FrameType::authenticate_identity)).raw(frame.identity_public_key).raw(frame.signature);
}
void write(Writer& writer, const Append& frame)
{
    CHECK_INVARIANT(frame.entry.size() <= kRecordSizeMax);
    writer.u8(std::uint8_t(FrameType::append)).u32(frame.request_id).u32(frame.board).opaque(frame.entry);
}
void write(Writer& writer, const Read& frame)
{
    writer.u8(std::uint8_t(FrameType::read)).u32(frame.request_id).u32(frame.board).u64(frame.block);
}
void write(Writer& writer, const Follow& frame)
{
    writer.u8(std::uint8_t(FrameType::follow)).u32(frame.request_id).u32(frame.board).u64(frame.from_position);
}
void write(Writer& writer, const Ping& frame)
{
    writer.u8(std::uint8_t(FrameType::ping)).u64(frame.value);
}
void write(Writer& writer, const Challenge& frame)
{
    writer.u8(std::uint8_t(FrameType::challenge)).u16(frame.version).raw(frame.nonce);
    writer.optional_marker(frame.organisation.has_value());
    if (frame.organisation) writer.raw(*frame.organisation);
}
void write(Writer& writer, const Accepted& frame)
{
    CHECK_INVARIANT(frame.boards.size() <= kBoardsMax);
    writer.u8(std::uint8_t(FrameType::accepted)).u8(std::uint8_t(frame.session_kind));
    writer.vector([&](Writer& boards) {
        for (const auto& board : frame.boards)
            boards.u32(board.board).u8(std::uint8_t(board.kind)).u8(std::uint8_t(board.level)).u16(board.cipher_suite).u16(board.retention_days);
    });
}
void write(Writer& writer, const Refused& frame)
{
    writer.u8(std::uint8_t(FrameType::refused)).u32(frame.request_id).u8(std::uint8_t(frame.code));
}
void write(Writer& writer, const Appended& frame)
{
    writer.u8(std::uint8_t(FrameType::appended)).u32(frame.request_id).u32(frame.board).u64(frame.position);
}
template<typename List>
void write_entries(Writer& writer, const Entries& frame, const List& entries)
{
    CHECK_INVARIANT(entries.size() <= kBlockEntries);
    std::size_t size = 0;
    for (const auto& entry : entries) size += encoded_entry_size(entry.size());
    writer.reserve(padded_size(kEntriesOverheadMax + size, Seal::session));   // the padding, too
    writer.u8(std::uint8_t(FrameType::entries)).u32(frame.request_id).u32(frame.board).u64(frame.first_position);
    writer.u8(frame.last ? 1 : 0).raw(frame.head);
    writer.varint(size);
    for (const auto& entry : entries) writer.opaque(entry);
}
void write(Writer& writer, const Entries& frame)
{
    write_entries(writer, frame, frame.entries);
}
void write(Writer& writer, const Pong& frame)
{
    writer.u8(std::uint8_t(FrameType::pong)).u64(frame.value);
}
void write_statement(Writer& writer, const SignedHead& statement)
{
    writer.u32(statement.board).u64(statement.position).raw(statement.head).raw(statement.signature);
}
void write(Writer& writer, const SignedHead& frame)
{
    writer.u8(std::uint8_t(FrameType::signed_head));
    write_statement(writer, frame);
}
void write(Writer& writer, const Gone& frame)
{
    writer.u8(std::uint8_t(FrameType::gone)).u32(frame.request_id);
    write_statement(writer, frame.cut);
}

void write(Writer& writer, const Hello& frame)
{
    writer.u8(std::uint8_t(FrameType::hello)).u16(frame.version);
}
void write(Writer& writer, const SharedKey& frame)
{
    writer.u8(std::uint8_t(FrameType::shared_key)).u32(frame.board).raw(frame.secret).u64(frame.next);
}

void write_elements(Writer& writer, const std::vector<base::ByteArray<32>>& elements)
{
    CHECK_INVARIANT(!elements.empty() && elements.size() <= kTokensPerRequestMax);
    writer.vector([&](Writer& inner) {
        for (const auto& element : elements) inner.raw(element);
    });
}
void write(Writer& writer, const AuthenticateToken& frame)
{
    writer.u8(std::uint8_t(FrameType::authenticate_token)).raw(frame.token);
}
void write(Writer& writer, const TokenRequest& frame)
{
    writer.u8(std::uint8_t(FrameType::token_request)).u32(frame.request_id).u16(frame.token_type).u8(frame.truncated_token_key_id);
    write_elements(writer, frame.blinded_elements);
}
void write(Writer& writer, const TokenResponse& frame)
{
    writer.u8(std::uint8_t(FrameType::token_response)).u32(frame.request_id);
    write_elements(writer, frame.evaluated_elements);
    writer.raw(frame.proof);
}
void write(Writer& writer, const AuthenticateVault&)
{
    writer.u8(std::uint8_t(FrameType::authenticate_vault));
}
void write(Writer& writer, const VaultEvaluate& frame)
{
    writer.u8(std::uint8_t(FrameType::vault_evaluate)).u32(frame.request_id).raw(frame.vault).raw(frame.blinded_element);
}
void write(Writer& writer, const VaultFetch& frame)
{
    writer.u8(std::uint8_t(FrameType::vault_fetch)).u32(frame.request_id).raw(frame.vault).raw(frame.access_public_key).raw(frame.signature);
}
void write(Writer& writer, const VaultStore& frame)
{
    CHECK_INVARIANT(frame.sealed.size() <= kVaultSizeMax);
    writer.u8(std::uint8_t(FrameType::vault_store)).u32(frame.request_id).raw(frame.vault).u64(frame.previous).u64(frame.version);
    writer.raw(frame.passphrase_access_key).raw(frame.recovery_access_key).opaque(frame.sealed).raw(frame.access_public_key).raw(frame.signature);
}
void write(Writer& writer, const VaultEvaluated& frame)
{
    writer.u8(std::uint8_t(FrameType::vault_evaluated)).u32(frame.request_id).raw(frame.evaluated_element);
}
void write(Writer& writer, const VaultFetched& frame)
{
    CHECK_INVARIANT(frame.sealed.size() <= kVaultSizeMax);
    writer.u8(std::uint8_t(FrameType::vault_fetched)).u32(frame.request_id).u64(frame.version).opaque(frame.sealed);
}
void write(Writer& writer, const VaultStored& frame)
{
    writer.u8(std::uint8_t(FrameType::vault_stored)).u32(frame.request_id).u64(frame.version);
}

template<typename WriteBody>
base::Bytes encode_padded(Seal seal, WriteBody&& write_body)
{
    Writer writer;
    writer.u32(0);
    write_body(writer);
    auto message = std::move(writer).take();
    const auto length = static_cast<std::uint32_t>(message.size() - kEnvelopeSize);
    for (std::size_t i = 0; i < kEnvelopeSize; ++i) message[i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    const auto size = padded_size(message.size(), seal);
    CHECK_INVARIANT(size > 0);
    message.resize(size);
    return message;
}

Result<std::uint32_t> request_id(Reader& reader)
{
    const auto id = TRY(reader.u32());
    if (id == kNoRequest) return Unexpected(Error::bad_value);
    return id;
}

Result<AuthenticateDevice> read_authenticate_device(Reader& reader)
{
    AuthenticateDevice frame;
    frame.device_public_key = TRY(reader.array<32>());
    frame.signature = TRY(reader.array<64>());
    return frame;
}
Result<AuthenticateInvite> read_authenticate_invite(Reader& reader)
{
    AuthenticateInvite frame;
    frame.invite_certificate = TRY(reader.opaque(kInviteCertificateSizeMax));
    frame.signature = TRY(reader.array<64>());
    return frame;
}
Result<AuthenticateFounder> read_authenticate_founder(Reader& reader)
{
    AuthenticateFounder frame;
    frame.token = TRY(reader.array<32>());
    return frame;
}
Result<AuthenticateIdentity> read_authenticate_identity(Reader& reader)
{
    AuthenticateIdentity frame;
    frame.identity_public_key = TRY(reader.array<32>());
    frame.signature = TRY(reader.array<64>());
    return frame;
}
Result<Append> read_append(Reader& reader)
{
    Append frame;
    frame.request_id = TRY(request_id(reader));
    frame.board = TRY(reader.u32());
    frame.entry = TRY(reader.opaque(kRecordSizeMax));
    return frame;
}
Result<Read> read_read(Reader& reader)
{
    Read frame;
    frame.request_id = TRY(request_id(reader));
    frame.board = TRY(reader.u32());
    frame.block = TRY(reader.u64());
    return frame;
}
Result<Follow> read_follow(Reader& reader)
{
    Follow frame;
    frame.request_id = TRY(request_id(reader));
    frame.board = TRY(reader.u32());
    frame.from_position = TRY(reader.u64());
    return frame;
}
Result<Ping> read_ping(Reader& reader)
{
    return Ping{.value = TRY(reader.u64())};
}
Result<Challenge> read_challenge(Reader& reader)
{
    Challenge frame;
    frame.version = TRY(reader.u16());
    frame.nonce = TRY(reader.array<32>());
    if (TRY(reader.optional_marker())) frame.organisation = TRY(reader.array<32>());
    return frame;
}
Result<Accepted> read_accepted(Reader& reader)
{
    Accepted frame;
    frame.session_kind = SessionKind(TRY(reader.u8()));
    auto boards = TRY(reader.vector());
    while (!boards.empty()) {
        if (frame.boards.size() == kBoardsMax) return Unexpected(Error::too_large);
        BoardInfo info;
        info.board = TRY(boards.u32());
        info.kind = BoardKind(TRY(boards.u8()));
        info.level = SendingLevel(TRY(boards.u8()));
        info.cipher_suite = TRY(boards.u16());
        info.retention_days = TRY(boards.u16());
        frame.boards.push_back(info);
    }
    return frame;
}
Result<Refused> read_refused(Reader& reader)
{
    Refused frame;
    frame.request_id = TRY(reader.u32());
    frame.code = Refusal(TRY(reader.u8()));
    return frame;
}
Result<Appended> read_appended(Reader& reader)
{
    Appended frame;
    frame.request_id = TRY(request_id(reader));
    frame.board = TRY(reader.u32());
    frame.position = TRY(reader.u64());
    return frame;
}
Result<Entries> read_entries(Reader& reader)
{
    Entries frame;
    frame.request_id = TRY(reader.u32());
    frame.board = TRY(reader.u32());
    frame.first_position = TRY(reader.u64());
    frame.last = TRY(reader.optional_marker());
    frame.head = TRY(reader.array<32>());
    auto entries = TRY(reader.vector());
    while (!entries.empty()) {
        if (frame.entries.size() == kBlockEntries - frame.first_position % kBlockEntries) return Unexpected(Error::too_large);
        frame.entries.push_back(TRY(entries.opaque(kRecordSizeMax)));
    }
    return frame;
}
Result<Pong> read_pong(Reader& reader)
{
    return Pong{.value = TRY(reader.u64())};
}
Result<SignedHead> read_signed_head(Reader& reader)
{
    SignedHead statement;
    statement.board = TRY(reader.u32());
    statement.position = TRY(reader.u64());
    statement.head = TRY(reader.array<32>());
    statement.signature = TRY(reader.array<64>());
    return statement;
}
Result<Gone> read_gone(Reader& reader)
{
    Gone frame;
    frame.request_id = TRY(reader.u32());
    frame.cut = TRY(read_signed_head(reader));
    return frame;
}

Result<Hello> read_hello(Reader& reader)
{
    return Hello{.version = TRY(reader.u16())};
}
Result<SharedKey> read_shared_key(Reader& reader)
{
    SharedKey frame;
    frame.board = TRY(reader.u32());
    frame.secret = TRY(reader.array<kSharedSecretSize>());
    frame.next = TRY(reader.u64());
    return frame;
}

Result<std::vector<base::ByteArray<32>>> read_elements(Reader& reader)
{
    auto inner = TRY(reader.vector(kTokensPerRequestMax * 32));
    std::vector<base::ByteArray<32>> elements;
    while (!inner.empty()) elements.push_back(TRY(inner.array<32>()));
    if (elements.empty()) return Unexpected(Error::bad_length);
    return elements;
}
Result<AuthenticateToken> read_authenticate_token(Reader& reader)
{
    return AuthenticateToken{.token = TRY(reader.array<kTokenSize>())};
}
Result<TokenRequest> read_token_request(Reader& reader)
{
    TokenRequest frame;
    frame.request_id = TRY(request_id(reader));
    frame.token_type = TRY(reader.u16());
    frame.truncated_token_key_id = TRY(reader.u8());
    frame.blinded_elements = TRY(read_elements(reader));
    return frame;
}
Result<TokenResponse> read_token_response(Reader& reader)
{
    TokenResponse frame;
    frame.request_id = TRY(request_id(reader));
    frame.evaluated_elements = TRY(read_elements(reader));
    frame.proof = TRY(reader.array<64>());
    return frame;
}

Result<VaultEvaluate> read_vault_evaluate(Reader& reader)
{
    VaultEvaluate frame;
    frame.request_id = TRY(request_id(reader));
    frame.vault = TRY(reader.array<32>());
    frame.blinded_element = TRY(reader.array<32>());
    return frame;
}
Result<VaultFetch> read_vault_fetch(Reader& reader)
{
    VaultFetch frame;
    frame.request_id = TRY(request_id(reader));
    frame.vault = TRY(reader.array<32>());
    frame.access_public_key = TRY(reader.array<32>());
    frame.signature = TRY(reader.array<64>());
    return frame;
}
Result<VaultStore> read_vault_store(Reader& reader)
{
    VaultStore frame;
    frame.request_id = TRY(request_id(reader));
    frame.vault = TRY(reader.array<32>());
    frame.previous = TRY(reader.u64());
    frame.version = TRY(reader.u64());
    if (frame.version <= frame.previous || frame.version > kVaultVersionMax) return Unexpected(Error::bad_value);
    frame.passphrase_access_key = TRY(reader.array<32>());
    frame.recovery_access_key = TRY(reader.array<32>());
    frame.sealed = TRY(reader.opaque(kVaultSizeMax));
    frame.access_public_key = TRY(reader.array<32>());
    frame.signature = TRY(reader.array<64>());
    return frame;
}
Result<VaultEvaluated> read_vault_evaluated(Reader& reader)
{
    VaultEvaluated frame;
    frame.request_id = TRY(request_id(reader));
    frame.evaluated_element = TRY(reader.array<32>());
    return frame;
}
Result<VaultFetched> read_vault_fetched(Reader& reader)
{
    VaultFetched frame;
    frame.request_id = TRY(request_id(reader));
    frame.version = TRY(reader.u64());
    frame.sealed = TRY(reader.opaque(kVaultSizeMax));
    return frame;
}
Result<VaultStored> read_vault_stored(Reader& reader)
{
    VaultStored frame;
    frame.request_id = TRY(request_id(reader));
    frame.version = TRY(reader.u64());
    return frame;
}

// Type and body, once the envelope holds what it says.
Result<Reader> open_envelope(ByteView message, Seal seal)
{
    if (message.size() > kFrameSizeMax) return Unexpected(Error::too_large);
    Reader reader(message);
    const auto length = TRY(reader.u32());
    const auto content = TRY(reader.raw(length));
    if (message.size() != padded_size(kEnvelopeSize + length, seal)) return Unexpected(Error::bad_length);
    const auto padding = reader.rest();
    if (!std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0; })) return Unexpected(Error::bad_value);
    return Reader(content);
}

template<typename Frame, typename Body>
Result<Frame> finished(const Reader& reader, Result<Body>&& body)
{
    auto value = TRY(std::move(body));
    TRY(reader.finish());
    return Frame(std::move(value));
}

}  // namespace

base::Bytes encode(const ClientFrame& frame, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { std::visit([&](const auto& body) { write(writer, body); }, frame); });
}

base::Bytes encode(const RelayFrame& frame, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { std::visit([&](const auto& body) { write(writer, body); }, frame); });
}

base::Bytes encode_entries(const Entries& frame, std::span<const base::ByteView> entries, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { write_entries(writer, frame, entries); });
}

Result<ClientFrame> decode_client_frame(ByteView message, Seal seal)
{
    auto reader = TRY(open_envelope(message, seal));
    switch (FrameType(TRY(reader.u8()))) {
    case FrameType::authenticate_device: return finished<ClientFrame>(reader, read_authenticate_device(reader));
    case FrameType::authenticate_invite: return finished<ClientFrame>(reader, read_authenticate_invite(reader));
    case FrameType::authenticate_founder: return finished<ClientFrame>(reader, read_authenticate_founder(reader));
    case FrameType::authenticate_identity: return finished<ClientFrame>(reader, read_authenticate_identity(reader));
    case FrameType::append: return finished<ClientFrame>(reader, read_append(reader));
    case FrameType::read: return finished<ClientFrame>(reader, read_read(reader));
    case FrameType::follow: return finished<ClientFrame>(reader, read_follow(reader));
    case FrameType::ping: return finished<ClientFrame>(reader, read_ping(reader));
    case FrameType::hello: return finished<ClientFrame>(reader, read_hello(reader));
    case FrameType::authenticate_token: return finished<ClientFrame>(reader, read_authenticate_token(reader));
    case FrameType::token_request: return finished<ClientFrame>(reader, read_token_request(reader));
    case FrameType::authenticate_vault: return finished<ClientFrame>(reader, Result<AuthenticateVault>(AuthenticateVault{}));
    case FrameType::vault_evaluate: return finished<ClientFrame>(reader, read_vault_evaluate(reader));
    case FrameType::vault_fetch: return finished<ClientFrame>(reader, read_vault_fetch(reader));
    case FrameType::vault_store: return finished<ClientFrame>(reader, read_vault_store(reader));
    default: return Unexpected(Error::bad_value);
    }
}

Result<RelayFrame> decode_relay_frame(ByteView message, Seal seal)
{
    auto reader = TRY(open_envelope(message, seal));
    switch (FrameType(TRY(reader.u8()))) {
    case FrameType::challenge: return finished<RelayFrame>(reader, read_challenge(reader));
    case FrameType::accepted: return finished<RelayFrame>(reader, read_accepted(reader));
    case FrameType::refused: return finished<RelayFrame>(reader, read_refused(reader));
    case FrameType::shared_key: return finished<RelayFrame>(reader, read_shared_key(reader));
    case FrameType::appended: return finished<RelayFrame>(reader, read_appended(reader));
    case FrameType::entries: return finished<RelayFrame>(reader, read_entries(reader));
    case FrameType::pong: return finished<RelayFrame>(reader, read_pong(reader));
    case FrameType::signed_head: return finished<RelayFrame>(reader, read_signed_head(reader));
    case FrameType::gone: return finished<RelayFrame>(reader, read_gone(reader));
    case FrameType::token_response: return finished<RelayFrame>(reader, read_token_response(reader));
    case FrameType::vault_evaluated: return finished<RelayFrame>(reader, read_vault_evaluated(reader));
    case FrameType::vault_fetched: return finished<RelayFrame>(reader, read_vault_fetched(reader));
    case FrameType::vault_stored: return finished<RelayFrame>(reader, read_vault_stored(reader));
    default: return Unexpected(Error::bad_value);
    }
}

std::size_t encoded_entry_size(std::size_t entry_size)
{
    return entry_size + (entry_size < 64 ? 1 : entry_size < 16384 ? 2 : 4);
}

const char* name_of(Refusal refusal)
{
    switch (refusal) {
    case Refusal::bad_frame: return "bad_frame";
    case Refusal::unsupported_version: return "unsupported_version";
    case Refusal::not_authorised: return "not_authorised";
    case Refusal::unknown_board: return "unknown_board";
    case Refusal::wrong_size: return "wrong_size";
    case Refusal::tag_taken: return "tag_taken";
    case Refusal::storage_full: return "storage_full";
    case Refusal::already_founded: return "already_founded";
    case Refusal::not_founded: return "not_founded";
    case Refusal::invite_used: return "invite_used";
    case Refusal::invite_expired: return "invite_expired";
    case Refusal::invite_invalid: return "invite_invalid";
    case Refusal::bad_record: return "bad_record";
    case Refusal::bad_position: return "bad_position";
    case Refusal::too_many_requests: return "too_many_requests";
    case Refusal::revoked: return "revoked";
    case Refusal::overloaded: return "overloaded";
    case Refusal::internal: return "internal";
    case Refusal::too_many_devices: return "too_many_devices";
    case Refusal::token_invalid: return "token_invalid";
    case Refusal::token_spent: return "token_spent";
    case Refusal::no_tokens_left: return "no_tokens_left";
    case Refusal::unknown_issuer: return "unknown_issuer";
    case Refusal::vault_conflict: return "vault_conflict";
    case Refusal::vault_guesses_spent: return "vault_guesses_spent";
    }
    return "unknown";
}

}  // namespace sinetti::wire
