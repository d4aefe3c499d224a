#include "chat/person_vault.h"

#include "chat/stored_keys.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kPersonVaultVersion = 2;   // 1 has no days
constexpr std::size_t kTextMax = 1024;   // bytes, as in an account

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
    auto organisation = TRY(reader.text(kTextMax));
    auto name = TRY(reader.text(kTextMax));
    auto title = TRY(reader.text(kTextMax));
    const bool code_shown = TRY(reader.optional_marker());
    SeenDays seen;
    if (written_by > 1) {
        seen = TRY(read_seen_days(reader));
        if (seen.empty()) return base::Unexpected(codec::Error::bad_value);
    }
    TRY(reader.finish());
    if (organisation.empty() || name.empty()) return base::Unexpected(codec::Error::bad_value);
    return PersonVault{{std::move(identity), directory::DirectoryKey(std::move(directory_key)), root_public_key, relay_keys, std::move(root),
                        std::move(organisation), std::move(name), std::move(title)},
                       code_shown, std::move(seen)};
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
    writer.u16(seen.empty() ? 1 : kPersonVaultVersion).opaque(person.identity.seed()).opaque(person.directory_key.view()).raw(person.root_public_key);
    directory::write_relay_keys(writer, person.relay_keys);
    writer.optional_marker(person.root.has_value());
    if (person.root) writer.opaque(person.root->seed());
    writer.text(person.organisation).text(person.name).text(person.title).optional_marker(code_shown);
    if (!seen.empty()) write_seen_days(writer, seen);
    return std::move(writer).take();
}

std::optional<PersonVault> PersonVault::parse(base::ByteView contents)
{
    auto vault = read(contents);
    if (!vault) return std::nullopt;
    return std::move(*vault);
}

}  // namespace sinetti::chat
