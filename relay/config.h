#pragma once
// The command line, as values. A mistake on it is one sentence.

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace sinetti::relay {

struct Config {
    enum class Command : std::uint8_t { serve, check, help } command = Command::help;
    std::filesystem::path data;
    std::filesystem::path app;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;               // 0: any free one
    std::string url;                         // how people reach the relay, for the administrator link; empty: http://localhost:PORT
    std::uint64_t database_bytes_max = 0;    // 0: no limit
};

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments);   // without the program's name
const char* usage();

}  // namespace sinetti::relay
