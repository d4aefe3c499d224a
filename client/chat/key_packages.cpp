#include "chat/key_packages.h"

#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kKeyPackagesVersion = 2;              // sets of key packages
constexpr std::uint16_t kVersionSingle = 1;        // one key package each, of suite 0x0003
constexpr std::size_t kKeyPackageRecordMax = 64u << 10;
constexpr std::int64_t kClockSkew = 24 * 3600;     // seconds a reader's clock may be behind ours

std::optional<mls::KeyPackagePrivate> read_key_package(codec::Reader& reader)
{
    const auto bytes = reader.secret(kKeyPackageRecordMax);
    if (!bytes) return std::nullopt;
    auto key_package = mls::KeyPackagePrivate::parse(bytes->view());
    if (!key_package) return std::nullopt;
    return std::move(*key_package);
}

}  // namespace

std::optional<mls::CipherSuite> conversation_suite(std::uint16_t policy)
{
    if (policy == kDefaultSuitePolicy) return kConversationSuites.front();
    const auto found = std::ranges::find(kConversationSuites, policy, &mls::CipherSuite::id);
    return found == kConversationSuites.end() ? std::nullopt : std::optional(*found);
}

KeyPackageSet new_key_packages(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random)
{
    const auto seconds = std::max<std::int64_t>(now.value / 1000, kClockSkew);
    const mls::Lifetime lifetime{{static_cast<std::uint64_t>(seconds - kClockSkew)}, {static_cast<std::uint64_t>(seconds + kKeyPackageLifetime)}};
    KeyPackageSet key_packages;
    for (const auto suite : kConversationSuites) key_packages.push_back(mls::KeyPackagePrivate::generate(suite, identity, lifetime, random));
    return key_packages;
}

base::Bytes publish(const KeyPackageSet& key_packages)
{
    codec::Writer writer;
    for (const auto& key_package : key_packages) writer.raw(key_package.key_package.serialize());
    return std::move(writer).take();
}

std::optional<mls::KeyPackage> published_key_package(base::ByteView published, mls::CipherSuite suite)
{
    const auto key_packages = mls::KeyPackage::parse_all(published);
    if (!key_packages) return std::nullopt;
    const auto found = std::ranges::find(*key_packages, suite.id(), &mls::KeyPackage::cipher_suite);
    return found == key_packages->end() ? std::nullopt : std::optional(*found);
}

KeyPackages::KeyPackages(KeyPackageSet&& first, base::UnixMilliseconds now)
{
    m_kept.push_back({now, std::move(first)});
}

std::vector<const mls::KeyPackagePrivate*> KeyPackages::all() const
{
    std::vector<const mls::KeyPackagePrivate*> result;
    for (auto kept = m_kept.rbegin(); kept != m_kept.rend(); ++kept)
        for (const auto& key_package : kept->key_packages) result.push_back(&key_package);
    return result;
}

bool KeyPackages::is_due(base::UnixMilliseconds now) const
{
    return now.value - m_kept.back().made.value > kKeyPackageRenewal || newest().size() < kConversationSuites.size();
}

void KeyPackages::renew(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random)
{
    m_kept.push_back({now, new_key_packages(identity, now, random)});
    if (m_kept.size() > kKeyPackagesKept) m_kept.erase(m_kept.begin());
}

base::SecretBytes KeyPackages::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kKeyPackagesVersion);
    for (const auto& [made, key_packages] : m_kept) {
        writer.u64(static_cast<std::uint64_t>(made.value)).u8(static_cast<std::uint8_t>(key_packages.size()));
        for (const auto& key_package : key_packages) writer.opaque(key_package.serialize().view());
    }
    return std::move(writer).take();
}

std::optional<KeyPackages> KeyPackages::parse(base::ByteView record)
{
    codec::Reader reader(record);
    KeyPackages key_packages;
    const auto version = reader.u16();
    if (!version || (*version != kKeyPackagesVersion && *version != kVersionSingle)) return std::nullopt;
    while (!reader.empty()) {
        const auto made = reader.u64();
        if (!made || key_packages.m_kept.size() == kKeyPackagesKept) return std::nullopt;
        const auto count = *version == kVersionSingle ? codec::Result<std::uint8_t>(std::uint8_t{1}) : reader.u8();
        if (!count || *count == 0 || *count > kConversationSuites.size()) return std::nullopt;
        Kept kept{{static_cast<std::int64_t>(*made)}, {}};
        for (std::uint8_t i = 0; i < *count; ++i) {
            auto key_package = read_key_package(reader);
            if (!key_package) return std::nullopt;
            kept.key_packages.push_back(std::move(*key_package));
        }
        key_packages.m_kept.push_back(std::move(kept));
    }
    if (key_packages.m_kept.empty()) return std::nullopt;
    return key_packages;
}

}  // namespace sinetti::chat
