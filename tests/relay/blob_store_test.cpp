// What every store of blobs promises, of both: SQLite alone, and SQLite as a copy of a cluster's stream.

#include "relay/blob_store_jetstream.h"
#include "relay/limits.h"
#include "tests/relay/blob_client.h"
#include "tests/relay/nats_servers.h"

#include <atomic>
#include <doctest/doctest.h>
#include <fstream>
#include <random>

using namespace sinetti;
using namespace sinetti::relay_test;
using blob_client::chunk_of;
using blob_client::contents_of;
using blob_client::kSmallest;
using relay::BlobAnswer;
using relay::BlobRequest;
using relay::Day;
using wire::Refusal;

namespace {

constexpr Day kToday{100};
constexpr std::uint64_t kSize = std::uint64_t{kSmallest} * wire::kBlobChunkSize;

wire::BlobAddress address(std::uint8_t which)
{
    wire::BlobAddress address{};
    address.fill(which);
    return address;
}

BlobRequest to_create(std::uint8_t which, Day last_day = kToday, std::uint8_t size_class = 0, std::uint64_t bytes_max = std::uint64_t{1} << 40)
{
    return {address(which), BlobRequest::Create{size_class, last_day, bytes_max}, {}};
}
BlobRequest to_write(std::uint8_t which, std::uint32_t chunk) { return {address(which), BlobRequest::Write{chunk, chunk_of(which, chunk)}, {}}; }
BlobRequest to_write_other(std::uint8_t which, std::uint32_t chunk) { return {address(which), BlobRequest::Write{chunk, chunk_of(99, chunk)}, {}}; }
BlobRequest to_read(std::uint8_t which, std::uint32_t chunk = 0, Day today = kToday) { return {address(which), BlobRequest::Read{chunk, today}, {}}; }
BlobRequest to_remove(std::uint8_t which) { return {address(which), BlobRequest::Remove{}, {}}; }

std::vector<BlobAnswer> ask_store(relay::BlobStore& store, std::vector<BlobRequest> requests)
{
    store.perform(requests);
    std::vector<BlobAnswer> answers;
    for (auto& request : requests) {
        REQUIRE(request.answer.has_value());
        answers.push_back(std::move(*request.answer));
    }
    return answers;
}
BlobAnswer ask_store(relay::BlobStore& store, const BlobRequest& request) { return std::move(ask_store(store, std::vector{request}).front()); }

// All of the smallest size class.
void put(relay::BlobStore& store, std::uint8_t which, Day last_day = kToday)
{
    std::vector<BlobRequest> requests{to_create(which, last_day)};
    for (std::uint32_t i = 0; i < kSmallest; ++i) requests.push_back(to_write(which, i));
    for (const auto& answer : ask_store(store, std::move(requests))) REQUIRE_FALSE(answer.refusal.has_value());
}

bool is_whole(relay::BlobStore& store, std::uint8_t which, Day today = kToday)
{
    base::Bytes contents;
    for (std::uint32_t i = 0; i < kSmallest; i += wire::kBlobChunksRead) {
        const auto answer = ask_store(store, to_read(which, i, today));
        contents.insert(contents.end(), answer.data.begin(), answer.data.end());
    }
    return contents == contents_of(which, 0, kSmallest);
}

void tend(relay::BlobStore& store, Day today = kToday)
{
    for (;;) {
        const auto more = store.tend(today);
        REQUIRE(more.has_value());
        if (!*more) return;
    }
}

std::unique_ptr<relay::SqliteBlobStore> open_database(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    auto store = relay::SqliteBlobStore::open(relay::blob_database_file(folder));
    REQUIRE(store.has_value());
    return std::move(*store);
}

auto try_copy(const std::filesystem::path& folder, const NatsServers& servers)
{
    auto log = relay::JetStreamLog::open({servers.urls(), relay::kBlobStream, servers.replicas()});
    REQUIRE_MESSAGE(log.has_value(), log.error());
    return relay::JetStreamBlobStore::open(open_database(folder), std::move(*log), std::make_unique<base::SystemRandom>());
}

std::unique_ptr<relay::JetStreamBlobStore> open_copy(const std::filesystem::path& folder, const NatsServers& servers)
{
    auto store = try_copy(folder, servers);
    REQUIRE_MESSAGE(store.has_value(), store.error());
    return std::move(*store);
}

// Everything a database says of its blobs, but for their numbers, and what is going.
std::string contents(const std::filesystem::path& folder)
{
    auto database = sqlite::Database::open(relay::blob_database_file(folder), SQLITE_OPEN_READONLY);
    REQUIRE(database.has_value());
    auto rows = sqlite::Statement::prepare(*database, "SELECT hex(address), size_class, chunks, last_day, id FROM blobs WHERE address IS NOT NULL ORDER BY address");
    REQUIRE(rows.has_value());
    std::string text;
    while (rows->step().value()) {
        text += rows->text(0) + " " + rows->text(1) + " " + rows->text(2) + " " + rows->text(3) + "\n";
        auto chunks = sqlite::Statement::prepare(*database, "SELECT id % ?2, hex(data) FROM chunks WHERE id / ?2 = ?1 ORDER BY id");
        chunks->bind(1, rows->integer(4)).bind(2, std::int64_t{wire::kBlobChunksMax});
        while (chunks->step().value()) text += chunks->text(0) + " " + chunks->text(1) + "\n";
    }
    return text;
}

template<typename Claims>
void of_every_blob_store(const Claims& claims)
{
    TemporaryFolder folder;
    SUBCASE("SQLite") { claims(*open_database(folder.path())); }
    SUBCASE("JetStream")
    {
        NatsServers servers(folder.path(), 1);
        claims(*open_copy(folder.path() / "copy", servers));
    }
}

void at_once(const std::function<void()>& one, const std::function<void()>& other)
{
    std::thread thread(one);
    other();
    thread.join();
}

}  // namespace

