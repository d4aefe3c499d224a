#include "mls/external.h"

#include "mls/validation.h"

namespace sinetti::mls {

namespace {

Bytes outside_proposal(CipherSuite suite, ByteView group_id, Epoch epoch, Sender sender, Proposal&& proposal,
                       const crypto::SignaturePrivateKey& signature_key)
{
    FramedContent content{base::to_bytes(group_id), epoch, sender, {}, std::move(proposal)};
    // §6.1: the signature of these senders does not cover a GroupContext, and §6.2: there is no membership tag.
    auto authenticated = AuthenticatedContent::sign(suite, WireFormat::public_message, std::move(content), signature_key, {});
    return MlsMessage{PublicMessage{std::move(authenticated.content), std::move(authenticated.auth), {}}}.serialize();
}

}  // namespace

Bytes propose_own_add(ByteView group_id, Epoch epoch, const KeyPackagePrivate& key_package)
{
    const auto suite = CipherSuite::from_id(key_package.key_package.cipher_suite);
    CHECK_INVARIANT(suite.has_value());   // there are private halves of our suites only
    return outside_proposal(*suite, group_id, epoch, {SenderType::new_member_proposal, 0}, {Add{key_package.key_package}},
                            key_package.signature_key);
}

Result<Bytes> propose_as_external_sender(CipherSuite suite, ByteView group_id, Epoch epoch, std::uint32_t sender_index,
                                         const crypto::SignaturePrivateKey& signature_key, Proposal proposal)
{
    if (!may_be_external(proposal.type())) return Unexpected(Error::invalid_proposal);
    return outside_proposal(suite, group_id, epoch, {SenderType::external, sender_index}, std::move(proposal), signature_key);
}

}  // namespace sinetti::mls
