#include "relay/log.h"

#include <cstdio>
#include <ctime>
#include <string>

namespace sinetti::relay {

void log_line(std::string_view message)
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char hour[32];
    std::strftime(hour, sizeof hour, "%Y-%m-%dT%HZ ", &parts);
    const auto line = hour + std::string(message) + "\n";
    std::fputs(line.c_str(), stderr);
}

}  // namespace sinetti::relay
