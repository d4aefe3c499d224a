// An ingress that batches: what it does with one second's messages, and what is left for whoever has its file and the relay's.

#include "channel/mixed_message.h"
#include "relay/ingress/batcher.h"
#include "relay/ingress/limits.h"
#include "tests/ingress/support.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <map>
#include <numeric>

using namespace sinetti;
using namespace sinetti::ingress_test;
using ingress::Batcher;

namespace {

base::Bytes message(std::uint8_t number) { return base::Bytes(wire::kMixedMessageSize, number); }

std::vector<std::uint8_t> order_of(const std::vector<base::Bytes>& batches)
{
    std::vector<std::uint8_t> order;
    for (const auto& batch : batches) {
        const auto messages = channel::split_batch(batch);
        REQUIRE(messages.has_value());
        for (const auto one : *messages) {
            CHECK(base::equal(one, message(one[0])));
            order.push_back(one[0]);
        }
    }
    return order;
}

// --- two files of --observe against each other -------------------------------------------------------------------------------------

constexpr std::size_t kPeople = 8;
constexpr std::size_t kRounds = 120;

struct Guesses {
    std::size_t cells = 0;     // on the board
    std::size_t by_time = 0;   // rightly ascribed to who sent last before it came
    std::size_t by_order = 0;  // rightly ascribed to who stands in the ingress's file where it stands in the relay's
};

double seconds_of(const nlohmann::json& line) { return line["t"].get<double>(); }

// Whoever has both files, and knows when one person sends nothing else of that size, draws a line from each cell to a client.
// `writers`: the ingress's number of who truly wrote the cell at each position.
Guesses attack(const std::vector<nlohmann::json>& at_ingress, const std::vector<nlohmann::json>& at_relay, const std::vector<std::uint64_t>& writers, const char* sent, const char* come)
{
    std::vector<nlohmann::json> sendings, arrivals;
    for (const auto& line : at_ingress)
        if (line["op"] == sent && (!line.contains("bytes") || line["bytes"] == wire::kMixedMessageSize || line["bytes"] == wire::kFrameSizes[1])) sendings.push_back(line);
    for (const auto& line : at_relay)
        if ((line["op"] == come && line["board"] == 1) || line["op"] == "cover") arrivals.push_back(line);

    Guesses guesses;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        if (arrivals[i]["op"] == "cover") continue;
        const auto writer = writers.at(guesses.cells++);
        const auto before = std::ranges::upper_bound(sendings, seconds_of(arrivals[i]), {}, seconds_of);
        if (before != sendings.begin() && std::prev(before)->at("conn") == writer) ++guesses.by_time;
        if (i < sendings.size() && sendings[i]["conn"] == writer) ++guesses.by_order;
    }
    return guesses;
}

struct Scene {
    explicit Scene(bool batching)
        : relay([this](relay::Config& config) {
              config.observe = folder.path() / "relay";
              config.metrics = {"127.0.0.1", 0};
              config.batches_from = relay::AddressSet::parse("127.0.0.1").value();
          })
    {
        REQUIRE(found(relay, cast));
        if (batching) make_mixed(relay, cast);
        ingress.emplace(
            relay.port(),
            [&](ingress::Config& config) {
                config.observe = folder.path() / "ingress";
                config.batching = batching;
                config.batch_period = 50ms;
            },
            &relay.clock);   // one clock for both files: no attacker has a better one
        for (std::size_t i = 0; i < kPeople; ++i) {
            people.push_back(std::make_unique<Client>(ingress->to(relay)));
            REQUIRE(people.back()->open_as_member(i % 2 == 0 ? cast.anna.device : cast.bert.device));
        }
    }
    // The ingress's numbers of them, in order: of what was opened, what is not closed. Tokens were fetched in between.
    std::vector<std::uint64_t> numbers() const
    {
        std::vector<std::uint64_t> open;
        eventually("whoever fetched tokens has gone", [&] {
            open.clear();
            for (const auto& line : json_lines(folder.path() / "ingress")) {
                if (line["op"] == "open") open.push_back(line["conn"].get<std::uint64_t>());
                if (line["op"] == "close") std::erase(open, line["conn"].get<std::uint64_t>());
            }
            return open.size() == kPeople;
        });
        return open;
    }

    TemporaryFolder folder;
    Cast cast;
    RunningRelay relay;
    std::optional<RunningIngress> ingress;
    std::vector<std::unique_ptr<Client>> people;
    base::SeededRandom random{42};
};

std::uint64_t relay_figure(const RunningRelay& relay, const std::string& name)
{
    const auto page = get_text(relay.metrics_port(), "/metrics");
    const auto at = page.find("\nsinetti_" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stoull(page.substr(at + name.size() + 10));
}

}  // namespace

TEST_SUITE_BEGIN("ingress.batching");

