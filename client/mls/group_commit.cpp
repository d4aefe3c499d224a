// Making a commit (RFC 9420 §12.4.1) and applying the proposals of one (§12.3).

#include "mls/encode.h"
#include "mls/grease.h"
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
        if (const auto* reinit = std::get_if<ReInit>(&sent.proposal->body)) applied.reinit = reinit;
    }
    return applied;
}

PreSharedKeyId with_fresh_nonce(PreSharedKeyId id, CipherSuite suite, base::Random& random)
{
    id.psk_nonce.resize(suite.hash_size());
    random.fill(id.psk_nonce);
    return id;
}

Result<PskSecret> psk_secret_from(CipherSuite suite, std::span<const PreSharedKeyId> ids, const PskSource* source)
{
    if (ids.size() > kPreSharedKeysMax) return Unexpected(Error::malformed);
    std::vector<PreSharedKey> psks;
    for (const auto& id : ids) {
        if (!source) return Unexpected(Error::missing_psk);
        auto secret = id.type == PskType::external ? source->external_psk(id.psk_id) : source->resumption_psk(id.psk_group_id, id.psk_epoch);
        // ValCommit03: a pre-shared key is one we have (§12.4.2, §12.4.3.1)
        if (!secret) return Unexpected(Error::missing_psk);
        psks.push_back({id, std::move(*secret)});
    }
    return derive_psk_secret(suite, psks);
}

Result<PskSecret> Group::State::psk_secret(std::span<const PreSharedKeyId> ids, const PskSource* psks) const
{
    struct OwnFirst final : PskSource {   // the group's own resumption secrets, then what the application has
        OwnFirst(const State& state, const PskSource* rest) : m_state(state), m_rest(rest) {}
        std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override
        {
            return m_rest ? m_rest->external_psk(psk_id) : std::nullopt;
        }
        std::optional<base::SecretBytes> resumption_psk(ByteView group_id, Epoch of) const override
        {
            if (!base::equal(group_id, m_state.epoch.context.group_id)) return m_rest ? m_rest->resumption_psk(group_id, of) : std::nullopt;
            if (const auto* psk = m_state.resumption_psk(of)) return base::SecretBytes(psk->view());
            return std::nullopt;
        }
        const State& m_state;
        const PskSource* m_rest;
    };
    const OwnFirst source(*this, psks);
    return psk_secret_from(suite, ids, &source);
}

const ResumptionPsk* Group::State::resumption_psk(Epoch of) const
{
    if (of == epoch.context.epoch) return &epoch.secrets.resumption_psk;
    const auto past_psk = resumption_psks.find(of);
    return past_psk == resumption_psks.end() ? nullptr : &past_psk->second;
}

