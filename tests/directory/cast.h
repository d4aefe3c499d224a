#pragma once
// Keys and records for directory tests: an organisation, its root and people.

#include "crypto/oprf.h"
#include "directory/link.h"
#include "directory/state.h"

namespace sinetti::directory_test {

inline constexpr base::UnixMilliseconds kNow{1'700'000'000'000};
inline constexpr base::UnixMilliseconds kLater{1'700'600'000'000};

struct Person {
    explicit Person(base::Random& random)
        : invite(crypto::SignaturePrivateKey::generate(random)), identity(crypto::SignaturePrivateKey::generate(random)),
          device(crypto::SignaturePrivateKey::generate(random)), contact(crypto::DhPrivateKey::generate(random))
    {
    }
    crypto::SignaturePrivateKey invite, identity, device;
    crypto::DhPrivateKey contact;
};

struct Cast {
    explicit Cast(std::uint64_t seed = 1)
        : random(seed), root(crypto::SignaturePrivateKey::generate(random)), key(base::Bytes(32, 7)), anna(random), bert(random)
    {
    }

    directory::Organisation organisation()
    {
        return directory::sign_organisation(root, *directory::seal_name(key, directory::NameOf::organisation, {"Valtioneuvosto", ""}, random));
    }
    directory::InviteCertificate invite(const Person& person, directory::Role role = directory::Role::member, base::UnixMilliseconds expires = kLater) const
    {
        return directory::sign_invite(root, person.invite.public_key(), expires, role);
    }
    directory::InviteCertificate invite_by(const Person& administrator, const Person& person) const
    {
        return directory::sign_invite_as_administrator(administrator.identity, root.public_key(), person.invite.public_key(), kLater);
    }
    directory::Enrolment enrolment_by(const Person& administrator, const Person& person)
    {
        return directory::sign_enrolment(invite_by(administrator, person), person.invite, person.identity, profile("Carla"), certificate(person), base::Bytes(300, 1));
    }
    directory::RoleChange role(const Person& person, std::uint32_t number, directory::Role role) const
    {
        return directory::sign_role_change(root, person.identity.public_key(), number, role);
    }
    // How a board is used, but for who wants it so.
    directory::BoardRecord board(std::uint32_t number, std::uint32_t turn, directory::BoardSuite suite = directory::BoardSuite::post_quantum)
    {
        return {.board = number, .number = turn, .suite = suite, .retention_days = 30, .sealed_name = *directory::seal_name(key, directory::NameOf::board, {"Ministerit", ""}, random)};
    }
    directory::DeviceCertificate certificate(const Person& person) const
    {
        return directory::sign_device(person.identity, person.device.public_key(), person.contact.public_key(), kNow);
    }
    base::Bytes profile(const std::string& name) { return *directory::seal_name(key, directory::NameOf::person, {name, "ministeri"}, random); }
    directory::Enrolment enrolment(const Person& person, directory::Role role = directory::Role::member)
    {
        return directory::sign_enrolment(invite(person, role), person.invite, person.identity, profile("Anna"), certificate(person), base::Bytes(300, 1));
    }

    // `device` has keys of its own; its identity is not used.
    directory::DeviceEnrolment device_enrolment(const Person& person, const Person& device)
    {
        const auto certificate = directory::sign_device(person.identity, device.device.public_key(), device.contact.public_key(), kLater);
        return directory::sign_device_enrolment(person.identity, device.device, certificate, *directory::seal_name(key, directory::NameOf::device, {"Firefox", ""}, random),
                                                base::Bytes(300, 5));
    }

    directory::RelayKeys relay_keys() const { return {anna.contact.public_key(), bert.identity.public_key()}; }   // of some relay
    directory::TokenIssuer token_issuer(base::UnixMilliseconds period)
    {
        return directory::sign_token_issuer(relay, period, crypto::OprfPrivateKey::generate(random).public_key().bytes());
    }

    base::SeededRandom random;
    crypto::SignaturePrivateKey root;
    directory::DirectoryKey key;
    Person anna, bert;
    crypto::SignaturePrivateKey relay = crypto::SignaturePrivateKey::generate(random);
};

}  // namespace sinetti::directory_test
