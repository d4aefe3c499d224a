#include "relay/config.h"

#include "relay/limits.h"
#include "relay/settings.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;

namespace {

Applied set_port(Config& config, const std::string& option, const std::string& value)
{
    config.port = static_cast<std::uint16_t>(TRY(number(option, value, 65535)));
    return {};
}

Applied set_limit(Config& config, const std::string& option, const std::string& value)
{
    config.database_bytes_max = TRY(number(option, value, std::uint64_t{1} << 44));
    return {};
}

Applied set_metrics(Config& config, const std::string& option, const std::string& value)
{
    config.metrics = TRY(endpoint(option, value));
    return {};
}

Applied set_connections(Config& config, const std::string& option, const std::string& value)
{
    config.connections_per_address = TRY(number(option, value, kConnectionsMax));
    return {};
}

Applied set_trusted(Config& config, const std::string& option, const std::string& value)
{
    config.trusted_addresses = TRY(addresses(option, value));
    return {};
}

Applied set_batches_from(Config& config, const std::string& option, const std::string& value)
{
    config.batches_from = TRY(addresses(option, value));
    return {};
}

// One server, or several of one cluster. They may name a user and a password, so a mistake is not quoted.
Applied set_store(Config& config, const std::string& option, const std::string& value)
{
    constexpr std::string_view kScheme = "nats://";
    config.store.clear();
    if (value == "sqlite") return {};
    for (std::size_t start = 0; start <= value.size();) {
        const auto comma = std::min(value.find(',', start), value.size());
        auto server = value.substr(start, comma - start);
        server.erase(0, server.find_first_not_of(' '));
        if (!server.starts_with(kScheme) || server.find(':', kScheme.size()) == std::string::npos || server.find(' ') != std::string::npos)
            return Unexpected(option + " wants sqlite, or servers as nats://HOST:PORT with commas between them");
        if (config.store.size() >= kStoreServersMax) return Unexpected(option + " takes " + std::to_string(kStoreServersMax) + " servers at the most");
        config.store.push_back(std::move(server));
        start = comma + 1;
    }
    return {};
}

Applied set_replicas(Config& config, const std::string& option, const std::string& value)
{
    config.store_replicas = static_cast<std::uint32_t>(TRY(number(option, value, kStoreReplicasMax)));
    if (config.store_replicas % 2 == 0) return Unexpected(option + " wants 1, 3 or 5");
    return {};
}

Applied set_url(Config& config, const std::string& option, const std::string& value)
{
    if (!value.starts_with("http://") && !value.starts_with("https://"))
        return Unexpected(option + " wants an address that begins with https:// or http://, not \"" + value + "\"");
    config.url = value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
    return {};
}

Applied set_blocks(Config& config, const std::string& option, const std::string& value)
{
    if (value != "open" && value != "closed") return Unexpected(option + " wants open or closed, not \"" + value + "\"");
    config.blocks_open = value == "open";
    return {};
}

Applied set_cell_rate(Config& config, const std::string& option, const std::string& value)
{
    config.cell_rate = static_cast<std::uint32_t>(TRY(number(option, value, kCellRateMax)));
    if (config.cell_rate == 0) return Unexpected(option + " wants a number from 1 on: with 0 nobody could write");
    return {};
}

Applied set_blob_space(Config& config, const std::string& option, const std::string& value)
{
    config.blob_space = static_cast<std::uint32_t>(TRY(number(option, value, kBlobSpaceMax)));
    return {};
}

Applied set_blob_days(Config& config, const std::string& option, const std::string& value)
{
    config.blob_days = static_cast<std::uint16_t>(TRY(number(option, value, kBlobDaysMax)));
    if (config.blob_days == 0) return Unexpected(option + " wants a number from 1 on; with blob-space-mib 0 there are no blobs");
    return {};
}

Applied set_board(Config& config, const std::string& option, const std::string& value)
{
    config.board = static_cast<std::uint32_t>(TRY(number(option, value, kBoardNumberMax)));
    if (*config.board == wire::kDirectoryBoard) return Unexpected(std::string("board 0 is the directory: all of it is kept, and it has no policy"));
    return {};
}

Applied set_level(Config& config, const std::string&, const std::string& value)
{
    if (value == "shielded" || value == "silent") return Unexpected("the level " + value + " is not built yet; prompt and mixed are");
    if (value != "prompt" && value != "mixed") return Unexpected("there is no level \"" + value + "\"; prompt and mixed are those that are built");
    config.level = value == "mixed" ? wire::SendingLevel::mixed : wire::SendingLevel::prompt;
    return {};
}

Applied set_suite(Config& config, const std::string& option, const std::string& value)
{
    // The suites clients have conversations in (docs/protocol.md §5); a board that named another would get no new ones.
    constexpr std::pair<const char*, std::uint16_t> kSuites[] = {{"default", 0}, {"0x0054", 0x0054}, {"0x0003", 0x0003}};
    const auto* suite = std::ranges::find(kSuites, value, [](const auto& known) { return std::string(known.first); });
    if (suite == std::end(kSuites)) return Unexpected(option + " wants default, 0x0054 or 0x0003, not \"" + value + "\"");
    config.cipher_suite = suite->second;
    return {};
}

Applied set_retention(Config& config, const std::string& option, const std::string& value)
{
    config.retention_days = static_cast<std::uint16_t>(TRY(number(option, value, kRetentionDaysMax)));
    return {};
}

using Setting = SettingOf<Config>;

constexpr Setting kServeSettings[] = {
    {"data", false, set_member<&Config::data>},     {"app", false, set_member<&Config::app>},       {"port", true, set_port},
    {"address", false, set_member<&Config::address>}, {"url", false, set_url},                    {"max_database_bytes", true, set_limit},
    {"metrics", false, set_metrics},              {"observe", false, set_member<&Config::observe>},
    {"blocks", false, set_blocks},                {"vault_key", false, set_member<&Config::vault_key>},
    {"cell_rate", true, set_cell_rate},           {"connections_per_address", true, set_connections}, {"trusted_addresses", false, set_trusted},
    {"blob_space_mib", true, set_blob_space},       {"blob_days", true, set_blob_days},         {"batches_from", false, set_batches_from},
    {"tls_certificate", false, set_tls_certificate<Config>}, {"tls_key", false, set_tls_key<Config>},
    {"store", false, set_store},                  {"store_replicas", true, set_replicas},
};
constexpr Setting kInitSettings[] = {
    {"data", false, set_member<&Config::data>}, {"port", true, set_port}, {"url", false, set_url}, {"vault_key", false, set_member<&Config::vault_key>},
    {"store", false, set_store}, {"store_replicas", true, set_replicas},
};
constexpr Setting kCheckSettings[] = {{"data", false, set_member<&Config::data>}, {"vault_key", false, set_member<&Config::vault_key>}};
constexpr Setting kDataSettings[] = {{"data", false, set_member<&Config::data>}};
constexpr Setting kBackupSettings[] = {{"data", false, set_member<&Config::data>}, {"to", false, set_member<&Config::archive>}};
constexpr Setting kRestoreSettings[] = {{"data", false, set_member<&Config::data>}, {"from", false, set_member<&Config::archive>}};

constexpr Setting kBoardSettings[] = {
    {"data", false, set_member<&Config::data>}, {"board", true, set_board}, {"level", false, set_level}, {"cipher_suite", false, set_suite},
    {"retention_days", true, set_retention}, {"store", false, set_store},
};
constexpr Setting kForgetSettings[] = {{"data", false, set_member<&Config::data>}, {"store", false, set_store}};

std::span<const Setting> settings_of(Config::Command command)
{
    switch (command) {
    case Config::Command::init: return kInitSettings;
    case Config::Command::serve: return kServeSettings;
    case Config::Command::backup: return kBackupSettings;
    case Config::Command::restore: return kRestoreSettings;
    case Config::Command::board_add:
    case Config::Command::board_policy: return kBoardSettings;
    case Config::Command::check: return kCheckSettings;
    case Config::Command::forget_vaults: return kForgetSettings;
    case Config::Command::board_list:
    case Config::Command::ingress:
    case Config::Command::help: break;
    }
    return kDataSettings;
}

base::Result<Config::Command, std::string> command_of(std::span<const std::string> arguments)
{
    constexpr const char* kCommands = "init, serve, ingress, check, backup, restore, forget-vaults, board or help";
    if (arguments.empty()) return Unexpected(std::string("which command? ") + kCommands);
    const auto& word = arguments[0];
    if (word == "help" || word == "--help" || word == "-h") return Config::Command::help;
    if (word == "init") return Config::Command::init;
    if (word == "serve") return Config::Command::serve;
    if (word == "ingress") return Config::Command::ingress;
    if (word == "check") return Config::Command::check;
    if (word == "backup") return Config::Command::backup;
    if (word == "restore") return Config::Command::restore;
    if (word == "forget-vaults") return Config::Command::forget_vaults;
    if (word == "board") {
        constexpr const char* kBoardCommands = "board add, board policy or board list";
        if (arguments.size() < 2) return Unexpected(std::string("which board command? ") + kBoardCommands);
        if (arguments[1] == "add") return Config::Command::board_add;
        if (arguments[1] == "policy") return Config::Command::board_policy;
        if (arguments[1] == "list") return Config::Command::board_list;
        return Unexpected("there is no command \"board " + arguments[1] + "\"; " + kBoardCommands);
    }
    return Unexpected("there is no command \"" + word + "\"; " + kCommands);
}

}  // namespace

