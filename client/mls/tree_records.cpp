#include "mls/tree_records.h"

#include "mls/encode.h"
#include "mls/records.h"

namespace sinetti::mls {

namespace {

constexpr unsigned kChunkLevels = 3;

// The nodes a chunk has in a tree that is large enough, in order.
template<typename F>
void for_each_node(ChunkIndex chunk, F&& f)
{
    const NodeIndex top(chunk.value());
    const auto step = std::uint32_t{1} << (level(top) - (kChunkLevels - 1));   // from one node of its lowest level to the next, halved
    const auto reach = step * ((1u << (kChunkLevels - 1)) - 1);
    for (auto node = top.value() - reach; node <= top.value() + reach; node += step) f(NodeIndex(node));
}

}  // namespace

ChunkIndex chunk_of(NodeIndex node)
{
    const auto top = level(node) / kChunkLevels * kChunkLevels + kChunkLevels - 1;
    return ChunkIndex(((node.value() >> (top + 1)) << (top + 1)) + (1u << top) - 1);
}

Chunks chunks_of(const RatchetTree& tree)
{
    Chunks chunks;
    for (std::uint32_t node = 0; node < node_count(tree.leaf_count()); ++node) chunks.insert(chunk_of(NodeIndex(node)));
    return chunks;
}

void write_tree(const RatchetTree& tree, const Chunks& changed, StateSink& sink)
{
    sink.put(records::kTree, encode_secret([&](auto& writer) { writer.u8(records::kVersion).u32(tree.leaf_count().value()); }));
    for (const auto chunk : changed) {
        const auto entries = encode([&](auto& writer) {
            for_each_node(chunk, [&](NodeIndex node) {
                if (tree.contains(node) && !tree.is_blank(node)) tree.write_entry(writer, node);
            });
        });
        if (entries.empty())
            sink.erase(records::tree_chunk(chunk.value()));
        else
            sink.put(records::tree_chunk(chunk.value()), encode_secret([&](auto& writer) { writer.u8(records::kVersion).raw(entries); }));
    }
}

Result<LoadedTree> load_tree(CipherSuite suite, const StateSource& source)
{
    const auto header = source.get(records::kTree);
    if (!header || header->empty() || !records::is_readable(header->view()[0])) return Unexpected(Error::bad_record);
    codec::Reader reader(header->view().subspan(1));
    if (header->view()[0] < 3) return LoadedTree{TRY_OR(RatchetTree::parse(suite, reader.rest()), Error::bad_record), false};

    const LeafCount leaves(TRY_OR(reader.u32(), Error::bad_record));
    TRY_OR(reader.finish(), Error::bad_record);
    if (leaves.value() > kLeafCountMax || !is_full_tree(leaves)) return Unexpected(Error::bad_record);
    auto tree = RatchetTree::blank(suite, leaves);
    for (const auto chunk : chunks_of(tree)) {
        const auto record = source.get(records::tree_chunk(chunk.value()));
        if (!record) continue;   // blank all through
        codec::Reader entries(record->view());
        const auto version = TRY_OR(entries.u8(), Error::bad_record);
        if (version < 3 || !records::is_readable(version) || entries.empty()) return Unexpected(Error::bad_record);
        while (!entries.empty()) {
            const auto node = TRY_OR(tree.read_entry(entries), Error::bad_record);
            if (chunk_of(node) != chunk) return Unexpected(Error::bad_record);
        }
    }
    return LoadedTree{std::move(tree), true};
}

}  // namespace sinetti::mls
