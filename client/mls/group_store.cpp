// A group's records (names in records.h). What changes with each message (a sender's ratchet) stands apart from what changes with
// each epoch, and an epoch's record tells what is new in it: storing a message costs the same in a group of any size, and a commit as
// much as the path that it changes.

#include "mls/encode.h"
#include "mls/group_state.h"
#include "mls/records.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

void write_secrets(codec::SecretWriter& writer, const EpochSecrets& secrets)
{
    writer.opaque(secrets.sender_data_secret.view()).opaque(secrets.exporter_secret.view()).opaque(secrets.external_secret.view());
    writer.opaque(secrets.confirmation_key.view()).opaque(secrets.membership_key.view()).opaque(secrets.resumption_psk.view());
    writer.opaque(secrets.epoch_authenticator).opaque(secrets.init_secret.view());
}

codec::Result<EpochSecrets> read_secrets(codec::Reader& reader)
{
    EpochSecrets secrets;
    secrets.sender_data_secret = SenderDataSecret(TRY(reader.secret()));
    secrets.exporter_secret = ExporterSecret(TRY(reader.secret()));
    secrets.external_secret = ExternalSecret(TRY(reader.secret()));
    secrets.confirmation_key = ConfirmationKey(TRY(reader.secret()));
    secrets.membership_key = MembershipKey(TRY(reader.secret()));
    secrets.resumption_psk = ResumptionPsk(TRY(reader.secret()));
    secrets.epoch_authenticator = TRY(reader.opaque());
    secrets.init_secret = InitSecret(TRY(reader.secret()));
    return secrets;
}

// All of an epoch but the tree and our keys in it.
void write_epoch(codec::SecretWriter& writer, const EpochState& epoch)
{
    writer.raw(epoch.serialized_context);
    write_secrets(writer, epoch.secrets);
    writer.opaque(epoch.confirmation_tag).opaque(epoch.interim_transcript_hash).optional_marker(epoch.reinit.has_value());
    if (epoch.reinit) writer.raw(encode([&](auto& out) { epoch.reinit->write(out); }));
}

codec::Result<EpochState> read_epoch(std::uint8_t version, codec::Reader& reader, RatchetTree&& tree, TreeKemPrivate&& keys)
{
    auto context = TRY(GroupContext::read(reader));
    auto secrets = TRY(read_secrets(reader));
    auto confirmation_tag = TRY(reader.opaque());
    auto interim = TRY(reader.opaque());
    std::optional<ReInit> reinit;
    if (version >= 2 && TRY(reader.optional_marker())) reinit = TRY(ReInit::read(reader));
    if (!base::equal(tree.tree_hash(), context.tree_hash) || !tree.contains(keys.leaf())) return base::Unexpected(codec::Error::bad_value);
    auto serialized = context.serialize();
    return EpochState{std::move(context),          std::move(tree),    std::move(keys),       std::move(secrets),
                      std::move(confirmation_tag), std::move(interim), std::move(serialized), std::move(reinit)};
}

codec::Result<TreeKemPrivate> read_keys(ByteView bytes)
{
    codec::Reader reader(bytes);
    auto keys = TRY(TreeKemPrivate::read(reader));
    TRY(reader.finish());
    return keys;
}

void write_member(codec::Writer& writer, const Member& member)
{
    member.credential.write(writer);
    writer.opaque(member.signature_key);
}

codec::Result<Member> read_member(codec::Reader& reader, LeafIndex leaf)
{
    Member member;
    member.leaf = leaf;
    member.credential = TRY(Credential::read(reader));
    member.signature_key = TRY(reader.opaque());
    return member;
}

base::SecretBytes past_record(const PastEpoch& past)
{
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).opaque(past.serialized_context).opaque(past.sender_data_secret.view()).u32(past.leaf_count().value());
        writer.opaque(encode([&](auto& list) {
            for (const auto& [leaf, member] : past.former) {
                list.u32(leaf.value()).optional_marker(member.has_value());
                if (member) write_member(list, *member);
            }
        }));
    });
}