std::vector<const KeptProposal*> Group::State::committable_proposals(const CommitRequest& request) const
{
    if (request.reinit) return {};   // it stands alone
    std::set<LeafIndex> removing(request.remove.begin(), request.remove.end());
    std::set<Bytes> added;
    for (const auto& key_package : request.add) added.insert(key_package.leaf_node.signature_key);
    for (const auto& member : members())
        if (!removing.contains(member.leaf)) added.insert(member.signature_key);

    std::multimap<std::uint32_t, const KeptProposal*> in_order;
    for (const auto& entry : proposals) in_order.emplace(entry.second.arrival, &entry);
    std::vector<const KeptProposal*> chosen;
    // §12.2: "they SHOULD prefer any Remove received, or the most recent Update if there are no Removes", so removes are chosen first.
    std::map<LeafIndex, const KeptProposal*> latest_updates;
    for (const auto& [arrival, entry] : in_order) {
        const auto& cached = entry->second;
        const auto* remove = std::get_if<Remove>(&cached.proposal.body);
        if (remove && remove->removed != own_leaf() && removing.insert(remove->removed).second) chosen.push_back(entry);
        if (std::holds_alternative<Update>(cached.proposal.body)) latest_updates[cached.sender.leaf()] = entry;
    }
    bool extensions_chosen = request.group_context_extensions.has_value();
    for (const auto& [arrival, entry] : in_order) {
        const auto& proposal = entry->second.proposal;
        const auto sender = entry->second.sender;
        bool fits = false;
        if (std::holds_alternative<Update>(proposal.body)) {
            fits = sender.leaf() != own_leaf() && !removing.contains(sender.leaf()) && latest_updates[sender.leaf()] == entry;
        } else if (const auto* add = std::get_if<Add>(&proposal.body)) {
            const auto& leaf = add->key_package.leaf_node;
            fits = (!request.now || validate_lifetime(leaf.lifetime, *request.now)) && added.insert(leaf.signature_key).second;
        } else if (const auto* psk = std::get_if<PreSharedKeyProposal>(&proposal.body)) {
            fits = psk_secret(std::span(&psk->psk, 1), request.psks).has_value();
        } else if (std::holds_alternative<GroupContextExtensions>(proposal.body)) {
            fits = !extensions_chosen;
            extensions_chosen = true;
        }
        if (fits) chosen.push_back(entry);
    }
    // §12.2: "they SHOULD prefer them over the ReInit proposal, allowing the ReInit to be resent": it goes when nothing else does.
    const bool alone = chosen.empty() && request.add.empty() && request.remove.empty() && request.psk.empty() && !extensions_chosen;
    for (auto next = in_order.begin(); alone && next != in_order.end() && chosen.empty(); ++next)
        if (std::holds_alternative<ReInit>(next->second->second.proposal.body)) chosen.push_back(next->second);
    return chosen;
}

std::vector<const KeptProposal*> Group::State::standing_proposals(std::vector<const KeptProposal*> chosen,
                                                                  std::span<const SentProposal> by_value) const
{
    std::vector<SentProposal> list(by_value.begin(), by_value.end());
    const auto stands = [&] {
        if (!validate_proposal_list(list, own_leaf())) return false;
        auto tree = epoch.tree;
        auto context = epoch.context;
        apply_proposals(list, tree, context);
        return validate_members(tree, context.extensions).has_value();
    };
    // One that cannot stand must not keep us from committing the others, or anything at all. A part that does not stand is halved until
    // what does not is alone and left out. Each trial costs as much as the group is large: when they are used up, the parts that were
    // not looked at are left out as well.
    std::vector<const KeptProposal*> standing;
    std::vector<std::span<const KeptProposal* const>> parts;   // the next one last
    if (!chosen.empty()) parts.push_back(chosen);
    for (std::size_t trials = 0; !parts.empty() && trials < kProposalChecksMax; ++trials) {
        const auto part = parts.back();
        parts.pop_back();
        for (const auto* entry : part) list.push_back({&entry->second.proposal, entry->second.sender});
        if (stands()) {
            standing.insert(standing.end(), part.begin(), part.end());
            continue;
        }
        list.resize(list.size() - part.size());
        if (part.size() == 1) continue;
        parts.push_back(part.subspan(part.size() / 2));
        parts.push_back(part.first(part.size() / 2));
    }
    return standing;
}

Result<std::vector<Proposal>> Group::State::proposals_by_value(const CommitRequest& request, base::Random& random) const
{
    std::vector<Proposal> by_value;
    if (request.group_context_extensions) by_value.push_back({GroupContextExtensions{*request.group_context_extensions}});
    std::set<LeafIndex> removes;
    for (const auto leaf : request.remove) {
        if (leaf == own_leaf() || !epoch.tree.leaf(leaf) || !removes.insert(leaf).second) return Unexpected(Error::nothing_to_remove);
        by_value.push_back({Remove{leaf}});
    }
    for (const auto& key_package : request.add) {
        if (request.now) TRY(validate_lifetime(key_package.leaf_node.lifetime, *request.now));
        by_value.push_back({Add{key_package}});
    }
    for (const auto& psk : request.psk) by_value.push_back({PreSharedKeyProposal{with_fresh_nonce(psk, suite, random)}});
    if (request.reinit) by_value.push_back({*request.reinit});
    return by_value;
}

