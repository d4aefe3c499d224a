// Standalone proposals (RFC 9420 §12.1).

#include "mls/group_state.h"

namespace sinetti::mls {

Result<void> Group::State::may_send() const
{
    if (removed) return Unexpected(Error::removed_from_group);
    // §12.4.2: "If the Commit included a ReInit proposal, the client MUST NOT use the group to send messages anymore."
    if (epoch.reinit) return Unexpected(Error::reinitialized);
    return {};
}

Result<Bytes> Group::State::protect(AuthenticatedContent&& content, base::Random& random)
{
    if (content.wire_format == WireFormat::public_message)
        return MlsMessage{protect_public(suite, std::move(content), epoch.secrets.membership_key, epoch.serialized_context)}.serialize();
    auto key = TRY(messages.find_next(own_leaf(), RatchetType::handshake));
    auto message = protect_private(suite, content, key, epoch.secrets.sender_data_secret, 0, random);
    messages.consume(std::move(key));
    return MlsMessage{std::move(message)}.serialize();
}

Result<Bytes> Group::State::propose(Proposal&& proposal, WireFormat format, base::Random& random)
{
    TRY(may_send());
    if (!is_group_message(format)) return Unexpected(Error::unsupported_wire_format);
    const auto sender = Sender::member(own_leaf());
    TRY(validate_proposal({&proposal, sender}, epoch.tree, epoch.context));

    FramedContent content{epoch.context.group_id, epoch.context.epoch, sender, {}, proposal};
    auto authenticated = AuthenticatedContent::sign(suite, format, std::move(content), signature_key, epoch.serialized_context);
    auto ref = authenticated.proposal_ref(suite);
    CachedProposal cached(std::move(proposal), sender, last_arrival + 1);
    if (!has_room_for(ref, cached)) return Unexpected(Error::too_many_proposals);
    auto message = TRY(protect(std::move(authenticated), random));
    keep_proposal(std::move(ref), std::move(cached));
    return message;
}

Result<Bytes> Group::propose_add(const KeyPackage& key_package, base::Random& random, WireFormat format, std::optional<UnixSeconds> now)
{
    if (now) TRY(validate_lifetime(key_package.leaf_node.lifetime, *now));
    return m_state->propose({Add{key_package}}, format, random);
}

Result<Bytes> Group::propose_remove(LeafIndex leaf, base::Random& random, WireFormat format)
{
    return m_state->propose({Remove{leaf}}, format, random);
}

Result<Bytes> Group::propose_update(base::Random& random, WireFormat format, std::optional<LeafNodeIdentity> identity)
{
    auto& state = *m_state;
    TRY(state.may_send());
    auto keys = crypto::kem_generate_key_pair(state.suite.hpke().kem, random);
    auto leaf = identity ? new_leaf(*identity, random) : *state.epoch.tree.leaf(state.own_leaf());
    leaf.encryption_key = keys.public_key;
    leaf.source = LeafNodeSource::update;
    leaf.parent_hash.clear();
    leaf.sign(state.suite, identity ? identity->signature_key : state.signature_key, LeafNodePosition{group_id(), state.own_leaf()});
    auto message = TRY(state.propose({Update{std::move(leaf)}}, format, random));
    UpdateKeys update{std::move(keys.private_key), {}};
    if (identity) update.signature_key = std::move(identity->signature_key);
    state.own_updates.insert_or_assign(std::move(keys.public_key), std::move(update));
    return message;
}

Result<Bytes> Group::propose_psk(PreSharedKeyId psk, base::Random& random, WireFormat format)
{
    return m_state->propose({PreSharedKeyProposal{with_fresh_nonce(std::move(psk), m_state->suite, random)}}, format, random);
}

Result<Bytes> Group::propose_reinit(ReInit reinit, base::Random& random, WireFormat format)
{
    return m_state->propose({std::move(reinit)}, format, random);
}

Result<Bytes> Group::propose_group_context_extensions(Extensions extensions, base::Random& random, WireFormat format)
{
    return m_state->propose({GroupContextExtensions{std::move(extensions)}}, format, random);
}

void Group::drop_proposal(const ProposalRef& ref)
{
    m_state->forget_proposal(ref);
}

}  // namespace sinetti::mls
