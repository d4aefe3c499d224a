#include "tests/relay/program.h"

#include "relay/check.h"
#include "relay/data_folder.h"
#include "relay/limits.h"
#include "relay/store_sqlite.h"

#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace sinetti::relay_test {

RelayProcess::RelayProcess(const std::filesystem::path& folder, rlim_t file_bytes_max, const std::vector<std::string>& options)
{
    int output[2];
    REQUIRE(::pipe(output) == 0);
    m_pid = ::fork();
    REQUIRE(m_pid >= 0);
    if (m_pid == 0) {
        ::dup2(output[1], STDOUT_FILENO);
        ::close(output[0]);
        const auto data = (folder / "data").string(), app = (folder / "app").string();
        const rlimit limit{file_bytes_max, file_bytes_max};
        if (file_bytes_max > 0) ::setrlimit(RLIMIT_FSIZE, &limit);
        const int null = ::open("/dev/null", O_WRONLY);
        ::dup2(null, STDERR_FILENO);
        std::vector<char*> words;
        // A writer of these tests writes as fast as the machine can; what one session may is told elsewhere.
        const auto rate = std::to_string(relay::kCellRateMax);
        for (const char* word : {"sinetti-relay", "serve", "--port", "0", "--data", data.c_str(), "--app", app.c_str(), "--cell-rate", rate.c_str()}) words.push_back(const_cast<char*>(word));
        for (const auto& option : options) words.push_back(const_cast<char*>(option.c_str()));
        words.push_back(nullptr);
        ::execv(SINETTI_RELAY_PROGRAM, words.data());
        ::_exit(127);
    }
    ::close(output[1]);
    FILE* lines = ::fdopen(output[0], "r");
    char line[512];
    while (std::fgets(line, sizeof line, lines) != nullptr) {
        const std::string_view text(line);
        if (text.starts_with("sinetti-relay listening on http://localhost:")) m_port = static_cast<std::uint16_t>(std::stoi(std::string(text.substr(44))));
        if (text.starts_with("administrator link: ")) m_link = text.substr(20, text.size() - 21);
        if (m_port != 0 && (!m_link.empty() || std::filesystem::exists(folder / "founded"))) break;
    }
    std::fclose(lines);
    REQUIRE(m_port != 0);
}

RelayProcess::~RelayProcess() { end(SIGKILL); }

int RelayProcess::end(int signal)
{
    if (m_pid <= 0) return 0;
    int status = 0;
    ::kill(m_pid, signal);
    ::waitpid(m_pid, &status, 0);
    m_pid = 0;
    return status;
}

void Writer::run(const RelayAddress& relay, const crypto::SignaturePrivateKey& device)
{
    Client client(relay);
    if (!client.connected() || !client.open_as_member(device)) return;
    std::map<std::uint32_t, std::uint64_t> in_flight;
    std::uint32_t request = 0;
    for (const auto number : m_unanswered) {
        in_flight[++request] = number;
        client.send(wire::Append{request, 1, cell(number)});
    }
    while (!m_stopping) {
        while (in_flight.size() < 32 && m_unanswered.size() < 256) {
            m_unanswered.insert(m_next);
            in_flight[++request] = m_next;
            client.send(wire::Append{request, 1, cell(m_next++)});
        }
        if (in_flight.empty()) return;
        const auto frame = client.receive();
        if (!frame) return;
        if (const auto* refused = std::get_if<wire::Refused>(&*frame)) {
            REQUIRE(refused->code == m_may_refuse);
            ++refusals;
            ++answers;
            in_flight.erase(refused->request_id);
            std::this_thread::sleep_for(5ms);
            continue;   // the cell goes out again with the next session
        }
        const auto* appended = std::get_if<wire::Appended>(&*frame);
        REQUIRE(appended != nullptr);
        const auto number = in_flight.at(appended->request_id);
        in_flight.erase(appended->request_id);
        m_unanswered.erase(number);
        acknowledged[number] = appended->position;
        ++acknowledgements;
        ++answers;
    }
}

directory::RelayKeys found(const std::filesystem::path& folder, Cast& cast, const std::vector<std::string>& options)
{
    make_app(folder / "app");
    // The program has the real clock: invites that outlast it.
    const base::UnixMilliseconds expires{base::SystemClock().now().value + 3'600'000};
    RelayProcess relay(folder, 0, options);
    const auto link = directory::parse_founder_link(relay.administrator_link());
    REQUIRE(link.has_value());
    Client founder(relay.address(link->relay_keys));
    REQUIRE(founder.open_as_founder(relay.administrator_link()));
    REQUIRE(founder.append(cast.organisation()) == 0);
    for (const auto* person : {&cast.anna, &cast.bert}) {
        const auto invite = cast.invite(*person, directory::Role::member, expires);
        REQUIRE(founder.append(directory::sign_enrolment(invite, person->invite, person->identity, cast.profile("x"), cast.certificate(*person), base::Bytes(9, 1))));
    }
    std::ofstream(folder / "founded") << "yes";
    return link->relay_keys;
}

void check_data(const std::filesystem::path& folder)
{
    const auto report = relay::check_data(folder / "data");
    REQUIRE_MESSAGE(report.faults.empty(), report.faults.front());
}

relay::BoardState board_state(const std::filesystem::path& folder)
{
    auto store = relay::open_sqlite_store({.file = relay::database_file(folder / "data"), .mode = relay::SqliteOptions::Mode::inspect});
    REQUIRE(store.has_value());
    const auto boards = (*store)->boards();
    REQUIRE(boards.has_value());
    return boards->at(1);
}

void check_acknowledged(const std::filesystem::path& folder, const std::vector<const Writer*>& writers)
{
    auto store = relay::open_sqlite_store({.file = relay::database_file(folder / "data"), .mode = relay::SqliteOptions::Mode::inspect});
    REQUIRE(store.has_value());
    const auto state = board_state(folder);
    std::vector<base::Bytes> cells;
    while (state.cut + cells.size() < state.length) {
        auto entries = (*store)->read(1, state.cut + cells.size(), wire::kBlockEntries);
        REQUIRE(entries.has_value());
        REQUIRE_FALSE(entries->empty());
        for (auto& entry : *entries) cells.push_back(std::move(entry.entry));
    }
    for (const auto* writer : writers) {
        for (const auto& [number, position] : writer->acknowledged) {
            if (position < state.cut) continue;
            REQUIRE(position < state.length);
            REQUIRE(cells[position - state.cut] == cell(number));
        }
    }
    CHECK(std::set<base::Bytes>(cells.begin(), cells.end()).size() == cells.size());
}

}  // namespace sinetti::relay_test
