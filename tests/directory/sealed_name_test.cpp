#include "directory/sealed_name.h"

#include "base/random.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;

TEST_SUITE_BEGIN("directory.sealed_name");

TEST_CASE("a name opens under its key, and every sealed name has the same size")
{
    base::SeededRandom random(3);
    const DirectoryKey key(base::Bytes(32, 1));
    for (const Name& name : {Name{"Åsa Öhman", "statsråd"}, Name{"A", ""}, Name{std::string(100, 'x'), std::string(20, 'y')}}) {
        const auto sealed = seal_name(key, NameOf::person, name, random);
        REQUIRE(sealed.has_value());
        CHECK(sealed->size() == kSealedNameSize);
        CHECK(*open_name(key, NameOf::person, *sealed) == name);
    }
}

TEST_CASE("a name does not open under another key or label, nor damaged")
{
    base::SeededRandom random(3);
    const DirectoryKey key(base::Bytes(32, 1));
    const auto sealed = *seal_name(key, NameOf::person, {"Anna", ""}, random);
    CHECK(open_name(DirectoryKey(base::Bytes(32, 2)), NameOf::person, sealed).error() == Error::open_failed);
    CHECK(open_name(key, NameOf::organisation, sealed).error() == Error::open_failed);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto damaged = sealed;
        damaged[i] ^= 0x80;
        CHECK(open_name(key, NameOf::person, damaged).error() == Error::open_failed);
        CHECK(open_name(key, NameOf::person, base::ByteView(sealed).first(i)).error() == Error::malformed);
    }
}

TEST_CASE("a name that is too long, empty or no text is refused")
{
    base::SeededRandom random(3);
    const DirectoryKey key(base::Bytes(32, 1));
    CHECK(seal_name(key, NameOf::person, {std::string(125, 'x'), ""}, random).has_value());
    CHECK(seal_name(key, NameOf::person, {std::string(126, 'x'), ""}, random).error() == Error::name_too_long);
    CHECK(seal_name(key, NameOf::person, {std::string(4096, 'x'), ""}, random).error() == Error::name_too_long);
    CHECK(seal_name(key, NameOf::person, {"", "minister"}, random).error() == Error::malformed);
    CHECK(seal_name(key, NameOf::person, {"\xff", ""}, random).error() == Error::malformed);
}