TEST_SUITE_BEGIN("relay.blob_store");

TEST_CASE("what is asked in one breath is answered as if it came one after the other")
{
    of_every_blob_store([](relay::BlobStore& store) {
        const auto answers = ask_store(store, {to_write(1, 0), to_create(1), to_create(1, {103}), to_write(1, 1), to_write(1, 0), to_write(1, 1), to_write(1, 1), to_write_other(1, 1), to_write(1, 2), to_read(1), to_create(1, kToday, 1), to_remove(1),
                                         to_read(1), to_write(1, 3), to_create(1, {102}), to_write(1, 0)});
        const std::vector<std::optional<Refusal>> expected{Refusal::unknown_blob, {}, {}, Refusal::bad_position, {}, {}, {}, Refusal::blob_conflict, {}, Refusal::unknown_blob, Refusal::blob_conflict, {},
                                                           Refusal::unknown_blob, Refusal::unknown_blob, {}, {}};
        REQUIRE(answers.size() == expected.size());
        for (std::size_t i = 0; i < answers.size(); ++i) {
            CAPTURE(i);
            CHECK(answers[i].refusal == expected[i]);
        }
        CHECK(answers[1].blob.chunks == 0);
        CHECK(answers[2].blob.last_day == Day{103});
        CHECK(answers[4].blob.chunks == 1);
        CHECK(answers[5].blob.chunks == 2);
        CHECK(answers[8].blob.chunks == 3);
        CHECK(answers[14].blob.chunks == 0);
        CHECK(answers[14].blob.last_day == Day{102});
        CHECK(ask_store(store, to_create(1)).blob.chunks == 1);
    });
}

TEST_CASE("a blob is read when it is complete, a chunk that is there is written again in vain and in peace")
{
    of_every_blob_store([](relay::BlobStore& store) {
        put(store, 1);
        put(store, 1);
        CHECK(is_whole(store, 1));
        CHECK(ask_store(store, to_write(1, kSmallest)).refusal == Refusal::bad_position);
        CHECK(ask_store(store, to_read(1, kSmallest)).refusal == Refusal::bad_position);
        CHECK(ask_store(store, to_read(1, 0, {101})).refusal == Refusal::unknown_blob);
    });
}

TEST_CASE("there is room for so much, what is made in the same breath among it, and room again when something has gone")
{
    of_every_blob_store([](relay::BlobStore& store) {
        const auto wanted = [](std::uint8_t which) { return to_create(which, kToday, 0, 2 * kSize); };
        const auto answers = ask_store(store, {wanted(1), wanted(2), wanted(3)});
        CHECK_FALSE(answers[0].refusal.has_value());
        CHECK_FALSE(answers[1].refusal.has_value());
        CHECK(answers[2].refusal == Refusal::storage_full);
        CHECK_FALSE(ask_store(store, to_remove(1)).refusal.has_value());
        tend(store);
        CHECK_FALSE(ask_store(store, wanted(3)).refusal.has_value());
        CHECK_FALSE(ask_store(store, wanted(2)).refusal.has_value());   // it has its room
    });
}

