#include "relay/mixed_intake.h"

#include "relay/limits.h"

#include <algorithm>

namespace sinetti::relay {

using wire::Refusal;

MixedIntake::MixedIntake(MixedEnvironment&& environment) : m_environment(std::move(environment))
{
    m_thread = std::thread([this] { run(); });
}

void MixedIntake::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    if (m_thread.joinable()) m_thread.join();
}

void MixedIntake::take(base::Bytes&& messages, std::size_t count, std::uint64_t connection)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting + count > kMixedQueueMax) return drop(count);
        m_waiting += count;
        m_jobs.push_back({std::move(messages), count, connection});
    }
    m_wake.notify_one();
}

void MixedIntake::closed(std::uint64_t connection)
{
    if (m_environment.observer) m_environment.observer->closed(connection);
}

// --- the thread that opens ------------------------------------------------------------------------------------------

void MixedIntake::run()
{
    const auto keys = m_environment.keys.public_keys();
    for (;;) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || !m_jobs.empty(); });
            if (m_stopping) return;
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
            m_waiting -= job.count;
        }
        auto opened = std::make_shared<std::vector<Opened>>();
        for (std::size_t i = 0; i < job.count; ++i) {
            const auto message = base::ByteView(job.messages).subspan(i * wire::kMixedMessageSize, wire::kMixedMessageSize);
            opened->push_back(channel::open_mixed(m_environment.keys.channel, keys, message));
        }
        m_environment.post([this, opened, connection = job.connection] { finish(std::move(*opened), connection); });
    }
}

// --- the I/O thread -----------------------------------------------------------------------------------------------------

void MixedIntake::finish(std::vector<Opened>&& opened, std::uint64_t connection)
{
    for (auto& message : opened) {
        if (!message) {
            drop(1);
        } else if (!*message) {
            ++m_environment.metrics.mixed_cover;
            observe(connection, {.operation = "cover", .board = {}, .sequence = {}, .bytes = {}});
        } else {
            ++m_environment.metrics.mixed_cells;
            observe(connection, {.operation = "cell", .board = (*message)->board, .sequence = {}, .bytes = (*message)->cell.size()});
            append(std::move(**message), connection);
        }
    }
}

// The token first, so that one opens one append at the most, whatever becomes of us in between; a cell that is lost there comes again.
void MixedIntake::append(channel::MixedCell&& cell, std::uint64_t connection)
{
    if (m_environment.draining) return m_environment.metrics.refused(Refusal::overloaded);
    const auto* board = m_environment.hub.board(cell.board);
    if (board == nullptr || board->info.kind != wire::BoardKind::cells) return m_environment.metrics.refused(Refusal::unknown_board);
    if (board->closed) return m_environment.metrics.refused(Refusal::board_closed);
    base::ByteArray<wire::kTokenSize> token{};
    std::ranges::copy(cell.token.view(), token.begin());
    const auto start = std::chrono::steady_clock::now();
    auto shared = std::make_shared<base::Bytes>(std::move(cell.cell));
    m_environment.tokens.spend(token, [this, number = cell.board, shared, connection, start](std::optional<Refusal> refusal) {
        if (refusal) return m_environment.metrics.refused(*refusal);
        ++m_environment.metrics.tokens_spent;
        observe(connection, {.operation = "token", .board = {}, .sequence = {}, .bytes = wire::kTokenSize});
        const auto size = shared->size();
        m_environment.hub.append_cell(number, std::move(*shared), [this, number, connection, start, size](const AppendAnswer& answer) {
            if (answer.refusal) {
                observe(connection, {.operation = "append", .board = number, .sequence = {}, .bytes = size});
                return m_environment.metrics.refused(*answer.refusal);
            }
            m_environment.metrics.appended(std::chrono::steady_clock::now() - start);
            observe(connection, {.operation = "append", .board = number, .sequence = answer.position, .bytes = size});
        });
    });
}

void MixedIntake::observe(std::uint64_t connection, const Observation& observation)
{
    if (m_environment.observer) m_environment.observer->observe(connection, observation);
}

void BatchLine::on_message(base::ByteView message)
{
    const auto messages = channel::split_batch(message);
    if (!messages) return m_connection.close(CloseCode::policy_error);
    std::size_t taken = 0;
    while (taken < messages->size() && m_messages.take(m_clock.now())) ++taken;
    if (taken < messages->size()) m_intake.drop(messages->size() - taken);
    if (taken > 0) m_intake.take(base::to_bytes(message.first(taken * wire::kMixedMessageSize)), taken, m_observed);
}

}  // namespace sinetti::relay
