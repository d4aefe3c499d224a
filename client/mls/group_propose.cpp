// Standalone proposals (RFC 9420 §12.1), always as PrivateMessage.

#include "mls/group_state.h"

namespace sinetti::mls {

Result<Bytes> Group::State::propose(Proposal&& proposal, base::Random& random)
{
    if (removed) return Unexpected(Error::removed_from_group);
    if (proposals.size() >= kProposalsPerEpochMax) return Unexpected(Error::too_many_proposals);
    const auto sender = Sender::member(own_leaf());
    TRY(validate_proposal({&proposal, sender}, epoch.tree, epoch.context));
    auto key = TRY(messages.find_next(own_leaf(), RatchetType::handshake));

    FramedContent content{epoch.context.group_id, epoch.context.epoch, sender, {}, proposal};
    const auto authenticated =
        AuthenticatedContent::sign(suite, WireFormat::private_message, std::move(content), signature_key, epoch.serialized_context);
    auto message = protect_private(suite, authenticated, key, epoch.secrets.sender_data_secret, 0, random);
    messages.consume(std::move(key));
    proposals.insert_or_assign(authenticated.proposal_ref(suite), CachedProposal{std::move(proposal), sender});
    dirty.proposals = true;
    return MlsMessage{std::move(message)}.serialize();
}

Result<Bytes> Group::propose_add(const KeyPackage& key_package, base::Random& random)
{
    return m_state->propose({Add{key_package}}, random);
}

Result<Bytes> Group::propose_remove(LeafIndex leaf, base::Random& random)
{
    return m_state->propose({Remove{leaf}}, random);
}

Result<Bytes> Group::propose_update(base::Random& random)
{
    auto& state = *m_state;
    if (state.removed) return Unexpected(Error::removed_from_group);
    auto keys = crypto::kem_generate_key_pair(state.suite.hpke().kem, random);
    auto leaf = *state.epoch.tree.leaf(state.own_leaf());
    leaf.encryption_key = keys.public_key;
    leaf.source = LeafNodeSource::update;
    leaf.parent_hash.clear();
    leaf.sign(state.suite, state.signature_key, LeafNodePosition{group_id(), state.own_leaf()});
    auto message = TRY(state.propose({Update{std::move(leaf)}}, random));
    state.update_keys.insert_or_assign(std::move(keys.public_key), std::move(keys.private_key));
    return message;
}

}  // namespace sinetti::mls