TEST_CASE("every order of a second's messages is as likely as every other")
{
    base::SeededRandom random(1);
    Batcher batcher(random);
    std::map<std::vector<std::uint8_t>, int> seen;
    constexpr int kTrials = 4800, kOrders = 24;
    for (int trial = 0; trial < kTrials; ++trial) {
        for (std::uint8_t client = 0; client < 4; ++client) REQUIRE(batcher.take(client, message(client)) == Batcher::Taken::yes);
        ++seen[order_of(batcher.tick())];
    }
    REQUIRE(seen.size() == kOrders);
    double chi_squared = 0;
    for (const auto& [order, count] : seen) chi_squared += std::pow(count - kTrials / kOrders, 2) / (double(kTrials) / kOrders);
    CHECK(chi_squared < 54);   // 23 degrees of freedom: exceeded once in 4,000 seeds
}

TEST_CASE("each second takes one message of each client; a second one waits, what else comes early is dropped, and who goes on is sent away")
{
    base::SeededRandom random(2);
    Batcher batcher(random);
    CHECK(batcher.take(1, message(10)) == Batcher::Taken::yes);
    CHECK(batcher.take(1, message(11)) == Batcher::Taken::yes);
    CHECK(batcher.take(1, message(12)) == Batcher::Taken::early);
    CHECK(batcher.take(2, message(20)) == Batcher::Taken::yes);
    auto order = order_of(batcher.tick());
    std::ranges::sort(order);
    CHECK(order == std::vector<std::uint8_t>{10, 20});
    CHECK(order_of(batcher.tick()) == std::vector<std::uint8_t>{11});
    CHECK(batcher.tick().empty());
    for (std::size_t i = 0; i < ingress::kMixedWaiting; ++i) CHECK(batcher.take(1, message(1)) == Batcher::Taken::yes);
    for (std::size_t i = 1; i < ingress::kMixedEarlyMax; ++i) CHECK(batcher.take(1, message(1)) == Batcher::Taken::early);
    CHECK(batcher.take(1, message(1)) == Batcher::Taken::too_many);
    CHECK(batcher.take(2, message(2)) == Batcher::Taken::yes);   // which is nobody else's affair
}

TEST_CASE("what somebody said before leaving goes on, and then nothing of them is left")
{
    base::SeededRandom random(3);
    Batcher batcher(random);
    batcher.take(1, message(10));
    batcher.take(1, message(11));
    batcher.forget(1);
    batcher.forget(2);
    CHECK(order_of(batcher.tick()) == std::vector<std::uint8_t>{10});
    CHECK(order_of(batcher.tick()) == std::vector<std::uint8_t>{11});
    CHECK(batcher.tick().empty());
}

TEST_CASE("a second's messages are as few batches as hold them")
{
    base::SeededRandom random(4);
    Batcher batcher(random);
    for (std::uint8_t client = 0; client < 30; ++client) batcher.take(client, message(client));
    const auto batches = batcher.tick();
    REQUIRE(batches.size() == 3);
    CHECK(batches[0].size() == 13 * wire::kMixedMessageSize);
    CHECK(batches[1].size() == 13 * wire::kMixedMessageSize);
    CHECK(batches[2].size() == 4 * wire::kMixedMessageSize);
    CHECK(order_of(batches).size() == 30);
}

TEST_CASE("without batching whoever has both files knows who wrote every cell")
{
    Scene scene(false);
    const auto numbers = scene.numbers();
    REQUIRE(numbers.size() == kPeople);
    std::vector<std::uint64_t> writers;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const auto writer = static_cast<std::size_t>(scene.random.below(kPeople));
        scene.relay.clock.advance(1 + static_cast<std::int64_t>(scene.random.below(900)));
        REQUIRE(scene.people[writer]->append(1, cell(round)) == round);
        writers.push_back(numbers[writer]);
    }
    const auto at_ingress = json_lines(scene.folder.path() / "ingress");
    const auto guesses = attack(at_ingress, json_lines(scene.folder.path() / "relay"), writers, "up", "append");
    CHECK(guesses.cells == kRounds);
    CHECK(guesses.by_time >= kRounds * 95 / 100);
}

