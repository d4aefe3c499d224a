#include "relay/ingress/tunnel.h"

#include "relay/ingress/batcher.h"
#include "relay/ingress/limits.h"
#include "relay/log.h"
#include "wire/limits.h"

#include <algorithm>

namespace sinetti::ingress {

using relay::CloseCode;

namespace {

bool is_frame_size(std::size_t size)
{
    return size == wire::kMixedMessageSize || std::ranges::find(wire::kFrameSizes, size) != wire::kFrameSizes.end();
}

// The relay's own word, as long as it is one of those it has.
std::optional<CloseCode> close_code_of(const uplink::Ended& ended)
{
    for (const auto code : {CloseCode::normal, CloseCode::going_away, CloseCode::protocol_error, CloseCode::policy_error, CloseCode::too_big}) {
        if (ended.close_code == static_cast<std::uint16_t>(code)) return code;
    }
    return {};
}

}  // namespace

Tunnel::~Tunnel()
{
    cut();
}

void Tunnel::cut()
{
    if (m_uplink && !m_opened) --m_upstream.opening;
    m_uplink.reset();
    m_ending = true;
}

void Tunnel::on_message(base::ByteView message)
{
    if (m_ending) return;
    if (message.size() == wire::kMixedMessageSize && m_upstream.batcher != nullptr) return mix(message);
    observe("up", message.size());
    if (!is_frame_size(message.size())) return end(CloseCode::policy_error);
    if (!m_uplink) open();
    if (m_uplink) m_uplink->send(std::make_shared<const base::Bytes>(base::to_bytes(message)));
}

void Tunnel::mix(base::ByteView message)
{
    const auto taken = m_upstream.batcher->take(m_number, message);
    observe(taken == Batcher::Taken::yes ? "mix" : "early", message.size());
    if (taken == Batcher::Taken::too_many) end(CloseCode::policy_error);
}

void Tunnel::on_garbage()
{
    end(CloseCode::policy_error);
}

void Tunnel::open()
{
    if (m_upstream.opening >= kOpeningMax) return end(CloseCode::try_again_later);
    ++m_upstream.opening;
    m_uplink.emplace(m_upstream.io, m_upstream.settings, static_cast<uplink::Listener&>(*this));
}

bool Tunnel::ready() const
{
    return !m_uplink || (m_opened && m_uplink->unsent() < kUplinkBusy);
}

void Tunnel::on_opened()
{
    m_opened = true;
    --m_upstream.opening;
    ++m_upstream.opened;
    if (!m_upstream.reached) relay::log_line("the relay can be reached again");
    m_upstream.reached = true;
    if (m_upstream.observer != nullptr) m_upstream.observer->observe(m_observed, {.operation = "connect", .board = {}, .sequence = {}, .bytes = {}, .port = m_uplink->local_port()});
    m_connection->resume();
}

void Tunnel::on_sent()
{
    if (ready()) m_connection->resume();
}

void Tunnel::on_received(base::ByteView message)
{
    observe("down", message.size());
    m_connection->send(std::make_shared<const base::Bytes>(base::to_bytes(message)));
    if (m_connection->busy()) m_uplink->pause();
}

void Tunnel::on_writable()
{
    if (m_uplink) m_uplink->resume();
}

void Tunnel::on_ended(const uplink::Ended& ended)
{
    const auto code = close_code_of(ended);
    if (!m_opened) {
        ++m_upstream.failed;
        if (m_upstream.reached) relay::log_line("the relay cannot be reached: " + ended.trouble);
        m_upstream.reached = false;
    } else if (!code) {
        ++m_upstream.lost;
    }
    end(code.value_or(CloseCode::try_again_later));
}

void Tunnel::end(CloseCode code)
{
    if (m_ending) return;
    cut();
    m_connection->close(code);
}

void Tunnel::on_closed()
{
    if (m_upstream.observer != nullptr) m_upstream.observer->closed(m_observed);
    if (m_upstream.batcher != nullptr) m_upstream.batcher->forget(m_number);
    m_connection = nullptr;
    if (!m_uplink || !m_opened) return cut();
    // What the client said last is the relay's, also when it said it and left.
    ++m_upstream.finishing;
    std::move(*m_uplink).finish([&upstream = m_upstream] {
        --upstream.finishing;
        upstream.on_finished();
    });
    cut();
}

void Tunnel::observe(std::string_view operation, std::size_t bytes)
{
    if (m_upstream.observer != nullptr) m_upstream.observer->observe(m_observed, {.operation = operation, .board = {}, .sequence = {}, .bytes = bytes});
}

}  // namespace sinetti::ingress
