#include "relay/blob_store_sqlite.h"

namespace sinetti::relay {

using base::ByteView;
using base::Unexpected;
using wire::Refusal;
using namespace sqlite;

namespace {

constexpr int kBlobSchemaVersion = 1;
constexpr std::int64_t kChunksDroppedAtOnce = 64;
constexpr std::int64_t kChunkIds = wire::kBlobChunksMax;   // of one blob: its id times this, and on

// A blob without an address is going. Numbers of blobs are not used again: their chunks may still be there.
constexpr const char* kBlobSchema = R"(
    CREATE TABLE blobs (id INTEGER PRIMARY KEY AUTOINCREMENT, address BLOB UNIQUE, size_class INTEGER NOT NULL, chunks INTEGER NOT NULL, last_day INTEGER NOT NULL);
    CREATE INDEX blob_days ON blobs (last_day);
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
    PRAGMA user_version = 1;
)";

std::int64_t first_chunk_id(std::int64_t blob) { return blob * kChunkIds; }

constexpr std::uint64_t bytes_of_class(std::uint8_t size_class) { return std::uint64_t{wire::blob_chunks(size_class)} * wire::kBlobChunkSize; }

std::optional<BlobAnswer> blob_refused(Refusal refusal) { return BlobAnswer{.refusal = refusal, .blob = {}, .data = {}}; }

}  // namespace

struct SqliteBlobStore::Prepared {
    Database database;
    Statement find, create, keep, add_chunk, count_chunk, read, remove;
};

std::filesystem::path blob_database_file(const std::filesystem::path& data) { return data / "blobs.sqlite"; }

SqliteBlobStore::SqliteBlobStore(std::unique_ptr<Prepared>&& prepared) : m_prepared(std::move(prepared)) {}
SqliteBlobStore::~SqliteBlobStore() = default;

