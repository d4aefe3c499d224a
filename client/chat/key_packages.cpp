#include "chat/key_packages.h"

#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kKeyPackageRecordMax = 64u << 10;
constexpr std::int64_t kClockSkew = 24 * 3600;   // seconds a reader's clock may be behind ours

}  // namespace

mls::KeyPackagePrivate new_key_package(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random)
{
    const auto seconds = std::max<std::int64_t>(now.value / 1000, kClockSkew);
    const mls::Lifetime lifetime{{static_cast<std::uint64_t>(seconds - kClockSkew)}, {static_cast<std::uint64_t>(seconds + kKeyPackageLifetime)}};
    return mls::KeyPackagePrivate::generate(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519(), identity, lifetime, random);
}

KeyPackages::KeyPackages(mls::KeyPackagePrivate&& first, base::UnixMilliseconds now) { m_kept.push_back({now, std::move(first)}); }

std::vector<const mls::KeyPackagePrivate*> KeyPackages::all() const
{
    std::vector<const mls::KeyPackagePrivate*> result;
    for (auto kept = m_kept.rbegin(); kept != m_kept.rend(); ++kept) result.push_back(&kept->key_package);
    return result;
}

bool KeyPackages::is_due(base::UnixMilliseconds now) const { return now.value - m_kept.back().made.value > kKeyPackageRenewal; }

void KeyPackages::renew(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random)
{
    m_kept.push_back({now, new_key_package(identity, now, random)});
    if (m_kept.size() > kKeyPackagesKept) m_kept.erase(m_kept.begin());
}

base::SecretBytes KeyPackages::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kVersion);
    for (const auto& [made, key_package] : m_kept) writer.u64(static_cast<std::uint64_t>(made.value)).opaque(key_package.serialize().view());
    return std::move(writer).take();
}

std::optional<KeyPackages> KeyPackages::parse(base::ByteView record)
{
    codec::Reader reader(record);
    KeyPackages key_packages;
    const auto version = reader.u16();
    if (!version || *version != kVersion) return std::nullopt;
    while (!reader.empty()) {
        const auto made = reader.u64();
        const auto bytes = reader.secret(kKeyPackageRecordMax);
        if (!made || !bytes) return std::nullopt;
        auto key_package = mls::KeyPackagePrivate::parse(bytes->view());
        if (!key_package) return std::nullopt;
        key_packages.m_kept.push_back({{static_cast<std::int64_t>(*made)}, std::move(*key_package)});
    }
    if (key_packages.m_kept.empty() || key_packages.m_kept.size() > kKeyPackagesKept) return std::nullopt;
    return key_packages;
}

}  // namespace sinetti::chat