const char* usage()
{
    return "sinetti-relay init --data DIR [--url URL] [--port N] [--store SERVERS]\n"
           "sinetti-relay serve --data DIR --app DIR [--config FILE] [options]\n"
           "sinetti-relay ingress --upstream URL --app DIR [--config FILE] [options]\n"
           "sinetti-relay check --data DIR [--vault-key FILE]\n"
           "sinetti-relay backup --data DIR --to FILE\n"
           "sinetti-relay restore --data DIR --from FILE\n"
           "sinetti-relay forget-vaults --data DIR [--store SERVERS]\n"
           "sinetti-relay board list --data DIR\n"
           "sinetti-relay board add --data DIR [--board N] [--level L] [--cipher-suite S] [--retention-days N] [--store SERVERS]\n"
           "sinetti-relay board policy --data DIR --board N [--level L] [--cipher-suite S] [--retention-days N] [--store SERVERS]\n"
           "sinetti-relay help\n"
           "\n"
           "init    makes the data folder and the relay's keys and prints the administrator link; serve does so too when there are none\n"
           "serve   runs the relay until it is told to stop (SIGTERM, SIGINT)\n"
           "  --data DIR               where the boards are kept; made when missing\n"
           "  --app DIR                the app's files, as the build leaves them\n"
           "  --port N                 8080 unless given; 0 takes any free port\n"
           "  --address A              127.0.0.1 unless given; 0.0.0.0 or :: for every interface\n"
           "  --tls-certificate FILE   TLS of the relay's own, at --port: the chain in PEM, read again after SIGHUP; without it nginx or Caddy goes in front\n"
           "  --tls-key FILE           the certificate's key in PEM, not everybody's to read\n"
           "  --url URL                how people reach this relay, for the administrator link\n"
           "  --max-database-bytes N   refuse to let the database grow beyond this\n"
           "  --metrics ADDRESS:PORT   figures for Prometheus, at /metrics of an address of their own\n"
           "  --observe FILE           write down everything an operator could see, for audits of the relay's claims\n"
           "  --blocks open|closed     whole blocks of boards at /board/B/block/K, for caches; open unless given\n"
           "  --vault-key FILE         the key behind all vaults; DIR/vault-key unless given. No backup holds it: keep a copy apart\n"
           "  --cell-rate N            cells a second that one session may append; 2000 unless given\n"
           "  --blob-space-mib N       room for blobs, large sealed files; 10240 unless given, 0 takes none\n"
           "  --blob-days N            no blob is kept for longer; 30 unless given\n"
           "  --trusted-addresses A,…  proxies and ingresses from which many come; 127.0.0.0/8 and ::1 unless given; none\n"
           "  --connections-per-address N  from any other address; 1024 unless given, 0 for no limit\n"
           "  --batches-from A,…       ingresses that batch, for boards of the level mixed; from no address unless given\n"
           "  --store SERVERS          keep the boards in NATS JetStream at nats://HOST:PORT,… beside other relays, with a copy in DIR; sqlite, which is\n"
           "                           DIR alone, unless given\n"
           "  --store-replicas N       of the streams there: 1, 3 or 5; 3 unless given\n"
           "  --config FILE            these settings from a JSON file; options given here go before it\n"
           "check   verifies every board's chain and every directory record, and shows the relay's keys\n"
           "backup  copies the data into one file, also while the relay runs, and checks the copy\n"
           "restore makes a data folder of such a file; never over data that is there\n"
           "forget-vaults lets go of all vaults, when their key is lost: nothing opens them then\n"
           "board   lists the boards, adds a board of cells or changes a policy, also while the relay runs: it takes it up within a minute\n"
           "  --level L                prompt, or mixed: cells come through an ingress with --batching on, and no other way\n"
           "  --cipher-suite S         of new conversations: default, which is post-quantum, 0x0054 or 0x0003\n"
           "  --retention-days N       how long whole blocks are kept, 30 unless given; 0 keeps them for ever\n";
}

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments)
{
    Config config;
    config.command = TRY(command_of(arguments));
    if (config.command == Config::Command::help || config.command == Config::Command::ingress) return config;
    const bool of_board = arguments[0] == "board";
    const auto command = of_board ? "board " + arguments[1] : arguments[0];
    const bool serve = config.command == Config::Command::serve;

    TRY(apply_settings(config, settings_of(config.command), command, arguments.subspan(of_board ? 2 : 1), serve ? SettingsFile::allowed : SettingsFile::no));

    if (config.data.empty()) return Unexpected(command + " wants --data DIR");
    if (serve && config.app.empty()) return Unexpected(std::string("serve wants --app DIR"));
    TRY(both_or_neither(command, config.tls));
    if (config.command == Config::Command::backup && config.archive.empty()) return Unexpected(std::string("backup wants --to FILE"));
    if (config.command == Config::Command::restore && config.archive.empty()) return Unexpected(std::string("restore wants --from FILE"));
    if (config.command == Config::Command::board_policy) {
        if (!config.board) return Unexpected(std::string("board policy wants --board N"));
        if (!config.level && !config.cipher_suite && !config.retention_days)
            return Unexpected(std::string("board policy wants something to change: --level, --cipher-suite or --retention-days"));
    }
    return config;
}

}  // namespace sinetti::relay
