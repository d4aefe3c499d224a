#pragma once
// Blobs as a client writes and reads them: of each a number, from which its upload key and its contents follow.

#include "blobs/address.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>

namespace sinetti::relay_test::blob_client {

using wire::Refusal;

inline constexpr std::uint32_t kSmallest = wire::blob_chunks(0);
inline constexpr std::uint16_t kDays = 7;

inline wire::BlobUploadKey upload_key(std::uint8_t which)
{
    wire::BlobUploadKey key{};
    key.fill(which);
    return key;
}

inline base::Bytes chunk_of(std::uint8_t which, std::uint32_t number)
{
    base::Bytes chunk(wire::kBlobChunkSize, which);
    chunk[0] = static_cast<std::uint8_t>(number);
    chunk[1] = static_cast<std::uint8_t>(number >> 8);
    return chunk;
}

inline base::Bytes contents_of(std::uint8_t which, std::uint32_t first, std::uint32_t count)
{
    base::Bytes contents;
    for (std::uint32_t i = first; i < first + count; ++i) {
        const auto chunk = chunk_of(which, i);
        contents.insert(contents.end(), chunk.begin(), chunk.end());
    }
    return contents;
}

inline std::optional<wire::BlobState> create(Client& client, std::uint8_t which, std::uint8_t size_class = 0, std::uint16_t days = kDays)
{
    client.send(wire::BlobCreate{1, upload_key(which), size_class, days});
    return client.expect<wire::BlobState>();
}

inline std::optional<wire::BlobState> write(Client& client, std::uint8_t which, std::uint32_t number)
{
    client.send(wire::BlobWrite{2, upload_key(which), number, chunk_of(which, number)});
    return client.expect<wire::BlobState>();
}

// All of the smallest size class.
inline void put(Client& client, std::uint8_t which, std::uint16_t days = kDays)
{
    REQUIRE(create(client, which, 0, days).has_value());
    for (std::uint32_t i = 0; i < kSmallest; ++i) REQUIRE(write(client, which, i).has_value());
}

inline std::optional<base::Bytes> read(Client& client, std::uint8_t which)
{
    base::Bytes contents;
    for (std::uint32_t i = 0; i < kSmallest; i += wire::kBlobChunksRead) {
        client.send(wire::BlobRead{3, blobs::address_of(upload_key(which)), i});
        const auto data = client.expect<wire::BlobData>();
        if (!data || data->request_id != 3) return {};
        contents.insert(contents.end(), data->data.begin(), data->data.end());
    }
    return contents;
}

inline bool is_refused(Client& client, const wire::ClientFrame& frame, Refusal code, std::uint32_t request_id)
{
    client.send(frame);
    return client.expect_refusal(code, request_id);
}

inline bool is_unknown(Client& client, std::uint8_t which)
{
    return is_refused(client, wire::BlobRead{3, blobs::address_of(upload_key(which)), 0}, Refusal::unknown_blob, 3);
}

}  // namespace sinetti::relay_test::blob_client
