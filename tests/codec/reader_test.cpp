#include "codec/reader.h"

#include "codec/writer.h"
#include "tests/support/vectors.h"

#include <doctest/doctest.h>
#include <string>

using namespace sinetti;
using codec::Error;
using codec::Reader;

namespace {

template<typename T>
bool failed_with(const codec::Result<T>& result, Error error)
{
    return !result.has_value() && result.error() == error;
}

codec::Result<std::uint32_t> read_varint(const base::Bytes& bytes)
{
    Reader reader(bytes);
    const auto value = TRY(reader.varint());
    TRY(reader.finish());
    return value;
}

// One of everything the presentation language has.
struct Sample {
    std::uint8_t small = 0;
    std::uint16_t medium = 0;
    std::uint32_t large = 0;
    std::uint64_t huge = 0;
    base::ByteArray<4> fixed{};
    base::Bytes opaque;
    std::string text;
    std::optional<std::uint16_t> maybe;
    std::vector<std::uint32_t> numbers;
    friend bool operator==(const Sample&, const Sample&) = default;
};

base::Bytes encode(const Sample& sample)
{
    codec::Writer writer;
    writer.u8(sample.small).u16(sample.medium).u32(sample.large).u64(sample.huge).raw(sample.fixed).opaque(sample.opaque).text(sample.text);
    writer.optional_marker(sample.maybe.has_value());
    if (sample.maybe) writer.u16(*sample.maybe);
    writer.vector([&](codec::Writer& inner) {
        for (const auto number : sample.numbers) inner.u32(number);
    });
    return std::move(writer).take();
}

codec::Result<Sample> decode(base::ByteView bytes)
{
    Reader reader(bytes);
    Sample sample;
    sample.small = TRY(reader.u8());
    sample.medium = TRY(reader.u16());
    sample.large = TRY(reader.u32());
    sample.huge = TRY(reader.u64());
    sample.fixed = TRY(reader.array<4>());
    sample.opaque = TRY(reader.opaque(1000));
    sample.text = TRY(reader.text(100));
    if (TRY(reader.optional_marker())) sample.maybe = TRY(reader.u16());
    auto numbers = TRY(reader.vector(400));
    while (!numbers.empty()) sample.numbers.push_back(TRY(numbers.u32()));
    TRY(reader.finish());
    return sample;
}

Sample sample_value()
{
    Sample sample;
    sample.small = 0x01;
    sample.medium = 0x0203;
    sample.large = 0x04050607;
    sample.huge = 0x08090a0b0c0d0e0f;
    sample.fixed = {1, 2, 3, 4};
    sample.opaque = base::Bytes(70, 9);
    sample.text = "hyvää päivää";
    sample.maybe = 0xffff;
    sample.numbers = {1, 2, 0xffffffff};
    return sample;
}

}  // namespace

TEST_SUITE_BEGIN("codec.reader");

TEST_CASE("the examples of RFC 9420 §2.1.2 decode to their values")
{
    CHECK(read_varint({0x9d, 0x7f, 0x3e, 0x7d}).value() == 494878333);
    CHECK(read_varint({0x7b, 0xbd}).value() == 15293);
    CHECK(read_varint({0x25}).value() == 37);
}

TEST_CASE("lengths go there and back in the smallest form at every boundary")
{
    const std::pair<std::uint32_t, std::size_t> sizes[] = {{0, 1}, {1, 1}, {63, 1}, {64, 2}, {65, 2}, {16383, 2}, {16384, 4}, {(1u << 30) - 1, 4}};
    for (const auto& [value, size] : sizes) {
        CAPTURE(value);
        codec::Writer writer;
        writer.varint(value);
        CHECK(writer.view().size() == size);
        CHECK(read_varint(base::to_bytes(writer.view())).value() == value);
        for (std::size_t cut = 0; cut < size; ++cut) CHECK(failed_with(read_varint(base::to_bytes(writer.view().first(cut))), Error::truncated));
    }
}

TEST_CASE("a length that is not in its smallest form, or has the prefix 3, is refused")
{
    for (std::uint32_t value = 0; value < 64; ++value) {
        CHECK(failed_with(read_varint({0x40, static_cast<std::uint8_t>(value)}), Error::bad_length));
        CHECK(failed_with(read_varint({0x80, 0, 0, static_cast<std::uint8_t>(value)}), Error::bad_length));
    }
    CHECK(failed_with(read_varint({0x80, 0x00, 0x3f, 0xff}), Error::bad_length));
    CHECK(read_varint({0x80, 0x00, 0x40, 0x00}).value() == 16384);
    CHECK(read_varint({0x40, 0x40}).value() == 64);
    for (unsigned first = 0xc0; first <= 0xff; ++first) {
        const auto byte = static_cast<std::uint8_t>(first);
        CHECK(failed_with(read_varint({byte}), Error::bad_length));
        CHECK(failed_with(read_varint({byte, 0, 0, 0, 0, 0, 0, 0}), Error::bad_length));
    }
}

