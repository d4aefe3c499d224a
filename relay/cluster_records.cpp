#include "relay/cluster_records.h"

#include "codec/writer.h"
#include "relay/limits.h"

#include <limits>

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::size_t kBlobChunkOverheadMax = 64;
constexpr std::uint64_t kPositionMax = std::uint64_t{1} << 40;   // as the store's row ids have it

// Stored numbers: never given to anything else.
enum class Kind : std::uint8_t {
    entry_batch = 1,
    board_policy = 2,
    guess_made = 3,
    vault_version = 4,
    vaults_forgotten = 5,
    relay_identity = 6,
    issuer_added = 7,
    tokens_spent = 8,
    tokens_allowed = 9,            // of kTokensPerDevice
    issuers_forgotten = 10,
    blob_made = 11,
    blob_kept = 12,
    blob_chunk = 13,
    blob_removed = 14,
    blobs_expired = 15,
    tokens_allowed_of = 16,        // and of how many
};

class Encoder {
public:
    explicit Encoder(const Origin& origin) { m_writer.u8(kRecordVersion).raw(origin); }
    base::Bytes take() && { return std::move(m_writer).take(); }

    void operator()(const EntryBatch& batch)
    {
        std::size_t size = kBatchOverheadMax;
        for (const auto& entry : batch.entries) size += encoded_batch_entry_size(entry.entry->size());
        m_writer.reserve(size);
        kind(Kind::entry_batch).u32(batch.board).u64(batch.end.position).raw(batch.end.head);
        day(batch.day);
        m_writer.u16(static_cast<std::uint16_t>(batch.entries.size()));
        for (const auto& entry : batch.entries) m_writer.raw(entry.tag).opaque(*entry.entry);
    }
    void operator()(const BoardPolicy& policy)
    {
        const auto& info = policy.info;
        kind(Kind::board_policy).optional_marker(policy.add).u32(info.board).u8(std::uint8_t(info.kind)).u8(std::uint8_t(info.level));
        m_writer.u16(info.cipher_suite).u16(info.retention_days);
    }
    void operator()(const GuessMade& guess)
    {
        kind(Kind::guess_made).raw(guess.row);
        day(guess.day);
    }
    void operator()(const VaultVersion& vault)
    {
        kind(Kind::vault_version).raw(vault.row).u64(vault.previous).u64(vault.access.version);
        m_writer.raw(vault.access.passphrase_key).raw(vault.access.recovery_key).opaque(vault.sealed);
    }
    void operator()(const VaultsForgotten&) { kind(Kind::vaults_forgotten); }
    void operator()(const RelayIdentity& identity)
    {
        kind(Kind::relay_identity).raw(identity.channel_public_key).raw(identity.signing_public_key).raw(identity.vault_key_check);
    }
    void operator()(const IssuerAdded& issuer)
    {
        kind(Kind::issuer_added).raw(issuer.id).u64(static_cast<std::uint64_t>(issuer.not_before.value)).u64(static_cast<std::uint64_t>(issuer.expires.value));
        m_writer.opaque(issuer.sealed_key);
    }
    void operator()(const TokensSpent& spent)
    {
        kind(Kind::tokens_spent).raw(spent.issuer).u16(static_cast<std::uint16_t>(spent.nonces.size()));
        for (const auto& nonce : spent.nonces) m_writer.raw(nonce);
    }
    void operator()(const TokensAllowed& allowed)
    {
        const bool as_ever = allowed.count_max == kTokensPerDevice;   // what relays of before understand
        kind(as_ever ? Kind::tokens_allowed : Kind::tokens_allowed_of).raw(allowed.allowance.issuer).raw(allowed.allowance.device).raw(allowed.allowance.request);
        m_writer.u16(static_cast<std::uint16_t>(allowed.allowance.count));
        if (!as_ever) m_writer.u16(allowed.count_max);
    }
    void operator()(const IssuersForgotten& forgotten)
    {
        kind(Kind::issuers_forgotten).u16(static_cast<std::uint16_t>(forgotten.issuers.size()));
        for (const auto& issuer : forgotten.issuers) m_writer.raw(issuer);
    }
    void operator()(const BlobMade& made)
    {
        kind(Kind::blob_made).raw(made.address).u8(made.size_class);
        day(made.last_day);
        m_writer.u64(made.known);
    }
    void operator()(const BlobKept& kept)
    {
        kind(Kind::blob_kept).raw(kept.address);
        day(kept.last_day);
    }
    void operator()(const BlobChunk& chunk)
    {
        m_writer.reserve(kBlobChunkOverheadMax + chunk.data.size());
        kind(Kind::blob_chunk).raw(chunk.address).u32(chunk.number).opaque(chunk.data);
    }
    void operator()(const BlobRemoved& removed)
    {
        kind(Kind::blob_removed).raw(removed.address);
        day(removed.last_day);
    }
    void operator()(const BlobsExpired& expired)
    {
        kind(Kind::blobs_expired);
        day(expired.day);
    }

private:
    codec::Writer& kind(Kind kind) { return m_writer.u8(std::uint8_t(kind)); }
    void day(Day day) { m_writer.u32(static_cast<std::uint32_t>(day.value)); }

