#include "store/calibration.h"

#include <algorithm>

namespace sinetti::store {

crypto::PasswordParameters calibrated(std::int64_t wanted, const base::Clock& clock, const crypto::PasswordKeyFunction& password_key)
{
    crypto::PasswordParameters parameters;
    if (wanted <= 0) return parameters;
    const base::ByteArray<crypto::kPasswordSaltSize> salt{};
    const auto begin = clock.now().value;
    if (!password_key({}, salt, parameters)) return parameters;   // whoever needs a key is told
    const auto taken = clock.now().value - begin;
    if (taken <= 0) return parameters;
    const auto passes = std::int64_t{parameters.passes} * wanted / taken;
    parameters.passes = static_cast<std::uint32_t>(std::clamp<std::int64_t>(passes, crypto::kPasswordPassesMin, crypto::kPasswordPassesMax));
    return parameters;
}

}  // namespace sinetti::store