// Before version 3 all members stood in it; then they are in `everybody`, to be compared with who came after them.
struct LoadedPast {
    PastEpoch epoch;
    std::optional<std::map<LeafIndex, Member>> everybody;
};

codec::Result<FormerMembers> read_former(codec::Reader& reader)
{
    auto list = TRY(reader.vector());
    FormerMembers former;
    while (!list.empty()) {
        const LeafIndex leaf(TRY(list.u32()));
        auto& member = former[leaf];
        if (TRY(list.optional_marker())) member = TRY(read_member(list, leaf));
    }
    return former;
}

codec::Result<std::map<LeafIndex, Member>> read_everybody(codec::Reader& reader)
{
    auto list = TRY(reader.vector());
    std::map<LeafIndex, Member> members;
    while (!list.empty()) {
        const LeafIndex leaf(TRY(list.u32()));
        members.insert_or_assign(leaf, TRY(read_member(list, leaf)));
    }
    return members;
}

// A signature key of ours that is not in use yet, for the leaf that will show it.
using NextSignatureKey = std::optional<crypto::SignaturePrivateKey>;

void write_signature_key(codec::SecretWriter& writer, const NextSignatureKey& key)
{
    writer.optional_marker(key.has_value());
    if (key) writer.opaque(key->seed());
}

codec::Result<NextSignatureKey> read_signature_key(std::uint8_t version, codec::Reader& reader)
{
    if (version < 4 || !TRY(reader.optional_marker())) return NextSignatureKey();
    const auto seed = TRY(reader.opaque_view());
    return NextSignatureKey(TRY_OR(crypto::SignaturePrivateKey::from_seed(seed), codec::Error::bad_value));
}

base::SecretBytes pending_record(const PendingCommit& pending, const RatchetTree& present)
{
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).opaque(pending.message_hash);
        writer.raw(encode([&](auto& out) { pending.next.state.tree.write_changes(out, present); }));
        writer.opaque(pending.next.state.keys.serialize().view());
        write_epoch(writer, pending.next.state);
        writer.opaque(pending.next.messages.serialize().view());
        write_signature_key(writer, pending.next.signature_key);
    });
}

codec::Result<RatchetTree> read_pending_tree(std::uint8_t version, codec::Reader& reader, const RatchetTree& present)
{
    if (version >= 3) return RatchetTree::read_changes(reader, present);
    const auto whole = TRY(reader.opaque_view());
    return RatchetTree::parse(present.suite(), whole);
}

codec::Result<PendingCommit> read_pending(std::uint8_t version, codec::Reader& reader, const RatchetTree& present)
{
    auto hash = TRY(reader.opaque());
    auto tree = TRY(read_pending_tree(version, reader, present));
    const auto key_bytes = TRY(reader.opaque_view());
    auto keys = TRY(read_keys(key_bytes));
    auto state = TRY(read_epoch(version, reader, std::move(tree), std::move(keys)));
    codec::Reader message_reader(TRY(reader.opaque_view()));
    auto messages = TRY(SecretTree::read(present.suite(), message_reader));
    TRY(message_reader.finish());
    auto signature_key = TRY(read_signature_key(version, reader));
    return PendingCommit{std::move(hash), {std::move(state), std::move(messages), std::move(signature_key)}};
}

// Does a commit of ours lead from the one to the other? Whatever else a record says of them is damage, and to merge it would be too late.
bool leads_to(const EpochState& now, const NextEpoch& next, const crypto::SignaturePrivateKey& signature_key)
{
    const auto& context = next.state.context;
    const auto* leaf = next.state.tree.leaf(now.keys.leaf());
    return context.epoch == now.context.epoch.next() && context.epoch > now.context.epoch && context.cipher_suite == now.context.cipher_suite &&
           base::equal(context.group_id, now.context.group_id) && next.state.keys.leaf() == now.keys.leaf() && leaf &&
           base::equal(leaf->signature_key, (next.signature_key ? *next.signature_key : signature_key).public_key()) &&
           next.messages.leaf_count() == next.state.tree.leaf_count();
}

