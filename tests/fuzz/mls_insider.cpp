// What a member who follows no rule says to the others: rightly signed, tagged and sealed, so that nothing but the content is wrong.

#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"
#include "tests/support/mls_rogue.h"
#include "tests/support/mls_state.h"

using namespace sinetti;
using namespace sinetti::fuzz;
using sinetti::tests::RogueMember;

namespace {

using State = std::map<std::string, Bytes>;

// Person 0 is the rogue; 1 and 2 hear it.
struct World {
    RogueMember rogue;
    Records bob;
    Records carol;
    State bob_state;
    State carol_state;
};

Group load(const Records& records)
{
    auto group = Group::load(records);
    CHECK_INVARIANT(group.has_value());
    return std::move(*group);
}

State state_of_records(const Records& records)
{
    auto group = load(records);
    return tests::whole_state(group);
}

const World& world()
{
    static const World made = [] {
        base::SeededRandom random(1);
        auto group = make_live_group(random);
        const auto newcomer = person(2);
        CommitRequest request;
        request.add.push_back(newcomer.key_package);
        const auto output = group.alice.commit(request, random);
        CHECK_INVARIANT(output.has_value() && group.alice.merge_pending().has_value());
        auto processed = group.bob.process(output->commit);
        CHECK_INVARIANT(processed.has_value() && group.bob.merge(std::get<StagedCommit>(std::move(*processed))).has_value());
        auto carol = Group::join(*output->welcome, newcomer, random);
        CHECK_INVARIANT(carol.has_value());
        World result{RogueMember::of(group.alice), {}, {}, {}, {}};
        group.bob.flush(result.bob);
        carol->flush(result.carol);
        result.bob_state = state_of_records(result.bob);
        result.carol_state = state_of_records(result.carol);
        return result;
    }();
    return made;
}

// The first byte: what is said and how. The second: in what generation.
struct Plan {
    enum class What { proposal, commit, raw_application, raw_proposal, raw_commit };

