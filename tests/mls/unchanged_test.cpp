// Whatever is refused leaves the group exactly as it was: all of its state, in memory and to be stored, is compared.

#include "mls/encode.h"
#include "tests/support/mls_rogue.h"
#include "tests/support/mls_state.h"

#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// Carol has something of everything: past epochs, skipped keys, proposals of her own and of others, a pending commit.
struct Rich {
    base::SeededRandom random{21};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);
    RecordStore store;
    Bytes read_before;       // application messages of this epoch
    Bytes older;             // of the epoch before, not read yet
    Bytes stale_commit;      // of the epoch before
    Bytes expired;           // of an epoch that is no longer kept
    Bytes own_message;
    Bytes own_proposal;
    std::vector<Bytes> fresh;   // good ones, not processed yet: text, proposals, a commit
    std::optional<RogueMember> mallory;   // is bob

    Rich()
    {
        expired = take(alice.encrypt(base::view_of("too old"), {}, random));
        for (std::size_t i = 0; i <= kPastEpochsMax; ++i) {
            older = take(alice.encrypt(base::view_of("old"), {}, random));
            stale_commit = next_epoch();
        }
        take(alice.encrypt(base::view_of("skipped"), {}, random));
        read_before = take(alice.encrypt(base::view_of("read"), {}, random));
        CHECK(take(read_text(carol, read_before)) == "read");
        own_message = take(carol.encrypt(base::view_of("mine"), {}, random));
        fresh.push_back(take(alice.encrypt(base::view_of("fresh"), base::view_of("aad"), random)));
        const auto proposal = take(bob.propose_update(random));
        for (auto* group : {&alice, &carol}) REQUIRE(group->process(proposal).has_value());
        own_proposal = take(carol.propose_update(random));
        for (auto* group : {&alice, &bob}) REQUIRE(group->process(own_proposal).has_value());
        take(carol.commit({}, random));
        mallory = RogueMember::of(bob);
        fresh.push_back(take(alice.propose_update(random)));
        fresh.push_back(take(bob.commit({}, random)).commit);
        carol.flush(store);
    }
    Bytes next_epoch()
    {
        const auto commit = take(alice.commit({}, random)).commit;
        for (auto* group : {&alice, &bob, &carol}) CHECK_FALSE(apply_commit(*group, commit).has_value());
        return commit;
    }
};

class Refusals {
public:
    explicit Refusals(Rich& rich) : m_rich(rich), m_before(whole_state(rich.carol)) {}

    void refuse(ByteView message, std::optional<Error> expected = {})
    {
        const auto processed = m_rich.carol.process(message);
        REQUIRE_FALSE(processed.has_value());
        if (expected) CHECK(static_cast<int>(processed.error()) == static_cast<int>(*expected));
        m_seen.insert(processed.error());
        check_unchanged();
    }
    void check_unchanged() { CHECK(whole_state(m_rich.carol) == m_before); }
    const std::set<Error>& seen() const { return m_seen; }

private:
    Rich& m_rich;
    std::map<std::string, Bytes> m_before;
    std::set<Error> m_seen;
};

}  // namespace

