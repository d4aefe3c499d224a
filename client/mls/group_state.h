#pragma once
// What a Group is made of. Only the group_*.cpp files see this.

#include "mls/group.h"
#include "mls/group_extensions.h"
#include "mls/transcript.h"
#include "mls/tree_records.h"
#include "mls/validation.h"

#include <deque>

namespace sinetti::mls {

// Everything a member knows of one epoch, but for the message keys.
struct EpochState {
    GroupContext context;
    RatchetTree tree;
    TreeKemPrivate keys;
    EpochSecrets secrets;
    Bytes confirmation_tag;
    Bytes interim_transcript_hash;

    Bytes serialized_context;   // GroupContext as signatures and tags cover it
    std::optional<ReInit> reinit = {};   // the commit that began this epoch ended the group
};

// An epoch with its message keys, ready to become the current one.
struct NextEpoch {
    EpochState state;
    SecretTree messages;
    std::optional<crypto::SignaturePrivateKey> signature_key = {};   // ours from then on, when it is another one
};

// Who stood at a leaf before it changed; nullopt: nobody. Of the leaves where another credential or signature key stands afterwards.
using FormerMembers = std::map<LeafIndex, std::optional<Member>>;
FormerMembers former_members(const RatchetTree& before, const RatchetTree& after);

// What is kept of an epoch that is over: enough to read a late message, nothing to write one.
struct PastEpoch {
    Epoch epoch;
    Bytes serialized_context;
    SenderDataSecret sender_data_secret;
    FormerMembers former;       // where the epoch after it has somebody else
    SecretTree messages;
    bool stored = false;        // its own record, apart from the message keys, is in the store

    LeafCount leaf_count() const { return messages.leaf_count(); }
};

struct StagedCommit::State {
    Bytes base;                         // interim transcript hash of the epoch it was made for
    std::optional<std::pair<LeafIndex, Generation>> key;   // of the handshake ratchet, consumed when merged
    Epoch epoch;
    std::optional<NextEpoch> next;      // nullopt when it removes us
    Member committer;
    std::vector<Member> added;
    std::vector<Member> removed;
    std::vector<Member> updated;
    Extensions extensions;
    std::optional<ReInit> reinit;
    bool external = false;
    Bytes authenticated_data;
};

struct PendingCommit {
    Bytes message_hash;                 // of the MLSMessage, to know its echo
    NextEpoch next;
};

struct CachedProposal {
    CachedProposal(Proposal proposal_, Sender sender_, std::uint32_t arrival_);
    Proposal proposal;
    Sender sender;
    std::uint32_t arrival;      // its place in the order in which those of this epoch came; 0 when a record of before version 4 does not say
    std::size_t size;           // bytes of its encoding
};
using KeptProposal = std::pair<const ProposalRef, CachedProposal>;

// What our leaf has once somebody commits an Update of ours.
struct UpdateKeys {
    crypto::HpkePrivateKey leaf_key;
    std::optional<crypto::SignaturePrivateKey> signature_key;   // when it is another one
};
using OwnUpdates = std::map<crypto::HpkePublicKey, UpdateKeys>;   // by the leaf key

struct OpenedSender {
    SenderData data;
    Member member;              // as it was in that epoch
};

struct Group::State {
    CipherSuite suite;
    crypto::SignaturePrivateKey signature_key;
    EpochState epoch;
    SecretTree messages;
    std::deque<PastEpoch> past;                           // the latest last
    std::map<Epoch, ResumptionPsk> resumption_psks;       // of past epochs
    std::map<ProposalRef, CachedProposal> proposals;
    std::size_t proposal_bytes = 0;                       // of all of them
    std::uint32_t last_arrival = 0;
    OwnUpdates own_updates;
    std::optional<PendingCommit> pending;
    bool removed = false;

    // What flush() has to write or erase.
    struct Dirty {
        bool epoch = false;
        Chunks tree;
        std::set<ProposalRef> proposals;    // that came or went
        bool old_proposals = false;         // the record that held them all before version 3 goes
        bool pending = false;
        bool removed_now = false;           // whatever else there is goes
        std::vector<std::pair<Epoch, SecretTree>> dropped;   // past epochs that are gone
    } dirty;

    State(CipherSuite suite_, crypto::SignaturePrivateKey&& key, NextEpoch&& first)
        : suite(suite_), signature_key(std::move(key)), epoch(std::move(first.state)), messages(std::move(first.messages))
    {
        dirty.epoch = true;
        dirty.tree = chunks_of(epoch.tree);
    }

    LeafIndex own_leaf() const { return epoch.keys.leaf(); }
    Result<void> may_send() const;       // removed_from_group, reinitialized
    Result<void> load_past(std::span<const Epoch> epochs, const StateSource& source);   // the earliest first
    Result<void> load_proposals(const StateSource& source);
    Result<void> check_stored_proposals() const;
    std::vector<Member> members() const;
    std::optional<Member> member_at(LeafIndex leaf, std::deque<PastEpoch>::const_iterator past_epoch) const;   // past.end(): now
    // Of a PrivateMessage, whose epoch is as in member_at(). Errors: decryption_failed, unknown_sender, own_message.
    Result<OpenedSender> open_sender(const PrivateMessage& message, const SenderDataSecret& secret, std::deque<PastEpoch>::const_iterator past_epoch) const;
    bool has_room_for(const ProposalRef& ref, const CachedProposal& proposal) const;
    void keep_proposal(ProposalRef&& ref, CachedProposal&& proposal);
    void forget_proposal(const ProposalRef& ref);
    void forget_proposals();
    void advance(NextEpoch&& next);      // the present epoch becomes past
    void leave();                        // wipes what a removed member must not keep

