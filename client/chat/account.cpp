#include "chat/account.h"

#include "api/command.h"
#include "chat/stored_keys.h"
#include "codec/writer.h"
#include "wire/limits.h"

namespace sinetti::chat {

using crypto::DhPrivateKey;
using crypto::SignaturePrivateKey;

namespace {

constexpr std::uint16_t kAccountVersion = 2;   // 1 did not know the relay's keys
constexpr std::int64_t kFounderInviteLifetime = 100ll * 365 * 24 * 3600 * 1000;   // milliseconds; it is used at once, or never

codec::Result<PendingEnrolment> read_pending(codec::Reader& reader, AccountStage stage)
{
    if (stage == AccountStage::adding_device) return PendingEnrolment{std::nullopt, TRY(reader.opaque(wire::kRecordSizeMax)), {}, std::nullopt};
    auto invite = TRY(directory::read_invite_certificate(reader));
    auto invite_key = TRY(read_signature_key(reader));
    auto enrolment = TRY(reader.opaque(wire::kRecordSizeMax));
    auto organisation = TRY(reader.opaque(wire::kRecordSizeMax));
    PendingEnrolment pending{PendingInvite{invite, std::move(invite_key)}, std::move(enrolment), std::move(organisation), std::nullopt};
    if (TRY(reader.optional_marker())) {
        const auto token = TRY(reader.secret(32));
        if (token.size() != 32) return base::Unexpected(codec::Error::bad_value);
        pending.founder_token.emplace(token.view().first<32>());
    }
    return pending;
}

codec::Result<Account> read_account(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u16()) != kAccountVersion) return base::Unexpected(codec::Error::bad_value);
    const auto stage = TRY(reader.u8());
    if (stage < 1 || stage > 4) return base::Unexpected(codec::Error::bad_value);
    auto identity = TRY(read_signature_key(reader));
    auto device = TRY(read_signature_key(reader));
    const auto contact_bytes = TRY(reader.secret(crypto::kDhKeySize));
    auto contact = TRY(key_or_bad_value(DhPrivateKey::from_bytes(contact_bytes.view())));
    auto directory_key = TRY(reader.secret(directory::kDirectoryKeySize));
    if (directory_key.size() != directory::kDirectoryKeySize) return base::Unexpected(codec::Error::bad_value);
    const auto root_public_key = TRY(reader.array<32>());
    const auto relay_keys = TRY(directory::read_relay_keys(reader));
    std::optional<SignaturePrivateKey> root;
    if (TRY(reader.optional_marker())) root = TRY(read_signature_key(reader));
    auto organisation = TRY(reader.text(kAccountTextMax));
    auto name = TRY(reader.text(kAccountTextMax));
    auto title = TRY(reader.text(kAccountTextMax));
    std::optional<PendingEnrolment> pending;
    if (TRY(reader.optional_marker())) pending = TRY(read_pending(reader, static_cast<AccountStage>(stage)));
    TRY(reader.finish());
    if ((stage == static_cast<std::uint8_t>(AccountStage::complete)) == pending.has_value()) return base::Unexpected(codec::Error::bad_value);
    return Account{static_cast<AccountStage>(stage), std::move(identity), std::move(device), std::move(contact),
                   directory::DirectoryKey(std::move(directory_key)), root_public_key, relay_keys, std::move(root), std::move(organisation), std::move(name),
                   std::move(title), std::move(pending)};
}

bool is_name(const std::string& text) { return !text.empty() && text.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(text)); }
bool is_title(const std::string& text) { return text.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(text)); }

struct NewDevice {
    SignaturePrivateKey device;
    DhPrivateKey contact;
    KeyPackageSet key_packages;
    directory::DeviceCertificate certificate;
};

NewDevice make_device(const SignaturePrivateKey& identity, base::UnixMilliseconds now, base::Random& random)
{
    auto device = SignaturePrivateKey::generate(random);
    auto contact = DhPrivateKey::generate(random);
    const auto certificate = directory::sign_device(identity, device.public_key(), contact.public_key(), now);
    auto key_packages = new_key_packages({credential_of(identity.public_key(), device.public_key()), device.clone()}, now, random);
    return {std::move(device), std::move(contact), std::move(key_packages), certificate};
}

}  // namespace

mls::Credential credential_of(const PublicKey& identity, const PublicKey& device)
{
    codec::Writer writer;
    writer.raw(identity).raw(device);
    return mls::Credential::basic(writer.view());
}

mls::LeafNodeIdentity leaf_identity_of(const Account& account)
{
    return {credential_of(account.identity.public_key(), account.device.public_key()), account.device.clone()};
}

base::SecretBytes Account::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kAccountVersion).u8(static_cast<std::uint8_t>(stage));
    writer.opaque(identity.seed()).opaque(device.seed()).opaque(contact.bytes()).opaque(directory_key.view()).raw(root_public_key);
    directory::write_relay_keys(writer, relay_keys);
    writer.optional_marker(root.has_value());
    if (root) writer.opaque(root->seed());
    writer.text(organisation).text(name).text(title);
    writer.optional_marker(pending.has_value());
    if (pending) {
        if (pending->invite) writer.raw(directory::encode(pending->invite->certificate)).opaque(pending->invite->key.seed());
        writer.opaque(pending->enrolment_record);
        if (pending->invite) {
            writer.opaque(pending->organisation_record).optional_marker(pending->founder_token.has_value());
            if (pending->founder_token) writer.opaque(pending->founder_token->view());
        }
    }
    return std::move(writer).take();
}