TEST_SUITE("mls.unchanged")
{
    TEST_CASE("the comparison sees every kind of change")
    {
        Rich rich;
        std::set<std::map<std::string, Bytes>> states;
        const auto see = [&] {
            rich.carol.flush(rich.store);
            CHECK(states.insert(whole_state(rich.carol)).second);
        };
        see();
        for (const auto& message : rich.fresh) {
            auto processed = take(rich.carol.process(message));
            if (auto* staged = std::get_if<StagedCommit>(&processed)) REQUIRE(rich.carol.merge(std::move(*staged)).has_value());
            see();
        }
        take(rich.carol.encrypt({}, {}, rich.random));
        see();
        take(rich.carol.propose_update(rich.random));
        see();
        take(rich.carol.commit({}, rich.random));
        see();
        rich.carol.clear_pending_commit();
        see();
        take(rich.carol.commit({}, rich.random));
        see();
        REQUIRE(rich.carol.merge_pending().has_value());
        see();
        CHECK(states.size() == 4 + 6);
    }

    TEST_CASE("the comparison finds a group that was stored and loaded the same")
    {
        Rich rich;
        auto loaded = take(Group::load(rich.store));
        CHECK(whole_state(loaded) == whole_state(rich.carol));
    }

    TEST_CASE("a stale, replayed, foreign or echoed message changes nothing")
    {
        Rich rich;
        Refusals refusals(rich);
        refusals.refuse(rich.read_before, Error::replayed);
        refusals.refuse(rich.stale_commit, Error::stale_epoch);
        refusals.refuse(rich.expired, Error::stale_epoch);
        refusals.refuse(rich.own_message, Error::own_message);
        refusals.refuse(rich.own_proposal, Error::own_message);
        auto other = make_group("dave", rich.random);
        refusals.refuse(take(other.encrypt({}, {}, rich.random)), Error::wrong_group);
        refusals.refuse(make_key_package("dave", rich.random).key_package.serialize(), Error::unsupported_wire_format);
        Rich ahead;
        ahead.next_epoch();
        refusals.refuse(take(ahead.alice.encrypt({}, {}, rich.random)), Error::future_epoch);
    }

    TEST_CASE("a message cut short anywhere, with a byte more or with any bit changed is refused and changes nothing")
    {
        Rich rich;
        Refusals refusals(rich);
        auto messages = rich.fresh;
        messages.push_back(rich.older);
        for (const auto& message : messages) {
            // State is compared for each of the small ones, and now and then for a commit.
            const std::size_t step = message.size() / 300 + 1;
            for (std::size_t size = 0; size < message.size(); size += step) refusals.refuse(ByteView(message).first(size), std::nullopt);
            auto longer = message;
            longer.push_back(0);
            refusals.refuse(longer, Error::malformed);
            for (std::size_t at = 0; at < message.size(); at += step) {
                auto changed = message;
                changed[at] ^= static_cast<std::uint8_t>(1u << rich.random.below(8));
                refusals.refuse(changed, std::nullopt);
            }
        }
        for (const auto error : {Error::malformed, Error::unsupported_version, Error::unsupported_wire_format, Error::wrong_group,
                                 Error::future_epoch, Error::stale_epoch, Error::decryption_failed})
            CHECK(refusals.seen().contains(error));
        for (const auto& message : messages) {   // and none of it was used up
            CHECK(rich.carol.process(message).has_value());
        }
    }

    TEST_CASE("an oversized message changes nothing")
    {
        Rich rich;
        Refusals refusals(rich);
        auto message = rich.fresh[0];
        message.resize(kMessageSizeMax + 1);
        refusals.refuse(message, Error::malformed);
    }

    TEST_CASE("what a member seals rightly but should not say changes nothing")
    {
        Rich rich;
        Refusals refusals(rich);
        const auto& mallory = *rich.mallory;
        const auto signed_commit = [&](std::vector<Proposal> proposals) {
            Commit commit;
            for (auto& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
            return commit;
        };
        const Generation next(1);   // bob's update took the first generation
        Commit unknown;
        unknown.proposals.push_back({ProposalRef(32, 1)});
        const std::vector<std::pair<Commit, Error>> commits{
            {signed_commit({}), Error::path_required},
            {unknown, Error::unknown_proposal},
            {signed_commit({{Remove{mallory.leaf()}}}), Error::invalid_proposal_list},
            {signed_commit({{Remove{LeafIndex(40)}}}), Error::invalid_proposal},
            {signed_commit({{Remove{rich.alice.own_leaf()}}}), Error::path_required},
        };
        for (const auto& [commit, error] : commits) {
            refusals.refuse(mallory.private_message(commit, next), error);
            refusals.refuse(mallory.public_message(Sender::member(mallory.leaf()), commit), error);
        }

        // Shapes no honest member makes.
        const auto proposal = encode([](auto& writer) { Proposal{Remove{LeafIndex(0)}}.write(writer); });
        for (std::size_t size = 0; size <= proposal.size(); ++size)
            refusals.refuse(mallory.private_plaintext(ContentType::proposal, ByteView(proposal).first(size), next), Error::malformed);
        refusals.refuse(mallory.private_plaintext(ContentType::application, {}, Generation(0)), Error::malformed);
        auto padded = encode([](auto& writer) { writer.text("hei").opaque(Bytes(64, 1)).u32(1u); });
        refusals.refuse(mallory.private_plaintext(ContentType::application, padded, Generation(0)), Error::malformed);
        padded.back() = 0;
        refusals.refuse(mallory.private_plaintext(ContentType::application, padded, Generation(0)), Error::bad_signature);

        // Sender data that lies.
        const auto say_as = [&](LeafIndex leaf, Generation told) {
            return mallory.private_plaintext_as(leaf, ContentType::application, padded, Generation(0), told);
        };
        refusals.refuse(say_as(LeafIndex(77), Generation(0)), Error::unknown_sender);
        refusals.refuse(say_as(LeafIndex(3), Generation(0)), Error::unknown_sender);   // blank
        refusals.refuse(say_as(rich.carol.own_leaf(), Generation(0)), Error::own_message);
        refusals.refuse(say_as(rich.alice.own_leaf(), Generation(0)), Error::decryption_failed);
        refusals.refuse(say_as(mallory.leaf(), Generation(kGenerationsAheadMax)), Error::decryption_failed);
        refusals.refuse(say_as(mallory.leaf(), Generation(kGenerationsAheadMax + 1)), Error::generation_too_far);
        refusals.refuse(say_as(mallory.leaf(), Generation(UINT32_MAX)), Error::generation_too_far);

        // The forms of senders.
        const Proposal remove{Remove{LeafIndex(0)}};
        refusals.refuse(mallory.public_message(Sender::member(rich.alice.own_leaf()), remove), Error::bad_signature);
        refusals.refuse(mallory.public_message(Sender::member(LeafIndex(50)), remove), Error::unknown_sender);
        refusals.refuse(mallory.public_message({SenderType::external, 0}, remove), Error::unknown_sender);
        refusals.refuse(mallory.public_message({SenderType::new_member_proposal, 0}, remove), Error::malformed);
        refusals.refuse(mallory.public_message({SenderType::new_member_commit, 0}, signed_commit({})), Error::malformed);
        refusals.refuse(mallory.public_message(Sender::member(mallory.leaf()), ApplicationData(base::view_of("open"))), Error::malformed);
        auto untagged = mallory.public_message(Sender::member(mallory.leaf()), remove);
        untagged.back() ^= 1;
        refusals.refuse(untagged, Error::bad_membership_tag);
    }

    TEST_CASE("calls of our own that are refused change nothing")
    {
        Rich rich;
        auto staged = take(rich.carol.process(rich.fresh[2]));
        rich.next_epoch();
        rich.carol.flush(rich.store);
        Refusals refusals(rich);
        const auto wrong = [&](auto&& result, Error expected) {
            REQUIRE_FALSE(result.has_value());
            CHECK(static_cast<int>(result.error()) == static_cast<int>(expected));
            refusals.check_unchanged();
        };
        wrong(rich.carol.merge(std::get<StagedCommit>(std::move(staged))), Error::wrong_base);
        wrong(rich.carol.merge_pending(), Error::no_pending_commit);
        rich.carol.clear_pending_commit();
        refusals.check_unchanged();

        CommitRequest request;
        request.remove.push_back(rich.carol.own_leaf());
        wrong(rich.carol.commit(request, rich.random), Error::nothing_to_remove);
        request.remove = {LeafIndex(30)};
        wrong(rich.carol.commit(request, rich.random), Error::nothing_to_remove);
        request.remove = {rich.alice.own_leaf(), rich.alice.own_leaf()};
        wrong(rich.carol.commit(request, rich.random), Error::nothing_to_remove);
        request.remove.clear();
        auto newcomer = make_key_package("dave", rich.random);
        request.add = {newcomer.key_package};
        request.add[0].signature[0] ^= 1;
        wrong(rich.carol.commit(request, rich.random), Error::bad_signature);
        request.add[0] = newcomer.key_package;
        request.add.push_back(newcomer.key_package);
        wrong(rich.carol.commit(request, rich.random), Error::invalid_leaf_node);   // the same keys twice
        wrong(rich.carol.propose_remove(LeafIndex(30), rich.random), Error::invalid_proposal);
        wrong(rich.carol.export_secret("label", {}, 100'000), Error::bad_length);
    }
}
