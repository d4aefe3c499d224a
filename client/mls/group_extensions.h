#pragma once
// Extensions of a GroupContext and a GroupInfo that this library acts on itself; required_capabilities is in leaf_node.h.

#include "mls/leaf_node.h"

#include <span>

namespace sinetti::mls {

struct ExternalSender {   // §12.1.8.1: somebody outside the group whose proposals it hears
    Bytes signature_key;
    Credential credential;
    friend bool operator==(const ExternalSender&, const ExternalSender&) = default;
};

Extension external_senders_extension(std::span<const ExternalSender> senders);
codec::Result<std::vector<ExternalSender>> read_external_senders(ByteView extension_data);

Extension external_pub_extension(const crypto::HpkePublicKey& external_pub);   // §12.4.3.2
codec::Result<crypto::HpkePublicKey> read_external_pub(ByteView extension_data);

}  // namespace sinetti::mls
