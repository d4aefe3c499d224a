#include "chat/content.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"

namespace sinetti::chat {

namespace {

constexpr std::uint8_t kContentVersion = 3;
constexpr std::uint8_t kContentWithoutReleases = 2;   // what says nothing of releases is still written so
constexpr std::size_t kReleaseSize = 1 + 8 + 32;      // bytes
enum ReleaseRole : std::uint8_t { kRunning = 1, kOffered = 2 };
constexpr std::uint8_t kInvitationVersion = 1;
enum class BodyType : std::uint8_t { text = 1, profile = 2 };

void write_body(codec::SecretWriter& writer, const TextBody& body)
{
    writer.u8(static_cast<std::uint8_t>(BodyType::text)).raw(body.id).text(body.text);
}
void write_body(codec::SecretWriter& writer, const ProfileBody& body)
{
    writer.u8(static_cast<std::uint8_t>(BodyType::profile)).text(body.title);
}
void write_body(codec::SecretWriter& writer, const UnknownBody& body) { writer.u8(body.type).raw(body.bytes); }

codec::Result<decltype(Content::body)> read_body(std::uint8_t type, base::ByteView bytes)
{
    codec::Reader reader(bytes);
    switch (static_cast<BodyType>(type)) {
    case BodyType::text: {
        TextBody body;
        body.id = TRY(reader.array<16>());
        body.text = TRY(reader.text(api::kMessageTextMax));
        TRY(reader.finish());
        return body;
    }
    case BodyType::profile: {
        ProfileBody body{TRY(reader.text(api::kNameMax))};
        TRY(reader.finish());
        return body;
    }
    }
    return UnknownBody{type, base::to_bytes(bytes)};
}

// One entry for both where they are the same. At most two, and there is one encoding of each.
std::vector<std::pair<std::uint8_t, Release>> entries_of(const Releases& releases)
{
    std::vector<std::pair<std::uint8_t, Release>> entries;
    if (releases.running) entries.emplace_back(kRunning, *releases.running);
    if (releases.offered && releases.offered == releases.running)
        entries.front().first = kRunning | kOffered;
    else if (releases.offered)
        entries.emplace_back(kOffered, *releases.offered);
    return entries;
}

codec::Result<Releases> read_releases(codec::Reader& reader)
{
    auto entries = TRY(reader.vector(2 * kReleaseSize));
    Releases releases;
    while (!entries.empty()) {
        const auto roles = TRY(entries.u8());
        Release release;
        release.number = TRY(entries.u64());
        release.hash = TRY(entries.array<32>());
        const bool repeated = ((roles & kRunning) != 0 && !releases.empty()) || ((roles & kOffered) != 0 && releases.offered) || releases.running == release;
        if (roles == 0 || roles > (kRunning | kOffered) || repeated || release.number == 0 || release.number > kReleaseNumberMax)
            return base::Unexpected(codec::Error::bad_value);
        if ((roles & kRunning) != 0) releases.running = release;
        if ((roles & kOffered) != 0) releases.offered = release;
    }
    if (releases.empty()) return base::Unexpected(codec::Error::bad_value);
    return releases;
}

codec::Result<Content> read_content(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    Content content;
    const auto version = TRY(reader.u8());
    if (version != kContentVersion && version != kContentWithoutReleases) return base::Unexpected(codec::Error::bad_value);
    const auto type = TRY(reader.u8());
    const auto sent_ms = TRY(reader.u64());
    if (sent_ms > INT64_MAX) return base::Unexpected(codec::Error::bad_value);
    content.sent_ms = static_cast<std::int64_t>(sent_ms);
    content.seen.board = TRY(reader.u32());
    content.seen.position = TRY(reader.u64());
    content.seen.head = TRY(reader.array<32>());
    if (TRY(reader.optional_marker())) content.seen.signature = TRY(reader.array<64>());
    if (TRY(reader.optional_marker())) {
        auto& directory = content.directory.emplace(wire::SignedHead{.board = wire::kDirectoryBoard});
        directory.position = TRY(reader.u64());
        directory.head = TRY(reader.array<32>());
        directory.signature = TRY(reader.array<64>());
    }
    if (version == kContentVersion) content.releases = TRY(read_releases(reader));
    const auto body = TRY(reader.opaque_view(kContentSizeMax));
    content.body = TRY(read_body(type, body));
    TRY(reader.finish());
    return content;
}

codec::Result<Invitation> read_invitation(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    Invitation invitation;
    if (TRY(reader.u8()) != kInvitationVersion) return base::Unexpected(codec::Error::bad_value);
    const auto kind = TRY(reader.u8());
    if (kind > static_cast<std::uint8_t>(api::ConversationKind::group)) return base::Unexpected(codec::Error::bad_value);
    invitation.kind = static_cast<api::ConversationKind>(kind);
    invitation.board = TRY(reader.u32());
    invitation.from_position = TRY(reader.u64());
    invitation.title = TRY(reader.text(api::kNameMax));
    invitation.welcome = TRY(reader.opaque(kPayloadMax));
    TRY(reader.finish());
    return invitation;
}

base::Bytes invitation_info(const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device)
{
    codec::Writer writer;
    writer.raw(base::view_of("sinetti invitation v1")).raw(from_device).raw(to_device);
    return std::move(writer).take();
}

template<typename T>
std::optional<T> value_or_nothing(codec::Result<T>&& result)
{
    if (!result) return std::nullopt;
    return std::move(*result);
}

}  // namespace

base::SecretBytes Content::serialize() const
{
    codec::SecretWriter inner;
    std::visit([&](const auto& known) { write_body(inner, known); }, body);
    codec::SecretWriter writer;
    writer.u8(releases.empty() ? kContentWithoutReleases : kContentVersion).u8(inner.view().front()).u64(static_cast<std::uint64_t>(sent_ms)).u32(seen.board).u64(seen.position).raw(seen.head);
    writer.optional_marker(seen.signature.has_value());
    if (seen.signature) writer.raw(*seen.signature);
    writer.optional_marker(directory.has_value());
    if (directory) writer.u64(directory->position).raw(directory->head).raw(directory->signature);
    if (!releases.empty())
        writer.vector([this](auto& entries) {
            for (const auto& [roles, release] : entries_of(releases)) entries.u8(roles).u64(release.number).raw(release.hash);
        });
    writer.opaque(inner.view().subspan(1));
    return std::move(writer).take();
}

std::optional<Content> Content::parse(base::ByteView bytes) { return value_or_nothing(read_content(bytes)); }

base::SecretBytes Invitation::serialize() const
{
    codec::SecretWriter writer;
    writer.u8(kInvitationVersion).u8(static_cast<std::uint8_t>(kind)).u32(board).u64(from_position).text(title).opaque(welcome);
    return std::move(writer).take();
}

std::optional<Invitation> Invitation::parse(base::ByteView bytes) { return value_or_nothing(read_invitation(bytes)); }

api::MessageId text_id(const crypto::SignaturePublicKey& sender_identity, const base::ByteArray<16>& id)
{
    const auto digest = crypto::Sha256().update(sender_identity).update(id).finish();
    return base::to_hex(base::ByteView(digest).first(16));
}

std::optional<base::Bytes> seal_invitation(const Invitation& invitation, base::ByteView to_contact_public_key,
                                           const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device,
                                           base::Random& random)
{
    const auto sealed = crypto::hpke_seal({}, to_contact_public_key, invitation_info(from_device, to_device), {}, invitation.serialize().view(), random);
    if (!sealed) return std::nullopt;
    codec::Writer writer;
    writer.opaque(sealed->kem_output).opaque(sealed->ciphertext);
    if (writer.view().size() > kPayloadMax) return std::nullopt;
    return std::move(writer).take();
}

std::optional<Invitation> open_invitation(base::ByteView payload, const crypto::DhPrivateKey& contact_key,
                                          const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device)
{
    codec::Reader reader(payload);
    const auto encapsulated = reader.opaque(64);
    const auto ciphertext = reader.opaque(kPayloadMax);
    if (!encapsulated || !ciphertext || !reader.empty()) return std::nullopt;
    const crypto::HpkeReceiver receiver(contact_key.bytes(), contact_key.public_key());
    const auto opened = crypto::hpke_open({}, {*encapsulated, *ciphertext}, receiver, invitation_info(from_device, to_device), {});
    if (!opened) return std::nullopt;
    return Invitation::parse(opened->view());
}

}  // namespace sinetti::chat
