#include "channel/channel.h"

#include "tests/channel/relay_end.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using namespace sinetti;
using namespace sinetti::channel;
using base::Bytes;
using channel_test::RelayEnd;

namespace {

struct Pair {
    explicit Pair(std::uint64_t seed = 1) : random(seed)
    {
        auto opened = ClientChannel::open(end.keys(), random);
        REQUIRE(opened.has_value());
        first = opened->message;
        client.emplace(std::move(opened->channel));
        auto accepted = end.accept(first);
        REQUIRE(accepted.has_value());
        CHECK(accepted->hello == wire::Hello{});
        relay.emplace(std::move(accepted->channel));
    }
    std::optional<wire::RelayFrame> hears(base::ByteView message)   // nullopt also for the channel's own
    {
        auto frame = client->receive(message);
        REQUIRE(frame.has_value());
        return std::move(*frame);
    }

    RelayEnd end;
    base::SeededRandom random;
    Bytes first;
    std::optional<ClientChannel> client;
    std::optional<RelayChannel> relay;
};

bool has_wire_size(const Bytes& message)
{
    return std::find(wire::kFrameSizes.begin(), wire::kFrameSizes.end(), message.size()) != wire::kFrameSizes.end();
}

wire::Entries entries_of(std::uint32_t board, std::size_t count)
{
    wire::Entries frame{.board = board, .first_position = 256, .last = true};
    frame.entries.assign(count, Bytes(wire::kCellSize, 7));
    return frame;
}

Bytes shared(SharedKey& key, const wire::Entries& frame) { return key.seal(wire::encode(frame, wire::Seal::shared)); }

}  // namespace

TEST_SUITE_BEGIN("channel");

TEST_CASE("frames of every kind go both ways, and every message has one of the few sizes")
{
    Pair pair;
    CHECK(pair.first.size() == wire::kFrameSizes.front());
    for (const wire::ClientFrame& frame : {wire::ClientFrame(wire::Ping{1}), wire::ClientFrame(wire::Append{2, 1, Bytes(wire::kCellSize, 3)}),
                                           wire::ClientFrame(wire::Append{3, 0, Bytes(wire::kRecordSizeMax, 3)}), wire::ClientFrame(wire::AuthenticateFounder{})}) {
        const auto message = pair.client->seal(frame);
        CHECK(has_wire_size(message));
        const auto received = pair.relay->receive(message);
        REQUIRE(received.has_value());
        CHECK(*received == frame);
    }
    for (const wire::RelayFrame& frame : {wire::RelayFrame(wire::Challenge{}), wire::RelayFrame(wire::Appended{1, 1, 9}), wire::RelayFrame(entries_of(1, 1)),
                                          wire::RelayFrame(entries_of(1, 4)), wire::RelayFrame(entries_of(1, 256))}) {
        const auto message = pair.relay->seal(frame);
        CHECK(has_wire_size(message));
        CHECK(pair.hears(message) == frame);
    }
}

TEST_CASE("equal frames make unequal messages, in one channel and between channels")
{
    std::set<Bytes> seen;
    std::size_t made = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Pair pair(seed);
        seen.insert(pair.first);
        ++made;
        for (int i = 0; i < 5; ++i) {
            seen.insert(pair.client->seal(wire::Ping{1}));
            seen.insert(pair.relay->seal(wire::Pong{1}));
            made += 2;
        }
    }
    CHECK(seen.size() == made);
}

TEST_CASE("a relay without the key, or with another signing key, does not get to know what was said")
{
    base::SeededRandom random(1);
    const RelayEnd meant(1), other(2);
    const auto opened = ClientChannel::open(meant.keys(), random);
    CHECK(other.accept(opened->message).error() == Error::wrong_key);
    auto keys = meant.keys();
    keys.signing_public_key = other.keys().signing_public_key;
    const auto half = ClientChannel::open(keys, random);
    CHECK(meant.accept(half->message).error() == Error::wrong_key);
    CHECK(ClientChannel::open({}, random).error() == Error::wrong_key);   // a point of low order
}

