#pragma once
// Blobs in a database of their own (blobs.sqlite), so that large writes do not hold up boards: rows of chunks, and of each blob its
// address, how much of it is there, and the last day on which it is kept. Space is taken for the whole of a blob when it is made.
//
// One thread uses it. What happened within transaction() is durable when that returns.

#include "relay/store.h"

#include <filesystem>
#include <functional>

namespace sinetti::relay {

std::filesystem::path blob_database_file(const std::filesystem::path& data);

struct BlobRow {
    std::int64_t id = 0;
    std::uint8_t size_class = 0;
    std::uint32_t chunks = 0;     // that are there, from the first on
    Day last_day;
    bool complete() const { return chunks == wire::blob_chunks(size_class); }
};

class BlobStore {
public:
    // Makes the database when there is none. Errors: unavailable, broken, full.
    static StoreResult<std::unique_ptr<BlobStore>> open(const std::filesystem::path& file);
    static StoreResult<std::unique_ptr<BlobStore>> inspect(const std::filesystem::path& file);   // to read what is there, also beside a relay
    ~BlobStore();

    StoreResult<void> transaction(const std::function<StoreResult<void>()>& work);   // all of it, or nothing

    StoreResult<std::optional<BlobRow>> find(const wire::BlobAddress& address);
    StoreResult<BlobRow> create(const wire::BlobAddress& address, std::uint8_t size_class, Day last_day);
    StoreResult<void> keep_until(const BlobRow& blob, Day last_day);
    StoreResult<void> append(const BlobRow& blob, base::ByteView chunk);             // as the next one
    StoreResult<base::Bytes> read(const BlobRow& blob, std::uint32_t first, std::uint32_t count);
    StoreResult<void> remove(const BlobRow& blob);                                   // its chunks go with tend()

    // A few chunks of what was removed, or was kept until before `today`. False: nothing of that is left.
    StoreResult<bool> tend(Day today);
    StoreResult<std::uint64_t> reserved_bytes();                                     // by all blobs, whole, and by what is going

    // What contradicts itself, a sentence each.
    StoreResult<std::vector<std::string>> faults();
    StoreResult<std::uint64_t> count();

private:
    struct Prepared;
    explicit BlobStore(std::unique_ptr<Prepared>&& prepared);
    static StoreResult<std::unique_ptr<BlobStore>> prepare(sqlite::Database&& database);

    std::unique_ptr<Prepared> m_prepared;
};

}  // namespace sinetti::relay
