#include "platform/record_batch.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::platform;

namespace {

store::RecordId id_of(std::uint8_t fill)
{
    store::RecordId id;
    id.fill(fill);
    return id;
}

}  // namespace

TEST_SUITE("platform.record_batch") {

TEST_CASE("a batch has id, little-endian length and bytes, and a mark for what is erased")
{
    const auto bytes = encode_writes({{id_of(1), base::Bytes{7, 8}}, {id_of(2), std::nullopt}, {id_of(3), base::Bytes{}}});
    base::Bytes expected(32, 1);
    expected.insert(expected.end(), {2, 0, 0, 0, 7, 8});
    expected.insert(expected.end(), 32, 2);
    expected.insert(expected.end(), {0xff, 0xff, 0xff, 0xff});
    expected.insert(expected.end(), 32, 3);
    expected.insert(expected.end(), {0, 0, 0, 0});
    CHECK(bytes == expected);
}

TEST_CASE("records come back as they were written")
{
    base::Bytes large(70'000, 0xab);
    const auto records = decode_records(encode_writes({{id_of(1), large}, {id_of(2), base::Bytes{}}}));
    REQUIRE(records.has_value());
    REQUIRE(records->size() == 2);
    CHECK((*records)[0].id == id_of(1));
    CHECK((*records)[0].value == large);
    CHECK((*records)[1].id == id_of(2));
    CHECK((*records)[1].value.empty());
}

TEST_CASE("records cut anywhere but between two of them are refused")
{
    const auto bytes = encode_writes({{id_of(1), base::Bytes{1, 2, 3}}, {id_of(2), base::Bytes{4}}});
    const std::size_t first = 32 + 4 + 3;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const bool whole = size == 0 || size == first || size == bytes.size();
        CHECK(decode_records(base::ByteView(bytes).first(size)).has_value() == whole);
    }
}

TEST_CASE("a length beyond the end is refused without allocating it")
{
    base::Bytes bytes(32, 1);
    bytes.insert(bytes.end(), {0xff, 0xff, 0xff, 0xff});
    CHECK(!decode_records(bytes).has_value());
}

}
