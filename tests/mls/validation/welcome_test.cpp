// Welcomes and GroupInfo (RFC 9420 §12.4.3).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.validation")
{
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
