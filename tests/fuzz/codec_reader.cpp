#include "codec/reader.h"

#include "codec/writer.h"
#include "tests/fuzz/target.h"

using namespace sinetti;

namespace {

// The input is a list of steps, each a byte that says what to read and then its encoding. There is one encoding of every
// value, so writing what was read gives the same bytes.
codec::Result<void> read_all(codec::Reader& reader, codec::Writer& writer, int depth)
{
    while (!reader.empty()) {
        const auto step = TRY(reader.u8());
        writer.u8(step);
        switch (step % 10) {
        case 0: writer.u8(TRY(reader.u8())); break;
        case 1: writer.u16(TRY(reader.u16())); break;
        case 2: writer.u32(TRY(reader.u32())); break;
        case 3: writer.u64(TRY(reader.u64())); break;
        case 4: writer.varint(TRY(reader.varint())); break;
        case 5: writer.opaque(TRY(reader.opaque(1000))); break;
        case 6: writer.opaque(TRY(reader.secret(1000)).view()); break;
        case 7: writer.text(TRY(reader.text(1000))); break;
        case 8: writer.optional_marker(TRY(reader.optional_marker())); break;
        default: {
            auto inner = TRY(reader.vector());
            codec::Writer inner_writer;
            if (depth < 8) {
                TRY(read_all(inner, inner_writer, depth + 1));
                TRY(inner.finish());
            } else {
                inner_writer.raw(inner.rest());
            }
            writer.opaque(inner_writer.view());
        }
        }
    }
    return {};
}

void run(base::ByteView input)
{
    codec::Reader reader(input);
    codec::Writer writer;
    const auto read = read_all(reader, writer, 0);
    CHECK_INVARIANT(reader.consumed() <= input.size());
    CHECK_INVARIANT(writer.view().size() <= input.size());
    if (read.has_value()) CHECK_INVARIANT(base::equal(writer.view(), input));
}

std::vector<base::Bytes> seeds()
{
    codec::Writer writer;
    writer.u8(0).u8(7).u8(1).u16(300).u8(2).u32(70000).u8(3).u64(1ull << 40).u8(4).varint(100).u8(4).varint(20000);
    writer.u8(5).opaque(base::Bytes(80, 1)).u8(6).opaque(base::Bytes(5, 2)).u8(7).text("hyvää päivää").u8(8).optional_marker(true);
    codec::Writer nested;
    nested.u8(9).vector([&](codec::Writer& inner) { inner.raw(writer.view()).u8(9).opaque({}); });
    return {base::to_bytes(writer.view()), base::to_bytes(nested.view()), {}};
}

const fuzz::Target kTarget("codec_reader", run, seeds);

}  // namespace
