// Reading what others send (RFC 9420 §6, §12.4.2).
//
// Everything is computed beside the group and verified before anything in it changes; a commit changes it only when merged.

#include "mls/group_state.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

MessageHeader header_of(const MlsMessage& message)
{
    if (const auto* sealed = std::get_if<PrivateMessage>(&message.body))
        return {WireFormat::private_message, sealed->group_id, sealed->epoch, sealed->content_type};
    const auto& content = std::get_if<PublicMessage>(&message.body)->content;
    return {WireFormat::public_message, content.group_id, content.epoch, content.content_type()};
}

Result<MlsMessage> parse_group_message(ByteView bytes)
{
    auto message = TRY(MlsMessage::parse(bytes));
    // ValFraming14: content in a group is a PublicMessage or a PrivateMessage (§6)
    if (!is_group_message(message.wire_format())) return Unexpected(Error::unsupported_wire_format);
    return message;
}

// The signature key of the credential a leaf shows, when it differs from what it was.
void note_update(const RatchetTree& before, const RatchetTree& after, LeafIndex leaf, std::vector<Member>& updated)
{
    const auto* old_leaf = before.leaf(leaf);
    const auto* new_leaf = after.leaf(leaf);
    if (!old_leaf || !new_leaf) return;
    if (old_leaf->credential == new_leaf->credential && old_leaf->signature_key == new_leaf->signature_key) return;
    updated.push_back(member_of(after, leaf));
}

}  // namespace

Result<MessageHeader> peek(ByteView mls_message)
{
    const auto message = TRY(parse_group_message(mls_message));
    return header_of(message);
}

Result<Processed> Group::process(ByteView mls_message, const PskSource* psks)
{
    auto& state = *m_state;
    if (state.removed) return Unexpected(Error::removed_from_group);
    auto message = TRY(parse_group_message(mls_message));
    const auto header = header_of(message);
    // ValFraming02: a message is for the group it is read in (§6)
    if (!base::equal(header.group_id, group_id())) return Unexpected(Error::wrong_group);
    // ValFraming03: a proposal or commit is for the current epoch (§12.1, §12.4.2)
    if (header.epoch > epoch()) return Unexpected(Error::future_epoch);
    const auto* sealed = std::get_if<PrivateMessage>(&message.body);
    if (sealed && header.content_type == ContentType::application) return state.process_application(*sealed);
    if (header.epoch < epoch()) return Unexpected(Error::stale_epoch);
    // ValCommit11: a group that has been reinitialized takes no more handshakes (§12.4.2)
    if (state.epoch.reinit) return Unexpected(Error::reinitialized);
    if (state.pending && base::equal(state.pending->message_hash, state.suite.hash(mls_message))) return Processed(OwnCommit{});

    std::optional<SecretTree::Found> key;
    auto unverified = TRY(state.unprotect(std::move(message), key));
    auto content = TRY(state.verify_sender(std::move(unverified)));
    if (content->content.content_type() == ContentType::commit) {
        auto staged = TRY(state.stage(content, psks));
        if (key) staged->key.emplace(key->leaf, key->generation);
        return Processed(StagedCommit(std::move(staged)));
    }
    auto received = TRY(state.receive_proposal(std::move(content)));
    if (key) state.messages.consume(std::move(*key));
    return received;
}

bool Group::is_of_later_self(ByteView mls_message) const
{
    const auto& state = *m_state;
    if (state.removed) return false;
    const auto message = MlsMessage::parse(mls_message);
    const auto* sealed = message ? std::get_if<PrivateMessage>(&message->body) : nullptr;
    if (sealed == nullptr || !base::equal(sealed->group_id, group_id())) return false;
    const auto old = std::ranges::find(state.past, sealed->epoch, &PastEpoch::epoch);
    const bool current = sealed->epoch == epoch();
    if (!current && old == state.past.end()) return false;
    const auto sender = open_sender_data(state.suite, *sealed, current ? state.epoch.secrets.sender_data_secret : old->sender_data_secret);
    const auto self = state.member_at(own_leaf(), current ? state.past.end() : old);
    if (!sender || sender->leaf != own_leaf() || !self) return false;
    const auto ratchet = sealed->content_type == ContentType::application ? RatchetType::application : RatchetType::handshake;
    const auto key = (current ? state.messages : old->messages).find(own_leaf(), ratchet, sender->generation);   // none of ours is ever skipped
    if (!key) return false;
    auto content = unprotect_private(state.suite, *sealed, *sender, key->key);
    return content && std::move(*content).verify(state.suite, self->signature_key, current ? state.epoch.serialized_context : old->serialized_context);
}

