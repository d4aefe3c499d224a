#include "directory/session_auth.h"

#include "codec/writer.h"

namespace sinetti::directory {

base::Bytes session_auth_content(const SessionNonce& nonce, const crypto::SignaturePublicKey& signer)
{
    codec::Writer writer;
    writer.text("sinetti session v1").raw(nonce).raw(signer);
    return std::move(writer).take();
}

crypto::Signature sign_session(const crypto::SignaturePrivateKey& key, const SessionNonce& nonce)
{
    return key.sign(session_auth_content(nonce, key.public_key()));
}

bool verify_session(const crypto::SignaturePublicKey& signer, const SessionNonce& nonce, const crypto::Signature& signature)
{
    return crypto::verify(signer, session_auth_content(nonce, signer), signature).has_value();
}

}  // namespace sinetti::directory
