#pragma once
// Our own key packages, one for each suite that conversations use. The newest set is in the directory and may be used by several
// inviters; once one of it has been used a fresh set takes its place, and the private halves of the last few sets are kept for
// Welcomes that are still under way.

#include "base/clock.h"
#include "mls/key_package.h"

#include <array>
#include <optional>
#include <vector>

namespace sinetti::chat {

inline constexpr std::string_view kKeyPackagesRecord = "key packages";
inline constexpr std::size_t kKeyPackagesKept = 4;                                      // sets
inline constexpr std::int64_t kKeyPackageLifetime = 366ll * 24 * 3600;                  // seconds
inline constexpr std::int64_t kKeyPackageRenewal = 90ll * 24 * 3600 * 1000;             // milliseconds

// The suites of conversations: what boards have when their policy names none comes first.
inline constexpr std::array kConversationSuites{mls::CipherSuite::xwing_chacha20poly1305_sha512_ed25519(),
                                                mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519()};
inline constexpr std::uint16_t kDefaultSuitePolicy = 0;   // wire::BoardInfo: no suite is named

// The suite of new conversations on a board of this policy; nullopt when it names one that conversations here cannot use.
std::optional<mls::CipherSuite> conversation_suite(std::uint16_t policy);

inline bool is_post_quantum(mls::CipherSuite suite) { return suite.hpke().kem.id == crypto::KemId::xwing; }   // its KEM; no signatures are

using KeyPackageSet = std::vector<mls::KeyPackagePrivate>;   // one per suite, in the order of kConversationSuites
KeyPackageSet new_key_packages(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random);

// What the directory holds of a device: MLSMessages, one behind the other, of whatever suites.
base::Bytes publish(const KeyPackageSet& key_packages);
// The one of this suite, not validated yet; nullopt when there is none or they do not parse.
std::optional<mls::KeyPackage> published_key_package(base::ByteView published, mls::CipherSuite suite);

class KeyPackages {
public:
    KeyPackages(KeyPackageSet&& first, base::UnixMilliseconds now);

    const KeyPackageSet& newest() const { return m_kept.back().key_packages; }
    std::vector<const mls::KeyPackagePrivate*> all() const;   // newest set first
    // The newest set has been out long enough, or lacks a suite because it was made before there were several.
    bool is_due(base::UnixMilliseconds now) const;
    void renew(const mls::LeafNodeIdentity& identity, base::UnixMilliseconds now, base::Random& random);

    base::SecretBytes serialize() const;
    static std::optional<KeyPackages> parse(base::ByteView record);

private:
    struct Kept {
        base::UnixMilliseconds made;
        KeyPackageSet key_packages;   // never empty
    };
    KeyPackages() = default;
    std::vector<Kept> m_kept;         // oldest first, never empty
};

}  // namespace sinetti::chat
