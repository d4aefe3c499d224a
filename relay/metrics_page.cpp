#include "relay/metrics_page.h"

#include "relay/admissions.h"

namespace sinetti::relay {

void MetricsPage::describe(std::string_view name, std::string_view type, std::string_view help)
{
    m_text.append("# HELP sinetti_").append(name).append(" ").append(help).append("\n# TYPE sinetti_").append(name).append(" ").append(type).append("\n");
}

void MetricsPage::value(const std::string& name, const std::string& value)
{
    m_text += "sinetti_" + name + " " + value + "\n";
}

void MetricsPage::single(const std::string& name, std::string_view type, std::string_view help, std::uint64_t count)
{
    describe(name, type, help);
    value(name, count);
}

std::string labelled(const char* name, const char* label, const std::string& value)
{
    return std::string(name) + "{" + label + "=\"" + value + "\"}";
}

void ConnectionFigures::write(MetricsPage& page, const Admissions& admissions) const
{
    page.single("connections", "gauge", "Open sockets.", admissions.count());
    page.describe("refused_connections_total", "counter", "Sockets refused, by the limit they were over.");
    page.value(labelled("refused_connections_total", "limit", "all"), admissions.refused());
    page.value(labelled("refused_connections_total", "limit", "address"), admissions.refused_by_address());
    page.single("http_requests_total", "counter", "HTTP requests, upgrades included.", requests);
    page.single("received_bytes_total", "counter", "Bytes of frames received.", received_bytes);
    page.single("sent_bytes_total", "counter", "Bytes of frames sent.", sent_bytes);
    page.single("abandoned_connections_total", "counter", "Connections closed because they did not take what was sent.", abandoned);
    page.single("slowed_clients_total", "counter", "Times that a client who sent more than its share was read from later.", slowed);
}

}  // namespace sinetti::relay