StoreResult<std::unique_ptr<SqliteBlobStore>> SqliteBlobStore::open(const std::filesystem::path& file)
{
    auto database = TRY(Database::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    // Large pages for large rows; space that becomes free is used again. What goes is overwritten, not only unlinked.
    TRY(database.run("PRAGMA page_size = 32768; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"));
    if (TRY(database.pragma("user_version")) == 0) TRY(database.run(std::string("BEGIN IMMEDIATE;") + kBlobSchema + "COMMIT;"));
    TRY(database.expect_version(kBlobSchemaVersion));
    return prepare(std::move(database));
}

StoreResult<std::unique_ptr<SqliteBlobStore>> SqliteBlobStore::inspect(const std::filesystem::path& file)
{
    auto database = TRY(Database::open(file, SQLITE_OPEN_READONLY));
    TRY(database.expect_version(kBlobSchemaVersion));
    return prepare(std::move(database));
}

StoreResult<std::unique_ptr<SqliteBlobStore>> SqliteBlobStore::prepare(Database&& database)
{
    auto find = TRY(Statement::prepare(database, "SELECT id, size_class, chunks, last_day FROM blobs WHERE address = ?1"));
    auto create = TRY(Statement::prepare(database, "INSERT INTO blobs (address, size_class, chunks, last_day) VALUES (?1, ?2, 0, ?3)"));
    auto keep = TRY(Statement::prepare(database, "UPDATE blobs SET last_day = ?2 WHERE id = ?1"));
    auto add_chunk = TRY(Statement::prepare(database, "INSERT INTO chunks (id, data) VALUES (?1, ?2)"));
    auto count_chunk = TRY(Statement::prepare(database, "UPDATE blobs SET chunks = ?2 WHERE id = ?1"));
    auto read = TRY(Statement::prepare(database, "SELECT data FROM chunks WHERE id >= ?1 AND id < ?2 ORDER BY id"));
    auto remove = TRY(Statement::prepare(database, "UPDATE blobs SET address = NULL WHERE id = ?1"));
    std::unique_ptr<Prepared> prepared(new Prepared{std::move(database), std::move(find), std::move(create), std::move(keep), std::move(add_chunk),
                                                    std::move(count_chunk), std::move(read), std::move(remove)});
    return std::unique_ptr<SqliteBlobStore>(new SqliteBlobStore(std::move(prepared)));
}

Database& SqliteBlobStore::database() { return m_prepared->database; }

// --- requests ------------------------------------------------------------------------------------------------------------

void SqliteBlobStore::perform(std::span<BlobRequest> requests)
{
    const auto done = transaction(m_prepared->database, [&]() -> StoreResult<void> {
        for (auto& request : requests) request.answer = TRY(perform(request));
        return {};
    });
    if (done) return;
    for (auto& request : requests) request.answer = BlobAnswer{.refusal = refusal_of(done.error()), .blob = {}, .data = {}};
}

StoreResult<BlobAnswer> SqliteBlobStore::perform(const BlobRequest& request)
{
    if (auto answer = TRY(judge(request))) return std::move(*answer);
    const auto blob = TRY(find(request.address));
    if (std::holds_alternative<BlobRequest::Remove>(request.wish)) {
        TRY(remove(*blob));
        return BlobAnswer{.refusal = {}, .blob = *blob, .data = {}};
    }
    if (const auto* write = std::get_if<BlobRequest::Write>(&request.wish)) TRY(append(*blob, write->data));
    if (const auto* wanted = std::get_if<BlobRequest::Create>(&request.wish)) {
        if (blob)
            TRY(keep_until(*blob, wanted->last_day));
        else
            (void)TRY(create(request.address, wanted->size_class, wanted->last_day));
    }
    auto answer = TRY(judge(request));
    CHECK_INVARIANT(answer.has_value());
    return std::move(*answer);
}

StoreResult<std::optional<BlobAnswer>> SqliteBlobStore::judge(const BlobRequest& request, std::uint64_t taken)
{
    const auto blob = TRY(find(request.address));
    if (const auto* wanted = std::get_if<BlobRequest::Create>(&request.wish)) return judge(blob, *wanted, taken);
    if (const auto* read = std::get_if<BlobRequest::Read>(&request.wish)) return judge(blob, *read);
    if (!blob) return blob_refused(Refusal::unknown_blob);
    if (const auto* write = std::get_if<BlobRequest::Write>(&request.wish)) return judge(*blob, *write);
    return std::optional<BlobAnswer>();   // to be removed
}

StoreResult<std::optional<BlobAnswer>> SqliteBlobStore::judge(const std::optional<BlobRow>& blob, const BlobRequest::Create& create, std::uint64_t taken)
{
    if (!blob) {
        const auto size = bytes_of_class(create.size_class), reserved = TRY(reserved_bytes()) + taken;
        if (reserved > create.bytes_max || size > create.bytes_max - reserved) return blob_refused(Refusal::storage_full);
        return std::optional<BlobAnswer>();
    }
    if (blob->size_class != create.size_class) return blob_refused(Refusal::blob_conflict);
    if (blob->last_day < create.last_day) return std::optional<BlobAnswer>();
    return std::optional(BlobAnswer{.refusal = {}, .blob = *blob, .data = {}});
}

StoreResult<std::optional<BlobAnswer>> SqliteBlobStore::judge(const BlobRow& blob, const BlobRequest::Write& write)
{
    if (write.chunk > blob.chunks || write.chunk >= wire::blob_chunks(blob.size_class)) return blob_refused(Refusal::bad_position);
    if (write.chunk == blob.chunks) return std::optional<BlobAnswer>();
    if (TRY(read(blob, write.chunk, 1)) != write.data) return blob_refused(Refusal::blob_conflict);   // or the same again, after a lost answer
    return std::optional(BlobAnswer{.refusal = {}, .blob = blob, .data = {}});
}

StoreResult<std::optional<BlobAnswer>> SqliteBlobStore::judge(const std::optional<BlobRow>& blob, const BlobRequest::Read& wanted)
{
    if (!blob || !blob->complete() || blob->last_day < wanted.today) return blob_refused(Refusal::unknown_blob);
    if (wanted.chunk >= wire::blob_chunks(blob->size_class)) return blob_refused(Refusal::bad_position);
    auto data = TRY(read(*blob, wanted.chunk, wire::kBlobChunksRead));
    return std::optional(BlobAnswer{.refusal = {}, .blob = *blob, .data = std::move(data)});
}

// --- rows ----------------------------------------------------------------------------------------------------------------

StoreResult<std::optional<BlobRow>> SqliteBlobStore::find(const wire::BlobAddress& address)
{
    auto& statement = m_prepared->find;
    const Resetting resetting{statement};
    statement.bind(1, ByteView(address));
    if (!TRY(statement.step())) return std::optional<BlobRow>();
    const auto size_class = statement.integer(1), chunks = statement.integer(2);
    if (size_class < 0 || size_class >= wire::kBlobSizeClasses || chunks < 0 || chunks > wire::blob_chunks(static_cast<std::uint8_t>(size_class)))
        return Unexpected(StoreError::broken);
    return std::optional(BlobRow{statement.integer(0), static_cast<std::uint8_t>(size_class), static_cast<std::uint32_t>(chunks), {statement.integer(3)}});
}

StoreResult<BlobRow> SqliteBlobStore::create(const wire::BlobAddress& address, std::uint8_t size_class, Day last_day)
{
    auto& statement = m_prepared->create;
    const Resetting resetting{statement};
    statement.bind(1, ByteView(address)).bind(2, std::int64_t{size_class}).bind(3, last_day.value);
    TRY(statement.step());
    return BlobRow{sqlite3_last_insert_rowid(m_prepared->database.handle()), size_class, 0, last_day};
}

StoreResult<void> SqliteBlobStore::keep_until(const BlobRow& blob, Day last_day)
{
    auto& statement = m_prepared->keep;
    const Resetting resetting{statement};
    statement.bind(1, blob.id).bind(2, last_day.value);
    TRY(statement.step());
    return {};
}

StoreResult<void> SqliteBlobStore::append(const BlobRow& blob, ByteView chunk)
{
    auto& add = m_prepared->add_chunk;
    const Resetting resetting_add{add};
    add.bind(1, first_chunk_id(blob.id) + blob.chunks).bind(2, chunk);
    TRY(add.step());
    auto& count = m_prepared->count_chunk;
    const Resetting resetting_count{count};
    count.bind(1, blob.id).bind(2, std::int64_t{blob.chunks} + 1);
    TRY(count.step());
    return {};
}

StoreResult<base::Bytes> SqliteBlobStore::read(const BlobRow& blob, std::uint32_t first, std::uint32_t count)
{
    auto& statement = m_prepared->read;
    const Resetting resetting{statement};
    statement.bind(1, first_chunk_id(blob.id) + first).bind(2, first_chunk_id(blob.id) + first + count);
    base::Bytes data;
    data.reserve(count * wire::kBlobChunkSize);
    while (TRY(statement.step())) {
        const auto chunk = statement.blob(0);
        data.insert(data.end(), chunk.begin(), chunk.end());
    }
    if (data.size() != count * wire::kBlobChunkSize) return Unexpected(StoreError::broken);
    return data;
}

StoreResult<void> SqliteBlobStore::remove(const BlobRow& blob)
{
    auto& statement = m_prepared->remove;
    const Resetting resetting{statement};
    statement.bind(1, blob.id);
    TRY(statement.step());
    return {};
}

StoreResult<bool> SqliteBlobStore::any_past(Day today)
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT 1 FROM blobs WHERE last_day < ?1 AND address IS NOT NULL LIMIT 1"));
    statement.bind(1, today.value);
    return statement.step();
}