    const ResumptionPsk* resumption_psk(Epoch of) const;   // of this epoch or a past one; nullptr when not kept
    Result<PskSecret> psk_secret(std::span<const PreSharedKeyId> ids, const PskSource* psks) const;
    Result<std::vector<Proposal>> proposals_by_value(const CommitRequest& request, base::Random& random) const;
    // Those of the standalone proposals that can stand in one commit of ours, beside what the request has by value; in the order they came,
    // but for the Removes, which come first.
    std::vector<const KeptProposal*> committable_proposals(const CommitRequest& request) const;

    Result<CommitOutput> commit(const CommitRequest& request, ResumptionPskUsage usage, base::Random& random);
    Result<NewGroup> new_group(CipherSuite new_suite, Bytes new_group_id, ResumptionPskUsage usage, LeafNodeIdentity&& identity,
                               std::vector<KeyPackage>&& others, const CreateOptions& options, std::optional<UnixSeconds> now, base::Random& random) const;
    // Those of them that leave a valid list and valid members beside what we commit by value (§12.2).
    std::vector<const KeptProposal*> standing_proposals(std::vector<const KeptProposal*> chosen, std::span<const SentProposal> by_value) const;
    // Signed content of ours as an MLSMessage; uses up a key of our handshake ratchet when it is private.
    Result<Bytes> protect(AuthenticatedContent&& content, base::Random& random);
    Result<Bytes> propose(Proposal&& proposal, WireFormat format, base::Random& random);
    Result<Processed> process_application(const PrivateMessage& message);
    Result<UnverifiedContent> unprotect(MlsMessage&& message, std::optional<SecretTree::Found>& key) const;
    Result<VerifiedContent> verify_sender(UnverifiedContent&& content) const;
    Result<Processed> receive_proposal(VerifiedContent&& verified);
    Result<std::unique_ptr<StagedCommit::State>> stage(const VerifiedContent& verified, const PskSource* psks) const;
};

Member member_of(const RatchetTree& tree, LeafIndex leaf);
// Our leaf in a commit or Update, but for its keys, its parent hash and its signature.
LeafNode new_leaf(const LeafNodeIdentity& identity, base::Random& random);

// The proposals of a commit applied to a tree and context (§12.3).
struct AppliedProposals {
    std::vector<LeafIndex> added;             // sorted
    std::vector<const KeyPackage*> key_packages;   // of the added
    std::vector<Member> removed;
    std::vector<LeafIndex> updated;
    std::vector<PreSharedKeyId> psks;
    const ExternalInit* external_init = nullptr;
    const ReInit* reinit = nullptr;
};
AppliedProposals apply_proposals(std::span<const SentProposal> proposals, RatchetTree& tree, GroupContext& context);

// The key schedule of a new epoch from its final context (§8), shared by committer, receiver and joiner.
struct EpochKeys {
    EpochSecrets secrets;
    EncryptionSecret encryption_secret;
};
EpochKeys derive_epoch(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk, ByteView serialized_context);

// The epoch a commit ends, as whoever makes the commit knows it: a member, or somebody who joins by it.
struct CommitBase {
    CipherSuite suite;
    const GroupContext& context;
    ByteView interim_transcript_hash;
    const InitSecret& init_secret;
    const crypto::SignaturePrivateKey& signature_key;
    const crypto::SignaturePrivateKey& leaf_key;   // signs the leaf: another one when the commit replaces it
};

struct CommitDraft {
    Commit commit;                     // the proposals; the path is made
    Sender sender;
    WireFormat wire_format;
    Bytes authenticated_data;
    EpochState next;                   // with the proposals applied to context and tree, and the keys that are left
    std::optional<LeafNode> leaf;      // ours, when there is to be a path: create_path() says what it sets itself
    std::span<const LeafIndex> added;  // leaves that the path is not encrypted to
    PskSecret psk;
};

struct MadeCommit {
    AuthenticatedContent content;
    NextEpoch next;
    JoinerSecret joiner;
    std::optional<NewPath> path;
};

// §12.4.1 from the path on. Errors: invalid_leaf_node when the members of the new epoch cannot stand together.
Result<MadeCommit> make_commit(const CommitBase& base, CommitDraft&& draft, base::Random& random);

Result<PskSecret> psk_secret_from(CipherSuite suite, std::span<const PreSharedKeyId> ids, const PskSource* source);   // missing_psk
Result<void> may_follow(Epoch epoch);   // another epoch; last_epoch
PreSharedKeyId with_fresh_nonce(PreSharedKeyId id, CipherSuite suite, base::Random& random);   // §8.4

// The ratchet tree of a GroupInfo, or the one that was handed in. Errors: missing_ratchet_tree, malformed.
Result<RatchetTree> tree_of(CipherSuite suite, const GroupInfo& info, const std::optional<Bytes>& handed_in);
// A Welcome that names a resumption secret of `former` for a branch or a successor (§11.2, §11.3). Error: invalid_group_info.
Result<void> validate_related_group(const Group& former, const PreSharedKeyId& psk, const GroupContext& context, const RatchetTree& tree);
// What a joiner checks of a GroupInfo and its tree, by either way of joining: signature, tree hash, integrity (§12.4.3.1).
Result<void> validate_group_info(CipherSuite suite, const GroupInfo& info, const RatchetTree& tree);

}  // namespace sinetti::mls
