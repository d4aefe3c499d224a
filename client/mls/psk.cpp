#include "mls/psk.h"

#include "mls/encode.h"

namespace sinetti::mls {

PreSharedKeyId PreSharedKeyId::external(Bytes psk_id)
{
    PreSharedKeyId id;
    id.psk_id = std::move(psk_id);
    return id;
}

PreSharedKeyId PreSharedKeyId::resumption(ResumptionPskUsage usage, Bytes group_id, Epoch epoch)
{
    PreSharedKeyId id;
    id.type = PskType::resumption;
    id.usage = usage;
    id.psk_group_id = std::move(group_id);
    id.psk_epoch = epoch;
    return id;
}

codec::Result<PreSharedKeyId> PreSharedKeyId::read(codec::Reader& reader)
{
    PreSharedKeyId id;
    id.type = static_cast<PskType>(TRY(reader.u8()));
    switch (id.type) {
    case PskType::external: id.psk_id = TRY(reader.opaque()); break;
    case PskType::resumption:
        id.usage = static_cast<ResumptionPskUsage>(TRY(reader.u8()));
        if (id.usage < ResumptionPskUsage::application || id.usage > ResumptionPskUsage::branch)
            return base::Unexpected(codec::Error::bad_value);
        id.psk_group_id = TRY(reader.opaque());
        id.psk_epoch = Epoch(TRY(reader.u64()));
        break;
    default: return base::Unexpected(codec::Error::bad_value);
    }
    id.psk_nonce = TRY(reader.opaque());
    return id;
}

void PreSharedKeyId::write(codec::Writer& writer) const
{
    writer.u8(static_cast<std::uint8_t>(type));
    if (type == PskType::external)
        writer.opaque(psk_id);
    else
        writer.u8(static_cast<std::uint8_t>(usage)).opaque(psk_group_id).u64(psk_epoch.value());
    writer.opaque(psk_nonce);
}

codec::Result<std::vector<PreSharedKeyId>> read_psk_ids(codec::Reader& reader)
{
    auto list = TRY(reader.vector());
    std::vector<PreSharedKeyId> ids;
    while (!list.empty()) {
        if (ids.size() == kPreSharedKeysMax) return base::Unexpected(codec::Error::too_large);
        ids.push_back(TRY(PreSharedKeyId::read(list)));
    }
    return ids;
}

PskSecret derive_psk_secret(CipherSuite suite, std::span<const PreSharedKey> psks)
{
    const base::SecretBytes zero(suite.hash_size());
    base::SecretBytes psk_secret(suite.hash_size());
    for (std::size_t i = 0; i < psks.size(); ++i) {
        const auto extracted = suite.extract(zero.view(), psks[i].secret.view());
        const auto label = encode([&](auto& writer) {   // PSKLabel
            psks[i].id.write(writer);
            writer.u16(static_cast<std::uint16_t>(i)).u16(static_cast<std::uint16_t>(psks.size()));
        });
        const auto input = suite.expand_with_label(extracted.view(), "derived psk", label, suite.hash_size()).value();
        psk_secret = suite.extract(input.view(), psk_secret.view());
    }
    return PskSecret(std::move(psk_secret));
}

}  // namespace sinetti::mls
