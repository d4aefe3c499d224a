#include "mls/framing.h"

#include "mls/encode.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

void write_sender(codec::SecretWriter& writer, const Sender& sender)
{
    writer.u8(static_cast<std::uint8_t>(sender.type));
    if (sender.type == SenderType::member || sender.type == SenderType::external) writer.u32(sender.index);
}

codec::Result<ContentType> read_content_type(codec::Reader& reader)
{
    const auto type = static_cast<ContentType>(TRY(reader.u8()));
    if (type < ContentType::application || type > ContentType::commit) return base::Unexpected(codec::Error::bad_value);
    return type;
}

using Body = decltype(FramedContent::body);

codec::Result<Body> read_body(codec::Reader& reader, ContentType type)
{
    switch (type) {
    case ContentType::application: return Body(TRY(reader.secret()));
    case ContentType::proposal: return Body(TRY(Proposal::read(reader)));
    case ContentType::commit: return Body(TRY(Commit::read(reader)));
    }
    return base::Unexpected(codec::Error::bad_value);
}

void write_body(codec::SecretWriter& writer, const Body& body)
{
    if (const auto* data = std::get_if<ApplicationData>(&body)) writer.opaque(data->view());
    if (const auto* proposal = std::get_if<Proposal>(&body)) writer.raw(encode([&](auto& out) { proposal->write(out); }));
    if (const auto* commit = std::get_if<Commit>(&body)) writer.raw(encode([&](auto& out) { commit->write(out); }));
}

bool covers_group_context(SenderType type)   // §6.1
{
    return type == SenderType::member || type == SenderType::new_member_commit;
}

Bytes sender_data_aad(const PrivateMessage& message)
{
    return encode([&](auto& writer) {
        writer.opaque(message.group_id).u64(message.epoch.value()).u8(static_cast<std::uint8_t>(message.content_type));
    });
}

Bytes private_content_aad(const PrivateMessage& message)
{
    return encode([&](auto& writer) { writer.raw(sender_data_aad(message)).opaque(message.authenticated_data); });
}

// §6.3.1: "the nonce is XORed with a fresh random value to guard against reuse", in its first four bytes.
MessageNonce guarded_nonce(const MessageNonce& nonce, const base::ByteArray<4>& reuse_guard)
{
    auto guarded = nonce.clone();
    for (std::size_t i = 0; i < reuse_guard.size(); ++i) guarded.data()[i] ^= reuse_guard[i];
    return guarded;
}

}  // namespace

codec::Result<Sender> Sender::read(codec::Reader& reader)
{
    Sender sender;
    sender.type = static_cast<SenderType>(TRY(reader.u8()));
    switch (sender.type) {
    case SenderType::member:
    case SenderType::external: sender.index = TRY(reader.u32()); return sender;
    case SenderType::new_member_proposal:
    case SenderType::new_member_commit: return sender;
    }
    return base::Unexpected(codec::Error::bad_value);
}

codec::Result<FramedContent> FramedContent::read(codec::Reader& reader)
{
    FramedContent content;
    content.group_id = TRY(reader.opaque());
    content.epoch = Epoch(TRY(reader.u64()));
    content.sender = TRY(Sender::read(reader));
    content.authenticated_data = TRY(reader.opaque());
    const auto type = TRY(read_content_type(reader));
    content.body = TRY(read_body(reader, type));
    return content;
}

base::SecretBytes FramedContent::serialize() const
{
    return encode_secret([&](auto& writer) {
        writer.opaque(group_id).u64(epoch.value());
        write_sender(writer, sender);
        writer.opaque(authenticated_data).u8(static_cast<std::uint8_t>(content_type()));
        write_body(writer, body);
    });
}

codec::Result<FramedContentAuthData> FramedContentAuthData::read(codec::Reader& reader, ContentType content_type)
{
    FramedContentAuthData auth;
    auth.signature = TRY(reader.opaque());
    if (content_type == ContentType::commit) auth.confirmation_tag = TRY(reader.opaque());
    return auth;
}

void FramedContentAuthData::write(codec::SecretWriter& writer, ContentType content_type) const
{
    writer.opaque(signature);
    if (content_type == ContentType::commit) writer.opaque(confirmation_tag);
}

base::SecretBytes AuthenticatedContent::to_be_signed(ByteView group_context) const
{
    return encode_secret([&](auto& writer) {
        writer.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10)).u16(static_cast<std::uint16_t>(wire_format));
        writer.raw(content.serialize().view());
        if (covers_group_context(content.sender.type)) writer.raw(group_context);
    });
}

AuthenticatedContent AuthenticatedContent::sign(CipherSuite suite, WireFormat wire_format, FramedContent&& content,
                                                const crypto::SignaturePrivateKey& key, ByteView group_context)
{
    AuthenticatedContent authenticated{wire_format, std::move(content), {}};
    authenticated.auth.signature = suite.sign_with_label(key, "FramedContentTBS", authenticated.to_be_signed(group_context).view());
    return authenticated;
}

