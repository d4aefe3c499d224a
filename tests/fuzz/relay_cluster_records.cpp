#include "relay/cluster_records.h"

#include "relay/limits.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::relay;

namespace {

// There is one encoding of every message.
void run(base::ByteView input)
{
    if (const auto message = decode_cluster_message(input)) CHECK_INVARIANT(encode(*message) == base::to_bytes(input));
}

std::vector<base::Bytes> seeds()
{
    EntryBatch batch{.board = 1, .end = {7, {1}}, .day = {20000}, .entries = {}};
    for (const std::size_t size : {1, 63, 64, 1024}) {
        const NewEntry entry{.board = 1, .tag = {2}, .entry = std::make_shared<const base::Bytes>(size, 3), .day = batch.day, .only_at = {}};
        batch.entries.push_back(entry);
    }
    const ClusterRecord records[] = {
        batch,
        BoardPolicy{{.board = 2, .retention_days = 30}, true},
        GuessMade{{1}, {20000}},
        VaultVersion{{1}, 1, {2, {3}, {4}}, base::Bytes(40, 5)},
        VaultsForgotten{},
        RelayIdentity{{1}, {2}, {3}},
        IssuerAdded{{1}, {1000}, {2000}, base::Bytes(72, 6)},
        TokensSpent{{1}, {{2}, {3}}},
        TokensAllowed{{{1}, {2}, {3}, 32}, kTokensPerDevice},
        TokensAllowed{{{1}, {2}, {3}, 32}, wire::kTokensPerDeviceMixed},
        IssuersForgotten{{{1}, {2}}},
        BlobMade{{1}, 9, {20000}, 7},
        BlobKept{{1}, {20000}},
        BlobChunk{{1}, 8191, base::Bytes(wire::kBlobChunkSize, 6)},
        BlobRemoved{{1}, {20000}},
        BlobsExpired{{20000}},
    };
    std::vector<base::Bytes> seeds;
    for (const auto& record : records) seeds.push_back(encode(ClusterMessage{{9}, record}));
    return seeds;
}

const fuzz::Target kTarget("relay_cluster_records", run, seeds);

}  // namespace
