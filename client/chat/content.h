#pragma once
// What people say to each other, before MLS or HPKE seals it. Anything malformed is nullopt; a type we do not know is kept
// as it is and shown by whoever knows it.

#include "api/command.h"
#include "chat/cells.h"
#include "chat/release.h"

#include <variant>

namespace sinetti::chat {

inline constexpr std::size_t kContentSizeMax = api::kMessageTextMax + 1024;

// A head its sender has verified, at the start of a block, and the relay's signature for it, unless it is head(0) or a cut's:
// members who compare them find a relay that tells two stories, and can prove it.
struct SeenHead {
    std::uint32_t board = 0;
    std::uint64_t position = 0;
    wire::Head head{};
    std::optional<wire::Signature> signature;
    friend bool operator==(const SeenHead&, const SeenHead&) = default;
};

struct TextBody {
    base::ByteArray<16> id{};
    std::string text;
    friend bool operator==(const TextBody&, const TextBody&) = default;
};
struct ProfileBody {   // of the conversation
    std::string title;
    friend bool operator==(const ProfileBody&, const ProfileBody&) = default;
};
struct UnknownBody {
    std::uint8_t type = 0;
    base::Bytes bytes;
    friend bool operator==(const UnknownBody&, const UnknownBody&) = default;
};

struct Content {
    std::int64_t sent_ms = 0;
    SeenHead seen;                             // of the conversation's board
    std::optional<wire::SignedHead> directory;   // of the directory, at any position: the furthest one the sender holds
    Releases releases;                         // of the app, the sender's; not in every message
    std::variant<TextBody, ProfileBody, UnknownBody> body;

    base::SecretBytes serialize() const;
    static std::optional<Content> parse(base::ByteView bytes);
    friend bool operator==(const Content&, const Content&) = default;
};

// bytes; what an invitation wraps around its Welcome takes the rest of a message
inline constexpr std::size_t kWelcomeSizeMax = kPayloadMax - 256;

// The first contact of a device with a conversation.
struct Invitation {
    api::ConversationKind kind = api::ConversationKind::group;
    std::uint32_t board = 0;
    std::uint64_t from_position = 0;   // nothing before it on the board can be read with this Welcome
    std::string title;                 // of a group
    base::Bytes welcome;

    base::SecretBytes serialize() const;
    static std::optional<Invitation> parse(base::ByteView bytes);
    friend bool operator==(const Invitation&, const Invitation&) = default;
};

// The id of a text in the timeline: nobody can take the id of somebody else's message.
api::MessageId text_id(const crypto::SignaturePublicKey& sender_identity, const base::ByteArray<16>& id);

// Sealed once more with a fresh key, so that a contact key that leaks later does not open old invitations' Welcomes by itself.
std::optional<base::Bytes> seal_invitation(const Invitation& invitation, base::ByteView to_contact_public_key,
                                           const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device,
                                           base::Random& random);
std::optional<Invitation> open_invitation(base::ByteView payload, const crypto::DhPrivateKey& contact_key,
                                          const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device);

}  // namespace sinetti::chat
