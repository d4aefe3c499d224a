#include "directory/session_auth.h"
#include "relay/limits.h"
#include "tests/relay/blob_client.h"
#include "tests/relay/support.h"
#include "vault/hardening.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

TEST_SUITE_BEGIN("relay.hostile");

TEST_CASE("every garbled frame is refused by name and closes its session; the others do not notice")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client honest(relay.address());
    REQUIRE(honest.open_as_member(cast.anna.device));
    honest.send(wire::Follow{1, 1, 0});
    REQUIRE(honest.expect<wire::Entries>());

    // What somebody seals who may, and what somebody in between makes of a sealed message.
    const auto frame = wire::encode(wire::Append{1, 1, cell(1)});
    std::vector<base::Bytes> garbled{{}, {1}, base::Bytes(240, 0), base::Bytes(1264, 0xff), base::Bytes(300, 1)};
    for (std::size_t cut : {1u, 4u, 5u, 12u, 200u, 1000u, 1263u}) garbled.push_back(base::Bytes(frame.begin(), frame.begin() + std::ptrdiff_t(cut)));
    for (std::size_t position : {0u, 1u, 2u, 3u, 4u, 13u, 1263u}) {
        garbled.push_back(frame);
        garbled.back()[position] ^= 0x40;
    }
    garbled.push_back(wire::encode(wire::Pong{1}));
    garbled.push_back(wire::encode(wire::ClientFrame(wire::Hello{})));
    for (const auto& bytes : garbled) {
        for (const bool sealed : {true, false}) {
            Client client(relay.address());
            REQUIRE(client.open_as_member(cast.bert.device));
            sealed ? client.send_encoded(bytes) : client.send_bytes(bytes);
            CHECK(client.expect_refusal(Refusal::bad_frame));
            CHECK(client.expect_end());
            Client unauthenticated(relay.address());
            REQUIRE(unauthenticated.challenge());
            sealed ? unauthenticated.send_encoded(bytes) : unauthenticated.send_bytes(bytes);
            CHECK(unauthenticated.expect_refusal(Refusal::bad_frame));
            CHECK(unauthenticated.expect_end());
        }
        // As the first message it gets noise, of which nothing can be learnt but that this was none.
        Client first(relay.address(), Client::Channel::none);
        first.send_bytes(bytes);
        const auto answer = first.receive_bytes();
        REQUIRE(answer);
        CHECK(answer->size() == wire::kFrameSizes.front());
        CHECK(first.expect_end());
    }
    Client text(relay.address());
    REQUIRE(text.challenge());
    text.send_text("hello");
    CHECK(text.expect_refusal(Refusal::bad_frame));

    CHECK(honest.append(1, cell(1)) == 0);
    CHECK(read_board(honest, 1) == std::vector<base::Bytes>{cell(1)});
}

TEST_CASE("a frame at the wrong moment is a bad frame")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    for (const wire::ClientFrame& frame : {wire::ClientFrame(wire::Append{1, 1, cell(1)}), wire::ClientFrame(wire::Read{1, 1, 0}), wire::ClientFrame(wire::Follow{1, 1, 0})}) {
        Client client(relay.address());
        REQUIRE(client.challenge());
        client.send(frame);
        CHECK(client.expect_refusal(Refusal::bad_frame));
        CHECK(client.expect_end());
    }
    Client twice(relay.address());
    REQUIRE(twice.open_as_member(cast.anna.device));
    twice.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, twice.nonce)});
    CHECK(twice.expect_refusal(Refusal::bad_frame));
    Client follows_twice(relay.address());
    REQUIRE(follows_twice.open_as_member(cast.anna.device));
    follows_twice.send(wire::Follow{1, 1, 0});
    REQUIRE(follows_twice.expect<wire::Entries>());
    follows_twice.send(wire::Follow{2, 1, 0});
    CHECK(follows_twice.expect_refusal(Refusal::bad_frame));
    Client client(relay.address());
    REQUIRE(client.challenge());
    client.send(wire::Ping{3});
    CHECK(client.expect<wire::Pong>() == wire::Pong{3});
}

TEST_CASE("a message larger than any client frame is never taken in")
{
    RunningRelay relay;
    Client client(relay.address());
    REQUIRE(client.challenge());
    client.send_bytes(base::Bytes(wire::kFrameSizeMax, 0));
    CHECK(client.expect_end());
    // One that only announces 2^62 bytes.
    Client announcing(relay.address());
    REQUIRE(announcing.challenge());
    announcing.send_raw(std::string("\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00", 10) + "mask");
    CHECK(announcing.expect_end());
    Client next(relay.address());
    CHECK(next.challenge());
}