TEST_CASE("what is kept long enough goes, and what was asked for anew stays")
{
    of_every_blob_store([](relay::BlobStore& store) {
        put(store, 1);
        put(store, 2);
        CHECK(ask_store(store, to_create(2, {105})).blob.last_day == Day{105});
        CHECK(ask_store(store, to_create(2, {101})).blob.last_day == Day{105});
        tend(store, {101});
        CHECK(ask_store(store, to_write(1, 0)).refusal == Refusal::unknown_blob);
        CHECK(is_whole(store, 2, {105}));
        tend(store, {106});
        CHECK(ask_store(store, to_write(2, 0)).refusal == Refusal::unknown_blob);
    });
}

TEST_SUITE_END();
TEST_SUITE_BEGIN("relay.cluster_blobs");

TEST_CASE("of a blob that has gone no byte stays in the file")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "blobs.sqlite";
    const auto holds = [&](std::uint8_t which) {
        std::ifstream stream(file, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
        return bytes.find(std::string(1000, static_cast<char>(which))) != std::string::npos;
    };
    for (const bool goes : {false, true}) {
        auto store = relay::SqliteBlobStore::open(file);
        REQUIRE(store.has_value());
        if (!goes) {
            put(**store, 77);
            put(**store, 78);
        } else {
            REQUIRE_FALSE(ask_store(**store, to_remove(77)).refusal.has_value());
            tend(**store);
        }
        store->reset();
        CHECK(holds(77) == !goes);
        CHECK(holds(78));
    }
}

TEST_CASE("a blob that both write at once is one blob, and is kept for the longer time; what contradicts it is refused alike")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    const auto upload = [](relay::BlobStore& store, Day last_day) {
        for (std::uint8_t which = 1; which <= 4; ++which) {
            REQUIRE_FALSE(ask_store(store, to_create(which, last_day)).refusal.has_value());
            for (std::uint32_t i = 0; i < kSmallest; i += 4) {
                const auto answers = ask_store(store, {to_write(which, i), to_write(which, i + 1), to_write(which, i + 2), to_write(which, i + 3)});
                for (const auto& answer : answers) REQUIRE_FALSE(answer.refusal.has_value());
            }
        }
    };
    at_once([&] { upload(*first, {103}); }, [&] { upload(*second, {107}); });
    for (auto* store : {first.get(), second.get()}) {
        for (std::uint8_t which = 1; which <= 4; ++which) {
            CHECK(is_whole(*store, which));
            CHECK(ask_store(*store, to_create(which)).blob.last_day == Day{107});
        }
        CHECK(ask_store(*store, to_write_other(1, 3)).refusal == Refusal::blob_conflict);
        CHECK(ask_store(*store, to_write(1, kSmallest)).refusal == Refusal::bad_position);
        CHECK(ask_store(*store, to_create(1, kToday, 3)).refusal == Refusal::blob_conflict);
    }
    CHECK(contents(folder.path() / "1") == contents(folder.path() / "2"));

    // Two that want different things under one name.
    std::optional<Refusal> made[2], written[2];
    at_once([&] { made[0] = ask_store(*first, to_create(5, kToday, 0)).refusal; }, [&] { made[1] = ask_store(*second, to_create(5, kToday, 1)).refusal; });
    CHECK((made[0] == Refusal::blob_conflict) != (made[1] == Refusal::blob_conflict));
    at_once([&] { written[0] = ask_store(*first, to_write(5, 0)).refusal; }, [&] { written[1] = ask_store(*second, to_write_other(5, 0)).refusal; });
    CHECK((written[0] == Refusal::blob_conflict) != (written[1] == Refusal::blob_conflict));
    CHECK_FALSE((written[0] && written[1]));
}

TEST_CASE("what one relay has written the other knows when it is asked")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    for (std::uint8_t which = 1; which <= 10; ++which) {
        CHECK_FALSE(ask_store(*first, to_create(which)).refusal.has_value());
        CHECK_FALSE(ask_store(*second, to_write(which, 0)).refusal.has_value());
        CHECK(ask_store(*first, to_create(which)).blob.chunks == 1);
        CHECK(ask_store(*first, to_write(which, 1)).blob.chunks == 2);
        CHECK(ask_store(*second, to_write_other(which, 1)).refusal == Refusal::blob_conflict);
        for (std::uint32_t i = 2; i < kSmallest; ++i) REQUIRE_FALSE(ask_store(i % 2 == 0 ? *first : *second, to_write(which, i)).refusal.has_value());
        CHECK(is_whole(*first, which));
        CHECK(is_whole(*second, which));
        CHECK_FALSE(ask_store(*second, to_remove(which)).refusal.has_value());
        CHECK(ask_store(*first, to_remove(which)).refusal == Refusal::unknown_blob);
    }
}

