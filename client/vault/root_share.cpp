#include "vault/root_share.h"

#include "crypto/hash.h"
#include "vault/printed_code.h"

namespace sinetti::vault {

using base::Unexpected;

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumSize = 4;
constexpr std::size_t kHeadSize = 2 + RootShare::kSetSize + RootShare::kRootIdSize;
constexpr std::size_t kContentsSize = kHeadSize + 2 * RootShare::kSeedSize;
constexpr PrintedCode kLine{.label = "sinetti root share line v1", .entropy_size = 9, .checksum_size = 1};
static_assert(kLine.is_whole() && kLine.characters() * RootShare::kLines == RootShare::kCharacters);
static_assert(kContentsSize + kChecksumSize == RootShare::kLines * kLine.entropy_size);

base::ByteArray<32> checksum(base::ByteView contents)
{
    return crypto::Sha256().update(base::view_of("sinetti root share v1")).update(contents).finish();
}

// Where in share `own` the part of that number stands: its own is left out.
std::size_t place_of(unsigned number, unsigned own) { return (number < own ? number - 1 : number - 2) * RootShare::kSeedSize; }

void add(base::Secret<RootShare::kSeedSize>& sum, std::span<const std::uint8_t, RootShare::kSeedSize> part)
{
    for (std::size_t i = 0; i < part.size(); ++i) sum.data()[i] ^= part[i];
}

}  // namespace

RootShare::RootId RootShare::id_of(const RootPublicKey& root_public_key)
{
    const auto hash = crypto::Sha256().update(base::view_of("sinetti root id v1")).update(root_public_key).finish();
    RootId id;
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

bool RootShare::is_of(const RootPublicKey& root_public_key) const { return m_root_id == id_of(root_public_key); }

std::span<const std::uint8_t, RootShare::kSeedSize> RootShare::part(unsigned number) const
{
    return base::ByteView(m_parts.view()).subspan(place_of(number, m_number)).first<kSeedSize>();
}

base::Result<RootShare, ShareSlip> RootShare::parse(base::ByteView text)
{
    base::SecretBytes bytes, line;
    std::size_t lines = 0;
    for (const auto byte : text) {
        if (is_separator(byte)) continue;
        if (lines == kLines) return Unexpected(ShareSlip{});   // more than there is
        line.push_back(byte);
        if (line.size() < kLine.characters()) continue;
        ++lines;
        const auto parsed = parse_code(kLine, line.view());
        if (!parsed) return Unexpected(ShareSlip{ShareError::mistyped, lines});
        bytes.append(parsed->view());
        line.clear();
    }
    if (lines < kLines) return Unexpected(ShareSlip{ShareError::mistyped, lines + 1});
    const auto contents = bytes.view().first(kContentsSize);
    const auto expected = checksum(contents);
    if (!base::equal_constant_time(bytes.view().subspan(kContentsSize), base::ByteView(expected).first(kChecksumSize))) return Unexpected(ShareSlip{});
    if (contents[0] != kVersion) return Unexpected(ShareSlip{ShareError::later_version});
    const unsigned number = contents[1];
    if (number < 1 || number > 3) return Unexpected(ShareSlip{});
    Set set;
    RootId root_id;
    std::copy_n(contents.begin() + 2, kSetSize, set.begin());
    std::copy_n(contents.begin() + 2 + kSetSize, kRootIdSize, root_id.begin());
    return RootShare(number, set, root_id, base::Secret<2 * kSeedSize>(contents.subspan(kHeadSize).first<2 * kSeedSize>()));
}

base::SecretBytes RootShare::text() const
{
    base::SecretBytes bytes;
    bytes.push_back(kVersion);
    bytes.push_back(static_cast<std::uint8_t>(m_number));
    bytes.append(m_set);
    bytes.append(m_root_id);
    bytes.append(m_parts.view());
    bytes.append(base::ByteView(checksum(bytes.view())).first(kChecksumSize));
    base::SecretBytes text;
    for (std::size_t at = 0; at < bytes.size(); at += kLine.entropy_size) {
        if (at > 0) text.push_back('-');
        text.append(print_code(kLine, bytes.view().subspan(at, kLine.entropy_size)).view());
    }
    return text;
}

std::array<RootShare, 3> share_root(const crypto::SignaturePrivateKey& root, base::Random& random)
{
    const auto set = random.array<RootShare::kSetSize>();
    const auto root_id = RootShare::id_of(root.public_key());
    base::Secret<RootShare::kSeedSize> parts[3];
    for (auto* part : {&parts[0], &parts[1]}) random.fill(part->mutable_view());
    add(parts[2], root.seed().first<RootShare::kSeedSize>());
    for (auto* part : {&parts[0], &parts[1]}) add(parts[2], part->view());
    const auto share = [&](unsigned number) {
        base::Secret<2 * RootShare::kSeedSize> held;
        for (unsigned part = 1; part <= 3; ++part)
            if (part != number) std::ranges::copy(parts[part - 1].view(), held.data() + place_of(part, number));
        return RootShare(number, set, root_id, std::move(held));
    };
    return {share(1), share(2), share(3)};
}

base::Result<crypto::SignaturePrivateKey, ShareError> restore_root(const RootShare& one, const RootShare& other, const RootShare::RootPublicKey& root_public_key)
{
    if (one.m_set != other.m_set) return Unexpected(ShareError::other_set);
    if (one.m_number == other.m_number) return Unexpected(ShareError::same_share);
    const unsigned common = 6 - one.m_number - other.m_number;
    if (!base::equal_constant_time(one.part(common), other.part(common))) return Unexpected(ShareError::no_such_root);
    base::Secret<RootShare::kSeedSize> seed;
    add(seed, one.part(common));
    add(seed, one.part(other.m_number));
    add(seed, other.part(one.m_number));
    auto root = crypto::SignaturePrivateKey::from_seed(seed.view());
    if (!root || root->public_key() != root_public_key) return Unexpected(ShareError::no_such_root);
    return std::move(*root);
}

}  // namespace sinetti::vault
