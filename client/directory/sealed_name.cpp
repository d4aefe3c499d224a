#include "directory/sealed_name.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"

#include <algorithm>
#include <string_view>

namespace sinetti::directory {

using base::Unexpected;

namespace {

constexpr std::size_t kPlaintextSize = 128;

base::ByteView label_of(NameOf of)
{
    switch (of) {
    case NameOf::organisation: return base::view_of("sinetti organisation name v1");
    case NameOf::person: return base::view_of("sinetti profile v1");
    case NameOf::device: return base::view_of("sinetti device name v1");
    case NameOf::board: return base::view_of("sinetti board name v1");
    }
    return {};
}

}  // namespace

Result<base::Bytes> seal_name(const DirectoryKey& key, NameOf of, const Name& name, base::Random& random)
{
    if (name.name.empty()) return Unexpected(Error::malformed);
    if (!base::is_valid_utf8(base::view_of(name.name)) || !base::is_valid_utf8(base::view_of(name.title))) return Unexpected(Error::malformed);
    if (name.name.size() + name.title.size() > kPlaintextSize) return Unexpected(Error::name_too_long);

    codec::SecretWriter writer;
    writer.text(name.name).text(name.title);
    auto plaintext = std::move(writer).take();
    if (plaintext.size() > kPlaintextSize) return Unexpected(Error::name_too_long);
    plaintext.resize(kPlaintextSize);

    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    auto sealed = base::to_bytes(nonce);
    const auto ciphertext = crypto::xaead_seal(key.view(), nonce, label_of(of), plaintext.view());
    sealed.insert(sealed.end(), ciphertext.begin(), ciphertext.end());
    return sealed;
}

Result<Name> open_name(const DirectoryKey& key, NameOf of, base::ByteView sealed)
{
    if (sealed.size() != kSealedNameSize) return Unexpected(Error::malformed);
    const auto nonce = sealed.first(crypto::kXAeadNonceSize);
    const auto plaintext = TRY_OR(crypto::xaead_open(key.view(), nonce, label_of(of), sealed.subspan(nonce.size())), Error::open_failed);
    codec::Reader reader(plaintext.view());
    Name name;
    name.name = TRY_OR(reader.text(kPlaintextSize), Error::malformed);
    name.title = TRY_OR(reader.text(kPlaintextSize), Error::malformed);
    const auto padding = reader.rest();
    if (name.name.empty() || !std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0; })) {
        return Unexpected(Error::malformed);
    }
    return name;
}

}  // namespace sinetti::directory
