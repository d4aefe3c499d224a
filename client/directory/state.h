#pragma once
// What the records of board 0 add up to. Relay and client apply the same records in the same order with this class and come
// to the same state; a record that is refused changes nothing.
//
// Rules: the first record founds the organisation and there is no second one. The first enrolment of an invite wins. An
// identity or device key enters once. Whatever is revoked stays revoked; revoking an identity revokes its devices. An identity
// adds devices, at most kLiveDevicesMax that are not revoked, and revokes its own. A relay publishes token issuer keys for one
// period after the other, at most kTokenIssuersPerPeriod for each, and the last one counts, until a device or identity is revoked
// other than by a sign-out: that retires all there are.
//
// Who is an administrator is what the records before say: whoever enrolled with an invite the root signed for one, and whom the
// root has made one since, until it makes them a member again or they are revoked. What an administrator signed counts at its
// position: it stays when they are one no longer, and what comes after that is refused. They invite members, and revoke invites,
// members and the devices of members; administrators are made, and revoked, by the root alone. The root and they say what boards
// there are and how they are used: of each board the last such record counts. Of those they have said something about one is open always.

#include "directory/record.h"

#include <map>
#include <optional>
#include <set>
#include <span>

namespace sinetti::directory {

inline constexpr std::size_t kLiveDevicesMax = 16;   // of one identity: every one of them is a leaf in each of its groups

struct Device {
    PublicKey public_key{};
    PublicKey identity_public_key{};
    crypto::DhPublicKey contact_public_key{};
    base::UnixMilliseconds created;
    base::Bytes sealed_name;                // empty of the device that an identity enrolled with
    base::Bytes key_packages;               // the latest
    std::uint64_t key_package_position = 0; // of the record it came in
    bool revoked = false;                   // itself or through its identity
};

struct Identity {
    PublicKey public_key{};
    Role role = Role::member;
    std::uint32_t role_changes = 0;         // since it enrolled
    PublicKey invite_public_key{};          // the invite it enrolled with
    base::Bytes sealed_profile;
    std::vector<PublicKey> devices;         // in order of enrolment
    std::uint64_t position = 0;             // of its enrolment
    bool revoked = false;
};

struct SignedBoard {
    BoardLevel level = BoardLevel::prompt;
    BoardSuite suite = BoardSuite::post_quantum;
    std::uint16_t retention_days = 0;
    base::Bytes sealed_name;
    bool closed = false;
    std::uint32_t records = 0;              // that there have been about it
};

// What a record did.
struct Founded {
    PublicKey root_public_key{};
};
struct Enrolled {
    PublicKey identity_public_key{};
    PublicKey device_public_key{};
    PublicKey invite_public_key{};
};
struct KeyPackageReplaced {
    PublicKey device_public_key{};
};
struct Revoked {
    RevokedKind kind = RevokedKind::invite;
    PublicKey key{};
};
struct DeviceEnrolled {
    PublicKey identity_public_key{};
    PublicKey device_public_key{};
};
struct TokenIssuerPublished {
    PublicKey relay_public_key{};
    base::ByteArray<32> issuer_public_key{};
};
struct RoleChanged {
    PublicKey identity_public_key{};
    Role role = Role::member;
};
struct BoardSet {
    std::uint32_t board = 0;
    bool turned = false;                    // it was open and is closed now, or the other way round
};
using Applied = std::variant<Founded, Enrolled, KeyPackageReplaced, Revoked, DeviceEnrolled, TokenIssuerPublished, RoleChanged, BoardSet>;   // a SignOut has Revoked its device

// Between two revocations. More than one only when a relay has lost a key: whoever is given one of their own would be seen to be.
inline constexpr std::size_t kTokenIssuersPerPeriod = 4;
inline constexpr std::size_t kTokenPeriodsKept = 8;

inline constexpr std::size_t kSignedBoardsMax = 256;   // a quarter of those a relay may have

class DirectoryState {
public:
    // `now`, when given, holds invites to their expiry. The relay gives it; a client that replays the past cannot.
    // Errors: those of verify(), already_founded, not_founded, invite_used, invite_expired, invite_revoked, key_taken,
    // unknown_key, revoked (a key package of a revoked device, a device of a revoked identity, or a second revocation),
    // too_many_devices, key_mismatch (who signs out a device that is not theirs), not_administrator, bad_role, bad_policy,
    // too_many_boards, last_open_board.
    Result<Applied> check(const Record& record, std::optional<base::UnixMilliseconds> now = {}) const;
    Result<Applied> apply(std::uint64_t position, const Record& record, std::optional<base::UnixMilliseconds> now = {});

