#pragma once
// Figures of the whole relay for Prometheus. Lives on the I/O thread.

#include "relay/cluster_copy.h"
#include "relay/metrics_page.h"
#include "wire/frame.h"

#include <array>
#include <chrono>
#include <span>
#include <string>

namespace sinetti::relay {

class Metrics : public ConnectionFigures {
public:
    static constexpr std::array<double, 9> kAppendBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0};   // seconds

    void refused(wire::Refusal refusal);
    void accepted(wire::SessionKind kind);
    void appended(std::chrono::duration<double> waited);   // from its frame to its acknowledgement

    std::uint64_t sessions = 0;                // open sessions
    std::uint64_t tokens_issued = 0;
    std::uint64_t tokens_spent = 0;
    std::uint64_t vault_requests = 0;
    std::uint64_t blob_requests = 0;
    std::uint64_t meeting_requests = 0;
    std::uint64_t mixed_cells = 0, mixed_cover = 0, mixed_dropped = 0;   // messages of batches
    std::uint64_t lagged = 0;                  // followers that went back to reading from the store
    std::optional<StoreError> store_trouble;   // why the last entries could not be written
    std::vector<std::pair<const char*, CopyFigures>> copies;   // of a cluster's streams

    std::string text(std::span<const BoardState> boards, const Admissions& admissions) const;

private:
    void write_store(MetricsPage& page) const;

    std::array<std::uint64_t, 8> m_accepted{};             // by SessionKind
    std::array<std::uint64_t, 128> m_refused{};            // by Refusal
    std::array<std::uint64_t, kAppendBuckets.size() + 1> m_append_counts{};   // the last: longer than every bucket
    double m_append_seconds = 0;
};

}  // namespace sinetti::relay
