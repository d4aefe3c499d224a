#pragma once
// TreeKEM (RFC 9420 §7.4–§7.6): fresh keys along a member's direct path, told to everybody else.
//
// The public half is a RatchetTree that both sides change in the same way; the private half is a TreeKemPrivate, the keys of
// the nodes above one's own leaf.

#include "mls/key_package.h"
#include "mls/key_schedule.h"
#include "mls/ratchet_tree.h"

#include <map>

namespace sinetti::mls {

using PathSecret = base::NamedSecret<struct PathSecretTag>;

struct UpdatePathNode {   // §7.6
    crypto::HpkePublicKey encryption_key;
    std::vector<crypto::HpkeCiphertext> encrypted_path_secret;
    friend bool operator==(const UpdatePathNode&, const UpdatePathNode&) = default;
};

struct UpdatePath {   // §7.6
    LeafNode leaf_node;
    std::vector<UpdatePathNode> nodes;

    static codec::Result<UpdatePath> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const UpdatePath&, const UpdatePath&) = default;
};

codec::Result<crypto::HpkeCiphertext> read_hpke_ciphertext(codec::Reader& reader);
void write_hpke_ciphertext(codec::Writer& writer, const crypto::HpkeCiphertext& ciphertext);

// The private keys one member holds: its leaf's, and those of the non-blank nodes above that it was told of.
class TreeKemPrivate {
public:
    TreeKemPrivate(LeafIndex leaf, crypto::HpkePrivateKey&& leaf_key);

    LeafIndex leaf() const { return m_leaf; }
    const crypto::HpkePrivateKey* key(NodeIndex node) const;   // nullptr when not held
    void set(NodeIndex node, crypto::HpkePrivateKey&& key);
    void erase(NodeIndex node);
    void prune(const RatchetTree& tree);                       // forgets the keys of nodes that are blank or gone
    TreeKemPrivate clone() const;

    // Derives the keys from `node` up the filtered direct path of `sender`, given the path secret of `node`, and checks them
    // against the tree. Returns the commit secret. Error: invalid_path.
    Result<CommitSecret> implant(const RatchetTree& tree, LeafIndex sender, NodeIndex node, PathSecret&& path_secret);

    base::SecretBytes serialize() const;
    static codec::Result<TreeKemPrivate> read(codec::Reader& reader);

private:
    LeafIndex m_leaf;
    std::map<NodeIndex, crypto::HpkePrivateKey> m_keys;
};

// A path we have made: public keys are in the tree already, path secrets still to be encrypted.
struct NewPath {
    std::vector<PathStep> steps;
    std::vector<PathSecret> path_secrets;   // one a step
    CommitSecret commit_secret;
};

// Refreshes our direct path in `tree` and `keys`: new key pairs, parent hashes, a signed leaf. `leaf` is our leaf but for the
// encryption key, source, parent hash and signature, which are set here.
NewPath create_path(RatchetTree& tree, TreeKemPrivate& keys, LeafNode leaf, const crypto::SignaturePrivateKey& signature_key, ByteView group_id,
                    base::Random& random);
// Encrypts each path secret to the copath, leaving out the leaves this commit adds (sorted). `group_context` is the provisional one.
Result<UpdatePath> encrypt_path(const RatchetTree& tree, LeafIndex sender, const NewPath& path, std::span<const LeafIndex> added,
                                ByteView group_context, base::Random& random);

// The receiving side. apply_path() checks the shape of the path and the parent hash of its leaf (invalid_path) and changes the
// public tree; decrypt_path() finds our ciphertext and takes the private keys from it (invalid_path, decryption_failed).
Result<void> apply_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path, std::span<const LeafIndex> added);
Result<CommitSecret> decrypt_path(const RatchetTree& tree, TreeKemPrivate& keys, LeafIndex sender, const UpdatePath& path,
                                  std::span<const LeafIndex> added, ByteView group_context);

}  // namespace sinetti::mls
