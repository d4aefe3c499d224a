#pragma once
// The frames between client and relay; docs/protocol.md is the text. One frame is one binary WebSocket message, sealed by
// channel/; before it is sealed it is
//
//   uint32 length ‖ uint8 type ‖ body ‖ zeros          length counts type and body; zeros fill the size class
//
// The client opens the channel (Hello); the relay answers with a Challenge; the client authenticates; the relay answers
// Accepted, or Refused and closes.
// Encoding is RFC 9420's presentation language. There is one encoding of every frame: a frame in a larger class than it
// needs, with other padding than zeros or with bytes left over, is refused.

#include "base/bytes.h"
#include "base/result.h"
#include "codec/reader.h"
#include "wire/limits.h"

#include <span>
#include <variant>

namespace sinetti::wire {

template<typename T>
using Result = base::Result<T, codec::Error>;   // bad_value also for an unknown frame type, too_large for a limit of limits.h

using Head = base::ByteArray<32>;
using Tag = base::ByteArray<kTagSize>;
using Nonce = base::ByteArray<32>;
using PublicKey = base::ByteArray<32>;          // Ed25519
using VaultId = base::ByteArray<32>;
using BlobAddress = base::ByteArray<32>;        // blob_address() of its upload key
using BlobUploadKey = base::ByteArray<32>;
using MeetingAddress = base::ByteArray<32>;
using Signature = base::ByteArray<64>;          // Ed25519

// Request ids are the client's choice and never 0, so that 0 can mean "answers no request of yours".
inline constexpr std::uint32_t kNoRequest = 0;

// Numbers are pinned. A receiver keeps a number it does not know, as a refusal it has no name for.
enum class Refusal : std::uint8_t {
    bad_frame = 1,             // malformed, or not allowed at this point; the session is closed
    unsupported_version = 2,
    not_authorised = 3,        // wrong key or token, or a request this kind of session may not make
    unknown_board = 4,
    wrong_size = 5,            // an entry that is not a cell, or too large for a record
    tag_taken = 6,             // the board holds other bytes under this tag
    storage_full = 7,          // nothing was written; reading goes on
    already_founded = 8,
    not_founded = 9,
    invite_used = 10,
    invite_expired = 11,
    invite_invalid = 12,
    bad_record = 13,           // a directory record that is malformed, forged or contradicts the directory
    bad_position = 14,         // not the start of a block, or beyond the board's end
    too_many_requests = 15,
    revoked = 16,
    overloaded = 17,           // the relay is busy or closing down; the same request may succeed later
    internal = 18,
    too_many_devices = 19,     // the identity has as many devices as one may have
    token_invalid = 50,        // not made by an issuer key in force, or of another organisation
    token_spent = 51,
    no_tokens_left = 52,       // the device has had what there is for one under this issuer key
    unknown_issuer = 53,       // tokens are not issued under the key a TokenRequest names
    vault_conflict = 54,       // another version of the vault is stored than the one named
    vault_guesses_spent = 55,  // of this vault, for today
    unknown_blob = 56,         // not there, not complete, or not any more
    blob_conflict = 57,        // another blob or other bytes stand where these would
    blob_allowance_spent = 58, // this session has written as much as one may
    unknown_meeting = 59,      // not there, or not any more
    meeting_taken = 60,        // another message stands where this one would
    not_mixed = 61,            // cells of this board come through an ingress that batches, and this one, or this connection, does not
    board_closed = 62,         // administrators have closed it: it takes no more cells
};
const char* name_of(Refusal refusal);           // for logs and tests; "unknown" for a number without a name

enum class SessionKind : std::uint8_t { device = 1, invite = 2, founder = 3, token = 4, identity = 5, vault = 6 };
enum class BoardKind : std::uint8_t { directory = 0, cells = 1 };
enum class SendingLevel : std::uint8_t {
    prompt = 1,
    shielded = 2,
    silent = 3,
    mixed = 4,                 // one cell a second, or what looks like one, through an ingress that batches, and no other way
};

// How a frame will be sealed, which decides how much of its size class is left for it.
enum class Seal : std::uint8_t {
    session,   // for one receiver: an AEAD tag
    shared,    // once for many: a mark and a tag
    opening,   // a client's first message: an encapsulated key and a tag
};
constexpr std::size_t seal_size(Seal seal)      // bytes that sealing adds
{
    return kSealTagSize + (seal == Seal::shared ? kMarkSize : seal == Seal::opening ? kEncapsulatedKeySize : 0);
}

// --- client to relay -------------------------------------------------------------------------------------------------
// Signatures are over directory::session_auth_content() (directory/session_auth.h).
struct AuthenticateDevice {
    PublicKey device_public_key{};
    Signature signature{};
    friend bool operator==(const AuthenticateDevice&, const AuthenticateDevice&) = default;
};
struct AuthenticateInvite {
    base::Bytes invite_certificate;             // an encoded directory::InviteCertificate
    Signature signature{};                      // by the invite key
    friend bool operator==(const AuthenticateInvite&, const AuthenticateInvite&) = default;
};
struct AuthenticateFounder {
    base::ByteArray<32> token{};
    friend bool operator==(const AuthenticateFounder&, const AuthenticateFounder&) = default;
};
// As some member of staff: docs/protocol.md §10.
struct AuthenticateToken {
    base::ByteArray<kTokenSize> token{};
    friend bool operator==(const AuthenticateToken&, const AuthenticateToken&) = default;
};
// Answered by TokenResponse or Refused. Idempotent: the same elements again are evaluated again and counted once.
struct TokenRequest {
    std::uint32_t request_id = 0;
    std::uint16_t token_type = 0;
    std::uint8_t truncated_token_key_id = 0;
    std::vector<base::ByteArray<32>> blinded_elements;      // 1 … kTokensPerRequestMax
    friend bool operator==(const TokenRequest&, const TokenRequest&) = default;
};
// Answered by Appended or Refused. Idempotent: the same entry again is answered with the position it already has.
struct Append {
    std::uint32_t request_id = 0;
    std::uint32_t board = 0;
    base::Bytes entry;
    friend bool operator==(const Append&, const Append&) = default;
};
// Answered by one or more Entries under this request_id, the final one with last = true, or by Refused.
struct Read {
    std::uint32_t request_id = 0;
    std::uint32_t board = 0;
    std::uint64_t block = 0;
    friend bool operator==(const Read&, const Read&) = default;
};
// Answered by Entries under kNoRequest, first what there is and then, for as long as the session lasts, what is appended;
// or by Refused under this request_id. At least one Entries comes, even when there is nothing yet. Once per board and session.
struct Follow {
    std::uint32_t request_id = 0;
    std::uint32_t board = 0;
    std::uint64_t from_position = 0;            // the start of a block
    friend bool operator==(const Follow&, const Follow&) = default;
};
struct Ping {
    std::uint64_t value = 0;
    friend bool operator==(const Ping&, const Ping&) = default;
};
// The first frame of a client, and only that.
struct Hello {
    std::uint16_t version = kProtocolVersion;
    friend bool operator==(const Hello&, const Hello&) = default;
};
// As somebody who is enrolled, for a device that is not yet.
struct AuthenticateIdentity {
    PublicKey identity_public_key{};
    Signature signature{};
    friend bool operator==(const AuthenticateIdentity&, const AuthenticateIdentity&) = default;
};
// A session of somebody who has no key yet: it may ask for vaults and answer at a meeting, and nothing else.
struct AuthenticateVault {
    friend bool operator==(const AuthenticateVault&, const AuthenticateVault&) = default;
};
// A guess at a passphrase, blinded (RFC 9497). Counted, whether the vault exists or not. Answered by VaultEvaluated or Refused.
struct VaultEvaluate {
    std::uint32_t request_id = 0;
    VaultId vault{};
    base::ByteArray<32> blinded_element{};
    friend bool operator==(const VaultEvaluate&, const VaultEvaluate&) = default;
};
// Signatures are those of vault/access.h. Answered by VaultFetched or Refused: not_authorised also where there is no such vault.
struct VaultFetch {
    std::uint32_t request_id = 0;
    VaultId vault{};
    PublicKey access_public_key{};
    Signature signature{};
    friend bool operator==(const VaultFetch&, const VaultFetch&) = default;
};
// Puts `version` in the place of `previous`, 0 for a vault that is not there yet. Answered by VaultStored or Refused. Idempotent.
struct VaultStore {
    std::uint32_t request_id = 0;
    VaultId vault{};
    std::uint64_t previous = 0;
    std::uint64_t version = 0;                  // larger, at most kVaultVersionMax
    PublicKey passphrase_access_key{};          // these two may fetch and change it from now on
    PublicKey recovery_access_key{};
    base::Bytes sealed;
    PublicKey access_public_key{};              // one of the two that stand there now; of a new vault, its own passphrase's
    Signature signature{};
    friend bool operator==(const VaultStore&, const VaultStore&) = default;
};
// A blob is found by its address and written by whoever has its upload key: docs/protocol.md §12. Answered by BlobState or Refused.
// Idempotent: of a blob that is there it says how much of it is, and keeps it for `days` from now if that is longer.
struct BlobCreate {
    std::uint32_t request_id = 0;
    BlobUploadKey upload_key{};
    std::uint8_t size_class = 0;                // below kBlobSizeClasses
    std::uint16_t days = 0;                     // to keep it; the relay has a limit
    friend bool operator==(const BlobCreate&, const BlobCreate&) = default;
};
// Chunk after chunk, in order. Answered by BlobState, when they are durable, or Refused. Idempotent.
struct BlobWrite {
    std::uint32_t request_id = 0;
    BlobUploadKey upload_key{};
    std::uint32_t chunk = 0;
    base::Bytes data;                           // kBlobChunkSize bytes
    friend bool operator==(const BlobWrite&, const BlobWrite&) = default;
};
// Of a blob that is complete. Answered by BlobData or Refused.
struct BlobRead {
    std::uint32_t request_id = 0;
    BlobAddress address{};
    std::uint32_t chunk = 0;                    // a multiple of kBlobChunksRead
    friend bool operator==(const BlobRead&, const BlobRead&) = default;
};
// Answered by BlobState with nothing of it left, or Refused.
struct BlobDelete {
    std::uint32_t request_id = 0;
    BlobUploadKey upload_key{};
    friend bool operator==(const BlobDelete&, const BlobDelete&) = default;
};
// Two devices of a person meet at an address that only they know, for ten minutes: docs/protocol.md §14. Message 0 makes the meeting.
// Answered by MeetingState or Refused. Idempotent.
struct MeetingPut {
    std::uint32_t request_id = 0;
    MeetingAddress meeting{};
    std::uint8_t number = 0;                    // below kMeetingMessages
    base::Bytes message;                        // kMeetingMessageSize bytes
    friend bool operator==(const MeetingPut&, const MeetingPut&) = default;
};
// Answered by MeetingState, without a message when that one has not come yet, or Refused.
struct MeetingGet {
    std::uint32_t request_id = 0;
    MeetingAddress meeting{};
    std::uint8_t number = 0;
    friend bool operator==(const MeetingGet&, const MeetingGet&) = default;
};
// Answered by MeetingState with no messages, also where there was none.
struct MeetingEnd {
    std::uint32_t request_id = 0;
    MeetingAddress meeting{};
    friend bool operator==(const MeetingEnd&, const MeetingEnd&) = default;
};
using ClientFrame = std::variant<AuthenticateDevice, AuthenticateInvite, AuthenticateFounder, Append, Read, Follow, Ping, Hello, AuthenticateIdentity,
                                 AuthenticateToken, TokenRequest, AuthenticateVault, VaultEvaluate, VaultFetch, VaultStore, BlobCreate, BlobWrite, BlobRead,
                                 BlobDelete, MeetingPut, MeetingGet, MeetingEnd>;

// --- relay to client -------------------------------------------------------------------------------------------------
struct Challenge {
    std::uint16_t version = kProtocolVersion;
    Nonce nonce{};
    std::optional<PublicKey> organisation;      // root public key; absent until the relay is founded
    friend bool operator==(const Challenge&, const Challenge&) = default;
};
struct BoardInfo {
    std::uint32_t board = 0;
    BoardKind kind = BoardKind::cells;
    SendingLevel level = SendingLevel::prompt;
    std::uint16_t cipher_suite = 0;             // of new conversations, an MLS code point; 0: the clients' own choice, which is post-quantum
    std::uint16_t retention_days = 0;           // whole blocks older than so many days go; 0: never
    friend bool operator==(const BoardInfo&, const BoardInfo&) = default;
};
struct Accepted {
    SessionKind session_kind = SessionKind::device;
    std::vector<BoardInfo> boards;
    friend bool operator==(const Accepted&, const Accepted&) = default;
};
struct Refused {
    std::uint32_t request_id = kNoRequest;
    Refusal code = Refusal::internal;
    friend bool operator==(const Refused&, const Refused&) = default;
};
struct Appended {
    std::uint32_t request_id = 0;
    std::uint32_t board = 0;
    std::uint64_t position = 0;
    friend bool operator==(const Appended&, const Appended&) = default;
};
// Consecutive entries of one block; entry i stands at first_position + i.
struct Entries {
    std::uint32_t request_id = kNoRequest;
    std::uint32_t board = 0;
    std::uint64_t first_position = 0;
    bool last = false;                          // the answer to Read ends here; a follower has caught up
    Head head{};                                // the board's chain after the last of these entries
    std::vector<base::Bytes> entries;           // at most kBlockEntries, may be none
    friend bool operator==(const Entries&, const Entries&) = default;
};
struct Pong {
    std::uint64_t value = 0;
    friend bool operator==(const Pong&, const Pong&) = default;
};
// From here on entries of `board` for its followers come under this key, until there is another one.
struct SharedKey {
    std::uint32_t board = 0;
    base::ByteArray<kSharedSecretSize> secret{};
    std::uint64_t next = 0;                     // number of the first message under it that this client gets
    friend bool operator==(const SharedKey&, const SharedKey&) = default;
};
// The relay's word, under its signing key, that this is the head of that board there: directory/board_statement.h. A follower
// gets one for the end of a block before the Entries that end there, and one for where the board ends when it has caught up.
struct SignedHead {
    std::uint32_t board = 0;
    std::uint64_t position = 0;
    Head head{};
    Signature signature{};
    friend bool operator==(const SignedHead&, const SignedHead&) = default;
};
// Answers a Read or Follow of entries that are not kept any more; under kNoRequest it ends a Follow whose next entries went
// while they were being sent. The board can be followed again from the cut on.
struct Gone {
    std::uint32_t request_id = kNoRequest;
    SignedHead cut;                             // signed as a cut, which is another statement than a head
    friend bool operator==(const Gone&, const Gone&) = default;
};
struct TokenResponse {
    std::uint32_t request_id = 0;
    std::vector<base::ByteArray<32>> evaluated_elements;    // in the order of the request
    base::ByteArray<64> proof{};
    friend bool operator==(const TokenResponse&, const TokenResponse&) = default;
};
struct VaultEvaluated {
    std::uint32_t request_id = 0;
    base::ByteArray<32> evaluated_element{};
    friend bool operator==(const VaultEvaluated&, const VaultEvaluated&) = default;
};
struct VaultFetched {
    std::uint32_t request_id = 0;
    std::uint64_t version = 0;
    base::Bytes sealed;
    friend bool operator==(const VaultFetched&, const VaultFetched&) = default;
};
struct VaultStored {
    std::uint32_t request_id = 0;
    std::uint64_t version = 0;
    friend bool operator==(const VaultStored&, const VaultStored&) = default;
};
struct BlobState {
    std::uint32_t request_id = 0;
    std::uint32_t chunks = 0;                   // that are durable, from the first on
    std::uint8_t size_class = 0;
    std::uint16_t days = 0;                     // for which it is kept, today included
    friend bool operator==(const BlobState&, const BlobState&) = default;
};
struct BlobData {
    std::uint32_t request_id = 0;
    base::Bytes data;                           // kBlobChunksRead chunks
    friend bool operator==(const BlobData&, const BlobData&) = default;
};
struct MeetingState {
    std::uint32_t request_id = 0;
    std::uint8_t messages = 0;                  // that are there
    base::Bytes message;                        // the one that was asked for, or nothing
    friend bool operator==(const MeetingState&, const MeetingState&) = default;
};
using RelayFrame = std::variant<Challenge, Accepted, Refused, Appended, Entries, Pong, SharedKey, SignedHead, Gone, TokenResponse, VaultEvaluated, VaultFetched,
                                VaultStored, BlobState, BlobData, MeetingState>;

// The frame, padded for its seal. Over-long contents are a bug of the caller's.
base::Bytes encode(const ClientFrame& frame, Seal seal = Seal::session);
base::Bytes encode(const RelayFrame& frame, Seal seal = Seal::session);
// The same of Entries whose entries lie elsewhere; frame.entries is not looked at.
base::Bytes encode_entries(const Entries& frame, std::span<const base::ByteView> entries, Seal seal);

Result<ClientFrame> decode_client_frame(base::ByteView frame, Seal seal = Seal::session);
Result<RelayFrame> decode_relay_frame(base::ByteView frame, Seal seal = Seal::session);

// How many bytes an entry takes inside Entries, and how many all of one frame's may take.
std::size_t encoded_entry_size(std::size_t entry_size);
inline constexpr std::size_t kEntriesOverheadMax = 58;   // bytes of an Entries frame around its entries
inline constexpr std::size_t kEntriesSizeMax = kFrameSizeMax - 128;

}  // namespace sinetti::wire
