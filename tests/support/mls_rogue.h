#pragma once
// A member who keeps to no rule: says whatever a test wants with the keys of a real member, rightly signed, tagged and sealed, so that
// nothing but the content can be wrong. It is a copy of what the member knows at one moment; the member itself is left alone.

#include "mls/framing.h"
#include "mls/group.h"

namespace sinetti::tests {

class RogueMember {
public:
    using Body = std::variant<mls::ApplicationData, mls::Proposal, mls::Commit>;

    static RogueMember of(mls::Group& group);

    const mls::GroupContext& context() const { return m_context; }
    mls::LeafIndex leaf() const { return m_leaf; }

    // An MLSMessage with a PublicMessage from any sort of sender; a commit gets a confirmation tag that is wrong.
    mls::Bytes public_message(mls::Sender sender, Body body) const;
    // An MLSMessage with a PrivateMessage at this generation of our ratchet, used before or not.
    mls::Bytes private_message(Body body, mls::Generation generation) const;
    // The same with anything at all for a PrivateMessageContent.
    mls::Bytes private_plaintext(mls::ContentType type, mls::ByteView plaintext, mls::Generation generation) const;
    // And with a leaf and generation of another's, sealed under our key.
    mls::Bytes private_plaintext_as(mls::LeafIndex leaf, mls::ContentType type, mls::ByteView plaintext, mls::Generation key_generation,
                                    mls::Generation told_generation) const;

private:
    mls::AuthenticatedContent sign(mls::WireFormat wire_format, mls::Sender sender, Body body) const;

    mls::CipherSuite m_suite = mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519();
    mls::GroupContext m_context;
    mls::LeafIndex m_leaf;
    std::optional<crypto::SignaturePrivateKey> m_signature_key;
    mls::EpochSecrets m_secrets;
    base::SecretBytes m_messages;   // a SecretTree
};

}  // namespace sinetti::tests
