// core.wasm: the application core inside its worker. web/core_worker.js calls the functions at the end of this file and is
// called through platform/worker_host.h. One thread; no call re-enters.

#include "base/clock.h"
#include "base/random.h"
#include "chat/core.h"
#include "platform/host_backend.h"
#include "platform/host_transport.h"
#include "platform/worker_host.h"
#include "store/memory_backend.h"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace sinetti::app {

namespace {

// Where events leave the module.
class HostEvents final : public chat::EventSink {
public:
    void on_event(const api::Event& event) override
    {
        const std::string json = api::to_json(event);
        sinetti_host_event(json.data(), json.size());
    }
};

constexpr std::int64_t kPasswordTime = 400;   // milliseconds that opening a new store with its passphrase may take

// Everything that exists only while this tab has the seal. Members are destroyed in reverse: the core before what it uses.
struct Seat {
    Seat(base::Clock& clock, base::Random& random, chat::EventSink& events)
        : core({.clock = clock, .random = random, .transport = transports[kReading], .alarm = alarm, .backend = backend, .events = events, .password_time = kPasswordTime,
                .shared_backend = &shared_backend, .errand_transport = &transports[kErrands]})
    {
    }
    platform::HostTransport* transport(std::uint32_t connection) { return connection < transports.size() ? &transports[connection] : nullptr; }

    static constexpr std::uint32_t kReading = 0;   // the connection in which people read and write
    static constexpr std::uint32_t kErrands = 1;   // beside it, for what needs their name
    std::array<platform::HostTransport, 2> transports{platform::HostTransport(kReading), platform::HostTransport(kErrands)};
    platform::HostAlarm alarm;
    platform::HostBackend backend;
    store::MemoryBackend shared_backend;   // what a session on a shared machine keeps, until its end
    chat::Core core;
};

// One tab of a browser has the seal open; the others say so and may ask for it. The worker holds the lock and tells us.
class Application {
public:
    void set_active(bool active)
    {
        if (!active) {
            m_seat.reset();
            m_events.on_event(api::SessionEvent{.phase = api::Phase::elsewhere});
            return;
        }
        if (m_seat) return;
        m_seat = std::make_unique<Seat>(m_clock, m_random, m_events);
        m_seat->core.submit(api::Start{});
        if (m_releases && m_clock.now().value - m_releases_at.value < kReportFresh) m_seat->core.submit(api::ReportReleases(*m_releases));
        submit_link();
    }

    void submit(api::Command&& command, base::SecretBytes&& passphrase)
    {
        if (auto* link = std::get_if<api::OpenLink>(&command)) return open_link(std::move(link->fragment));
        if (const auto* releases = std::get_if<api::ReportReleases>(&command)) remember(*releases);
        if (m_seat) return m_seat->core.submit(std::move(command), std::move(passphrase));
        // While another tab has the seal, Start asks for it; everything else has to wait for that.
        if (std::holds_alternative<api::Start>(command)) sinetti_host_take_over();
    }

    // A link waits until this tab has the seal.
    void open_link(std::string fragment)
    {
        m_link = std::move(fragment);
        submit_link();
    }

    Seat* seat() { return m_seat.get(); }

private:
    void remember(const api::ReportReleases& releases)
    {
        m_releases = releases;
        m_releases_at = m_clock.now();
    }
    void submit_link()
    {
        if (!m_seat || !m_link) return;
        auto fragment = std::move(*m_link);
        m_link.reset();
        m_seat->core.submit(api::OpenLink{std::move(fragment)});
    }

    base::SystemClock m_clock;
    base::SystemRandom m_random;
    HostEvents m_events;
    std::unique_ptr<Seat> m_seat;
    std::optional<std::string> m_link;
    static constexpr std::int64_t kReportFresh = 3600 * 1000;   // milliseconds
    std::optional<api::ReportReleases> m_releases;   // what the page has said last, for when this tab has the seal
    base::UnixMilliseconds m_releases_at;
};

// Lives as long as the module; made by core_start().
Application* g_application = nullptr;

Seat* seat() { return g_application ? g_application->seat() : nullptr; }

platform::HostTransport* transport(std::uint32_t connection)
{
    Seat* one = seat();
    return one ? one->transport(connection) : nullptr;
}

}  // namespace

}  // namespace sinetti::app

using namespace sinetti;
using namespace sinetti::app;

extern "C" {

void core_start()
{
    if (!g_application) g_application = new Application;
}

// The worker has the lock; or another tab has it, from the beginning or because it asked.
void core_set_active(int active) { g_application->set_active(active != 0); }

// Bytes belong to the caller; those of the passphrase are wiped before this returns. False: not a command.
bool core_command(const char* json, std::size_t size, std::uint8_t* passphrase, std::size_t passphrase_size)
{
    base::SecretBytes secret(base::ByteView(passphrase, passphrase_size));
    base::wipe({passphrase, passphrase_size});
    auto command = api::command_from_json({json, size});
    if (!command) return false;
    g_application->submit(std::move(*command), std::move(secret));
    return true;
}

void core_open_link(const char* fragment, std::size_t size) { g_application->open_link(std::string(fragment, size)); }

void core_alarm()
{
    if (Seat* one = seat()) one->core.on_alarm();
}

// `connection` is the number of sinetti_host_socket_open().
void core_socket_opened(std::uint32_t connection)
{
    if (auto* one = transport(connection)) one->opened();
}

void core_socket_frame(std::uint32_t connection, const std::uint8_t* frame, std::size_t size)
{
    if (auto* one = transport(connection)) one->received({frame, size});
}

void core_socket_closed(std::uint32_t connection)
{
    if (auto* one = transport(connection)) one->closed();
}

void core_store_loaded(std::uint32_t ticket, const std::uint8_t* records, std::size_t size, std::uint32_t error)
{
    if (Seat* one = seat()) one->backend.loaded(ticket, {records, size}, error);
}

void core_store_settled(std::uint32_t ticket, std::uint32_t error)
{
    if (Seat* one = seat()) one->backend.settled(ticket, error);
}

}  // extern "C"
