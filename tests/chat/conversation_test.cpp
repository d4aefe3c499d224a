#include "chat/conversation.h"
#include "mls/group_extensions.h"
#include "tests/mls/world.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("chat.conversation")
{
    TEST_CASE("a commit that ends the group, changes what it requires or comes from outside is no commit of ours; one that adds, removes or refreshes is")
    {
        base::SeededRandom random(1);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        const auto is_ours = [&](const CommitRequest& request) {
            const auto commit = take(alice.commit(request, random)).commit;
            auto processed = take(bob.process(commit));
            const bool is_one = chat::changes_members_alone(bob, std::get<StagedCommit>(processed));
            alice.clear_pending_commit();
            return is_one;
        };
        const auto newcomer = make_key_package("carol", random);
        CommitRequest add;
        add.add.push_back(newcomer.key_package);
        CHECK(is_ours(add));
        CHECK(is_ours(CommitRequest{}));

        CommitRequest ends;
        ends.reinit = ReInit{base::to_bytes(base::view_of("another")), ProtocolVersion::mls10, kSuite.id(), {}};
        CHECK_FALSE(is_ours(ends));
        const ExternalSender outsider{base::to_bytes(crypto::SignaturePrivateKey::generate(random).public_key()), Credential::basic(base::view_of("outsider"))};
        CommitRequest changes;
        changes.group_context_extensions = Extensions{external_senders_extension(std::span(&outsider, 1))};
        CHECK_FALSE(is_ours(changes));

        const auto external = take(Group::join_external(take(alice.group_info()), make_identity("dave", random), random));
        auto processed = take(bob.process(external.commit));
        CHECK_FALSE(chat::changes_members_alone(bob, std::get<StagedCommit>(processed)));
    }
}
