#include "chat/device_link.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"

#include <cstdio>

namespace sinetti::chat {

namespace {

constexpr std::uint8_t kLinkVersion = 1;
constexpr crypto::HpkeSuite kSuite{crypto::KemId::xwing, crypto::KdfId::hkdf_sha256, crypto::AeadId::chacha20_poly1305};
constexpr std::size_t kEncapsulatedSize = 1120;   // bytes, of X-Wing
constexpr std::size_t kPublicKeySize = 1216;
constexpr std::size_t kSealedMax = wire::kMeetingMessageSize - kEncapsulatedSize - crypto::kAeadTagSize;   // bytes inside an answer or a hand-over
constexpr std::size_t kSecretSize = 64;

base::SecretBytes padded(base::SecretBytes&& plaintext, std::size_t size)
{
    plaintext.resize(size);
    return std::move(plaintext);
}

bool are_zeros(base::ByteView bytes) { return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; }); }

base::Bytes bound_to(std::string_view label, const vault::LinkKeys& keys, std::initializer_list<base::ByteView> before)
{
    crypto::Sha256 digest;
    for (const auto message : before) digest.update(message);
    codec::Writer writer;
    writer.text(label).raw(keys.address);
    if (before.size() > 0) writer.raw(digest.finish());
    return std::move(writer).take();
}

std::optional<base::Bytes> seal_to(base::ByteView key, const vault::LinkKeys& keys, base::ByteView info, base::SecretBytes&& plaintext, base::Random& random)
{
    if (plaintext.size() > kSealedMax || !crypto::kem_is_public_key(kSuite.kem, key)) return std::nullopt;
    auto sender = crypto::hpke_setup_sender(kSuite, key, info, random, {}, crypto::HpkePsk{keys.psk.view(), keys.address});
    if (!sender) return std::nullopt;
    const auto sealed = sender->context.seal({}, padded(std::move(plaintext), kSealedMax).view());
    if (!sealed) return std::nullopt;
    auto message = std::move(sender->encapsulated);
    message.insert(message.end(), sealed->begin(), sealed->end());
    CHECK_INVARIANT(message.size() == wire::kMeetingMessageSize);
    return message;
}

std::optional<base::SecretBytes> open_with(const crypto::HpkePrivateKey& key, const vault::LinkKeys& keys, base::ByteView info, base::ByteView message)
{
    if (message.size() != wire::kMeetingMessageSize) return std::nullopt;
    auto context = crypto::hpke_setup_receiver(kSuite, message.first(kEncapsulatedSize), key.view(), info, {}, crypto::HpkePsk{keys.psk.view(), keys.address});
    if (!context) return std::nullopt;
    auto plaintext = context->open({}, message.subspan(kEncapsulatedSize));
    if (!plaintext) return std::nullopt;
    return std::move(*plaintext);
}

codec::Result<LinkApplicant> read_applicant(codec::Reader& reader)
{
    if (TRY(reader.u8()) != kLinkVersion) return base::Unexpected(codec::Error::bad_value);
    LinkApplicant applicant;
    applicant.public_key = TRY(reader.opaque(kPublicKeySize));
    applicant.device = TRY(reader.text(api::kNameMax));
    applicant.shared = TRY(reader.optional_marker());
    if (applicant.device.empty() || !base::is_valid_utf8(base::view_of(applicant.device)) || !crypto::kem_is_public_key(kSuite.kem, applicant.public_key) ||
        !are_zeros(reader.rest()))
        return base::Unexpected(codec::Error::bad_value);
    return applicant;
}

codec::Result<HandOver> read_hand_over(base::ByteView contents)
{
    codec::Reader reader(contents);
    const auto vault_contents = TRY(reader.secret(kSealedMax));
    auto person = PersonVault::parse(vault_contents.view());
    if (!person) return base::Unexpected(codec::Error::bad_value);
    auto name = TRY(reader.text(vault::kSignInNameMax));
    const auto version = TRY(reader.u64());
    auto secret = TRY(reader.secret(kSecretSize));
    const auto code = TRY(reader.secret(vault::RecoveryCode::kEntropySize));
    store::PassphraseKey key;
    key.salt = TRY(reader.array<crypto::kPasswordSaltSize>());
    key.parameters.memory = TRY(reader.u64());
    key.parameters.passes = TRY(reader.u32());
    key.key = crypto::PasswordKey(TRY(reader.secret(crypto::kAeadKeySize)));
    if (name.empty() || version == 0 || secret.size() != kSecretSize || code.size() != vault::RecoveryCode::kEntropySize || key.key.size() != crypto::kAeadKeySize ||
        !are_zeros(reader.rest()))
        return base::Unexpected(codec::Error::bad_value);
    const bool code_shown = person->code_shown;
    auto seen = person->seen;
    auto kept = person->kept;
    return HandOver{std::move(*person),
                    {std::move(name), version, vault::VaultSecret(std::move(secret)),
                     vault::RecoveryCode::from_entropy(code.view().first<vault::RecoveryCode::kEntropySize>()), code_shown, std::move(seen),
                     std::move(kept), true},
                    std::move(key)};
}

}  // namespace

