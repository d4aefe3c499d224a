#pragma once
// Key packages (RFC 9420 §10): how to reach somebody who is not there. The public half is published as an MLSMessage; the
// private half stays in the local store.

#include "mls/leaf_node.h"

namespace sinetti::mls {

using KeyPackageRef = Bytes;

struct KeyPackage {
    ProtocolVersion version = ProtocolVersion::mls10;
    std::uint16_t cipher_suite = 0;
    crypto::HpkePublicKey init_key;
    LeafNode leaf_node;
    Extensions extensions;
    Bytes signature;

    // An MLSMessage holding a KeyPackage. Errors: malformed, unsupported_version, unsupported_suite, unsupported_wire_format.
    // Parsing checks the shape only; validate() checks the rest.
    static Result<KeyPackage> parse(ByteView mls_message);
    // Such messages one behind the other, as a device publishes them: those of suites that are not ours are left out.
    // Errors: malformed, unsupported_version, unsupported_wire_format.
    static Result<std::vector<KeyPackage>> parse_all(ByteView mls_messages);
    Bytes serialize() const;

    // §10.1: signatures, keys, capabilities, and the lifetime when `now` is given.
    // Errors: invalid_key_package, invalid_leaf_node, bad_signature, lifetime_out_of_range.
    Result<void> validate(std::optional<UnixSeconds> now) const;
    KeyPackageRef ref() const;   // §5.2; only for a suite of ours

    static codec::Result<KeyPackage> read(codec::Reader& reader);   // of any version and suite
    void write(codec::Writer& writer) const;
    friend bool operator==(const KeyPackage&, const KeyPackage&) = default;

private:
    friend struct KeyPackagePrivate;
    Bytes to_be_signed() const;   // KeyPackageTBS
};

using InitPrivateKey = base::NamedSecret<struct InitPrivateKeyTag>;
using EncryptionPrivateKey = base::NamedSecret<struct EncryptionPrivateKeyTag>;

struct KeyPackagePrivate {
    KeyPackage key_package;
    InitPrivateKey init_key;
    EncryptionPrivateKey encryption_key;
    crypto::SignaturePrivateKey signature_key;

    static KeyPackagePrivate generate(CipherSuite suite, const LeafNodeIdentity& identity, Lifetime lifetime, base::Random& random);

    base::SecretBytes serialize() const;                                  // a versioned record for the local store
    static Result<KeyPackagePrivate> parse(ByteView record);              // bad_record
};

inline KeyPackagePrivate generate_key_package(CipherSuite suite, const LeafNodeIdentity& identity, base::Random& random, Lifetime lifetime)
{
    return KeyPackagePrivate::generate(suite, identity, lifetime, random);
}

}  // namespace sinetti::mls
