// Batches from an ingress: cells in mixed messages, each with a token of its own.

#include "channel/mixed_message.h"
#include "relay/board_commands.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

struct World {
    explicit World(const RunningRelay::Adjust& adjust = {})
        : relay([adjust](relay::Config& config) {
              config.batches_from = relay::AddressSet::parse("127.0.0.2").value();
              config.metrics = {"127.0.0.1", 0};
              if (adjust) adjust(config);
          })
    {
        REQUIRE(found(relay, cast));
        make_mixed(relay, cast);
    }

    base::Bytes with_cell(const tokens::Token& token, base::Bytes cell, std::uint32_t board = 1)
    {
        return channel::seal_cell_to_mix(relay.address().keys, {token.clone(), board, std::move(cell)}, random).value();
    }
    base::Bytes cover() { return channel::seal_cover(relay.address().keys, random).value(); }
    RelayAddress batches() const { return batches_at(relay.address(), "127.0.0.2"); }
    std::vector<base::Bytes> board()
    {
        Client reader(relay.address());
        REQUIRE(reader.open_as_member(cast.bert.device));
        return read_board(reader, 1).value();
    }
    std::uint64_t figure(const std::string& name) const
    {
        const auto page = get_text(relay.metrics_port(), "/metrics");
        const auto at = page.find("\nsinetti_" + name + " ");
        REQUIRE(at != std::string::npos);
        return std::stoull(page.substr(at + name.size() + 10));
    }
    void eventually(const std::function<bool()>& holds) const
    {
        for (int attempt = 0; attempt < 1000; ++attempt, std::this_thread::sleep_for(10ms))
            if (holds()) return;
        FAIL("it does not come about");
    }
    // Everything that was sent has been looked at.
    void wait_for(std::uint64_t cells, std::uint64_t cover_messages, std::uint64_t dropped = 0) const
    {
        eventually([&] { return figure("mixed_cells_total") >= cells && figure("mixed_cover_total") >= cover_messages && figure("mixed_dropped_total") >= dropped; });
    }

    Cast cast;
    base::SystemRandom random;
    RunningRelay relay;
};

base::Bytes batch(std::initializer_list<base::Bytes> messages)
{
    base::Bytes bytes;
    for (const auto& message : messages) bytes.insert(bytes.end(), message.begin(), message.end());
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("relay.mixed");

TEST_CASE("of a batch the cells are on the board and the cover is nowhere")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 3);
    Client line(world.batches(), Client::Channel::none);
    REQUIRE(line.connected());
    line.send_bytes(batch({world.cover(), world.with_cell(tokens[0], cell(1)), world.cover(), world.with_cell(tokens[1], cell(2))}));
    line.send_bytes(batch({world.with_cell(tokens[2], cell(3))}));
    world.wait_for(3, 2);
    world.eventually([&] { return world.board().size() == 3; });
    CHECK(world.board() == std::vector{cell(1), cell(2), cell(3)});
    CHECK(world.figure("mixed_dropped_total") == 0);
}

TEST_CASE("a token appends one cell, and nothing else with it, over a restart too")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 2);
    {
        Client line(world.batches(), Client::Channel::none);
        line.send_bytes(batch({world.with_cell(tokens[0], cell(1)), world.with_cell(tokens[0], cell(2))}));
        world.eventually([&] { return world.board().size() == 1; });
        world.eventually([&] { return get_text(world.relay.metrics_port(), "/metrics").find("refusals_total{reason=\"token_spent\"} 1") != std::string::npos; });
    }
    world.relay.restart();
    Client line(world.batches(), Client::Channel::none);
    line.send_bytes(batch({world.with_cell(tokens[0], cell(3)), world.with_cell(tokens[1], cell(4))}));
    world.eventually([&] { return world.board().size() == 2; });
    CHECK(world.board() == std::vector{cell(1), cell(4)});
    Client session(world.relay.address());
    REQUIRE(session.challenge().has_value());
    wire::AuthenticateToken frame;
    std::ranges::copy(tokens[1].view(), frame.token.begin());
    session.send(frame);
    CHECK(session.expect_refusal(Refusal::token_spent));
}

TEST_CASE("a cell that comes again, as it does when nobody saw it, stands there once")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 4);
    Client line(world.batches(), Client::Channel::none);
    line.send_bytes(batch({world.with_cell(tokens[0], cell(1)), world.with_cell(tokens[1], cell(1)), world.with_cell(tokens[2], cell(1, 0x11)), world.with_cell(tokens[3], cell(2))}));
    world.eventually([&] { return world.board().size() == 2; });
    CHECK(world.board() == std::vector{cell(1), cell(2)});
}

TEST_CASE("batches are taken where the operator says, and elsewhere there is no such address")
{
    World world;
    CHECK(Client(world.batches(), Client::Channel::none).connected());
    CHECK_FALSE(Client(batches_at(world.relay.address(), "127.0.0.3"), Client::Channel::none).connected());
    CHECK_FALSE(Client(batches_at(world.relay.address()), Client::Channel::none).connected());
    CHECK(get_text(world.relay.port(), "/batch") == get_text(world.relay.port(), "/nothing"));
    RunningRelay closed;
    CHECK_FALSE(Client(batches_at(closed.address(), "127.0.0.2"), Client::Channel::none).connected());
}