TEST_CASE("a blob that was removed or has expired is unknown at all relays, and nothing of it stays on the stream")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    const auto on_stream = [&](std::uint8_t which) { return servers.holds(relay::kBlobStream, relay::blob_subject(address(which))); };
    put(*first, 1);
    put(*first, 2);
    put(*first, 3, {110});
    CHECK(on_stream(1));
    CHECK_FALSE(ask_store(*second, to_remove(1)).refusal.has_value());
    tend(*second);
    REQUIRE(first->catch_up().has_value());
    CHECK(ask_store(*first, to_read(1)).refusal == Refusal::unknown_blob);
    CHECK_FALSE(on_stream(1));
    CHECK(servers.holds(relay::kBlobStream, relay::removals_subject(kToday)));   // for those who were away

    tend(*first, {101});
    for (auto* store : {first.get(), second.get()}) {
        CHECK(ask_store(*store, to_write(2, 0)).refusal == Refusal::unknown_blob);
        CHECK(is_whole(*store, 3));
    }
    CHECK_FALSE(on_stream(2));
    CHECK(on_stream(3));
    CHECK_FALSE(servers.holds(relay::kBlobStream, relay::removals_subject(kToday)));
    CHECK(servers.holds(relay::kBlobStream, "expired"));

    // One of the same name is another blob.
    put(*second, 2, {110});
    tend(*first, {101});
    tend(*second, {101});
    CHECK(on_stream(2));
    CHECK(is_whole(*first, 2));
}

TEST_CASE("a copy that is lost, or was away while blobs came, went and came again, is made again from the stream: the same blobs")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    auto away = open_copy(folder.path() / "away", servers);
    put(*away, 1);                                             // will be removed
    put(*away, 2);                                             // will expire
    put(*away, 3, {120});                                      // will be removed, made again and begun
    put(*away, 4);                                             // will be kept for longer
    put(*away, 5);                                             // will expire, be made again and complete
    put(*away, 6);                                             // will be kept for longer and removed
    for (std::uint32_t i = 0; i < 3; ++i) (void)ask_store(*away, {to_create(7, {120}), to_write(7, i)});   // will go on
    away.reset();
    const auto store = open_copy(folder.path() / "1", servers);
    (void)ask_store(*store, {to_remove(1), to_remove(3), to_create(4, {120}), to_create(6, {120}), to_remove(6)});
    tend(*store);
    const auto begun = ask_store(*store, {to_create(3, {115}, 1), to_write(3, 0), to_write(3, 1), to_write(7, 3)});
    for (const auto& answer : begun) CHECK_FALSE(answer.refusal.has_value());
    tend(*store, {101});
    put(*store, 5, {118});
    put(*store, 8, {102});
    tend(*store, {103});
    const auto expected = contents(folder.path() / "1");
    CHECK(expected.find(" 0 4 120\n") != std::string::npos);
    for (const auto* name : {"away", "lost", "away"}) {
        CAPTURE(name);
        auto again = open_copy(folder.path() / name, servers);
        CHECK(contents(folder.path() / name) == expected);
        CHECK(is_whole(*again, 4));
        CHECK(is_whole(*again, 5));
        CHECK(ask_store(*again, to_write(1, 0)).refusal == Refusal::unknown_blob);
        tend(*again, {103});
        again.reset();
        CHECK(contents(folder.path() / name) == expected);
    }
    CHECK(contents(folder.path() / "1") == expected);
}

