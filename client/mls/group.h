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
#include "mls/key_package.h"
#include "mls/types.h"

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

// Pre-shared keys the application holds (§8.4). Resumption secrets of this group are found without it.
class PskSource {
public:
    virtual ~PskSource() = default;
    virtual std::optional<base::SecretBytes> external_psk(ByteView psk_id) const = 0;
};

struct Member {
    LeafIndex leaf;
    Credential credential;
    Bytes signature_key;
    friend bool operator==(const Member&, const Member&) = default;
};

struct CommitOutput {
    Bytes commit;                            // an MLSMessage holding a PrivateMessage
    std::optional<Bytes> welcome;            // an MLSMessage holding a Welcome with the ratchet tree inside, when somebody was added
    Epoch epoch;                             // the epoch the commit ends
};

struct ApplicationMessage {
    LeafIndex sender;
    Epoch epoch;
    base::SecretBytes plaintext;
    Bytes authenticated_data;
    Credential sender_credential;            // as it was in that epoch: the leaf may be somebody else's by now
};

// Verified and computed, not applied yet; consumed by Group::merge(). Dropping it leaves the group as it was, and the same
// commit can be processed again. The caller checks the credentials of `added` and `updated` before it merges.
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
    ByteView authenticated_data() const;
    bool removes_us() const;

private:
    friend class Group;
    struct State;
    explicit StagedCommit(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

struct OwnCommit {};                         // the echo of our own pending commit: call merge_pending()

struct ReceivedProposal {                    // a standalone proposal, valid so far; kept until a commit names it or the epoch ends
    std::optional<LeafIndex> sender;         // nullopt: from outside the group
    ProposalType type;
};

using Processed = std::variant<ApplicationMessage, StagedCommit, OwnCommit, ReceivedProposal>;

struct CommitRequest {
    std::vector<KeyPackage> add;
    std::vector<LeafIndex> remove;
    Bytes authenticated_data;
    std::optional<UnixSeconds> now;          // when given, the lifetimes of the added key packages are checked against it
    const PskSource* psks = nullptr;         // for pre-shared keys that standalone proposals ask for
    // empty add and remove: a path-only commit that refreshes our own keys. Standalone proposals received in this epoch are
    // committed by reference as well.
};

struct JoinOptions {
    std::optional<Bytes> ratchet_tree;       // when the Welcome does not carry it
    const PskSource* psks = nullptr;
};

// What an MLSMessage says about itself in the clear, unverified.
struct MessageHeader {
    WireFormat wire_format;
    Bytes group_id;
    Epoch epoch;
    ContentType content_type;
};
Result<MessageHeader> peek(ByteView mls_message);   // PublicMessage and PrivateMessage; unsupported_wire_format for others

class Group {
public:
    static Result<Group> create(CipherSuite suite, Bytes group_id, LeafNodeIdentity identity, base::Random& random);
    // no_matching_key_package when the Welcome is for another one: the caller tries each of its own.
    static Result<Group> join(ByteView welcome_message, const KeyPackagePrivate& key_package, base::Random& random,
                              const JoinOptions& options = {});
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
    Bytes epoch_authenticator() const;
    // MLS-Exporter (RFC 9420 §8.5) of the current epoch. Errors: bad_length, removed_from_group.
    Result<base::SecretBytes> export_secret(std::string_view label, ByteView context, std::size_t length) const;

    // Builds a commit and keeps it pending (also over flush/load); at most one is pending, a new call replaces it.
    Result<CommitOutput> commit(const CommitRequest& request, base::Random& random);
    bool has_pending_commit() const;
    void clear_pending_commit();
    Result<void> merge_pending();            // our commit came first on the board

    // Standalone proposals (§12.1), an MLSMessage each. They stand until the epoch ends: anybody's next commit takes them in.
    Result<Bytes> propose_add(const KeyPackage& key_package, base::Random& random);
    Result<Bytes> propose_remove(LeafIndex leaf, base::Random& random);
    Result<Bytes> propose_update(base::Random& random);   // a fresh leaf key of ours

    Result<Bytes> encrypt(ByteView plaintext, ByteView authenticated_data, base::Random& random);   // an MLSMessage
    Result<Processed> process(ByteView mls_message, const PskSource* psks = nullptr);
    Result<void> merge(StagedCommit&& staged);   // somebody else's commit; drops our pending one. Error::removed_from_group when it removed
                                                 // us: is_member() is false then and the secrets are gone.

    // Puts every record that changed since the last flush and erases what must be gone; then nothing is dirty.
    void flush(StateSink& sink);

private:
    struct State;
    explicit Group(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace sinetti::mls
