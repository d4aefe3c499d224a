#pragma once
// The organisation's root key in three shares: any two give it back, and one alone tells nothing of it. Replicated secret sharing
// with XOR, which rests on no assumption:
//
//   r1 and r2 random, r3 = seed ⊕ r1 ⊕ r2;    share i holds the two parts that are not r_i
//
// Two shares hold all three parts, and one of them twice, which must be the same. Whoever has one share has two parts that are
// random together whatever the seed is.
//
// On paper a share is nine lines of 16 characters, each a printed code of its own, so that a slip of the pen is found in its line:
//
//   u8 version = 1 ‖ u8 number (1…3) ‖ set[6] ‖ root id[5] ‖ the two parts[64] in the order of their numbers
//   ‖ SHA-256("sinetti root share v1" ‖ all before)[0…4)
//
// The set is random and the same on all three: shares that were made at different times do not go together. The root id is
// SHA-256("sinetti root id v1" ‖ root public key)[0…5), which everybody in the organisation can compute.

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/sign.h"

#include <array>

namespace sinetti::vault {

enum class ShareError : std::uint8_t {
    mistyped = 1,
    later_version,
    other_set,     // the two were made at different times
    same_share,    // the two are one
    no_such_root,  // together they give another key than this
};

struct ShareSlip {
    ShareError error = ShareError::mistyped;
    std::size_t line = 0;   // the first that is mistyped, from 1; 0: not known
};

class RootShare {
public:
    static constexpr std::size_t kSeedSize = 32;   // bytes, as all sizes but kCharacters
    static constexpr std::size_t kSetSize = 6;
    static constexpr std::size_t kRootIdSize = 5;
    static constexpr std::size_t kLines = 9;
    static constexpr std::size_t kCharacters = kLines * 16;   // without hyphens and white space

    using RootPublicKey = base::ByteArray<32>;

    // As people type it: any case, white space and hyphens anywhere, O for 0, I and L for 1. Errors: mistyped, later_version.
    static base::Result<RootShare, ShareSlip> parse(base::ByteView text);
    base::SecretBytes text() const;   // XXXX-XXXX-…: line after line, 36 groups

    unsigned number() const { return m_number; }
    bool is_of(const RootPublicKey& root_public_key) const;

private:
    using Set = base::ByteArray<kSetSize>;
    using RootId = base::ByteArray<kRootIdSize>;
    RootShare(unsigned number, const Set& set, const RootId& root_id, base::Secret<2 * kSeedSize>&& parts)
        : m_number(number), m_set(set), m_root_id(root_id), m_parts(std::move(parts))
    {
    }
    static RootId id_of(const RootPublicKey& root_public_key);
    std::span<const std::uint8_t, kSeedSize> part(unsigned number) const;   // not our own

    friend std::array<RootShare, 3> share_root(const crypto::SignaturePrivateKey& root, base::Random& random);
    friend base::Result<crypto::SignaturePrivateKey, ShareError> restore_root(const RootShare& one, const RootShare& other, const RootPublicKey& root_public_key);

    unsigned m_number;
    Set m_set;
    RootId m_root_id;
    base::Secret<2 * kSeedSize> m_parts;
};

std::array<RootShare, 3> share_root(const crypto::SignaturePrivateKey& root, base::Random& random);   // a new set each time

// Errors: other_set, same_share, no_such_root.
base::Result<crypto::SignaturePrivateKey, ShareError> restore_root(const RootShare& one, const RootShare& other, const RootShare::RootPublicKey& root_public_key);

}  // namespace sinetti::vault