TEST_CASE("who sends more than a share of the relay's time is read from later, and answered all the same")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    const auto slowed = [&] {
        const auto page = get_text(relay.metrics_port(), "/metrics");
        constexpr std::string_view kName = "\nsinetti_slowed_clients_total ";
        const auto at = page.find(kName);
        REQUIRE(at != std::string::npos);
        return std::stoull(page.substr(at + kName.size()));
    };
    Client client(relay.address());
    REQUIRE(client.challenge());
    for (std::uint64_t i = 0; i < 10; ++i) {
        client.send(wire::Ping{i});
        REQUIRE(client.expect<wire::Pong>() == wire::Pong{i});
    }
    CHECK(slowed() == 0);
    // Sealed beforehand, so that they come faster than the relay opens them; until it has said that it does not keep up.
    constexpr std::uint64_t kAtOnce = 2000;
    std::uint64_t sent = 0, answered = 0;
    for (int round = 0; round < 50 && slowed() == 0; ++round) {
        std::vector<base::Bytes> pings;
        for (std::uint64_t i = 0; i < kAtOnce; ++i) pings.push_back(client.sealed(wire::Ping{sent++}));
        for (const auto& ping : pings) client.send_bytes(ping);
        while (answered < sent) REQUIRE(client.expect<wire::Pong>() == wire::Pong{answered++});
    }
    CHECK(slowed() > 0);
}

TEST_CASE("another origin, or none, does not get a session")
{
    RunningRelay relay;
    CHECK_FALSE(Client(relay.address(), "http://evil.example").connected());
    CHECK_FALSE(Client(relay.address(), "null").connected());
    CHECK_FALSE(Client(relay.address(), "http://localhost:" + std::to_string(relay.port()) + ".evil.example").connected());
    CHECK(Client(relay.address(), "https://localhost:" + std::to_string(relay.port())).connected());
}

TEST_CASE("what a session may ask for at once is limited, and it is told")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_device(cast.anna.device));
    unsigned taken = 0, refused = 0;
    for (unsigned i = 0; i < 200; ++i) {
        anna.send(wire::Append{i + 1, 0, directory::encode(directory::Record(directory::sign_key_package(cast.anna.device, base::Bytes{1, static_cast<std::uint8_t>(i)})))});
        const auto frame = anna.receive();
        REQUIRE(frame);
        if (std::holds_alternative<wire::Appended>(*frame)) ++taken;
        if (const auto* refusal = std::get_if<wire::Refused>(&*frame); refusal && refusal->code == Refusal::too_many_requests) ++refused;
    }
    CHECK(taken == unsigned(relay::kRecordBurst));   // the clock of this test stands still
    CHECK(refused == 200 - taken);
    relay.clock.advance(1000);
    anna.send(wire::Append{999, 0, directory::encode(directory::Record(directory::sign_key_package(cast.anna.device, base::Bytes{2})))});
    CHECK(anna.expect<wire::Appended>());
}

TEST_CASE("a session reads so many blocks a second")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.anna.device));
    const auto reads = [&](std::uint32_t number) {
        reader.send(wire::Read{number, 1, 0});
        const auto frame = reader.receive();
        REQUIRE(frame);
        const auto* refused = std::get_if<wire::Refused>(&*frame);
        if (refused != nullptr) CHECK(refused->code == Refusal::too_many_requests);
        return refused == nullptr;
    };
    std::uint32_t number = 0, answered = 0;
    for (int i = 0; i < 2 * int(relay::kReadBurst); ++i) answered += reads(++number);
    CHECK(answered == std::uint32_t(relay::kReadBurst));   // the clock of this test stands still
    relay.clock.advance(1000);
    answered = 0;
    for (int i = 0; i < 2 * int(relay::kReadRate); ++i) answered += reads(++number);
    CHECK(answered == std::uint32_t(relay::kReadRate));
    Client another(relay.address());
    REQUIRE(another.open_as_member(cast.bert.device));
    CHECK(read_board(another, 1).has_value());
}

