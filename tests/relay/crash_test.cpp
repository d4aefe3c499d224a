// The real program, killed with SIGKILL at random instants while two clients write and one follows.

#include "relay/check.h"
#include "tests/relay/support.h"

#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace sinetti;
using namespace sinetti::relay_test;

namespace {

constexpr unsigned kKills = 10;

class RelayProcess {
public:
    explicit RelayProcess(const std::filesystem::path& folder)
    {
        int output[2];
        REQUIRE(::pipe(output) == 0);
        m_pid = ::fork();
        REQUIRE(m_pid >= 0);
        if (m_pid == 0) {
            ::dup2(output[1], STDOUT_FILENO);
            ::close(output[0]);
            const auto data = (folder / "data").string(), app = (folder / "app").string();
            const int null = ::open("/dev/null", O_WRONLY);
            ::dup2(null, STDERR_FILENO);
            ::execl(SINETTI_RELAY_PROGRAM, "sinetti-relay", "serve", "--port", "0", "--data", data.c_str(), "--app", app.c_str(), nullptr);
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
    ~RelayProcess() { end(SIGKILL); }

    int end(int signal)
    {
        if (m_pid <= 0) return 0;
        int status = 0;
        ::kill(m_pid, signal);
        ::waitpid(m_pid, &status, 0);
        m_pid = 0;
        return status;
    }
    RelayAddress address(const directory::RelayKeys& keys) const { return {m_port, keys}; }
    const std::string& administrator_link() const { return m_link; }

private:
    pid_t m_pid = 0;
    std::uint16_t m_port = 0;
    std::string m_link;
};

// Writes its own run of numbered cells, a handful in flight, until the relay is gone. What was not acknowledged is sent again
// next time, first and in the same bytes.
class Writer {
public:
    explicit Writer(std::uint64_t base) : m_next(base) {}

    void run(const RelayAddress& relay, const crypto::SignaturePrivateKey& device)
    {
        Client client(relay);
        if (!client.connected() || !client.open_as_device(device)) return;
        std::map<std::uint32_t, std::uint64_t> in_flight;
        std::uint32_t request = 0;
        for (const auto number : m_unanswered) {
            in_flight[++request] = number;
            client.send(wire::Append{request, 1, cell(number)});
        }
        for (;;) {
            while (in_flight.size() < 32) {
                m_unanswered.insert(m_next);
                in_flight[++request] = m_next;
                client.send(wire::Append{request, 1, cell(m_next++)});
            }
            const auto frame = client.receive();
            if (!frame) return;
            const auto* appended = std::get_if<wire::Appended>(&*frame);
            REQUIRE(appended != nullptr);
            const auto number = in_flight.at(appended->request_id);
            in_flight.erase(appended->request_id);
            m_unanswered.erase(number);
            acknowledged[number] = appended->position;
        }
    }

    std::map<std::uint64_t, std::uint64_t> acknowledged;   // number → position

private:
    std::uint64_t m_next;
    std::set<std::uint64_t> m_unanswered;
};

}  // namespace

TEST_SUITE_BEGIN("relay.crash");

TEST_CASE("killed again and again under load, the relay loses, doubles and reorders no acknowledged cell")
{
    TemporaryFolder folder;
    make_app(folder.path() / "app");
    Cast cast;
    // The program has the real clock: invites that outlast it.
    const base::UnixMilliseconds expires{base::SystemClock().now().value + 3'600'000};
    directory::RelayKeys keys;
    {
        RelayProcess relay(folder.path());
        const auto link = directory::parse_founder_link(relay.administrator_link());
        REQUIRE(link.has_value());
        keys = link->relay_keys;
        Client founder(relay.address(keys));
        REQUIRE(founder.open_as_founder(relay.administrator_link()));
        REQUIRE(founder.append(cast.organisation()) == 0);
        for (const auto* person : {&cast.anna, &cast.bert}) {
            const auto invite = cast.invite(*person, directory::Role::member, expires);
            REQUIRE(founder.append(directory::sign_enrolment(invite, person->invite, person->identity, cast.profile("x"), cast.certificate(*person), base::Bytes(9, 1))));
        }
        std::ofstream(folder.path() / "founded") << "yes";
    }
    Writer anna(1), bert(1'000'000'000);
    base::SeededRandom random(42);
    std::vector<base::Bytes> followed;   // what a follower has seen, over all sessions
    for (unsigned kill = 0; kill < kKills; ++kill) {
        RelayProcess relay(folder.path());
        std::thread first([&] { anna.run(relay.address(keys), cast.anna.device); });
        std::thread second([&] { bert.run(relay.address(keys), cast.bert.device); });
        std::thread reader([&] {
            Client client(relay.address(keys));
            if (!client.connected() || !client.open_as_device(cast.bert.device)) return;
            auto next = followed.size() - followed.size() % wire::kBlockEntries;
            client.send(wire::Follow{1, 1, next});
            while (const auto frame = client.receive()) {
                const auto* entries = std::get_if<wire::Entries>(&*frame);
                REQUIRE(entries != nullptr);
                REQUIRE(entries->first_position == next);
                for (const auto& entry : entries->entries) {
                    if (next < followed.size())
                        REQUIRE(entry == followed[next]);
                    else
                        followed.push_back(entry);
                    ++next;
                }
            }
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(100 + random.below(500)));
        relay.end(SIGKILL);
        first.join();
        second.join();
        reader.join();
        const auto report = relay::check_data(folder.path() / "data");
        REQUIRE_MESSAGE(report.faults.empty(), report.faults.front());
    }

    RelayProcess relay(folder.path());
    Client client(relay.address(keys));
    REQUIRE(client.open_as_device(cast.anna.device));
    const auto board = read_board(client, 1);
    REQUIRE(board);
    MESSAGE(board->size() << " cells on the board, " << anna.acknowledged.size() + bert.acknowledged.size() << " acknowledged");
    CHECK(anna.acknowledged.size() + bert.acknowledged.size() > 100);
    for (const auto* writer : {&anna, &bert}) {
        for (const auto& [number, position] : writer->acknowledged) {
            REQUIRE(position < board->size());
            REQUIRE((*board)[position] == cell(number));
        }
    }
    CHECK(std::set<base::Bytes>(board->begin(), board->end()).size() == board->size());
    REQUIRE(followed.size() <= board->size());
    CHECK(std::equal(followed.begin(), followed.end(), board->begin()));
    client.send(wire::Ping{1});
    CHECK(client.expect<wire::Pong>());

    const int status = relay.end(SIGTERM);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
