#include "tests/relay/support.h"

#include "relay/limits.h"
#include "relay/token_store_sqlite.h"
#include "tokens/token.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <sqlite3.h>
#include <sstream>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

constexpr std::size_t kIssuers = 1 + directory::kTokenPeriodsAhead;   // of this period and the next few

// The issuer keys board 0 has, oldest period first. The relay publishes them on its own once it is founded.
std::vector<directory::TokenIssuer> published_issuers(Client& client, std::size_t at_least)
{
    for (int attempt = 0; attempt < 200; ++attempt) {
        const auto board = read_board(client, 0);
        REQUIRE(board.has_value());
        std::vector<directory::TokenIssuer> issuers;
        for (const auto& entry : *board) {
            const auto record = directory::decode_record(entry);
            REQUIRE(record.has_value());
            if (const auto* issuer = std::get_if<directory::TokenIssuer>(&*record)) issuers.push_back(*issuer);
        }
        if (issuers.size() >= at_least) return issuers;
        std::this_thread::sleep_for(20ms);
    }
    FAIL("no issuer keys");
    return {};
}

wire::TokenRequest request_of(const tokens::TokenBatch& batch, std::uint32_t request_id = 1)
{
    return {request_id, tokens::kTokenType, tokens::truncated(tokens::token_key_id(batch.issuer_public_key())), batch.blinded()};
}

struct Fetched {
    wire::TokenRequest request;
    wire::TokenResponse response;
    std::vector<tokens::Token> tokens;
};

tokens::TokenBatch make_batch(const directory::TokenIssuer& issuer, Cast& cast)
{
    return tokens::TokenBatch::create(issuer.issuer_public_key, tokens::access_challenge(cast.root.public_key()), cast.random).value();
}

Fetched fetch(Client& device, const directory::TokenIssuer& issuer, Cast& cast)
{
    const auto batch = make_batch(issuer, cast);
    Fetched fetched{.request = request_of(batch), .response = {}, .tokens = {}};
    device.send(fetched.request);
    const auto response = device.expect<wire::TokenResponse>();
    REQUIRE(response.has_value());
    CHECK(response->request_id == fetched.request.request_id);
    fetched.response = *response;
    auto tokens = batch.finalize(response->evaluated_elements, response->proof);
    REQUIRE(tokens.has_value());
    fetched.tokens = std::move(*tokens);
    return fetched;
}

wire::AuthenticateToken showing(const tokens::Token& token)
{
    wire::AuthenticateToken frame;
    std::ranges::copy(token.view(), frame.token.begin());
    return frame;
}

// Connects, takes the challenge and shows the token.
std::unique_ptr<Client> show(const RunningRelay& relay, const wire::AuthenticateToken& frame)
{
    auto client = std::make_unique<Client>(relay.address());
    REQUIRE(client->challenge().has_value());
    client->send(frame);
    return client;
}

bool opens_session(const RunningRelay& relay, const tokens::Token& token)
{
    const auto client = show(relay, showing(token));
    const auto accepted = client->expect<wire::Accepted>();
    return accepted && accepted->session_kind == wire::SessionKind::token;
}

bool refused(const RunningRelay& relay, const wire::AuthenticateToken& frame, Refusal code)
{
    const auto client = show(relay, frame);
    return client->expect_refusal(code) && client->expect_end();
}

struct TokenWorld {
    explicit TokenWorld(RunningRelay::Adjust adjust = {}) : relay(std::move(adjust))
    {
        REQUIRE(found(relay, cast));
        device = std::make_unique<Client>(relay.address());
        REQUIRE(device->open_as_device(cast.anna.device));
        issuers = published_issuers(*device, kIssuers);
    }
    Cast cast;
    RunningRelay relay;
    std::unique_ptr<Client> device;
    std::vector<directory::TokenIssuer> issuers;
};