LeafNode new_leaf(const LeafNodeIdentity& identity, base::Random& random)
{
    LeafNode leaf;
    const auto& public_key = identity.signature_key.public_key();
    leaf.signature_key.assign(public_key.begin(), public_key.end());
    leaf.credential = identity.credential;
    leaf.capabilities = identity.capabilities;
    leaf.source = LeafNodeSource::commit;
    leaf.extensions = identity.extensions;
    add_grease(leaf, random);
    return leaf;
}

Result<void> may_follow(Epoch epoch)
{
    if (epoch.value() == UINT64_MAX) return Unexpected(Error::last_epoch);
    return {};
}

Result<MadeCommit> make_commit(const CommitBase& base, CommitDraft&& draft, base::Random& random)
{
    const auto suite = base.suite;
    auto& next = draft.next;
    const auto committer = next.keys.leaf();
    std::optional<NewPath> path;
    if (draft.leaf) path = create_path(next.tree, next.keys, std::move(*draft.leaf), base.leaf_key, next.context.group_id, random);
    TRY(validate_members(next.tree, next.context.extensions));

    next.context.epoch = next.context.epoch.next();
    next.context.tree_hash = base::to_bytes(next.tree.tree_hash());
    if (path) draft.commit.path = TRY(encrypt_path(next.tree, committer, *path, draft.added, next.context.serialize(), random));

    FramedContent content{base.context.group_id, base.context.epoch, draft.sender, std::move(draft.authenticated_data),
                          std::move(draft.commit)};
    auto authenticated =
        AuthenticatedContent::sign(suite, draft.wire_format, std::move(content), base.signature_key, base.context.serialize());
    next.context.confirmed_transcript_hash = confirmed_transcript_hash(suite, base.interim_transcript_hash, authenticated);
    next.serialized_context = next.context.serialize();
    const auto no_path_secret = no_commit_secret(suite);
    auto joiner = derive_joiner_secret(suite, base.init_secret, path ? path->commit_secret : no_path_secret, next.serialized_context);
    auto epoch_keys = derive_epoch(suite, joiner, draft.psk, next.serialized_context);
    next.secrets = std::move(epoch_keys.secrets);
    next.confirmation_tag = confirmation_tag(suite, next.secrets.confirmation_key, next.context.confirmed_transcript_hash);
    next.interim_transcript_hash = interim_transcript_hash(suite, next.context.confirmed_transcript_hash, next.confirmation_tag);
    authenticated.auth.confirmation_tag = next.confirmation_tag;
    SecretTree messages(suite, next.tree.leaf_count(), std::move(epoch_keys.encryption_secret));
    return MadeCommit{std::move(authenticated), {std::move(next), std::move(messages)}, std::move(joiner), std::move(path)};
}

