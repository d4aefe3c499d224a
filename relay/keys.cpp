#include "relay/keys.h"

#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::string_view kSetting = "relay-keys";
constexpr std::uint8_t kKeysVersion = 1;

base::SecretBytes encode(const RelayPrivateKeys& keys)
{
    codec::SecretWriter writer;
    writer.u8(kKeysVersion).raw(keys.channel.bytes()).raw(keys.signing.seed());
    return std::move(writer).take();
}

codec::Result<RelayPrivateKeys> decode(base::ByteView setting)
{
    codec::Reader reader(setting);
    if (TRY(reader.u8()) != kKeysVersion) return Unexpected(codec::Error::bad_value);
    const auto channel_bytes = TRY(reader.raw(crypto::kDhKeySize));
    const auto signing_seed = TRY(reader.raw(crypto::kSignatureSeedSize));
    auto channel = TRY_OR(crypto::DhPrivateKey::from_bytes(channel_bytes), codec::Error::bad_value);
    auto signing = TRY_OR(crypto::SignaturePrivateKey::from_seed(signing_seed), codec::Error::bad_value);
    TRY(reader.finish());
    return RelayPrivateKeys{std::move(channel), std::move(signing)};
}

}  // namespace

StoreResult<std::optional<RelayPrivateKeys>> stored_relay_keys(Store& store)
{
    auto setting = TRY(store.setting(kSetting));
    if (!setting) return std::optional<RelayPrivateKeys>();
    auto keys = decode(*setting);
    base::wipe(*setting);
    if (!keys) return Unexpected(StoreError::broken);
    return std::optional<RelayPrivateKeys>(std::move(*keys));
}

StoreResult<RelayPrivateKeys> prepare_relay_keys(Store& store, base::Random& random)
{
    if (auto keys = TRY(stored_relay_keys(store))) return std::move(*keys);
    RelayPrivateKeys keys{crypto::DhPrivateKey::generate(random), crypto::SignaturePrivateKey::generate(random)};
    TRY(store.set_setting(kSetting, encode(keys).view()));
    return keys;
}

std::string describe(const directory::RelayKeys& keys)
{
    return "channel " + base::to_hex(keys.channel_public_key) + ", signing " + base::to_hex(keys.signing_public_key);
}

}  // namespace sinetti::relay