Result<VerifiedContent> UnverifiedContent::verify(CipherSuite suite, ByteView public_key, ByteView group_context) &&
{
    // ValFraming06: a message is signed with the key of its sender (§6.1)
    TRY(suite.verify_with_label(public_key, "FramedContentTBS", m_content.to_be_signed(group_context).view(), m_content.auth.signature));
    return VerifiedContent(std::move(m_content));
}

Bytes AuthenticatedContent::membership_tag(CipherSuite suite, const MembershipKey& key, ByteView group_context) const
{
    const auto authenticated = encode_secret([&](auto& writer) {   // AuthenticatedContentTBM
        writer.raw(to_be_signed(group_context).view());
        auth.write(writer, content.content_type());
    });
    return base::to_bytes(suite.mac(key.view(), authenticated.view()).view());
}

ProposalRef AuthenticatedContent::proposal_ref(CipherSuite suite) const
{
    return suite.ref_hash("MLS 1.0 Proposal Reference", serialize().view());
}

codec::Result<AuthenticatedContent> AuthenticatedContent::read(codec::Reader& reader)
{
    AuthenticatedContent authenticated;
    authenticated.wire_format = static_cast<WireFormat>(TRY(reader.u16()));
    authenticated.content = TRY(FramedContent::read(reader));
    authenticated.auth = TRY(FramedContentAuthData::read(reader, authenticated.content.content_type()));
    return authenticated;
}

base::SecretBytes AuthenticatedContent::serialize() const
{
    return encode_secret([&](auto& writer) {
        writer.u16(static_cast<std::uint16_t>(wire_format)).raw(content.serialize().view());
        auth.write(writer, content.content_type());
    });
}

codec::Result<PublicMessage> PublicMessage::read(codec::Reader& reader)
{
    PublicMessage message;
    message.content = TRY(FramedContent::read(reader));
    message.auth = TRY(FramedContentAuthData::read(reader, message.content.content_type()));
    if (message.content.sender.type == SenderType::member) message.membership_tag = TRY(reader.opaque());
    return message;
}

void PublicMessage::write(codec::SecretWriter& writer) const
{
    writer.raw(content.serialize().view());
    auth.write(writer, content.content_type());
    if (content.sender.type == SenderType::member) writer.opaque(membership_tag);
}

codec::Result<PrivateMessage> PrivateMessage::read(codec::Reader& reader)
{
    PrivateMessage message;
    message.group_id = TRY(reader.opaque());
    message.epoch = Epoch(TRY(reader.u64()));
    message.content_type = TRY(read_content_type(reader));
    message.authenticated_data = TRY(reader.opaque());
    message.encrypted_sender_data = TRY(reader.opaque());
    message.ciphertext = TRY(reader.opaque());
    return message;
}

void PrivateMessage::write(codec::SecretWriter& writer) const
{
    writer.opaque(group_id).u64(epoch.value()).u8(static_cast<std::uint8_t>(content_type));
    writer.opaque(authenticated_data).opaque(encrypted_sender_data).opaque(ciphertext);
}

Result<MlsMessage> MlsMessage::parse(ByteView bytes)
{
    if (bytes.size() > kMessageSizeMax) return Unexpected(Error::malformed);
    codec::Reader reader(bytes);
    // ValFraming13: a message is of version mls10 (§6)
    if (TRY_OR(reader.u16(), Error::malformed) != static_cast<std::uint16_t>(ProtocolVersion::mls10))
        return Unexpected(Error::unsupported_version);
    MlsMessage message;
    switch (static_cast<WireFormat>(TRY_OR(reader.u16(), Error::malformed))) {
    case WireFormat::public_message: message.body = TRY_OR(PublicMessage::read(reader), Error::malformed); break;
    case WireFormat::private_message: message.body = TRY_OR(PrivateMessage::read(reader), Error::malformed); break;
    case WireFormat::welcome: message.body = TRY_OR(Welcome::read(reader), Error::malformed); break;
    case WireFormat::group_info: message.body = TRY_OR(GroupInfo::read(reader), Error::malformed); break;
    case WireFormat::key_package: {
        message.body = TRY_OR(KeyPackage::read(reader), Error::malformed);
        if (std::get_if<KeyPackage>(&message.body)->version != ProtocolVersion::mls10) return Unexpected(Error::unsupported_version);
        break;
    }
    default: return Unexpected(Error::unsupported_wire_format);
    }
    TRY_OR(reader.finish(), Error::malformed);
    return message;
}

Bytes MlsMessage::serialize() const
{
    const auto bytes = encode_secret([&](auto& writer) {
        writer.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10)).u16(static_cast<std::uint16_t>(wire_format()));
        if (const auto* message = std::get_if<PublicMessage>(&body)) message->write(writer);
        if (const auto* message = std::get_if<PrivateMessage>(&body)) message->write(writer);
        if (const auto* message = std::get_if<Welcome>(&body)) writer.raw(encode([&](auto& out) { message->write(out); }));
        if (const auto* message = std::get_if<GroupInfo>(&body)) writer.raw(encode([&](auto& out) { message->write(out); }));
        if (const auto* message = std::get_if<KeyPackage>(&body)) writer.raw(encode([&](auto& out) { message->write(out); }));
    });
    return base::to_bytes(bytes.view());
}

