#pragma once
// Pre-shared keys in the key schedule (RFC 9420 §8.4).

#include "codec/reader.h"
#include "codec/writer.h"
#include "mls/key_schedule.h"

#include <span>
#include <vector>

namespace sinetti::mls {

enum class PskType : std::uint8_t { external = 1, resumption = 2 };
enum class ResumptionPskUsage : std::uint8_t { application = 1, reinit = 2, branch = 3 };

struct PreSharedKeyId {
    PskType type = PskType::external;
    Bytes psk_id;                       // external
    ResumptionPskUsage usage{};         // resumption
    Bytes psk_group_id;                 // resumption
    Epoch psk_epoch;                    // resumption
    Bytes psk_nonce;                    // KDF.Nh bytes, fresh each time a key is injected

    static PreSharedKeyId external(Bytes psk_id);   // both without a nonce: whoever injects the key draws one
    static PreSharedKeyId resumption(ResumptionPskUsage usage, Bytes group_id, Epoch epoch);
    static codec::Result<PreSharedKeyId> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const PreSharedKeyId&, const PreSharedKeyId&) = default;
};

codec::Result<std::vector<PreSharedKeyId>> read_psk_ids(codec::Reader& reader);

struct PreSharedKey {
    PreSharedKeyId id;
    base::SecretBytes secret;
};

PskSecret derive_psk_secret(CipherSuite suite, std::span<const PreSharedKey> psks);

}  // namespace sinetti::mls
