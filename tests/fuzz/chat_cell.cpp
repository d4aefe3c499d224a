#include "chat/cells.h"
#include "chat/cell_window.h"
#include "chat/fragments.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "tests/fuzz/target.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

const SenderSecret kSecret{base::Bytes(32, 1)};
constexpr std::uint32_t kBoard = 1;

// A cell that opens and holds anything at all, as a member who follows no rule can make it (docs/protocol.md, cells).
base::Bytes cell_with(std::uint64_t counter, base::ByteView plaintext)
{
    base::Bytes padded = base::to_bytes(plaintext.first(std::min(plaintext.size(), kCellPlaintextSize)));
    padded.resize(kCellPlaintextSize);
    const auto tag = cell_tag(kSecret, counter);
    codec::Writer key_info;
    key_info.raw(base::view_of("key")).u64(counter);
    const auto key = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, kSecret.view(), key_info.view(), 32);
    codec::Writer aad;
    aad.u32(kBoard).raw(tag);
    auto cell = base::to_bytes(tag);
    const auto sealed = crypto::aead_seal(key.value().view(), base::ByteArray<12>{}, aad.view(), padded);
    cell.insert(cell.end(), sealed.begin(), sealed.end());
    return cell;
}

// A sender's run of cells. Each step of the input: how many bytes, and they are the plaintext of the next cell.
void run(base::ByteView input)
{
    CHECK_INVARIANT(!open_cell(kSecret, 0, kBoard, input).has_value());
    codec::Reader window_reader(input);
    (void)CellWindow::read(window_reader);

    Reassembler reassembler;
    CellWindow window;
    codec::Reader reader(input);
    for (std::uint64_t counter = 0; counter < 64 && !reader.empty(); ++counter) {
        const auto plaintext = reader.opaque(kCellPlaintextSize);
        if (!plaintext) return;
        const auto cell = cell_with(counter, *plaintext);
        CHECK_INVARIANT(cell.size() == wire::kCellSize && window.is_watched(counter));
        (void)window.mark_seen(counter);
        CHECK_INVARIANT(!open_cell(kSecret, counter, kBoard + 1, cell).has_value());
        CHECK_INVARIANT(!open_cell(kSecret, counter + 1, kBoard, cell).has_value());
        auto fragment = open_cell(kSecret, counter, kBoard, cell);
        if (!fragment) continue;
        CHECK_INVARIANT(fragment->count > 0 && fragment->count <= kFragmentsMax && fragment->index < fragment->count);
        CHECK_INVARIANT(fragment->data.size() <= kFragmentDataMax);
        const auto added = reassembler.add(std::move(*fragment));
        CHECK_INVARIANT(!added.complete || added.complete->size() <= kPayloadMax);
        CHECK_INVARIANT(reassembler.partials().size() <= kPartialMessagesMax);
    }
}

base::Bytes plaintext_of(const Fragment& fragment)
{
    codec::Writer writer;
    writer.raw(fragment.message).u16(fragment.index).u16(fragment.count).u16(static_cast<std::uint16_t>(fragment.data.size())).raw(fragment.data);
    return std::move(writer).take();
}

std::vector<base::Bytes> seeds()
{
    codec::Writer one;
    codec::Writer many;
    codec::Writer mixed;
    const auto short_message = split(MessageNumber{1}, base::Bytes(20, 1));
    const auto long_message = split(MessageNumber{2}, base::Bytes(3000, 2));
    const auto other_message = split(MessageNumber{3}, base::Bytes(2000, 3));
    for (const auto& fragment : short_message) {
        const auto cell = cell_with(0, plaintext_of(fragment));
        CHECK_INVARIANT(open_cell(kSecret, 0, kBoard, cell) == fragment);
        CHECK_INVARIANT(base::equal(cell, seal_cell(kSecret, 0, kBoard, fragment)));
        one.opaque(plaintext_of(fragment));
    }
    for (const auto& fragment : long_message) many.opaque(plaintext_of(fragment));
    mixed.opaque(plaintext_of(long_message[2])).opaque(plaintext_of(other_message[0])).opaque(plaintext_of(short_message[0]));
    mixed.opaque(plaintext_of(long_message[2])).opaque(plaintext_of(long_message[0])).opaque(plaintext_of(other_message[1]));
    return {base::to_bytes(one.view()), base::to_bytes(many.view()), base::to_bytes(mixed.view())};
}

const fuzz::Target kTarget("chat_cell", run, seeds);

}  // namespace
