#include "archive/segment.h"

#include <doctest/doctest.h>

using namespace sinetti;

namespace {

struct Case {
    base::SeededRandom random{7};
    crypto::SignaturePrivateKey identity = crypto::SignaturePrivateKey::generate(random);
    archive::HistoryKey key = archive::history_key_of(identity);
    archive::SegmentName name{random.array<32>(), 20'000, 3};
    archive::LongName long_name{name.device, random.array<32>(), 3};
};

}  // namespace

TEST_SUITE_BEGIN("archive.segment");

TEST_CASE("a segment opens to what was sealed, for every device of the person, and is always of one size")
{
    Case c;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{16'384}, archive::kContentsMax}) {
        const base::Bytes contents(size, 0x41);
        const auto blob = archive::seal_segment(c.key, c.name, contents, c.random);
        CHECK(blob.size() == archive::kSegmentSize);
        const auto opened = archive::open_segment(archive::history_key_of(c.identity), c.name, blob);
        REQUIRE(opened.has_value());
        CHECK(base::equal(opened->view(), contents));
    }
}

TEST_CASE("a segment under another name, of another person, cut off or changed anywhere does not open")
{
    Case c;
    const auto blob = archive::seal_segment(c.key, c.name, base::Bytes(100, 1), c.random);
    auto other = c.name;
    ++other.part;
    CHECK_FALSE(archive::open_segment(c.key, other, blob).has_value());
    other = c.name;
    ++other.day;
    CHECK_FALSE(archive::open_segment(c.key, other, blob).has_value());
    other = c.name;
    ++other.device[0];
    CHECK_FALSE(archive::open_segment(c.key, other, blob).has_value());
    const auto stranger = archive::history_key_of(crypto::SignaturePrivateKey::generate(c.random));
    CHECK_FALSE(archive::open_segment(stranger, c.name, blob).has_value());
    for (const std::size_t size : {std::size_t{0}, std::size_t{24}, blob.size() - 1}) CHECK_FALSE(archive::open_segment(c.key, c.name, base::ByteView(blob).first(size)).has_value());
    for (const std::size_t at : {std::size_t{0}, std::size_t{23}, std::size_t{24}, std::size_t{1000}, blob.size() - 1}) {
        auto changed = blob;
        changed[at] ^= 1;
        CHECK_FALSE(archive::open_segment(c.key, c.name, changed).has_value());
    }
}

TEST_CASE("names of segments differ in every part, and a segment that is written anew is sealed anew")
{
    Case c;
    auto next_part = c.name, next_day = c.name, other_device = c.name;
    ++next_part.part;
    ++next_day.day;
    ++other_device.device[31];
    const auto address = archive::address(c.key, c.name);
    for (const auto& other : {next_part, next_day, other_device}) CHECK(archive::address(c.key, other) != address);
    CHECK(archive::seal_segment(c.key, c.name, {}, c.random) != archive::seal_segment(c.key, c.name, {}, c.random));
}

TEST_CASE("a part of the long history opens under the name of who left it, for whom, and its number, and under no other")
{
    Case c;
    const base::Bytes contents(100, 1);
    const auto blob = archive::seal_segment(c.key, c.long_name, contents, c.random);
    CHECK(blob.size() == archive::kSegmentSize);
    const auto opened = archive::open_segment(archive::history_key_of(c.identity), c.long_name, blob);
    REQUIRE(opened.has_value());
    CHECK(base::equal(opened->view(), contents));
    auto next_part = c.long_name, other_reader = c.long_name, other_device = c.long_name, turned = c.long_name;
    ++next_part.part;
    ++other_reader.reader[0];
    ++other_device.device[31];
    std::swap(turned.device, turned.reader);
    for (const archive::Name& other : {archive::Name(next_part), archive::Name(other_reader), archive::Name(other_device), archive::Name(turned), archive::Name(c.name)}) {
        CHECK_FALSE(archive::open_segment(c.key, other, blob).has_value());
        CHECK(archive::address(c.key, other) != archive::address(c.key, c.long_name));
        CHECK(archive::upload_key(c.key, other) != archive::upload_key(c.key, c.long_name));
    }
}

TEST_SUITE_END();