void write_proposal(codec::SecretWriter& writer, const CachedProposal& cached)
{
    writer.u8(static_cast<std::uint8_t>(cached.sender.type)).u32(cached.sender.index);
    writer.raw(encode([&](auto& out) { cached.proposal.write(out); }));
}

codec::Result<CachedProposal> read_proposal(codec::Reader& reader, std::uint32_t arrival = 0)
{
    Sender sender;
    sender.type = static_cast<SenderType>(TRY(reader.u8()));
    sender.index = TRY(reader.u32());
    auto proposal = TRY(Proposal::read(reader));
    return CachedProposal(std::move(proposal), sender, arrival);
}

base::SecretBytes proposal_record(const CachedProposal& cached, const OwnUpdates& own_updates)
{
    const auto* update = std::get_if<Update>(&cached.proposal.body);
    const auto own = update ? own_updates.find(update->leaf_node.encryption_key) : own_updates.end();
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).u32(cached.arrival);
        write_proposal(writer, cached);
        writer.optional_marker(own != own_updates.end());
        if (own == own_updates.end()) return;
        writer.opaque(own->second.leaf_key.view());
        write_signature_key(writer, own->second.signature_key);
    });
}

codec::Result<CachedProposal> read_proposal_record(std::uint8_t version, codec::Reader& reader, OwnUpdates& own_updates)
{
    const auto arrival = version >= 4 ? TRY(reader.u32()) : 0;
    auto cached = TRY(read_proposal(reader, arrival));
    if (TRY(reader.optional_marker())) {
        const auto* update = std::get_if<Update>(&cached.proposal.body);
        if (!update) return base::Unexpected(codec::Error::bad_value);
        crypto::HpkePrivateKey leaf_key(TRY(reader.secret()));
        auto signature_key = TRY(read_signature_key(version, reader));
        const auto& leaf = update->leaf_node;
        if (signature_key && !base::equal(signature_key->public_key(), leaf.signature_key)) return base::Unexpected(codec::Error::bad_value);
        own_updates.insert_or_assign(leaf.encryption_key, UpdateKeys{std::move(leaf_key), std::move(signature_key)});
    }
    TRY(reader.finish());
    return cached;
}

// All of them in one record, before version 3.
codec::Result<std::map<ProposalRef, CachedProposal>> read_all_proposals(codec::Reader& reader, OwnUpdates& own_updates)
{
    std::map<ProposalRef, CachedProposal> proposals;
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        auto ref = TRY(reader.opaque());
        proposals.insert_or_assign(std::move(ref), TRY(read_proposal(reader)));
    }
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        auto public_key = TRY(reader.opaque());
        own_updates.insert_or_assign(std::move(public_key), UpdateKeys{crypto::HpkePrivateKey(TRY(reader.secret())), {}});
    }
    TRY(reader.finish());
    return proposals;
}

// The body of a record behind its version, or nullopt when there is none.
Result<std::optional<base::SecretBytes>> record_of(const StateSource& source, std::string_view name)
{
    auto record = source.get(name);
    if (record && (record->empty() || !records::is_readable(record->view()[0]))) return Unexpected(Error::bad_record);
    return record;
}

Result<base::SecretBytes> required_record(const StateSource& source, std::string_view name)
{
    auto record = TRY(record_of(source, name));
    if (!record) return Unexpected(Error::bad_record);
    return std::move(*record);
}

std::uint8_t version_of(const base::SecretBytes& record)
{
    return record.view()[0];
}

codec::Reader body_of(const base::SecretBytes& record)
{
    return codec::Reader(record.view().subspan(1));
}

Result<LoadedPast> load_past(CipherSuite suite, Epoch epoch, const StateSource& source)
{
    const auto record = TRY(required_record(source, records::past(epoch)));
    auto reader = body_of(record);
    auto context = TRY_OR(reader.opaque(), Error::bad_record);
    SenderDataSecret sender_data_secret(TRY_OR(reader.secret(), Error::bad_record));
    const LeafCount leaves(TRY_OR(reader.u32(), Error::bad_record));
    if (leaves.value() > kLeafCountMax || !is_full_tree(leaves)) return Unexpected(Error::bad_record);
    FormerMembers former;
    std::optional<std::map<LeafIndex, Member>> everybody;
    if (version_of(record) >= 3)
        former = TRY_OR(read_former(reader), Error::bad_record);
    else
        everybody = TRY_OR(read_everybody(reader), Error::bad_record);
    TRY_OR(reader.finish(), Error::bad_record);
    auto messages = TRY(SecretTree::load(suite, leaves, epoch, source));
    return LoadedPast{{epoch, std::move(context), std::move(sender_data_secret), std::move(former), std::move(messages), true},
                      std::move(everybody)};
}

}  // namespace