StoreResult<void> SqliteBlobStore::remove_past(Day today)
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "UPDATE blobs SET address = NULL WHERE last_day < ?1 AND address IS NOT NULL"));
    statement.bind(1, today.value);
    TRY(statement.step());
    return {};
}

StoreResult<std::optional<std::int64_t>> SqliteBlobStore::going()
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT id FROM blobs WHERE address IS NULL LIMIT 1"));
    if (!TRY(statement.step())) return std::optional<std::int64_t>();
    return std::optional(statement.integer(0));
}

StoreResult<bool> SqliteBlobStore::drop_some(std::int64_t id)
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= ?1 AND id < ?2 LIMIT ?3)"));
    statement.bind(1, first_chunk_id(id)).bind(2, first_chunk_id(id + 1)).bind(3, kChunksDroppedAtOnce);
    TRY(statement.step());
    return sqlite3_changes(m_prepared->database.handle()) == kChunksDroppedAtOnce;
}

StoreResult<void> SqliteBlobStore::forget(std::int64_t id)
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "DELETE FROM blobs WHERE id = ?1"));
    statement.bind(1, id);
    TRY(statement.step());
    return {};
}

StoreResult<bool> SqliteBlobStore::tend(Day today)
{
    return transaction(m_prepared->database, [&]() -> StoreResult<bool> {
        TRY(remove_past(today));
        const auto id = TRY(going());
        if (id && !TRY(drop_some(*id))) TRY(forget(*id));
        return id.has_value();
    });
}

