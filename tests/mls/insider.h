#pragma once
// A member who does not keep to the rules: signs and tags whatever content a test wants, with the keys of a real member.

#include "mls/framing.h"
#include "mls/records.h"
#include "tests/mls/world.h"

namespace sinetti::tests {

struct Insider {
    crypto::SignaturePrivateKey signature_key;
    GroupContext context;
    MembershipKey membership_key;
    SenderDataSecret sender_data_secret;
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
        SenderDataSecret sender_data_secret(reader.secret().value());
        for (int i = 0; i < 3; ++i) REQUIRE(reader.secret().has_value());
        MembershipKey membership_key(reader.secret().value());
        return {std::move(*key), std::move(*group_context), std::move(membership_key), std::move(sender_data_secret), group.own_leaf()};
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
    // A PrivateMessage whose sender data is what any member can make it, around a ciphertext that is nothing.
    Bytes sealed_nonsense(LeafIndex claimed, ContentType type, base::Random& random) const
    {
        PrivateMessage message{context.group_id, context.epoch, type, {}, {}, Bytes(64)};
        random.fill(message.ciphertext);
        const auto key = sender_data_key_and_nonce(kSuite, sender_data_secret, message.ciphertext);
        codec::Writer aad;
        aad.opaque(message.group_id).u64(message.epoch.value()).u8(static_cast<std::uint8_t>(type));
        codec::Writer sender_data;
        sender_data.u32(claimed.value()).u32(0).raw(Bytes(4));
        message.encrypted_sender_data = kSuite.aead_seal(key.key.view(), key.nonce.view(), aad.view(), sender_data.view());
        return MlsMessage{std::move(message)}.serialize();
    }
    Bytes commit(std::vector<Proposal> proposals) const
    {
        Commit commit;
        for (auto& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
        return say(std::move(commit));
    }
};

}  // namespace sinetti::tests
