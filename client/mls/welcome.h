#pragma once
// GroupInfo and Welcome (RFC 9420 §12.4.3): what a new member is told.

#include "mls/group_context.h"
#include "mls/psk.h"
#include "mls/treekem.h"

namespace sinetti::mls {

struct GroupInfo {
    GroupContext group_context;
    Extensions extensions;
    Bytes confirmation_tag;
    LeafIndex signer;
    Bytes signature;

    static codec::Result<GroupInfo> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    void sign(CipherSuite suite, const crypto::SignaturePrivateKey& key);
    Result<void> verify(CipherSuite suite, ByteView public_key) const;   // bad_signature
    friend bool operator==(const GroupInfo&, const GroupInfo&) = default;

private:
    void write_unsigned(codec::Writer& writer) const;
};

struct GroupSecrets {
    JoinerSecret joiner_secret;
    std::optional<PathSecret> path_secret;
    std::vector<PreSharedKeyId> psks;

    static codec::Result<GroupSecrets> read(codec::Reader& reader);
    void write(codec::SecretWriter& writer) const;
};

struct EncryptedGroupSecrets {
    KeyPackageRef new_member;
    crypto::HpkeCiphertext encrypted_group_secrets;
    friend bool operator==(const EncryptedGroupSecrets&, const EncryptedGroupSecrets&) = default;
};

struct Welcome {
    std::uint16_t cipher_suite = 0;
    std::vector<EncryptedGroupSecrets> secrets;
    Bytes encrypted_group_info;

    static codec::Result<Welcome> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const Welcome&, const Welcome&) = default;
};

Bytes seal_group_info(CipherSuite suite, const WelcomeSecret& secret, const GroupInfo& group_info);
Result<GroupInfo> open_group_info(CipherSuite suite, const WelcomeSecret& secret, ByteView encrypted);   // decryption_failed, malformed

}  // namespace sinetti::mls
