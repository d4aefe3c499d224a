#include "relay/ingress/batch_uplink.h"

#include "relay/http.h"
#include "relay/ingress/limits.h"
#include "relay/log.h"
#include "wire/limits.h"

namespace sinetti::ingress {

namespace {

constexpr std::uint64_t kOurselves = 0;   // no client's number in the observer's file

std::size_t total_size(const std::vector<base::Bytes>& batches)
{
    std::size_t size = 0;
    for (const auto& batch : batches) size += batch.size();
    return size;
}

}  // namespace

BatchUplink::BatchUplink(boost::asio::io_context& io, uplink::Settings settings) : m_io(io), m_settings(std::move(settings))
{
    m_settings.path = relay::kBatchPath;
}

void BatchUplink::pass_on(std::vector<base::Bytes>&& batches, relay::Observer* observer)
{
    if (batches.empty() || m_finished) return;
    if (!m_uplink) m_uplink.emplace(m_io, m_settings, static_cast<uplink::Listener&>(*this));
    const auto size = total_size(batches);
    const auto count = size / wire::kMixedMessageSize;
    if (m_uplink->unsent() + size > kBatchesUnsent) {
        m_dropped += count;
        if (!std::exchange(m_trouble_said, true)) relay::log_line("the relay does not take what is passed on in batches: it is dropped, and clients send it again");
        return;
    }
    m_passed_on += count;
    for (auto& batch : batches) {
        if (observer != nullptr) observer->observe(kOurselves, {.operation = "batch", .board = {}, .sequence = {}, .bytes = batch.size()});
        m_uplink->send(std::make_shared<const base::Bytes>(std::move(batch)));
    }
}

void BatchUplink::finish(std::function<void()> done)
{
    m_finished = true;
    if (!m_uplink || !m_opened) {
        cut();
        return done();
    }
    std::move(*m_uplink).finish(std::move(done));
    cut();
}

void BatchUplink::on_opened()
{
    m_opened = true;
    if (std::exchange(m_trouble_said, false)) relay::log_line("the relay takes batches again");
}

void BatchUplink::on_ended(const uplink::Ended& ended)
{
    if (!std::exchange(m_trouble_said, true))
        relay::log_line(m_opened ? "the relay has ended the connection for batches: " + ended.trouble
                                 : "the relay takes no batches from here (is this ingress in its --batches-from?): " + ended.trouble);
    m_dropped += m_uplink->unsent() / wire::kMixedMessageSize;
    m_opened = false;
    cut();
}

}  // namespace sinetti::ingress
