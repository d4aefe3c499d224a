#pragma once
// Who we are: the keys of this person on this device, and how far their enrolment has come. Stored as the record "account"
// before anything of it leaves, so that enrolling resumes wherever it was cut off.

#include "api/types.h"
#include "base/clock.h"
#include "chat/key_packages.h"
#include "crypto/dh.h"
#include "crypto/sign.h"
#include "directory/link.h"
#include "directory/record.h"

#include <optional>

namespace sinetti::chat {

using directory::PublicKey;

inline constexpr std::string_view kAccountRecord = "account";
inline constexpr std::size_t kAccountTextMax = 1024;   // bytes: its organisation, name and title

enum class AccountStage : std::uint8_t {
    founding = 1,    // the organisation record may not be on the relay yet
    enrolling = 2,   // our enrolment may not be on the relay yet
    complete = 3,
    adding_device = 4,   // this person is enrolled; the record that adds this device may not be on the relay yet
};

struct PendingInvite {
    directory::InviteCertificate certificate;
    crypto::SignaturePrivateKey key;
};

// What is needed until the relay has our enrolment, and forgotten then.
struct PendingEnrolment {
    std::optional<PendingInvite> invite;             // absent at stage adding_device
    base::Bytes enrolment_record;                    // an Enrolment, or at stage adding_device a DeviceEnrolment
    base::Bytes organisation_record;               // stage founding
    std::optional<base::Secret<32>> founder_token;   // stage founding
};

struct Account {
    AccountStage stage;
    crypto::SignaturePrivateKey identity;
    crypto::SignaturePrivateKey device;
    crypto::DhPrivateKey contact;
    directory::DirectoryKey directory_key;
    PublicKey root_public_key;
    directory::RelayKeys relay_keys;                   // of the one relay this account lives on, from the link it began with
    std::optional<crypto::SignaturePrivateKey> root;   // the founder's
    std::string organisation;
    std::string name;
    std::string title;
    std::optional<PendingEnrolment> pending;

    base::SecretBytes serialize() const;
    // Errors: store_outdated (written before accounts knew the relay's keys), store_broken.
    static base::Result<Account, api::Code> parse(base::ByteView record);
};

struct NewAccount {
    Account account;
    KeyPackageSet key_packages;
};

// Errors: name_missing (empty, not UTF-8 or too long).
using NewAccountResult = base::Result<NewAccount, api::Code>;
NewAccountResult found_organisation(const directory::FounderLink& link, const std::string& organisation, const std::string& name,
                                    const std::string& title, base::UnixMilliseconds now, base::Random& random);
NewAccountResult enrol_with(const directory::InviteLink& link, const std::string& name, const std::string& title, base::UnixMilliseconds now,
                            base::Random& random);

// A person without any device: what an account has that another device of theirs begins with.
struct PersonKeys {
    crypto::SignaturePrivateKey identity;
    directory::DirectoryKey directory_key;
    PublicKey root_public_key;
    directory::RelayKeys relay_keys;
    std::optional<crypto::SignaturePrivateKey> root;
    std::string organisation;
    std::string name;
    std::string title;
};
PersonKeys person_keys_of(const Account& account);

// Whose machine a device is on: its person's, or one that others sit at too and that keeps nothing.
enum class DeviceOwner : std::uint8_t { own, shared };
inline constexpr std::string_view kUnnamedDevice = "Sinetti";      // one that does not say what it is
inline constexpr std::string_view kSharedDeviceTitle = "shared";   // in the sealed name of a device on a shared machine

// An account for a new device of somebody who is enrolled, at stage adding_device: fresh device, contact and key package keys, and
// the record that makes them known. Errors: name_missing (the device's name: empty, not UTF-8 or too long).
NewAccountResult add_device(PersonKeys&& person, const std::string& device_name, base::UnixMilliseconds now, base::Random& random,
                            DeviceOwner owner = DeviceOwner::own);

// The MLS credential of a device: identity key ‖ device key.
mls::Credential credential_of(const PublicKey& identity, const PublicKey& device);
mls::LeafNodeIdentity leaf_identity_of(const Account& account);

}  // namespace sinetti::chat
