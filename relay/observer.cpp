#include "relay/observer.h"

#include "relay/log.h"

#include <cstdio>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::uint64_t kNobody = 0;   // no connection's number
constexpr mode_t kFileMode = 0666;   // less the umask

// What a client sent, whatever it is.
std::string quoted(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string beginning(base::UnixMilliseconds now, std::uint64_t connection)
{
    char text[64];
    std::snprintf(text, sizeof text, "{\"t\":%lld.%03d,\"conn\":%llu", static_cast<long long>(now.value / 1000), static_cast<int>(now.value % 1000),
                  static_cast<unsigned long long>(connection));
    return text;
}

}  // namespace

base::Result<std::unique_ptr<Observer>, std::string> Observer::open(const std::filesystem::path& file, const base::Clock& clock)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode);
    if (descriptor < 0) return Unexpected("cannot write " + file.string() + " for --observe");
    return std::unique_ptr<Observer>(new Observer(descriptor, file, clock));
}

Observer::~Observer()
{
    if (m_missing > 0) (void)say_gap();
    ::close(m_descriptor);
}

std::uint64_t Observer::opened(std::string_view address, std::string_view agent)
{
    write(++m_connections, address, {.operation = "open", .board = {}, .sequence = {}, .bytes = {}, .agent = agent});
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
    auto line = beginning(m_clock.now(), connection);
    // An address holds nothing that JSON would escape.
    if (!address.empty()) line.append(",\"addr\":\"").append(address).append("\"");
    line.append(",\"op\":\"").append(observation.operation).append("\"");
    if (!observation.kind.empty()) line.append(",\"kind\":\"").append(observation.kind).append("\"");
    if (observation.board) line += ",\"board\":" + std::to_string(*observation.board);
    if (observation.sequence) line += ",\"seq\":" + std::to_string(*observation.sequence);
    if (observation.bytes) line += ",\"bytes\":" + std::to_string(*observation.bytes);
    if (observation.key) line += ",\"key\":\"" + base::to_hex(*observation.key) + '"';
    if (observation.vault) line += ",\"vault\":\"" + base::to_hex(*observation.vault) + '"';
    if (observation.blob) line += ",\"blob\":\"" + base::to_hex(*observation.blob) + '"';
    if (observation.meeting) line += ",\"meeting\":\"" + base::to_hex(*observation.meeting) + '"';
    if (observation.port) line += ",\"port\":" + std::to_string(*observation.port);
    if (!observation.path.empty()) line += ",\"path\":" + quoted(observation.path);
    if (!observation.agent.empty()) line += ",\"agent\":" + quoted(observation.agent);
    put(std::move(line) + "}\n");
}

void Observer::put(std::string line)
{
    if (m_missing > 0 && say_gap()) {
        log_line(m_file.string() + " can be written again; " + std::to_string(m_missing) + " lines are missing there");
        m_missing = 0;
    }
    if (m_missing == 0 && append(std::move(line))) return;
    if (m_missing++ == 0) log_line(m_file.string() + " cannot be written: what is seen is missing there until it can (--observe)");
}

bool Observer::say_gap()
{
    return append(beginning(m_clock.now(), kNobody) + ",\"op\":\"gap\",\"missing\":" + std::to_string(m_missing) + "}\n");
}

bool Observer::append(std::string line)
{
    if (m_cut_off) line.insert(line.begin(), '\n');
    const auto written = ::write(m_descriptor, line.data(), line.size());
    const bool is_whole = written == static_cast<ssize_t>(line.size());
    if (written > 0) m_cut_off = !is_whole;
    return is_whole;
}

}  // namespace sinetti::relay