// The latest epoch first, so that those after it are known.
Result<void> Group::State::load_past(std::span<const Epoch> epochs, const StateSource& source)
{
    for (auto number = epochs.rbegin(); number != epochs.rend(); ++number) {
        auto loaded = TRY(mls::load_past(suite, *number, source));
        if (loaded.everybody) {
            const auto leaves = std::max(loaded.epoch.leaf_count(), past.empty() ? epoch.tree.leaf_count() : past.front().leaf_count());
            for (LeafIndex leaf(0); leaf.value() < leaves.value(); leaf = leaf.next()) {
                const auto was = loaded.everybody->find(leaf);
                auto member = was == loaded.everybody->end() ? std::nullopt : std::optional(std::move(was->second));
                if (member != member_at(leaf, past.begin())) loaded.epoch.former.emplace(leaf, std::move(member));
            }
        }
        past.push_front(std::move(loaded.epoch));
    }
    return {};
}

Result<void> Group::State::load_proposals(const StateSource& source)
{
    if (const auto record = TRY(record_of(source, records::kProposals))) {
        auto body = body_of(*record);
        auto all = TRY_OR(read_all_proposals(body, own_updates), Error::bad_record);
        for (auto& [ref, cached] : all) keep_proposal(ProposalRef(ref), std::move(cached));
        dirty.old_proposals = true;
        return {};
    }
    for (const auto& name : source.names()) {
        if (!name.starts_with(records::kProposalPrefix)) continue;
        auto ref = base::from_hex(std::string_view(name).substr(records::kProposalPrefix.size()));
        const auto record = TRY(required_record(source, name));
        if (!ref || version_of(record) < 3) return Unexpected(Error::bad_record);
        auto body = body_of(record);
        keep_proposal(std::move(*ref), TRY_OR(read_proposal_record(version_of(record), body, own_updates), Error::bad_record));
    }
    dirty.proposals.clear();
    return {};
}

// They were valid when they were kept: one that is not is a damaged record, and committing it would be too late to say so.
Result<void> Group::State::check_stored_proposals() const
{
    for (const auto& [ref, cached] : proposals) {
        const bool by_stranger = cached.sender.type == SenderType::member && epoch.tree.leaf(cached.sender.leaf()) == nullptr;
        if (by_stranger || cached.proposal.type() == ProposalType::external_init) return Unexpected(Error::bad_record);
        TRY_OR(validate_proposal({&cached.proposal, cached.sender}, epoch.tree, epoch.context), Error::bad_record);
    }
    return {};
}

void Group::flush(StateSink& sink)
{
    auto& state = *m_state;
    auto& dirty = state.dirty;
    for (const auto& [epoch, messages] : dirty.dropped) {
        sink.erase(records::past(epoch));
        messages.erase_records(epoch, sink);
    }
    if (dirty.epoch) {
        sink.put(records::kEpoch, encode_secret([&](auto& writer) {
                     writer.u8(records::kVersion).u16(state.suite.id()).u8(state.removed ? 1 : 0).opaque(state.signature_key.seed());
                     write_epoch(writer, state.epoch);
                     writer.u32(static_cast<std::uint32_t>(state.past.size()));
                     for (const auto& past : state.past) writer.u64(past.epoch.value());
                     writer.u32(static_cast<std::uint32_t>(state.resumption_psks.size()));
                     for (const auto& [epoch, psk] : state.resumption_psks) writer.u64(epoch.value()).opaque(psk.view());
                 }));
        sink.put(records::kPrivate,
                 encode_secret([&](auto& writer) { writer.u8(records::kVersion).raw(state.epoch.keys.serialize().view()); }));
    }
    if (!dirty.tree.empty()) write_tree(state.epoch.tree, dirty.tree, sink);
    if (dirty.old_proposals) sink.erase(records::kProposals);
    for (const auto& ref : dirty.proposals) {
        const auto found = state.proposals.find(ref);
        if (found == state.proposals.end())
            sink.erase(records::proposal(ref));
        else
            sink.put(records::proposal(ref), proposal_record(found->second, state.own_updates));
    }
    if (dirty.removed_now || (dirty.pending && !state.pending))
        sink.erase(records::kPending);
    else if (dirty.pending)
        sink.put(records::kPending, pending_record(*state.pending, state.epoch.tree));
    for (auto& past : state.past) {
        if (!past.stored) sink.put(records::past(past.epoch), past_record(past));
        past.stored = true;
        past.messages.flush(past.epoch, sink);
    }
    if (!state.removed) state.messages.flush(state.epoch.context.epoch, sink);
    dirty = {};
}

