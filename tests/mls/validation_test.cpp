// One case for each validation rule of RFC 9420, named by the rule's id: a message that breaks this rule gives the rule's error and
// leaves the group as it was. docs/mls-validation.md is made from these names and from the ids in client/mls. Commits of the insider
// have a wrong confirmation tag besides, which is judged last.

#include "mls/validation.h"

#include "insider.h"
#include "mls/encode.h"
#include "mls/external.h"
#include "mls/group_extensions.h"

#include <algorithm>
#include <functional>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

struct Trio {
    base::SeededRandom random{9};
    crypto::SignaturePrivateKey service = crypto::SignaturePrivateKey::generate(random);   // the group's external sender
    Group alice = take(Group::create(kSuite, Bytes(32, 8), make_identity("alice", random), random, {{external_senders()}, {}}));
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);
    RecordStore mallory_store;   // mallory is bob
    RecordStore store;
    Insider mallory = insider();

    Extension external_senders() const
    {
        const ExternalSender sender{base::to_bytes(service.public_key()), Credential::basic(base::view_of("service"))};
        return external_senders_extension(std::span(&sender, 1));
    }
    Insider insider()
    {
        bob.flush(mallory_store);
        carol.flush(store);
        return Insider::of(bob, mallory_store);
    }
    // Carol refuses, for this reason, and nothing of hers has changed.
    void refuse(ByteView message, Error expected)
    {
        const auto epoch = carol.epoch();
        const auto processed = carol.process(message);
        REQUIRE_FALSE(processed.has_value());
        CHECK(static_cast<int>(processed.error()) == static_cast<int>(expected));
        const auto puts = store.puts;
        carol.flush(store);
        CHECK(store.puts == puts);
        CHECK(carol.epoch() == epoch);
        const auto good = take(alice.encrypt(base::view_of("still here"), {}, random));
        CHECK(take(read_text(carol, good)) == "still here");
        carol.flush(store);
    }
    RatchetTree tree() const
    {
        auto parsed = RatchetTree::parse(kSuite, bob.ratchet_tree());
        REQUIRE(parsed.has_value());
        return std::move(*parsed);
    }
    LeafNode own_leaf() const { return *tree().leaf(mallory.leaf); }
    LeafNode update_leaf()   // as mallory may propose it
    {
        auto leaf = own_leaf();
        leaf.encryption_key = crypto::kem_generate_key_pair(kSuite.hpke().kem, random).public_key;
        leaf.source = LeafNodeSource::update;
        leaf.parent_hash.clear();
        return leaf;
    }
    void sign(LeafNode& leaf) const { leaf.sign(kSuite, mallory.signature_key, LeafNodePosition{mallory.context.group_id, mallory.leaf}); }
    // The Add of a newcomer whose key package and leaf a test has changed; both are signed again.
    Bytes add(const std::function<void(KeyPackage&)>& change)
    {
        const auto identity = make_identity("dave", random);
        auto key_package = generate_key_package(kSuite, identity, random, Lifetime{}).key_package;
        change(key_package);
        key_package.leaf_node.sign(kSuite, identity.signature_key, LeafNodePosition{mallory.context.group_id, LeafIndex(3)});
        const auto whole = encode([&](auto& writer) { key_package.write(writer); });
        const auto signature = encode([&](auto& writer) { writer.opaque(key_package.signature); });
        key_package.signature =
            kSuite.sign_with_label(identity.signature_key, "KeyPackageTBS", ByteView(whole).first(whole.size() - signature.size()));
        return mallory.commit({{Add{key_package}}});
    }
    KeyPackage newcomer() { return make_key_package("dave", random).key_package; }
    // A commit with a path from mallory, changed by the test before its leaf is signed. Nothing in it can be decrypted.
    Bytes commit_path(const std::function<void(UpdatePath&)>& change)
    {
        auto leaf = update_leaf();
        leaf.source = LeafNodeSource::commit;
        const auto before = tree();
        UpdatePath path{leaf, {}};
        for (const auto& step : before.filtered_direct_path(mallory.leaf)) {
            UpdatePathNode node{crypto::kem_generate_key_pair(kSuite.hpke().kem, random).public_key, {}};
            for (std::size_t i = 0; i < before.resolution(step.copath_child).size(); ++i)
                node.encrypted_path_secret.push_back({Bytes(32, 1), Bytes(48, 1)});
            path.nodes.push_back(std::move(node));
        }
        change(path);
        sign(path.leaf_node);
        Commit commit;
        commit.path = std::move(path);
        return mallory.say(std::move(commit));
    }
};

