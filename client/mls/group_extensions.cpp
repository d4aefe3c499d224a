#include "mls/group_extensions.h"

#include "mls/encode.h"

namespace sinetti::mls {

Extension external_senders_extension(std::span<const ExternalSender> senders)
{
    return {ExtensionType::external_senders, encode([&](auto& writer) {
                writer.vector([&](codec::Writer& list) {
                    for (const auto& sender : senders) {
                        list.opaque(sender.signature_key);
                        sender.credential.write(list);
                    }
                });
            })};
}

codec::Result<std::vector<ExternalSender>> read_external_senders(ByteView extension_data)
{
    codec::Reader reader(extension_data);
    auto list = TRY(reader.vector());
    TRY(reader.finish());
    std::vector<ExternalSender> senders;
    while (!list.empty()) {
        if (senders.size() == kExternalSendersMax) return base::Unexpected(codec::Error::too_large);
        ExternalSender sender;
        sender.signature_key = TRY(list.opaque());
        sender.credential = TRY(Credential::read(list));
        senders.push_back(std::move(sender));
    }
    return senders;
}

Extension external_pub_extension(const crypto::HpkePublicKey& external_pub)
{
    return {ExtensionType::external_pub, encode([&](auto& writer) { writer.opaque(external_pub); })};
}

codec::Result<crypto::HpkePublicKey> read_external_pub(ByteView extension_data)
{
    codec::Reader reader(extension_data);
    auto external_pub = TRY(reader.opaque());
    TRY(reader.finish());
    return external_pub;
}

}  // namespace sinetti::mls
