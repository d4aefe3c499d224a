// Message framing (RFC 9420 §6).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

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
}