StoreResult<std::uint64_t> SqliteBlobStore::reserved_bytes()
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT size_class, count(*) FROM blobs GROUP BY size_class"));
    std::uint64_t bytes = 0;
    while (TRY(statement.step())) {
        const auto size_class = statement.integer(0);
        if (size_class < 0 || size_class >= wire::kBlobSizeClasses) return Unexpected(StoreError::broken);
        bytes += bytes_of_class(static_cast<std::uint8_t>(size_class)) * static_cast<std::uint64_t>(statement.integer(1));
    }
    return bytes;
}

StoreResult<std::uint64_t> SqliteBlobStore::count()
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT count(*) FROM blobs WHERE address IS NOT NULL"));
    TRY(statement.step());
    return static_cast<std::uint64_t>(statement.integer(0));
}

StoreResult<std::vector<std::string>> SqliteBlobStore::faults()
{
    std::vector<std::string> faults;
    auto blobs = TRY(Statement::prepare(m_prepared->database, "SELECT id, size_class, chunks, length(address) FROM blobs WHERE address IS NOT NULL"));
    auto chunks = TRY(Statement::prepare(m_prepared->database, "SELECT count(*), sum(length(data)) FROM chunks WHERE id >= ?1 AND id < ?2"));
    while (TRY(blobs.step())) {
        const auto id = blobs.integer(0), size_class = blobs.integer(1), claimed = blobs.integer(2);
        const auto name = "blob " + std::to_string(id) + " ";
        if (size_class < 0 || size_class >= wire::kBlobSizeClasses || claimed < 0 || claimed > wire::blob_chunks(static_cast<std::uint8_t>(size_class)))
            faults.push_back(name + "is larger than its size class");
        if (blobs.integer(3) != sizeof(wire::BlobAddress)) faults.push_back(name + "has a damaged address");
        const Resetting resetting{chunks};
        chunks.bind(1, first_chunk_id(id)).bind(2, first_chunk_id(id + 1));
        TRY(chunks.step());
        if (chunks.integer(0) != claimed || chunks.integer(1) != claimed * static_cast<std::int64_t>(wire::kBlobChunkSize)) faults.push_back(name + "has lost chunks");
    }
    auto stray = TRY(Statement::prepare(m_prepared->database, ("SELECT count(*) FROM chunks WHERE id / " + std::to_string(kChunkIds) + " NOT IN (SELECT id FROM blobs)").c_str()));
    TRY(stray.step());
    if (stray.integer(0) > 0) faults.push_back(std::to_string(stray.integer(0)) + " chunks belong to no blob");
    return faults;
}

}  // namespace sinetti::relay
