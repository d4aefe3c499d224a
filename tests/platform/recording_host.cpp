#include "tests/platform/recording_host.h"

#include "platform/worker_host.h"

namespace sinetti::platform {

namespace {
RecordingHost* g_host = nullptr;
}

RecordingHost::RecordingHost() { g_host = this; }
RecordingHost::~RecordingHost() { g_host = nullptr; }

namespace {

void note(const char* call)
{
    if (g_host) g_host->calls.push_back(call);
}

void note(const char* call, std::uint32_t connection)
{
    if (g_host) g_host->calls.push_back(call + std::string(" ") + std::to_string(connection));
}

}  // namespace

extern "C" {

void sinetti_host_event(const char*, std::size_t) { note("event"); }
void sinetti_host_socket_open(std::uint32_t connection) { note("open", connection); }
void sinetti_host_socket_send(std::uint32_t connection, const std::uint8_t* frame, std::size_t size)
{
    note("send", connection);
    if (g_host) g_host->frames.emplace_back(frame, frame + size);
}
void sinetti_host_socket_close(std::uint32_t connection) { note("close", connection); }
void sinetti_host_alarm(double milliseconds)
{
    note("alarm");
    if (g_host) g_host->alarms.push_back(milliseconds);
}
void sinetti_host_store_load(std::uint32_t ticket)
{
    note("load");
    if (g_host) g_host->tickets.push_back(ticket);
}
void sinetti_host_store_commit(std::uint32_t ticket, const std::uint8_t* batch, std::size_t size)
{
    note("commit");
    if (!g_host) return;
    g_host->tickets.push_back(ticket);
    g_host->batches.emplace_back(batch, batch + size);
}
void sinetti_host_store_wipe(std::uint32_t ticket)
{
    note("wipe");
    if (g_host) g_host->tickets.push_back(ticket);
}
void sinetti_host_take_over() { note("take_over"); }

}  // extern "C"

}  // namespace sinetti::platform