    codec::Writer m_writer;
};

using codec::Error;
using codec::Reader;
template<typename T>
using Decoded = codec::Result<T>;

Decoded<Day> day(Reader& reader) { return Day{TRY(reader.u32())}; }

// A number of elements, none of which takes less than `size` of what is left.
Decoded<std::size_t> count(Reader& reader, std::size_t least, std::size_t most, std::size_t size)
{
    const std::size_t number = TRY(reader.u16());
    if (number < least || number > most) return Unexpected(Error::bad_value);
    if (number * size > reader.rest().size()) return Unexpected(Error::truncated);
    return number;
}

template<std::size_t N>
Decoded<std::vector<base::ByteArray<N>>> arrays(Reader& reader, std::size_t most)
{
    std::vector<base::ByteArray<N>> list(TRY(count(reader, 1, most, N)));
    for (auto& element : list) element = TRY(reader.array<N>());
    return list;
}

Decoded<EntryBatch> entry_batch(Reader& reader)
{
    EntryBatch batch;
    batch.board = TRY(reader.u32());
    batch.end.position = TRY(reader.u64());
    batch.end.head = TRY(reader.array<32>());
    batch.day = TRY(day(reader));
    if (batch.board > kBoardNumberMax || batch.end.position >= kPositionMax) return Unexpected(Error::bad_value);
    const auto entries = TRY(count(reader, 1, kBatchEntriesMax, wire::kTagSize + 2));
    batch.entries.reserve(entries);
    for (std::size_t i = 0; i < entries; ++i) {
        NewEntry entry{.board = batch.board, .tag = TRY(reader.array<wire::kTagSize>()), .entry = {}, .day = batch.day, .only_at = {}};
        auto bytes = TRY(reader.opaque(wire::kRecordSizeMax));
        if (bytes.empty()) return Unexpected(Error::bad_value);
        entry.entry = std::make_shared<const base::Bytes>(std::move(bytes));
        batch.entries.push_back(std::move(entry));
    }
    return batch;
}

Decoded<BoardPolicy> board_policy(Reader& reader)
{
    BoardPolicy policy;
    policy.add = TRY(reader.optional_marker());
    policy.info.board = TRY(reader.u32());
    policy.info.kind = wire::BoardKind(TRY(reader.u8()));
    policy.info.level = wire::SendingLevel(TRY(reader.u8()));
    policy.info.cipher_suite = TRY(reader.u16());
    policy.info.retention_days = TRY(reader.u16());
    const auto& info = policy.info;
    if (info.board == wire::kDirectoryBoard || info.board > kBoardNumberMax || info.kind != wire::BoardKind::cells || info.level < wire::SendingLevel::prompt ||
        info.level > wire::SendingLevel::mixed)
        return Unexpected(Error::bad_value);
    return policy;
}

Decoded<VaultVersion> vault_version(Reader& reader)
{
    VaultVersion vault;
    vault.row = TRY(reader.array<32>());
    vault.previous = TRY(reader.u64());
    vault.access.version = TRY(reader.u64());
    vault.access.passphrase_key = TRY(reader.array<32>());
    vault.access.recovery_key = TRY(reader.array<32>());
    vault.sealed = TRY(reader.opaque(wire::kVaultSizeMax));
    if (vault.access.version <= vault.previous || vault.access.version > wire::kVaultVersionMax) return Unexpected(Error::bad_value);
    return vault;
}

Decoded<base::UnixMilliseconds> time(Reader& reader)
{
    const auto value = TRY(reader.u64());
    if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return Unexpected(Error::bad_value);
    return base::UnixMilliseconds{static_cast<std::int64_t>(value)};
}

Decoded<IssuerAdded> issuer_added(Reader& reader)
{
    IssuerAdded issuer;
    issuer.id = TRY(reader.array<32>());
    issuer.not_before = TRY(time(reader));
    issuer.expires = TRY(time(reader));
    issuer.sealed_key = TRY(reader.opaque(kSealedIssuerMax));
    return issuer;
}

Decoded<TokensAllowed> tokens_allowed(Reader& reader)
{
    TokensAllowed allowed;
    allowed.allowance.issuer = TRY(reader.array<32>());
    allowed.allowance.device = TRY(reader.array<32>());
    allowed.allowance.request = TRY(reader.array<32>());
    allowed.allowance.count = TRY(reader.u16());
    allowed.count_max = kTokensPerDevice;
    return allowed;
}

