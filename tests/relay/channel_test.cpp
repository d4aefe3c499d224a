#include "directory/session_auth.h"
#include "relay/limits.h"
#include "tests/relay/support.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

bool has_wire_size(const base::Bytes& message)
{
    return std::find(wire::kFrameSizes.begin(), wire::kFrameSizes.end(), message.size()) != wire::kFrameSizes.end();
}

// Everything that comes until nothing has come for a while, as it is on the wire.
std::vector<base::Bytes> listen(Client& client)
{
    std::vector<base::Bytes> heard;
    while (auto message = client.try_receive_bytes(300ms)) heard.push_back(std::move(*message));
    return heard;
}

}  // namespace

TEST_SUITE_BEGIN("relay.channel");

TEST_CASE("whoever reads along sees messages of the named sizes, the same ones to all who follow, and no bytes twice elsewhere")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address()), first(relay.address()), second(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint64_t i = 0; i < 300; ++i) REQUIRE(writer.append(1, cell(i)) == i);
    std::set<base::Bytes> own;       // messages of a session's own
    std::set<base::Bytes> shared;    // those that both followers got
    std::vector<std::vector<base::Bytes>> heard;
    for (auto* client : {&first, &second}) {
        REQUIRE(client->open_as_member(cast.bert.device));
        client->send(wire::Follow{1, 1, 0});
        client->send(wire::Ping{1});
        client->send(wire::Ping{1});
        heard.push_back(listen(*client));
    }
    for (std::uint64_t i = 300; i < 303; ++i) REQUIRE(writer.append(1, cell(i)) == i);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto more = listen(i == 0 ? first : second);
        heard[i].insert(heard[i].end(), more.begin(), more.end());
    }
    std::size_t entries = 0, pongs = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        auto& client = i == 0 ? first : second;
        for (const auto& message : heard[i]) {
            CHECK(has_wire_size(message));
            const bool both = std::ranges::count(heard[1 - i], message) == 1;
            if (both)
                shared.insert(message);
            else
                CHECK(own.insert(message).second);
            const auto frame = client.open(message);
            if (frame && std::holds_alternative<wire::Pong>(*frame)) ++pongs;
            if (const auto* found = frame ? std::get_if<wire::Entries>(&*frame) : nullptr) entries += found->entries.size();
        }
    }
    CHECK(pongs == 4);
    CHECK(entries == 2 * 303);
    CHECK(shared.size() == 2 + 3);   // the whole block and the signature of its end, and each cell as it was published
}

TEST_CASE("a relay with other keys than the link's is told nothing, and answers with noise")
{
    RunningRelay relay, other;
    const auto before = other.administrator_link();
    Client client({other.port(), relay.address().keys});
    const auto answer = client.receive_bytes();
    REQUIRE(answer);
    CHECK(answer->size() == wire::kFrameSizes.front());
    base::SystemRandom random;
    auto opened = channel::ClientChannel::open(relay.address().keys, random);
    CHECK(opened->channel.receive(*answer).error() == channel::Error::wrong_key);
    CHECK(client.expect_end());
    CHECK(Client(other.address()).challenge());
}

TEST_CASE("another protocol version is refused by name inside the channel")
{
    RunningRelay relay;
    Client client(relay.address(), Client::Channel::none);
    client.open_channel(relay.address().keys, wire::Hello{wire::kProtocolVersion + 1});
    CHECK(client.expect_refusal(Refusal::unsupported_version));
    CHECK(client.expect_end());
}

TEST_CASE("a message that is replayed, or comes before the one in front of it, ends the session")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    for (const bool replayed : {true, false}) {
        Client client(relay.address());
        REQUIRE(client.open_as_member(cast.anna.device));
        const auto one = client.sealed(wire::Ping{1}), two = client.sealed(wire::Ping{2});
        client.send_bytes(replayed ? one : two);
        if (replayed) {
            CHECK(client.expect<wire::Pong>());
            client.send_bytes(one);
        }
        CHECK(client.expect_refusal(Refusal::bad_frame));
        CHECK(client.expect_end());
    }
}

TEST_CASE("the key of the stream is replaced with time, and at once when somebody is revoked; nobody misses a cell")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address()), bert(relay.address()), writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    REQUIRE(anna.open_as_member(cast.anna.device));
    REQUIRE(bert.open_as_member(cast.bert.device));
    for (auto* client : {&anna, &bert}) {
        client->send(wire::Follow{1, 1, 0});
        CHECK(client->expect<wire::Entries>());
    }
    const auto keys_before = [](Client& client, std::uint64_t position) {
        std::size_t keys = 0;
        for (;;) {
            const auto message = client.receive_bytes();
            if (!message) return std::size_t{99};
            const auto frame = client.open(*message);
            keys += frame ? 0 : 1;
            if (!frame) continue;
            const auto* entries = std::get_if<wire::Entries>(&*frame);
            CHECK((entries != nullptr && entries->first_position == position));
            return keys;
        }
    };
    std::uint64_t position = 0;
    const auto publish = [&] { REQUIRE(writer.append(1, cell(position)) == position); };
    const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(relay::kStreamKeyLifetime).count();
    for (const std::size_t expected : {1u, 0u, 1u, 0u}) {   // the first one is what following brought
        if (position == 2) relay.clock.advance(lifetime);
        publish();
        CHECK(keys_before(anna, position) == expected);
        CHECK(keys_before(bert, position) == expected);
        ++position;
    }
    Client administrator(relay.address());
    REQUIRE(administrator.open_as_device(cast.anna.device));
    CHECK(administrator.append(directory::sign_revocation(cast.root, directory::RevokedKind::identity, cast.bert.identity.public_key())) == kFoundedRecords);
    publish();
    CHECK(keys_before(anna, position) == 1);
    CHECK(keys_before(bert, position) == 1);   // whose session it is the relay does not know
}

TEST_SUITE_END();
