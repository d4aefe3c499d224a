#include "directory/certificate.h"

#include "crypto/hash.h"

#include <limits>

namespace sinetti::directory {

using base::Unexpected;
using codec::Reader;
using codec::Writer;

namespace {

constexpr std::string_view kInviteLabel = "sinetti invite v1";
// What an invite certificate says of its role and of who signed it.
enum class Grant : std::uint8_t { member_by_root = 0, administrator_by_root = 1, member_by_administrator = 2 };
constexpr std::string_view kDeviceLabel = "sinetti device v1";

void write_unsigned(Writer& writer, const InviteCertificate& certificate)
{
    writer.raw(certificate.root_public_key).raw(certificate.invite_public_key);
    writer.u64(static_cast<std::uint64_t>(certificate.expires.value));
    if (!certificate.administrator) {
        writer.u8(std::uint8_t(certificate.role == Role::administrator ? Grant::administrator_by_root : Grant::member_by_root));
        return;
    }
    CHECK_INVARIANT(certificate.role == Role::member);
    writer.u8(std::uint8_t(Grant::member_by_administrator)).raw(*certificate.administrator);
}

void write_unsigned(Writer& writer, const DeviceCertificate& certificate)
{
    writer.raw(certificate.identity_public_key).raw(certificate.device_public_key).raw(certificate.contact_public_key);
    writer.u64(static_cast<std::uint64_t>(certificate.created.value));
}

template<typename Certificate>
base::Bytes certificate_content(std::string_view label, const Certificate& certificate)
{
    Writer writer;
    write_unsigned(writer, certificate);
    return labelled(label, writer.view());
}

codec::Result<base::UnixMilliseconds> read_time(Reader& reader)
{
    const auto value = TRY(reader.u64());
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return Unexpected(codec::Error::bad_value);
    return base::UnixMilliseconds{static_cast<std::int64_t>(value)};
}

}  // namespace

base::Bytes labelled(std::string_view label, base::ByteView content)
{
    Writer writer;
    writer.text(label).raw(content);
    return std::move(writer).take();
}

InviteCertificate sign_invite(const SignaturePrivateKey& root, const PublicKey& invite_public_key, base::UnixMilliseconds expires, Role role)
{
    CHECK_INVARIANT(expires.value >= 0);
    InviteCertificate certificate{.root_public_key = root.public_key(), .invite_public_key = invite_public_key, .expires = expires, .role = role};
    certificate.signature = root.sign(certificate_content(kInviteLabel, certificate));
    return certificate;
}

InviteCertificate sign_invite_as_administrator(const SignaturePrivateKey& administrator, const PublicKey& root_public_key, const PublicKey& invite_public_key,
                                               base::UnixMilliseconds expires)
{
    CHECK_INVARIANT(expires.value >= 0);
    InviteCertificate certificate{.root_public_key = root_public_key, .invite_public_key = invite_public_key, .expires = expires, .administrator = administrator.public_key()};
    certificate.signature = administrator.sign(certificate_content(kInviteLabel, certificate));
    return certificate;
}

Result<void> verify(const InviteCertificate& certificate)
{
    TRY_OR(crypto::verify(certificate.administrator.value_or(certificate.root_public_key), certificate_content(kInviteLabel, certificate), certificate.signature), Error::bad_signature);
    return {};
}

DeviceCertificate sign_device(const SignaturePrivateKey& identity, const PublicKey& device_public_key,
                              const crypto::DhPublicKey& contact_public_key, base::UnixMilliseconds created)
{
    CHECK_INVARIANT(created.value >= 0);
    DeviceCertificate certificate{.identity_public_key = identity.public_key(),
                                  .device_public_key = device_public_key,
                                  .contact_public_key = contact_public_key,
                                  .created = created};
    certificate.signature = identity.sign(certificate_content(kDeviceLabel, certificate));
    return certificate;
}

Result<void> verify(const DeviceCertificate& certificate)
{
    TRY_OR(crypto::verify(certificate.identity_public_key, certificate_content(kDeviceLabel, certificate), certificate.signature), Error::bad_signature);
    return {};
}

void write(Writer& writer, const InviteCertificate& certificate)
{
    write_unsigned(writer, certificate);
    writer.raw(certificate.signature);
}

void write(Writer& writer, const DeviceCertificate& certificate)
{
    write_unsigned(writer, certificate);
    writer.raw(certificate.signature);
}

codec::Result<InviteCertificate> read_invite_certificate(Reader& reader)
{
    InviteCertificate certificate;
    certificate.root_public_key = TRY(reader.array<32>());
    certificate.invite_public_key = TRY(reader.array<32>());
    certificate.expires = TRY(read_time(reader));
    const auto grant = TRY(reader.u8());
    if (grant > std::uint8_t(Grant::member_by_administrator)) return Unexpected(codec::Error::bad_value);
    if (Grant(grant) == Grant::administrator_by_root) certificate.role = Role::administrator;
    if (Grant(grant) == Grant::member_by_administrator) certificate.administrator = TRY(reader.array<32>());
    certificate.signature = TRY(reader.array<64>());
    return certificate;
}

codec::Result<DeviceCertificate> read_device_certificate(Reader& reader)
{
    DeviceCertificate certificate;
    certificate.identity_public_key = TRY(reader.array<32>());
    certificate.device_public_key = TRY(reader.array<32>());
    certificate.contact_public_key = TRY(reader.array<32>());
    certificate.created = TRY(read_time(reader));
    certificate.signature = TRY(reader.array<64>());
    return certificate;
}

base::Bytes encode(const InviteCertificate& certificate)
{
    Writer writer;
    write(writer, certificate);
    return std::move(writer).take();
}

Result<InviteCertificate> decode_invite_certificate(base::ByteView bytes)
{
    Reader reader(bytes);
    const auto certificate = TRY_OR(read_invite_certificate(reader), Error::malformed);
    TRY_OR(reader.finish(), Error::malformed);
    return certificate;
}

base::ByteArray<32> fingerprint(const PublicKey& identity_public_key)
{
    return crypto::Sha256().update(base::view_of("sinetti fingerprint v1")).update(identity_public_key).finish();
}

}  // namespace sinetti::directory
