#pragma once
// A group of three that listens to a service outside it.

#include "mls/group_extensions.h"
#include "world.h"

namespace sinetti::tests {

struct Three {
    base::SeededRandom random{21};
    crypto::SignaturePrivateKey service = crypto::SignaturePrivateKey::generate(random);
    Group alice = take(Group::create(kSuite, Bytes(16, 3), make_identity("alice", random), random, {{external_senders()}, {}}));
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);

    Extension external_senders() const
    {
        const ExternalSender sender{base::to_bytes(service.public_key()), Credential::basic(base::view_of("service"))};
        return external_senders_extension(std::span(&sender, 1));
    }
    std::vector<Group*> all() { return {&alice, &bob, &carol}; }
    void hear(ByteView message, std::vector<Group*> listeners)
    {
        for (auto* group : listeners) CHECK(std::holds_alternative<ReceivedProposal>(take(group->process(message))));
    }
    void agree(std::vector<Group*> groups)
    {
        for (auto* group : groups) {
            CHECK(group->epoch() == groups[0]->epoch());
            CHECK(group->epoch_authenticator() == groups[0]->epoch_authenticator());
            CHECK(group->members() == groups[0]->members());
            CHECK(group->extensions() == groups[0]->extensions());
        }
    }
    // Alice commits, the others follow.
    void commit(CommitRequest&& request, const PskSource* psks = nullptr) { commit(request, psks); }
    void commit(CommitRequest& request, const PskSource* psks = nullptr)
    {
        request.psks = psks;
        const auto output = take(alice.commit(request, random));
        REQUIRE(alice.merge_pending().has_value());
        for (auto* group : {&bob, &carol}) {
            auto processed = take(group->process(output.commit, psks));
            REQUIRE(group->merge(std::get<StagedCommit>(std::move(processed))).has_value());
        }
        agree(all());
    }
};

inline constexpr WireFormat kFormats[] = {WireFormat::private_message, WireFormat::public_message};

}  // namespace sinetti::tests
