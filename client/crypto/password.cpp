#include "crypto/password.h"

#include <sodium.h>

namespace sinetti::crypto {

static_assert(kPasswordSaltSize == crypto_pwhash_argon2id_SALTBYTES);
static_assert(kPasswordPassesMin >= crypto_pwhash_argon2id_OPSLIMIT_MIN && kPasswordMemoryMin >= crypto_pwhash_argon2id_MEMLIMIT_MIN);

namespace {
constexpr std::size_t kPasswordKeySize = 32;
}

Result<PasswordKey> password_key(base::ByteView passphrase, base::ByteView salt, PasswordParameters parameters)
{
    if (salt.size() != kPasswordSaltSize || passphrase.size() > crypto_pwhash_argon2id_PASSWD_MAX ||
        parameters.memory < kPasswordMemoryMin || parameters.memory > kPasswordMemoryMax ||
        parameters.passes < kPasswordPassesMin || parameters.passes > kPasswordPassesMax)
        return base::Unexpected(Error::bad_length);
    PasswordKey key{base::SecretBytes(kPasswordKeySize)};
    const char* const text = passphrase.empty() ? "" : reinterpret_cast<const char*>(passphrase.data());
    if (crypto_pwhash_argon2id(key.data(), key.size(), text, passphrase.size(), salt.data(), parameters.passes,
                               static_cast<std::size_t>(parameters.memory), crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        return base::Unexpected(Error::out_of_memory);
    return key;
}

}  // namespace sinetti::crypto