TEST_CASE("whatever is asked of two relays at once, each away now and then, their copies come to the same blobs, and so does one that is made anew")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    std::mt19937 random(1);
    const auto below = [](std::mt19937& source, unsigned limit) { return static_cast<std::uint8_t>(source() % limit); };
    Day today = kToday;
    std::atomic<unsigned> answered = 0;
    const auto act = [&](relay::BlobStore& store, unsigned seed) {
        std::mt19937 own(seed);
        for (int breath = 0; breath < 4; ++breath) {
            std::vector<BlobRequest> requests;
            for (auto left = 1 + below(own, 6); left > 0; --left) {
                const auto which = static_cast<std::uint8_t>(1 + below(own, 5));
                const auto wish = below(own, 10);
                if (wish == 0)
                    requests.push_back(to_remove(which));
                else if (wish < 4)
                    requests.push_back(to_create(which, {today.value + below(own, 4)}, below(own, 8) == 0 ? 1 : 0));
                else if (wish < 9)
                    for (std::uint32_t chunk = 0; chunk < 4; ++chunk) requests.push_back(to_write(which, chunk));
                else
                    requests.push_back(to_write_other(which, below(own, 3)));
            }
            // On a busy machine the servers' answer may be late; then nobody knows what was done, and the copies agree all the same.
            for (const auto& answer : ask_store(store, std::move(requests))) answered += answer.refusal != Refusal::overloaded ? 1 : 0;
        }
        for (bool more = below(own, 2) == 0; more;) {
            const auto tended = store.tend(today);
            more = tended && *tended;
        }
    };
    for (int round = 0; round < 60; ++round) {
        const auto who = below(random, 4);   // both, one or the other
        auto first = who != 0 ? open_copy(folder.path() / "1", servers) : nullptr;
        auto second = who != 1 ? open_copy(folder.path() / "2", servers) : nullptr;
        const auto seed = static_cast<unsigned>(random());
        if (first && second)
            at_once([&] { act(*first, seed); }, [&] { act(*second, seed + 1); });
        else
            act(first ? *first : *second, seed);
        if (below(random, 3) == 0) ++today.value;
        if (round % 10 != 9) continue;
        first.reset();
        second.reset();
        CAPTURE(round);
        std::filesystem::remove_all(folder.path() / "new");
        for (const auto* name : {"1", "2", "new"}) open_copy(folder.path() / name, servers);
        REQUIRE(contents(folder.path() / "1") == contents(folder.path() / "2"));
        REQUIRE(contents(folder.path() / "1") == contents(folder.path() / "new"));
    }
    CHECK(answered > 500);
}

TEST_CASE("with the servers away writing is refused and reading goes on; what was on its way meanwhile is no second chunk")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto store = open_copy(folder.path() / "1", servers);
    put(*store, 1);
    CHECK_FALSE(ask_store(*store, to_create(2)).refusal.has_value());
    servers.stop(0);   // what is sent now it takes up when it goes on
    CHECK(ask_store(*store, to_write(2, 0)).refusal == Refusal::overloaded);
    CHECK(is_whole(*store, 1));
    servers.resume(0);
    bool written = false;
    for (int attempt = 0; attempt < 20 && !written; ++attempt) written = !ask_store(*store, to_write(2, 0)).refusal;
    CHECK(written);
    CHECK(ask_store(*store, to_create(2)).blob.chunks == 1);

    servers.kill(0);
    for (const auto& request : {to_create(3), to_write(2, 1), to_remove(1)}) CHECK(ask_store(*store, request).refusal == Refusal::overloaded);
    CHECK(ask_store(*store, to_read(9)).refusal == Refusal::overloaded);   // another relay may have it
    CHECK(is_whole(*store, 1));
    servers.start(0);
    written = false;
    for (int attempt = 0; attempt < 20 && !written; ++attempt) written = !ask_store(*store, to_write(2, 1)).refusal;
    CHECK(written);
    CHECK(is_whole(*store, 1));
    CHECK(ask_store(*store, to_read(9)).refusal == Refusal::unknown_blob);
}

TEST_CASE("a folder with blobs of another cluster, of a relay of its own, or ahead of its stream, is not served")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path() / "a", 1), others(folder.path() / "b", 1);
    put(*open_copy(folder.path() / "1", servers), 1);
    CHECK(try_copy(folder.path() / "1", others).error().find("the blobs in the data folder are a copy of another stream") != std::string::npos);
    put(*open_database(folder.path() / "own"), 1);
    CHECK(try_copy(folder.path() / "own", servers).error().find("the blobs of a relay of its own") != std::string::npos);
    CHECK(try_copy(folder.path() / "1", servers).has_value());

    // The servers come back with what they had before.
    const auto stream = folder.path() / "a" / "nats-0" / "data", before = folder.path() / "before";
    servers.kill(0);
    std::filesystem::copy(stream, before, std::filesystem::copy_options::recursive);
    servers.start(0);
    put(*open_copy(folder.path() / "1", servers), 2);
    servers.kill(0);
    std::filesystem::remove_all(stream);
    std::filesystem::rename(before, stream);
    servers.start(0);
    CHECK(try_copy(folder.path() / "1", servers).error().find("the blobs in the data folder are ahead of the stream") != std::string::npos);
}

TEST_SUITE_END();
