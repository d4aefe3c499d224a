#include "relay/config.h"

#include <charconv>

namespace sinetti::relay {

using base::Unexpected;

namespace {

base::Result<std::uint64_t, std::string> number(const std::string& option, const std::string& text, std::uint64_t limit)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limit)
        return Unexpected(option + " wants a number up to " + std::to_string(limit) + ", not \"" + text + "\"");
    return value;
}

}  // namespace

const char* usage()
{
    return "sinetti-relay serve --data DIR --app DIR [--port N] [--address A] [--url URL] [--max-database-bytes N]\n"
           "sinetti-relay check --data DIR\n"
           "sinetti-relay help\n"
           "\n"
           "serve   runs the relay until it is told to stop (SIGTERM, SIGINT)\n"
           "  --data DIR               where the boards are kept; made when missing\n"
           "  --app DIR                the app's files, as the build leaves them\n"
           "  --port N                 8080 unless given; 0 takes any free port\n"
           "  --address A              127.0.0.1 unless given; 0.0.0.0 or :: for every interface\n"
           "  --url URL                how people reach this relay, for the administrator link\n"
           "  --max-database-bytes N   refuse to let the database grow beyond this\n"
           "check   verifies every board's chain and every directory record\n";
}

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments)
{
    Config config;
    if (arguments.empty()) return Unexpected(std::string("which command? serve, check or help"));
    const auto& command = arguments[0];
    if (command == "help" || command == "--help" || command == "-h") return config;
    if (command == "serve")
        config.command = Config::Command::serve;
    else if (command == "check")
        config.command = Config::Command::check;
    else
        return Unexpected("there is no command \"" + command + "\"; serve, check or help");

    for (std::size_t i = 1; i < arguments.size(); i += 2) {
        const auto& option = arguments[i];
        const bool is_serve_option =
            option == "--app" || option == "--port" || option == "--address" || option == "--url" || option == "--max-database-bytes";
        if (option != "--data" && !(is_serve_option && config.command == Config::Command::serve))
            return Unexpected("there is no option \"" + option + "\" for " + command);
        if (i + 1 == arguments.size()) return Unexpected(option + " wants a value");
        const auto& value = arguments[i + 1];
        if (option == "--data") config.data = value;
        if (option == "--app") config.app = value;
        if (option == "--address") config.address = value;
        if (option == "--url") config.url = value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
        if (option == "--port") config.port = static_cast<std::uint16_t>(TRY(number(option, value, 65535)));
        if (option == "--max-database-bytes") config.database_bytes_max = TRY(number(option, value, std::uint64_t{1} << 44));
    }
    if (config.data.empty()) return Unexpected(command + " wants --data DIR");
    if (config.command == Config::Command::serve && config.app.empty()) return Unexpected(std::string("serve wants --app DIR"));
    return config;
}

}  // namespace sinetti::relay
