#include "vault/access.h"

#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::vault {

namespace {

base::Bytes fetch_content(const crypto::SignaturePublicKey& key, const Nonce& nonce, const VaultId& id)
{
    codec::Writer writer;
    writer.text("sinetti vault fetch v1").raw(nonce).raw(id).raw(key);
    return std::move(writer).take();
}

base::Bytes store_content(const crypto::SignaturePublicKey& key, const Nonce& nonce, const NewVersion& version)
{
    codec::Writer writer;
    writer.text("sinetti vault store v1").raw(nonce).raw(version.id).raw(key).u64(version.previous).u64(version.version);
    writer.raw(version.access.passphrase).raw(version.access.recovery).raw(crypto::sha256(version.sealed));
    return std::move(writer).take();
}

}  // namespace

crypto::Signature sign_fetch(const crypto::SignaturePrivateKey& key, const Nonce& nonce, const VaultId& id)
{
    return key.sign(fetch_content(key.public_key(), nonce, id));
}

bool verify_fetch(const crypto::SignaturePublicKey& key, const Nonce& nonce, const VaultId& id, const crypto::Signature& signature)
{
    return crypto::verify(key, fetch_content(key, nonce, id), signature).has_value();
}

crypto::Signature sign_store(const crypto::SignaturePrivateKey& key, const Nonce& nonce, const NewVersion& version)
{
    return key.sign(store_content(key.public_key(), nonce, version));
}

bool verify_store(const crypto::SignaturePublicKey& key, const Nonce& nonce, const NewVersion& version, const crypto::Signature& signature)
{
    return crypto::verify(key, store_content(key, nonce, version), signature).has_value();
}

}  // namespace sinetti::vault