    Plan(std::uint8_t how, std::uint8_t generation_)
        : what(static_cast<What>((how & 7u) % 5)), open((how & 8u) != 0), sender_type(1 + ((how >> 4) & 3u)), sign_leaf((how & 64u) != 0),
          generation(generation_)
    {
    }
    What what;
    bool open;
    std::uint8_t sender_type;   // of a PublicMessage
    bool sign_leaf;
    Generation generation;
};

void sign_leaf(LeafNode& leaf)
{
    const auto& rogue = world().rogue;
    const auto& key = person(0).signature_key;
    leaf.signature_key = base::to_bytes(key.public_key());
    leaf.sign(kSuite, key, LeafNodePosition{rogue.context().group_id, rogue.leaf()});
}

std::optional<Bytes> said(const Plan& plan, base::ByteView input)
{
    const auto& rogue = world().rogue;
    const auto frame = [&](RogueMember::Body&& body) {
        if (!plan.open) return rogue.private_message(std::move(body), plan.generation);
        const auto type = static_cast<SenderType>(plan.sender_type);
        return rogue.public_message({type, type == SenderType::member ? rogue.leaf().value() : 0}, std::move(body));
    };
    codec::Reader reader(input);
    switch (plan.what) {
    case Plan::What::proposal: {
        auto proposal = Proposal::read(reader);
        if (!proposal || !reader.finish()) return std::nullopt;
        if (auto* update = plan.sign_leaf ? std::get_if<Update>(&proposal->body) : nullptr) sign_leaf(update->leaf_node);
        return frame(std::move(*proposal));
    }
    case Plan::What::commit: {
        auto commit = Commit::read(reader);
        if (!commit || !reader.finish()) return std::nullopt;
        if (plan.sign_leaf && commit->path) sign_leaf(commit->path->leaf_node);
        return frame(std::move(*commit));
    }
    case Plan::What::raw_application: return rogue.private_plaintext(ContentType::application, input, plan.generation);
    case Plan::What::raw_proposal: return rogue.private_plaintext(ContentType::proposal, input, plan.generation);
    case Plan::What::raw_commit: return rogue.private_plaintext(ContentType::commit, input, plan.generation);
    }
    return std::nullopt;
}

// Whatever both accepted, one of them commits what can be committed, and the other follows.
void go_on(Group& bob, Group& carol)
{
    base::SeededRandom random(5);
    const auto output = bob.commit({}, random);
    CHECK_INVARIANT(output.has_value());
    auto processed = carol.process(output->commit);
    CHECK_INVARIANT(processed.has_value());
    auto& staged = std::get<StagedCommit>(*processed);
    const bool removed = staged.removes_us();
    CHECK_INVARIANT(bob.merge_pending().has_value());
    CHECK_INVARIANT(carol.merge(std::move(staged)).has_value() != removed);
    if (!removed) CHECK_INVARIANT(bob.epoch_authenticator() == carol.epoch_authenticator());
    for (auto* group : {&bob, &carol}) {
        Records records;
        group->flush(records);
        CHECK_INVARIANT(group->encrypt({}, {}, random).has_value() == (group->is_member() && !group->reinit()));
    }
}

void run(base::ByteView input)
{
    if (input.size() < 2) return;
    const Plan plan(input[0], input[1]);
    const auto message = said(plan, input.subspan(2));
    if (!message) return;
    static std::optional<Group> bob;
    if (!bob) bob.emplace(load(world().bob));
    const auto processed = bob->process(*message);
    if (!processed) {
        CHECK_INVARIANT(tests::whole_state(*bob) == world().bob_state);
        return;
    }
    // A rogue's commit has no right confirmation tag, so none is ever accepted.
    CHECK_INVARIANT(!std::holds_alternative<StagedCommit>(*processed));
    if (std::holds_alternative<ReceivedProposal>(*processed)) {
        auto carol = load(world().carol);
        CHECK_INVARIANT(carol.process(*message).has_value());
        go_on(*bob, carol);
    }
    bob.reset();   // the next input finds him as he was
}

template<typename T>
base::Bytes seed(std::uint8_t how, std::uint8_t generation, const T& content)
{
    return encode([&](auto& writer) {
        writer.u8(how).u8(generation);
        content.write(writer);
    });
}

std::vector<base::Bytes> seeds()
{
    auto update = person(0).key_package.leaf_node;
    update.source = LeafNodeSource::update;
    update.encryption_key = person(9).key_package.leaf_node.encryption_key;
    PreSharedKeyProposal psk;
    psk.psk.psk_id = {1, 2};
    psk.psk.psk_nonce = Bytes(32, 3);
    const std::vector<Proposal> proposals{{Add{person(5).key_package}},
                                          {Update{update}},
                                          {Remove{LeafIndex(2)}},
                                          {Remove{LeafIndex(1)}},
                                          {psk},
                                          {ReInit{Bytes(32, 1), ProtocolVersion::mls10, 3, {}}},
                                          {ExternalInit{Bytes(32, 9)}},
                                          {GroupContextExtensions{{{ExtensionType::required_capabilities, {0, 0, 0}}}}},
                                          {GroupContextExtensions{{{static_cast<ExtensionType>(0x1a1a), {}}}}}};
    std::vector<base::Bytes> list;
    for (const auto& proposal : proposals)
        for (const auto how : base::ByteArray<2>{64, 64 + 8}) list.push_back(seed(how, 0, proposal));
    list.push_back(seed(8 + 32, 0, proposals.front()));   // as a newcomer
    Commit commit;
    for (const auto& proposal : proposals) commit.proposals.push_back({proposal});
    list.push_back(seed(1, 0, commit));
    commit.proposals.resize(1);
    list.push_back(seed(1, 3, commit));
    list.push_back(seed(1 + 8, 0, commit));
    UpdatePath path{update, {}};
    path.leaf_node.source = LeafNodeSource::commit;
    path.nodes.push_back({Bytes(32, 5), {{Bytes(32, 1), Bytes(48, 2)}, {Bytes(32, 1), Bytes(48, 2)}}});
    commit.path = path;
    for (const auto how : base::ByteArray<3>{1 + 64, 1 + 8 + 64, 1 + 8 + 48 + 64}) list.push_back(seed(how, 0, commit));
    const auto text = encode([](auto& writer) { writer.opaque(base::view_of("hei")).opaque(Bytes(64, 1)).raw(Bytes(5)); });
    for (const auto how : base::ByteArray<3>{2, 3, 4}) {
        list.push_back({how, 0});
        list.back().insert(list.back().end(), text.begin(), text.end());
    }
    return list;
}

const fuzz::Target kTarget("mls_insider", run, seeds);

}  // namespace
