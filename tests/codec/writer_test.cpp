#include "codec/writer.h"

#include "codec/reader.h"

#include <doctest/doctest.h>

using namespace sinetti;

TEST_SUITE_BEGIN("codec.writer");

TEST_CASE("a secret writer writes what a public one writes")
{
    const auto write = [](auto& writer) {
        writer.u8(1).u16(2).u32(3).u64(4).opaque(base::view_of("opaque")).text("text").optional_marker(true).raw(base::Bytes(100, 5));
        writer.vector([](auto& inner) { inner.vector([](auto& innermost) { innermost.u16(6); }); });
    };
    codec::Writer plain;
    codec::SecretWriter secret;
    write(plain);
    write(secret);
    CHECK(base::equal(plain.view(), secret.view()));
    const base::SecretBytes taken = std::move(secret).take();
    CHECK(base::equal(taken.view(), plain.view()));
}

TEST_CASE("a vector stands behind its length in bytes")
{
    codec::Writer writer;
    writer.vector([](codec::Writer& inner) {
        for (std::uint16_t i = 0; i < 40; ++i) inner.u16(i);
    });
    CHECK(writer.view().size() == 2 + 80);
    codec::Reader reader(writer.view());
    auto inner = reader.vector().value();
    CHECK(inner.rest().size() == 80);
    CHECK(reader.finish().has_value());
}

TEST_CASE("nothing written is nothing")
{
    codec::Writer writer;
    CHECK(writer.view().empty());
    writer.opaque({});
    CHECK(base::equal(writer.view(), base::Bytes{0}));
}

TEST_SUITE_END();
