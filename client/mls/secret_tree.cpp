#include "mls/secret_tree.h"

#include "mls/encode.h"
#include "mls/records.h"

namespace sinetti::mls {

namespace {

KeyAndNonce key_of(CipherSuite suite, const RatchetSecret& secret, Generation generation)
{
    return {MessageKey(suite.derive_tree_secret(secret.view(), "key", generation, suite.aead_key_size())),
            MessageNonce(suite.derive_tree_secret(secret.view(), "nonce", generation, suite.aead_nonce_size()))};
}

RatchetSecret next_of(CipherSuite suite, const RatchetSecret& secret, Generation generation)
{
    return RatchetSecret(suite.derive_tree_secret(secret.view(), "secret", generation, suite.hash_size()));
}

void write_ratchet(codec::SecretWriter& writer, const HashRatchet& ratchet)
{
    writer.u32(ratchet.next.value()).opaque(ratchet.secret.view()).u32(static_cast<std::uint32_t>(ratchet.skipped.size()));
    for (const auto& [generation, key] : ratchet.skipped) writer.u32(generation.value()).opaque(key.key.view()).opaque(key.nonce.view());
}

// A secret of exactly the size it has in this suite.
codec::Result<base::SecretBytes> read_sized(codec::Reader& reader, std::size_t size)
{
    auto secret = TRY(reader.secret(size));
    if (secret.size() != size) return base::Unexpected(codec::Error::bad_length);
    return secret;
}

codec::Result<HashRatchet> read_ratchet(CipherSuite suite, codec::Reader& reader)
{
    HashRatchet ratchet;
    ratchet.next = Generation(TRY(reader.u32()));
    ratchet.secret = RatchetSecret(TRY(read_sized(reader, suite.hash_size())));
    auto count = TRY(reader.u32());
    if (count > kSkippedKeysMax) return base::Unexpected(codec::Error::too_large);
    for (; count > 0; --count) {
        const Generation generation(TRY(reader.u32()));
        KeyAndNonce key;
        key.key = MessageKey(TRY(read_sized(reader, suite.aead_key_size())));
        key.nonce = MessageNonce(TRY(read_sized(reader, suite.aead_nonce_size())));
        ratchet.skipped.insert_or_assign(generation, std::move(key));
    }
    return ratchet;
}

void write_ratchets(codec::SecretWriter& writer, const LeafRatchets& ratchets)
{
    write_ratchet(writer, ratchets.handshake);
    write_ratchet(writer, ratchets.application);
}

codec::Result<LeafRatchets> read_ratchets(CipherSuite suite, codec::Reader& reader)
{
    LeafRatchets ratchets;
    ratchets.handshake = TRY(read_ratchet(suite, reader));
    ratchets.application = TRY(read_ratchet(suite, reader));
    return ratchets;
}

}  // namespace

SecretTree::SecretTree(CipherSuite suite, LeafCount leaves, EncryptionSecret&& encryption_secret) : SecretTree(suite, leaves)
{
    const auto top = root(leaves);
    m_nodes.emplace(top, TreeNodeSecret(std::move(encryption_secret)));
    m_dirty_nodes.insert(top);
}

std::optional<SecretTree::Found::Expansion> SecretTree::expand(LeafIndex leaf) const
{
    const auto target = to_node(leaf);
    NodeIndex node = target;
    auto held = m_nodes.find(node);
    while (held == m_nodes.end() && node != root(m_leaf_count)) {
        node = parent_unbounded(node);
        held = m_nodes.find(node);
    }
    if (held == m_nodes.end()) return std::nullopt;

    Found::Expansion expansion;
    auto secret = held->second.clone();
    while (node != target) {
        const bool goes_left = target < node;
        TreeNodeSecret left_secret(m_suite.expand_with_label(secret.view(), "tree", base::view_of("left"), m_suite.hash_size()).value());
        TreeNodeSecret right_secret(m_suite.expand_with_label(secret.view(), "tree", base::view_of("right"), m_suite.hash_size()).value());
        expansion.copath.emplace(goes_left ? right(node) : left(node), goes_left ? std::move(right_secret) : std::move(left_secret));
        secret = goes_left ? std::move(left_secret) : std::move(right_secret);
        node = goes_left ? left(node) : right(node);
    }
    expansion.ratchets.handshake = HashRatchet(RatchetSecret(m_suite.derive_secret(secret.view(), "handshake")));
    expansion.ratchets.application = HashRatchet(RatchetSecret(m_suite.derive_secret(secret.view(), "application")));
    return expansion;
}

Result<SecretTree::Found> SecretTree::find(LeafIndex leaf, RatchetType type, Generation generation) const
{
    if (leaf.value() >= m_leaf_count.value()) return Unexpected(Error::unknown_sender);
    Found found;
    found.leaf = leaf;
    found.type = type;
    found.generation = generation;

    const auto known = m_ratchets.find(leaf);
    if (known == m_ratchets.end()) {
        found.expansion = expand(leaf);
        CHECK_INVARIANT(found.expansion.has_value());   // a leaf is in a ratchet or below a node secret
    }
    const auto& ratchet = found.expansion ? found.expansion->ratchets.of(type) : known->second.of(type);

    if (generation < ratchet.next) {
        const auto skipped = ratchet.skipped.find(generation);
        if (skipped == ratchet.skipped.end()) return Unexpected(Error::replayed);
        found.key = {skipped->second.key.clone(), skipped->second.nonce.clone()};
        return found;
    }
    if (generation.value() - ratchet.next.value() > kGenerationsAheadMax || generation.value() == UINT32_MAX)
        return Unexpected(Error::generation_too_far);

    Found::Advance advance;
    auto secret = ratchet.secret.clone();
    for (Generation step = ratchet.next; step < generation; step = step.next()) {
        advance.skipped.emplace_back(step, key_of(m_suite, secret, step));
        secret = next_of(m_suite, secret, step);
    }
    found.key = key_of(m_suite, secret, generation);
    advance.secret = next_of(m_suite, secret, generation);
    found.advance = std::move(advance);
    return found;
}

Result<SecretTree::Found> SecretTree::find_next(LeafIndex leaf, RatchetType type) const
{
    const auto known = m_ratchets.find(leaf);
    return find(leaf, type, known == m_ratchets.end() ? Generation(0) : known->second.of(type).next);
}

void SecretTree::consume(Found&& found)
{
    if (found.expansion) {
        // §9.2: "all node secrets in the secret tree on the path from the root to the leaf" are consumed.
        for (NodeIndex node = to_node(found.leaf);; node = parent_unbounded(node)) {
            if (m_nodes.erase(node) > 0) m_dirty_nodes.insert(node);
            if (node == root(m_leaf_count)) break;
        }
        for (auto& [node, secret] : found.expansion->copath) {
            m_nodes.insert_or_assign(node, std::move(secret));
            m_dirty_nodes.insert(node);
        }
        m_ratchets.insert_or_assign(found.leaf, std::move(found.expansion->ratchets));
    }
    m_dirty_ratchets.insert(found.leaf);
    auto& ratchet = m_ratchets.at(found.leaf).of(found.type);
    if (!found.advance) {
        ratchet.skipped.erase(found.generation);
        return;
    }
    for (auto& [generation, key] : found.advance->skipped) ratchet.skipped.insert_or_assign(generation, std::move(key));
    while (ratchet.skipped.size() > kSkippedKeysMax) ratchet.skipped.erase(ratchet.skipped.begin());
    ratchet.secret = std::move(found.advance->secret);
    ratchet.next = found.generation.next();
}

void SecretTree::flush(Epoch epoch, StateSink& sink)
{
    for (const auto node : m_dirty_nodes) {
        const auto held = m_nodes.find(node);
        if (held == m_nodes.end())
            sink.erase(records::secret(epoch, node));
        else
            sink.put(records::secret(epoch, node),
                     encode_secret([&](auto& writer) { writer.u8(records::kVersion).opaque(held->second.view()); }));
    }
    for (const auto leaf : m_dirty_ratchets) {
        sink.put(records::ratchet(epoch, leaf), encode_secret([&](auto& writer) {
                     writer.u8(records::kVersion);
                     write_ratchets(writer, m_ratchets.at(leaf));
                 }));
    }
    m_dirty_nodes.clear();
    m_dirty_ratchets.clear();
}

void SecretTree::erase_records(Epoch epoch, StateSink& sink) const
{
    for (const auto& [node, secret] : m_nodes) sink.erase(records::secret(epoch, node));
    for (const auto node : m_dirty_nodes)
        if (!m_nodes.contains(node)) sink.erase(records::secret(epoch, node));
    for (const auto& [leaf, ratchets] : m_ratchets) sink.erase(records::ratchet(epoch, leaf));
}

Result<SecretTree> SecretTree::load(CipherSuite suite, LeafCount leaves, Epoch epoch, const StateSource& source)
{
    SecretTree tree(suite, leaves);
    const auto secrets = records::secret_prefix(epoch);
    const auto ratchets = records::ratchet_prefix(epoch);
    for (const auto& name : source.names()) {
        const auto node = records::index_of(name, secrets);
        const auto leaf = records::index_of(name, ratchets);
        if (!node && !leaf) continue;
        const auto record = source.get(name);
        if (!record) return Unexpected(Error::bad_record);
        codec::Reader reader(record->view());
        if (!records::is_readable(TRY_OR(reader.u8(), Error::bad_record))) return Unexpected(Error::bad_record);
        if (node) {
            if (*node >= node_count(leaves)) return Unexpected(Error::bad_record);
            tree.m_nodes.insert_or_assign(NodeIndex(*node), TreeNodeSecret(TRY_OR(reader.secret(), Error::bad_record)));
        } else {
            if (*leaf >= leaves.value()) return Unexpected(Error::bad_record);
            tree.m_ratchets.insert_or_assign(LeafIndex(*leaf), TRY_OR(read_ratchets(suite, reader), Error::bad_record));
        }
        TRY_OR(reader.finish(), Error::bad_record);
    }
    if (!tree.covers_every_leaf()) return Unexpected(Error::bad_record);
    return tree;
}

bool SecretTree::covers_every_leaf() const
{
    // Each exactly once: if one were covered twice, another could go without.
    std::vector<bool> covered(m_leaf_count.value(), false);
    std::uint32_t count = 0;
    const auto cover = [&](LeafIndex leaf) {
        if (leaf.value() >= covered.size() || covered[leaf.value()]) return false;
        covered[leaf.value()] = true;
        ++count;
        return true;
    };
    for (const auto& [leaf, ratchets] : m_ratchets)
        if (!cover(leaf)) return false;
    for (const auto& [node, secret] : m_nodes)
        for (std::uint32_t i = 0; i < leaves_below(node); ++i)
            if (!cover(LeafIndex(first_leaf_below(node).value() + i))) return false;
    return count == m_leaf_count.value();
}

base::SecretBytes SecretTree::serialize() const
{
    return encode_secret([&](auto& writer) {
        writer.u32(m_leaf_count.value()).u32(static_cast<std::uint32_t>(m_nodes.size()));
        for (const auto& [node, secret] : m_nodes) writer.u32(node.value()).opaque(secret.view());
        writer.u32(static_cast<std::uint32_t>(m_ratchets.size()));
        for (const auto& [leaf, ratchets] : m_ratchets) {
            writer.u32(leaf.value());
            write_ratchets(writer, ratchets);
        }
    });
}

codec::Result<SecretTree> SecretTree::read(CipherSuite suite, codec::Reader& reader)
{
    const LeafCount leaves(TRY(reader.u32()));
    if (leaves.value() > kLeafCountMax || !is_full_tree(leaves)) return base::Unexpected(codec::Error::bad_value);
    SecretTree tree(suite, leaves);
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        const NodeIndex node(TRY(reader.u32()));
        if (node.value() >= node_count(leaves)) return base::Unexpected(codec::Error::bad_value);
        tree.m_nodes.insert_or_assign(node, TreeNodeSecret(TRY(reader.secret())));
        tree.m_dirty_nodes.insert(node);
    }
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        const LeafIndex leaf(TRY(reader.u32()));
        tree.m_ratchets.insert_or_assign(leaf, TRY(read_ratchets(suite, reader)));
        tree.m_dirty_ratchets.insert(leaf);
    }
    if (!tree.covers_every_leaf()) return base::Unexpected(codec::Error::bad_value);
    return tree;
}

}  // namespace sinetti::mls