    bool founded() const { return m_organisation.has_value(); }
    const std::optional<Organisation>& organisation() const { return m_organisation; }
    std::span<const PublicKey> identities() const { return m_identity_order; }   // in order of enrolment, revoked ones too
    const Identity* identity(const PublicKey& key) const;                        // nullptr when unknown
    const Device* device(const PublicKey& key) const;                            // nullptr when unknown
    std::vector<const Device*> live_devices(const Identity& identity) const;     // those that are not revoked, in order of enrolment
    bool is_administrator(const PublicKey& key) const;                           // delegated by the root, and not revoked
    bool invite_used(const PublicKey& invite_public_key) const { return m_used_invites.contains(invite_public_key); }
    bool invite_revoked(const PublicKey& invite_public_key) const { return m_revoked_invites.contains(invite_public_key); }

    const std::map<std::uint32_t, SignedBoard>& boards() const { return m_boards; }   // those whose policy was signed, by number
    const SignedBoard* board(std::uint32_t number) const;                             // nullptr: nobody has signed one
    bool is_closed(std::uint32_t number) const;

    // The keys of a relay that count, at most one for each of the last kTokenPeriodsKept periods, oldest first.
    std::vector<TokenIssuer> token_issuers(const PublicKey& relay_public_key) const;

    // Whether this invite could still enrol somebody. Errors: not_founded, wrong_organisation, bad_signature, invite_…, not_administrator.
    Result<void> check_invite(const InviteCertificate& invite, std::optional<base::UnixMilliseconds> now = {}) const;

private:
    Result<Applied> check_body(const Organisation& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const Enrolment& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const KeyPackageUpdate& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const Revocation& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const DeviceEnrolment& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const SignOut& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const TokenIssuer& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const RoleChange& record, std::optional<base::UnixMilliseconds> now) const;
    Result<Applied> check_body(const BoardRecord& record, std::optional<base::UnixMilliseconds> now) const;
    void apply_body(std::uint64_t position, const Organisation& record);
    void apply_body(std::uint64_t position, const Enrolment& record);
    void apply_body(std::uint64_t position, const KeyPackageUpdate& record);
    void apply_body(std::uint64_t position, const Revocation& record);
    void apply_body(std::uint64_t position, const DeviceEnrolment& record);
    void apply_body(std::uint64_t position, const SignOut& record);
    void apply_body(std::uint64_t position, const TokenIssuer& record);
    void apply_body(std::uint64_t position, const RoleChange& record);
    void apply_body(std::uint64_t position, const BoardRecord& record);

    std::optional<Organisation> m_organisation;
    std::vector<PublicKey> m_identity_order;
    std::map<PublicKey, Identity> m_identities;
    std::map<PublicKey, Device> m_devices;
    std::set<PublicKey> m_used_invites;
    std::set<PublicKey> m_revoked_invites;
    std::map<std::uint32_t, SignedBoard> m_boards;
    struct PublishedIssuer {
        TokenIssuer record;
        bool retired = false;
    };
    std::map<PublicKey, std::map<base::UnixMilliseconds, std::vector<PublishedIssuer>>> m_token_issuers;   // by relay and period
    void retire_token_issuers();
};

}  // namespace sinetti::directory
