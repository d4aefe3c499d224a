#include "store/record_sealer.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::store;

namespace {

RecordSealer sealer_of(std::uint8_t key_byte)
{
    return RecordSealer(MasterKey(base::ByteView(base::Bytes(32, key_byte))));
}

}  // namespace

TEST_SUITE("store.record_sealer")
{
    TEST_CASE("what was sealed opens again with its name")
    {
        base::SeededRandom random(1);
        const auto sealer = sealer_of(1);
        for (const auto size : {0u, 1u, 1000u, 100'000u}) {
            const base::Bytes value(size, 42);
            const auto write = sealer.seal("message/ab/7", value, random);
            CHECK(write.id == sealer.id("message/ab/7"));
            const auto opened = sealer.open(write.id, *write.value);
            REQUIRE(opened.has_value());
            CHECK(opened->name == "message/ab/7");
            CHECK(base::equal(opened->value.view(), value));
        }
        CHECK_FALSE(sealer.erase("message/ab/7").value.has_value());
    }

    TEST_CASE("the same record sealed twice looks different; ids do not depend on the value and differ between vaults")
    {
        base::SeededRandom random(2);
        const auto sealer = sealer_of(1);
        CHECK(sealer.seal("a", base::Bytes{1}, random).value != sealer.seal("a", base::Bytes{1}, random).value);
        CHECK(sealer.id("a") != sealer.id("b"));
        CHECK(sealer.id("a") != sealer_of(2).id("a"));
    }

    TEST_CASE("altered, cut, swapped or foreign records are damaged")
    {
        base::SeededRandom random(3);
        const auto sealer = sealer_of(1);
        const auto write = sealer.seal("name", base::Bytes(50, 7), random);
        for (std::size_t i = 0; i < write.value->size(); ++i) {
            auto altered = *write.value;
            altered[i] ^= 0x10;
            CHECK(sealer.open(write.id, altered).error() == Error::damaged);
            CHECK(sealer.open(write.id, base::ByteView(*write.value).first(i)).error() == Error::damaged);
        }
        CHECK(sealer.open(sealer.id("other"), *write.value).error() == Error::damaged);
        CHECK(sealer_of(2).open(write.id, *write.value).error() == Error::damaged);
    }

    TEST_CASE("a vault opens whole or not at all")
    {
        base::SeededRandom random(4);
        const auto sealer = sealer_of(1);
        std::vector<StoredRecord> stored{{kVaultHeaderId, base::Bytes{1, 2, 3}}};
        for (const auto* name : {"a", "b", "c"}) {
            auto write = sealer.seal(name, base::view_of(name), random);
            stored.push_back({write.id, std::move(*write.value)});
        }
        const auto records = open_records(sealer, stored);
        REQUIRE(records.has_value());
        CHECK(records->size() == 3);
        CHECK(base::equal(records->at("b").view(), base::view_of("b")));
        stored.back().value.back() ^= 1;
        CHECK(open_records(sealer, stored).error() == Error::damaged);
    }
}
