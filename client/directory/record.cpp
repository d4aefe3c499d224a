#include "directory/record.h"

#include "crypto/hash.h"
#include "crypto/ristretto255.h"

#include <algorithm>

namespace sinetti::directory {

using base::Unexpected;
using codec::Reader;
using codec::Writer;

namespace {

constexpr std::uint8_t kRecordVersion = 1;
enum class RecordType : std::uint8_t { organisation = 1, enrolment = 2, key_package = 3, revocation = 4, token_issuer = 5, device_enrolment = 6, sign_out = 7,
                                       role_change = 8, administrator_revocation = 9, board = 10, closed_board = 11 };

constexpr std::string_view kOrganisationLabel = "sinetti organisation v1";
constexpr std::string_view kEnrolmentLabel = "sinetti enrolment v1";
constexpr std::string_view kKeyPackageLabel = "sinetti key package v1";
constexpr std::string_view kRevocationLabel = "sinetti revocation v1";
constexpr std::string_view kAdministratorRevocationLabel = "sinetti administrator revocation v1";
constexpr std::string_view kRoleChangeLabel = "sinetti role v1";
constexpr std::string_view kBoardLabel = "sinetti board policy v1";
constexpr std::string_view kClosedBoardLabel = "sinetti closed board v1";
constexpr std::string_view kDeviceEnrolmentLabel = "sinetti device enrolment v1";
constexpr std::string_view kSignOutLabel = "sinetti sign-out v1";
constexpr std::string_view kTokenIssuerLabel = "sinetti token issuer v1";

// --- the signed part of each body ----------------------------------------------------------------------------------
void write_unsigned(Writer& writer, const Organisation& record)
{
    writer.raw(record.root_public_key).opaque(record.sealed_name);
}
void write_unsigned(Writer& writer, const Enrolment& record)
{
    write(writer, record.invite);
    writer.raw(record.identity_public_key).opaque(record.sealed_profile);
    write(writer, record.device);
    writer.opaque(record.key_packages);
}
void write_unsigned(Writer& writer, const KeyPackageUpdate& record)
{
    writer.raw(record.device_public_key).opaque(record.key_packages);
}
void write_unsigned(Writer& writer, const Revocation& record)
{
    if (record.administrator) writer.raw(*record.administrator);
    writer.u8(std::uint8_t(record.kind)).raw(record.key);
}
void write_unsigned(Writer& writer, const RoleChange& record)
{
    writer.raw(record.identity_public_key).u32(record.number).u8(std::uint8_t(record.role));
}
void write_unsigned(Writer& writer, const BoardRecord& record)
{
    writer.optional_marker(record.administrator.has_value());
    if (record.administrator) writer.raw(*record.administrator);
    writer.u32(record.board).u32(record.number).u8(std::uint8_t(record.level)).u16(std::uint16_t(record.suite)).u16(record.retention_days);
    writer.opaque(record.sealed_name);
}
void write_unsigned(Writer& writer, const DeviceEnrolment& record)
{
    write(writer, record.device);
    writer.opaque(record.sealed_name).opaque(record.key_packages);
}
void write_unsigned(Writer& writer, const SignOut& record)
{
    writer.raw(record.identity_public_key).raw(record.device_public_key);
}
void write_unsigned(Writer& writer, const TokenIssuer& record)
{
    writer.raw(record.relay_public_key).u64(std::uint64_t(record.not_before.value)).u64(std::uint64_t(record.expires.value)).raw(record.issuer_public_key);
}

template<typename Body>
base::Bytes content(std::string_view label, const Body& record)
{
    Writer writer;
    write_unsigned(writer, record);
    return labelled(label, writer.view());
}

// --- whole bodies --------------------------------------------------------------------------------------------------
void write_record(Writer& writer, const Organisation& record)
{
    writer.u8(std::uint8_t(RecordType::organisation));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const Enrolment& record)
{
    writer.u8(std::uint8_t(RecordType::enrolment));
    write_unsigned(writer, record);
    writer.raw(record.invite_signature).raw(record.identity_signature);
}
void write_record(Writer& writer, const KeyPackageUpdate& record)
{
    writer.u8(std::uint8_t(RecordType::key_package));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const Revocation& record)
{
    writer.u8(std::uint8_t(record.administrator ? RecordType::administrator_revocation : RecordType::revocation));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const RoleChange& record)
{
    writer.u8(std::uint8_t(RecordType::role_change));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const BoardRecord& record)
{
    writer.u8(std::uint8_t(record.closed ? RecordType::closed_board : RecordType::board));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const DeviceEnrolment& record)
{
    writer.u8(std::uint8_t(RecordType::device_enrolment));
    write_unsigned(writer, record);
    writer.raw(record.identity_signature).raw(record.device_signature);
}
void write_record(Writer& writer, const SignOut& record)
{
    writer.u8(std::uint8_t(RecordType::sign_out));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}
void write_record(Writer& writer, const TokenIssuer& record)
{
    writer.u8(std::uint8_t(RecordType::token_issuer));
    write_unsigned(writer, record);
    writer.raw(record.signature);
}

codec::Result<base::Bytes> read_sealed_name(Reader& reader)
{
    auto sealed = TRY(reader.opaque(kSealedNameSize));
    if (sealed.size() != kSealedNameSize) return Unexpected(codec::Error::bad_length);
    return sealed;
}
codec::Result<Organisation> read_organisation(Reader& reader)
{
    Organisation record;
    record.root_public_key = TRY(reader.array<32>());
    record.sealed_name = TRY(read_sealed_name(reader));
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<Enrolment> read_enrolment(Reader& reader)
{
    Enrolment record;
    record.invite = TRY(read_invite_certificate(reader));
    record.identity_public_key = TRY(reader.array<32>());
    record.sealed_profile = TRY(read_sealed_name(reader));
    record.device = TRY(read_device_certificate(reader));
    record.key_packages = TRY(reader.opaque(kKeyPackagesSizeMax));
    record.invite_signature = TRY(reader.array<64>());
    record.identity_signature = TRY(reader.array<64>());
    return record;
}
codec::Result<KeyPackageUpdate> read_key_packages(Reader& reader)
{
    KeyPackageUpdate record;
    record.device_public_key = TRY(reader.array<32>());
    record.key_packages = TRY(reader.opaque(kKeyPackagesSizeMax));
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<Revocation> read_revocation(Reader& reader)
{
    Revocation record;
    const auto kind = TRY(reader.u8());
    if (kind > std::uint8_t(RevokedKind::identity)) return Unexpected(codec::Error::bad_value);
    record.kind = RevokedKind(kind);
    record.key = TRY(reader.array<32>());
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<Revocation> read_administrator_revocation(Reader& reader)
{
    const auto administrator = TRY(reader.array<32>());
    auto record = TRY(read_revocation(reader));
    record.administrator = administrator;
    return record;
}
codec::Result<RoleChange> read_role_change(Reader& reader)
{
    RoleChange record;
    record.identity_public_key = TRY(reader.array<32>());
    record.number = TRY(reader.u32());
    const auto role = TRY(reader.u8());
    if (role > std::uint8_t(Role::administrator)) return Unexpected(codec::Error::bad_value);
    record.role = Role(role);
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<BoardRecord> read_board(Reader& reader)
{
    BoardRecord record;
    if (TRY(reader.optional_marker())) record.administrator = TRY(reader.array<32>());
    record.board = TRY(reader.u32());
    if (record.board == 0 || record.board > kBoardNumberMax) return Unexpected(codec::Error::bad_value);   // 0 is the directory
    record.number = TRY(reader.u32());
    record.level = BoardLevel(TRY(reader.u8()));
    if (record.level != BoardLevel::prompt && record.level != BoardLevel::mixed) return Unexpected(codec::Error::bad_value);
    record.suite = BoardSuite(TRY(reader.u16()));
    if (record.suite != BoardSuite::classical && record.suite != BoardSuite::post_quantum) return Unexpected(codec::Error::bad_value);
    record.retention_days = TRY(reader.u16());
    record.sealed_name = TRY(read_sealed_name(reader));
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<BoardRecord> read_closed_board(Reader& reader)
{
    auto record = TRY(read_board(reader));
    record.closed = true;
    return record;
}
codec::Result<DeviceEnrolment> read_device_enrolment(Reader& reader)
{
    DeviceEnrolment record;
    record.device = TRY(read_device_certificate(reader));
    record.sealed_name = TRY(read_sealed_name(reader));
    record.key_packages = TRY(reader.opaque(kKeyPackagesSizeMax));
    record.identity_signature = TRY(reader.array<64>());
    record.device_signature = TRY(reader.array<64>());
    return record;
}
codec::Result<SignOut> read_sign_out(Reader& reader)
{
    SignOut record;
    record.identity_public_key = TRY(reader.array<32>());
    record.device_public_key = TRY(reader.array<32>());
    record.signature = TRY(reader.array<64>());
    return record;
}
codec::Result<TokenIssuer> read_token_issuer(Reader& reader)
{
    TokenIssuer record;
    record.relay_public_key = TRY(reader.array<32>());
    const auto not_before = TRY(reader.u64());
    const auto expires = TRY(reader.u64());
    if (not_before > INT64_MAX - kTokenLifetime || not_before % kTokenPeriod != 0) return Unexpected(codec::Error::bad_value);
    if (expires != not_before + kTokenLifetime) return Unexpected(codec::Error::bad_value);
    record.not_before = {std::int64_t(not_before)};
    record.expires = {std::int64_t(expires)};
    record.issuer_public_key = TRY(reader.array<32>());
    record.signature = TRY(reader.array<64>());
    return record;
}

template<typename Body>
Result<Record> finished(const Reader& reader, codec::Result<Body>&& body)
{
    auto record = TRY_OR(std::move(body), Error::malformed);
    TRY_OR(reader.finish(), Error::malformed);
    return Record(std::move(record));
}

Result<void> check_signature(const PublicKey& signer, base::ByteView message, const Signature& signature)
{
    TRY_OR(crypto::verify(signer, message, signature), Error::bad_signature);
    return {};
}

Result<void> verify_record(const Organisation& record, const PublicKey& root)
{
    if (record.root_public_key != root) return Unexpected(Error::wrong_organisation);
    return check_signature(root, content(kOrganisationLabel, record), record.signature);
}
Result<void> verify_record(const Enrolment& record, const PublicKey& root)
{
    if (record.invite.root_public_key != root) return Unexpected(Error::wrong_organisation);
    if (record.device.identity_public_key != record.identity_public_key) return Unexpected(Error::key_mismatch);
    TRY(verify(record.invite));
    TRY(verify(record.device));
    const auto message = content(kEnrolmentLabel, record);
    TRY(check_signature(record.invite.invite_public_key, message, record.invite_signature));
    return check_signature(record.identity_public_key, message, record.identity_signature);
}
Result<void> verify_record(const KeyPackageUpdate& record, const PublicKey&)
{
    return check_signature(record.device_public_key, content(kKeyPackageLabel, record), record.signature);
}
Result<void> verify_record(const Revocation& record, const PublicKey& root)
{
    if (record.administrator) return check_signature(*record.administrator, content(kAdministratorRevocationLabel, record), record.signature);
    return check_signature(root, content(kRevocationLabel, record), record.signature);
}
Result<void> verify_record(const RoleChange& record, const PublicKey& root)
{
    return check_signature(root, content(kRoleChangeLabel, record), record.signature);
}
base::Bytes board_content(const BoardRecord& record) { return content(record.closed ? kClosedBoardLabel : kBoardLabel, record); }
Result<void> verify_record(const BoardRecord& record, const PublicKey& root)
{
    return check_signature(record.administrator.value_or(root), board_content(record), record.signature);
}
Result<void> verify_record(const DeviceEnrolment& record, const PublicKey&)
{
    TRY(verify(record.device));
    const auto message = content(kDeviceEnrolmentLabel, record);
    TRY(check_signature(record.device.identity_public_key, message, record.identity_signature));
    return check_signature(record.device.device_public_key, message, record.device_signature);
}
Result<void> verify_record(const SignOut& record, const PublicKey&)
{
    return check_signature(record.identity_public_key, content(kSignOutLabel, record), record.signature);
}
Result<void> verify_record(const TokenIssuer& record, const PublicKey&)
{
    TRY_OR(crypto::GroupElement::decode(record.issuer_public_key), Error::malformed);
    return check_signature(record.relay_public_key, content(kTokenIssuerLabel, record), record.signature);
}

}  // namespace

RecordTag record_tag(base::ByteView record)
{
    const auto digest = crypto::sha256(record);
    RecordTag tag;
    std::copy_n(digest.begin(), tag.size(), tag.begin());
    return tag;
}

Organisation sign_organisation(const SignaturePrivateKey& root, base::Bytes sealed_name)
{
    Organisation record{.root_public_key = root.public_key(), .sealed_name = std::move(sealed_name)};
    record.signature = root.sign(content(kOrganisationLabel, record));
    return record;
}

Enrolment sign_enrolment(const InviteCertificate& invite, const SignaturePrivateKey& invite_key, const SignaturePrivateKey& identity,
                         base::Bytes sealed_profile, const DeviceCertificate& device, base::Bytes key_packages)
{
    Enrolment record{.invite = invite,
                     .identity_public_key = identity.public_key(),
                     .sealed_profile = std::move(sealed_profile),
                     .device = device,
                     .key_packages = std::move(key_packages)};
    const auto message = content(kEnrolmentLabel, record);
    record.invite_signature = invite_key.sign(message);
    record.identity_signature = identity.sign(message);
    return record;
}

KeyPackageUpdate sign_key_package(const SignaturePrivateKey& device, base::Bytes key_packages)
{
    KeyPackageUpdate record{.device_public_key = device.public_key(), .key_packages = std::move(key_packages)};
    record.signature = device.sign(content(kKeyPackageLabel, record));
    return record;
}

Revocation sign_revocation(const SignaturePrivateKey& root, RevokedKind kind, const PublicKey& key)
{
    Revocation record{.kind = kind, .key = key};
    record.signature = root.sign(content(kRevocationLabel, record));
    return record;
}

Revocation sign_revocation_as_administrator(const SignaturePrivateKey& administrator, RevokedKind kind, const PublicKey& key)
{
    Revocation record{.kind = kind, .key = key, .administrator = administrator.public_key()};
    record.signature = administrator.sign(content(kAdministratorRevocationLabel, record));
    return record;
}

RoleChange sign_role_change(const SignaturePrivateKey& root, const PublicKey& identity_public_key, std::uint32_t number, Role role)
{
    RoleChange record{.identity_public_key = identity_public_key, .number = number, .role = role};
    record.signature = root.sign(content(kRoleChangeLabel, record));
    return record;
}

BoardRecord sign_board(const SignaturePrivateKey& root, BoardRecord&& wanted)
{
    wanted.administrator.reset();
    wanted.signature = root.sign(board_content(wanted));
    return std::move(wanted);
}

BoardRecord sign_board_as_administrator(const SignaturePrivateKey& administrator, BoardRecord&& wanted)
{
    wanted.administrator = administrator.public_key();
    wanted.signature = administrator.sign(board_content(wanted));
    return std::move(wanted);
}

DeviceEnrolment sign_device_enrolment(const SignaturePrivateKey& identity, const SignaturePrivateKey& device, const DeviceCertificate& certificate,
                                      base::Bytes sealed_name, base::Bytes key_packages)
{
    DeviceEnrolment record{.device = certificate, .sealed_name = std::move(sealed_name), .key_packages = std::move(key_packages)};
    const auto message = content(kDeviceEnrolmentLabel, record);
    record.identity_signature = identity.sign(message);
    record.device_signature = device.sign(message);
    return record;
}

SignOut sign_sign_out(const SignaturePrivateKey& identity, const PublicKey& device_public_key)
{
    SignOut record{.identity_public_key = identity.public_key(), .device_public_key = device_public_key};
    record.signature = identity.sign(content(kSignOutLabel, record));
    return record;
}

TokenIssuer sign_token_issuer(const SignaturePrivateKey& relay, base::UnixMilliseconds not_before, const base::ByteArray<32>& issuer_public_key)
{
    TokenIssuer record{.relay_public_key = relay.public_key(),
                       .not_before = not_before,
                       .expires = {not_before.value + kTokenLifetime},
                       .issuer_public_key = issuer_public_key};
    record.signature = relay.sign(content(kTokenIssuerLabel, record));
    return record;
}

base::Bytes encode(const Record& record)
{
    Writer writer;
    writer.u8(kRecordVersion);
    std::visit([&](const auto& body) { write_record(writer, body); }, record);
    return std::move(writer).take();
}

Result<Record> decode_record(base::ByteView bytes)
{
    if (bytes.size() > kRecordSizeMax) return Unexpected(Error::malformed);
    Reader reader(bytes);
    if (TRY_OR(reader.u8(), Error::malformed) != kRecordVersion) return Unexpected(Error::unknown_version);
    switch (RecordType(TRY_OR(reader.u8(), Error::malformed))) {
    case RecordType::organisation: return finished(reader, read_organisation(reader));
    case RecordType::enrolment: return finished(reader, read_enrolment(reader));
    case RecordType::key_package: return finished(reader, read_key_packages(reader));
    case RecordType::revocation: return finished(reader, read_revocation(reader));
    case RecordType::administrator_revocation: return finished(reader, read_administrator_revocation(reader));
    case RecordType::role_change: return finished(reader, read_role_change(reader));
    case RecordType::board: return finished(reader, read_board(reader));
    case RecordType::closed_board: return finished(reader, read_closed_board(reader));
    case RecordType::device_enrolment: return finished(reader, read_device_enrolment(reader));
    case RecordType::sign_out: return finished(reader, read_sign_out(reader));
    case RecordType::token_issuer: return finished(reader, read_token_issuer(reader));
    }
    return Unexpected(Error::unknown_version);
}

Result<void> verify(const Record& record, const PublicKey& root)
{
    return std::visit([&](const auto& body) { return verify_record(body, root); }, record);
}

}  // namespace sinetti::directory