Result<OpenedSender> Group::State::open_sender(const PrivateMessage& message, const SenderDataSecret& secret,
                                               std::deque<PastEpoch>::const_iterator past_epoch) const
{
    const auto data = TRY(open_sender_data(suite, message, secret));
    auto member = member_at(data.leaf, past_epoch);
    // ValFraming05: encrypted sender data names a leaf that is not blank (§6.3.2)
    if (!member) return Unexpected(Error::unknown_sender);
    if (data.leaf == own_leaf()) return Unexpected(Error::own_message);
    return OpenedSender{data, std::move(*member)};
}

Result<Processed> Group::State::process_application(const PrivateMessage& message)
{
    const bool current = message.epoch == epoch.context.epoch;
    const auto old = std::find_if(past.begin(), past.end(), [&](const auto& candidate) { return candidate.epoch == message.epoch; });
    if (!current && old == past.end()) return Unexpected(Error::stale_epoch);
    auto& keys = current ? messages : old->messages;

    auto [sender, member] = TRY(open_sender(message, current ? epoch.secrets.sender_data_secret : old->sender_data_secret, current ? past.end() : old));
    auto key = TRY(keys.find(sender.leaf, RatchetType::application, sender.generation));
    auto unverified = TRY(unprotect_private(suite, message, sender, key.key));
    auto verified =
        TRY(std::move(unverified).verify(suite, member.signature_key, current ? epoch.serialized_context : old->serialized_context));
    auto content = std::move(verified).release();
    keys.consume(std::move(key));
    return Processed(ApplicationMessage{sender.leaf, message.epoch, std::move(*std::get_if<ApplicationData>(&content.content.body)),
                                        message.authenticated_data, std::move(member.credential)});
}

Result<UnverifiedContent> Group::State::unprotect(MlsMessage&& message, std::optional<SecretTree::Found>& key) const
{
    if (auto* open = std::get_if<PublicMessage>(&message.body)) {
        if (open->content.sender == Sender::member(own_leaf())) return Unexpected(Error::own_message);
        return unprotect_public(suite, std::move(*open), epoch.secrets.membership_key, epoch.serialized_context);
    }
    const auto& sealed = *std::get_if<PrivateMessage>(&message.body);
    const auto sender = TRY(open_sender(sealed, epoch.secrets.sender_data_secret, past.end())).data;
    key = TRY(messages.find(sender.leaf, RatchetType::handshake, sender.generation));
    return unprotect_private(suite, sealed, sender, key->key);
}

