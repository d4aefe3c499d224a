#pragma once
// The chain of trust: root (→ delegated administrator) → invite → identity → device. A certificate is made by a sign_… function, or decoded and then
// verified; decoding alone says nothing about its signature.

#include "base/clock.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/dh.h"
#include "crypto/sign.h"
#include "directory/errors.h"

#include <optional>
#include <string_view>

namespace sinetti::directory {

using crypto::Signature;
using crypto::SignaturePrivateKey;
using PublicKey = crypto::SignaturePublicKey;   // Ed25519: root, invite, identity and device keys

enum class Role : std::uint8_t { member = 0, administrator = 1 };

// Lets one person enrol, once, until it expires. Whoever holds the invite's private key is that person. A delegated administrator
// signs it with their identity key, and for members only; whether they are one is board 0's to say (state.h).
struct InviteCertificate {
    PublicKey root_public_key{};
    PublicKey invite_public_key{};
    base::UnixMilliseconds expires;             // not negative; expired when now >= expires
    Role role = Role::member;
    std::optional<PublicKey> administrator;     // the delegated one who signed it; absent: the root did
    Signature signature{};
    friend bool operator==(const InviteCertificate&, const InviteCertificate&) = default;
};
InviteCertificate sign_invite(const SignaturePrivateKey& root, const PublicKey& invite_public_key, base::UnixMilliseconds expires, Role role);
InviteCertificate sign_invite_as_administrator(const SignaturePrivateKey& administrator, const PublicKey& root_public_key, const PublicKey& invite_public_key,
                                               base::UnixMilliseconds expires);
Result<void> verify(const InviteCertificate& certificate);

// A device speaks for an identity.
struct DeviceCertificate {
    PublicKey identity_public_key{};
    PublicKey device_public_key{};
    crypto::DhPublicKey contact_public_key{};   // X25519, for first contact
    base::UnixMilliseconds created;             // not negative
    Signature signature{};                      // by the identity
    friend bool operator==(const DeviceCertificate&, const DeviceCertificate&) = default;
};
DeviceCertificate sign_device(const SignaturePrivateKey& identity, const PublicKey& device_public_key,
                              const crypto::DhPublicKey& contact_public_key, base::UnixMilliseconds created);
Result<void> verify(const DeviceCertificate& certificate);

base::Bytes encode(const InviteCertificate& certificate);
Result<InviteCertificate> decode_invite_certificate(base::ByteView bytes);

// What a person reads aloud to show who they are: SHA-256("sinetti fingerprint v1" ‖ identity key).
base::ByteArray<32> fingerprint(const PublicKey& identity_public_key);

// Parts of larger encodings.
void write(codec::Writer& writer, const InviteCertificate& certificate);
void write(codec::Writer& writer, const DeviceCertificate& certificate);
codec::Result<InviteCertificate> read_invite_certificate(codec::Reader& reader);
codec::Result<DeviceCertificate> read_device_certificate(codec::Reader& reader);

// opaque<V> label ‖ content: what every signature of this folder is over.
base::Bytes labelled(std::string_view label, base::ByteView content);

}  // namespace sinetti::directory