std::string text_in(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace

TEST_SUITE_BEGIN("relay.token");

TEST_CASE("once founded, the relay publishes one issuer key for this period and for each of the next few, signed")
{
    TokenWorld world;
    REQUIRE(world.issuers.size() == kIssuers);
    const auto today = directory_test::kNow.value - directory_test::kNow.value % directory::kTokenPeriod;
    for (std::size_t i = 0; i < kIssuers; ++i) CHECK(world.issuers[i].not_before.value == today + static_cast<std::int64_t>(i) * directory::kTokenPeriod);
    CHECK(world.issuers[0].relay_public_key == world.issuers[1].relay_public_key);
    for (const auto& issuer : world.issuers) CHECK(directory::verify(directory::Record(issuer), world.cast.root.public_key()).has_value());
    world.relay.restart();
    Client again(world.relay.address());
    REQUIRE(again.open_as_device(world.cast.anna.device));
    CHECK(published_issuers(again, kIssuers).size() == kIssuers);   // the same ones
}

TEST_CASE("a token opens one session, which reads, follows and appends cells and no records; shown again it is refused, after a restart too")
{
    TokenWorld world;
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    const auto client = show(world.relay, showing(fetched.tokens[0]));
    const auto accepted = client->expect<wire::Accepted>();
    REQUIRE(accepted.has_value());
    CHECK(accepted->session_kind == wire::SessionKind::token);
    CHECK(client->append(1, cell(1)) == 0);
    CHECK(read_board(*client, 1)->size() == 1);
    CHECK(read_board(*client, 0)->size() == kFoundedRecords);
    client->send(wire::Append{9, 0, directory::encode(directory::sign_key_package(world.cast.anna.device, base::Bytes{1}))});
    CHECK(client->expect_refusal(Refusal::not_authorised, 9));
    client->send(wire::Append{10, 0, directory::encode(directory::sign_revocation(world.cast.root, directory::RevokedKind::device, world.cast.bert.device.public_key()))});
    CHECK(client->expect_refusal(Refusal::not_authorised, 10));
    client->send(fetched.request);
    CHECK(client->expect_refusal(Refusal::not_authorised, 1));

    CHECK(refused(world.relay, showing(fetched.tokens[0]), Refusal::token_spent));
    CHECK(opens_session(world.relay, fetched.tokens[1]));
    world.relay.restart();
    CHECK(refused(world.relay, showing(fetched.tokens[0]), Refusal::token_spent));
    CHECK(refused(world.relay, showing(fetched.tokens[1]), Refusal::token_spent));
    CHECK(opens_session(world.relay, fetched.tokens[2]));
}

TEST_CASE("one token shown on many connections at once opens one of them")
{
    TokenWorld world;
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(std::make_unique<Client>(world.relay.address()));
        REQUIRE(clients.back()->challenge().has_value());
    }
    for (const auto& client : clients) client->send(showing(fetched.tokens[0]));
    int opened = 0, spent = 0;
    for (const auto& client : clients) {
        const auto frame = client->receive();
        REQUIRE(frame.has_value());
        if (std::holds_alternative<wire::Accepted>(*frame)) ++opened;
        if (const auto* refusal = std::get_if<wire::Refused>(&*frame); refusal != nullptr && refusal->code == Refusal::token_spent) ++spent;
    }
    CHECK(opened == 1);
    CHECK(spent == 11);
}

TEST_CASE("what was not made by an issuer key in force is refused, and nothing follows before the answer")
{
    TokenWorld world;
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    CHECK(refused(world.relay, wire::AuthenticateToken{}, Refusal::token_invalid));
    for (const std::size_t i : {0u, 1u, 2u, 40u, 80u, 161u}) {
        auto forged = showing(fetched.tokens[0]);
        forged.token[i] ^= 1;
        CHECK(refused(world.relay, forged, Refusal::token_invalid));
    }
    const auto own = crypto::OprfPrivateKey::generate(world.cast.random);
    auto own_issuer = world.issuers[0];
    own_issuer.issuer_public_key = own.public_key().bytes();
    const auto batch = make_batch(own_issuer, world.cast);
    const auto issued = tokens::issue(own, batch.blinded(), world.cast.random).value();
    CHECK(refused(world.relay, showing(batch.finalize(issued.evaluated, issued.proof).value()[0]), Refusal::token_invalid));

    Client hasty(world.relay.address());
    REQUIRE(hasty.challenge().has_value());
    hasty.send(showing(fetched.tokens[1]));
    hasty.send(wire::Follow{1, 0, 0});
    // Whichever comes first, the session was not open yet, or it was: never a second answer to the token.
    const auto first = hasty.receive();
    REQUIRE(first.has_value());
    CHECK_FALSE(std::holds_alternative<wire::Entries>(*first));
    CHECK(opens_session(world.relay, fetched.tokens[2]));
}