base::Result<Account, api::Code> Account::parse(base::ByteView record)
{
    const auto version = codec::Reader(record).u16();
    if (version && *version < kAccountVersion) return base::Unexpected(api::Code::store_outdated);
    return TRY_OR(read_account(record), api::Code::store_broken);
}

NewAccountResult found_organisation(const directory::FounderLink& link, const std::string& organisation, const std::string& name,
                                    const std::string& title, base::UnixMilliseconds now, base::Random& random)
{
    if (!is_name(organisation) || !is_name(name) || !is_title(title)) return base::Unexpected(api::Code::name_missing);
    auto root = SignaturePrivateKey::generate(random);
    base::SecretBytes key_bytes(directory::kDirectoryKeySize);
    random.fill(key_bytes.mutable_view());
    directory::DirectoryKey directory_key(std::move(key_bytes));
    auto sealed_organisation = TRY_OR(directory::seal_name(directory_key, directory::NameOf::organisation, {organisation, ""}, random), api::Code::name_missing);
    auto sealed_profile = TRY_OR(directory::seal_name(directory_key, directory::NameOf::person, {name, title}, random), api::Code::name_missing);

    auto identity = SignaturePrivateKey::generate(random);
    auto newcomer = make_device(identity, now, random);
    auto invite_key = SignaturePrivateKey::generate(random);
    const auto invite = directory::sign_invite(root, invite_key.public_key(), {now.value + kFounderInviteLifetime}, directory::Role::administrator);
    auto enrolment = directory::encode(directory::sign_enrolment(invite, invite_key, identity, std::move(sealed_profile), newcomer.certificate,
                                                                 publish(newcomer.key_packages)));
    auto founding = directory::encode(directory::sign_organisation(root, std::move(sealed_organisation)));
    const auto root_public_key = root.public_key();
    PendingEnrolment pending{PendingInvite{invite, std::move(invite_key)}, std::move(enrolment), std::move(founding), link.token.clone()};
    return NewAccount{Account{AccountStage::founding, std::move(identity), std::move(newcomer.device), std::move(newcomer.contact),
                              std::move(directory_key), root_public_key, link.relay_keys, std::move(root), organisation, name, title, std::move(pending)},
                      std::move(newcomer.key_packages)};
}

NewAccountResult enrol_with(const directory::InviteLink& link, const std::string& name, const std::string& title, base::UnixMilliseconds now,
                            base::Random& random)
{
    if (!is_name(name) || !is_title(title)) return base::Unexpected(api::Code::name_missing);
    auto sealed_profile = TRY_OR(directory::seal_name(link.directory_key, directory::NameOf::person, {name, title}, random), api::Code::name_missing);
    auto invite_key = TRY_OR(SignaturePrivateKey::from_seed(link.invite_seed.view()), api::Code::link_mangled);
    auto identity = SignaturePrivateKey::generate(random);
    auto newcomer = make_device(identity, now, random);
    auto enrolment = directory::encode(directory::sign_enrolment(link.certificate, invite_key, identity, std::move(sealed_profile),
                                                                 newcomer.certificate, publish(newcomer.key_packages)));
    PendingEnrolment pending{PendingInvite{link.certificate, std::move(invite_key)}, std::move(enrolment), {}, std::nullopt};
    return NewAccount{Account{AccountStage::enrolling, std::move(identity), std::move(newcomer.device), std::move(newcomer.contact),
                              link.directory_key.clone(), link.certificate.root_public_key, link.relay_keys, std::nullopt, link.organisation_name, name, title,
                              std::move(pending)},
                      std::move(newcomer.key_packages)};
}

PersonKeys person_keys_of(const Account& account)
{
    return {account.identity.clone(), account.directory_key.clone(), account.root_public_key, account.relay_keys,
            account.root ? std::optional(account.root->clone()) : std::nullopt, account.organisation, account.name, account.title};
}

NewAccountResult add_device(PersonKeys&& person, const std::string& device_name, base::UnixMilliseconds now, base::Random& random, DeviceOwner owner)
{
    if (!is_name(device_name)) return base::Unexpected(api::Code::name_missing);
    auto sealed_name = TRY_OR(directory::seal_name(person.directory_key, directory::NameOf::device, {device_name, std::string(owner == DeviceOwner::shared ? kSharedDeviceTitle : "")}, random), api::Code::name_missing);
    auto added = make_device(person.identity, now, random);
    auto record = directory::encode(directory::sign_device_enrolment(person.identity, added.device, added.certificate, std::move(sealed_name),
                                                                     publish(added.key_packages)));
    PendingEnrolment pending{std::nullopt, std::move(record), {}, std::nullopt};
    return NewAccount{Account{AccountStage::adding_device, std::move(person.identity), std::move(added.device), std::move(added.contact),
                              std::move(person.directory_key), person.root_public_key, person.relay_keys, std::move(person.root),
                              std::move(person.organisation), std::move(person.name), std::move(person.title), std::move(pending)},
                      std::move(added.key_packages)};
}

}  // namespace sinetti::chat
