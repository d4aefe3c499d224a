#include "relay/board_commands.h"

#include "relay/data_folder.h"
#include "base/random.h"
#include "relay/limits.h"
#include "relay/opening.h"
#include "relay/store_jetstream.h"

#include <algorithm>
#include <cstdio>

namespace sinetti::relay {

using base::Unexpected;

namespace {

using Lines = std::vector<std::string>;
using Told = base::Result<Lines, std::string>;

std::string trouble(StoreError error, const std::filesystem::path& data)
{
    switch (error) {
    case StoreError::full: return "there is no space to write in " + data.string() + ", or it is read-only";
    case StoreError::unavailable: return "the database in " + data.string() + " cannot be opened, or is too busy";
    case StoreError::broken: break;
    case StoreError::newer: return sentence(error, database_file(data));
    }
    return "the database in " + data.string() + " is damaged, or of an older version: serve of this version makes it fit";
}

std::string describe(const wire::BoardInfo& info)
{
    if (info.kind == wire::BoardKind::directory) return "directory, kept for ever";
    const auto kept = info.retention_days == 0 ? std::string("kept for ever") : "kept " + std::to_string(info.retention_days) + " days";
    char suite[16] = "";
    if (info.cipher_suite != 0) std::snprintf(suite, sizeof suite, "suite 0x%04x, ", static_cast<unsigned>(info.cipher_suite));
    return std::string("cells, ") + (info.level == wire::SendingLevel::mixed ? "mixed, " : "prompt, ") + suite + kept;
}

std::string describe(const BoardState& state)
{
    auto line = "board " + std::to_string(state.info.board) + ": " + describe(state.info) + (state.is_signed ? ", as administrators signed" : "") + (state.closed ? ", closed, " : ", ") + std::to_string(state.length) + " entries";
    if (state.cut > 0) line += ", those before " + std::to_string(state.cut) + " are gone";
    return line;
}

std::string of_administrators(std::uint32_t board)
{
    return "board " + std::to_string(board) + " is what an administrator has signed: only an administrator can change it, in the app or with sinetti-cli";
}

// Makes the change, in the database or for all relays of a cluster.
using Change = std::function<base::Result<bool, std::string>(const wire::BoardInfo& info, bool add)>;

Told add(const Change& make, const std::vector<BoardState>& boards, const Config& config)
{
    const auto of_ours = static_cast<std::size_t>(std::ranges::count(boards, false, &BoardState::is_signed));
    if (of_ours >= kOperatorBoardsMax) return Unexpected("there are " + std::to_string(of_ours) + " boards, and no room for more");
    wire::BoardInfo info{.board = config.board.value_or(boards.back().info.board + 1), .retention_days = config.retention_days.value_or(kRetentionDays)};
    if (info.board > kBoardNumberMax) return Unexpected(std::string("the highest number is taken; name a free one with --board N"));
    const auto known = std::ranges::find(boards, info.board, [](const BoardState& state) { return state.info.board; });
    if (known != boards.end() && known->is_signed) return Unexpected(of_administrators(info.board));
    info.level = config.level.value_or(info.level);
    info.cipher_suite = config.cipher_suite.value_or(info.cipher_suite);
    if (!TRY(make(info, true))) return Unexpected("there is a board " + std::to_string(info.board) + " already; board policy changes it");
    return Lines{"board " + std::to_string(info.board) + " added: " + describe(info)};
}

Told change(const Change& make, const std::vector<BoardState>& boards, const Config& config)
{
    const auto known = std::ranges::find(boards, *config.board, [](const BoardState& state) { return state.info.board; });
    if (known == boards.end()) return Unexpected("there is no board " + std::to_string(*config.board) + "; board list shows them");
    if (known->is_signed) return Unexpected(of_administrators(known->info.board));
    auto info = known->info;
    info.level = config.level.value_or(info.level);
    info.cipher_suite = config.cipher_suite.value_or(info.cipher_suite);
    info.retention_days = config.retention_days.value_or(info.retention_days);
    if (!TRY(make(info, false))) return Unexpected("there is no board " + std::to_string(info.board) + " any more, or an administrator has signed another policy for it");
    return Lines{"board " + std::to_string(info.board) + ": " + describe(info)};
}

base::Result<bool, std::string> change_here(Store& store, const Config& config, const wire::BoardInfo& info, bool add)
{
    const auto changed = add ? store.add_board(info) : store.set_policy(info);
    if (!changed) return Unexpected(trouble(changed.error(), config.data));
    return *changed;
}

// The change goes to the cluster's stream, and comes back into this database when the relay on it runs.
base::Result<bool, std::string> change_cluster(const Config& config, const wire::BoardInfo& info, bool add)
{
    const auto log = TRY(JetStreamLog::open({config.store, kBoardStream, config.store_replicas}));
    const auto origin = base::SystemRandom().array<16>();
    const auto published = log->publish(kPolicySubject, encode(ClusterMessage{origin, BoardPolicy{info, add}}), base::to_hex(origin));
    if (!published) return Unexpected(std::string("the servers of --store do not answer, or have no room"));
    return true;
}

}  // namespace

base::Result<std::vector<std::string>, std::string> run_board_command(const Config& config)
{
    std::error_code ignored;
    const auto file = database_file(config.data);
    if (!std::filesystem::exists(file, ignored)) return Unexpected("there is no relay data in " + config.data.string());
    const bool only_looks = config.command == Config::Command::board_list;
    auto store = open_sqlite_store({.file = file, .mode = only_looks ? SqliteOptions::Mode::inspect : SqliteOptions::Mode::administer});
    if (!store) return Unexpected(trouble(store.error(), config.data));
    const auto boards = (*store)->boards();
    if (!boards) return Unexpected(trouble(boards.error(), config.data));
    const auto in_cluster = is_cluster_copy(**store);
    if (!in_cluster) return Unexpected(trouble(in_cluster.error(), config.data));
    if (!only_looks && *in_cluster == config.store.empty())
        return Unexpected(config.data.string() + (*in_cluster ? " is a relay's of a cluster: say with --store where that is" : " is not a relay's of a cluster: leave --store out"));
    const Change make = [&](const wire::BoardInfo& info, bool is_new) {
        return *in_cluster ? change_cluster(config, info, is_new) : change_here(**store, config, info, is_new);
    };
    if (config.command == Config::Command::board_add) return add(make, *boards, config);
    if (config.command == Config::Command::board_policy) return change(make, *boards, config);
    Lines lines;
    for (const auto& state : *boards) lines.push_back(describe(state));
    return lines;
}

}  // namespace sinetti::relay