TEST_CASE("a device is given so many a day and no more: across sessions, connections and restarts; the same request counts once")
{
    TokenWorld world;
    const auto batch = make_batch(world.issuers[0], world.cast);
    static_assert(relay::kTokensPerDevice == 2 * tokens::kTokensPerRequest);
    for (int i = 0; i < 3; ++i) {
        world.device->send(request_of(batch));
        const auto response = world.device->expect<wire::TokenResponse>();
        REQUIRE(response.has_value());
        CHECK(batch.finalize(response->evaluated_elements, response->proof).has_value());
    }
    Client other(world.relay.address());
    REQUIRE(other.open_as_device(world.cast.anna.device));
    fetch(other, world.issuers[0], world.cast);
    other.send(request_of(make_batch(world.issuers[0], world.cast), 5));
    CHECK(other.expect_refusal(Refusal::no_tokens_left, 5));
    world.relay.restart();
    Client later(world.relay.address());
    REQUIRE(later.open_as_device(world.cast.anna.device));
    later.send(request_of(make_batch(world.issuers[0], world.cast), 6));
    CHECK(later.expect_refusal(Refusal::no_tokens_left, 6));
    later.send(request_of(batch, 7));
    CHECK(later.expect<wire::TokenResponse>().has_value());
    fetch(later, world.issuers[1], world.cast);   // tomorrow's are counted apart

    Client bert(world.relay.address());
    REQUIRE(bert.open_as_device(world.cast.bert.device));
    fetch(bert, world.issuers[0], world.cast);    // and everybody's apart
}

TEST_CASE("requests that make no sense are refused by name")
{
    TokenWorld world;
    auto request = request_of(make_batch(world.issuers[0], world.cast), 3);
    request.truncated_token_key_id = 0;
    while (std::ranges::any_of(world.issuers, [&](const auto& issuer) { return tokens::truncated(tokens::token_key_id(issuer.issuer_public_key)) == request.truncated_token_key_id; }))
        ++request.truncated_token_key_id;
    world.device->send(request);
    CHECK(world.device->expect_refusal(Refusal::unknown_issuer, 3));
    request = request_of(make_batch(world.issuers[0], world.cast), 4);
    request.token_type = 1;
    world.device->send(request);
    CHECK(world.device->expect_refusal(Refusal::unknown_issuer, 4));
    request = request_of(make_batch(world.issuers[0], world.cast), 5);
    request.blinded_elements[3].fill(0);
    world.device->send(request);
    CHECK(world.device->expect_refusal(Refusal::bad_record, 5));

    Client invited(world.relay.address());
    auto guest = Person(world.cast.random);
    REQUIRE(invited.open_as_invite(world.cast.invite(guest), guest.invite));
    invited.send(request_of(make_batch(world.issuers[0], world.cast), 6));
    CHECK(invited.expect_refusal(Refusal::not_authorised, 6));
}

TEST_CASE("the next period has a key of its own; tokens last half a day into it; then key, spent tokens and counts are forgotten")
{
    TokenWorld world;
    const auto today = fetch(*world.device, world.issuers[0], world.cast);
    REQUIRE(opens_session(world.relay, today.tokens[0]));
    const auto into_period = directory_test::kNow.value - world.issuers[0].not_before.value;
    world.relay.clock.advance(directory::kTokenPeriod - into_period + 1);
    const auto tomorrow = fetch(*world.device, world.issuers[1], world.cast);   // a request makes the relay look at the calendar
    CHECK(published_issuers(*world.device, kIssuers + 1).size() == kIssuers + 1);
    CHECK(opens_session(world.relay, today.tokens[1]));
    CHECK(opens_session(world.relay, tomorrow.tokens[0]));
    world.relay.clock.advance(directory::kTokenLifetime - directory::kTokenPeriod);
    CHECK(refused(world.relay, showing(today.tokens[2]), Refusal::token_invalid));
    world.relay.clock.advance(directory::kTokenPeriod);
    fetch(*world.device, world.issuers[2], world.cast);
    world.relay.stop();

    auto store = relay::SqliteTokenStore::open(relay::token_database_file(world.relay.data()));
    REQUIRE(store.has_value());
    const auto kept = (*store)->issuers();
    REQUIRE(kept.has_value());
    for (const auto& issuer : *kept) CHECK(issuer.not_before > world.issuers[1].not_before);
}

