#pragma once
// The command line, understood.

#include "cli/failure.h"
#include "cli/passphrase.h"
#include "cli/printing.h"
#include "uplink/relay_address.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sinetti::cli {

using uplink::RelayAddress;

enum class Command : std::uint8_t { help, enrol, sign_in, people, conversations, invite, revoke, role, create, direct, add, remove, rename, send, follow, export_conversation, back_up_root, restore_root, recovery_code, board, devices, sign_out };

struct Arguments {
    Command command = Command::help;
    std::vector<std::string> words;               // what stands after the command
    std::filesystem::path data;
    std::optional<RelayAddress> relay;            // another place of the same relay
    std::filesystem::path authorities;            // PEM, for wss
    PassphraseSource passphrase;
    std::optional<std::chrono::seconds> timeout;
    bool offline = false;
    Format format = Format::text;
    std::string name;                             // enrol, sign-in
    std::string title;
    std::string organisation;
    std::string device = "sinetti-cli";           // sign-in: what it is called among its person's others
    bool with_code = false;                       // sign-in
    bool administrator = false;                   // invite
    std::filesystem::path csv;                    // invite: many, from this file; "-": from standard input
    bool lines = false;                           // send
    std::optional<std::uint64_t> count;           // follow
    std::string board;                            // create, direct: a name or number; empty: the usual one
    std::optional<api::Level> level;              // board add, board change
    std::optional<bool> post_quantum;
    std::optional<std::uint16_t> retention_days;
};

inline constexpr std::chrono::seconds kTimeout{30};             // for the relay, unless --timeout says otherwise
inline constexpr std::chrono::seconds kTimeoutMax{7 * 24 * 3600};

// default_data: where the account is kept unless --data says otherwise; empty: nowhere. Failures: usage.
Result<Arguments> parse_arguments(const std::vector<std::string>& words, const std::filesystem::path& default_data);
const char* usage();

}  // namespace sinetti::cli