// The key that must have signed (§6.1), and the kinds of content each sort of sender may send.
Result<VerifiedContent> Group::State::verify_sender(UnverifiedContent&& content) const
{
    const auto& sender = content.claimed().sender;
    const auto* proposal = std::get_if<Proposal>(&content.claimed().body);
    const auto* commit = std::get_if<Commit>(&content.claimed().body);
    Bytes signer;
    switch (sender.type) {
    case SenderType::member: {
        const auto* leaf = epoch.tree.leaf(sender.leaf());
        // ValFraming04: a sender that is a member stands at a leaf that is not blank (§6.1)
        if (!leaf) return Unexpected(Error::unknown_sender);
        signer = leaf->signature_key;
        break;
    }
    case SenderType::external: {
        // ValFraming09: an external sender sends proposals only (§6.1)
        if (!proposal) return Unexpected(Error::malformed);
        const auto* extension = find_extension(epoch.context.extensions, ExtensionType::external_senders);
        if (!extension) return Unexpected(Error::unknown_sender);
        const auto senders = TRY_OR(read_external_senders(extension->data), Error::malformed);
        // ValFraming10: an external sender is one of external_senders (§6.1)
        if (sender.index >= senders.size()) return Unexpected(Error::unknown_sender);
        signer = senders[sender.index].signature_key;
        break;
    }
    case SenderType::new_member_proposal:
        TRY(validate_newcomer(proposal));
        signer = std::get_if<Add>(&proposal->body)->key_package.leaf_node.signature_key;
        break;
    case SenderType::new_member_commit:
        // ValFraming12: a new_member_commit is a commit with a path (§6.1, §12.4.3.2)
        if (!commit || !commit->path) return Unexpected(Error::malformed);
        signer = commit->path->leaf_node.signature_key;
        break;
    }
    return std::move(content).verify(suite, signer, epoch.serialized_context);
}

Result<Processed> Group::State::receive_proposal(VerifiedContent&& verified)
{
    auto content = std::move(verified).release();
    auto& proposal = *std::get_if<Proposal>(&content.content.body);
    const auto sender = content.content.sender;
    const auto type = proposal.type();
    // ValProposal08: an ExternalInit is in external commits only (§12.1.6)
    if (type == ProposalType::external_init) return Unexpected(Error::invalid_proposal);
    TRY(validate_proposal({&proposal, sender}, epoch.tree, epoch.context));
    auto ref = content.proposal_ref(suite);
    CachedProposal cached(std::move(proposal), sender, last_arrival + 1);
    if (!has_room_for(ref, cached)) return Unexpected(Error::too_many_proposals);
    ReceivedProposal received{sender.type == SenderType::member ? std::optional(sender.leaf()) : std::nullopt, type, ref, cached.proposal};
    keep_proposal(std::move(ref), std::move(cached));
    return Processed(std::move(received));
}

