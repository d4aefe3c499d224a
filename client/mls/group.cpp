#include "mls/encode.h"
#include "mls/group_state.h"

#include <algorithm>

namespace sinetti::mls {

Member member_of(const RatchetTree& tree, LeafIndex leaf)
{
    const auto* node = tree.leaf(leaf);
    CHECK_INVARIANT(node != nullptr);
    return {leaf, node->credential, node->signature_key};
}

EpochKeys derive_epoch(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk, ByteView serialized_context)
{
    const auto epoch_secret = derive_epoch_secret(suite, joiner, psk, serialized_context);
    return {EpochSecrets::derive(suite, epoch_secret), derive_encryption_secret(suite, epoch_secret)};
}

std::vector<Member> Group::State::members() const
{
    std::vector<Member> members;
    for (const auto leaf : epoch.tree.members()) members.push_back(member_of(epoch.tree, leaf));
    return members;
}

FormerMembers former_members(const RatchetTree& before, const RatchetTree& after)
{
    FormerMembers former;
    for (const auto node : after.changed_since(before)) {
        if (!is_leaf(node)) continue;
        const auto leaf = to_leaf(node);
        const auto* old_leaf = before.leaf(leaf);
        const auto* new_leaf = after.leaf(leaf);
        const bool same = old_leaf && new_leaf && old_leaf->credential == new_leaf->credential && old_leaf->signature_key == new_leaf->signature_key;
        if (!same && (old_leaf || new_leaf)) former.emplace(leaf, old_leaf ? std::optional(member_of(before, leaf)) : std::nullopt);
    }
    return former;
}

std::optional<Member> Group::State::member_at(LeafIndex leaf, std::deque<PastEpoch>::const_iterator past_epoch) const
{
    for (auto later = past_epoch; later != past.end(); ++later) {
        const auto found = later->former.find(leaf);
        if (found != later->former.end()) return found->second;
    }
    return epoch.tree.leaf(leaf) ? std::optional(member_of(epoch.tree, leaf)) : std::nullopt;
}

CachedProposal::CachedProposal(Proposal proposal_, Sender sender_, std::uint32_t arrival_)
    : proposal(std::move(proposal_)), sender(sender_), arrival(arrival_)
{
    size = encode([&](auto& writer) { proposal.write(writer); }).size();
}

bool Group::State::has_room_for(const ProposalRef& ref, const CachedProposal& proposal) const
{
    if (proposals.contains(ref)) return true;
    return proposals.size() < kProposalsPerEpochMax && proposal.size <= kProposalBytesPerEpochMax - std::min(proposal_bytes, kProposalBytesPerEpochMax);
}

void Group::State::keep_proposal(ProposalRef&& ref, CachedProposal&& proposal)
{
    if (proposals.contains(ref)) return;   // it stays where it came first, so that nobody makes an old one the latest by sending it again
    last_arrival = std::max(last_arrival, proposal.arrival);
    proposal_bytes += proposal.size;
    dirty.proposals.insert(ref);
    proposals.emplace(std::move(ref), std::move(proposal));
}

void Group::State::forget_proposal(const ProposalRef& ref)
{
    const auto found = proposals.find(ref);
    if (found == proposals.end()) return;
    proposal_bytes -= found->second.size;
    dirty.proposals.insert(ref);
    proposals.erase(found);
}

void Group::State::forget_proposals()
{
    for (const auto& [ref, proposal] : proposals) dirty.proposals.insert(ref);
    proposals.clear();
    proposal_bytes = 0;
    own_updates.clear();
}

void Group::State::advance(NextEpoch&& next)
{
    for (const auto node : next.state.tree.changed_since(epoch.tree)) dirty.tree.insert(chunk_of(node));
    past.push_back({epoch.context.epoch, std::move(epoch.serialized_context), std::move(epoch.secrets.sender_data_secret),
                    former_members(epoch.tree, next.state.tree), std::move(messages), false});
    resumption_psks.insert_or_assign(epoch.context.epoch, std::move(epoch.secrets.resumption_psk));
    while (resumption_psks.size() > kResumptionPsksMax) resumption_psks.erase(resumption_psks.begin());
    while (past.size() > kPastEpochsMax) {
        dirty.dropped.emplace_back(past.front().epoch, std::move(past.front().messages));
        past.pop_front();
    }
    epoch = std::move(next.state);
    messages = std::move(next.messages);
    if (next.signature_key) signature_key = std::move(*next.signature_key);
    dirty.pending = dirty.pending || pending.has_value();
    pending.reset();
    forget_proposals();
    dirty.epoch = true;
}

void Group::State::leave()
{
    // §12.4.2: "the client cannot send any more messages in the group and SHOULD promptly delete its group state and secret tree."
    for (auto& old : past) dirty.dropped.emplace_back(old.epoch, std::move(old.messages));
    dirty.dropped.emplace_back(epoch.context.epoch, std::move(messages));
    past.clear();
    resumption_psks.clear();
    forget_proposals();
    pending.reset();
    epoch.secrets = {};
    messages = SecretTree(suite, LeafCount(1), EncryptionSecret());
    epoch.keys = TreeKemPrivate(own_leaf(), {});
    removed = true;
    dirty.epoch = dirty.removed_now = true;
}

std::optional<base::SecretBytes> PskSource::resumption_psk(ByteView, Epoch) const { return std::nullopt; }

Group::Group(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;

StagedCommit::StagedCommit(std::unique_ptr<State> state) : m_state(std::move(state)) {}
StagedCommit::StagedCommit(StagedCommit&&) noexcept = default;
StagedCommit& StagedCommit::operator=(StagedCommit&&) noexcept = default;
StagedCommit::~StagedCommit() = default;

Epoch StagedCommit::epoch() const { return m_state->epoch; }
const Member& StagedCommit::committer() const { return m_state->committer; }
const std::vector<Member>& StagedCommit::added() const { return m_state->added; }
const std::vector<Member>& StagedCommit::removed() const { return m_state->removed; }
const std::vector<Member>& StagedCommit::updated() const { return m_state->updated; }
ByteView StagedCommit::authenticated_data() const { return m_state->authenticated_data; }
const Extensions& StagedCommit::extensions() const { return m_state->extensions; }
const std::optional<ReInit>& StagedCommit::reinit() const { return m_state->reinit; }
bool StagedCommit::is_external() const { return m_state->external; }
bool StagedCommit::removes_us() const { return !m_state->next.has_value(); }

Result<Group> Group::create(CipherSuite suite, Bytes group_id, LeafNodeIdentity identity, base::Random& random, const CreateOptions& options)
{
    auto leaf = KeyPackagePrivate::generate(suite, identity, options.lifetime, random);
    TRY(validate_leaf_node(suite, leaf.key_package.leaf_node, {}));
    RatchetTree tree(suite, std::move(leaf.key_package.leaf_node));
    TreeKemPrivate keys(LeafIndex(0), crypto::HpkePrivateKey(std::move(leaf.encryption_key)));

    GroupContext context;
    context.cipher_suite = suite.id();
    context.group_id = std::move(group_id);
    context.tree_hash = base::to_bytes(tree.tree_hash());
    context.extensions = options.extensions;
    TRY(validate_members(tree, context.extensions));

    // §11: "Epoch secret: A fresh random value of size KDF.Nh".
    EpochSecret epoch_secret{base::SecretBytes(suite.hash_size())};
    random.fill(epoch_secret.mutable_view());
    auto secrets = EpochSecrets::derive(suite, epoch_secret);
    auto tag = confirmation_tag(suite, secrets.confirmation_key, context.confirmed_transcript_hash);
    auto interim = interim_transcript_hash(suite, context.confirmed_transcript_hash, tag);
    auto serialized = context.serialize();
    SecretTree messages(suite, tree.leaf_count(), derive_encryption_secret(suite, epoch_secret));
    NextEpoch first{{std::move(context), std::move(tree), std::move(keys), std::move(secrets), std::move(tag), std::move(interim),
                     std::move(serialized)},
                    std::move(messages)};
    return Group(std::make_unique<State>(suite, std::move(identity.signature_key), std::move(first)));
}

CipherSuite Group::suite() const { return m_state->suite; }
ByteView Group::group_id() const { return m_state->epoch.context.group_id; }
Epoch Group::epoch() const { return m_state->epoch.context.epoch; }
LeafIndex Group::own_leaf() const { return m_state->own_leaf(); }
bool Group::is_member() const { return !m_state->removed; }
std::vector<Member> Group::members() const { return m_state->members(); }
const Extensions& Group::extensions() const { return m_state->epoch.context.extensions; }
const std::optional<ReInit>& Group::reinit() const { return m_state->epoch.reinit; }
Bytes Group::ratchet_tree() const { return m_state->epoch.tree.serialize(); }
Bytes Group::epoch_authenticator() const { return m_state->epoch.secrets.epoch_authenticator; }
bool Group::has_pending_commit() const { return m_state->pending.has_value(); }

Result<base::SecretBytes> Group::export_secret(std::string_view label, ByteView context, std::size_t length) const
{
    if (m_state->removed) return Unexpected(Error::removed_from_group);
    return mls_exporter(m_state->suite, m_state->epoch.secrets.exporter_secret, label, context, length);
}

Result<base::SecretBytes> Group::resumption_psk(Epoch epoch) const
{
    if (m_state->removed) return Unexpected(Error::removed_from_group);
    const auto* psk = m_state->resumption_psk(epoch);
    if (!psk) return Unexpected(Error::missing_psk);
    return base::SecretBytes(psk->view());
}

Result<Bytes> Group::encrypt(ByteView plaintext, ByteView authenticated_data, base::Random& random)
{
    auto& state = *m_state;
    TRY(state.may_send());
    // ValCommit12: a member who knows of proposals commits before it sends application data (§12.4)
    if (!state.proposals.empty()) return Unexpected(Error::commit_required);
    auto key = TRY(state.messages.find_next(state.own_leaf(), RatchetType::application));
    FramedContent content{base::to_bytes(group_id()), epoch(), Sender::member(state.own_leaf()), base::to_bytes(authenticated_data),
                          ApplicationData(plaintext)};
    const auto authenticated = AuthenticatedContent::sign(state.suite, WireFormat::private_message, std::move(content), state.signature_key,
                                                          state.epoch.serialized_context);
    auto message = protect_private(state.suite, authenticated, key, state.epoch.secrets.sender_data_secret, 0, random);
    state.messages.consume(std::move(key));
    return MlsMessage{std::move(message)}.serialize();
}

void Group::clear_pending_commit()
{
    if (!m_state->pending) return;
    m_state->pending.reset();
    m_state->dirty.pending = true;
}

Result<void> Group::merge_pending()
{
    if (!m_state->pending) return Unexpected(Error::no_pending_commit);
    auto next = std::move(m_state->pending->next);
    m_state->advance(std::move(next));
    return {};
}

Result<void> Group::merge(StagedCommit&& staged)
{
    auto& state = *m_state;
    if (state.removed) return Unexpected(Error::removed_from_group);
    if (!base::equal(staged.m_state->base, state.epoch.interim_transcript_hash)) return Unexpected(Error::wrong_base);
    const auto taken = std::move(staged.m_state);
    if (!taken->next) {
        state.leave();
        return Unexpected(Error::removed_from_group);
    }
    if (taken->key) {
        // §9.2: the key that opened the commit goes, although the epoch's other keys stay for late messages. It is looked up anew:
        // messages may have been read since the commit was staged.
        auto used = state.messages.find(taken->key->first, RatchetType::handshake, taken->key->second);
        if (used) state.messages.consume(std::move(*used));
    }
    state.advance(std::move(*taken->next));
    return {};
}

}  // namespace sinetti::mls