namespace {

// One Welcome for everybody who was added (§12.4.3.1).
Result<Bytes> make_welcome(CipherSuite suite, const MadeCommit& made, const AppliedProposals& applied, const PskSecret& psk,
                           RatchetTreeExtension ratchet_tree, const crypto::SignaturePrivateKey& signature_key, base::Random& random)
{
    const auto& next = made.next.state;
    const auto signer = next.keys.leaf();
    GroupInfo info;
    info.group_context = next.context;
    if (ratchet_tree == RatchetTreeExtension::included) info.extensions.push_back({ExtensionType::ratchet_tree, next.tree.serialize()});
    info.extensions.push_back(grease_extension_for(next.confirmation_tag));
    info.confirmation_tag = next.confirmation_tag;
    info.signer = signer;
    info.sign(suite, signature_key);

    Welcome welcome;
    welcome.cipher_suite = suite.id();
    welcome.encrypted_group_info = seal_group_info(suite, derive_welcome_secret(suite, made.joiner, psk), info);
    // The whole GroupInfo is context of every one of these: hashed once, not once a member.
    const auto sealer = suite.sealer_with_label("Welcome", welcome.encrypted_group_info);
    for (std::size_t i = 0; i < applied.added.size(); ++i) {
        GroupSecrets secrets;
        secrets.joiner_secret = made.joiner.clone();
        if (made.path) {
            const auto& steps = made.path->steps;
            const auto ancestor = common_ancestor(applied.added[i], signer);
            const auto step = std::find_if(steps.begin(), steps.end(), [&](const auto& candidate) { return candidate.node == ancestor; });
            CHECK_INVARIANT(step != steps.end());   // the new leaf makes the copath of its ancestor non-empty
            secrets.path_secret = made.path->path_secrets[static_cast<std::size_t>(step - steps.begin())].clone();
        }
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

Result<std::vector<Bytes>> split_welcome(ByteView welcome_message)
{
    const auto message = TRY(MlsMessage::parse(welcome_message));
    const auto* welcome = std::get_if<Welcome>(&message.body);
    if (!welcome) return Unexpected(Error::unsupported_wire_format);
    std::vector<Bytes> parts;
    for (const auto& entry : welcome->secrets) parts.push_back(MlsMessage{Welcome{welcome->cipher_suite, {entry}, welcome->encrypted_group_info}}.serialize());
    return parts;
}

Result<CommitOutput> Group::commit(const CommitRequest& request, base::Random& random)
{
    return m_state->commit(request, ResumptionPskUsage::application, random);
}

Result<CommitOutput> Group::State::commit(const CommitRequest& request, ResumptionPskUsage usage, base::Random& random)
{
    TRY(may_send());
    if (!is_group_message(request.wire_format)) return Unexpected(Error::unsupported_wire_format);
    TRY(may_follow(epoch.context.epoch));
    const auto own = own_leaf();

    Commit content;
    const auto by_value = TRY(proposals_by_value(request, random));
    std::vector<SentProposal> list;
    for (const auto& proposal : by_value) {
        list.push_back({&proposal, Sender::member(own)});
        TRY(validate_proposal(list.back(), epoch.tree, epoch.context, usage));
        content.proposals.push_back({proposal});
    }
    for (const auto* entry : standing_proposals(committable_proposals(request), list)) {   // valid one by one since they came
        list.push_back({&entry->second.proposal, entry->second.sender});
        content.proposals.push_back({entry->first});
    }
    TRY(validate_proposal_list(list, own));

    EpochState next{epoch.context, epoch.tree, epoch.keys.clone(), {}, {}, {}, {}};
    const auto applied = apply_proposals(list, next.tree, next.context);
    if (applied.reinit) next.reinit = *applied.reinit;
    next.keys.prune(next.tree);
    std::optional<LeafNode> leaf;
    // The creator's first leaf, of whatever lifetime, is for nobody's eyes (§7.2): the first commit replaces it.
    const bool first = epoch.context.epoch == Epoch(0);
    if (request.identity)
        leaf = new_leaf(*request.identity, random);
    else if (request.path == PathUse::always || first || path_required(list))
        leaf = *next.tree.leaf(own);
    const auto& leaf_key = request.identity ? request.identity->signature_key : signature_key;
    const auto psk = TRY(psk_secret(applied.psks, request.psks));

    const CommitBase base{suite, epoch.context, epoch.interim_transcript_hash, epoch.secrets.init_secret, signature_key, leaf_key};
    auto made = TRY(make_commit(base, {std::move(content), Sender::member(own), request.wire_format, request.authenticated_data,
                                       std::move(next), std::move(leaf), applied.added, psk.clone()}, random));
    if (request.identity) {
        TRY(validate_leaf_node(suite, *made.next.state.tree.leaf(own), LeafNodePosition{epoch.context.group_id, own}));
        made.next.signature_key = leaf_key.clone();
    }
    CommitOutput output;
    output.epoch = epoch.context.epoch;
    if (!applied.added.empty())
        output.welcome = TRY(make_welcome(suite, made, applied, psk, request.welcome_tree, leaf_key, random));
    if (output.welcome && request.welcome_tree == RatchetTreeExtension::left_out) output.ratchet_tree = made.next.state.tree.serialize();
    output.commit = TRY(protect(std::move(made.content), random));

    // Nothing fails from here on.
    pending.emplace(PendingCommit{suite.hash(output.commit), std::move(made.next)});
    dirty.pending = true;
    return output;
}

}  // namespace sinetti::mls
