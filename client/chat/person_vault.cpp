#include "chat/person_vault.h"

#include "chat/stored_keys.h"
#include "codec/writer.h"
#include "vault/sealed_vault.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kPersonVaultVersion = 3;   // 1 has no days, 2 keeps nothing

// The largest there is fits, with its keys, names and days.
constexpr std::size_t kKeysSize = 2 + 2 * 33 + 32 + 64 + 34 + 1;   // bytes
constexpr std::size_t kDaysSizeMax = 2 + kSeenDevicesMax * (32 + 4);
static_assert(kKeysSize + 3 * (2 + kAccountTextMax) + kDaysSizeMax + 2 + kKeptSizeMax <= vault::kContentsMax);

codec::Result<PersonVault> read(base::ByteView contents)
{
    codec::Reader reader(contents);
    const auto written_by = TRY(reader.u16());
    if (written_by < 1 || written_by > kPersonVaultVersion) return base::Unexpected(codec::Error::bad_value);
    auto identity = TRY(read_signature_key(reader));
    auto directory_key = TRY(reader.secret(directory::kDirectoryKeySize));
    if (directory_key.size() != directory::kDirectoryKeySize) return base::Unexpected(codec::Error::bad_value);
    const auto root_public_key = TRY(reader.array<32>());
    const auto relay_keys = TRY(directory::read_relay_keys(reader));
    std::optional<crypto::SignaturePrivateKey> root;
    if (TRY(reader.optional_marker())) root = TRY(read_signature_key(reader));
    if (root && root->public_key() != root_public_key) return base::Unexpected(codec::Error::bad_value);
    auto organisation = TRY(reader.text(kAccountTextMax));
    auto name = TRY(reader.text(kAccountTextMax));
    auto title = TRY(reader.text(kAccountTextMax));
    const bool code_shown = TRY(reader.optional_marker());
    SeenDays seen;
    if (written_by > 1) {
        seen = TRY(read_seen_days(reader));
        if (seen.empty() && written_by == 2) return base::Unexpected(codec::Error::bad_value);
    }
    Kept kept;
    if (written_by > 2) {
        kept = TRY(read_kept(reader));
        if (kept.empty()) return base::Unexpected(codec::Error::bad_value);
    }
    TRY(reader.finish());
    if (organisation.empty() || name.empty()) return base::Unexpected(codec::Error::bad_value);
    return PersonVault{{std::move(identity), directory::DirectoryKey(std::move(directory_key)), root_public_key, relay_keys, std::move(root),
                        std::move(organisation), std::move(name), std::move(title)},
                       code_shown, std::move(seen), std::move(kept)};
}

}  // namespace

void write_seen_days(codec::SecretWriter& writer, const SeenDays& seen)
{
    CHECK_INVARIANT(seen.size() <= kSeenDevicesMax);
    writer.vector([&](auto& days) {
        for (const auto& [device, day] : seen) days.raw(device).u32(day);
    });
}

codec::Result<SeenDays> read_seen_days(codec::Reader& reader)
{
    auto days = TRY(reader.vector(kSeenDevicesMax * (sizeof(PublicKey) + sizeof(std::uint32_t))));
    SeenDays seen;
    while (!days.empty()) {
        const auto device = TRY(days.array<32>());
        if (!seen.empty() && seen.rbegin()->first >= device) return base::Unexpected(codec::Error::bad_value);
        seen.emplace_hint(seen.end(), device, TRY(days.u32()));
    }
    return seen;
}

base::SecretBytes PersonVault::serialize() const
{
    codec::SecretWriter writer;
    const std::uint16_t version = !kept.empty() ? kPersonVaultVersion : seen.empty() ? 1 : 2;
    writer.u16(version).opaque(person.identity.seed()).opaque(person.directory_key.view()).raw(person.root_public_key);
    directory::write_relay_keys(writer, person.relay_keys);
    writer.optional_marker(person.root.has_value());
    if (person.root) writer.opaque(person.root->seed());
    writer.text(person.organisation).text(person.name).text(person.title).optional_marker(code_shown);
    if (version > 1) write_seen_days(writer, seen);
    if (version > 2) write_kept(writer, kept);
    return std::move(writer).take();
}

std::optional<PersonVault> PersonVault::parse(base::ByteView contents)
{
    auto vault = read(contents);
    if (!vault) return std::nullopt;
    return std::move(*vault);
}

}  // namespace sinetti::chat