TEST_CASE("of all two-byte inputs exactly one decodes to each length they can hold")
{
    std::size_t ones = 0;
    std::size_t twos = 0;
    for (unsigned high = 0; high < 256; ++high) {
        for (unsigned low = 0; low < 256; ++low) {
            const base::Bytes bytes{static_cast<std::uint8_t>(high), static_cast<std::uint8_t>(low)};
            Reader reader(bytes);
            const auto value = reader.varint();
            if (!value) continue;
            ++(reader.empty() ? twos : ones);
            codec::Writer writer;
            writer.varint(*value);
            if (!base::equal(writer.view(), base::ByteView(bytes).first(reader.consumed()))) FAIL_CHECK("two forms of ", *value);
        }
    }
    CHECK(ones == 64 * 256);
    CHECK(twos == 16384 - 64);
}

TEST_CASE("MLS vectors: length headers") { tests::run_vectors("mls/deserialization.json"); }

TEST_CASE("everything that is written reads back the same")
{
    auto sample = sample_value();
    CHECK(decode(encode(sample)).value() == sample);
    sample.maybe.reset();
    sample.opaque.clear();
    sample.text.clear();
    sample.numbers.clear();
    CHECK(decode(encode(sample)).value() == sample);
}

TEST_CASE("an encoding cut at any byte is an error, and so is one with a byte too many")
{
    const auto bytes = encode(sample_value());
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(failed_with(decode(base::ByteView(bytes).first(size)), Error::truncated));
    auto longer = bytes;
    longer.push_back(0);
    CHECK(failed_with(decode(longer), Error::trailing_bytes));
}

TEST_CASE("integers are big-endian")
{
    const base::Bytes bytes{1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(Reader(bytes).u8().value() == 0x01);
    CHECK(Reader(bytes).u16().value() == 0x0102);
    CHECK(Reader(bytes).u32().value() == 0x01020304);
    CHECK(Reader(bytes).u64().value() == 0x0102030405060708);
    codec::Writer writer;
    writer.u64(0x0102030405060708);
    CHECK(base::equal(writer.view(), bytes));
}

TEST_CASE("a limit is checked before the length is believed")
{
    // A length of 2^30 - 1 with nothing behind it: above the limit it is too large, below it the input ends.
    const base::Bytes huge{0xbf, 0xff, 0xff, 0xff};
    CHECK(failed_with(Reader(huge).opaque(1000), Error::too_large));
    CHECK(failed_with(Reader(huge).secret(1000), Error::too_large));
    CHECK(failed_with(Reader(huge).text(1000), Error::too_large));
    CHECK(failed_with(Reader(huge).vector(1000), Error::too_large));
    CHECK(failed_with(Reader(huge).opaque(), Error::truncated));
    CHECK(failed_with(Reader(huge).secret(), Error::truncated));
    const base::Bytes three{3, 'a', 'b', 'c'};
    CHECK(Reader(three).opaque(3).value() == base::Bytes{'a', 'b', 'c'});
    CHECK(failed_with(Reader(three).opaque(2), Error::too_large));
    CHECK(Reader(three).text(3).value() == "abc");
    CHECK(base::equal(Reader(three).secret(3).value().view(), base::view_of("abc")));
    CHECK(failed_with(Reader(three).raw(SIZE_MAX), Error::truncated));
}

TEST_CASE("text must be UTF-8")
{
    const base::Bytes bad{2, 0xc3, 0x28};
    CHECK(failed_with(Reader(bad).text(10), Error::bad_value));
    const base::Bytes cut{1, 0xc3};
    CHECK(failed_with(Reader(cut).text(10), Error::bad_value));
}

TEST_CASE("an optional marker is 0 or 1")
{
    for (unsigned value = 0; value < 256; ++value) {
        const base::Bytes bytes{static_cast<std::uint8_t>(value)};
        const auto marker = Reader(bytes).optional_marker();
        if (value < 2)
            CHECK(marker.value() == (value == 1));
        else
            CHECK(failed_with(marker, Error::bad_value));
    }
}

TEST_CASE("a vector's reader sees its own bytes only")
{
    const base::Bytes bytes{3, 0, 1, 2, 9};
    Reader reader(bytes);
    auto inner = reader.vector().value();
    CHECK(inner.u16().value() == 1);
    CHECK(failed_with(inner.u16(), Error::truncated));
    CHECK(reader.u8().value() == 9);
    CHECK(reader.empty());
    CHECK(reader.consumed() == bytes.size());
    CHECK(reader.finish().has_value());
}

TEST_CASE("a failed read consumes nothing that a whole value would have begun with")
{
    const base::Bytes bytes{1, 2, 3};
    Reader reader(bytes);
    CHECK(failed_with(reader.u32(), Error::truncated));
    CHECK(reader.consumed() == 0);
    CHECK(reader.u16().value() == 0x0102);
    CHECK(base::equal(reader.rest(), base::Bytes{3}));
}

TEST_SUITE_END();
