#pragma once
// Our own key packages: the newest is in the directory and may be used by several inviters; once it has been used a fresh
// one takes its place, and the private halves of the last few are kept for Welcomes that are still under way.

#include "base/clock.h"
#include "mls/key_package.h"

#include <optional>
#include <vector>

namespace sinetti::chat {

inline constexpr std::string_view kKeyPackagesRecord = "key packages";
inline constexpr std::size_t kKeyPackagesKept = 4;
inline constexpr std::int64_t kKeyPackageLifetime = 366ll * 24 * 3600;                  // seconds
inline constexpr std::int64_t kKeyPackageRenewal = 90ll * 24 * 3600 * 1000;             // milliseconds

mls::KeyPackagePrivate new_key_package(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random);

class KeyPackages {
public:
    explicit KeyPackages(mls::KeyPackagePrivate&& first, base::UnixMilliseconds now);

    const mls::KeyPackage& newest() const { return m_kept.back().key_package.key_package; }
    std::vector<const mls::KeyPackagePrivate*> all() const;   // newest first
    bool is_due(base::UnixMilliseconds now) const;            // the newest has been out long enough
    void renew(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random);

    base::SecretBytes serialize() const;
    static std::optional<KeyPackages> parse(base::ByteView record);

private:
    struct Kept {
        base::UnixMilliseconds made;
        mls::KeyPackagePrivate key_package;
    };
    KeyPackages() = default;
    std::vector<Kept> m_kept;   // oldest first, never empty
};

}  // namespace sinetti::chat
