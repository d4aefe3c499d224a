#include "relay/auth.h"

#include "crypto/hash.h"
#include "directory/session_auth.h"

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

wire::SessionKind kind_of(const SessionRights& rights)
{
    if (std::holds_alternative<DeviceSession>(rights)) return wire::SessionKind::device;
    if (std::holds_alternative<InviteSession>(rights)) return wire::SessionKind::invite;
    if (std::holds_alternative<IdentitySession>(rights)) return wire::SessionKind::identity;
    if (std::holds_alternative<TokenSession>(rights)) return wire::SessionKind::token;
    if (std::holds_alternative<VaultSession>(rights)) return wire::SessionKind::vault;
    return wire::SessionKind::founder;
}

const char* name_of(wire::SessionKind kind)
{
    switch (kind) {
    case wire::SessionKind::device: return "device";
    case wire::SessionKind::invite: return "invite";
    case wire::SessionKind::founder: return "founder";
    case wire::SessionKind::token: return "token";
    case wire::SessionKind::identity: return "identity";
    case wire::SessionKind::vault: return "vault";
    }
    return "unknown";
}

std::optional<base::ByteArray<32>> key_of(const SessionRights& rights)
{
    if (const auto* session = std::get_if<DeviceSession>(&rights)) return session->device_public_key;
    if (const auto* session = std::get_if<InviteSession>(&rights)) return session->invite.invite_public_key;
    if (const auto* session = std::get_if<IdentitySession>(&rights)) return session->identity_public_key;
    return {};
}

Allowed<SessionRights> authenticate(const wire::AuthenticateDevice& frame, const AuthenticationContext& context)
{
    if (!directory::verify_session(frame.device_public_key, context.nonce, frame.signature)) return Unexpected(Refusal::not_authorised);
    if (!context.directory.founded()) return Unexpected(Refusal::not_founded);
    const auto* device = context.directory.device(frame.device_public_key);
    if (device == nullptr) return Unexpected(Refusal::not_authorised);
    if (device->revoked) return Unexpected(Refusal::revoked);
    return SessionRights(DeviceSession{frame.device_public_key, device->identity_public_key});
}

Allowed<SessionRights> authenticate(const wire::AuthenticateInvite& frame, const AuthenticationContext& context)
{
    const auto invite = TRY_OR(directory::decode_invite_certificate(frame.invite_certificate), Refusal::invite_invalid);
    if (!directory::verify_session(invite.invite_public_key, context.nonce, frame.signature)) return Unexpected(Refusal::not_authorised);
    const auto valid = context.directory.check_invite(invite, context.now);
    if (!valid) {
        const auto refusal = refusal_of(valid.error());
        return Unexpected(refusal == Refusal::bad_record || refusal == Refusal::not_authorised ? Refusal::invite_invalid : refusal);
    }
    return SessionRights(InviteSession{invite});
}

Allowed<SessionRights> authenticate(const wire::AuthenticateFounder& frame, const AuthenticationContext& context)
{
    const auto hash = crypto::sha256(frame.token);
    if (context.directory.founded()) return Unexpected(Refusal::already_founded);
    if (!context.founder_token_hash || !base::equal_constant_time(hash, *context.founder_token_hash)) return Unexpected(Refusal::not_authorised);
    return SessionRights(FounderSession{});
}

Allowed<SessionRights> authenticate(const wire::AuthenticateIdentity& frame, const AuthenticationContext& context)
{
    if (!directory::verify_session(frame.identity_public_key, context.nonce, frame.signature)) return Unexpected(Refusal::not_authorised);
    if (!context.directory.founded()) return Unexpected(Refusal::not_founded);
    const auto* identity = context.directory.identity(frame.identity_public_key);
    if (identity == nullptr) return Unexpected(Refusal::not_authorised);
    if (identity->revoked) return Unexpected(Refusal::revoked);
    return SessionRights(IdentitySession{frame.identity_public_key});
}

bool may_send(const SessionRights& rights, const wire::ClientFrame& frame)
{
    if (!std::holds_alternative<VaultSession>(rights)) return true;
    return std::holds_alternative<wire::VaultEvaluate>(frame) || std::holds_alternative<wire::VaultFetch>(frame) || std::holds_alternative<wire::Ping>(frame) ||
           std::holds_alternative<wire::MeetingPut>(frame) || std::holds_alternative<wire::MeetingGet>(frame);
}

bool may_use_vaults(const SessionRights& rights)
{
    return may_store_vaults(rights) || std::holds_alternative<VaultSession>(rights);
}

bool may_store_vaults(const SessionRights& rights)
{
    return std::holds_alternative<DeviceSession>(rights);
}

bool may_use_blobs(const SessionRights& rights)
{
    return std::holds_alternative<TokenSession>(rights);
}

bool may_meet(const SessionRights& rights)
{
    return std::holds_alternative<TokenSession>(rights) || std::holds_alternative<VaultSession>(rights);
}

bool may_read(const SessionRights& rights, std::uint32_t board)
{
    if (std::holds_alternative<VaultSession>(rights)) return false;
    return board == wire::kDirectoryBoard || std::holds_alternative<TokenSession>(rights);
}

bool may_append_cells(const SessionRights& rights)
{
    return std::holds_alternative<TokenSession>(rights);
}

bool may_append(const SessionRights& rights, const directory::Record& record)
{
    if (const auto* device = std::get_if<DeviceSession>(&rights)) {
        if (const auto* update = std::get_if<directory::KeyPackageUpdate>(&record)) return update->device_public_key == device->device_public_key;
        if (const auto* sign_out = std::get_if<directory::SignOut>(&record)) return sign_out->identity_public_key == device->identity_public_key;
        // the signature, of the root or of an administrator of theirs, is the authority
        return std::holds_alternative<directory::Revocation>(record) || std::holds_alternative<directory::RoleChange>(record) ||
               std::holds_alternative<directory::BoardRecord>(record);
    }
    if (const auto* identity = std::get_if<IdentitySession>(&rights)) {
        if (const auto* enrolment = std::get_if<directory::DeviceEnrolment>(&record))
            return enrolment->device.identity_public_key == identity->identity_public_key;
        const auto* sign_out = std::get_if<directory::SignOut>(&record);
        return sign_out != nullptr && sign_out->identity_public_key == identity->identity_public_key;
    }
    if (const auto* invited = std::get_if<InviteSession>(&rights)) {
        const auto* enrolment = std::get_if<directory::Enrolment>(&record);
        return enrolment != nullptr && enrolment->invite == invited->invite;
    }
    if (!std::holds_alternative<FounderSession>(rights)) return false;   // a token says nothing of whose record it is
    return std::holds_alternative<directory::Organisation>(record) || std::holds_alternative<directory::Enrolment>(record);
}

Refusal refusal_of(directory::Error error)
{
    switch (error) {
    case directory::Error::already_founded: return Refusal::already_founded;
    case directory::Error::not_founded: return Refusal::not_founded;
    case directory::Error::invite_used: return Refusal::invite_used;
    case directory::Error::invite_expired: return Refusal::invite_expired;
    case directory::Error::invite_revoked:
    case directory::Error::revoked: return Refusal::revoked;
    case directory::Error::not_administrator: return Refusal::not_authorised;
    case directory::Error::too_many_devices: return Refusal::too_many_devices;
    default: return Refusal::bad_record;
    }
}

}  // namespace sinetti::relay