Decoded<BlobMade> blob_made(Reader& reader)
{
    BlobMade made;
    made.address = TRY(reader.array<32>());
    made.size_class = TRY(reader.u8());
    made.last_day = TRY(day(reader));
    made.known = TRY(reader.u64());
    if (made.size_class >= wire::kBlobSizeClasses) return Unexpected(Error::bad_value);
    return made;
}

Decoded<BlobKept> blob_kept(Reader& reader)
{
    BlobKept kept{.address = TRY(reader.array<32>()), .last_day = {}};
    kept.last_day = TRY(day(reader));
    return kept;
}

Decoded<BlobChunk> blob_chunk(Reader& reader)
{
    BlobChunk chunk;
    chunk.address = TRY(reader.array<32>());
    chunk.number = TRY(reader.u32());
    chunk.data = TRY(reader.opaque(wire::kBlobChunkSize));
    if (chunk.number >= wire::kBlobChunksMax || chunk.data.size() != wire::kBlobChunkSize) return Unexpected(Error::bad_value);
    return chunk;
}

Decoded<BlobRemoved> blob_removed(Reader& reader)
{
    BlobRemoved removed{.address = TRY(reader.array<32>()), .last_day = {}};
    removed.last_day = TRY(day(reader));
    return removed;
}

Decoded<ClusterRecord> record(Reader& reader)
{
    switch (Kind(TRY(reader.u8()))) {
    case Kind::entry_batch: return ClusterRecord(TRY(entry_batch(reader)));
    case Kind::board_policy: return ClusterRecord(TRY(board_policy(reader)));
    case Kind::guess_made: {
        GuessMade guess{.row = TRY(reader.array<32>()), .day = {}};
        guess.day = TRY(day(reader));
        return ClusterRecord(guess);
    }
    case Kind::vault_version: return ClusterRecord(TRY(vault_version(reader)));
    case Kind::vaults_forgotten: return ClusterRecord(VaultsForgotten{});
    case Kind::relay_identity: {
        RelayIdentity identity;
        identity.channel_public_key = TRY(reader.array<32>());
        identity.signing_public_key = TRY(reader.array<32>());
        identity.vault_key_check = TRY(reader.array<32>());
        return ClusterRecord(identity);
    }
    case Kind::issuer_added: return ClusterRecord(TRY(issuer_added(reader)));
    case Kind::tokens_spent: {
        TokensSpent spent{.issuer = TRY(reader.array<32>()), .nonces = {}};
        spent.nonces = TRY(arrays<tokens::kTokenNonceSize>(reader, kSpentMax));
        return ClusterRecord(std::move(spent));
    }
    case Kind::tokens_allowed: return ClusterRecord(TRY(tokens_allowed(reader)));
    case Kind::tokens_allowed_of: {
        auto allowed = TRY(tokens_allowed(reader));
        allowed.count_max = TRY(reader.u16());
        if (allowed.count_max == kTokensPerDevice) return Unexpected(Error::bad_value);
        return ClusterRecord(allowed);
    }
    case Kind::issuers_forgotten: return ClusterRecord(IssuersForgotten{TRY(arrays<32>(reader, kForgottenMax))});
    case Kind::blob_made: return ClusterRecord(TRY(blob_made(reader)));
    case Kind::blob_kept: return ClusterRecord(TRY(blob_kept(reader)));
    case Kind::blob_chunk: return ClusterRecord(TRY(blob_chunk(reader)));
    case Kind::blob_removed: return ClusterRecord(TRY(blob_removed(reader)));
    case Kind::blobs_expired: return ClusterRecord(BlobsExpired{TRY(day(reader))});
    }
    return Unexpected(Error::bad_value);
}

}  // namespace

std::size_t encoded_batch_entry_size(std::size_t entry_size)
{
    return wire::kTagSize + (entry_size < 64 ? 1 : entry_size < 16384 ? 2 : 4) + entry_size;
}

base::Bytes encode(const ClusterMessage& message)
{
    Encoder encoder(message.origin);
    std::visit(encoder, message.record);
    return std::move(encoder).take();
}

codec::Result<ClusterMessage> decode_cluster_message(base::ByteView bytes)
{
    Reader reader(bytes);
    if (TRY(reader.u8()) != kRecordVersion) return Unexpected(Error::bad_value);
    ClusterMessage message{.origin = TRY(reader.array<16>()), .record = {}};
    message.record = TRY(record(reader));
    TRY(reader.finish());
    return message;
}

}  // namespace sinetti::relay
