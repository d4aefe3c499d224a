// What a member who follows no rule can put into a commit. Signatures are set right again here, so that damage gets past them.

#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::fuzz;

namespace {

const PublicGroup& group()
{
    static const PublicGroup made = make_public_group();
    return made;
}

// The first byte: who commits, and which signatures are made good.
struct Plan {
    explicit Plan(std::uint8_t byte)
        : committer(byte & 3u), external((byte & 4u) != 0), sign_path((byte & 8u) != 0), sign_proposals((byte & 16u) != 0), good_path((byte & 36u) == 32u)
    {
    }
    std::uint32_t committer;
    bool external;
    bool sign_path;
    bool sign_proposals;
    bool good_path;   // a fresh, right path takes the place of the one in the input; not for an external commit
};

void sign_proposals(Commit& commit, const Plan& plan)
{
    for (auto& entry : commit.proposals) {
        auto* proposal = std::get_if<Proposal>(&entry.body);
        if (!proposal) continue;
        if (auto* add = std::get_if<Add>(&proposal->body)) {
            const auto signer = person(20);
            auto& package = add->key_package;
            package.leaf_node.signature_key = base::to_bytes(signer.signature_key.public_key());
            package.leaf_node.sign(kSuite, signer.signature_key, std::nullopt);
            // KeyPackageTBS is everything but the signature, and that stands last.
            auto bytes = encode([&](auto& writer) { package.write(writer); });
            const auto signature_size = encode([&](auto& writer) { writer.opaque(package.signature); }).size();
            bytes.resize(bytes.size() - signature_size);
            package.signature = kSuite.sign_with_label(signer.signature_key, "KeyPackageTBS", bytes);
        } else if (auto* update = std::get_if<Update>(&proposal->body)) {
            update->leaf_node.signature_key = base::to_bytes(person(plan.committer).signature_key.public_key());
            update->leaf_node.sign(kSuite, person(plan.committer).signature_key, LeafNodePosition{group().context.group_id, LeafIndex(plan.committer)});
        }
    }
}

// As Group does it, up to the secrets.
Result<void> apply(Commit& commit, const Plan& plan)
{
    const auto& context = group().context;
    const Sender sender = plan.external ? Sender{SenderType::new_member_commit, 0} : Sender::member(LeafIndex(plan.committer));
    std::vector<SentProposal> list;
    for (const auto& entry : commit.proposals) {
        const auto* proposal = std::get_if<Proposal>(&entry.body);
        if (!proposal) return Unexpected(Error::unknown_proposal);
        list.push_back({proposal, sender});
        TRY(validate_proposal(list.back(), group().tree, context));
    }
    TRY(validate_proposal_list(list, plan.external ? std::nullopt : std::optional(sender.leaf())));
    if (!commit.path && !plan.good_path && path_required(list)) return Unexpected(Error::path_required);

    PublicGroup next{group().tree, context, {}};
    for (const auto& keys : group().keys) next.keys.push_back(keys.clone());
    const auto applied = apply_proposals(list, next.tree, next.context);
    next.context.epoch = next.context.epoch.next();
    const auto committer = plan.external ? next.tree.leftmost_blank_leaf() : sender.leaf();
    const LeafNodePosition position{context.group_id, committer};

    if (plan.good_path) {
        base::SeededRandom random(3);
        PublicGroup made{next.tree, next.context, {}};
        for (const auto& keys : next.keys) made.keys.push_back(keys.clone());
        const auto path = refresh_path(made, plan.committer, random);
        made.context.tree_hash = base::to_bytes(made.tree.tree_hash());
        auto sealed = encrypt_path(made.tree, committer, path, applied.added, made.context.serialize(), random);
        if (!sealed) return Unexpected(sealed.error());   // somebody's public key is no key
        commit.path = std::move(*sealed);
    }
    if (commit.path) {
        auto& leaf = commit.path->leaf_node;
        if (plan.sign_path) {
            const auto& key = person(plan.external ? 21 : plan.committer).signature_key;
            leaf.signature_key = base::to_bytes(key.public_key());
            leaf.sign(kSuite, key, position);
        }
        TRY(validate_path(next.tree, *commit.path, position));
        if (plan.external) next.tree.place_leaf(committer, leaf);
        TRY(apply_path(next.tree, committer, *commit.path, applied.added));
    }
    TRY(validate_members(next.tree, next.context.extensions));
    next.context.tree_hash = base::to_bytes(next.tree.tree_hash());

    // What every member accepts, a newcomer who is told this tree accepts too, and reads it back the same.
    const auto bytes = next.tree.serialize();
    const auto again = RatchetTree::parse(kSuite, bytes);
    CHECK_INVARIANT(again.has_value() && base::equal(again->tree_hash(), next.tree.tree_hash()));
    CHECK_INVARIANT(validate_tree(*again, context.group_id, next.context.extensions).has_value());

    for (std::uint32_t member = 0; member < kMembers && commit.path; ++member) {
        const LeafIndex leaf(member);
        if (leaf == committer || !next.tree.leaf(leaf) || std::ranges::binary_search(applied.added, leaf)) continue;
        auto keys = next.keys[member].clone();
        keys.prune(next.tree);
        const auto secret = decrypt_path(next.tree, keys, committer, *commit.path, applied.added, next.context.serialize());
        CHECK_INVARIANT(secret.has_value() || !plan.good_path);
    }
    return {};
}

void run(base::ByteView input)
{
    codec::Reader reader(input);
    const auto plan_byte = reader.u8();
    if (!plan_byte) return;
    const Plan plan(*plan_byte);
    auto commit = Commit::read(reader);
    if (!commit) return;
    const auto written = encode([&](auto& writer) { commit->write(writer); });
    CHECK_INVARIANT(base::equal(written, input.subspan(1, reader.consumed() - 1)));
    if (plan.sign_proposals) sign_proposals(*commit, plan);
    (void)apply(*commit, plan);
}

base::Bytes seed(std::uint8_t plan, std::vector<Proposal> proposals, bool with_path)
{
    Commit commit;
    for (auto& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
    if (with_path) {
        base::SeededRandom random(4);
        auto made = make_public_group();
        const auto path = refresh_path(made, plan & 3u, random);
        auto sealed = encrypt_path(made.tree, LeafIndex(plan & 3u), path, {}, made.context.serialize(), random);
        CHECK_INVARIANT(sealed.has_value());
        commit.path = std::move(*sealed);
    }
    return encode([&](auto& writer) {
        writer.u8(plan);
        commit.write(writer);
    });
}

std::vector<base::Bytes> seeds()
{
    const Proposal add{Add{person(5).key_package}};
    const Proposal another{Add{person(6).key_package}};
    const Proposal remove{Remove{LeafIndex(2)}};
    const Proposal update{Update{person(1).key_package.leaf_node}};
    const Proposal psk{PreSharedKeyProposal{{PskType::external, {1, 2}, {}, {}, {}, Bytes(32, 3)}}};
    const Proposal reinit{ReInit{Bytes(32, 1), ProtocolVersion::mls10, 3, {}}};
    const Proposal external_init{ExternalInit{Bytes(32, 9)}};
    const Proposal extensions{GroupContextExtensions{{{ExtensionType::required_capabilities, {0, 0, 0}}}}};

    // These are accepted as they stand; if they were not, the rest would be fuzzing refusals.
    const std::vector<std::vector<Proposal>> good{{}, {add}, {remove}, {add, another, remove}, {extensions, add}};
    std::vector<base::Bytes> list;
    for (const auto& proposals : good) {
        list.push_back(seed(32 + 1, proposals, false));
        codec::Reader reader(list.back());
        const Plan plan(reader.u8().value());
        auto commit = Commit::read(reader);
        CHECK_INVARIANT(commit.has_value() && apply(*commit, plan).has_value());
    }
    list.push_back(seed(1, {}, true));
    list.push_back(seed(8 + 16, {add, remove}, true));
    list.push_back(seed(16, {update}, true));
    list.push_back(seed(0, {add}, false));
    list.push_back(seed(0, {psk}, false));
    list.push_back(seed(0, {reinit}, false));
    list.push_back(seed(4 + 8, {external_init}, true));
    list.push_back(seed(4 + 8, {external_init, remove, psk}, true));
    return list;
}

const fuzz::Target kTarget("mls_commit", run, seeds);

}  // namespace