TEST_CASE("whatever a relay without the key answers, its client says so; once it has been heard, it is garbage")
{
    Pair pair;
    base::SeededRandom random(5);
    auto changed = pair.relay->seal(wire::Challenge{});
    changed[100] ^= 1;
    for (const auto& answer : {noise(random), Bytes(256), Bytes{}, Bytes(300, 1), Bytes(300'000, 1), changed, wire::encode(wire::RelayFrame(wire::Challenge{}))}) {
        auto opened = ClientChannel::open(pair.end.keys(), random);
        CHECK(opened->channel.receive(answer).error() == Error::wrong_key);
    }
    pair.hears(pair.end.accept(pair.first)->channel.seal(wire::Challenge{}));
    for (const auto& answer : {noise(random), Bytes(256), Bytes{}, Bytes(300, 1)}) CHECK(pair.client->receive(answer).error() == Error::garbled);
}

TEST_CASE("a first message that is changed, cut or no first message is refused")
{
    Pair pair;
    for (std::size_t i = 0; i < pair.first.size(); ++i) {
        auto changed = pair.first;
        changed[i] ^= 1;
        CHECK_FALSE(pair.end.accept(changed).has_value());
    }
    for (std::size_t size = 0; size < pair.first.size(); ++size) CHECK(pair.end.accept(base::ByteView(pair.first).first(size)).error() == Error::garbled);
    CHECK(pair.end.accept(Bytes(256)).error() == Error::wrong_key);
    CHECK(pair.end.accept(pair.client->seal(wire::Ping{1})).error() == Error::wrong_key);
}

TEST_CASE("what is changed, replayed, sent back, out of order or behind a gap is refused")
{
    Pair pair;
    const auto one = pair.client->seal(wire::Ping{1}), two = pair.client->seal(wire::Ping{2}), three = pair.client->seal(wire::Ping{3});
    for (std::size_t i = 0; i < one.size(); i += 5) {
        auto changed = one;
        changed[i] ^= 0x80;
        CHECK(pair.relay->receive(changed).error() == Error::garbled);
    }
    CHECK(pair.relay->receive(two).error() == Error::garbled);
    CHECK(pair.relay->receive(pair.first).error() == Error::garbled);
    REQUIRE(pair.relay->receive(one).has_value());
    CHECK(pair.relay->receive(one).error() == Error::garbled);
    CHECK(pair.relay->receive(three).error() == Error::garbled);
    REQUIRE(pair.relay->receive(two).has_value());
    CHECK(pair.client->receive(two).error() != Error{});
    const auto answer = pair.relay->seal(wire::Pong{1}), next = pair.relay->seal(wire::Pong{2});
    pair.hears(answer);
    CHECK(pair.client->receive(answer).error() == Error::garbled);
    CHECK(pair.relay->receive(answer).error() == Error::garbled);
    pair.hears(next);
}

TEST_CASE("a sealed message that holds no frame, or one in the wrong size, is refused")
{
    for (const auto& inside : {Bytes(240), Bytes(240, 0xff), Bytes(1264), wire::encode(wire::ClientFrame(wire::Ping{1}), wire::Seal::shared)}) {
        Pair pair;
        CHECK(pair.relay->receive(pair.client->seal_encoded(inside)).error() == Error::garbled);
        Pair other;
        CHECK(other.client->receive(other.relay->seal_encoded(inside)).error() != Error{});
    }
    Pair pair;
    auto larger = wire::encode(wire::ClientFrame(wire::Ping{1}));
    larger.resize(1264);
    CHECK(pair.relay->receive(pair.client->seal_encoded(larger)).error() == Error::garbled);
}

TEST_CASE("keys are replaced after so many messages, on both sides at once, and the old one is gone")
{
    Pair pair;
    MessageKey sealing(DirectionSecret(base::ByteView(Bytes(32, 1)))), opening(DirectionSecret(base::ByteView(Bytes(32, 1))));
    const auto first = sealing.seal({}, Bytes{1});
    REQUIRE(opening.open({}, first).has_value());
    for (std::uint64_t i = 1; i < kMessagesPerKey + 3; ++i) {
        const auto sealed = sealing.seal({}, Bytes{2});
        const auto opened = opening.open({}, sealed);
        if (i + 5 > kMessagesPerKey) CHECK(opened.has_value());
        if (!opened) break;
    }
    // Its count begins again, and yet the same nonce opens nothing of before.
    MessageKey late(DirectionSecret(base::ByteView(Bytes(32, 1))));
    for (std::uint64_t i = 0; i < kMessagesPerKey; ++i) (void)late.seal({}, {});
    CHECK(late.seal({}, Bytes{1}) != first);
}

TEST_CASE("a shared message is the same bytes for all, opens for those who hold the key from where they got it, and once")
{
    Pair first(1), second(2), stranger(3);
    auto key = SharedKey::generate(1, first.random);
    for (auto* pair : {&first, &second}) {
        CHECK_FALSE(pair->hears(pair->relay->seal(key.frame())));
        if (pair == &first) {   // the second one comes later
            const auto early = shared(key, entries_of(1, 2));
            CHECK(has_wire_size(early));
            CHECK(pair->hears(early) == wire::RelayFrame(entries_of(1, 2)));
        }
    }
    for (const std::size_t count : {1u, 4u, 16u, 64u, 256u, 0u}) {
        const auto message = shared(key, entries_of(1, count));
        CHECK(has_wire_size(message));
        CHECK(first.hears(message) == wire::RelayFrame(entries_of(1, count)));
        CHECK(second.hears(message) == wire::RelayFrame(entries_of(1, count)));
        CHECK(second.client->receive(message).error() != Error{});
        CHECK(stranger.client->receive(message).error() == Error::wrong_key);
    }
}

TEST_CASE("a key handed out replaces the board's one before, and boards do not disturb each other")
{
    Pair pair;
    auto directory = SharedKey::generate(0, pair.random), cells = SharedKey::generate(1, pair.random), next = SharedKey::generate(1, pair.random);
    for (const auto& key : {directory.frame(), cells.frame()}) pair.hears(pair.relay->seal(key));
    const auto hears_shared = [&](SharedKey& key) {
        pair.relay->count_shared();
        return pair.hears(shared(key, entries_of(key.board(), 1))).has_value();
    };
    CHECK(hears_shared(directory));
    CHECK(hears_shared(cells));
    CHECK(hears_shared(directory));
    pair.hears(pair.relay->seal(next.frame()));
    CHECK(hears_shared(next));
    CHECK(hears_shared(directory));
    CHECK(pair.client->receive(shared(cells, entries_of(1, 1))).error() == Error::garbled);
}

TEST_CASE("a shared message that is changed, repeated, skipped or of another board is refused")
{
    const auto refused = [](auto&& make) {
        Pair pair;
        auto key = SharedKey::generate(1, pair.random);
        pair.hears(pair.relay->seal(wire::Challenge{}));
        pair.hears(pair.relay->seal(key.frame()));
        CHECK(pair.client->receive(make(key)).error() == Error::garbled);
    };
    for (const std::size_t position : {0u, 15u, 16u, 31u, 32u, 700u, 1279u}) {
        refused([&](SharedKey& key) {
            auto message = shared(key, entries_of(1, 1));
            message[position] ^= 1;
            return message;
        });
    }
    refused([](SharedKey& key) { return shared(key, entries_of(1, 1)), shared(key, entries_of(1, 1)); });
    refused([](SharedKey& key) { return shared(key, entries_of(2, 1)); });
    refused([](SharedKey& key) {
        auto answer = entries_of(1, 1);
        answer.request_id = 4;
        return shared(key, answer);
    });
    refused([](SharedKey& key) { return key.seal(wire::encode(wire::RelayFrame(wire::Pong{1}), wire::Seal::shared)); });
    refused([](SharedKey& key) { return key.seal(wire::encode(entries_of(1, 1), wire::Seal::session)); });
}

TEST_CASE("a shared message that is held back or dropped shows at the relay's next word")
{
    for (const bool late : {false, true}) {
        Pair pair;
        auto key = SharedKey::generate(1, pair.random);
        pair.hears(pair.relay->seal(key.frame()));
        const auto message = shared(key, entries_of(1, 1));
        pair.relay->count_shared();
        const auto word = pair.relay->seal(wire::Pong{1});
        CHECK(pair.client->receive(word).error() == Error::garbled);
        if (late) CHECK(pair.client->receive(message).has_value());
    }
}

TEST_CASE("shared keys are limited in number and in use")
{
    Pair pair;
    for (std::uint32_t board = 0; board < wire::kBoardsMax; ++board) pair.hears(pair.relay->seal(wire::SharedKey{board, {}, 0}));
    pair.hears(pair.relay->seal(wire::SharedKey{5, {}, 0}));
    CHECK(pair.client->receive(pair.relay->seal(wire::SharedKey{wire::kBoardsMax, {}, 0})).error() == Error::garbled);

    SharedKey last(wire::SharedKey{1, {}, kMessagesPerSharedKey - 1});
    SharedKey receiver(wire::SharedKey{1, {}, kMessagesPerSharedKey - 1});
    CHECK(receiver.open(last.seal(Bytes(10))).has_value());
    CHECK(last.is_spent());
    CHECK(receiver.open(Bytes(256)).error() == Error::garbled);
    CHECK(SharedKey(wire::SharedKey{1, {}, UINT64_MAX}).is_spent());
}

TEST_SUITE_END();
