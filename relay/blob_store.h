#pragma once
// Where blobs are kept: of each its address, how much of it is there, and the last day on which it is kept. A blob's whole space is taken
// when it is made. docs/protocol.md, 12, has the rules.
//
// One thread uses it. What a request has done is durable when it is answered.

#include "relay/store.h"

#include <filesystem>
#include <variant>

namespace sinetti::relay {

std::filesystem::path blob_database_file(const std::filesystem::path& data);

struct BlobRow {
    std::int64_t id = 0;
    std::uint8_t size_class = 0;
    std::uint32_t chunks = 0;     // that are there, from the first on
    Day last_day;
    bool complete() const { return chunks == wire::blob_chunks(size_class); }
};

struct BlobAnswer {
    std::optional<wire::Refusal> refusal;
    BlobRow blob;                 // as it is then; of Remove as it was
    base::Bytes data;             // of Read
};

struct BlobRequest {
    struct Create {
        std::uint8_t size_class = 0;
        Day last_day;
        std::uint64_t bytes_max = 0;   // of all blobs, whole, with this one
    };
    struct Write {
        std::uint32_t chunk = 0;
        base::Bytes data;
    };
    struct Read {
        std::uint32_t chunk = 0;
        Day today;
    };
    struct Remove {};

    wire::BlobAddress address{};
    std::variant<Create, Write, Read, Remove> wish;
    std::optional<BlobAnswer> answer;
};

class BlobStore {
public:
    virtual ~BlobStore() = default;

    // Answers all of them, as if one came after the other. A request without an answer that is done again changes nothing twice.
    virtual void perform(std::span<BlobRequest> requests) = 0;

    // A little of what was removed, or was kept until before `today`, goes. False: nothing of that is left.
    virtual StoreResult<bool> tend(Day today) = 0;

    // What other relays have done. `wake` is called by any thread when catch_up() would find something; nullptr: no more.
    virtual void when_news(std::function<void()> wake) = 0;
    virtual StoreResult<void> catch_up() = 0;
};

}  // namespace sinetti::relay
