#pragma once
// The command line, and the file of settings it may name, as values. A mistake in either is one sentence.
// How settings are written: settings.h. What follows the word ingress is relay/ingress/config.h's.

#include "base/result.h"
#include "relay/address_set.h"
#include "relay/deadlines.h"
#include "relay/limits.h"
#include "relay/listen.h"
#include "wire/frame.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sinetti::relay {

inline constexpr std::uint16_t kRetentionDaysMax = 36500;

struct Config {
    enum class Command : std::uint8_t { init, serve, ingress, check, backup, restore, forget_vaults, board_add, board_policy, board_list, help } command = Command::help;
    std::filesystem::path data;
    std::filesystem::path app;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;               // 0: any free one
    std::vector<std::string> store;          // NATS servers of a cluster, "nats://host:port"; empty: SQLite in the data folder
    std::uint32_t store_replicas = kStoreReplicas;
    std::string url;                         // how people reach the relay, for the administrator link; empty: http://localhost:PORT
    std::uint64_t database_bytes_max = 0;    // 0: no limit
    std::filesystem::path vault_key;         // empty: "vault-key" in the data folder
    TlsFiles tls;
    Endpoint metrics;
    std::filesystem::path observe;           // empty: nothing is written down
    bool blocks_open = true;                 // GET /board/B/block/K
    std::uint32_t cell_rate = kCellRate;     // cells a second that one session may append
    std::uint32_t blob_space = kBlobSpace;   // MiB for all blobs; 0: none are taken
    std::uint16_t blob_days = kBlobDays;     // no blob is kept for longer
    std::size_t connections_per_address = kConnectionsPerAddress;   // 0: no limit
    AddressSet trusted_addresses = default_trusted_addresses();
    AddressSet batches_from;                 // ingresses whose batches are taken; none unless given
    Deadlines deadlines;                     // no operator's to set
    std::filesystem::path archive;           // backup writes it, restore reads it
    std::optional<std::uint32_t> board;      // of the board commands; what is not given stays as it is
    std::optional<wire::SendingLevel> level;
    std::optional<std::uint16_t> cipher_suite;   // wire::BoardInfo
    std::optional<std::uint16_t> retention_days;
};

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments);   // without the program's name
const char* usage();

}  // namespace sinetti::relay