TEST_CASE("anything but whole batches closes the connection")
{
    World world;
    for (const std::size_t size : {std::size_t{1}, std::size_t{256}, wire::kMixedMessageSize - 1, wire::kMixedMessageSize + 1}) {
        Client line(world.batches(), Client::Channel::none);
        line.send_bytes(base::Bytes(size, 1));
        CHECK(line.expect_end());
        CHECK(line.close_code() == 1008);
    }
    Client line(world.batches(), Client::Channel::none);
    line.send_text("batch");
    CHECK(line.expect_end());
    CHECK(line.close_code() == 1008);
    Client large(world.batches(), Client::Channel::none);
    large.send_bytes(base::Bytes(14 * wire::kMixedMessageSize, 1));
    CHECK(large.expect_end());
    CHECK(large.close_code() == 1009);
}

TEST_CASE("what does not open, or is for no board of cells, is dropped, and the rest of its batch is taken")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 4);
    auto changed = world.with_cell(tokens[0], cell(1));
    changed[500] ^= 1;
    tokens::Token forged = tokens[1].clone();
    forged.data()[150] ^= 1;
    Client line(world.batches(), Client::Channel::none);
    line.send_bytes(batch({base::Bytes(wire::kMixedMessageSize, 9), changed, world.with_cell(forged, cell(2)), world.with_cell(tokens[2], cell(3), 0), world.with_cell(tokens[2], cell(4), 77),
                           world.with_cell(tokens[0], cell(5)), world.with_cell(tokens[2], cell(6))}));
    world.wait_for(5, 0, 2);
    world.eventually([&] { return world.board().size() == 2; });
    CHECK(world.board() == std::vector{cell(5), cell(6)});   // a token that opened nothing is not spent
    CHECK(world.figure("mixed_dropped_total") == 2);
}

TEST_CASE("a cell for a closed board is dropped with its token unspent, and the rest of its batch is taken")
{
    World world;
    Client device(world.relay.address());
    REQUIRE(device.open_as_device(world.cast.anna.device));
    auto closing = world.cast.board(2, 1);
    closing.closed = true;
    for (const std::uint32_t board : {1u, 2u}) {
        auto record = world.cast.board(board, 0);
        record.level = directory::BoardLevel::mixed;
        REQUIRE(device.append(directory::sign_board(world.cast.root, std::move(record))).has_value());
    }
    REQUIRE(device.append(directory::sign_board(world.cast.root, std::move(closing))).has_value());
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 2);
    Client line(world.batches(), Client::Channel::none);
    line.send_bytes(batch({world.with_cell(tokens[0], cell(1), 2), world.with_cell(tokens[1], cell(2))}));
    world.eventually([&] { return world.board().size() == 1; });
    CHECK(get_text(world.relay.metrics_port(), "/metrics").find("refusals_total{reason=\"board_closed\"} 1") != std::string::npos);
    line.send_bytes(batch({world.with_cell(tokens[0], cell(3))}));
    world.eventually([&] { return world.board().size() == 2; });
    Client reader(world.relay.address());
    REQUIRE(reader.open_as_member(world.cast.bert.device));
    CHECK(read_board(reader, 2)->empty());
}

TEST_CASE("on a mixed board no session appends a cell, and a mixed message in one is answered by name and goes no further")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, 2);
    Client session(world.relay.address());
    REQUIRE(session.open_as_member(world.cast.anna.device));
    session.send(wire::Append{1, 1, cell(1)});
    CHECK(session.expect_refusal(Refusal::not_mixed, 1));
    session.send_bytes(world.with_cell(tokens[0], cell(1)));
    CHECK(session.expect_refusal(Refusal::not_mixed));
    session.send_bytes(world.cover());
    CHECK(session.expect_refusal(Refusal::not_mixed));
    session.send(wire::Ping{7});
    CHECK(session.expect<wire::Pong>().has_value());
    CHECK(world.board().empty());
    // Before somebody is accepted it is garbage like any other.
    Client nobody(world.relay.address());
    REQUIRE(nobody.challenge().has_value());
    nobody.send_bytes(world.cover());
    CHECK(nobody.expect_refusal(Refusal::bad_frame));
    CHECK(nobody.expect_end());
}

TEST_CASE("a device is given a day's cells where a board is mixed, and no more")
{
    World world;
    const auto tokens = fetch_tokens(world.relay.address(), world.cast.anna.device, wire::kTokensPerDeviceMixed);
    std::set<base::Bytes> keys;
    for (const auto& token : tokens) {
        const auto key = tokens::claims_of(token.view()).key_id;
        keys.insert({key.begin(), key.end()});
    }
    CHECK(keys.size() == 1);
    const auto next = fetch_tokens(world.relay.address(), world.cast.anna.device, 1);   // of the next key: this one is used up
    const auto key = tokens::claims_of(next[0].view()).key_id;
    CHECK_FALSE(keys.contains({key.begin(), key.end()}));
}

TEST_CASE("an ingress that brings more than is taken has the rest dropped, and the relay goes on")
{
    World world;
    Client line(world.batches(), Client::Channel::none);
    base::Bytes whole;
    const auto message = world.cover();
    for (std::size_t i = 0; i < wire::kMixedMessagesPerBatch; ++i) whole.insert(whole.end(), message.begin(), message.end());
    const auto allowed = static_cast<std::uint64_t>(relay::kMixedBurst);   // the relay's clock stands still here
    const auto batches = allowed / wire::kMixedMessagesPerBatch + 10;
    for (std::uint64_t i = 0; i < batches; ++i) line.send_bytes(whole);
    world.wait_for(0, allowed, batches * wire::kMixedMessagesPerBatch - allowed);
    CHECK(world.figure("mixed_cover_total") == allowed);
    CHECK(world.figure("mixed_dropped_total") == batches * wire::kMixedMessagesPerBatch - allowed);
    Client session(world.relay.address());
    CHECK(session.challenge().has_value());
}

TEST_SUITE_END();
