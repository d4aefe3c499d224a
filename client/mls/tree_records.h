#pragma once
// How a ratchet tree lies in the store: a record for each small subtree, so that a commit writes those on one path and leaves the others
// alone. A chunk spans three levels of the tree and is named by its topmost node:
//
//   chunk 3: nodes 0 … 6, four leaves and their parents     chunk 11: nodes 8 … 14, the next four     …
//   chunk 31: the parents above eight of these, 7, 15, 23, 31, 39, 47 and 55                          …
//
// A path in a group of a thousand touches four chunks of some 290.

#include "mls/group.h"
#include "mls/ratchet_tree.h"

#include <set>

namespace sinetti::mls {

using ChunkIndex = base::StrongNumber<std::uint32_t, struct ChunkIndexTag>;   // the index its topmost node has, or would have
using Chunks = std::set<ChunkIndex>;

ChunkIndex chunk_of(NodeIndex node);
Chunks chunks_of(const RatchetTree& tree);   // all that have a place in it

// Writes the record of the tree's size and those of `changed` chunks; erases the ones in which nothing is left.
void write_tree(const RatchetTree& tree, const Chunks& changed, StateSink& sink);
// Error: bad_record. `chunked` tells whether it was found in chunks: records before version 3 hold the tree whole.
struct LoadedTree {
    RatchetTree tree;
    bool chunked;
};
Result<LoadedTree> load_tree(CipherSuite suite, const StateSource& source);

}  // namespace sinetti::mls
