// Relays over one cluster of NATS servers, all of them real programs; and what happens when some are killed.

#include "channel/mixed_message.h"
#include "relay/board_commands.h"
#include "relay/opening.h"
#include "relay/store_jetstream.h"
#include "tests/relay/cluster.h"

#include <csignal>
#include <doctest/doctest.h>
#include <sys/wait.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

// What a follower of board 1 is told until `cells` have come.
std::vector<base::Bytes> follow(Client& client, std::size_t cells)
{
    client.send(wire::Follow{1, 1, 0});
    std::vector<base::Bytes> seen;
    while (seen.size() < cells) {
        const auto entries = client.expect<wire::Entries>();
        REQUIRE(entries.has_value());
        REQUIRE(entries->first_position == seen.size());
        for (const auto& entry : entries->entries) seen.push_back(entry);
    }
    return seen;
}

bool opens(const RelayAddress& relay, const tokens::Token& token, Refusal otherwise)
{
    Client client(relay);
    REQUIRE(client.challenge().has_value());
    wire::AuthenticateToken frame;
    std::ranges::copy(token.view(), frame.token.begin());
    client.send(frame);
    const auto answer = client.receive();
    REQUIRE(answer.has_value());
    if (const auto* refused = std::get_if<wire::Refused>(&*answer)) REQUIRE(refused->code == otherwise);
    return std::holds_alternative<wire::Accepted>(*answer);
}

base::Result<std::vector<std::string>, std::string> board_command(const std::vector<std::string>& words)
{
    const auto config = relay::parse_config(words);
    REQUIRE_MESSAGE(config.has_value(), config.error());
    return relay::run_board_command(*config);
}

// Writes at whatever relay is there until it is told to end.
class Load {
public:
    Load(Cluster& cluster, std::size_t relay, const crypto::SignaturePrivateKey& device, std::uint64_t base)
        : writer(base, Refusal::overloaded), m_cluster(cluster), m_relay(relay), m_device(device), m_thread([this] { run(); })
    {
    }
    ~Load() { end(); }
    void end()
    {
        m_ending = true;
        writer.stop();
        if (m_thread.joinable()) m_thread.join();
    }
    bool goes_on() const   // a hundred more are acknowledged
    {
        const auto before = writer.acknowledgements.load();
        return soon([&] { return writer.acknowledgements >= before + 100; });
    }
    void restart_relay()   // killed, and started again, while its writer writes
    {
        m_cluster.relays[m_relay]->end(SIGKILL);
        const std::lock_guard lock(m_mutex);
        m_cluster.start(m_relay);
    }

    Writer writer;

private:
    void run()
    {
        while (!m_ending) {
            std::optional<RelayAddress> address;
            {
                const std::lock_guard lock(m_mutex);
                address = m_cluster.address(m_relay);
            }
            writer.run(*address, m_device);
            std::this_thread::sleep_for(100ms);
        }
    }

    Cluster& m_cluster;
    std::size_t m_relay;
    const crypto::SignaturePrivateKey& m_device;
    std::mutex m_mutex;
    std::atomic<bool> m_ending = false;
    std::thread m_thread;
};

}  // namespace

TEST_SUITE_BEGIN("relay.cluster");

