#include "tests/support/mls_rogue.h"

#include "mls/encode.h"
#include "tests/support/mls_inside.h"

namespace sinetti::tests {

using namespace sinetti::mls;

RogueMember RogueMember::of(Group& group)
{
    auto& state = state_of(group);
    RogueMember rogue;
    rogue.m_suite = state.suite;
    rogue.m_context = state.epoch.context;
    rogue.m_leaf = state.own_leaf();
    rogue.m_signature_key = state.signature_key.clone();
    rogue.m_secrets = state.epoch.secrets.clone();
    rogue.m_messages = state.messages.serialize();
    return rogue;
}

AuthenticatedContent RogueMember::sign(WireFormat wire_format, Sender sender, Body body) const
{
    FramedContent content{m_context.group_id, m_context.epoch, sender, {}, std::move(body)};
    auto authenticated = AuthenticatedContent::sign(m_suite, wire_format, std::move(content), *m_signature_key, m_context.serialize());
    if (authenticated.content.content_type() == ContentType::commit) authenticated.auth.confirmation_tag = Bytes(m_suite.hash_size(), 7);
    return authenticated;
}

Bytes RogueMember::public_message(Sender sender, Body body) const
{
    auto authenticated = sign(WireFormat::public_message, sender, std::move(body));
    return MlsMessage{protect_public(m_suite, std::move(authenticated), m_secrets.membership_key, m_context.serialize())}.serialize();
}

Bytes RogueMember::private_message(Body body, Generation generation) const
{
    const auto authenticated = sign(WireFormat::private_message, Sender::member(m_leaf), std::move(body));
    const auto type = authenticated.content.content_type();
    const auto plaintext = encode_secret([&](auto& writer) {
        const auto& said = authenticated.content.body;
        if (const auto* data = std::get_if<ApplicationData>(&said)) writer.opaque(data->view());
        if (const auto* proposal = std::get_if<Proposal>(&said)) writer.raw(encode([&](auto& out) { proposal->write(out); }));
        if (const auto* commit = std::get_if<Commit>(&said)) writer.raw(encode([&](auto& out) { commit->write(out); }));
        authenticated.auth.write(writer, type);
    });
    return private_plaintext(type, plaintext.view(), generation);
}

Bytes RogueMember::private_plaintext(ContentType type, ByteView plaintext, Generation generation) const
{
    return private_plaintext_as(m_leaf, type, plaintext, generation, generation);
}

Bytes RogueMember::private_plaintext_as(LeafIndex leaf, ContentType type, ByteView plaintext, Generation key_generation,
                                    Generation told_generation) const
{
    codec::Reader reader(m_messages.view());
    const auto tree = SecretTree::read(m_suite, reader);
    CHECK_INVARIANT(tree.has_value());
    const auto found = tree->find(m_leaf, ratchet_type(type), key_generation);
    CHECK_INVARIANT(found.has_value());

    // The reuse guard is all zeros, so the nonce stays as it is.
    PrivateMessage message{m_context.group_id, m_context.epoch, type, {}, {}, {}};
    const auto sender_data_aad =
        encode([&](auto& writer) { writer.opaque(message.group_id).u64(message.epoch.value()).u8(static_cast<std::uint8_t>(type)); });
    const auto content_aad = encode([&](auto& writer) { writer.raw(sender_data_aad).opaque(message.authenticated_data); });
    message.ciphertext = m_suite.aead_seal(found->key.key.view(), found->key.nonce.view(), content_aad, plaintext);
    const auto key = sender_data_key_and_nonce(m_suite, m_secrets.sender_data_secret, message.ciphertext);
    const auto sender_data = encode([&](auto& writer) { writer.u32(leaf.value()).u32(told_generation.value()).u32(0u); });
    message.encrypted_sender_data = m_suite.aead_seal(key.key.view(), key.nonce.view(), sender_data_aad, sender_data);
    return MlsMessage{std::move(message)}.serialize();
}

}  // namespace sinetti::tests
