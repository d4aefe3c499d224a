#include "tests/fuzz/mls_world.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::fuzz;

namespace {

struct World {
    Records bob;
    std::vector<base::Bytes> messages;
};

const World& world()
{
    static const World made = [] {
        World result;
        base::SeededRandom random(1);
        auto group = make_live_group(random);
        group.bob.flush(result.bob);
        const auto keep = [&](Result<Bytes>&& message) {
            CHECK_INVARIANT(message.has_value());
            result.messages.push_back(std::move(*message));
        };
        keep(group.alice.encrypt(base::view_of("hei"), base::view_of("aad"), random));
        keep(group.alice.encrypt(base::Bytes(500, 1), {}, random));
        keep(group.bob.encrypt(base::view_of("hei vain"), {}, random));
        CommitRequest request;
        request.add.push_back(person(5).key_package);
        const auto output = group.alice.commit(request, random);
        CHECK_INVARIANT(output.has_value() && output->welcome.has_value());
        result.messages.push_back(output->commit);
        result.messages.push_back(*output->welcome);
        result.messages.push_back(person(6).key_package.serialize());

        // A public message that is rightly signed, from somebody who may propose to join.
        const auto newcomer = person(7);
        FramedContent content{Bytes(32, 9), group.bob.epoch(), {SenderType::new_member_proposal, 0}, {}, Proposal{Add{newcomer.key_package}}};
        MlsMessage message{PublicMessage{}};
        auto signed_content = AuthenticatedContent::sign(kSuite, WireFormat::public_message, std::move(content), newcomer.signature_key, {});
        message.body = protect_public(kSuite, std::move(signed_content), MembershipKey(), {});
        result.messages.push_back(message.serialize());
        return result;
    }();
    return made;
}

// Bob receives it. Nothing of his changes when it fails.
void process(base::ByteView input)
{
    static std::optional<Group> bob;
    if (!bob) {
        auto loaded = Group::load(world().bob);
        CHECK_INVARIANT(loaded.has_value());
        bob.emplace(std::move(*loaded));
    }
    const auto epoch = bob->epoch();
    auto processed = bob->process(input);
    Records changes;
    bob->flush(changes);
    CHECK_INVARIANT(bob->epoch() == epoch);
    CHECK_INVARIANT(processed.has_value() || changes.changes == 0);
    if (!processed.has_value()) return;
    if (auto* staged = std::get_if<StagedCommit>(&*processed)) CHECK_INVARIANT(bob->merge(std::move(*staged)).has_value());
    bob.reset();   // the next input finds him as he was
}

// There is one encoding of every message. A Welcome is nobody's here but person 5's.
void run(base::ByteView input)
{
    if (const auto message = MlsMessage::parse(input)) CHECK_INVARIANT(base::equal(message->serialize(), input));
    if (const auto key_package = KeyPackage::parse(input)) {
        CHECK_INVARIANT(base::equal(key_package->serialize(), input));
        (void)key_package->validate(std::nullopt);
        (void)key_package->validate(UnixSeconds{1'700'000'000});
    }
    (void)peek(input);
    process(input);
    base::SeededRandom random(2);
    static const auto invited = person(5);
    (void)Group::join(input, invited, random);
}

std::vector<base::Bytes> seeds()
{
    return world().messages;
}

const fuzz::Target kTarget("mls_message", run, seeds);

}  // namespace
