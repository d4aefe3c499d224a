#pragma once
// Blobs in a database of their own (blobs.sqlite), so that large writes do not hold up boards: a row for each, and rows of chunks. The
// second half is for a copy of what a cluster of relays has decided (blob_store_jetstream.h), in transactions of a caller who knows how
// far it has come.

#include "relay/blob_store.h"
#include "relay/sqlite.h"

namespace sinetti::relay {

class SqliteBlobStore final : public BlobStore {
public:
    // Makes the database when there is none. Errors: unavailable, broken, full.
    static StoreResult<std::unique_ptr<SqliteBlobStore>> open(const std::filesystem::path& file);
    static StoreResult<std::unique_ptr<SqliteBlobStore>> inspect(const std::filesystem::path& file);   // to read what is there, also beside a relay
    ~SqliteBlobStore() override;

    void perform(std::span<BlobRequest> requests) override;   // all of them as one transaction
    StoreResult<bool> tend(Day today) override;
    void when_news(std::function<void()>) override {}
    StoreResult<void> catch_up() override { return {}; }

    StoreResult<std::vector<std::string>> faults();    // what contradicts itself, a sentence each
    StoreResult<std::uint64_t> count();
    StoreResult<std::uint64_t> reserved_bytes();       // by all blobs, whole, and by what is going

    // --- for a copy of what a cluster has decided ---
    sqlite::Database& database();
    // What can be said as things are; nullopt: something has to be written first. `taken`: bytes that are about to be.
    StoreResult<std::optional<BlobAnswer>> judge(const BlobRequest& request, std::uint64_t taken = 0);
    StoreResult<std::optional<BlobRow>> find(const wire::BlobAddress& address);
    StoreResult<BlobRow> create(const wire::BlobAddress& address, std::uint8_t size_class, Day last_day);
    StoreResult<void> keep_until(const BlobRow& blob, Day last_day);
    StoreResult<void> append(const BlobRow& blob, base::ByteView chunk);             // as the next one
    StoreResult<void> remove(const BlobRow& blob);                                   // its chunks go with drop_some()
    StoreResult<bool> any_past(Day today);
    StoreResult<void> remove_past(Day today);                                        // what was kept until before it
    StoreResult<std::optional<std::int64_t>> going();                                // the id of a blob that was removed
    StoreResult<bool> drop_some(std::int64_t id);                                    // of its chunks; false: none is left
    StoreResult<void> forget(std::int64_t id);

private:
    struct Prepared;
    explicit SqliteBlobStore(std::unique_ptr<Prepared>&& prepared);
    static StoreResult<std::unique_ptr<SqliteBlobStore>> prepare(sqlite::Database&& database);
    StoreResult<base::Bytes> read(const BlobRow& blob, std::uint32_t first, std::uint32_t count);
    StoreResult<BlobAnswer> perform(const BlobRequest& request);
    StoreResult<std::optional<BlobAnswer>> judge(const std::optional<BlobRow>& blob, const BlobRequest::Create& create, std::uint64_t taken);
    StoreResult<std::optional<BlobAnswer>> judge(const BlobRow& blob, const BlobRequest::Write& write);
    StoreResult<std::optional<BlobAnswer>> judge(const std::optional<BlobRow>& blob, const BlobRequest::Read& read);

    std::unique_ptr<Prepared> m_prepared;
};

}  // namespace sinetti::relay
