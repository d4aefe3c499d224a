#pragma once
// What somebody outside a group can send it (RFC 9420 §12.1.8): proposals, for a member to commit. Whoever is not a member cannot
// see whether they fit the group; its members do. Joining by external commit is Group::join_external().

#include "mls/framing.h"

namespace sinetti::mls {

// The proposal that the holder of this key package be added (sender new_member_proposal). An MLSMessage holding a PublicMessage.
Bytes propose_own_add(ByteView group_id, Epoch epoch, const KeyPackagePrivate& key_package);

// A proposal of one of the group's external senders: `sender_index` is where `signature_key` stands in its external_senders.
// Error: invalid_proposal for the kinds that only members may send.
Result<Bytes> propose_as_external_sender(CipherSuite suite, ByteView group_id, Epoch epoch, std::uint32_t sender_index,
                                         const crypto::SignaturePrivateKey& signature_key, Proposal proposal);

}  // namespace sinetti::mls
