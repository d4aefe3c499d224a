#pragma once
// Message framing (RFC 9420 §6).
//
//   FramedContent ─ sign ─► AuthenticatedContent ─ protect ─► PublicMessage | PrivateMessage ─► MlsMessage (bytes)
//
//   bytes ─ parse ─► MlsMessage ─ unprotect ─► UnverifiedContent ─ verify ─► VerifiedContent
//
// Only a VerifiedContent lets its content be used: a receiver that forgot the signature does not compile.

#include "mls/proposal.h"
#include "mls/secret_tree.h"
#include "mls/welcome.h"

namespace sinetti::mls {

struct Sender {
    SenderType type = SenderType::member;
    std::uint32_t index = 0;   // member: leaf index; external: index in external_senders

    static Sender member(LeafIndex leaf) { return {SenderType::member, leaf.value()}; }
    LeafIndex leaf() const { return LeafIndex(index); }   // of a member
    static codec::Result<Sender> read(codec::Reader& reader);
    friend bool operator==(const Sender&, const Sender&) = default;
};

using ApplicationData = base::SecretBytes;

struct FramedContent {
    Bytes group_id;
    Epoch epoch;
    Sender sender;
    Bytes authenticated_data;
    std::variant<ApplicationData, Proposal, Commit> body;

    ContentType content_type() const { return static_cast<ContentType>(body.index() + 1); }
    static codec::Result<FramedContent> read(codec::Reader& reader);
    base::SecretBytes serialize() const;
};

struct FramedContentAuthData {
    Bytes signature;
    Bytes confirmation_tag;   // of a commit

    static codec::Result<FramedContentAuthData> read(codec::Reader& reader, ContentType content_type);
    void write(codec::SecretWriter& writer, ContentType content_type) const;
};

struct AuthenticatedContent {
    WireFormat wire_format{};
    FramedContent content;
    FramedContentAuthData auth;

    static AuthenticatedContent sign(CipherSuite suite, WireFormat wire_format, FramedContent&& content, const crypto::SignaturePrivateKey& key,
                                     ByteView group_context);
    Bytes membership_tag(CipherSuite suite, const MembershipKey& key, ByteView group_context) const;
    ProposalRef proposal_ref(CipherSuite suite) const;   // §5.2

    static codec::Result<AuthenticatedContent> read(codec::Reader& reader);
    base::SecretBytes serialize() const;

private:
    friend class UnverifiedContent;
    base::SecretBytes to_be_signed(ByteView group_context) const;   // FramedContentTBS
};

// Content whose signature was verified with the key that its user says is the sender's.
class VerifiedContent {
public:
    const AuthenticatedContent& operator*() const { return m_content; }
    const AuthenticatedContent* operator->() const { return &m_content; }
    AuthenticatedContent release() && { return std::move(m_content); }

private:
    friend class UnverifiedContent;
    explicit VerifiedContent(AuthenticatedContent&& content) : m_content(std::move(content)) {}
    AuthenticatedContent m_content;
};

// Content as it came out of its protection. What it claims serves to find the key that must have signed it, and for nothing else.
class UnverifiedContent {
public:
    explicit UnverifiedContent(AuthenticatedContent&& content) : m_content(std::move(content)) {}
    const FramedContent& claimed() const { return m_content.content; }
    Result<VerifiedContent> verify(CipherSuite suite, ByteView public_key, ByteView group_context) &&;   // bad_signature

private:
    AuthenticatedContent m_content;
};

struct PublicMessage {
    FramedContent content;
    FramedContentAuthData auth;
    Bytes membership_tag;   // of a member

    static codec::Result<PublicMessage> read(codec::Reader& reader);
    void write(codec::SecretWriter& writer) const;
};

struct SenderData {
    LeafIndex leaf;
    Generation generation;
    base::ByteArray<4> reuse_guard{};
};

struct PrivateMessage {
    Bytes group_id;
    Epoch epoch;
    ContentType content_type{};
    Bytes authenticated_data;
    Bytes encrypted_sender_data;
    Bytes ciphertext;

    static codec::Result<PrivateMessage> read(codec::Reader& reader);
    void write(codec::SecretWriter& writer) const;
};

struct MlsMessage {
    std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage> body;

    WireFormat wire_format() const { return static_cast<WireFormat>(body.index() + 1); }
    // A whole message. Errors: malformed, unsupported_version, unsupported_wire_format.
    static Result<MlsMessage> parse(ByteView bytes);
    Bytes serialize() const;
};

PublicMessage protect_public(CipherSuite suite, AuthenticatedContent&& content, const MembershipKey& key, ByteView group_context);
// bad_membership_tag; malformed for application data, which must be private (§6).
Result<UnverifiedContent> unprotect_public(CipherSuite suite, PublicMessage&& message, const MembershipKey& key, ByteView group_context);

constexpr bool is_group_message(WireFormat format)   // what content in a group is framed as
{
    return format == WireFormat::public_message || format == WireFormat::private_message;
}

RatchetType ratchet_type(ContentType content_type);
PrivateMessage protect_private(CipherSuite suite, const AuthenticatedContent& content, const SecretTree::Found& key,
                               const SenderDataSecret& sender_data_secret, std::size_t padding, base::Random& random);
Result<SenderData> open_sender_data(CipherSuite suite, const PrivateMessage& message, const SenderDataSecret& secret);   // decryption_failed
// decryption_failed; malformed when the plaintext is not what it should be or its padding is not all zeros.
Result<UnverifiedContent> unprotect_private(CipherSuite suite, const PrivateMessage& message, const SenderData& sender_data,
                                            const KeyAndNonce& key);

}  // namespace sinetti::mls
