#pragma once
// One MLS group (RFC 9420) as one member sees it. No I/O, no clock, no globals: randomness and storage are handed in.
//
//   bytes ──► process() ──► Processed: a message, a StagedCommit, a proposal, or the echo of our own pending commit
//                                       └─ merge(std::move(staged)) ─► next epoch
//
// Invariants: (1) nothing changes on error: every failing call leaves the group exactly as it was.
// (2) whatever encrypt() or a commit builder hands out is reflected in flush() first; the caller stores before it sends.
// (3) secrets go at the moment RFC 9420 §9.2 names; a removed or superseded key cannot be had back from this object.

#include "base/random.h"
#include "mls/errors.h"
#include "mls/proposal.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sinetti::mls {

// Where a group's records go. Names are short and stable ("epoch", "tree", "ratchet/7"); the caller adds the group's own prefix.
class StateSink {
public:
    virtual ~StateSink() = default;
    virtual void put(std::string_view name, base::SecretBytes&& record) = 0;
    virtual void erase(std::string_view name) = 0;
};
class StateSource {
public:
    virtual ~StateSource() = default;
    virtual std::optional<base::SecretBytes> get(std::string_view name) const = 0;
    virtual std::vector<std::string> names() const = 0;
};

// Pre-shared keys the application holds (§8.4). Resumption secrets of the group itself are found without it; those of other groups
// come from Group::resumption_psk().
class PskSource {
public:
    virtual ~PskSource() = default;
    virtual std::optional<base::SecretBytes> external_psk(ByteView psk_id) const = 0;
    virtual std::optional<base::SecretBytes> resumption_psk(ByteView group_id, Epoch epoch) const;   // nullopt unless overridden
};

struct Member {
    LeafIndex leaf;
    Credential credential;
    Bytes signature_key;
    friend bool operator==(const Member&, const Member&) = default;
};

struct CommitOutput {
    Bytes commit;                            // an MLSMessage of the wire format that was asked for
    std::optional<Bytes> welcome;            // an MLSMessage holding a Welcome, when somebody was added
    std::optional<Bytes> ratchet_tree;       // what the Welcome leaves out, when it was to: for the newcomers to have in another way
    Epoch epoch;                             // the epoch the commit ends
};

// A Welcome for several newcomers as one for each of them alone, in the same order: what only the others open is left out (§12.4.1: "one or
// more Welcome messages"). Errors: malformed; unsupported_wire_format for what is no Welcome.
Result<std::vector<Bytes>> split_welcome(ByteView welcome);

struct ApplicationMessage {
    LeafIndex sender;
    Epoch epoch;
    base::SecretBytes plaintext;
    Bytes authenticated_data;
    Credential sender_credential;            // as it was in that epoch: the leaf may be somebody else's by now
};

// Verified and computed, not applied yet; consumed by Group::merge(). Dropping it leaves the group as it was, and the same
// commit can be processed again. The caller checks the credentials of `added` and `updated`, and those of external senders in
// `extensions`, before it merges (§5.3.1). In an external commit `added` ends with the committer, and `removed` is the old self it
// replaces, if any: whether the two are the same client is the caller's judgement as well.
class StagedCommit {
public:
    StagedCommit(StagedCommit&&) noexcept;
    StagedCommit& operator=(StagedCommit&&) noexcept;
    ~StagedCommit();