PublicMessage protect_public(CipherSuite suite, AuthenticatedContent&& content, const MembershipKey& key, ByteView group_context)
{
    PublicMessage message;
    if (content.content.sender.type == SenderType::member) message.membership_tag = content.membership_tag(suite, key, group_context);
    message.content = std::move(content.content);
    message.auth = std::move(content.auth);
    return message;
}

Result<UnverifiedContent> unprotect_public(CipherSuite suite, PublicMessage&& message, const MembershipKey& key, ByteView group_context)
{
    AuthenticatedContent content{WireFormat::public_message, std::move(message.content), std::move(message.auth)};
    // ValFraming01: application data is in a PrivateMessage (§6)
    if (content.content.content_type() == ContentType::application) return Unexpected(Error::malformed);
    if (content.content.sender.type == SenderType::member) {
        const auto expected = content.membership_tag(suite, key, group_context);
        // ValFraming07: a member's PublicMessage has the membership_tag (§6.2)
        if (!base::equal_constant_time(expected, message.membership_tag)) return Unexpected(Error::bad_membership_tag);
    }
    return UnverifiedContent(std::move(content));
}

RatchetType ratchet_type(ContentType content_type)
{
    return content_type == ContentType::application ? RatchetType::application : RatchetType::handshake;
}

PrivateMessage protect_private(CipherSuite suite, const AuthenticatedContent& content, const SecretTree::Found& key,
                               const SenderDataSecret& sender_data_secret, std::size_t padding, base::Random& random)
{
    PrivateMessage message;
    message.group_id = content.content.group_id;
    message.epoch = content.content.epoch;
    message.content_type = content.content.content_type();
    message.authenticated_data = content.content.authenticated_data;

    const auto reuse_guard = random.array<4>();
    const auto plaintext = encode_secret([&](auto& writer) {   // PrivateMessageContent
        write_body(writer, content.content.body);
        content.auth.write(writer, message.content_type);
        writer.raw(Bytes(padding, 0));
    });
    message.ciphertext = suite.aead_seal(key.key.key.view(), guarded_nonce(key.key.nonce, reuse_guard).view(), private_content_aad(message),
                                         plaintext.view());

    const auto sender_data =
        encode_secret([&](auto& writer) { writer.u32(key.leaf.value()).u32(key.generation.value()).raw(reuse_guard); });
    const auto sender_key = sender_data_key_and_nonce(suite, sender_data_secret, message.ciphertext);
    message.encrypted_sender_data =
        suite.aead_seal(sender_key.key.view(), sender_key.nonce.view(), sender_data_aad(message), sender_data.view());
    return message;
}

Result<SenderData> open_sender_data(CipherSuite suite, const PrivateMessage& message, const SenderDataSecret& secret)
{
    const auto key = sender_data_key_and_nonce(suite, secret, message.ciphertext);
    const auto plaintext = TRY(suite.aead_open(key.key.view(), key.nonce.view(), sender_data_aad(message), message.encrypted_sender_data));
    codec::Reader reader(plaintext.view());
    SenderData sender_data;
    sender_data.leaf = LeafIndex(TRY_OR(reader.u32(), Error::malformed));
    sender_data.generation = Generation(TRY_OR(reader.u32(), Error::malformed));
    sender_data.reuse_guard = TRY_OR(reader.array<4>(), Error::malformed);
    TRY_OR(reader.finish(), Error::malformed);
    return sender_data;
}

Result<UnverifiedContent> unprotect_private(CipherSuite suite, const PrivateMessage& message, const SenderData& sender_data,
                                            const KeyAndNonce& key)
{
    const auto nonce = guarded_nonce(key.nonce, sender_data.reuse_guard);
    const auto plaintext = TRY(suite.aead_open(key.key.view(), nonce.view(), private_content_aad(message), message.ciphertext));
    codec::Reader reader(plaintext.view());
    AuthenticatedContent content;
    content.wire_format = WireFormat::private_message;
    content.content.group_id = message.group_id;
    content.content.epoch = message.epoch;
    content.content.sender = Sender::member(sender_data.leaf);
    content.content.authenticated_data = message.authenticated_data;
    content.content.body = TRY_OR(read_body(reader, message.content_type), Error::malformed);
    content.auth = TRY_OR(FramedContentAuthData::read(reader, message.content_type), Error::malformed);
    // ValFraming15: the padding of a PrivateMessage is zeros (§6.3.1)
    const auto padding = reader.rest();
    if (std::any_of(padding.begin(), padding.end(), [](auto byte) { return byte != 0; })) return Unexpected(Error::malformed);
    return UnverifiedContent(std::move(content));
}

}  // namespace sinetti::mls
