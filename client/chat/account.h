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

enum class AccountStage : std::uint8_t {
    founding = 1,    // the organisation record may not be on the relay yet
    enrolling = 2,   // our enrolment may not be on the relay yet
    complete = 3,
};

// What is needed until the relay has our enrolment, and forgotten then.
struct PendingEnrolment {
    directory::InviteCertificate invite;
    crypto::SignaturePrivateKey invite_key;
    base::Bytes enrolment_record;
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

// The MLS credential of a device: identity key ‖ device key.
mls::Credential credential_of(const PublicKey& identity, const PublicKey& device);
mls::LeafNodeIdentity leaf_identity_of(const Account& account);

}  // namespace sinetti::chat