TEST_CASE("a follower that does not read costs a bounded queue, nobody waits for it, and it misses nothing once it reads")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    Cast cast;
    REQUIRE(found(relay, cast));
    Client slow(relay.address(), {}, 4096), follower(relay.address()), writer(relay.address());
    REQUIRE(slow.open_as_member(cast.bert.device));
    REQUIRE(follower.open_as_member(cast.bert.device));
    REQUIRE(writer.open_as_member(cast.anna.device));
    slow.send(wire::Follow{1, 0, 0});
    slow.send(wire::Follow{2, 1, 0});
    follower.send(wire::Follow{1, 1, 0});
    REQUIRE(follower.expect<wire::Entries>());

    // More than the relay's queue and the kernel's buffers hold.
    constexpr std::uint32_t kCells = 16000, kAtOnce = 250;
    std::uint64_t followed = 0;
    for (std::uint32_t i = 0; i < kCells; i += kAtOnce) {
        relay.clock.advance(1000);
        for (std::uint32_t k = 0; k < kAtOnce; ++k) writer.send(wire::Append{i + k + 1, 1, cell(i + k)});
        for (std::uint32_t k = 0; k < kAtOnce; ++k) REQUIRE(writer.expect<wire::Appended>());
        while (followed < i + kAtOnce) {
            const auto frame = follower.expect<wire::Entries>();
            REQUIRE(frame);
            REQUIRE(frame->first_position == followed);
            followed += frame->entries.size();
        }
    }
    CHECK(get_text(relay.metrics_port(), "/metrics").find("sinetti_lagging_followers_total 0") == std::string::npos);

    // It reads now: from its queue, then from the store, then what is published. A record of the directory comes in its place.
    Client device(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    CHECK(device.append(directory::Record(directory::sign_key_package(cast.anna.device, base::Bytes{1, 2}))));
    std::uint64_t next = 0, records = 0;
    bool caught_up = false;
    const auto read_until = [&](std::uint64_t end) {
        while (next < end || !caught_up || records <= kFoundedRecords) {
            const auto frame = slow.receive();
            REQUIRE(frame);
            const auto* entries = std::get_if<wire::Entries>(&*frame);
            REQUIRE(entries != nullptr);
            auto& expected = entries->board == 0 ? records : next;
            REQUIRE(entries->first_position == expected);
            expected += entries->entries.size();
            if (entries->board == 1) caught_up = entries->last;
        }
    };
    read_until(kCells);
    CHECK(slow.closed() == Closed::no);
    for (std::uint32_t i = 0; i < 20; ++i) CHECK(writer.append(1, cell(kCells + i)) == kCells + i);
    read_until(kCells + 20);
    CHECK(slow.append(1, cell(kCells + 20)) == kCells + 20);
}

TEST_CASE("what is shared and what is a session's own stay in their order, however little the kernel takes")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    // Each follows and writes at once; every message opens only in its place (docs/protocol.md §9), so receiving is the check.
    constexpr std::uint32_t kRounds = 20;
    const auto at_once = [](std::size_t client) { return client % 2 == 0 ? 5u : 30u; };
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(std::make_unique<Client>(relay.address(), std::string(), i % 2 == 0 ? 2048 : 0));
        REQUIRE(clients.back()->open_as_member(cast.anna.device));
        clients.back()->send(wire::Follow{1, 1, 0});
    }
    std::vector<std::uint64_t> followed(clients.size()), acknowledged(clients.size());
    const auto receive_one = [&](std::size_t i) {
        const auto frame = clients[i]->receive();
        REQUIRE(frame);
        if (const auto* entries = std::get_if<wire::Entries>(&*frame)) {
            REQUIRE(entries->first_position == followed[i]);
            followed[i] += entries->entries.size();
        } else if (std::holds_alternative<wire::Appended>(*frame)) {
            ++acknowledged[i];
        } else {
            REQUIRE(std::holds_alternative<wire::Pong>(*frame));
        }
    };
    std::uint64_t number = 0;
    for (std::uint32_t round = 0; round < kRounds; ++round) {
        relay.clock.advance(1000);
        for (std::size_t i = 0; i < clients.size(); ++i) {
            for (std::uint32_t k = 0; k < at_once(i); ++k) {
                clients[i]->send(wire::Append{round * at_once(i) + k + 1, 1, cell(number++)});
                if (k % 10 == 0) clients[i]->send(wire::Ping{k});
            }
        }
        // The ones with small buffers fall behind, and read everything only at the end.
        for (std::size_t i = 1; i < clients.size(); i += 2) {
            while (acknowledged[i] < (round + 1) * at_once(i)) receive_one(i);
        }
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        while (followed[i] < number || acknowledged[i] < kRounds * at_once(i)) receive_one(i);
        CHECK(followed[i] == number);
    }
}

