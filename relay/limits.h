#pragma once
// What one relay takes on, and from one session. Everything here is checked before memory is used.

#include "directory/state.h"
#include "wire/limits.h"

#include <chrono>

namespace sinetti::relay {

using namespace std::chrono_literals;

// HTTP
inline constexpr std::size_t kHeaderSizeMax = 8192;              // bytes of one request's head
inline constexpr auto kRequestDeadline = 15s;                    // from the first byte, or since the last response; and without a byte of that taken
inline constexpr auto kResponseDeadline = 600s;                  // for one response, however slowly it is taken; the app's first MiB on 2 kB a second
inline constexpr std::size_t kConnectionsMax = 16384;            // sockets of all kinds
inline constexpr std::size_t kConnectionsPerAddress = 1024;      // unless the settings say otherwise; trusted addresses are not counted
inline constexpr const char* kTrustedAddresses = "127.0.0.0/8, ::1";   // where a proxy in front of us is, unless the settings say otherwise
inline constexpr auto kAcceptPause = 100ms;                      // when there are no file descriptors left

inline constexpr std::size_t kBlockRequestsMax = 64;             // blocks being read or sent, a quarter MiB each
inline constexpr auto kBlockMaxAge = 24h;                        // for caches; a block never changes, but it goes one day

// WebSocket sessions
inline constexpr std::size_t kClientFrameSizeMax = 16896;        // bytes: the class an Append of the largest record takes
inline constexpr auto kHandshakeDeadline = 10s;
inline constexpr auto kIdleTimeout = 60s;                        // without a byte from the client, or without one it takes; a ping goes out after half of it
inline constexpr auto kAuthenticationDeadline = 20s;             // and how often a session is looked at
inline constexpr auto kCloseDeadline = 5s;                       // for what is still queued when a session ends
inline constexpr std::size_t kReceiveBufferSize = 64u << 10;     // bytes taken from one client before the others have their turn
inline constexpr auto kReceiveTurn = 500us;                      // of the I/O thread, for one client's messages; then it is the others' turn
inline constexpr int kReceiveShare = 4;                          // and no more than one in so many parts of all its time
inline constexpr auto kReceiveCredit = 40ms;                     // so much of which counts for who was silent before
inline constexpr std::size_t kSendQueueMax = 4u << 20;           // bytes; a session whose answers exceed it is closed
inline constexpr std::size_t kSendQueueLive = 2u << 20;          // bytes; a follower that lags by more reads from the store again
inline constexpr std::size_t kSendQueueFramesMax = 8192;         // and kSendQueueLive's share of them
inline constexpr std::size_t kSendQueueBusy = 640u << 10;        // bytes; above it nothing more is read from the client or the store
inline constexpr auto kFlushSlice = 2ms;                         // of sending, before the I/O thread looks at what has come in
inline constexpr std::size_t kGatherMax = 64;                    // pieces of memory in one system call
inline constexpr std::size_t kOutstandingRequestsMax = 256;      // Appends and Reads of one session without an answer
inline constexpr std::size_t kOutstandingReadsMax = 4;
inline constexpr double kReadRate = 16, kReadBurst = 256;        // blocks a second and at once that one session reads; following and GET are for more
inline constexpr auto kStreamKeyLifetime = 600s;                 // of the key that what is published on a board is sealed under
inline constexpr std::uint32_t kCellRate = 2000;                 // cells per second of one session, unless the settings say otherwise
inline constexpr double kCellBurstSeconds = 2;                   // and at once what it may append in so long
inline constexpr std::uint32_t kCellRateMax = 1'000'000;
inline constexpr double kRecordRate = 10, kRecordBurst = 64;     // directory records, the same

// Access tokens
inline constexpr std::size_t kTokensPerDevice = 64;              // one device has so many under one issuer key, that is for a day; wire::kTokensPerDeviceMixed where a board is mixed
inline constexpr std::size_t kTokenQueueMax = 4096;              // sessions waiting for their token, and as many requests
inline constexpr std::size_t kOutstandingTokenRequestsMax = 1 + directory::kTokenPeriodsAhead;   // of one session: it asks under every key there is
inline constexpr auto kTokenTick = 5s;                           // how often the calendar is looked at
inline constexpr std::int64_t kTokenSessionLifetime = 24ll * 3600 * 1000;   // milliseconds that one token opens a session for

// Batches of mixed messages, from ingresses
inline constexpr std::size_t kBatchLinesMax = 16;                // open at once
inline constexpr double kMixedRate = 4096, kMixedBurst = 8192;   // messages a second and at once, of one ingress; each is one X25519
inline constexpr std::size_t kMixedQueueMax = 16384;             // messages waiting to be opened, of all; 20 MiB

// Vaults
inline constexpr std::int64_t kVaultGuessesPerDay = 10;          // at the passphrase of one vault, by UTC days
inline constexpr double kVaultGuessRate = 10, kVaultGuessBurst = 1000;       // a second and at once, at all vaults: bounds the rows of a day
inline constexpr double kVaultRequestRate = 50, kVaultRequestBurst = 1000;   // fetched and stored, the same
inline constexpr double kVaultSessionRate = 0.1, kVaultSessionBurst = 16;    // vault requests of one session
inline constexpr std::size_t kVaultQueueMax = 256;               // requests being looked at, all sessions together
inline constexpr std::size_t kVaultCreationsPerSession = 2;
inline constexpr std::size_t kVaultSessionsMax = 256;            // sessions that nobody has authenticated
inline constexpr std::size_t kVaultSessionsPerAddress = 32;      // of them; trusted addresses are not counted
inline constexpr std::int64_t kVaultSessionIdle = 20'000;        // milliseconds without a request, after which one makes way when all places are taken
inline constexpr auto kVaultSessionDeadline = 120s;              // after that of authentication; Argon2id on a slow device fits well
inline constexpr std::uint64_t kVaultsMax = 100'000;

// Meetings of two devices
inline constexpr std::int64_t kMeetingLifetime = 10 * 60 * 1000;               // milliseconds
inline constexpr std::size_t kMeetingsMax = 1024;                              // 9 MiB of messages
inline constexpr std::size_t kMeetingsPerSession = 4;                          // that one session makes
inline constexpr double kMeetingSessionRate = 2, kMeetingSessionBurst = 16;    // requests of one session; they ask every two seconds
inline constexpr std::size_t kMeetingMissesPerSession = 4;                     // addresses where nothing is
inline constexpr double kMeetingMissRate = 10, kMeetingMissBurst = 100;        // the same, all sessions together

// Blobs
inline constexpr std::uint32_t kBlobSpace = 10 * 1024;           // MiB for all blobs, unless the settings say otherwise
inline constexpr std::uint32_t kBlobSpaceMax = 1u << 24;         // MiB
inline constexpr std::uint16_t kBlobDays = 30;                   // a blob is kept no longer, unless the settings say otherwise
inline constexpr std::uint16_t kBlobDaysMax = 3650;
inline constexpr std::size_t kBlobQueueMax = 1024;               // requests being looked at, all sessions together; 16 MiB of chunks
inline constexpr std::size_t kOutstandingBlobRequestsMax = 16;   // of one session
inline constexpr std::uint64_t kBlobAllowance = 256u << 20;      // bytes of blobs that one session makes, each counted whole

// The store
inline constexpr std::size_t kAppendQueueMax = 65536;            // entries waiting for the writer, all sessions together
inline constexpr std::size_t kAppendBatchMax = 1024;             // entries in one commit
inline constexpr std::size_t kRecordQueueMax = 1024;             // directory records waiting to be checked
inline constexpr std::size_t kCachedBlocksMax = 64;              // whole blocks kept as finished frames, 16 MiB of cells

// A cluster over NATS JetStream
inline constexpr std::uint32_t kStoreReplicas = 3;               // of each stream, unless the settings say otherwise
inline constexpr std::uint32_t kStoreReplicasMax = 5;            // as JetStream has it
inline constexpr std::size_t kStoreServersMax = 16;
inline constexpr std::size_t kLogMessageMax = 960u << 10;        // bytes of one message; a NATS server takes 1 MiB unless configured otherwise
inline constexpr std::size_t kLogQueueMax = 16u << 20;           // bytes read from a stream and not taken up yet; then no more is read
inline constexpr std::size_t kLogSliceMax = 2u << 20;            // bytes taken up in one transaction
inline constexpr auto kLogRetry = 1s;                            // after something could not be taken up
inline constexpr auto kLogPublishDeadline = 4s;                  // for an acknowledgement, all attempts together
inline constexpr auto kLogAttempt = 1s;                          // and for one attempt
inline constexpr auto kLogAway = 1s;                             // how long a lost connection is waited for before an entry is refused
inline constexpr auto kLogDelivery = 6s;                         // from the acknowledgement until the message has come back
inline constexpr auto kLogHeartbeat = 500ms;                     // of a stream that is read
inline constexpr auto kLogSilence = 2s;                          // after which it is read anew
inline constexpr auto kLogStart = 30s;                           // for the servers to be ready when a relay starts

inline constexpr auto kTendInterval = 60s;                       // between two looks for changed policies and old blocks
inline constexpr std::uint32_t kBoardNumberMax = directory::kBoardNumberMax;
inline constexpr std::size_t kOperatorBoardsMax = wire::kBoardsMax - directory::kSignedBoardsMax;   // the directory among them; the rest is for administrators

inline constexpr auto kDrainDeadline = 5s;                       // after SIGTERM

}  // namespace sinetti::relay
