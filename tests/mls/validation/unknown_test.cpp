// Extensions, and what we do not know (RFC 9420 §13).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValExtension01: a list has one extension of a type")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{GroupContextExtensions{{{kUnknown, {}}, {kUnknown, {}}}}}), Error::malformed);
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
        invitation.info.extensions.push_back({kUnknown, {9}});
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
}
