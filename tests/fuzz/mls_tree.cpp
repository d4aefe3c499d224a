#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::fuzz;

namespace {

// A ratchet_tree extension, as a Welcome brings it, and what is done with a tree that passes.
void run(base::ByteView input)
{
    auto tree = RatchetTree::parse(kSuite, input);
    if (!tree) return;
    CHECK_INVARIANT(base::equal(tree->serialize(), input));
    (void)tree->tree_hash();
    const bool valid = validate_tree(*tree, Bytes(32, 9), {}).has_value();
    const auto members = tree->members();
    for (const auto leaf : members) {
        CHECK_INVARIANT(tree->leaf(leaf) != nullptr);
        (void)tree->filtered_direct_path(leaf);
    }
    if (members.empty()) return;
    (void)tree->resolution(root(tree->leaf_count()));

    RatchetTree changed = *tree;
    const auto newcomer = changed.add_leaf(person(5).key_package.leaf_node);
    changed.blank_direct_path(newcomer);
    if (members.size() > 1) changed.remove_leaf(members.front());
    changed.remove_leaf(newcomer);
    const auto again = RatchetTree::parse(kSuite, changed.serialize());
    CHECK_INVARIANT(changed.members().empty() || (again.has_value() && base::equal(again->tree_hash(), changed.tree_hash())));
    if (valid) CHECK_INVARIANT(base::equal(RatchetTree::parse(kSuite, input)->tree_hash(), tree->tree_hash()));
}

std::vector<base::Bytes> seeds()
{
    const auto whole = make_public_group();
    CHECK_INVARIANT(validate_tree(whole.tree, whole.context.group_id, {}).has_value());
    auto with_blanks = whole.tree;
    with_blanks.remove_leaf(LeafIndex(1));
    auto with_unmerged = whole.tree;
    with_unmerged.add_leaf(person(4).key_package.leaf_node);
    return {whole.tree.serialize(), with_blanks.serialize(), with_unmerged.serialize(), RatchetTree(kSuite, person(0).key_package.leaf_node).serialize()};
}

const fuzz::Target kTarget("mls_tree", run, seeds);

}  // namespace