Result<std::unique_ptr<StagedCommit::State>> Group::State::stage(const VerifiedContent& verified, const PskSource* psks) const
{
    const auto& content = *verified;
    const auto& commit = *std::get_if<Commit>(&content.content.body);
    const auto& sender = content.content.sender;
    const bool external = sender.type == SenderType::new_member_commit;

    TRY(may_follow(epoch.context.epoch));
    std::vector<SentProposal> list;
    for (const auto& entry : commit.proposals) {
        if (const auto* proposal = std::get_if<Proposal>(&entry.body)) {
            list.push_back({proposal, sender});
            TRY(validate_proposal(list.back(), epoch.tree, epoch.context));
        } else {
            // ValList11: an external commit includes no proposals by reference (§12.4.3.2)
            if (external) return Unexpected(Error::invalid_proposal_list);
            const auto cached = proposals.find(*std::get_if<ProposalRef>(&entry.body));
            // ValCommit02: a proposal by reference is one received in this epoch (§12.4)
            if (cached == proposals.end()) return Unexpected(Error::unknown_proposal);
            list.push_back({&cached->second.proposal, cached->second.sender});
        }
    }
    TRY(validate_proposal_list(list, external ? std::nullopt : std::optional(sender.leaf())));
    for (const auto& sent : list) {
        const auto* remove = external ? std::get_if<Remove>(&sent.proposal->body) : nullptr;
        // ValList12: the leaf of an external commit has another encryption_key than the leaf it removes (§12.2)
        if (remove && base::equal(commit.path->leaf_node.encryption_key, epoch.tree.leaf(remove->removed)->encryption_key))
            return Unexpected(Error::invalid_path);
    }
    // ValCommit01: a commit has a path unless it has proposals, and none that requires one (§12.4)
    if (!commit.path && path_required(list)) return Unexpected(Error::path_required);

    EpochState next{epoch.context, epoch.tree, epoch.keys.clone(), {}, {}, {}, {}};
    auto applied = apply_proposals(list, next.tree, next.context);
    if (applied.reinit) next.reinit = *applied.reinit;
    next.context.epoch = next.context.epoch.next();
    const auto committer = external ? next.tree.leftmost_blank_leaf() : sender.leaf();

    if (commit.path) {
        // The committer's own proposals cannot have removed it, so its leaf is there unless it joins by this commit.
        TRY(validate_path(next.tree, *commit.path, {next.context.group_id, committer}));
        if (external) next.tree.place_leaf(committer, commit.path->leaf_node);
        TRY(apply_path(next.tree, committer, *commit.path, applied.added));
    }
    TRY(validate_members(next.tree, next.context.extensions));
    next.context.tree_hash = base::to_bytes(next.tree.tree_hash());

    auto staged = std::make_unique<StagedCommit::State>();
    staged->base = epoch.interim_transcript_hash;
    staged->epoch = next.context.epoch;
    staged->committer = member_of(next.tree, committer);
    for (const auto leaf : applied.added) staged->added.push_back(member_of(next.tree, leaf));
    if (external) staged->added.push_back(staged->committer);
    staged->removed = std::move(applied.removed);
    for (const auto leaf : applied.updated) note_update(epoch.tree, next.tree, leaf, staged->updated);
    if (commit.path && !external) note_update(epoch.tree, next.tree, committer, staged->updated);
    staged->extensions = next.context.extensions;
    staged->reinit = next.reinit;
    staged->external = external;
    staged->authenticated_data = content.content.authenticated_data;
    if (std::any_of(staged->removed.begin(), staged->removed.end(), [&](const auto& member) { return member.leaf == own_leaf(); }))
        return staged;

    std::optional<crypto::SignaturePrivateKey> own_signature_key;
    if (std::find(applied.updated.begin(), applied.updated.end(), own_leaf()) != applied.updated.end()) {
        const auto update = own_updates.find(next.tree.leaf(own_leaf())->encryption_key);
        if (update == own_updates.end()) return Unexpected(Error::unknown_proposal);
        next.keys.set(to_node(own_leaf()), update->second.leaf_key.clone());
        if (update->second.signature_key) own_signature_key = update->second.signature_key->clone();
    }
    auto commit_secret = no_commit_secret(suite);
    next.keys.prune(next.tree);
    if (commit.path)
        commit_secret = TRY(decrypt_path(next.tree, next.keys, committer, *commit.path, applied.added, next.context.serialize()));

    const auto init_secret =
        applied.external_init ? TRY(external_init_secret(suite, epoch.secrets.external_secret, applied.external_init->kem_output))
                              : epoch.secrets.init_secret.clone();
    const auto psk = TRY(psk_secret(applied.psks, psks));
    next.context.confirmed_transcript_hash = confirmed_transcript_hash(suite, epoch.interim_transcript_hash, content);
    next.serialized_context = next.context.serialize();
    const auto joiner = derive_joiner_secret(suite, init_secret, commit_secret, next.serialized_context);
    auto epoch_keys = derive_epoch(suite, joiner, psk, next.serialized_context);
    next.secrets = std::move(epoch_keys.secrets);
    // ValFraming08: a commit has the confirmation tag of the epoch it starts (§6.1)
    if (!suite.mac_verify(next.secrets.confirmation_key.view(), next.context.confirmed_transcript_hash, content.auth.confirmation_tag))
        return Unexpected(Error::bad_confirmation_tag);
    next.confirmation_tag = content.auth.confirmation_tag;
    next.interim_transcript_hash = interim_transcript_hash(suite, next.context.confirmed_transcript_hash, next.confirmation_tag);

    SecretTree next_messages(suite, next.tree.leaf_count(), std::move(epoch_keys.encryption_secret));
    staged->next.emplace(NextEpoch{std::move(next), std::move(next_messages), std::move(own_signature_key)});
    return staged;
}

}  // namespace sinetti::mls
