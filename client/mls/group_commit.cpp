// Making a commit (RFC 9420 §12.4.1) and applying the proposals of one (§12.3).

#include "mls/encode.h"
#include "mls/group_state.h"

#include <algorithm>
#include <set>

namespace sinetti::mls {

AppliedProposals apply_proposals(std::span<const SentProposal> proposals, RatchetTree& tree, GroupContext& context)
{
    AppliedProposals applied;
    for (const auto& sent : proposals)
        if (const auto* extensions = std::get_if<GroupContextExtensions>(&sent.proposal->body)) context.extensions = extensions->extensions;
    for (const auto& sent : proposals) {
        if (const auto* update = std::get_if<Update>(&sent.proposal->body)) {
            tree.update_leaf(sent.sender.leaf(), update->leaf_node);
            applied.updated.push_back(sent.sender.leaf());
        }
    }
    for (const auto& sent : proposals) {
        if (const auto* remove = std::get_if<Remove>(&sent.proposal->body)) {
            applied.removed.push_back(member_of(tree, remove->removed));
            tree.remove_leaf(remove->removed);
        }
    }
    for (const auto& sent : proposals) {
        if (const auto* add = std::get_if<Add>(&sent.proposal->body)) {
            applied.added.push_back(tree.add_leaf(add->key_package.leaf_node));
            applied.key_packages.push_back(&add->key_package);
        }
    }
    for (const auto& sent : proposals) {
        if (const auto* psk = std::get_if<PreSharedKeyProposal>(&sent.proposal->body)) applied.psks.push_back(psk->psk);
        if (const auto* init = std::get_if<ExternalInit>(&sent.proposal->body)) applied.external_init = init;
    }
    return applied;
}

Result<PskSecret> Group::State::psk_secret(std::span<const PreSharedKeyId> ids, const PskSource* psks) const
{
    std::vector<PreSharedKey> found;
    for (const auto& id : ids) {
        if (id.type == PskType::resumption) {
            if (!base::equal(id.psk_group_id, epoch.context.group_id)) return Unexpected(Error::missing_psk);
            const auto past_psk = resumption_psks.find(id.psk_epoch);
            if (id.psk_epoch == epoch.context.epoch)
                found.push_back({id, epoch.secrets.resumption_psk.clone()});
            else if (past_psk != resumption_psks.end())
                found.push_back({id, past_psk->second.clone()});
            else
                return Unexpected(Error::missing_psk);
        } else {
            auto secret = psks ? psks->external_psk(id.psk_id) : std::nullopt;
            if (!secret) return Unexpected(Error::missing_psk);
            found.push_back({id, std::move(*secret)});
        }
    }
    return derive_psk_secret(suite, found);
}

std::vector<const std::pair<const ProposalRef, CachedProposal>*> Group::State::committable_proposals(const CommitRequest& request) const
{
    std::set<LeafIndex> removing(request.remove.begin(), request.remove.end());
    std::set<Bytes> added;
    for (const auto& key_package : request.add) added.insert(key_package.leaf_node.signature_key);
    for (const auto& member : members())
        if (!removing.contains(member.leaf)) added.insert(member.signature_key);

    std::vector<const std::pair<const ProposalRef, CachedProposal>*> chosen;
    // §12.2: "they SHOULD prefer any Remove received", so removes are chosen before updates.
    for (const auto& entry : proposals) {
        const auto* remove = std::get_if<Remove>(&entry.second.proposal.body);
        if (remove && remove->removed != own_leaf() && removing.insert(remove->removed).second) chosen.push_back(&entry);
    }
    bool extensions_chosen = false;
    std::set<LeafIndex> updated;
    for (const auto& entry : proposals) {
        const auto& [proposal, sender] = entry.second;
        bool fits = false;
        if (std::holds_alternative<Update>(proposal.body)) {
            fits = sender.leaf() != own_leaf() && !removing.contains(sender.leaf()) && updated.insert(sender.leaf()).second;
        } else if (const auto* add = std::get_if<Add>(&proposal.body)) {
            fits = added.insert(add->key_package.leaf_node.signature_key).second;
        } else if (const auto* psk = std::get_if<PreSharedKeyProposal>(&proposal.body)) {
            fits = psk_secret(std::span(&psk->psk, 1), request.psks).has_value();
        } else if (std::holds_alternative<GroupContextExtensions>(proposal.body)) {
            fits = !extensions_chosen;
            extensions_chosen = true;
        }
        if (fits) chosen.push_back(&entry);
    }
    return chosen;
}

namespace {

// One Welcome for everybody who was added (§12.4.3.1).
Result<Bytes> make_welcome(CipherSuite suite, const EpochState& next, const AppliedProposals& applied, const NewPath& path,
                           const JoinerSecret& joiner, const PskSecret& psk, const crypto::SignaturePrivateKey& signature_key,
                           base::Random& random)
{
    const auto signer = next.keys.leaf();
    GroupInfo info;
    info.group_context = next.context;
    info.extensions.push_back({ExtensionType::ratchet_tree, next.tree.serialize()});
    info.confirmation_tag = next.confirmation_tag;
    info.signer = signer;
    info.sign(suite, signature_key);

    Welcome welcome;
    welcome.cipher_suite = suite.id();
    welcome.encrypted_group_info = seal_group_info(suite, derive_welcome_secret(suite, joiner, psk), info);
    // The whole GroupInfo is context of every one of these: hashed once, not once a member.
    const auto sealer = suite.sealer_with_label("Welcome", welcome.encrypted_group_info);
    for (std::size_t i = 0; i < applied.added.size(); ++i) {
        const auto ancestor = common_ancestor(applied.added[i], signer);
        const auto step = std::find_if(path.steps.begin(), path.steps.end(), [&](const auto& candidate) { return candidate.node == ancestor; });
        CHECK_INVARIANT(step != path.steps.end());   // the new leaf makes the copath of its ancestor non-empty
        GroupSecrets secrets;
        secrets.joiner_secret = joiner.clone();
        secrets.path_secret = path.path_secrets[static_cast<std::size_t>(step - path.steps.begin())].clone();
        secrets.psks = applied.psks;
        const auto& key_package = *applied.key_packages[i];
        const auto plaintext = encode_secret([&](auto& writer) { secrets.write(writer); });
        auto sealed = sealer.encrypt(key_package.init_key, plaintext.view(), random);
        if (!sealed) return Unexpected(Error::invalid_key_package);
        welcome.secrets.push_back({key_package.ref(), std::move(*sealed)});
    }
    return MlsMessage{std::move(welcome)}.serialize();
}

}  // namespace

Result<CommitOutput> Group::commit(const CommitRequest& request, base::Random& random)
{
    auto& state = *m_state;
    if (state.removed) return Unexpected(Error::removed_from_group);
    const auto suite = state.suite;
    const auto own = state.own_leaf();

    Commit commit;
    std::vector<Proposal> by_value;
    for (const auto& key_package : request.add) {
        if (request.now) TRY(validate_lifetime(key_package.leaf_node.lifetime, *request.now));
        by_value.push_back({Add{key_package}});
    }
    std::set<LeafIndex> removes;
    for (const auto leaf : request.remove) {
        if (leaf == own || !state.epoch.tree.leaf(leaf) || !removes.insert(leaf).second) return Unexpected(Error::nothing_to_remove);
        by_value.push_back({Remove{leaf}});
    }
    std::vector<SentProposal> proposals;
    for (const auto& proposal : by_value) {
        proposals.push_back({&proposal, Sender::member(own)});
        TRY(validate_proposal(proposals.back(), state.epoch.tree, state.epoch.context));
        commit.proposals.push_back({proposal});
    }
    for (const auto* entry : state.committable_proposals(request)) {   // valid since they came
        proposals.push_back({&entry->second.proposal, entry->second.sender});
        commit.proposals.push_back({entry->first});
    }
    TRY(validate_proposal_list(proposals, own));

    EpochState next{state.epoch.context, state.epoch.tree, state.epoch.keys.clone(), {}, {}, {}, {}};
    const auto applied = apply_proposals(proposals, next.tree, next.context);
    next.keys.prune(next.tree);
    auto leaf = *next.tree.leaf(own);
    const auto path = create_path(next.tree, next.keys, std::move(leaf), state.signature_key, next.context.group_id, random);
    TRY(validate_members(next.tree, next.context.extensions));

    next.context.epoch = next.context.epoch.next();
    next.context.tree_hash = base::to_bytes(next.tree.tree_hash());
    commit.path = TRY(encrypt_path(next.tree, own, path, applied.added, next.context.serialize(), random));
    const auto psk = TRY(state.psk_secret(applied.psks, request.psks));

    FramedContent content{state.epoch.context.group_id, state.epoch.context.epoch, Sender::member(own), request.authenticated_data,
                          std::move(commit)};
    auto authenticated = AuthenticatedContent::sign(suite, WireFormat::private_message, std::move(content), state.signature_key,
                                                    state.epoch.serialized_context);
    next.context.confirmed_transcript_hash = confirmed_transcript_hash(suite, state.epoch.interim_transcript_hash, authenticated);
    next.serialized_context = next.context.serialize();
    const auto joiner = derive_joiner_secret(suite, state.epoch.secrets.init_secret, path.commit_secret, next.serialized_context);
    auto epoch_keys = derive_epoch(suite, joiner, psk, next.serialized_context);
    next.secrets = std::move(epoch_keys.secrets);
    next.confirmation_tag = confirmation_tag(suite, next.secrets.confirmation_key, next.context.confirmed_transcript_hash);
    next.interim_transcript_hash = interim_transcript_hash(suite, next.context.confirmed_transcript_hash, next.confirmation_tag);
    authenticated.auth.confirmation_tag = next.confirmation_tag;

    CommitOutput output;
    output.epoch = state.epoch.context.epoch;
    if (!applied.added.empty())
        output.welcome = TRY(make_welcome(suite, next, applied, path, joiner, psk, state.signature_key, random));

    auto key = TRY(state.messages.find_next(own, RatchetType::handshake));
    auto message = protect_private(suite, authenticated, key, state.epoch.secrets.sender_data_secret, 0, random);
    output.commit = MlsMessage{std::move(message)}.serialize();
    SecretTree messages(suite, next.tree.leaf_count(), std::move(epoch_keys.encryption_secret));

    // Nothing fails from here on.
    state.messages.consume(std::move(key));
    state.pending.emplace(PendingCommit{suite.hash(output.commit), {std::move(next), std::move(messages)}});
    state.dirty.pending = true;
    return output;
}

}  // namespace sinetti::mls