    Epoch epoch() const;                             // the epoch it starts
    const Member& committer() const;                 // as of the epoch it starts
    const std::vector<Member>& added() const;        // new members, an external committer among them
    const std::vector<Member>& removed() const;      // as they were before
    const std::vector<Member>& updated() const;      // whose credential or signature key changed, as they are now
    const Extensions& extensions() const;            // of the group context it leads to
    const std::optional<ReInit>& reinit() const;     // when it ends the group in favour of a successor (§11.2)
    ByteView authenticated_data() const;
    bool is_external() const;                        // the committer joins by it (§12.4.3.2)
    bool removes_us() const;

private:
    friend class Group;
    struct State;
    explicit StagedCommit(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

struct OwnCommit {};                         // the echo of our own pending commit: call merge_pending()

struct ReceivedProposal {                    // a standalone proposal, valid so far; kept until a commit names it or the epoch ends
    std::optional<LeafIndex> sender;         // nullopt: from outside the group; drop_proposal() it unless it is authorised (§12.1.8)
    ProposalType type;
    ProposalRef ref;
    Proposal proposal;
};

using Processed = std::variant<ApplicationMessage, StagedCommit, OwnCommit, ReceivedProposal>;

enum class PathUse : std::uint8_t { always, when_required };   // when_required: left out where §12.4 allows it, but for a group's first commit
enum class RatchetTreeExtension : std::uint8_t { included, left_out };       // left out: the receiver gets Group::ratchet_tree() otherwise

// Proposals by value. Standalone proposals received in this epoch are committed by reference as well, as far as they can stand beside
// these; nothing at all is a path-only commit that refreshes our own keys.
struct CommitRequest {
    std::vector<KeyPackage> add;
    std::vector<LeafIndex> remove;
    std::vector<PreSharedKeyId> psk;                      // nonces are drawn here
    std::optional<Extensions> group_context_extensions;   // replaces the whole list
    std::optional<ReInit> reinit;                         // stands alone (§12.2): nothing else by value, and nothing by reference

    // Another signature key, credential, capabilities and extensions for our own leaf, from the epoch on that the commit starts: it is signed
    // with the present key still. Always with a path. Errors: invalid_leaf_node, bad_signature.
    std::optional<LeafNodeIdentity> identity;

    Bytes authenticated_data;
    // When given, the lifetimes of the added key packages are checked against it (§7.3), and standalone Adds of expired ones are left out.
    std::optional<UnixSeconds> now;
    const PskSource* psks = nullptr;         // for pre-shared keys by value and by reference
    WireFormat wire_format = WireFormat::private_message;   // or public_message
    PathUse path = PathUse::always;
    RatchetTreeExtension welcome_tree = RatchetTreeExtension::included;
};

struct CreateOptions {
    Extensions extensions;                   // of the GroupContext
    Lifetime lifetime;                       // of the creator's leaf until the first commit replaces it, so nobody else is shown it
};

class Group;

struct JoinOptions {
    std::optional<Bytes> ratchet_tree;       // when the Welcome does not carry it
    const PskSource* psks = nullptr;
    // The group that this one may be a branch or the successor of: without it such a Welcome is refused with missing_psk. Who is who
    // is told by equal credentials.
    const Group* former = nullptr;
    std::function<bool(ByteView group_id)> is_known;   // are we in this group already? Such a Welcome is refused (§12.4.3.1)
};

enum class Resync : std::uint8_t { no, yes };   // yes: the same commit removes the member with our credential, our old self

struct ExternalJoinOptions {
    std::optional<Bytes> ratchet_tree;       // when the GroupInfo does not carry it
    Resync resync = Resync::no;
    std::vector<PreSharedKeyId> psk;         // injected by the commit; nonces are drawn here
    const PskSource* psks = nullptr;
    Bytes authenticated_data;
};

// What an MLSMessage says about itself in the clear, unverified.
struct MessageHeader {
    WireFormat wire_format;
    Bytes group_id;
    Epoch epoch;
    ContentType content_type;
};
Result<MessageHeader> peek(ByteView mls_message);   // PublicMessage and PrivateMessage; unsupported_wire_format for others

struct ExternalJoin;
struct NewGroup;

class Group {
public:
    // Error: invalid_leaf_node when our own leaf does not support the extensions.
    static Result<Group> create(CipherSuite suite, Bytes group_id, LeafNodeIdentity identity, base::Random& random,
                                const CreateOptions& options = {});
    // no_matching_key_package when the Welcome is for another one: the caller tries each of its own.
    static Result<Group> join(ByteView welcome_message, const KeyPackagePrivate& key_package, base::Random& random,
                              const JoinOptions& options = {});
    // MLS-Exporter (§8.5) of the epoch that a Welcome leads to, for whoever gets the tree apart (§12.4.3.3) and has to find it first. Whoever
    // made the Welcome may have made up what it says: nothing of it is verified before join(). Errors: those of join() that come before
    // missing_ratchet_tree; bad_length.
    static Result<base::SecretBytes> export_from_welcome(ByteView welcome_message, const KeyPackagePrivate& key_package, std::string_view label,
                                                         ByteView context, std::size_t length);
    // By an external commit (§12.4.3.2), given an MLSMessage holding a GroupInfo with external_pub. The group is as it will be once
    // the commit comes first in its epoch; when another one does, drop the group and join anew from a later GroupInfo.
    static Result<ExternalJoin> join_external(ByteView group_info_message, LeafNodeIdentity identity, base::Random& random,
                                              const ExternalJoinOptions& options = {});
    static Result<Group> load(const StateSource& source);

    Group(Group&&) noexcept;
    Group& operator=(Group&&) noexcept;
    ~Group();

    CipherSuite suite() const;
    ByteView group_id() const;
    Epoch epoch() const;
    LeafIndex own_leaf() const;
    bool is_member() const;                  // false once a commit removed us; everything else then fails with removed_from_group
    std::vector<Member> members() const;     // in leaf order
    const Extensions& extensions() const;    // of the GroupContext
    // The ReInit that ended this group (§11.2): nobody sends in it any more, and everything but reading late messages fails with
    // reinitialized.
    const std::optional<ReInit>& reinit() const;
    Bytes ratchet_tree() const;              // as the ratchet_tree extension has it (§12.4.3.3)
    // An MLSMessage holding a GroupInfo with external_pub, for joining by external commit: good for this epoch only.
    Result<Bytes> group_info(RatchetTreeExtension ratchet_tree = RatchetTreeExtension::included) const;
    Bytes epoch_authenticator() const;
    // The secret a PreSharedKeyID of this group names (§8.6): of this epoch, or of the last kResumptionPsksMax. Error: missing_psk.
    Result<base::SecretBytes> resumption_psk(Epoch epoch) const;
    // MLS-Exporter (RFC 9420 §8.5) of the current epoch. Errors: bad_length, removed_from_group.
    Result<base::SecretBytes> export_secret(std::string_view label, ByteView context, std::size_t length) const;

    // Builds a commit and keeps it pending (also over flush/load); at most one is pending, a new call replaces it. last_epoch when no
    // epoch can follow.
    Result<CommitOutput> commit(const CommitRequest& request, base::Random& random);
    bool has_pending_commit() const;
    void clear_pending_commit();
    Result<void> merge_pending();            // our commit came first on the board

    // A new group in its epoch 1, tied to this one by its resumption secret; whoever is welcomed joins with this group as
    // JoinOptions::former. A branch has some of our members, each with a fresh key package, and our suite (§11.3); the successor that
    // reinit() names has all of them (§11.2). Errors: invalid_group_info when the members are not those, and those of commit();
    // successor() without a reinit(): no_reinit; unsupported_version or unsupported_suite when it is to be something we do not have.
    // `now` is that of a CommitRequest.
    Result<NewGroup> branch(Bytes new_group_id, LeafNodeIdentity identity, std::vector<KeyPackage> others, base::Random& random,
                            const CreateOptions& options = {}, std::optional<UnixSeconds> now = {}) const;
    Result<NewGroup> successor(LeafNodeIdentity identity, std::vector<KeyPackage> others, base::Random& random, Lifetime lifetime = {},
                               std::optional<UnixSeconds> now = {}) const;

    // Standalone proposals (§12.1), an MLSMessage each. They stand until the epoch ends: anybody's next commit takes them in.
    // `format` is private_message or public_message. Those of people outside the group are made in mls/external.h.
    Result<Bytes> propose_add(const KeyPackage& key_package, base::Random& random, WireFormat format = WireFormat::private_message,
                              std::optional<UnixSeconds> now = {});   // checked as in a CommitRequest
    Result<Bytes> propose_remove(LeafIndex leaf, base::Random& random, WireFormat format = WireFormat::private_message);
    // A fresh leaf key of ours, and an identity as in a CommitRequest: ours as soon as somebody's commit has taken it in.
    Result<Bytes> propose_update(base::Random& random, WireFormat format = WireFormat::private_message, std::optional<LeafNodeIdentity> identity = {});
    Result<Bytes> propose_psk(PreSharedKeyId psk, base::Random& random, WireFormat format = WireFormat::private_message);
    Result<Bytes> propose_reinit(ReInit reinit, base::Random& random, WireFormat format = WireFormat::private_message);
    Result<Bytes> propose_group_context_extensions(Extensions extensions, base::Random& random, WireFormat format = WireFormat::private_message);
    void drop_proposal(const ProposalRef& ref);   // our commits leave it out, and a commit that names it is refused

    // An MLSMessage. commit_required while standalone proposals stand in this epoch, ours among them (§12.4): whoever one of them would
    // remove must not read what is said after it. commit() and merge_pending(), or drop_proposal(), make an end of that.
    Result<Bytes> encrypt(ByteView plaintext, ByteView authenticated_data, base::Random& random);
    Result<Processed> process(ByteView mls_message, const PskSource* psks = nullptr);
    // Whether we have signed and sealed this ourselves, under a key that our ratchet has not come to yet: then what we hold is an older copy of
    // a state that has gone on elsewhere, and using it would use keys twice. No for everything else, and for what cannot be opened any more.
    bool is_of_later_self(ByteView mls_message) const;
    Result<void> merge(StagedCommit&& staged);   // somebody else's commit; drops our pending one. Error::removed_from_group when it removed
                                                 // us: is_member() is false then and the secrets are gone.

    // Puts every record that changed since the last flush and erases what must be gone; then nothing is dirty.
    void flush(StateSink& sink);

private:
    struct State;
    explicit Group(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

struct NewGroup {
    Group group;
    std::optional<Bytes> welcome;            // for the others; nullopt when there are none
};

struct ExternalJoin {
    Group group;
    Bytes commit;                            // an MLSMessage holding a PublicMessage
};

}  // namespace sinetti::mls