Result<Group> Group::load(const StateSource& source)
{
    const auto epoch_record = TRY(required_record(source, records::kEpoch));
    auto reader = body_of(epoch_record);
    const auto suite_id = TRY_OR(reader.u16(), Error::bad_record);
    const auto known_suite = CipherSuite::from_id(suite_id);
    if (!known_suite) return Unexpected(Error::bad_record);
    const auto suite = *known_suite;
    const auto removed = TRY_OR(reader.optional_marker(), Error::bad_record);
    const auto seed = TRY_OR(reader.opaque_view(), Error::bad_record);
    auto signature_key = TRY_OR(crypto::SignaturePrivateKey::from_seed(seed), Error::bad_record);

    auto [tree, chunked] = TRY(load_tree(suite, source));
    const auto key_record = TRY(required_record(source, records::kPrivate));
    auto keys = TRY_OR(read_keys(body_of(key_record).rest()), Error::bad_record);
    if (!removed && !tree.leaf(keys.leaf())) return Unexpected(Error::bad_record);   // a member has a leaf
    const auto leaf_count = tree.leaf_count();
    auto epoch = TRY_OR(read_epoch(version_of(epoch_record), reader, std::move(tree), std::move(keys)), Error::bad_record);
    if (epoch.context.cipher_suite != suite_id) return Unexpected(Error::bad_record);
    const auto number = epoch.context.epoch;
    auto messages = removed ? SecretTree(suite, LeafCount(1), EncryptionSecret()) : TRY(SecretTree::load(suite, leaf_count, number, source));

    auto state = std::make_unique<State>(suite, std::move(signature_key), NextEpoch{std::move(epoch), std::move(messages)});
    auto chunks = std::move(state->dirty.tree);
    state->dirty = {};
    if (!chunked) state->dirty.tree = std::move(chunks);   // written anew at the next flush
    state->removed = removed;
    std::vector<Epoch> past;
    for (auto count = TRY_OR(reader.u32(), Error::bad_record); count > 0; --count) past.push_back(Epoch(TRY_OR(reader.u64(), Error::bad_record)));
    TRY(state->load_past(past, source));
    for (auto count = TRY_OR(reader.u32(), Error::bad_record); count > 0; --count) {
        const Epoch of(TRY_OR(reader.u64(), Error::bad_record));
        state->resumption_psks.insert_or_assign(of, ResumptionPsk(TRY_OR(reader.secret(), Error::bad_record)));
    }
    TRY_OR(reader.finish(), Error::bad_record);

    if (const auto record = TRY(record_of(source, records::kPending))) {
        auto body = body_of(*record);
        state->pending.emplace(TRY_OR(read_pending(version_of(*record), body, state->epoch.tree), Error::bad_record));
        TRY_OR(body.finish(), Error::bad_record);
        if (removed || !leads_to(state->epoch, state->pending->next, state->signature_key)) return Unexpected(Error::bad_record);
    }
    TRY(state->load_proposals(source));
    TRY(state->check_stored_proposals());
    return Group(std::move(state));
}

}  // namespace sinetti::mls
