#pragma once
// What a Group is made of. Only the group_*.cpp files see this.

#include "mls/group.h"
#include "mls/transcript.h"
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
};

// An epoch with its message keys, ready to become the current one.
struct NextEpoch {
    EpochState state;
    SecretTree messages;
};

// What is kept of an epoch that is over: enough to read a late message, nothing to write one.
struct PastEpoch {
    Epoch epoch;
    Bytes serialized_context;
    SenderDataSecret sender_data_secret;
    std::vector<Member> members;
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
    Bytes authenticated_data;
};

struct PendingCommit {
    Bytes message_hash;                 // of the MLSMessage, to know its echo
    NextEpoch next;
};

struct CachedProposal {
    Proposal proposal;
    Sender sender;
};

struct Group::State {
    CipherSuite suite;
    crypto::SignaturePrivateKey signature_key;
    EpochState epoch;
    SecretTree messages;
    std::deque<PastEpoch> past;                           // the latest last
    std::map<Epoch, ResumptionPsk> resumption_psks;       // of past epochs
    std::map<ProposalRef, CachedProposal> proposals;
    std::map<crypto::HpkePublicKey, crypto::HpkePrivateKey> update_keys;   // of our Update proposals
    std::optional<PendingCommit> pending;
    bool removed = false;

    // What flush() has to write or erase.
    struct Dirty {
        bool epoch = false;
        bool tree = false;
        bool proposals = false;
        bool pending = false;
        bool removed_now = false;       // whatever else there is goes
        std::vector<std::pair<Epoch, SecretTree>> dropped;   // past epochs that are gone
    } dirty;

    State(CipherSuite suite_, crypto::SignaturePrivateKey&& key, NextEpoch&& first)
        : suite(suite_), signature_key(std::move(key)), epoch(std::move(first.state)), messages(std::move(first.messages))
    {
        dirty.epoch = dirty.tree = true;
    }

    LeafIndex own_leaf() const { return epoch.keys.leaf(); }
    std::vector<Member> members() const;
    void advance(NextEpoch&& next);      // the present epoch becomes past
    void leave();                        // wipes what a removed member must not keep

    Result<PskSecret> psk_secret(std::span<const PreSharedKeyId> ids, const PskSource* psks) const;
    // Those of the standalone proposals that can stand in one commit of ours, beside the removal of `removes` and the addition of
    // these signature keys.
    std::vector<const std::pair<const ProposalRef, CachedProposal>*> committable_proposals(const CommitRequest& request) const;

    Result<Bytes> propose(Proposal&& proposal, base::Random& random);
    Result<Processed> process_application(const PrivateMessage& message);
    Result<AuthenticatedContent> unprotect(MlsMessage&& message, std::optional<SecretTree::Found>& key) const;
    Result<void> verify_sender(const AuthenticatedContent& content) const;
    Result<Processed> receive_proposal(AuthenticatedContent&& content);
    Result<std::unique_ptr<StagedCommit::State>> stage(const AuthenticatedContent& content, const PskSource* psks) const;
};

Member member_of(const RatchetTree& tree, LeafIndex leaf);

// The proposals of a commit applied to a tree and context (§12.3).
struct AppliedProposals {
    std::vector<LeafIndex> added;             // sorted
    std::vector<const KeyPackage*> key_packages;   // of the added
    std::vector<Member> removed;
    std::vector<LeafIndex> updated;
    std::vector<PreSharedKeyId> psks;
    const ExternalInit* external_init = nullptr;
};
AppliedProposals apply_proposals(std::span<const SentProposal> proposals, RatchetTree& tree, GroupContext& context);

// The key schedule of a new epoch from its final context (§8), shared by committer, receiver and joiner.
struct EpochKeys {
    EpochSecrets secrets;
    EncryptionSecret encryption_secret;
};
EpochKeys derive_epoch(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk, ByteView serialized_context);

}  // namespace sinetti::mls
