#pragma once
// Prometheus' text exposition format 0.0.4, and what is counted of every server's sockets. No label names a client, and nothing here
// counts one client's doings apart from the others'.

#include <cstdint>
#include <string>
#include <string_view>

namespace sinetti::relay {

class Admissions;

class MetricsPage {
public:
    void describe(std::string_view name, std::string_view type, std::string_view help);
    void value(const std::string& name, const std::string& value);
    void value(const std::string& name, std::uint64_t count) { value(name, std::to_string(count)); }
    void single(const std::string& name, std::string_view type, std::string_view help, std::uint64_t count);
    std::string take() { return std::move(m_text); }

private:
    std::string m_text;
};

std::string labelled(const char* name, const char* label, const std::string& value);

struct ConnectionFigures {
    std::uint64_t requests = 0;                // HTTP, WebSocket upgrades included
    std::uint64_t received_bytes = 0;          // in frames
    std::uint64_t sent_bytes = 0;
    std::uint64_t abandoned = 0;               // connections closed because they did not take what was sent
    std::uint64_t slowed = 0;                  // times that a client who sent more than its share was read from later

    void write(MetricsPage& page, const Admissions& admissions) const;
};

}  // namespace sinetti::relay