TEST_CASE("draining answers what is under way and says goodbye")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    for (std::uint32_t i = 0; i < 100; ++i) anna.send(wire::Append{i + 1, 1, cell(i)});
    anna.send(wire::Ping{1});
    // The pong shows that every entry has reached the relay, if not the disk.
    unsigned acknowledged = 0;
    for (bool pong = false; !pong;) {
        const auto frame = anna.receive();
        REQUIRE(frame);
        pong = std::holds_alternative<wire::Pong>(*frame);
        acknowledged += std::holds_alternative<wire::Appended>(*frame) ? 1 : 0;
    }
    std::thread stopping([&] { relay.stop(); });
    while (const auto frame = anna.receive()) acknowledged += std::holds_alternative<wire::Appended>(*frame) ? 1 : 0;
    stopping.join();
    CHECK(acknowledged == 100);
    CHECK(anna.closed() == Closed::orderly);
    CHECK(anna.close_code() == 1001);
}

TEST_CASE("draining answers guesses, token requests and chunks of blobs as well, and what comes later is told to come again")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    const auto token = fetch_token(relay.address(), cast.anna.device);
    REQUIRE(token.has_value());
    Client guesser(relay.address()), device(relay.address()), writer(relay.address()), late(relay.address());
    REQUIRE(guesser.challenge());
    guesser.send(wire::AuthenticateVault{});
    REQUIRE(guesser.expect<wire::Accepted>());
    REQUIRE(device.open_as_device(cast.bert.device));
    REQUIRE(writer.open_as_member(cast.anna.device));
    REQUIRE(late.challenge());
    REQUIRE(blob_client::create(writer, 1));
    const auto records = read_board(device, 0);
    REQUIRE(records.has_value());
    std::vector<tokens::TokenKeyId> issuers;
    for (const auto& record : *records) {
        const auto decoded = directory::decode_record(record);
        if (const auto* issuer = std::get_if<directory::TokenIssuer>(&*decoded)) issuers.push_back(tokens::token_key_id(issuer->issuer_public_key));
    }
    REQUIRE(issuers.size() == relay::kOutstandingTokenRequestsMax);

    const auto blinded = vault::Hardening::begin({7}, base::SecretBytes(base::ByteView(base::Bytes(12, 1))), cast.random).blinded_element();
    constexpr std::uint8_t kGuesses = 12;
    for (std::uint8_t i = 0; i < kGuesses; ++i) guesser.send(wire::VaultEvaluate{i + 1u, {i}, blinded});
    for (std::uint32_t i = 0; i < issuers.size(); ++i)
        device.send(wire::TokenRequest{i + 1, tokens::kTokenType, tokens::truncated(issuers[i]), std::vector(relay::kTokensPerDevice / 2, blinded)});
    for (std::uint32_t i = 0; i < blob_client::kSmallest; ++i) writer.send(wire::BlobWrite{i + 1, blob_client::upload_key(1), i, blob_client::chunk_of(1, i)});
    const auto answered = [](Client& client, auto is_answer, bool until_pong) {
        std::size_t answers = 0;
        while (const auto frame = client.receive()) {
            if (until_pong && std::holds_alternative<wire::Pong>(*frame)) break;
            answers += is_answer(*frame) ? 1 : 0;
        }
        return answers;
    };
    const auto is_guess = [](const wire::RelayFrame& frame) { return std::holds_alternative<wire::VaultEvaluated>(frame); };
    const auto is_issue = [](const wire::RelayFrame& frame) { return std::holds_alternative<wire::TokenResponse>(frame); };
    const auto is_chunk = [](const wire::RelayFrame& frame) { return std::holds_alternative<wire::BlobState>(frame); };
    // The pongs show that all of it has reached the relay.
    for (auto* client : {&guesser, &device, &writer}) client->send(wire::Ping{1});
    auto guesses = answered(guesser, is_guess, true), issued = answered(device, is_issue, true), chunks = answered(writer, is_chunk, true);
    std::thread stopping([&] { relay.stop(); });
    wire::AuthenticateToken spend;
    std::ranges::copy(token->view(), spend.token.begin());
    std::this_thread::sleep_for(5ms);
    late.send(spend);
    guesses += answered(guesser, is_guess, false);
    issued += answered(device, is_issue, false);
    chunks += answered(writer, is_chunk, false);
    stopping.join();
    CHECK(guesses == kGuesses);
    CHECK(issued == issuers.size());
    CHECK(chunks == blob_client::kSmallest);
    for (auto* client : {&guesser, &device, &writer}) CHECK(client->close_code() == 1001);
    // It was not spent, or it was answered.
    const auto answer = late.receive();
    relay.start();
    Client again(relay.address());
    REQUIRE(again.challenge());
    again.send(spend);
    CHECK(again.expect<wire::Accepted>().has_value() == !(answer && std::holds_alternative<wire::Accepted>(*answer)));
}
