#pragma once
// The records of board 0, and how they are signed, encoded and verified. Their meaning together is state.h's.
//   Record{ uint8 version = 1, uint8 type, body }
// A record is made by a sign_… function, or decoded and then verified.

#include "directory/certificate.h"
#include "directory/sealed_name.h"

#include <optional>
#include <variant>

namespace sinetti::directory {

inline constexpr std::size_t kRecordSizeMax = 8192;       // bytes, encoded; as wire::kRecordSizeMax
inline constexpr std::size_t kKeyPackagesSizeMax = 6144;  // bytes; room for two post-quantum ones

using RecordTag = base::ByteArray<16>;                    // SHA-256(record)[0..16): its tag on the board
RecordTag record_tag(base::ByteView record);

// The first record of a directory, and its only one of this type.
struct Organisation {
    PublicKey root_public_key{};
    base::Bytes sealed_name;
    Signature signature{};                                // by the root
    friend bool operator==(const Organisation&, const Organisation&) = default;
};
Organisation sign_organisation(const SignaturePrivateKey& root, base::Bytes sealed_name);

// A newcomer uses an invite: their identity, their first device and its key packages: MLSMessages one behind the other, one for each
// suite. What is in them is for those who use them; here they are bytes.
struct Enrolment {
    InviteCertificate invite;
    PublicKey identity_public_key{};
    base::Bytes sealed_profile;
    DeviceCertificate device;
    base::Bytes key_packages;
    Signature invite_signature{};
    Signature identity_signature{};
    friend bool operator==(const Enrolment&, const Enrolment&) = default;
};
Enrolment sign_enrolment(const InviteCertificate& invite, const SignaturePrivateKey& invite_key, const SignaturePrivateKey& identity,
                         base::Bytes sealed_profile, const DeviceCertificate& device, base::Bytes key_packages);

// Replaces the device's key packages.
struct KeyPackageUpdate {
    PublicKey device_public_key{};
    base::Bytes key_packages;
    Signature signature{};                                // by the device
    friend bool operator==(const KeyPackageUpdate&, const KeyPackageUpdate&) = default;
};
KeyPackageUpdate sign_key_package(const SignaturePrivateKey& device, base::Bytes key_packages);

enum class RevokedKind : std::uint8_t { invite = 0, device = 1, identity = 2 };
struct Revocation {
    RevokedKind kind = RevokedKind::invite;
    PublicKey key{};
    std::optional<PublicKey> administrator;               // the delegated one who signed it, with their identity key; absent: the root did
    Signature signature{};
    friend bool operator==(const Revocation&, const Revocation&) = default;
};
Revocation sign_revocation(const SignaturePrivateKey& root, RevokedKind kind, const PublicKey& key);
Revocation sign_revocation_as_administrator(const SignaturePrivateKey& administrator, RevokedKind kind, const PublicKey& key);

// The root makes somebody a delegated administrator, or a member again. The number is how many came before it about this identity,
// so that nobody can say one of them twice.
struct RoleChange {
    PublicKey identity_public_key{};
    std::uint32_t number = 0;
    Role role = Role::member;
    Signature signature{};                                // by the root
    friend bool operator==(const RoleChange&, const RoleChange&) = default;
};
RoleChange sign_role_change(const SignaturePrivateKey& root, const PublicKey& identity_public_key, std::uint32_t number, Role role);

// What the root, or a delegated administrator, wants a board of cells to be: it is made if it is not there. The number is how many came
// before it about this board, so that nobody can say one of them twice. Only what is built, and what it is, can be named: what "the
// usual" means would be the reader's word, and not the signer's. A board that is closed takes no more cells; the record that
// closes it is of a type and under a label of its own, and is otherwise the same.
inline constexpr std::uint32_t kBoardNumberMax = 65535;
enum class BoardLevel : std::uint8_t { prompt = 1, mixed = 4 };                       // as wire::SendingLevel
enum class BoardSuite : std::uint16_t { classical = 0x0003, post_quantum = 0x0054 };  // of new conversations
struct BoardRecord {
    std::optional<PublicKey> administrator;               // as in a Revocation
    std::uint32_t board = 0;
    std::uint32_t number = 0;
    BoardLevel level = BoardLevel::prompt;
    BoardSuite suite = BoardSuite::post_quantum;
    std::uint16_t retention_days = 0;                     // 0: for ever
    base::Bytes sealed_name;
    bool closed = false;
    Signature signature{};
    friend bool operator==(const BoardRecord&, const BoardRecord&) = default;
};
BoardRecord sign_board(const SignaturePrivateKey& root, BoardRecord&& wanted);
BoardRecord sign_board_as_administrator(const SignaturePrivateKey& administrator, BoardRecord&& wanted);

// An identity that is enrolled already adds a device. The device's own signature shows that its key is at hand, so that nobody
// can claim another's.
struct DeviceEnrolment {
    DeviceCertificate device;
    base::Bytes sealed_name;                              // of the device, for people to tell theirs apart
    base::Bytes key_packages;                             // as in an Enrolment
    Signature identity_signature{};
    Signature device_signature{};
    friend bool operator==(const DeviceEnrolment&, const DeviceEnrolment&) = default;
};
DeviceEnrolment sign_device_enrolment(const SignaturePrivateKey& identity, const SignaturePrivateKey& device, const DeviceCertificate& certificate,
                                      base::Bytes sealed_name, base::Bytes key_packages);

// A person revokes a device of their own.
struct SignOut {
    PublicKey identity_public_key{};
    PublicKey device_public_key{};
    Signature signature{};                                // by the identity
    friend bool operator==(const SignOut&, const SignOut&) = default;
};
SignOut sign_sign_out(const SignaturePrivateKey& identity, const PublicKey& device_public_key);

// A key the relay issues access tokens under (docs/protocol.md §10). Its period is a day; its tokens are good for half a day longer.
// Whose relay key counts is the reader's to know: it comes with the link.
inline constexpr std::int64_t kTokenPeriod = 24ll * 3600 * 1000;      // milliseconds, from 1970 on
inline constexpr std::int64_t kTokenLifetime = 36ll * 3600 * 1000;    // milliseconds, from the start of the period
inline constexpr std::int64_t kTokenPeriodsAhead = 3;                 // keys are published for so many periods after the present one: a weekend
struct TokenIssuer {
    PublicKey relay_public_key{};                         // Ed25519, signs for the relay
    base::UnixMilliseconds not_before;                    // the start of a period
    base::UnixMilliseconds expires;                       // not_before + kTokenLifetime; expired when now >= expires
    base::ByteArray<32> issuer_public_key{};              // ristretto255
    Signature signature{};                                // by the relay
    friend bool operator==(const TokenIssuer&, const TokenIssuer&) = default;
};
TokenIssuer sign_token_issuer(const SignaturePrivateKey& relay, base::UnixMilliseconds not_before, const base::ByteArray<32>& issuer_public_key);

using Record = std::variant<Organisation, Enrolment, KeyPackageUpdate, Revocation, DeviceEnrolment, SignOut, TokenIssuer, RoleChange, BoardRecord>;

base::Bytes encode(const Record& record);
// Errors: malformed, unknown_version.
Result<Record> decode_record(base::ByteView bytes);

// Every signature inside, and keys that must agree. `root` is the organisation's, which a revocation, role or board does not name itself. Whether
// a delegated administrator is one is state.h's.
// Errors: bad_signature, key_mismatch, wrong_organisation.
Result<void> verify(const Record& record, const PublicKey& root);

}  // namespace sinetti::directory
