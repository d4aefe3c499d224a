#pragma once
// The secret tree and its ratchets (RFC 9420 §9): one key and nonce for each message of an epoch, used once and forgotten.
//
// Reading is in two steps, so that a message that turns out to be forged changes nothing: find() computes a key without touching
// the tree, consume() takes the step that the key implies once the message has been verified.
// Invariants: (1) a node secret is gone as soon as one below it has been derived into a ratchet (§9.2). (2) a ratchet holds the
// keys of skipped generations only, at most kSkippedKeysMax of them.

#include "mls/group.h"
#include "mls/key_schedule.h"
#include "mls/tree_math.h"

#include <map>
#include <set>

namespace sinetti::mls {

enum class RatchetType : std::uint8_t { handshake = 1, application = 2 };

using TreeNodeSecret = base::NamedSecret<struct TreeNodeSecretTag>;
using RatchetSecret = base::NamedSecret<struct RatchetSecretTag>;

struct HashRatchet {
    Generation next;
    RatchetSecret secret;                         // of the next generation
    std::map<Generation, KeyAndNonce> skipped;

    HashRatchet() = default;
    explicit HashRatchet(RatchetSecret&& first) : secret(std::move(first)) {}
};

struct LeafRatchets {
    HashRatchet handshake;
    HashRatchet application;
    HashRatchet& of(RatchetType type) { return type == RatchetType::handshake ? handshake : application; }
    const HashRatchet& of(RatchetType type) const { return type == RatchetType::handshake ? handshake : application; }
};

class SecretTree {
public:
    SecretTree(CipherSuite suite, LeafCount leaves, EncryptionSecret&& encryption_secret);

    LeafCount leaf_count() const { return m_leaf_count; }

    // A key that was found, and what using it does to the tree.
    struct Found {
        KeyAndNonce key;
        LeafIndex leaf;
        RatchetType type;
        Generation generation;

    private:
        friend class SecretTree;
        struct Expansion {
            std::map<NodeIndex, TreeNodeSecret> copath;
            LeafRatchets ratchets;
        };
        struct Advance {
            RatchetSecret secret;                               // of generation + 1
            std::vector<std::pair<Generation, KeyAndNonce>> skipped;
        };
        std::optional<Expansion> expansion;   // the leaf was still inside the tree
        std::optional<Advance> advance;       // nullopt: it is one of the skipped keys
    };

    // Errors: unknown_sender (outside the tree), replayed (used or dropped), generation_too_far.
    Result<Found> find(LeafIndex leaf, RatchetType type, Generation generation) const;
    Result<Found> find_next(LeafIndex leaf, RatchetType type) const;   // generation_too_far at the end of the ratchet
    void consume(Found&& found);

    // Records "secret/<epoch>/<node>" and "ratchet/<epoch>/<leaf>": what changed since the last flush, or everything once.
    void flush(Epoch epoch, StateSink& sink);
    void erase_records(Epoch epoch, StateSink& sink) const;
    static Result<SecretTree> load(CipherSuite suite, LeafCount leaves, Epoch epoch, const StateSource& source);

    // For a record that holds the tree whole (a pending commit).
    base::SecretBytes serialize() const;
    static codec::Result<SecretTree> read(CipherSuite suite, codec::Reader& reader);

private:
    SecretTree(CipherSuite suite, LeafCount leaves) : m_suite(suite), m_leaf_count(leaves) {}
    std::optional<Found::Expansion> expand(LeafIndex leaf) const;
    bool covers_every_leaf() const;

    CipherSuite m_suite;
    LeafCount m_leaf_count;
    std::map<NodeIndex, TreeNodeSecret> m_nodes;
    std::map<LeafIndex, LeafRatchets> m_ratchets;
    std::set<NodeIndex> m_dirty_nodes;
    std::set<LeafIndex> m_dirty_ratchets;
};

}  // namespace sinetti::mls
