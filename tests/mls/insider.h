#pragma once
// A member who does not keep to the rules: signs and tags whatever content a test wants, with the keys of a real member.

#include "mls/framing.h"
#include "mls/records.h"
#include "world.h"

namespace sinetti::tests {

struct Insider {
    crypto::SignaturePrivateKey signature_key;
    GroupContext context;
    MembershipKey membership_key;
    LeafIndex leaf;

    // `store` holds the group's records.
    static Insider of(const Group& group, const RecordStore& store)
    {
        const auto record = store.get(records::kEpoch);
        REQUIRE(record.has_value());
        codec::Reader reader(record->view());
        REQUIRE(reader.raw(4).has_value());   // version, suite, membership
        auto key = crypto::SignaturePrivateKey::from_seed(*reader.opaque_view());
        REQUIRE(key.has_value());
        auto group_context = GroupContext::read(reader);
        REQUIRE(group_context.has_value());
        for (int i = 0; i < 4; ++i) REQUIRE(reader.secret().has_value());
        return {std::move(*key), std::move(*group_context), MembershipKey(reader.secret().value()), group.own_leaf()};
    }

    Bytes say(std::variant<ApplicationData, Proposal, Commit> body) const { return say_as(Sender::member(leaf), std::move(body)); }
    Bytes say_as(Sender sender, std::variant<ApplicationData, Proposal, Commit> body) const
    {
        const auto serialized = context.serialize();
        FramedContent content{context.group_id, context.epoch, sender, {}, std::move(body)};
        auto authenticated = AuthenticatedContent::sign(kSuite, WireFormat::public_message, std::move(content), signature_key, serialized);
        authenticated.auth.confirmation_tag = Bytes(kSuite.hash_size(), 7);
        return MlsMessage{protect_public(kSuite, std::move(authenticated), membership_key, serialized)}.serialize();
    }
    Bytes commit(std::vector<Proposal> proposals) const
    {
        Commit commit;
        for (auto& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
        return say(std::move(commit));
    }
};

}  // namespace sinetti::tests
