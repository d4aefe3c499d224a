#include "relay/founding.h"

#include "crypto/hash.h"
#include "directory/link.h"
#include "relay/data_folder.h"

#include <fstream>

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::string_view kHashSetting = "founder-token-sha256";

std::filesystem::path link_file(const std::filesystem::path& data)
{
    return data / "administrator-link";
}

std::optional<directory::FounderLink> stored_link(const std::filesystem::path& data)
{
    std::ifstream stream(link_file(data));
    std::string text;
    if (!std::getline(stream, text)) return {};
    auto link = directory::parse_founder_link(text);
    if (!link) return {};
    return std::move(*link);
}

}  // namespace

StoreResult<FounderToken> prepare_founder_token(Store& store, const std::filesystem::path& data, const directory::RelayKeys& keys, base::Random& random)
{
    const auto expected = TRY(store.setting(kHashSetting));
    if (const auto link = stored_link(data); link && link->relay_keys == keys) {
        FounderToken token{crypto::sha256(link->token.view()), directory::encode_link(*link)};
        if (expected && base::equal_constant_time(token.hash, *expected)) return token;
    }
    directory::FounderLink link{.token = {}, .relay_keys = keys};
    random.fill(link.token.mutable_view());
    FounderToken token{crypto::sha256(link.token.view()), directory::encode_link(link)};
    if (!write_private_file(link_file(data), token.fragment + "\n")) return Unexpected(StoreError::full);
    TRY(store.set_setting(kHashSetting, token.hash));
    return token;
}

void forget_founder_token(const std::filesystem::path& data)
{
    std::error_code ignored;
    std::filesystem::remove(link_file(data), ignored);
}

}  // namespace sinetti::relay