TEST_CASE("a relay that has lost its token database publishes a replacement, and what the lost key made is refused")
{
    TokenWorld world;
    const auto lost = fetch(*world.device, world.issuers[0], world.cast);
    world.relay.stop();
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(relay::token_database_file(world.relay.data()).string() + suffix);
    world.relay.start();
    Client device(world.relay.address());
    REQUIRE(device.open_as_device(world.cast.anna.device));
    const auto issuers = published_issuers(device, 2 * kIssuers);
    REQUIRE(issuers.size() == 2 * kIssuers);
    CHECK(issuers[kIssuers].not_before == issuers[0].not_before);
    CHECK(refused(world.relay, showing(lost.tokens[0]), Refusal::token_invalid));
    CHECK(opens_session(world.relay, fetch(device, issuers[kIssuers], world.cast).tokens[0]));
}

TEST_CASE("when an administrator revokes somebody no token that was issued before opens anything; there are new keys at once, after a restart too")
{
    TokenWorld world;
    const auto bert = std::make_unique<Client>(world.relay.address());
    REQUIRE(bert->open_as_device(world.cast.bert.device));
    const auto his = fetch(*bert, world.issuers[0], world.cast);
    const auto hers = fetch(*world.device, world.issuers[0], world.cast);
    const auto tomorrow = fetch(*world.device, world.issuers[1], world.cast);
    REQUIRE(opens_session(world.relay, his.tokens[0]));
    REQUIRE(world.device->append(directory::sign_revocation(world.cast.root, directory::RevokedKind::identity, world.cast.bert.identity.public_key())));
    CHECK(refused(world.relay, showing(his.tokens[1]), Refusal::token_invalid));
    CHECK(refused(world.relay, showing(hers.tokens[0]), Refusal::token_invalid));
    CHECK(refused(world.relay, showing(tomorrow.tokens[0]), Refusal::token_invalid));
    const auto issuers = published_issuers(*world.device, 2 * kIssuers);
    REQUIRE(issuers.size() == 2 * kIssuers);
    CHECK(opens_session(world.relay, fetch(*world.device, issuers[kIssuers], world.cast).tokens[0]));
    CHECK(opens_session(world.relay, fetch(*world.device, issuers[kIssuers + 1], world.cast).tokens[0]));
    world.relay.restart();
    CHECK(refused(world.relay, showing(his.tokens[2]), Refusal::token_invalid));
    Client again(world.relay.address());
    REQUIRE(again.open_as_device(world.cast.anna.device));
    CHECK(opens_session(world.relay, fetch(again, issuers[kIssuers], world.cast).tokens[0]));
    CHECK(published_issuers(again, 2 * kIssuers).size() == 2 * kIssuers);
}

TEST_CASE("a person's own sign-out leaves everybody's tokens as they are")
{
    TokenWorld world;
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    Client bert(world.relay.address());
    REQUIRE(bert.open_as_identity(world.cast.bert.identity));
    REQUIRE(bert.append(directory::sign_sign_out(world.cast.bert.identity, world.cast.bert.device.public_key())));
    CHECK(opens_session(world.relay, fetched.tokens[0]));
    CHECK(published_issuers(*world.device, kIssuers).size() == kIssuers);
}

TEST_CASE("a token opens a session for a day")
{
    TokenWorld world;
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    const auto client = show(world.relay, showing(fetched.tokens[0]));
    REQUIRE(client->expect<wire::Accepted>());
    world.relay.clock.advance(relay::kTokenSessionLifetime - 1);
    world.relay.tend();
    REQUIRE(client->append(1, cell(1)) == 0);
    world.relay.clock.advance(1);
    world.relay.tend();
    CHECK(client->expect_refusal(Refusal::token_spent));
    CHECK(client->expect_end());
}

