#pragma once
// Who may open a session, and what such a session may append. Pure functions of the directory.

#include "directory/state.h"
#include "wire/frame.h"

namespace sinetti::relay {

template<typename T>
using Allowed = base::Result<T, wire::Refusal>;

struct DeviceSession {
    directory::PublicKey device_public_key{};
    directory::PublicKey identity_public_key{};   // whose device it is
};
struct InviteSession {
    directory::InviteCertificate invite;
};
struct FounderSession {};
struct IdentitySession {
    directory::PublicKey identity_public_key{};
};
struct TokenSession {};              // some member of staff
struct VaultSession {};              // anybody
using SessionRights = std::variant<DeviceSession, InviteSession, FounderSession, IdentitySession, TokenSession, VaultSession>;

wire::SessionKind kind_of(const SessionRights& rights);
const char* name_of(wire::SessionKind kind);
std::optional<base::ByteArray<32>> key_of(const SessionRights& rights);   // that was shown: a device's, an identity's, an invite's

// SHA-256 of the founder's token, all the relay's database keeps of it.
using FounderTokenHash = base::ByteArray<32>;

struct AuthenticationContext {
    const directory::DirectoryState& directory;
    const wire::Nonce& nonce;
    base::UnixMilliseconds now;
    const std::optional<FounderTokenHash>& founder_token_hash;
};

// Signatures are checked before anything is looked up, so that a refusal takes as long for a key the directory does not know.
Allowed<SessionRights> authenticate(const wire::AuthenticateDevice& frame, const AuthenticationContext& context);
Allowed<SessionRights> authenticate(const wire::AuthenticateInvite& frame, const AuthenticationContext& context);
Allowed<SessionRights> authenticate(const wire::AuthenticateFounder& frame, const AuthenticationContext& context);
Allowed<SessionRights> authenticate(const wire::AuthenticateIdentity& frame, const AuthenticationContext& context);

bool may_send(const SessionRights& rights, const wire::ClientFrame& frame);   // false: garbled
bool may_use_vaults(const SessionRights& rights);
bool may_store_vaults(const SessionRights& rights);
bool may_meet(const SessionRights& rights);        // some member of staff, and anybody
bool may_use_blobs(const SessionRights& rights);   // and nobody who has named themselves
bool may_read(const SessionRights& rights, std::uint32_t board);   // and follow
bool may_append_cells(const SessionRights& rights);
bool may_append(const SessionRights& rights, const directory::Record& record);

wire::Refusal refusal_of(directory::Error error);

}  // namespace sinetti::relay
