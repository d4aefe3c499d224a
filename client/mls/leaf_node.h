#pragma once
// Leaf nodes (RFC 9420 §7.2): a member's keys, credential and capabilities, signed by the member.

#include "mls/cipher_suite.h"
#include "mls/credential.h"

#include <optional>
#include <vector>

namespace sinetti::mls {

struct Extension {
    ExtensionType type{};
    Bytes data;

    static codec::Result<Extension> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const Extension&, const Extension&) = default;
};
using Extensions = std::vector<Extension>;   // at most one of each type (§13.4)

codec::Result<Extensions> read_extensions(codec::Reader& reader);
void write_extensions(codec::Writer& writer, const Extensions& extensions);
const Extension* find_extension(const Extensions& extensions, ExtensionType type);

struct Capabilities {   // §7.2
    std::vector<ProtocolVersion> versions;
    std::vector<std::uint16_t> cipher_suites;
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    std::vector<CredentialType> credentials;

    static Capabilities ours();
    bool supports(ExtensionType type) const;    // the default extensions of §13.3 count as supported
    bool supports(ProposalType type) const;     // so do the default proposals
    bool supports(CredentialType type) const;
    static codec::Result<Capabilities> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

struct RequiredCapabilities {   // §11.1
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    std::vector<CredentialType> credentials;

    static codec::Result<RequiredCapabilities> parse(ByteView bytes);
    Extension extension() const;   // for a GroupContext
    bool met_by(const Capabilities& capabilities) const;
};

struct UnixSeconds {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(UnixSeconds, UnixSeconds) = default;
};

struct Lifetime {   // §7.2; seconds since the Unix epoch, both ends included
    UnixSeconds not_before{0};
    UnixSeconds not_after{UINT64_MAX};
    friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

enum class LeafNodeSource : std::uint8_t { key_package = 1, update = 2, commit = 3 };

// What makes a leaf ours, and what it says we can do.
struct LeafNodeIdentity {
    Credential credential;
    crypto::SignaturePrivateKey signature_key;
    Capabilities capabilities = Capabilities::ours();
    Extensions extensions = {};   // of the leaf; capabilities must list those that are not default ones

    LeafNodeIdentity clone() const { return {credential, signature_key.clone(), capabilities, extensions}; }
};

// Where an update or commit leaf stands; a key package's leaf stands nowhere yet.
struct LeafNodePosition {
    ByteView group_id;
    LeafIndex leaf;
};

struct LeafNode {
    crypto::HpkePublicKey encryption_key;
    Bytes signature_key;
    Credential credential;
    Capabilities capabilities;
    LeafNodeSource source = LeafNodeSource::key_package;
    Lifetime lifetime;     // of a key_package leaf
    Bytes parent_hash;     // of a commit leaf
    Extensions extensions;
    Bytes signature;

    static codec::Result<LeafNode> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    Bytes serialize() const;

    void sign(CipherSuite suite, const crypto::SignaturePrivateKey& key, std::optional<LeafNodePosition> position);
    Result<void> verify(CipherSuite suite, std::optional<LeafNodePosition> position) const;   // bad_signature
    friend bool operator==(const LeafNode&, const LeafNode&) = default;

private:
    void write_unsigned(codec::Writer& writer) const;
    Bytes to_be_signed(std::optional<LeafNodePosition> position) const;   // LeafNodeTBS
};

}  // namespace sinetti::mls
