// Leaf nodes and key packages (RFC 9420 §7.2, §7.3, §10).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValLeafNode01: a leaf is signed by its key")
    {
        Trio t;   // an Update: a key package is signed as well
        auto changed = t.update_leaf();
        t.sign(changed);
        changed.credential.content.push_back('x');
        t.refuse(t.mallory.say(Proposal{Update{changed}}), Error::bad_signature);
    }

    TEST_CASE("ValLeafNode02: an encryption key is a public key of the suite's KEM")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.encryption_key.pop_back(); }), Error::invalid_leaf_node);
        t.refuse(t.add([](auto& added) { make_none(added.leaf_node.encryption_key); }), Error::invalid_leaf_node);
    }

    TEST_CASE("ValLeafNode03: a leaf lists version mls10")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.capabilities.versions = {static_cast<ProtocolVersion>(0xf0f0)}; }),
                 Error::invalid_leaf_node);
    }

    TEST_CASE("ValLeafNode04: a leaf lists the group's suite")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.capabilities.cipher_suites = {0xf0f0}; }), Error::invalid_leaf_node);
    }

    TEST_CASE("ValLeafNode05: a leaf lists the type of its own credential")
    {
        Trio t;   // a proposal by itself: in a commit ValLeafNode07 would say the same
        const auto changed = t.newcomer_with([](auto& added) { added.leaf_node.credential = {CredentialType::x509, {}}; });
        t.refuse(t.mallory.say(Proposal{Add{changed}}), Error::invalid_leaf_node);
    }

    TEST_CASE("ValLeafNode06: a leaf lists its own extensions")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.leaf_node.extensions.push_back({kUnknown, {}}); }), Error::invalid_leaf_node);
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
        CHECK(validate_members(t.tree(), {{kUnknown, {}}}).error() == Error::invalid_leaf_node);
    }

    TEST_CASE("ValLeafNode09: every member has the required capabilities")
    {
        Trio t;
        for (const auto& required : {RequiredCapabilities{{kUnknown}, {}, {}}, RequiredCapabilities{{}, {static_cast<ProposalType>(0xf0f0)}, {}},
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
        t.refuse(t.add([](auto& added) { added.leaf_node.source = LeafNodeSource::update; }), Error::invalid_key_package);
    }

    TEST_CASE("ValKeyPackage04: an init key is a public key of the suite's KEM")
    {
        Trio t;
        t.refuse(t.add([](auto& added) { added.init_key.pop_back(); }), Error::invalid_key_package);
        t.refuse(t.add([](auto& added) { make_none(added.init_key); }), Error::invalid_key_package);
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
}
