#include "vault/sign_in_name.h"

#include "base/folding.h"
#include "base/utf8.h"
#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::vault {

std::optional<std::string> normalised_name(std::string_view name)
{
    if (name.size() > kSignInNameMax || !base::is_valid_utf8(base::view_of(name))) return std::nullopt;
    const auto folded = base::folded(name);
    std::string normalised;
    for (std::size_t at = 0; at < folded.size();) {
        const auto [value, size] = base::code_point_at(folded, at);
        if (!base::is_space(value))
            normalised.append(folded, at, size);
        else if (!normalised.empty() && normalised.back() != ' ')
            normalised.push_back(' ');
        at += size;
    }
    if (!normalised.empty() && normalised.back() == ' ') normalised.pop_back();
    if (normalised.empty()) return std::nullopt;
    return normalised;
}

VaultId vault_id(const base::ByteArray<32>& organisation, std::string_view normalised)
{
    codec::Writer writer;
    writer.text("sinetti vault v1").raw(organisation).text(normalised);
    return crypto::sha256(writer.view());
}

}  // namespace sinetti::vault