PreSharedKeyId psk(std::size_t nonce_size)
{
    PreSharedKeyId id;
    id.psk_id = {1, 2, 3};
    id.psk_nonce = Bytes(nonce_size, 5);
    return id;
}

// The verdict on a list by itself. Its proposals are valid one by one.
Error list_error(const std::vector<Proposal>& proposals, std::optional<LeafIndex> committer)
{
    std::vector<SentProposal> sent;
    const Sender sender = committer ? Sender::member(*committer) : Sender{SenderType::new_member_commit, 0};
    for (const auto& proposal : proposals) sent.push_back({&proposal, sender});
    const auto verdict = validate_proposal_list(sent, committer);
    REQUIRE_FALSE(verdict.has_value());
    return verdict.error();
}

// A Welcome by mallory for dave, opened with dave's keys, changed, and sealed again.
struct Invitation {
    Trio t;
    KeyPackagePrivate dave = make_key_package("dave", t.random);
    GroupInfo info;
    GroupSecrets secrets;
    std::uint16_t welcome_suite = kSuite.id();
    bool sign = true;
    JoinOptions options;

    Invitation()
    {
        CommitRequest request;
        request.add.push_back(dave.key_package);
        const auto message = take(MlsMessage::parse(*take(t.bob.commit(request, t.random)).welcome));
        const auto& welcome = std::get<Welcome>(message.body);
        const auto opened = take(kSuite.decrypt_with_label(dave.init_key.view(), "Welcome", welcome.encrypted_group_info,
                                                           welcome.secrets[0].encrypted_group_secrets));
        codec::Reader reader(opened.view());
        auto read = GroupSecrets::read(reader);
        REQUIRE(read.has_value());
        secrets = std::move(*read);
        info = take(open_group_info(kSuite, derive_welcome_secret(kSuite, secrets.joiner_secret, no_psk_secret(kSuite)),
                                    welcome.encrypted_group_info));
    }
    Error error()
    {
        if (sign) info.sign(kSuite, t.mallory.signature_key);
        Welcome welcome;
        welcome.cipher_suite = welcome_suite;
        welcome.encrypted_group_info =
            seal_group_info(kSuite, derive_welcome_secret(kSuite, secrets.joiner_secret, no_psk_secret(kSuite)), info);
        const auto plaintext = encode_secret([&](auto& writer) { secrets.write(writer); });
        auto sealed = kSuite.sealer_with_label("Welcome", welcome.encrypted_group_info)
                          .encrypt(dave.key_package.init_key, plaintext.view(), t.random);
        REQUIRE(sealed.has_value());
        welcome.secrets.push_back({dave.key_package.ref(), std::move(*sealed)});
        const auto joined = Group::join(MlsMessage{std::move(welcome)}.serialize(), dave, t.random, options);
        REQUIRE_FALSE(joined.has_value());
        return joined.error();
    }
    Extension& ratchet_tree() { return info.extensions[0]; }
};