base::SecretBytes HandOver::serialize() const
{
    codec::SecretWriter writer;
    writer.opaque(person.serialize().view()).text(vault.sign_in_name).u64(vault.version).opaque(vault.secret->view()).opaque(vault.code.entropy());
    writer.raw(passphrase_key.salt).u64(passphrase_key.parameters.memory).u32(passphrase_key.parameters.passes).opaque(passphrase_key.key.view());
    return std::move(writer).take();
}

void HandOver::trim()
{
    while (2 + serialize().size() > kSealedMax && drop_oldest(person.kept)) {}
}

std::optional<HandOver> HandOver::parse(base::ByteView contents)
{
    auto read = read_hand_over(contents);
    if (!read) return std::nullopt;
    return std::move(*read);
}

base::Bytes relay_identity(const directory::RelayDocument& relay)
{
    codec::Writer writer;
    writer.raw(relay.root_public_key);
    directory::write_relay_keys(writer, relay.relay_keys);
    return std::move(writer).take();
}

base::Bytes seal_offer(const vault::LinkKeys& keys, base::ByteView public_key, base::Random& random)
{
    codec::SecretWriter plaintext;
    plaintext.u8(kLinkVersion).opaque(public_key);
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    codec::Writer offer;
    offer.raw(nonce).raw(crypto::xaead_seal(keys.offer_key.view(), nonce, bound_to("sinetti link offer v1", keys, {}),
                                            padded(std::move(plaintext).take(), wire::kMeetingMessageSize - crypto::kXAeadNonceSize - crypto::kAeadTagSize).view()));
    return std::move(offer).take();
}

std::optional<base::Bytes> open_offer(const vault::LinkKeys& keys, base::ByteView offer)
{
    if (offer.size() != wire::kMeetingMessageSize) return std::nullopt;
    const auto plaintext = crypto::xaead_open(keys.offer_key.view(), offer.first(crypto::kXAeadNonceSize), bound_to("sinetti link offer v1", keys, {}),
                                              offer.subspan(crypto::kXAeadNonceSize));
    if (!plaintext) return std::nullopt;
    codec::Reader reader(plaintext->view());
    const auto version = reader.u8();
    if (!version || *version != kLinkVersion) return std::nullopt;
    auto key = reader.opaque(kPublicKeySize);
    if (!key || !crypto::kem_is_public_key(kSuite.kem, *key) || !are_zeros(reader.rest())) return std::nullopt;
    return std::move(*key);
}

std::optional<base::Bytes> seal_answer(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView host_key, const LinkApplicant& applicant, base::Random& random)
{
    codec::SecretWriter plaintext;
    plaintext.u8(kLinkVersion).opaque(applicant.public_key).text(applicant.device).optional_marker(applicant.shared);
    return seal_to(host_key, keys, bound_to("sinetti link answer v1", keys, {offer}), std::move(plaintext).take(), random);
}

std::optional<LinkApplicant> open_answer(const vault::LinkKeys& keys, base::ByteView offer, const crypto::HpkePrivateKey& host_key, base::ByteView answer)
{
    const auto plaintext = open_with(host_key, keys, bound_to("sinetti link answer v1", keys, {offer}), answer);
    if (!plaintext) return std::nullopt;
    codec::Reader reader(plaintext->view());
    auto applicant = read_applicant(reader);
    if (!applicant) return std::nullopt;
    return std::move(*applicant);
}

std::optional<base::Bytes> seal_hand_over(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView answer, base::ByteView guest_key, const HandOver* contents,
                                          base::Random& random)
{
    codec::SecretWriter plaintext;
    plaintext.u8(kLinkVersion).optional_marker(contents != nullptr);
    if (contents != nullptr) plaintext.raw(contents->serialize().view());
    return seal_to(guest_key, keys, bound_to("sinetti link hand-over v1", keys, {offer, answer}), std::move(plaintext).take(), random);
}

std::optional<OpenedHandOver> open_hand_over(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView answer, const crypto::HpkePrivateKey& guest_key,
                                             base::ByteView hand_over)
{
    const auto plaintext = open_with(guest_key, keys, bound_to("sinetti link hand-over v1", keys, {offer, answer}), hand_over);
    if (!plaintext) return std::nullopt;
    codec::Reader reader(plaintext->view());
    const auto version = reader.u8();
    const auto admitted = reader.optional_marker();
    if (!version || *version != kLinkVersion || !admitted) return std::nullopt;
    return OpenedHandOver{*admitted, base::SecretBytes(reader.rest())};
}

std::string link_number(base::ByteView offer, base::ByteView answer)
{
    const auto digest = crypto::Sha256().update(base::view_of("sinetti link number v1")).update(offer).update(answer).finish();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[i];
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06u", static_cast<unsigned>(value % 1'000'000));
    return digits;
}

}  // namespace sinetti::chat
