#pragma once
// How a session shows which key it speaks for: Ed25519 over
//   opaque<V> "sinetti session v1" ‖ nonce[32] of the relay's Challenge ‖ public key of the signer

#include "crypto/sign.h"

namespace sinetti::directory {

using SessionNonce = base::ByteArray<32>;

base::Bytes session_auth_content(const SessionNonce& nonce, const crypto::SignaturePublicKey& signer);
crypto::Signature sign_session(const crypto::SignaturePrivateKey& key, const SessionNonce& nonce);
bool verify_session(const crypto::SignaturePublicKey& signer, const SessionNonce& nonce, const crypto::Signature& signature);

}  // namespace sinetti::directory
