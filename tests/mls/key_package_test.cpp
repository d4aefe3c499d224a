#include "mls/key_package.h"

#include "mls/encode.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

Extension grease(std::uint16_t type)
{
    return {static_cast<ExtensionType>(type), {1, 2, 3}};
}

}  // namespace

TEST_SUITE("mls.key_package")
{
    TEST_CASE("a key package is read as it was written, and is valid")
    {
        base::SeededRandom random(1);
        const auto made = make_key_package("alice", random);
        const auto bytes = made.key_package.serialize();
        const auto read = take(KeyPackage::parse(bytes));
        CHECK(read == made.key_package);
        CHECK(read.validate(std::nullopt).has_value());
        CHECK(read.ref() == made.key_package.ref());
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(KeyPackage::parse(ByteView(bytes).first(size)).has_value());
    }

    TEST_CASE("a key package with any bit of any byte changed is refused")
    {
        base::SeededRandom random(2);
        const auto bytes = make_key_package("alice", random).key_package.serialize();
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            auto changed = bytes;
            changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            const auto read = KeyPackage::parse(changed);
            CHECK_FALSE((read.has_value() && read->validate(std::nullopt).has_value()));
        }
    }

    TEST_CASE("private halves come back from their record, and damaged records do not")
    {
        base::SeededRandom random(3);
        const auto made = make_key_package("alice", random);
        const auto record = made.serialize();
        const auto read = take(KeyPackagePrivate::parse(record.view()));
        CHECK(read.key_package == made.key_package);
        CHECK(read.init_key == made.init_key);
        CHECK(read.encryption_key == made.encryption_key);
        CHECK(read.signature_key.public_key() == made.signature_key.public_key());
        for (std::size_t size = 0; size < record.size(); ++size)
            CHECK(KeyPackagePrivate::parse(record.view().first(size)).error() == Error::bad_record);
        auto newer = record.clone();
        newer.data()[0] = 99;
        CHECK(KeyPackagePrivate::parse(newer.view()).error() == Error::bad_record);
    }

    TEST_CASE("unknown capabilities and extensions are ignored, doubled extensions are not")
    {
        base::SeededRandom random(4);
        const auto identity = make_identity("alice", random);
        auto key_package = generate_key_package(kSuite, identity, random, Lifetime{}).key_package;
        auto& leaf = key_package.leaf_node;
        leaf.capabilities.cipher_suites.push_back(0xf00a);
        leaf.capabilities.proposals.push_back(static_cast<ProposalType>(0xf01a));
        leaf.capabilities.credentials.push_back(static_cast<CredentialType>(0xf02a));
        leaf.capabilities.extensions.push_back(static_cast<ExtensionType>(0xf03a));
        leaf.extensions.push_back(grease(0xf03a));
        leaf.sign(kSuite, identity.signature_key, std::nullopt);
        key_package.extensions.push_back(grease(0xf04a));
        CHECK(key_package.validate(std::nullopt).error() == Error::bad_signature);   // the outer one is the old one still
        CHECK(leaf.verify(kSuite, std::nullopt).has_value());
        CHECK(take(KeyPackage::parse(key_package.serialize())) == key_package);

        key_package.extensions.push_back(grease(0xf04a));
        CHECK(KeyPackage::parse(key_package.serialize()).error() == Error::malformed);
        leaf.extensions.push_back(grease(0xf05a));   // not among its capabilities
        leaf.sign(kSuite, identity.signature_key, std::nullopt);
        CHECK(key_package.validate(std::nullopt).error() == Error::invalid_leaf_node);
    }

    TEST_CASE("of several key packages behind one another those of our suites are read, and what is cut or no key package is refused")
    {
        base::SeededRandom random(9);
        const auto identity = make_identity("alice", random);
        std::vector<KeyPackage> made;
        Bytes published;
        for (const auto suite : CipherSuite::all()) {
            made.push_back(generate_key_package(suite, identity, random, Lifetime{}).key_package);
            const auto message = made.back().serialize();
            published.insert(published.end(), message.begin(), message.end());
        }
        CHECK(take(KeyPackage::parse_all(published)) == made);
        CHECK(take(KeyPackage::parse_all(made[0].serialize())).size() == 1);   // as one was published before there were several
        CHECK(take(KeyPackage::parse_all({})).empty());
        const auto first = made[0].serialize().size();
        const auto second = first + made[1].serialize().size();
        for (std::size_t size = 1; size < published.size(); ++size)
            if (size != first && size != second) CHECK(KeyPackage::parse_all(ByteView(published).first(size)).error() == Error::malformed);

        auto unknown = made[0];
        unknown.cipher_suite = 0x0a0a;
        auto mixed = unknown.serialize();
        mixed.insert(mixed.end(), published.begin(), published.end());
        CHECK(take(KeyPackage::parse_all(mixed)) == made);
        published[first + 3] = static_cast<std::uint8_t>(WireFormat::welcome);
        CHECK(KeyPackage::parse_all(published).error() == Error::unsupported_wire_format);
    }

    TEST_CASE("only suites we have are parsed")
    {
        base::SeededRandom random(5);
        auto key_package = make_key_package("alice", random).key_package;
        key_package.cipher_suite = 1;
        CHECK(KeyPackage::parse(key_package.serialize()).error() == Error::unsupported_suite);
        CHECK(key_package.validate(std::nullopt).error() == Error::unsupported_suite);
    }
}