TEST_CASE("two relays over one cluster are one relay: cells, records, tokens and boards of one are there at the other")
{
    Cluster cluster(1);
    const auto anna = member(cluster.address(0), cluster.cast.anna.device), bert = member(cluster.address(1), cluster.cast.bert.device);
    const auto watcher = member(cluster.address(1), cluster.cast.anna.device);
    std::vector<base::Bytes> seen;
    std::thread follower([&] { seen = follow(*watcher, 40); });
    for (std::uint64_t i = 0; i < 40; i += 2) {
        CHECK(anna->append(1, cell(i)) == i);
        CHECK(bert->append(1, cell(i + 1)) == i + 1);
    }
    follower.join();
    for (std::uint64_t i = 0; i < 40; ++i) CHECK(seen[i] == cell(i));
    CHECK(bert->append(1, cell(0)) == 0);     // an answer that was lost at the other relay
    CHECK(soon([&] { return read_board(*anna, 0) == read_board(*bert, 0); }));

    const auto token = fetch_token(cluster.address(0), cluster.cast.anna.device);
    REQUIRE(token.has_value());
    CHECK(opens(cluster.address(1), *token, Refusal::token_spent));
    CHECK_FALSE(opens(cluster.address(0), *token, Refusal::token_spent));
    CHECK_FALSE(opens(cluster.address(1), *token, Refusal::token_spent));

    // Enrolled at one, at home at the other.
    auto guest = Person(cluster.cast.random);
    const auto invite = cluster.cast.invite(guest, directory::Role::member, {base::SystemClock().now().value + 3'600'000});
    Client invited(cluster.address(1));
    REQUIRE(invited.open_as_invite(invite, guest.invite));
    REQUIRE(invited.append(directory::sign_enrolment(invite, guest.invite, guest.identity, cluster.cast.profile("x"), cluster.cast.certificate(guest), base::Bytes(9, 1))));
    CHECK(soon([&] { return fetch_token(cluster.address(0), guest.device).has_value(); }));

    CHECK(board_command({"board", "add", "--data", cluster.data(0)}).error().find("--store") != std::string::npos);
    REQUIRE(board_command({"board", "add", "--data", cluster.data(0), "--store", cluster.servers.joined_urls(), "--retention-days", "7"}).has_value());
    CHECK(soon([&] { return board_command({"board", "list", "--data", cluster.data(1)}).value().size() == 3; }));
    CHECK(board_command({"board", "list", "--data", cluster.data(1)}).value().back() == "board 2: cells, prompt, kept 7 days, 0 entries");

    // A board that an administrator makes at one is there at the other at once, for cells of both.
    Client device(cluster.address(0));
    REQUIRE(device.open_as_device(cluster.cast.anna.device));
    REQUIRE(device.append(directory::sign_board(cluster.cast.root, cluster.cast.board(3, 0))).has_value());
    CHECK(anna->append(3, cell(1)) == 0);
    std::optional<std::uint64_t> position;
    CHECK(soon([&] { return (position = bert->append(3, cell(2))).has_value(); }));
    CHECK(position == 1);
    CHECK(board_command({"board", "list", "--data", cluster.data(1)}).value().back() == "board 3: cells, prompt, suite 0x0054, kept 30 days, as administrators signed, 2 entries");
    CHECK(board_command({"board", "policy", "--board", "3", "--data", cluster.data(1), "--store", cluster.servers.joined_urls(), "--retention-days", "7"}).error().starts_with("board 3 is what an administrator has signed"));

    for (auto& relay : cluster.relays) CHECK(WEXITSTATUS(relay->end(SIGTERM)) == 0);
    for (std::size_t relay = 0; relay < 2; ++relay) check_data(cluster.folder(relay));
}