constexpr auto kGrease = static_cast<ExtensionType>(0x0a0a);

}  // namespace

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValFraming01: application data is never in the open")
    {
        Trio t;
        t.refuse(t.mallory.say(ApplicationData(base::view_of("in the open"))), Error::malformed);
    }
    TEST_CASE("ValFraming02: a message is for its own group")
    {
        Trio t;
        t.mallory.context.group_id[0] ^= 1;
        t.refuse(t.mallory.commit({}), Error::wrong_group);
    }
    TEST_CASE("ValFraming03: a handshake is for the epoch the group is in")
    {
        Trio t;
        const auto now = t.mallory.context.epoch;
        t.mallory.context.epoch = now.next();
        t.refuse(t.mallory.commit({}), Error::future_epoch);
        t.mallory.context.epoch = Epoch(now.value() - 1);
        t.refuse(t.mallory.commit({}), Error::stale_epoch);
    }
    TEST_CASE("ValFraming04: a blank leaf says nothing")
    {
        Trio t;
        t.refuse(t.mallory.say_as(Sender::member(LeafIndex(3)), Proposal{Remove{t.alice.own_leaf()}}), Error::unknown_sender);
    }
    TEST_CASE("ValFraming05: encrypted sender data names a leaf that is not blank")
    {
        Trio t;
        for (const auto type : {ContentType::application, ContentType::proposal})
            t.refuse(t.mallory.sealed_nonsense(LeafIndex(3), type, t.random), Error::unknown_sender);
    }
    TEST_CASE("ValFraming06: a signature is of the sender the message names")
    {
        Trio t;
        t.refuse(t.mallory.say_as(Sender::member(t.alice.own_leaf()), Proposal{Remove{t.alice.own_leaf()}}), Error::bad_signature);
    }
    TEST_CASE("ValFraming07: a public message of a member has the members' tag")
    {
        Trio t;
        auto message = t.mallory.say(Proposal{Remove{t.alice.own_leaf()}});
        message.back() ^= 1;
        t.refuse(message, Error::bad_membership_tag);
    }
    TEST_CASE("ValFraming08: a commit has the confirmation tag of the epoch it starts")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Add{t.newcomer()}}}), Error::bad_confirmation_tag);
    }
    TEST_CASE("ValFraming09: an external sender sends proposals only")
    {
        Trio t;
        t.mallory.signature_key = t.service.clone();
        t.refuse(t.mallory.say_as({SenderType::external, 0}, Commit{}), Error::malformed);
    }
    TEST_CASE("ValFraming10: an external sender is one the group lists")
    {
        Trio t;
        t.mallory.signature_key = t.service.clone();
        t.refuse(t.mallory.say_as({SenderType::external, 1}, Proposal{Remove{t.alice.own_leaf()}}), Error::unknown_sender);
    }
    TEST_CASE("ValFraming11: a newcomer proposes nothing but an Add")
    {
        Trio t;
        t.refuse(t.mallory.say_as({SenderType::new_member_proposal, 0}, Proposal{Remove{t.alice.own_leaf()}}), Error::malformed);
    }
    TEST_CASE("ValFraming12: whoever joins by commit sends a commit, with a path")
    {
        Trio t;
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, Proposal{Add{t.newcomer()}}), Error::malformed);
        Commit commit;
        commit.proposals.push_back({Proposal{ExternalInit{Bytes(32, 1)}}});
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, std::move(commit)), Error::malformed);
    }
    TEST_CASE("ValFraming13: a message is of version mls10")
    {
        Trio t;
        auto message = t.mallory.commit({});
        message[1] = 2;
        t.refuse(message, Error::unsupported_version);
    }
    TEST_CASE("ValFraming14: a message of a group is public or private")
    {
        Trio t;
        t.refuse(t.newcomer().serialize(), Error::unsupported_wire_format);
        auto message = t.mallory.commit({});
        message[3] = 9;
        t.refuse(message, Error::unsupported_wire_format);
    }

    TEST_CASE("ValFraming15: the padding of a private message is zeros")
    {
        Trio t;
        const SecretTree keys(kSuite, LeafCount(2), EncryptionSecret(base::SecretBytes(32)));
        const auto key = take(keys.find_next(LeafIndex(0), RatchetType::handshake));
        PrivateMessage message{t.mallory.context.group_id, t.mallory.context.epoch, ContentType::proposal, {}, {}, {}};
        const auto aad = encode([&](auto& writer) {
            writer.opaque(message.group_id).u64(message.epoch.value()).u8(static_cast<std::uint8_t>(message.content_type)).opaque(Bytes{});
        });
        const auto read_with = [&](ByteView padding) {
            const auto plaintext = encode([&](auto& writer) {
                Proposal{Remove{LeafIndex(0)}}.write(writer);
                writer.opaque(Bytes(64, 1)).raw(padding);
            });
            message.ciphertext = kSuite.aead_seal(key.key.key.view(), key.key.nonce.view(), aad, plaintext);
            return unprotect_private(kSuite, message, SenderData{LeafIndex(0), Generation(0), {}}, key.key);
        };
        CHECK(read_with(Bytes{}).has_value());
        CHECK(read_with(Bytes(9, 0)).has_value());
        CHECK(read_with(Bytes{0, 0, 1}).error() == Error::malformed);
    }

    TEST_CASE("ValLeafNode01: a leaf is signed by its key")
    {
        Trio t;
        auto changed = t.newcomer();
        changed.leaf_node.credential.content.push_back('x');
        t.refuse(t.mallory.commit({{Add{changed}}}), Error::bad_signature);
    }
    TEST_CASE("ValLeafNode02: an encryption key has the size of the suite's")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.encryption_key.pop_back(); }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode03: a leaf lists version mls10")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.capabilities.versions = {static_cast<ProtocolVersion>(0x0a0a)}; }),
                 Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode04: a leaf lists the group's suite")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.capabilities.cipher_suites = {0x0a0a}; }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode05: a leaf lists the type of its own credential")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.credential = {CredentialType::x509, {}}; }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode06: a leaf lists its own extensions")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.extensions.push_back({kGrease, {}}); }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode07: every member supports every credential type in use")
    {
        Trio t;
        t.refuse(t.add([](auto& added) {
            added.leaf_node.credential = {CredentialType::x509, {}};
            added.leaf_node.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
        }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode08: every member supports every extension of the group")
    {
        Trio t;
        CHECK(validate_members(t.tree(), {}).has_value());
        CHECK(validate_members(t.tree(), {{kGrease, {}}}).error() == Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode09: every member has the required capabilities")
    {
        Trio t;
        for (const auto& required : {RequiredCapabilities{{kGrease}, {}, {}}, RequiredCapabilities{{}, {static_cast<ProposalType>(0x0a0a)}, {}},
                                     RequiredCapabilities{{}, {}, {CredentialType::x509}}})
            CHECK(validate_members(t.tree(), {required.extension()}).error() == Error::invalid_leaf_node);
        const RequiredCapabilities defaults{{ExtensionType::external_senders}, {ProposalType::reinit}, {CredentialType::basic}};
        CHECK(validate_members(t.tree(), {defaults.extension()}).has_value());
    }
    TEST_CASE("ValLeafNode10: no two members have one signature key")
    {
        Trio t;
        const auto again = generate_key_package(
            kSuite, {Credential::basic(base::view_of("dave")), t.mallory.signature_key.clone()}, t.random, Lifetime{});
        t.refuse(t.mallory.commit({{Add{again.key_package}}}), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode11: no two nodes have one encryption key")
    {
        Trio t;
        const auto taken = t.own_leaf().encryption_key;
        t.refuse(t.add([&](auto& added) { added.leaf_node.encryption_key = taken; }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValLeafNode12: a leaf is valid now, when its lifetime is asked for")
    {
        const Lifetime lifetime{UnixSeconds{1000}, UnixSeconds{2000}};
        CHECK(validate_lifetime(lifetime, UnixSeconds{1000}).has_value());
        CHECK(validate_lifetime(lifetime, UnixSeconds{2000}).has_value());
        CHECK(validate_lifetime(lifetime, UnixSeconds{999}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime(lifetime, UnixSeconds{2001}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime({UnixSeconds{2000}, UnixSeconds{1000}}, UnixSeconds{1500}).error() == Error::lifetime_out_of_range);
    }
    TEST_CASE("ValLeafNode13: a leaf is valid for no longer than 400 days")
    {
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{kLeafLifetimeMax}}, UnixSeconds{5}).has_value());
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{kLeafLifetimeMax + 1}}, UnixSeconds{5}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{UINT64_MAX}}, UnixSeconds{5}).error() == Error::lifetime_out_of_range);
    }

    TEST_CASE("ValKeyPackage01: a key package is of version mls10")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.version = ProtocolVersion{2}; }), Error::unsupported_version);
    }
    TEST_CASE("ValKeyPackage02: a key package is of the group's suite")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.cipher_suite = 1; }), Error::invalid_proposal);
    }
    TEST_CASE("ValKeyPackage03: the leaf of a key package was made for one")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.source = LeafNodeSource::update; }), Error::invalid_leaf_node);
    }
    TEST_CASE("ValKeyPackage04: an init key has the size of the suite's")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.init_key.pop_back(); }), Error::invalid_key_package);
    }
    TEST_CASE("ValKeyPackage05: the init key is another than the leaf's")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.init_key = added.leaf_node.encryption_key; }), Error::invalid_key_package);
    }
    TEST_CASE("ValKeyPackage06: a key package is signed by its leaf's key")
    {
        Trio t;
        auto changed = t.newcomer();
        changed.init_key[0] ^= 1;
        t.refuse(t.mallory.commit({{Add{changed}}}), Error::bad_signature);
    }

    TEST_CASE("ValProposal01: the leaf of an Update was made for one")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.source = LeafNodeSource::commit;
        t.sign(leaf);
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::invalid_proposal);
    }
    TEST_CASE("ValProposal02: an Update brings a new encryption key")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.encryption_key = t.own_leaf().encryption_key;
        t.sign(leaf);
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::invalid_proposal);
    }
    TEST_CASE("ValProposal03: a Remove names a leaf that is not blank")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{Remove{LeafIndex(3)}}), Error::invalid_proposal);
        t.refuse(t.mallory.say(Proposal{Remove{LeafIndex(UINT32_MAX)}}), Error::invalid_proposal);
    }
    TEST_CASE("ValProposal04: resumption secrets for branch and reinit are for those alone")
    {
        Trio t;
        for (const auto usage : {ResumptionPskUsage::branch, ResumptionPskUsage::reinit}) {
            auto id = PreSharedKeyId::resumption(usage, t.mallory.context.group_id, t.mallory.context.epoch);
            id.psk_nonce = Bytes(kSuite.hash_size(), 1);
            t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{id}}), Error::invalid_proposal);
        }
    }
    TEST_CASE("ValProposal05: the nonce of a pre-shared key has KDF.Nh bytes")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{psk(31)}}), Error::invalid_proposal);
        t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{psk(33)}}), Error::invalid_proposal);
    }
    TEST_CASE("ValProposal06: a ReInit leads to no older version")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{ReInit{{1}, ProtocolVersion{0}, 3, {}}}), Error::invalid_proposal);
    }
    TEST_CASE("ValProposal07: an external sender proposes no Update and no ExternalInit")
    {
        Trio t;
        auto leaf = t.update_leaf();
        t.sign(leaf);
        t.mallory.signature_key = t.service.clone();
        t.refuse(t.mallory.say_as({SenderType::external, 0}, Proposal{Update{leaf}}), Error::malformed);
    }
    TEST_CASE("ValProposal08: an ExternalInit is no proposal of its own")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{ExternalInit{Bytes(32, 1)}}), Error::invalid_proposal);
    }

    TEST_CASE("ValList01: a committer does not commit its own Update")
    {
        Trio t;
        auto leaf = t.update_leaf();
        t.sign(leaf);
        t.refuse(t.mallory.commit({{Update{leaf}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList02: a committer does not remove itself")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.mallory.leaf}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList03: a leaf is updated or removed once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}, {Remove{t.alice.own_leaf()}}}), Error::invalid_proposal_list);
        const Proposal remove{Remove{LeafIndex(1)}};
        const Proposal update{Update{}};
        const SentProposal both[] = {{&remove, Sender::member(LeafIndex(0))}, {&update, Sender::member(LeafIndex(1))}};
        CHECK(validate_proposal_list(both, LeafIndex(0)).error() == Error::invalid_proposal_list);
    }
    TEST_CASE("ValList04: a pre-shared key is named once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(kSuite.hash_size())}}, {PreSharedKeyProposal{psk(kSuite.hash_size())}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList05: the extensions of a group are replaced once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}, {GroupContextExtensions{}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList06: a ReInit stands alone")
    {
        Trio t;
        t.refuse(t.mallory.commit({{ReInit{{1}, ProtocolVersion::mls10, 3, {}}}, {Add{t.newcomer()}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList07: a member's commit has no ExternalInit")
    {
        Trio t;
        t.refuse(t.mallory.commit({{ExternalInit{Bytes(32, 1)}}}), Error::invalid_proposal_list);
    }
    TEST_CASE("ValList08: an external commit has exactly one ExternalInit")
    {
        CHECK(list_error({}, std::nullopt) == Error::invalid_proposal_list);
        CHECK(list_error({{ExternalInit{}}, {ExternalInit{}}}, std::nullopt) == Error::invalid_proposal_list);
    }
    TEST_CASE("ValList09: an external commit has at most one Remove")
    {
        CHECK(list_error({{ExternalInit{}}, {Remove{LeafIndex(0)}}, {Remove{LeafIndex(1)}}}, std::nullopt) == Error::invalid_proposal_list);
    }
    TEST_CASE("ValList10: an external commit has nothing but ExternalInit, Remove and pre-shared keys")
    {
        CHECK(list_error({{ExternalInit{}}, {GroupContextExtensions{}}}, std::nullopt) == Error::invalid_proposal_list);
        CHECK(list_error({{ExternalInit{}}, {Add{}}}, std::nullopt) == Error::invalid_proposal_list);
    }
    TEST_CASE("ValList11: an external commit names no proposal by reference")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.source = LeafNodeSource::commit;
        Commit commit;
        commit.proposals.push_back({Proposal{ExternalInit{Bytes(32, 1)}}});
        commit.proposals.push_back({ProposalRef(32, 1)});
        commit.path = UpdatePath{leaf, {}};
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, std::move(commit)), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList12: an external commit brings another encryption key than the leaf it removes has")
    {
        Trio t;
        auto leaf = t.own_leaf();
        leaf.source = LeafNodeSource::commit;
        Commit commit;
        commit.proposals.push_back({Proposal{ExternalInit{Bytes(32, 1)}}});
        commit.proposals.push_back({Proposal{Remove{t.mallory.leaf}}});
        commit.path = UpdatePath{leaf, {}};
        t.sign(commit.path->leaf_node);
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, std::move(commit)), Error::invalid_path);
    }

    TEST_CASE("ValCommit01: a commit has a path when it is empty, removes, or changes extensions")
    {
        Trio t;
        t.refuse(t.mallory.commit({}), Error::path_required);
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}}), Error::path_required);
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}}), Error::path_required);
    }
    TEST_CASE("ValCommit02: a proposal named by reference is one that was received in this epoch")
    {
        Trio t;
        Commit commit;
        commit.proposals.push_back({ProposalRef(32, 1)});
        t.refuse(t.mallory.say(std::move(commit)), Error::unknown_proposal);
    }
    TEST_CASE("ValCommit03: a pre-shared key is one we hold")
    {
        Trio t;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(kSuite.hash_size())}}}), Error::missing_psk);
        auto id = PreSharedKeyId::resumption(ResumptionPskUsage::application, t.mallory.context.group_id, Epoch(0));
        id.psk_nonce = Bytes(kSuite.hash_size(), 1);
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{id}}}), Error::missing_psk);
    }
    TEST_CASE("ValCommit04: the leaf of a path was made for one")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.leaf_node.source = LeafNodeSource::update; }), Error::invalid_path);
    }
    TEST_CASE("ValCommit05: the keys of a path are nowhere in the tree")
    {
        Trio t;
        const auto current = t.own_leaf().encryption_key;
        t.refuse(t.commit_path([&](auto& path) { path.leaf_node.encryption_key = current; }), Error::invalid_path);
        t.refuse(t.commit_path([&](auto& path) { path.nodes[0].encryption_key = current; }), Error::invalid_path);
    }
    TEST_CASE("ValCommit06: the keys of a path differ from each other")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes[1].encryption_key = path.nodes[0].encryption_key; }), Error::invalid_path);
    }
    TEST_CASE("ValCommit07: the keys of a path have the size of the suite's")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes[1].encryption_key.pop_back(); }), Error::invalid_path);
    }
    TEST_CASE("ValCommit08: a path has one node for each of the filtered direct path")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes.pop_back(); }), Error::invalid_path);
    }
    TEST_CASE("ValCommit09: a node of a path has one ciphertext for each of the resolution")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes[0].encrypted_path_secret.clear(); }), Error::invalid_path);
    }
    TEST_CASE("ValCommit10: the leaf of a path has the parent hash of the path")
    {
        Trio t;
        t.refuse(t.commit_path([](auto&) {}), Error::invalid_path);
    }

    TEST_CASE("ValCommit11: a group that has been reinitialized takes no proposal and no commit")
    {
        Trio t;
        CommitRequest request;
        request.reinit = ReInit{{1}, ProtocolVersion::mls10, kSuite.id(), {}};
        const auto commit = take(t.alice.commit(request, t.random)).commit;
        for (auto* group : {&t.alice, &t.bob, &t.carol}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
        t.bob.flush(t.mallory_store);
        const auto mallory = Insider::of(t.bob, t.mallory_store);
        CHECK(t.carol.process(mallory.say(Proposal{Remove{t.alice.own_leaf()}})).error() == Error::reinitialized);
        CHECK(t.carol.process(mallory.commit({{Add{t.newcomer()}}})).error() == Error::reinitialized);
    }

    TEST_CASE("ValCommit12: who knows of a proposal sends nothing before a commit, be it another's proposal or one's own")
    {
        Trio t;
        for (const bool own : {false, true}) {
            const auto proposal = take((own ? t.carol : t.alice).propose_update(t.random));
            if (!own) REQUIRE(t.carol.process(proposal).has_value());
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);
            t.carol.flush(t.store);
            CHECK(take(Group::load(t.store)).encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);
            take(t.carol.commit({}, t.random));
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);   // it may lose the race
            REQUIRE(t.carol.merge_pending().has_value());
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).has_value());
        }
        const auto received = take(t.bob.process(take(t.alice.propose_update(t.random))));
        t.bob.drop_proposal(std::get<ReceivedProposal>(received).ref);
        CHECK(t.bob.encrypt(base::view_of("x"), {}, t.random).has_value());
    }

    TEST_CASE("ValTree01: the key of a parent has the size of the suite's")
    {
        Trio t;
        auto tree = t.tree();
        REQUIRE(validate_parents(tree).has_value());
        auto parent = *tree.parent_node(NodeIndex(1));
        parent.encryption_key.pop_back();
        tree.set_parent(NodeIndex(1), parent);
        CHECK(validate_parents(tree).error() == Error::invalid_tree);
    }
    TEST_CASE("ValTree02: an unmerged leaf stands below its parent and is not blank")
    {
        for (const auto leaf : {LeafIndex(2), LeafIndex(3), LeafIndex(4)}) {   // below: not; blank; outside
            Trio t;
            auto tree = t.tree();
            const NodeIndex node(leaf.value() == 2 ? 1 : 3);
            auto parent = *tree.parent_node(node);
            parent.unmerged_leaves = {leaf};
            tree.set_parent(node, parent);
            CHECK(validate_parents(tree).error() == Error::invalid_tree);
        }
    }
    TEST_CASE("ValTree03: a leaf unmerged at a parent is unmerged at every parent between")
    {
        Trio t;
        auto tree = t.tree();
        auto parent = *tree.parent_node(NodeIndex(3));
        parent.unmerged_leaves = {LeafIndex(0)};
        tree.set_parent(NodeIndex(3), parent);
        CHECK(validate_parents(tree).error() == Error::invalid_tree);
    }
    TEST_CASE("ValTree04: a parent is parent-hash valid")
    {
        Trio t;
        auto tree = t.tree();
        auto parent = *tree.parent_node(NodeIndex(3));
        parent.encryption_key[0] ^= 1;
        tree.set_parent(NodeIndex(3), parent);
        CHECK(validate_parents(tree).error() == Error::invalid_tree);
    }
    TEST_CASE("ValTree05: unmerged leaves are sorted")
    {
        const auto reads = [](std::vector<LeafIndex> unmerged) {
            const ParentNode node{Bytes(32, 1), {}, std::move(unmerged)};
            const auto bytes = encode([&](auto& writer) { node.write(writer); });
            codec::Reader reader(bytes);
            return ParentNode::read(reader).has_value();
        };
        CHECK(reads({LeafIndex(0), LeafIndex(1)}));
        CHECK_FALSE(reads({LeafIndex(1), LeafIndex(0)}));
        CHECK_FALSE(reads({LeafIndex(1), LeafIndex(1)}));
    }
    TEST_CASE("ValTree06: a ratchet tree ends in a node that is not blank")
    {
        Trio t;
        const auto leaf = t.own_leaf();
        const auto reads = [&](int blanks) {
            return RatchetTree::parse(kSuite, encode([&](auto& writer) {
                       writer.vector([&](codec::Writer& list) {
                           list.u8(1).u8(1);
                           leaf.write(list);
                           for (int i = 0; i < blanks; ++i) list.u8(0);
                       });
                   })).has_value();
        };
        CHECK(reads(0));
        CHECK_FALSE(reads(1));
        CHECK_FALSE(reads(2));
    }
    TEST_CASE("ValTree07: leaves and parents of a ratchet tree take turns")
    {
        const ParentNode parent{Bytes(32, 1), {}, {}};
        const auto bytes = encode([&](auto& writer) {
            writer.vector([&](codec::Writer& list) {
                list.u8(1).u8(2);
                parent.write(list);
            });
        });
        CHECK_FALSE(RatchetTree::parse(kSuite, bytes).has_value());
    }

    TEST_CASE("ValWelcome01: a Welcome is of the suite of our key package")
    {
        Invitation invitation;
        invitation.welcome_suite = kSuite.id() == 0x0003 ? 0x0054 : 0x0003;
        CHECK(invitation.error() == Error::no_matching_key_package);
    }
    TEST_CASE("ValWelcome02: the group is of the suite of the Welcome")
    {
        Invitation invitation;
        invitation.info.group_context.cipher_suite = 1;
        CHECK(invitation.error() == Error::invalid_group_info);
    }
    TEST_CASE("ValWelcome03: the signer of a GroupInfo is a member")
    {
        Invitation invitation;
        invitation.info.signer = LeafIndex(77);
        CHECK(invitation.error() == Error::invalid_group_info);
    }
    TEST_CASE("ValWelcome04: a GroupInfo is signed by its signer")
    {
        Invitation invitation;
        invitation.sign = false;
        invitation.info.signature[0] ^= 1;
        CHECK(invitation.error() == Error::bad_signature);
    }
    TEST_CASE("ValWelcome05: the tree has the hash the GroupInfo says")
    {
        Invitation invitation;
        invitation.info.group_context.tree_hash[0] ^= 1;
        CHECK(invitation.error() == Error::invalid_tree);
    }
    TEST_CASE("ValWelcome06: the tree has our own leaf, as our key package has it")
    {
        Invitation invitation;
        invitation.dave.key_package.leaf_node.signature[0] ^= 1;   // another leaf than the one that was added
        CHECK(invitation.error() == Error::invalid_group_info);
    }
    TEST_CASE("ValWelcome07: the confirmation tag is that of the epoch")
    {
        Invitation invitation;
        invitation.info.confirmation_tag[0] ^= 1;
        CHECK(invitation.error() == Error::bad_confirmation_tag);
    }
    TEST_CASE("ValWelcome08: we are not in the group already")
    {
        Invitation invitation;
        invitation.options.is_known = [](ByteView) { return true; };
        CHECK(invitation.error() == Error::invalid_group_info);
    }
    TEST_CASE("ValWelcome09: a Welcome names one resumption secret of a branch or reinit at most")
    {
        Invitation invitation;
        auto id = PreSharedKeyId::resumption(ResumptionPskUsage::branch, Bytes{1}, Epoch(1));
        id.psk_nonce = Bytes(kSuite.hash_size(), 1);
        invitation.secrets.psks = {id, id};
        CHECK(invitation.error() == Error::invalid_group_info);
    }
    TEST_CASE("ValWelcome10: the nonce of a pre-shared key in a Welcome has KDF.Nh bytes")
    {
        Invitation invitation;
        invitation.secrets.psks = {psk(31)};
        CHECK(invitation.error() == Error::malformed);
    }
    TEST_CASE("ValWelcome11: the path secret of a Welcome is the one of the tree")
    {
        Invitation invitation;
        invitation.secrets.path_secret = PathSecret(base::SecretBytes(32));
        CHECK(invitation.error() == Error::invalid_path);
    }

    TEST_CASE("ValExtension01: a list has one extension of a type")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{GroupContextExtensions{{{kGrease, {}}, {kGrease, {}}}}}), Error::malformed);
    }

    TEST_CASE("what is unknown is carried: values of GREASE in every list, extensions of key packages, leaves and group infos")
    {
        Trio t;
        const auto identity = [&] {
            auto made = make_identity("dave", t.random);
            made.capabilities.versions.push_back(static_cast<ProtocolVersion>(0x0a0a));
            made.capabilities.cipher_suites.push_back(0x1a1a);
            made.capabilities.extensions = {static_cast<ExtensionType>(0x2a2a)};
            made.capabilities.proposals = {static_cast<ProposalType>(0x3a3a)};
            made.capabilities.credentials.push_back(static_cast<CredentialType>(0x4a4a));
            made.extensions = {{static_cast<ExtensionType>(0x2a2a), {1, 2, 3}}};
            return made;
        }();
        const auto dave = generate_key_package(kSuite, identity, t.random, {});
        CommitRequest request;
        request.add.push_back(dave.key_package);
        const auto output = take(t.alice.commit(request, t.random));
        for (auto* group : {&t.alice, &t.bob, &t.carol}) CHECK_FALSE(apply_commit(*group, output.commit).has_value());
        auto joined = take(Group::join(*output.welcome, dave, t.random));
        CHECK(joined.epoch_authenticator() == t.carol.epoch_authenticator());

        Invitation invitation;
        invitation.info.extensions.push_back({kGrease, {9}});
        invitation.info.confirmation_tag[0] ^= 1;
        CHECK(invitation.error() == Error::bad_confirmation_tag);   // got that far, past the extension
    }
    TEST_CASE("a proposal of a kind we do not know is refused with the message that carries it")
    {
        Trio t;
        auto message = t.mallory.say(Proposal{Remove{t.alice.own_leaf()}});
        const Bytes remove{0, 3, 0, 0, 0, 0};
        const auto at = std::search(message.begin(), message.end(), remove.begin(), remove.end());
        REQUIRE(at != message.end());
        at[0] = at[1] = 0x0a;
        t.refuse(message, Error::malformed);
    }
    TEST_CASE("an expired leaf of a member keeps nobody from joining")
    {
        base::SeededRandom random(3);
        auto alice = make_group("alice", random);
        const Lifetime short_lived{UnixSeconds{1000}, UnixSeconds{2000}};
        const auto bob = generate_key_package(kSuite, make_identity("bob", random), random, short_lived);
        CommitRequest request;
        request.add.push_back(bob.key_package);
        request.now = UnixSeconds{2001};
        CHECK(alice.commit(request, random).error() == Error::lifetime_out_of_range);
        request.now = UnixSeconds{1500};
        take(alice.commit(request, random));
        REQUIRE(alice.merge_pending().has_value());
        const auto carol = generate_key_package(kSuite, make_identity("carol", random), random, {UnixSeconds{2500}, UnixSeconds{3500}});
        request.add = {carol.key_package};
        request.now = UnixSeconds{3000};   // bob's leaf has expired since
        const auto welcome = take(alice.commit(request, random)).welcome;
        CHECK(Group::join(*welcome, carol, random).has_value());
    }
}
