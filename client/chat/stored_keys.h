#pragma once
// Private keys in stored records, as their readers need them.

#include "codec/reader.h"
#include "crypto/sign.h"

namespace sinetti::chat {

template<typename Key>
codec::Result<Key> key_or_bad_value(crypto::Result<Key>&& key)
{
    if (!key) return base::Unexpected(codec::Error::bad_value);
    return std::move(*key);
}

inline codec::Result<crypto::SignaturePrivateKey> read_signature_key(codec::Reader& reader)
{
    const auto seed = TRY(reader.secret(crypto::kSignatureSeedSize));
    return key_or_bad_value(crypto::SignaturePrivateKey::from_seed(seed.view()));
}

}  // namespace sinetti::chat
