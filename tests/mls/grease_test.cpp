#include "mls/framing.h"
#include "mls/grease.h"
#include "mls/ratchet_tree.h"
#include "mls/welcome.h"
#include "tests/mls/world.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

template<typename T>
std::set<std::uint16_t> grease_of(const std::vector<T>& values)
{
    std::set<std::uint16_t> found;
    for (const auto value : values)
        if (is_grease(static_cast<std::uint16_t>(value))) found.insert(static_cast<std::uint16_t>(value));
    return found;
}

std::set<std::uint16_t> grease_of(const Extensions& extensions)
{
    std::vector<ExtensionType> types;
    for (const auto& extension : extensions) types.push_back(extension.type);
    return grease_of(types);
}

void check_leaf(const LeafNode& leaf)
{
    CHECK(grease_of(leaf.capabilities.cipher_suites).size() == 1);
    CHECK(grease_of(leaf.capabilities.proposals).size() == 1);
    CHECK(grease_of(leaf.capabilities.credentials).size() == 1);
    CHECK(grease_of(leaf.extensions).size() == 1);
    CHECK(std::ranges::includes(grease_of(leaf.capabilities.extensions), grease_of(leaf.extensions)));
    CHECK(!is_grease(static_cast<std::uint16_t>(leaf.credential.type)));
}

RatchetTree tree_of(const Group& group)
{
    auto tree = RatchetTree::parse(kSuite, group.ratchet_tree());
    REQUIRE(tree.has_value());
    return std::move(tree).value();
}

}  // namespace

TEST_SUITE("mls.grease")
{
    TEST_CASE("the values are the fifteen that the registries keep for it")
    {
        std::set<std::uint16_t> values;
        for (std::size_t index = 0; index < kGreaseValues; ++index) values.insert(grease_value(index));
        CHECK(values == std::set<std::uint16_t>{0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a, 0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea});
        CHECK(std::ranges::all_of(values, is_grease));
        for (const auto other : std::vector<std::uint16_t>{0x0000, 0x0003, 0x0a0b, 0x1a0a, 0x0a1a, 0xfafa, 0xffff}) CHECK(!is_grease(other));
    }

    TEST_CASE("a key package has some in every list that may have it, and over time all of them")
    {
        base::SeededRandom random(1);
        const auto identity = make_identity("alice", random);
        std::set<std::uint16_t> suites, extensions;
        for (int i = 0; i < 200; ++i) {
            const auto key_package = generate_key_package(kSuite, identity, random, Lifetime{}).key_package;
            REQUIRE(key_package.validate(std::nullopt).has_value());
            check_leaf(key_package.leaf_node);
            CHECK(grease_of(key_package.extensions).size() == 1);
            CHECK(std::ranges::includes(grease_of(key_package.leaf_node.capabilities.extensions), grease_of(key_package.extensions)));
            suites.merge(grease_of(key_package.leaf_node.capabilities.cipher_suites));
            extensions.merge(grease_of(key_package.extensions));
        }
        CHECK(suites.size() == kGreaseValues);
        CHECK(extensions.size() == kGreaseValues);
    }

    TEST_CASE("so do a group's creator, who joins by external commit, and a GroupInfo; a GroupContext has none")
    {
        base::SeededRandom random(2);
        auto alice = make_group("alice", random);
        const auto message = take(alice.group_info());
        const auto info = std::get<GroupInfo>(take(MlsMessage::parse(message)).body);
        CHECK(grease_of(info.extensions).size() == 1);
        CHECK(grease_of(info.group_context.extensions).empty());
        CHECK(take(alice.group_info()) == message);   // one epoch, one GroupInfo

        auto joined = take(Group::join_external(message, make_identity("bertta", random), random));
        REQUIRE(!apply_commit(alice, joined.commit));
        const auto tree = tree_of(alice);
        REQUIRE(tree.members().size() == 2);
        for (const auto member : tree.members()) check_leaf(*tree.leaf(member));
    }

    TEST_CASE("a leaf keeps its values when its member commits")
    {
        base::SeededRandom random(3);
        auto alice = make_group("alice", random);
        const auto leaf = [&] { return *tree_of(alice).leaf(LeafIndex(0)); };
        const auto before = leaf();
        take(alice.commit({}, random));
        REQUIRE(alice.merge_pending().has_value());
        CHECK(leaf().encryption_key != before.encryption_key);
        CHECK(leaf().capabilities == before.capabilities);
        CHECK(leaf().extensions == before.extensions);
    }
}
