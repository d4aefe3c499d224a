#pragma once
// Every record of the vault, sealed one by one. The backend sees neither names nor contents:
//
//   id    = HMAC-SHA256(name key, name)
//   value = nonce[24] ‖ XChaCha20-Poly1305(record key, aad = id ‖ u16 schema version, name<V> ‖ bytes)
//
// A record opens under its own id only, so records cannot be swapped for one another.

#include "base/random.h"
#include "store/backend.h"
#include "store/errors.h"
#include "store/vault_header.h"

#include <map>
#include <string>
#include <string_view>

namespace sinetti::store {

inline constexpr std::uint16_t kSchemaVersion = 1;
inline constexpr std::size_t kRecordNameMax = 512;
inline constexpr std::size_t kRecordSizeMax = std::size_t{64} << 20;

struct OpenedRecord {
    std::string name;
    base::SecretBytes value;
};

class RecordSealer {
public:
    explicit RecordSealer(const MasterKey& master_key);

    RecordId id(std::string_view name) const;
    Write seal(std::string_view name, base::ByteView value, base::Random& random) const;
    Write erase(std::string_view name) const { return {id(name), std::nullopt}; }
    Result<OpenedRecord> open(const RecordId& id, base::ByteView sealed) const;   // damaged

private:
    base::SecretBytes m_name_key;
    base::SecretBytes m_record_key;
};

// The opened records of a vault by name. All or nothing: one damaged record is Error::damaged for the whole.
using Records = std::map<std::string, base::SecretBytes, std::less<>>;
Result<Records> open_records(const RecordSealer& sealer, const std::vector<StoredRecord>& stored);   // passes over the vault header

}  // namespace sinetti::store
