#include "net/session.h"

namespace sinetti::net {

namespace {

base::UnixMilliseconds later(base::UnixMilliseconds from, std::int64_t milliseconds) { return {from.value + milliseconds}; }

}  // namespace

Session::Session(const base::Clock& clock, base::Random& random, Transport& transport, SessionListener& listener)
    : m_clock(clock), m_random(random), m_transport(transport), m_listener(listener)
{
}

void Session::start()
{
    if (m_state != State::stopped) return;
    m_state = State::waiting;
    m_deadline = m_clock.now();
    open();
}

void Session::stop()
{
    if (m_state == State::stopped) return;
    m_state = State::stopped;
    close(CloseReason::ours);
}

void Session::restart()
{
    if (m_state == State::stopped || m_state == State::waiting) {
        m_state = State::waiting;
        m_deadline = m_clock.now();
        return open();
    }
    m_reopen_at_once = true;
    close(CloseReason::ours);
}

void Session::close()
{
    if (m_transport_open) close(CloseReason::ours);
}

void Session::close_garbled()
{
    if (m_transport_open) close(CloseReason::garbled);
}

void Session::open()
{
    if (m_transport_open) return;   // the last connection is still closing; on_closed comes back here
    m_state = State::connecting;
    m_deadline = later(m_clock.now(), kConnectTimeout);
    m_close_reason.reset();
    m_reopen_at_once = false;
    m_ping_sent = false;
    m_transport_open = true;
    m_channel.reset();
    ++m_connection;
    m_transport.open(*this);
}

// The transport answers with on_closed, perhaps before close() returns.
void Session::close(CloseReason reason)
{
    if (!m_transport_open || m_close_reason) return;
    m_close_reason = reason;
    m_transport.close();
}

void Session::on_opened()
{
    if (m_state != State::connecting || m_close_reason) return;
    const auto keys = m_listener.relay_keys();
    if (!keys) return close(CloseReason::ours);
    auto opened = channel::ClientChannel::open(*keys, m_random);
    if (!opened) return close(CloseReason::wrong_key);
    m_state = State::authenticating;
    m_channel.emplace(std::move(opened->channel));
    m_transport.send(opened->message);
}

void Session::on_closed()
{
    if (!m_transport_open) return;
    m_transport_open = false;
    m_channel.reset();
    const auto reason = m_close_reason.value_or(m_state == State::ready ? CloseReason::lost : CloseReason::unreachable);
    m_close_reason.reset();
    if (m_state != State::stopped && m_state != State::waiting) {
        m_state = State::waiting;
        m_deadline = later(m_clock.now(), m_reopen_at_once ? 0 : m_backoff.next(m_random));
    }
    m_reopen_at_once = false;
    m_listener.on_session_closed(reason);
    if (m_state == State::waiting && m_deadline <= m_clock.now()) open();
}

void Session::on_frame(base::ByteView frame)
{
    if (m_close_reason || !m_channel || m_state == State::stopped) return;
    m_heard = m_clock.now();
    m_ping_sent = false;
    auto received = m_channel->receive(frame);
    if (!received) return close(received.error() == channel::Error::wrong_key ? CloseReason::wrong_key : CloseReason::garbled);
    if (*received) handle(std::move(**received));
}

void Session::handle(wire::RelayFrame&& frame)
{
    if (m_state == State::authenticating) {
        if (const auto* challenge = std::get_if<wire::Challenge>(&frame)) {
            if (challenge->version != wire::kProtocolVersion) return close(CloseReason::version);
            const auto connection = m_connection;
            const auto answer = m_listener.on_challenge(*challenge);
            if (m_close_reason || !m_transport_open || m_connection != connection) return;
            if (!answer) return close(CloseReason::ours);
            return transmit(*answer);
        }
        if (const auto* accepted = std::get_if<wire::Accepted>(&frame)) {
            m_state = State::ready;
            return m_listener.on_accepted(*accepted);
        }
        if (const auto* refused = std::get_if<wire::Refused>(&frame)) {
            if (refused->code == wire::Refusal::unsupported_version) return close(CloseReason::version);
            const auto connection = m_connection;
            m_listener.on_refused(*refused);
            if (m_connection == connection) close(CloseReason::refused);
            return;
        }
        return close(CloseReason::garbled);
    }
    if (m_state != State::ready) return close(CloseReason::garbled);
    if (auto* entries = std::get_if<wire::Entries>(&frame)) return m_listener.on_entries(std::move(*entries));
    if (const auto* appended = std::get_if<wire::Appended>(&frame)) return m_listener.on_appended(*appended);
    if (const auto* refused = std::get_if<wire::Refused>(&frame)) {
        // The relay got something else than we sent, and is about to close.
        if (refused->request_id == wire::kNoRequest && refused->code == wire::Refusal::bad_frame) return close(CloseReason::garbled);
        return m_listener.on_refused(*refused);
    }
    if (const auto* statement = std::get_if<wire::SignedHead>(&frame)) return m_listener.on_signed_head(*statement);
    if (const auto* gone = std::get_if<wire::Gone>(&frame)) return m_listener.on_gone(*gone);
    if (const auto* response = std::get_if<wire::TokenResponse>(&frame)) return m_listener.on_token_response(*response);
    if (const auto* state = std::get_if<wire::BlobState>(&frame)) return m_listener.on_blob_state(*state);
    if (auto* data = std::get_if<wire::BlobData>(&frame)) return m_listener.on_blob_data(std::move(*data));
    if (auto* evaluated = std::get_if<wire::VaultEvaluated>(&frame)) return m_listener.on_vault_answer(*evaluated);
    if (auto* fetched = std::get_if<wire::VaultFetched>(&frame)) return m_listener.on_vault_answer(std::move(*fetched));
    if (auto* stored = std::get_if<wire::VaultStored>(&frame)) return m_listener.on_vault_answer(*stored);
    if (auto* state = std::get_if<wire::MeetingState>(&frame)) return m_listener.on_meeting_state(std::move(*state));
    if (std::holds_alternative<wire::Pong>(frame)) return;
    close(CloseReason::garbled);
}

void Session::send(ConnectionNumber connection, const wire::ClientFrame& frame)
{
    if (m_state != State::ready || connection != m_connection || m_close_reason) return;
    transmit(frame);
}

void Session::send_mixed(ConnectionNumber connection, base::ByteView message)
{
    CHECK_INVARIANT(message.size() == wire::kMixedMessageSize);
    if (m_state == State::ready && connection == m_connection && !m_close_reason) m_transport.send(message);
}

std::optional<base::UnixMilliseconds> Session::next_wake() const
{
    if (m_close_reason) return std::nullopt;
    switch (m_state) {
    case State::stopped: return std::nullopt;
    case State::ready: return later(m_heard, m_ping_sent ? kSilenceMax : kPingAfterSilence);
    case State::waiting:
    case State::connecting:
    case State::authenticating: return m_deadline;
    }
    return std::nullopt;
}

void Session::on_wake()
{
    const auto due = next_wake();
    if (!due || *due > m_clock.now()) return;
    switch (m_state) {
    case State::stopped: return;
    case State::waiting: return open();
    case State::connecting:
    case State::authenticating: return close(CloseReason::unreachable);
    case State::ready:
        if (m_ping_sent) return close(CloseReason::lost);
        m_ping_sent = true;
        return transmit(wire::Ping{static_cast<std::uint64_t>(m_clock.now().value)});
    }
}

}  // namespace sinetti::net
