#include "relay/observer.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace sinetti::relay {

using base::Unexpected;

namespace {

// What a client sent, whatever it is.
std::string quoted(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

base::Result<std::unique_ptr<Observer>, std::string> Observer::open(const std::filesystem::path& file, const base::Clock& clock)
{
    std::ofstream stream(file, std::ios::app);
    if (!stream) return Unexpected("cannot write " + file.string() + " for --observe");
    return std::unique_ptr<Observer>(new Observer(std::move(stream), clock));
}

std::uint64_t Observer::opened(std::string_view address)
{
    write(++m_connections, address, {.operation = "open"});
    return m_connections;
}

void Observer::closed(std::uint64_t connection)
{
    write(connection, {}, {.operation = "close"});
}

void Observer::requested(std::string_view address, std::string_view path, std::string_view agent)
{
    write(++m_connections, address, {.operation = "get", .board = {}, .sequence = {}, .bytes = {}, .path = path, .agent = agent});
}

void Observer::write(std::uint64_t connection, std::string_view address, const Observation& observation)
{
    const auto now = m_clock.now();
    char time[32];
    std::snprintf(time, sizeof time, "%lld.%03d", static_cast<long long>(now.value / 1000), static_cast<int>(now.value % 1000));
    // An address holds nothing that JSON would escape.
    m_stream << "{\"t\":" << time << ",\"conn\":" << connection;
    if (!address.empty()) m_stream << ",\"addr\":\"" << address << '"';
    m_stream << ",\"op\":\"" << observation.operation << '"';
    if (observation.board) m_stream << ",\"board\":" << *observation.board;
    if (observation.sequence) m_stream << ",\"seq\":" << *observation.sequence;
    if (observation.bytes) m_stream << ",\"bytes\":" << *observation.bytes;
    if (observation.vault) m_stream << ",\"vault\":\"" << base::to_hex(*observation.vault) << '"';
    if (observation.blob) m_stream << ",\"blob\":\"" << base::to_hex(*observation.blob) << '"';
    if (observation.meeting) m_stream << ",\"meeting\":\"" << base::to_hex(*observation.meeting) << '"';
    if (observation.port) m_stream << ",\"port\":" << *observation.port;
    if (!observation.path.empty()) m_stream << ",\"path\":" << quoted(observation.path);
    if (!observation.agent.empty()) m_stream << ",\"agent\":" << quoted(observation.agent);
    m_stream << "}\n" << std::flush;
}

}  // namespace sinetti::relay
