#include "store/record_sealer.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace sinetti::store {

namespace {

base::SecretBytes derive(const MasterKey& master_key, std::string_view label)
{
    auto key = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, master_key.view(), base::view_of(label), crypto::kAeadKeySize);
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

base::Bytes additional_data(const RecordId& id)
{
    codec::Writer writer;
    writer.raw(id).u16(kSchemaVersion);
    return std::move(writer).take();
}

}  // namespace

RecordSealer::RecordSealer(const MasterKey& master_key)
    : m_name_key(derive(master_key, "sinetti record names v1")), m_record_key(derive(master_key, "sinetti records v1"))
{
}

RecordId RecordSealer::id(std::string_view name) const
{
    const auto tag = crypto::hmac(crypto::HashAlgorithm::sha256, m_name_key.view(), base::view_of(name));
    RecordId id;
    CHECK_INVARIANT(tag.size() == id.size());
    std::copy(tag.view().begin(), tag.view().end(), id.begin());
    return id;
}

Write RecordSealer::seal(std::string_view name, base::ByteView value, base::Random& random) const
{
    CHECK_INVARIANT(!name.empty() && name.size() <= kRecordNameMax && value.size() <= kRecordSizeMax);
    const auto record_id = id(name);
    codec::SecretWriter plaintext;
    plaintext.text(name).raw(value);
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    auto bytes = base::to_bytes(nonce);
    const auto sealed = crypto::xaead_seal(m_record_key.view(), nonce, additional_data(record_id), plaintext.view());
    bytes.insert(bytes.end(), sealed.begin(), sealed.end());
    return {record_id, std::move(bytes)};
}

Result<OpenedRecord> RecordSealer::open(const RecordId& record_id, base::ByteView sealed) const
{
    if (sealed.size() < crypto::kXAeadNonceSize || sealed.size() > kRecordSizeMax + 1024) return Unexpected(Error::damaged);
    const auto plaintext = TRY_OR(crypto::xaead_open(m_record_key.view(), sealed.first(crypto::kXAeadNonceSize), additional_data(record_id),
                                                     sealed.subspan(crypto::kXAeadNonceSize)),
                                  Error::damaged);
    codec::Reader reader(plaintext.view());
    OpenedRecord record;
    record.name = TRY_OR(reader.text(kRecordNameMax), Error::damaged);
    if (id(record.name) != record_id) return Unexpected(Error::damaged);
    record.value = base::SecretBytes(reader.rest());
    return record;
}

Result<Records> open_records(const RecordSealer& sealer, const std::vector<StoredRecord>& stored)
{
    Records records;
    for (const auto& [id, value] : stored) {
        if (id == kVaultHeaderId) continue;
        auto record = TRY(sealer.open(id, value));
        records.emplace(std::move(record.name), std::move(record.value));
    }
    return records;
}

}  // namespace sinetti::store
