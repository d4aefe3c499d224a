#include "mls/welcome.h"

#include "mls/encode.h"

namespace sinetti::mls {

codec::Result<GroupInfo> GroupInfo::read(codec::Reader& reader)
{
    GroupInfo info;
    info.group_context = TRY(GroupContext::read(reader));
    info.extensions = TRY(read_extensions(reader));
    info.confirmation_tag = TRY(reader.opaque());
    info.signer = LeafIndex(TRY(reader.u32()));
    info.signature = TRY(reader.opaque());
    return info;
}

void GroupInfo::write_unsigned(codec::Writer& writer) const
{
    group_context.write(writer);
    write_extensions(writer, extensions);
    writer.opaque(confirmation_tag).u32(signer.value());
}

void GroupInfo::write(codec::Writer& writer) const
{
    write_unsigned(writer);
    writer.opaque(signature);
}

void GroupInfo::sign(CipherSuite suite, const crypto::SignaturePrivateKey& key)
{
    signature = suite.sign_with_label(key, "GroupInfoTBS", encode([&](auto& writer) { write_unsigned(writer); }));
}

Result<void> GroupInfo::verify(CipherSuite suite, ByteView public_key) const
{
    return suite.verify_with_label(public_key, "GroupInfoTBS", encode([&](auto& writer) { write_unsigned(writer); }), signature);
}

codec::Result<GroupSecrets> GroupSecrets::read(codec::Reader& reader)
{
    GroupSecrets secrets;
    secrets.joiner_secret = JoinerSecret(TRY(reader.secret()));
    if (TRY(reader.optional_marker())) secrets.path_secret = PathSecret(TRY(reader.secret()));
    secrets.psks = TRY(read_psk_ids(reader));
    return secrets;
}

void GroupSecrets::write(codec::SecretWriter& writer) const
{
    writer.opaque(joiner_secret.view()).optional_marker(path_secret.has_value());
    if (path_secret) writer.opaque(path_secret->view());
    writer.opaque(encode([&](auto& list) {
        for (const auto& id : psks) id.write(list);
    }));
}

codec::Result<Welcome> Welcome::read(codec::Reader& reader)
{
    Welcome welcome;
    welcome.cipher_suite = TRY(reader.u16());
    auto list = TRY(reader.vector());
    while (!list.empty()) {
        if (welcome.secrets.size() == kLeafCountMax) return base::Unexpected(codec::Error::too_large);
        EncryptedGroupSecrets entry;
        entry.new_member = TRY(list.opaque());
        entry.encrypted_group_secrets = TRY(read_hpke_ciphertext(list));
        welcome.secrets.push_back(std::move(entry));
    }
    welcome.encrypted_group_info = TRY(reader.opaque());
    return welcome;
}

void Welcome::write(codec::Writer& writer) const
{
    writer.u16(cipher_suite);
    writer.vector([&](codec::Writer& list) {
        for (const auto& entry : secrets) {
            list.opaque(entry.new_member);
            write_hpke_ciphertext(list, entry.encrypted_group_secrets);
        }
    });
    writer.opaque(encrypted_group_info);
}

Bytes seal_group_info(CipherSuite suite, const WelcomeSecret& secret, const GroupInfo& group_info)
{
    const auto [key, nonce] = welcome_key_and_nonce(suite, secret);
    return suite.aead_seal(key.view(), nonce.view(), {}, encode([&](auto& writer) { group_info.write(writer); }));
}

Result<GroupInfo> open_group_info(CipherSuite suite, const WelcomeSecret& secret, ByteView encrypted)
{
    const auto [key, nonce] = welcome_key_and_nonce(suite, secret);
    const auto plaintext = TRY(suite.aead_open(key.view(), nonce.view(), {}, encrypted));
    codec::Reader reader(plaintext.view());
    auto info = TRY_OR(GroupInfo::read(reader), Error::malformed);
    TRY_OR(reader.finish(), Error::malformed);
    return info;
}

}  // namespace sinetti::mls
