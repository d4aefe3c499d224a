// Every kind of proposal, by value and by reference, in public and in private, from members and from outside.

#include "mls/external.h"
#include "three.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

class Psks final : public PskSource {
public:
    std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override
    {
        if (!base::equal(psk_id, base::view_of("shared"))) return std::nullopt;
        return base::SecretBytes(base::view_of(key));
    }
    std::optional<base::SecretBytes> resumption_psk(ByteView group_id, Epoch epoch) const override
    {
        if (!other || !base::equal(group_id, other->group_id())) return std::nullopt;
        auto secret = other->resumption_psk(epoch);
        if (!secret) return std::nullopt;
        return std::move(*secret);
    }
    std::string key = "a key from elsewhere";
    const Group* other = nullptr;
};

const ReInit kReInit{Bytes(16, 4), ProtocolVersion::mls10, 3, {}};

}  // namespace

TEST_SUITE("mls.group_proposals")
{
    TEST_CASE("a commit says in its header how it was framed, and is followed either way")
    {
        Three t;
        for (const auto format : kFormats) {
            CommitRequest request;
            request.wire_format = format;
            const auto dave = make_key_package("dave", t.random);
            request.add.push_back(dave.key_package);
            const auto output = take(t.alice.commit(request, t.random));
            CHECK(take(peek(output.commit)).wire_format == format);
            for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, output.commit).has_value());
            auto joined = take(Group::join(*output.welcome, dave, t.random));
            t.agree({&t.alice, &t.bob, &t.carol, &joined});
        }
        CommitRequest request;
        request.wire_format = WireFormat::welcome;
        CHECK(t.alice.commit(request, t.random).error() == Error::unsupported_wire_format);
        CHECK(t.alice.propose_update(t.random, WireFormat::key_package).error() == Error::unsupported_wire_format);
    }

    TEST_CASE("every standalone proposal is heard and committed by reference, in public and in private")
    {
        Psks psks;
        for (const auto format : kFormats) {
            Three t;
            const auto dave = make_key_package("dave", t.random);
            t.hear(take(t.bob.propose_add(dave.key_package, t.random, format)), {&t.alice, &t.carol});
            t.hear(take(t.bob.propose_update(t.random, format)), {&t.alice, &t.carol});
            t.hear(take(t.bob.propose_psk(PreSharedKeyId::external(base::to_bytes(base::view_of("shared"))), t.random, format)),
                   {&t.alice, &t.carol});
            t.hear(take(t.bob.propose_psk(PreSharedKeyId::resumption(ResumptionPskUsage::application, Bytes(16, 3), Epoch(1)), t.random, format)),
                   {&t.alice});   // of epoch 1, which carol was not in: she cannot follow
            t.hear(take(t.bob.propose_group_context_extensions({}, t.random, format)), {&t.alice, &t.carol});
            CommitRequest request;
            request.psks = &psks;
            request.wire_format = format;
            const auto output = take(t.alice.commit(request, t.random));
            CHECK(t.carol.process(output.commit, &psks).error() == Error::unknown_proposal);
            auto processed = take(t.bob.process(output.commit, &psks));
            auto& staged = std::get<StagedCommit>(processed);
            CHECK(staged.extensions().empty());
            CHECK(staged.added().size() == 1);
            REQUIRE(t.bob.merge(std::move(staged)).has_value());
            REQUIRE(t.alice.merge_pending().has_value());
            CHECK(t.alice.extensions().empty());
            t.agree({&t.alice, &t.bob});
            Psks with_past = psks;
            with_past.other = &t.bob;
            JoinOptions options;
            options.psks = &with_past;
            auto joined = take(Group::join(*output.welcome, dave, t.random, options));
            t.agree({&t.alice, &joined});
        }
    }

    TEST_CASE("extensions are replaced by value, and only by what every member supports")
    {
        Three t;
        CommitRequest request;
        request.group_context_extensions = Extensions{RequiredCapabilities{{}, {}, {CredentialType::basic}}.extension()};
        t.commit(request);
        CHECK(t.bob.extensions().size() == 1);
        request.group_context_extensions = Extensions{RequiredCapabilities{{}, {}, {CredentialType::x509}}.extension()};
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_leaf_node);
        request.group_context_extensions = Extensions{{static_cast<ExtensionType>(0xf0f0), {}}};
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_leaf_node);
    }

    TEST_CASE("a pre-shared key changes the epoch for those who hold it, and nobody else can follow")
    {
        Three t;
        Psks psks;
        CommitRequest request;
        request.psk.push_back(PreSharedKeyId::external(base::to_bytes(base::view_of("shared"))));
        CHECK(t.alice.commit(request, t.random).error() == Error::missing_psk);
        t.commit(request, &psks);
        request.psks = &psks;
        const auto commit = take(t.alice.commit(request, t.random)).commit;
        CHECK(t.bob.process(commit).error() == Error::missing_psk);
        Psks wrong;
        wrong.key = "another key";
        CHECK(t.bob.process(commit, &wrong).error() == Error::bad_confirmation_tag);
        CHECK(t.bob.process(commit, &psks).has_value());
    }

    TEST_CASE("a resumption secret of another group proves that one was in it")
    {
        Three t;
        base::SeededRandom random(5);
        auto other = make_group("alice", random);
        Psks psks;
        psks.other = &other;
        CommitRequest request;
        request.psk.push_back(
            PreSharedKeyId::resumption(ResumptionPskUsage::application, base::to_bytes(other.group_id()), other.epoch()));
        t.commit(request, &psks);
        request.psk[0].usage = ResumptionPskUsage::branch;
        request.psks = &psks;
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_proposal);
        CHECK(other.resumption_psk(Epoch(9)).error() == Error::missing_psk);
    }

    TEST_CASE("a path is left out on request where the proposals allow it, and only there")
    {
        Three t;
        const auto leaf_of = [](const Group& group) { return group.ratchet_tree(); };
        CommitRequest request;
        request.path = PathUse::when_required;
        const auto dave = make_key_package("dave", t.random);
        request.add.push_back(dave.key_package);
        const auto output = take(t.alice.commit(request, t.random));
        for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, output.commit).has_value());
        auto joined = take(Group::join(*output.welcome, dave, t.random));
        t.agree({&t.alice, &t.bob, &t.carol, &joined});
        const auto before = leaf_of(t.alice);
        request = {};
        request.path = PathUse::when_required;
        const auto empty = take(t.alice.commit(request, t.random));
        for (auto* group : {&t.alice, &t.bob, &t.carol, &joined}) CHECK_FALSE(apply_commit(*group, empty.commit).has_value());
        CHECK(leaf_of(t.alice) != before);   // an empty commit has a path always
        t.agree({&t.alice, &t.bob, &t.carol, &joined});
        const auto answer = take(joined.commit({}, t.random)).commit;
        for (auto* group : {&t.alice, &t.bob, &t.carol, &joined}) CHECK_FALSE(apply_commit(*group, answer).has_value());
        t.agree({&t.alice, &t.bob, &t.carol, &joined});
    }

    TEST_CASE("a Welcome without the tree is joined with the tree from elsewhere")
    {
        Three t;
        CommitRequest request;
        request.welcome_tree = RatchetTreeExtension::left_out;
        const auto dave = make_key_package("dave", t.random);
        request.add.push_back(dave.key_package);
        const auto output = take(t.alice.commit(request, t.random));
        REQUIRE(t.alice.merge_pending().has_value());
        CHECK(output.ratchet_tree == t.alice.ratchet_tree());
        CHECK(Group::join(*output.welcome, dave, t.random).error() == Error::missing_ratchet_tree);
        JoinOptions options;
        options.ratchet_tree = t.bob.ratchet_tree();   // not the one the Welcome was made for
        CHECK(Group::join(*output.welcome, dave, t.random, options).error() == Error::invalid_tree);
        options.ratchet_tree = t.alice.ratchet_tree();
        auto joined = take(Group::join(*output.welcome, dave, t.random, options));
        t.agree({&t.alice, &joined});
    }

    TEST_CASE("a Welcome leads to the exporter of its epoch before there is a tree, for whoever can open it")
    {
        Three t;
        const auto dave = make_key_package("dave", t.random), eve = make_key_package("eve", t.random);
        CommitRequest request;
        request.add.push_back(dave.key_package);
        for (const auto tree : {RatchetTreeExtension::left_out, RatchetTreeExtension::included}) {
            request.welcome_tree = tree;
            auto output = take(t.alice.commit(request, t.random));
            CHECK(output.ratchet_tree.has_value() == (tree == RatchetTreeExtension::left_out));
            const auto exported = take(Group::export_from_welcome(*output.welcome, dave, "label", base::view_of("context"), 32));
            CHECK(exported != take(t.alice.export_secret("label", base::view_of("context"), 32)));
            if (tree == RatchetTreeExtension::included) {
                REQUIRE(t.alice.merge_pending().has_value());
                CHECK(exported == take(t.alice.export_secret("label", base::view_of("context"), 32)));
            }
            CHECK(Group::export_from_welcome(*output.welcome, eve, "label", {}, 32).error() == Error::no_matching_key_package);
            CHECK(Group::export_from_welcome(*output.welcome, dave, "label", {}, 1u << 20).error() == Error::bad_length);
            CHECK(Group::export_from_welcome(output.commit, dave, "label", {}, 32).error() == Error::unsupported_wire_format);
            output.welcome->back() ^= 1;
            CHECK_FALSE(Group::export_from_welcome(*output.welcome, dave, "label", {}, 32).has_value());
        }
    }

    TEST_CASE("a reinit ends the group: nobody sends in it any more, also after loading")
    {
        for (const bool by_value : {true, false}) {
            Three t;
            const auto late = take(t.bob.encrypt(base::view_of("late"), {}, t.random));
            CommitRequest request;
            if (by_value)
                request.reinit = kReInit;
            else
                t.hear(take(t.bob.propose_reinit(kReInit, t.random)), {&t.alice, &t.carol});
            const auto commit = take(t.alice.commit(request, t.random)).commit;
            auto processed = take(t.bob.process(commit));
            CHECK(std::get<StagedCommit>(processed).reinit() == kReInit);
            CHECK_FALSE(t.bob.reinit().has_value());   // staged only
            for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, commit).has_value());
            t.agree(t.all());
            RecordStore store;
            t.bob.flush(store);
            auto loaded = take(Group::load(store));
            for (auto* group : {&t.alice, &t.bob, &t.carol, &loaded}) {
                CHECK(group->reinit() == kReInit);
                CHECK(group->encrypt({}, {}, t.random).error() == Error::reinitialized);
                CHECK(group->commit({}, t.random).error() == Error::reinitialized);
                CHECK(group->propose_update(t.random).error() == Error::reinitialized);
                CHECK(group->group_info().error() == Error::reinitialized);
            }
            CHECK(take(read_text(t.carol, late)) == "late");
        }
    }

    TEST_CASE("a reinit waits until no other proposal does, and stands alone when it is asked for")
    {
        Three t;
        t.hear(take(t.bob.propose_reinit(kReInit, t.random)), {&t.alice, &t.carol});
        t.hear(take(t.bob.propose_update(t.random)), {&t.alice, &t.carol});
        t.commit({});
        CHECK_FALSE(t.alice.reinit().has_value());
        t.hear(take(t.bob.propose_update(t.random)), {&t.alice, &t.carol});
        CommitRequest request;
        request.reinit = kReInit;
        request.remove.push_back(t.carol.own_leaf());
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_proposal_list);
        request.remove.clear();
        t.commit(request);
        CHECK(t.alice.reinit() == kReInit);
    }

    TEST_CASE("of several Updates of a member the most recent is committed, and one that is sent again is not recent")
    {
        for (std::uint64_t round = 0; round < 6; ++round) {   // the references are in another order each time
            Three t;
            t.random = base::SeededRandom(100 + round);
            Bytes latest;
            std::vector<Bytes> updates;
            for (int i = 0; i < 3; ++i) {
                updates.push_back(take(t.bob.propose_update(t.random, WireFormat::public_message)));
                const auto received = take(t.alice.process(updates.back()));
                latest = std::get<Update>(std::get<ReceivedProposal>(received).proposal.body).leaf_node.encryption_key;
                t.hear(updates.back(), {&t.carol});
            }
            t.hear(updates.front(), {&t.alice});
            t.commit({});
            const auto tree = RatchetTree::parse(kSuite, t.alice.ratchet_tree());
            CHECK(tree->leaf(t.bob.own_leaf())->encryption_key == latest);
        }
    }

    TEST_CASE("proposals are committed in the order they came")
    {
        Three t;
        const std::vector<std::string> names{"dave", "erin", "frank", "grace", "heidi", "ivan"};
        for (const auto& name : names) t.hear(take(t.bob.propose_add(make_key_package(name, t.random).key_package, t.random)), {&t.alice, &t.carol});
        for (const auto number : std::initializer_list<std::uint8_t>{1, 2, 3, 4}) {
            const RequiredCapabilities required{{}, {}, {CredentialType::basic}};
            const Extensions extensions{t.external_senders(), required.extension(), {ExtensionType::application_id, {number}}};
            t.hear(take(t.bob.propose_group_context_extensions(extensions, t.random)), {&t.alice, &t.carol});
        }
        t.commit({});
        const auto members = t.alice.members();
        REQUIRE(members.size() == 3 + names.size());
        for (std::size_t i = 0; i < names.size(); ++i) CHECK(base::to_text(members[3 + i].credential.content) == names[i]);
        CHECK(t.alice.extensions()[2].data == Bytes{1});
    }

    TEST_CASE("an Add of a key package that has expired is not proposed, and not committed when somebody else proposed it")
    {
        Three t;
        const Lifetime lifetime{UnixSeconds{1000}, UnixSeconds{2000}};
        const auto dave = generate_key_package(kSuite, make_identity("dave", t.random), t.random, lifetime).key_package;
        const auto erin = generate_key_package(kSuite, make_identity("erin", t.random), t.random, {UnixSeconds{1000}, UnixSeconds{4000}}).key_package;
        CHECK(t.bob.propose_add(dave, t.random, WireFormat::private_message, UnixSeconds{3000}).error() == Error::lifetime_out_of_range);
        CHECK(t.bob.propose_add(dave, t.random, WireFormat::private_message, UnixSeconds{999}).error() == Error::lifetime_out_of_range);
        t.hear(take(t.bob.propose_add(dave, t.random, WireFormat::private_message, UnixSeconds{1500})), {&t.alice, &t.carol});
        t.hear(take(t.bob.propose_add(erin, t.random, WireFormat::private_message, UnixSeconds{1500})), {&t.alice, &t.carol});
        CommitRequest request;
        request.now = UnixSeconds{3000};
        t.commit(std::move(request));
        REQUIRE(t.alice.members().size() == 4);
        CHECK(base::to_text(t.alice.members()[3].credential.content) == "erin");
    }

    TEST_CASE("a proposal that was dropped is not committed, and a commit that names it is refused")
    {
        Three t;
        const auto removal = take(t.bob.propose_remove(t.carol.own_leaf(), t.random));
        auto heard = std::get<ReceivedProposal>(take(t.alice.process(removal)));
        CHECK(heard.type == ProposalType::remove);
        CHECK(std::get<Remove>(heard.proposal.body).removed == t.carol.own_leaf());
        t.alice.drop_proposal(heard.ref);
        const auto commit = take(t.bob.commit({}, t.random)).commit;
        CHECK(t.alice.process(commit).error() == Error::unknown_proposal);
        const auto other = take(t.alice.commit({}, t.random)).commit;
        CHECK_FALSE(apply_commit(t.carol, other).has_value());
        CHECK(t.carol.is_member());
    }

    TEST_CASE("a proposal that cannot stand in the group keeps nobody from committing the others")
    {
        Three t;
        t.hear(take(t.bob.propose_group_context_extensions({{static_cast<ExtensionType>(0xf0f0), {}}}, t.random)), {&t.alice, &t.carol});
        auto identity = make_identity("dave", t.random);
        identity.capabilities.credentials = {CredentialType::x509};
        identity.credential = {CredentialType::x509, {}};
        const auto dave = generate_key_package(kSuite, identity, t.random, {});
        t.hear(take(t.bob.propose_add(dave.key_package, t.random)), {&t.alice, &t.carol});
        t.hear(take(t.bob.propose_add(make_key_package("erin", t.random).key_package, t.random)), {&t.alice, &t.carol});
        t.hear(take(t.bob.propose_remove(t.carol.own_leaf(), t.random)), {&t.alice, &t.carol});
        const auto commit = take(t.alice.commit({}, t.random)).commit;
        CHECK(apply_commit(t.carol, commit) == Error::removed_from_group);
        for (auto* group : {&t.alice, &t.bob}) CHECK_FALSE(apply_commit(*group, commit).has_value());
        t.agree({&t.alice, &t.bob});
        REQUIRE(t.alice.members().size() == 3);
        CHECK(base::to_text(t.alice.members()[2].credential.content) == "erin");
    }

    TEST_CASE("an external sender proposes what such senders may, when the group lists it")
    {
        Three t;
        const auto propose = [&](Proposal proposal) {
            return propose_as_external_sender(kSuite, t.alice.group_id(), t.alice.epoch(), 0, t.service, std::move(proposal));
        };
        CHECK(propose({ExternalInit{}}).error() == Error::invalid_proposal);
        CHECK(propose({Update{}}).error() == Error::invalid_proposal);
        const auto removal = take(propose({Remove{t.carol.own_leaf()}}));
        const auto heard = std::get<ReceivedProposal>(take(t.bob.process(removal)));
        CHECK_FALSE(heard.sender.has_value());
        t.hear(removal, {&t.alice, &t.carol});
        const auto commit = take(t.alice.commit({}, t.random)).commit;
        CHECK(apply_commit(t.carol, commit) == Error::removed_from_group);
        for (auto* group : {&t.alice, &t.bob}) CHECK_FALSE(apply_commit(*group, commit).has_value());
        t.agree({&t.alice, &t.bob});
        CHECK(t.bob.process(removal).error() == Error::stale_epoch);

        const auto stranger = crypto::SignaturePrivateKey::generate(t.random);
        const Proposal remove_bob{Remove{t.bob.own_leaf()}};
        CHECK(t.bob.process(take(propose_as_external_sender(kSuite, t.bob.group_id(), t.bob.epoch(), 0, stranger, remove_bob))).error() ==
              Error::bad_signature);
        CHECK(t.bob.process(take(propose_as_external_sender(kSuite, t.bob.group_id(), t.bob.epoch(), 1, t.service, remove_bob))).error() ==
              Error::unknown_sender);
    }

    TEST_CASE("a newcomer proposes its own addition, and a member takes it in")
    {
        Three t;
        const auto dave = make_key_package("dave", t.random);
        t.hear(propose_own_add(t.alice.group_id(), t.alice.epoch(), dave), t.all());
        const auto output = take(t.carol.commit({}, t.random));
        for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, output.commit).has_value());
        auto joined = take(Group::join(*output.welcome, dave, t.random));
        t.agree({&t.alice, &t.bob, &t.carol, &joined});
    }

    TEST_CASE("a stranger joins by external commit and is one of the group")
    {
        Three t;
        for (const auto tree : {RatchetTreeExtension::included, RatchetTreeExtension::left_out}) {
            const auto info = take(t.bob.group_info(tree));
            ExternalJoinOptions options;
            if (tree == RatchetTreeExtension::left_out) {
                CHECK(Group::join_external(info, make_identity("dave", t.random), t.random).error() == Error::missing_ratchet_tree);
                options.ratchet_tree = t.bob.ratchet_tree();
            }
            auto join = take(Group::join_external(info, make_identity("dave", t.random), t.random, options));
            CHECK(take(peek(join.commit)).wire_format == WireFormat::public_message);
            auto processed = take(t.alice.process(join.commit));
            const auto& staged = std::get<StagedCommit>(processed);
            CHECK(staged.is_external());
            REQUIRE(staged.added().size() == 1);
            CHECK(base::to_text(staged.added()[0].credential.content) == "dave");
            for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, join.commit).has_value());
            t.agree({&t.alice, &t.bob, &t.carol, &join.group});
            const auto hello = take(join.group.encrypt(base::view_of("hello"), {}, t.random));
            for (auto* group : t.all()) CHECK(take(read_text(*group, hello)) == "hello");
            const auto next = take(t.carol.commit({}, t.random)).commit;
            for (auto* group : {&t.alice, &t.bob, &t.carol, &join.group}) CHECK_FALSE(apply_commit(*group, next).has_value());
            const auto own = take(join.group.commit({}, t.random)).commit;
            for (auto* group : {&t.alice, &t.bob, &t.carol, &join.group}) CHECK_FALSE(apply_commit(*group, own).has_value());
            t.agree({&t.alice, &t.bob, &t.carol, &join.group});
        }
    }

    TEST_CASE("a member who lost its state joins anew in place of its old self, with a pre-shared key")
    {
        Three t;
        Psks psks;
        const auto info = take(t.alice.group_info());
        ExternalJoinOptions options;
        options.resync = Resync::yes;
        options.psk.push_back(PreSharedKeyId::external(base::to_bytes(base::view_of("shared"))));
        options.psks = &psks;
        CHECK(Group::join_external(info, make_identity("dave", t.random), t.random, options).error() == Error::nothing_to_remove);
        auto join = take(Group::join_external(info, make_identity("bob", t.random), t.random, options));
        CHECK(join.group.own_leaf() == t.bob.own_leaf());   // the leaf it had is the leftmost free one
        CHECK(t.carol.process(join.commit).error() == Error::missing_psk);
        auto processed = take(t.carol.process(join.commit, &psks));
        auto& staged = std::get<StagedCommit>(processed);
        REQUIRE(staged.removed().size() == 1);
        CHECK(base::to_text(staged.removed()[0].credential.content) == "bob");
        REQUIRE(t.carol.merge(std::move(staged)).has_value());
        t.agree({&t.carol, &join.group});
        auto to_old_bob = take(t.bob.process(join.commit, &psks));
        CHECK(std::get<StagedCommit>(to_old_bob).removes_us());
    }

    TEST_CASE("a group info of any byte changed, or without the external key, is not joined")
    {
        Three t;
        const auto info = take(t.alice.group_info());
        const auto join = [&](ByteView message) { return Group::join_external(message, make_identity("dave", t.random), t.random); };
        for (std::size_t i = 0; i < info.size(); ++i) {
            auto tampered = info;
            tampered[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            CHECK_FALSE(join(tampered).has_value());
        }
        for (std::size_t size = 0; size < info.size(); ++size) CHECK_FALSE(join(ByteView(info).first(size)).has_value());
        CHECK(join(take(t.alice.commit({}, t.random)).commit).error() == Error::unsupported_wire_format);
    }

    TEST_CASE("a leaf says what its identity says it can do")
    {
        base::SeededRandom random(4);
        auto identity = make_identity("7a5c5d8e-0001-4000-8000-000000000001:a1b2c3d4e5f60708@wire.example", random);
        identity.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
        identity.capabilities.extensions = {static_cast<ExtensionType>(0xf001)};
        identity.extensions = {{static_cast<ExtensionType>(0xf001), {1, 2}}};
        const auto made = generate_key_package(kSuite, identity, random, {});
        const auto begins_with = [](const auto& values, const auto& expected) {   // GREASE follows
            return values.size() == expected.size() + 1 && std::equal(expected.begin(), expected.end(), values.begin());
        };
        const auto& leaf = made.key_package.leaf_node;
        CHECK(begins_with(leaf.capabilities.credentials, identity.capabilities.credentials));
        CHECK(begins_with(leaf.capabilities.cipher_suites, identity.capabilities.cipher_suites));
        CHECK(leaf.capabilities.extensions.front() == identity.capabilities.extensions.front());
        CHECK(begins_with(leaf.extensions, identity.extensions));
        CHECK(made.key_package.validate(std::nullopt).has_value());

        CreateOptions options;
        options.extensions = {RequiredCapabilities{{}, {}, {CredentialType::basic, CredentialType::x509}}.extension()};
        CHECK(Group::create(kSuite, Bytes{1}, make_identity("x", random), random, options).error() == Error::invalid_leaf_node);
        auto group = take(Group::create(kSuite, Bytes{1}, identity.clone(), random, options));
        CommitRequest request;
        request.add.push_back(make_key_package("cannot x509", random).key_package);
        CHECK(group.commit(request, random).error() == Error::invalid_leaf_node);
        request.add = {made.key_package};
        CHECK(group.commit(request, random).error() == Error::invalid_leaf_node);   // the same signature key
    }
}
