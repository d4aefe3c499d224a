#pragma once
// The core with everything it needs natively, on one thread, and what its events have said so far. A command submits and then
// waits until the events say what it wants to hear.

#include "chat/core.h"
#include "cli/failure.h"
#include "cli/sqlite_backend.h"
#include "cli/websocket_transport.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>

namespace sinetti::cli {

class Client final : private chat::EventSink, private net::Alarm {
public:
    Client(boost::asio::io_context& io, base::Random& random, store::Backend& backend, const RelayAddress& relay, const std::filesystem::path& authorities);

    // Failures: the store could not keep what follows from the command.
    Result<void> submit(api::Command&& command, base::SecretBytes&& passphrase = {});

    using Deadline = std::optional<std::chrono::steady_clock::time_point>;   // nullopt: never
    // Runs until `done`. False: a signal asks us to end. Failures: unreachable (the deadline has passed); the relay has refused us
    // for good; the store has failed.
    Result<bool> wait(const std::function<bool()>& done, Deadline deadline);

    std::function<void(const api::Event&)> observer;   // sees each event after us

    // As the events have it.
    api::SessionEvent session;
    api::ConnectionEvent connection;
    std::vector<api::Person> people;
    std::vector<api::ConversationSummary> conversations;
    std::vector<api::Board> boards;
    std::optional<api::Invitation> invitation;
    std::optional<api::ConversationId> created;
    std::vector<api::Message> exported;
    std::vector<api::Invitation> invitations;         // all that were made
    std::vector<api::Invitation> made_invitations;    // the last that were made at once
    api::VaultEvent vault;
    api::PassphraseEvent passphrase_event;
    std::string recovery_code;
    std::vector<std::string> root_shares;
    std::optional<api::RootRestoreEvent> root_restore;   // the latest
    std::optional<Failure> refusal;                    // of the last command, by a notice

private:
    void on_event(const api::Event& event) override;
    void wake_after(std::int64_t milliseconds) override;
    std::optional<Failure> final_trouble() const;

    boost::asio::io_context& m_io;
    boost::asio::steady_timer m_timer;
    boost::asio::signal_set m_signals;
    base::SystemClock m_clock;
    WebSocketTransport m_transport;
    WebSocketTransport m_errand_transport;             // beside it, for what needs our name
    bool m_interrupted = false;
    std::optional<Failure> m_store_failure;
    chat::Core m_core;
};

}  // namespace sinetti::cli
