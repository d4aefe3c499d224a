#pragma once
// Settings of a command: options of the command line, and a file that may hold them. The file is one JSON object, // and /* */
// comments allowed; its keys are the options with _ for -. An option on the command line goes before the file's. A mistake in either
// is one sentence.

#include "relay/address_set.h"
#include "relay/listen.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sinetti::relay {

inline constexpr std::size_t kConfigSizeMax = 1u << 20;   // bytes

using Applied = base::Result<void, std::string>;

struct SettingName {
    const char* text;                        // in the file; on the command line --, and - for _
    bool is_number;
};

template<typename Config>
struct SettingOf {
    const char* name;
    bool is_number;
    Applied (*set)(Config& config, const std::string& option, const std::string& value);   // option: as it was written
};

template<auto Member, typename Config>
Applied set_member(Config& config, const std::string&, const std::string& value)
{
    config.*Member = value;
    return {};
}

// The certificate of our own TLS, in two files.
template<typename Config>
Applied set_tls_certificate(Config& config, const std::string&, const std::string& value)
{
    config.tls.certificate = value;
    return {};
}

template<typename Config>
Applied set_tls_key(Config& config, const std::string&, const std::string& value)
{
    config.tls.key = value;
    return {};
}

// Values, as every command has them.
base::Result<std::uint64_t, std::string> number(const std::string& option, const std::string& text, std::uint64_t limit);
base::Result<Endpoint, std::string> endpoint(const std::string& option, const std::string& text);          // ADDRESS:PORT
base::Result<AddressSet, std::string> addresses(const std::string& option, const std::string& text);

Applied both_or_neither(const std::string& command, const TlsFiles& tls);

enum class SettingsFile : bool { no, allowed };   // --config FILE

// Calls `apply` with an index into `names` for everything that is set, the file's first. `arguments`: what follows the command.
Applied read_settings(std::span<const SettingName> names, const std::string& command, std::span<const std::string> arguments, SettingsFile file,
                      const std::function<Applied(std::size_t, const std::string& option, const std::string& value)>& apply);

template<typename Config>
Applied apply_settings(Config& config, std::span<const SettingOf<Config>> settings, const std::string& command, std::span<const std::string> arguments, SettingsFile file)
{
    std::vector<SettingName> names;
    for (const auto& setting : settings) names.push_back({setting.name, setting.is_number});
    return read_settings(names, command, arguments, file,
                         [&](std::size_t index, const std::string& option, const std::string& value) { return settings[index].set(config, option, value); });
}

}  // namespace sinetti::relay
