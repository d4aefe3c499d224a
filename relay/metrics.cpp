#include "relay/metrics.h"

#include "relay/auth.h"
#include "relay/store.h"

#include <algorithm>
#include <cstdio>

namespace sinetti::relay {

namespace {

std::string decimal(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

constexpr std::pair<StoreError, const char*> kTroubles[] = {{StoreError::full, "full"}, {StoreError::unavailable, "unavailable"}, {StoreError::broken, "broken"}};

}  // namespace

void Metrics::refused(wire::Refusal refusal)
{
    ++m_refused[std::min<std::size_t>(static_cast<std::size_t>(refusal), m_refused.size() - 1)];
}

void Metrics::accepted(wire::SessionKind kind)
{
    ++m_accepted[std::min<std::size_t>(static_cast<std::size_t>(kind), m_accepted.size() - 1)];
}

void Metrics::appended(std::chrono::duration<double> waited)
{
    const auto bucket = std::ranges::lower_bound(kAppendBuckets, waited.count()) - kAppendBuckets.begin();
    ++m_append_counts[static_cast<std::size_t>(bucket)];
    m_append_seconds += waited.count();
}

void Metrics::write_store(MetricsPage& page) const
{
    page.describe("store_trouble", "gauge", "1 if the last entries could not be written, for this reason.");
    for (const auto& [error, name] : kTroubles) page.value(labelled("store_trouble", "reason", name), store_trouble == error ? 1 : 0);
    if (copies.empty()) return;
    page.describe("copy_behind", "gauge", "Messages of the cluster's stream that this relay knows of and has not taken up into its copy.");
    for (const auto& [of, figures] : copies) page.value(labelled("copy_behind", "stream", of), figures.messages);
    page.describe("copy_trouble", "gauge", "1 if the cluster's stream cannot be taken up into this relay's copy.");
    for (const auto& [of, figures] : copies) page.value(labelled("copy_trouble", "stream", of), figures.trouble ? 1 : 0);
}

std::string Metrics::text(std::span<const BoardState> boards, const Admissions& admissions) const
{
    MetricsPage page;
    write(page, admissions);
    page.single("sessions", "gauge", "Open sessions.", sessions);
    write_store(page);
    page.single("vault_requests_total", "counter", "Guesses answered or refused, vaults fetched and stored.", vault_requests);
    page.single("blob_requests_total", "counter", "Blobs made and deleted, chunks of them written and read.", blob_requests);
    page.single("meeting_requests_total", "counter", "Messages that two devices of a person left for each other, or looked for.", meeting_requests);
    page.single("mixed_cells_total", "counter", "Messages of batches with a cell in them.", mixed_cells);
    page.single("mixed_cover_total", "counter", "Messages of batches that were cover.", mixed_cover);
    page.single("mixed_dropped_total", "counter", "Messages of batches that did not open, or came faster than they are taken.", mixed_dropped);
    page.single("lagging_followers_total", "counter", "Followers that took less than was published and went back to reading from the store.", lagged);
    page.describe("sessions_accepted_total", "counter", "Sessions accepted, by kind.");
    using enum wire::SessionKind;
    for (const auto kind : {device, invite, founder, identity, token, vault})
        page.value(labelled("sessions_accepted_total", "kind", name_of(kind)), m_accepted[static_cast<std::size_t>(kind)]);
    page.single("tokens_issued_total", "counter", "Access tokens issued.", tokens_issued);
    page.single("tokens_spent_total", "counter", "Access tokens that opened a session.", tokens_spent);
    page.describe("refusals_total", "counter", "Requests and sessions refused, by reason.");
    for (std::size_t code = 1; code < m_refused.size(); ++code) {
        if (m_refused[code] > 0) page.value(labelled("refusals_total", "reason", wire::name_of(wire::Refusal(code))), m_refused[code]);
    }
    page.describe("board_entries", "gauge", "Entries on a board.");
    for (const auto& board : boards) page.value(labelled("board_entries", "board", std::to_string(board.info.board)), board.length);

    page.describe("append_seconds", "histogram", "From an append's frame to its acknowledgement.");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < m_append_counts.size(); ++i) {
        count += m_append_counts[i];
        page.value(labelled("append_seconds_bucket", "le", i < kAppendBuckets.size() ? decimal(kAppendBuckets[i]) : "+Inf"), count);
    }
    page.value("append_seconds_sum", decimal(m_append_seconds));
    page.value("append_seconds_count", count);
    return page.take();
}

}  // namespace sinetti::relay
