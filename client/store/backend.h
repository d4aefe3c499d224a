#pragma once
// Where sealed records live: IndexedDB in the browser, a file natively, memory in tests. A backend sees ids and sealed bytes only.
// Callbacks come on the caller's thread, in order, possibly before the call returns.

#include "base/bytes.h"
#include "base/result.h"

#include <functional>
#include <optional>
#include <vector>

namespace sinetti::store {

enum class BackendError : std::uint8_t {
    unavailable = 1,   // the browser refuses storage (private mode, blocked), or the file cannot be opened
    full,              // quota or disk
    broken,            // an I/O error, or records that are not what was written
};

using RecordId = base::ByteArray<32>;

struct Write {
    RecordId id;
    std::optional<base::Bytes> value;   // nullopt erases
};

struct StoredRecord {
    RecordId id;
    base::Bytes value;
};

class Backend {
public:
    virtual ~Backend() = default;
    using LoadCallback = std::function<void(base::Result<std::vector<StoredRecord>, BackendError>)>;
    using CommitCallback = std::function<void(base::Result<void, BackendError>)>;

    virtual void load(LoadCallback callback) = 0;                             // every record there is
    virtual void commit(std::vector<Write> writes, CommitCallback callback) = 0;   // all or nothing; durable when the callback comes
    virtual void wipe(CommitCallback callback) = 0;                           // erases everything
};

}  // namespace sinetti::store
