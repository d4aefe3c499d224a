// A group's records (names in records.h). What changes with each message (a sender's ratchet) stands apart from what changes with
// each epoch, so that storing a message costs the same in a group of any size.

#include "mls/encode.h"
#include "mls/group_state.h"
#include "mls/records.h"

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

base::SecretBytes past_record(const PastEpoch& past)
{
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).opaque(past.serialized_context).opaque(past.sender_data_secret.view()).u32(past.leaf_count().value());
        writer.opaque(encode([&](auto& list) {
            for (const auto& member : past.members) {
                list.u32(member.leaf.value());
                member.credential.write(list);
                list.opaque(member.signature_key);
            }
        }));
    });
}

codec::Result<std::vector<Member>> read_members(codec::Reader& reader)
{
    auto list = TRY(reader.vector());
    std::vector<Member> members;
    while (!list.empty()) {
        Member member;
        member.leaf = LeafIndex(TRY(list.u32()));
        member.credential = TRY(Credential::read(list));
        member.signature_key = TRY(list.opaque());
        members.push_back(std::move(member));
    }
    return members;
}

base::SecretBytes pending_record(const PendingCommit& pending)
{
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).opaque(pending.message_hash).opaque(pending.next.state.tree.serialize());
        writer.opaque(pending.next.state.keys.serialize().view());
        write_epoch(writer, pending.next.state);
        writer.opaque(pending.next.messages.serialize().view());
    });
}

codec::Result<PendingCommit> read_pending(std::uint8_t version, CipherSuite suite, codec::Reader& reader)
{
    auto hash = TRY(reader.opaque());
    const auto tree_bytes = TRY(reader.opaque_view());
    auto tree = TRY(RatchetTree::parse(suite, tree_bytes));
    const auto key_bytes = TRY(reader.opaque_view());
    auto keys = TRY(read_keys(key_bytes));
    auto state = TRY(read_epoch(version, reader, std::move(tree), std::move(keys)));
    codec::Reader message_reader(TRY(reader.opaque_view()));
    auto messages = TRY(SecretTree::read(suite, message_reader));
    TRY(message_reader.finish());
    return PendingCommit{std::move(hash), {std::move(state), std::move(messages)}};
}

using Proposals = std::map<ProposalRef, CachedProposal>;
using UpdateKeys = std::map<crypto::HpkePublicKey, crypto::HpkePrivateKey>;

base::SecretBytes proposals_record(const Proposals& proposals, const UpdateKeys& update_keys)
{
    return encode_secret([&](auto& writer) {
        writer.u8(records::kVersion).u32(static_cast<std::uint32_t>(proposals.size()));
        for (const auto& [ref, cached] : proposals) {
            writer.opaque(ref).u8(static_cast<std::uint8_t>(cached.sender.type)).u32(cached.sender.index);
            writer.raw(encode([&proposal = cached.proposal](auto& out) { proposal.write(out); }));
        }
        writer.u32(static_cast<std::uint32_t>(update_keys.size()));
        for (const auto& [public_key, private_key] : update_keys) writer.opaque(public_key).opaque(private_key.view());
    });
}

codec::Result<void> read_proposals(codec::Reader& reader, Proposals& proposals, UpdateKeys& update_keys)
{
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        auto ref = TRY(reader.opaque());
        CachedProposal cached;
        cached.sender.type = static_cast<SenderType>(TRY(reader.u8()));
        cached.sender.index = TRY(reader.u32());
        cached.proposal = TRY(Proposal::read(reader));
        proposals.insert_or_assign(std::move(ref), std::move(cached));
    }
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        auto public_key = TRY(reader.opaque());
        update_keys.insert_or_assign(std::move(public_key), crypto::HpkePrivateKey(TRY(reader.secret())));
    }
    return {};
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

Result<PastEpoch> load_past(CipherSuite suite, Epoch epoch, const StateSource& source)
{
    const auto record = TRY(required_record(source, records::past(epoch)));
    auto reader = body_of(record);
    auto context = TRY_OR(reader.opaque(), Error::bad_record);
    SenderDataSecret sender_data_secret(TRY_OR(reader.secret(), Error::bad_record));
    const LeafCount leaves(TRY_OR(reader.u32(), Error::bad_record));
    if (leaves.value() > kLeafCountMax || !is_full_tree(leaves)) return Unexpected(Error::bad_record);
    auto members = TRY_OR(read_members(reader), Error::bad_record);
    TRY_OR(reader.finish(), Error::bad_record);
    auto messages = TRY(SecretTree::load(suite, leaves, epoch, source));
    return PastEpoch{epoch, std::move(context), std::move(sender_data_secret), std::move(members), std::move(messages), true};
}

}  // namespace

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
    if (dirty.tree) {
        sink.put(records::kTree,
                 encode_secret([&](auto& writer) { writer.u8(records::kVersion).raw(state.epoch.tree.serialize()); }));
    }
    if (dirty.removed_now) {
        sink.erase(records::kPending);
        sink.erase(records::kProposals);
    } else {
        if (dirty.pending) {
            if (state.pending)
                sink.put(records::kPending, pending_record(*state.pending));
            else
                sink.erase(records::kPending);
        }
        if (dirty.proposals) {
            if (state.proposals.empty())
                sink.erase(records::kProposals);
            else
                sink.put(records::kProposals, proposals_record(state.proposals, state.update_keys));
        }
    }
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

    const auto tree_record = TRY(required_record(source, records::kTree));
    auto tree = TRY_OR(RatchetTree::parse(suite, body_of(tree_record).rest()), Error::bad_record);
    const auto key_record = TRY(required_record(source, records::kPrivate));
    auto keys = TRY_OR(read_keys(body_of(key_record).rest()), Error::bad_record);
    if (!removed && !tree.leaf(keys.leaf())) return Unexpected(Error::bad_record);   // a member has a leaf
    const auto leaf_count = tree.leaf_count();
    auto epoch = TRY_OR(read_epoch(version_of(epoch_record), reader, std::move(tree), std::move(keys)), Error::bad_record);
    const auto number = epoch.context.epoch;
    auto messages = removed ? SecretTree(suite, LeafCount(1), EncryptionSecret()) : TRY(SecretTree::load(suite, leaf_count, number, source));

    auto state = std::make_unique<State>(suite, std::move(signature_key), NextEpoch{std::move(epoch), std::move(messages)});
    state->dirty = {};
    state->removed = removed;
    for (auto count = TRY_OR(reader.u32(), Error::bad_record); count > 0; --count) {
        const Epoch past(TRY_OR(reader.u64(), Error::bad_record));
        state->past.push_back(TRY(load_past(suite, past, source)));
    }
    for (auto count = TRY_OR(reader.u32(), Error::bad_record); count > 0; --count) {
        const Epoch past(TRY_OR(reader.u64(), Error::bad_record));
        state->resumption_psks.insert_or_assign(past, ResumptionPsk(TRY_OR(reader.secret(), Error::bad_record)));
    }
    TRY_OR(reader.finish(), Error::bad_record);

    if (const auto record = TRY(record_of(source, records::kPending))) {
        auto body = body_of(*record);
        state->pending.emplace(TRY_OR(read_pending(version_of(*record), suite, body), Error::bad_record));
        TRY_OR(body.finish(), Error::bad_record);
    }
    if (const auto record = TRY(record_of(source, records::kProposals))) {
        auto body = body_of(*record);
        TRY_OR(read_proposals(body, state->proposals, state->update_keys), Error::bad_record);
        TRY_OR(body.finish(), Error::bad_record);
    }
    return Group(std::move(state));
}

}  // namespace sinetti::mls