TEST_CASE("with batching the same guesses are right as often as chance has it, by time and by order")
{
    Scene scene(true);
    const auto numbers = scene.numbers();
    REQUIRE(numbers.size() == kPeople);
    const auto tokens = fetch_tokens(scene.relay.address(), scene.cast.anna.device, kRounds);
    const auto keys = scene.relay.address().keys;
    std::vector<std::uint64_t> writers;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const auto writer = static_cast<std::size_t>(scene.random.below(kPeople));
        // Everybody's second has another phase; who writes is sooner or later in it than others by chance alone.
        std::vector<std::size_t> order(kPeople);
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (auto left = order.size(); left > 1; --left) std::swap(order[left - 1], order[static_cast<std::size_t>(scene.random.below(left))]);
        std::vector<base::Bytes> messages(kPeople);
        for (std::size_t person = 0; person < kPeople; ++person)
            messages[person] = person == writer ? channel::seal_cell_to_mix(keys, {tokens[round].clone(), 1, cell(round)}, scene.random).value()
                                                : channel::seal_cover(keys, scene.random).value();
        for (const auto person : order) {
            scene.relay.clock.advance(1 + static_cast<std::int64_t>(scene.random.below(100)));
            scene.people[person]->send_bytes(messages[person]);
        }
        eventually("everybody's message has come", [&] { return relay_figure(scene.relay, "mixed_cells_total") + relay_figure(scene.relay, "mixed_cover_total") == (round + 1) * kPeople; });
        writers.push_back(numbers[writer]);
    }
    const auto at_ingress = json_lines(scene.folder.path() / "ingress");
    const auto at_relay = json_lines(scene.folder.path() / "relay");
    const auto guesses = attack(at_ingress, at_relay, writers, "mix", "cell");
    REQUIRE(guesses.cells == kRounds);
    // One of eight by chance; a shuffle now and then falls between two messages of a round, and leaves fewer to choose from.
    const double expected = double(kRounds) / kPeople, deviation = std::sqrt(expected * (1 - 1.0 / kPeople));
    CHECK(guesses.by_time < expected + 5 * deviation);
    CHECK(guesses.by_order < expected + 5 * deviation);

    // Everybody sent equally much, and the ingress's file has no more than that of anybody.
    std::map<std::uint64_t, std::size_t> sent;
    for (const auto& line : at_ingress)
        if (line["op"] == "mix") ++sent[line["conn"].get<std::uint64_t>()];
    for (const auto number : numbers) CHECK(sent[number] == kRounds);
    for (const auto& line : at_ingress) CHECK_FALSE(line.contains("board"));
    // And the relay has every cell from the ingress, whoever is connected.
    std::vector<std::uint64_t> lines;
    for (const auto& line : at_relay)
        if (line["op"] == "cell" && std::ranges::find(lines, line["conn"].get<std::uint64_t>()) == lines.end()) lines.push_back(line["conn"].get<std::uint64_t>());
    CHECK(lines.size() == 1);
    // Every cell came to the board, once.
    Client reader(scene.relay.address());
    REQUIRE(reader.open_as_member(scene.cast.bert.device));
    CHECK(read_board(reader, 1)->size() == kRounds);
}

TEST_CASE("an ingress that does not batch passes a mixed message on like any other, and the relay's answer comes back")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    base::SystemRandom random;
    client.send_bytes(channel::seal_cover(relay.address().keys, random).value());
    CHECK(client.expect_refusal(wire::Refusal::not_mixed));
    client.send(wire::Ping{1});
    CHECK(client.expect<wire::Pong>().has_value());
}

TEST_CASE("a relay that takes no batches costs clients nothing but their messages, which are counted")
{
    RunningRelay relay;   // nobody is named in its --batches-from
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port(), [](ingress::Config& config) {
        config.batching = true;
        config.batch_period = 20ms;
    });
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    base::SystemRandom random;
    client.send_bytes(channel::seal_cover(relay.address().keys, random).value());
    eventually("it is dropped", [&] { return ingress.figure("mixed_dropped_total") >= 1; });
    CHECK(ingress.figure("batches_open") == 0);
    client.send(wire::Ping{1});
    CHECK(client.expect<wire::Pong>().has_value());
}

TEST_CASE("who sends more than the clock allows is closed with 1008, and nothing of it stays behind")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port(), [](ingress::Config& config) { config.batching = true; });   // a second is long
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    for (std::size_t i = 0; i < 3 * (ingress::kMixedWaiting + ingress::kMixedEarlyMax); ++i) client.send_bytes(message(1));
    CHECK(client.expect_end());
    CHECK(client.close_code() == 1008);
    eventually("no session stays behind", [&] { return ingress.figure("tunnels") == 0; });
}

TEST_CASE("draining passes on what waits for its second")
{
    Cast cast;
    RunningRelay relay([](relay::Config& config) {
        config.batches_from = relay::AddressSet::parse("127.0.0.1").value();
        config.metrics = {"127.0.0.1", 0};
    });
    REQUIRE(found(relay, cast));
    make_mixed(relay, cast);
    RunningIngress ingress(relay.port(), [](ingress::Config& config) { config.batching = true; });
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    base::SystemRandom random;
    const auto cover = [&] { return channel::seal_cover(relay.address().keys, random).value(); };
    client.send_bytes(cover());
    eventually("there is a connection for batches", [&] { return ingress.figure("batches_open") == 1; });
    const auto before = relay_figure(relay, "mixed_cover_total");
    client.send_bytes(cover());
    client.send(wire::Ping{1});
    REQUIRE(client.expect<wire::Pong>().has_value());   // it has been read
    client.say_goodbye();
    ingress.stop();
    eventually("it has arrived", [&] { return relay_figure(relay, "mixed_cover_total") >= before + 1; });
}

TEST_SUITE_END();