TEST_CASE("batches of an ingress that reach either of two relays put each cell on the board once, and a token spent at one is spent at the other")
{
    Cluster cluster(1, {"--batches-from", "127.0.0.2"});
    REQUIRE(board_command({"board", "policy", "--board", "1", "--level", "mixed", "--data", cluster.data(0), "--store", cluster.servers.joined_urls()}).has_value());
    for (std::size_t relay = 0; relay < 2; ++relay) {   // sooner than each finds it by itself
        CHECK(WEXITSTATUS(cluster.relays[relay]->end(SIGTERM)) == 0);
        cluster.start(relay);
    }
    base::SystemRandom random;
    REQUIRE(fetch_token(cluster.address(0), cluster.cast.bert.device).has_value());   // there are issuers
    const auto tokens = fetch_tokens(cluster.address(0), cluster.cast.anna.device, 6);
    Client first(batches_at(cluster.address(0), "127.0.0.2"), Client::Channel::none), second(batches_at(cluster.address(1), "127.0.0.2"), Client::Channel::none);
    const auto send = [&](Client& line, const std::vector<std::pair<std::size_t, std::uint64_t>>& cells) {
        auto batch = channel::seal_cover(cluster.keys, random).value();
        for (const auto& [token, number] : cells) {
            const auto message = channel::seal_cell_to_mix(cluster.keys, {tokens[token].clone(), 1, cell(number)}, random).value();
            batch.insert(batch.end(), message.begin(), message.end());
        }
        line.send_bytes(batch);
    };
    const std::unique_ptr<Client> readers[] = {member(cluster.address(0), cluster.cast.bert.device), member(cluster.address(1), cluster.cast.bert.device)};
    const auto board = [&](std::size_t relay) { return read_board(*readers[relay], 1).value(); };
    send(first, {{0, 1}, {1, 2}});
    CHECK(soon([&] { return board(1).size() == 2; }));
    send(second, {{2, 1}, {0, 3}, {3, 4}});   // one again, as when nobody saw it; one with a token that was spent; one that is new
    CHECK(soon([&] { return board(0).size() == 3; }));
    send(first, {{3, 5}, {4, 6}});
    CHECK(soon([&] { return board(1).size() == 4; }));
    for (std::size_t relay = 0; relay < 2; ++relay) CHECK(board(relay) == std::vector{cell(1), cell(2), cell(4), cell(6)});
}

TEST_CASE("a relay without the keys of the cluster's relays does not join it, and one of a cluster does not start alone")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    base::SystemRandom random;
    const auto init = [&](const char* name, bool in_cluster) {
        relay::Config config;
        config.data = folder.path() / name;
        if (in_cluster) config.store = servers.urls();
        config.store_replicas = 1;
        return relay::initialise(config, random);
    };
    REQUIRE(init("first", true).has_value());
    CHECK(init("first", true).has_value());
    CHECK(init("stranger", true).error().find("another relay's") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(relay::vault_key_file(folder.path() / "stranger")));
    CHECK(init("first", false).error().find("--store") != std::string::npos);
    REQUIRE(init("alone", false).has_value());
    CHECK(init("alone", true).error().find("a relay of its own") != std::string::npos);
    CHECK(init("alone", false).has_value());
}

TEST_CASE("the stream's leader and then a relay are killed under load: no acknowledged cell is lost, doubled or reordered, and heads agree")
{
    Cluster cluster(3);
    Load anna(cluster, 0, cluster.cast.anna.device, 1), bert(cluster, 1, cluster.cast.bert.device, 1'000'000'000);
    CHECK(anna.goes_on());
    CHECK(bert.goes_on());
    cluster.servers.kill(cluster.servers.leader_of(relay::kBoardStream));
    CHECK(anna.goes_on());
    CHECK(bert.goes_on());
    anna.restart_relay();
    CHECK(bert.goes_on());
    CHECK(anna.goes_on());
    anna.end();
    bert.end();
    const auto acknowledged = anna.writer.acknowledged.size() + bert.writer.acknowledged.size();
    MESSAGE(acknowledged << " cells acknowledged, " << (anna.writer.refusals + bert.writer.refusals) << " refused for the time being");

    // Started again both have all there is.
    for (auto& relay : cluster.relays) relay->end(SIGKILL);
    for (std::size_t relay = 0; relay < 2; ++relay) {
        cluster.start(relay);
        CHECK(WEXITSTATUS(cluster.relays[relay]->end(SIGTERM)) == 0);
        check_data(cluster.folder(relay));
        check_acknowledged(cluster.folder(relay), {&anna.writer, &bert.writer});
    }
    CHECK(board_state(cluster.folder(0)) == board_state(cluster.folder(1)));
    CHECK(board_state(cluster.folder(0)).length >= acknowledged);
}