TEST_CASE("with a full disk no token is spent: one refusal, open sessions read on, and the same token opens a session when there is room")
{
    TokenWorld world;
    std::vector<tokens::Token> all;   // more than fit into a page of the database
    for (int i = 0; i < 4; ++i)
        for (auto& token : fetch(*world.device, world.issuers[static_cast<std::size_t>(i / 2)], world.cast).tokens) all.push_back(std::move(token));
    const auto file = relay::token_database_file(world.relay.data());
    world.relay.stop();
    const auto size = std::filesystem::file_size(file);
    world.relay.start(size);
    std::size_t spent = 0;
    std::unique_ptr<Client> open;
    for (;; ++spent) {
        REQUIRE(spent < all.size());
        auto client = show(world.relay, showing(all[spent]));
        const auto frame = client->receive();
        REQUIRE(frame.has_value());
        if (const auto* refusal = std::get_if<wire::Refused>(&*frame)) {
            CHECK(refusal->code == Refusal::storage_full);
            CHECK(client->expect_end());
            break;
        }
        REQUIRE(std::holds_alternative<wire::Accepted>(*frame));
        open = std::move(client);
    }
    CHECK(refused(world.relay, showing(all[spent]), Refusal::storage_full));
    REQUIRE(open);
    CHECK(read_board(*open, 0)->size() == kFoundedRecords);
    world.relay.restart();
    CHECK(opens_session(world.relay, all[spent]));
    CHECK(refused(world.relay, showing(all[spent]), Refusal::token_spent));
}

TEST_CASE("nothing the relay keeps, and nothing it could have written down, is common to issuing a token and to spending it")
{
    TemporaryFolder folder;
    const auto log = folder.path() / "observed.jsonl";
    TokenWorld world([&](relay::Config& config) { config.observe = log; });
    const auto fetched = fetch(*world.device, world.issuers[0], world.cast);
    for (std::size_t i = 0; i < 5; ++i) REQUIRE(opens_session(world.relay, fetched.tokens[i]));
    world.relay.stop();

    // Everything that crossed the wire when they were issued, and when they were spent.
    std::vector<base::Bytes> issuance, spending;
    for (const auto* elements : {&fetched.request.blinded_elements, &fetched.response.evaluated_elements})
        for (const auto& element : *elements) issuance.push_back(base::to_bytes(element));
    for (std::size_t half = 0; half < 64; half += 32) issuance.push_back(base::to_bytes(base::ByteView(fetched.response.proof).subspan(half, 32)));
    for (std::size_t i = 0; i < 5; ++i) {
        const auto claims = tokens::claims_of(fetched.tokens[i].view());
        spending.push_back(base::to_bytes(claims.nonce));
        spending.push_back(base::to_bytes(fetched.tokens[i].view().last(64)));
    }
    const auto kept = text_in(log) + text_in(relay::token_database_file(world.relay.data())) + text_in(world.relay.data() / "boards.sqlite");
    const auto holds = [&](const base::Bytes& value) {
        return kept.find(base::to_text(value)) != std::string::npos || kept.find(base::to_hex(value)) != std::string::npos;
    };
    for (const auto& value : issuance) CHECK_FALSE(holds(value));
    CHECK(std::ranges::count_if(spending, holds) == 5);   // the five nonces: so that nothing is spent twice

    // And no column of what is kept of the one stands in a column of the other, but for the key they were all made with.
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open_v2(relay::token_database_file(world.relay.data()).c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    const auto column = [&](const char* sql) {
        std::vector<base::Bytes> values;
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, 0));
            values.emplace_back(bytes, bytes + sqlite3_column_bytes(statement, 0));
        }
        sqlite3_finalize(statement);
        return values;
    };
    const auto spent = column("SELECT nonce FROM spent");
    CHECK(spent.size() == 5);
    const auto devices = column("SELECT device FROM issued");
    CHECK(devices == std::vector<base::Bytes>{base::to_bytes(world.cast.anna.device.public_key())});
    for (const auto* other : {"SELECT device FROM issued", "SELECT request FROM issued"})
        for (const auto& value : column(other)) CHECK(std::ranges::find(spent, value) == spent.end());
    sqlite3_close_v2(database);

    // What was observed of a spend is its time and its connection; the connections of both are different ones.
    std::istringstream lines(text_in(log));
    std::vector<std::string> token_lines;
    for (std::string line; std::getline(lines, line);)
        if (line.find("\"op\":\"token\"") != std::string::npos) token_lines.push_back(line.substr(line.find("\"conn\"")));
    REQUIRE(token_lines.size() == 6);
    for (std::size_t i = 1; i < token_lines.size(); ++i) CHECK(token_lines[i].substr(0, token_lines[i].find(',')) != token_lines[0].substr(0, token_lines[0].find(',')));
}

TEST_SUITE_END();
