// The real program, killed with SIGKILL at random instants while two clients write and one follows: SINETTI_KILLS times, or ten.

#include "blobs/address.h"
#include "relay/check.h"
#include "relay/data_folder.h"
#include "relay/sqlite.h"
#include "relay/store_sqlite.h"
#include "tests/relay/program.h"

#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace sinetti;
using namespace sinetti::relay_test;

namespace {

unsigned kills()
{
    const char* const wanted = std::getenv("SINETTI_KILLS");
    const auto count = wanted == nullptr ? 0 : std::strtoul(wanted, nullptr, 10);
    return count == 0 ? 10 : static_cast<unsigned>(count);
}

void kill_under_load(RelayProcess& relay, const directory::RelayKeys& keys, Cast& cast, Writer& anna, Writer& bert, std::chrono::milliseconds after)
{
    std::thread first([&] { anna.run(relay.address(keys), cast.anna.device); });
    std::thread second([&] { bert.run(relay.address(keys), cast.bert.device); });
    std::this_thread::sleep_for(after);
    relay.end(SIGKILL);
    first.join();
    second.join();
}

// The same, once the relay has begun to answer both: however slow the machine is.
void kill_after_answers(RelayProcess& relay, const directory::RelayKeys& keys, Cast& cast, Writer& anna, Writer& bert, std::chrono::milliseconds after)
{
    const auto before = std::pair(anna.answers.load(), bert.answers.load());
    std::thread first([&] { anna.run(relay.address(keys), cast.anna.device); });
    std::thread second([&] { bert.run(relay.address(keys), cast.bert.device); });
    for (int wait = 0; wait < 4000 && (anna.answers == before.first || bert.answers == before.second); ++wait) std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(after);
    relay.end(SIGKILL);
    first.join();
    second.join();
}

// Whole blocks of long ago, as the relay would have them after some years.
void add_old_blocks(const std::filesystem::path& folder, std::uint64_t first_number, std::size_t blocks)
{
    auto store = relay::open_sqlite_store({.file = relay::database_file(folder / "data")});
    REQUIRE(store.has_value());
    const auto length = (*store)->boards()->at(1).length;
    const auto count = blocks * wire::kBlockEntries - length % wire::kBlockEntries;
    std::vector<relay::NewEntry> entries;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto bytes = cell(first_number + i);
        wire::Tag tag;
        std::copy_n(bytes.begin(), tag.size(), tag.begin());
        entries.push_back({1, tag, std::make_shared<const base::Bytes>(std::move(bytes)), {}, {}});
    }
    REQUIRE((*store)->append(entries).has_value());
}

}  // namespace

TEST_SUITE_BEGIN("relay.crash");

TEST_CASE("killed again and again under load, the relay loses, doubles and reorders no acknowledged cell")
{
    TemporaryFolder folder;
    Cast cast;
    const auto keys = found(folder.path(), cast);
    Writer anna(1), bert(1'000'000'000);
    base::SeededRandom random(42);
    std::vector<base::Bytes> followed;   // what a follower has seen, over all sessions
    for (unsigned kill = 0; kill < kills(); ++kill) {
        RelayProcess relay(folder.path());
        std::thread first([&] { anna.run(relay.address(keys), cast.anna.device); });
        std::thread second([&] { bert.run(relay.address(keys), cast.bert.device); });
        std::thread reader([&] {
            Client client(relay.address(keys));
            if (!client.connected() || !client.open_as_member(cast.bert.device)) return;
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
        check_data(folder.path());
    }

    RelayProcess relay(folder.path());
    Client client(relay.address(keys));
    REQUIRE(client.open_as_member(cast.anna.device));
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

TEST_CASE("killed while old blocks go, the relay keeps a whole chain behind its cut, and the cut never moves back")
{
    TemporaryFolder folder;
    Cast cast;
    const auto keys = found(folder.path(), cast);
    Writer anna(1), bert(1'000'000'000);
    base::SeededRandom random(43);
    std::uint64_t cut = 0, interrupted = 0;
    for (unsigned kill = 0; kill < kills(); ++kill) {
        // What is left of before is old by now; and more is, so that the kill comes in between.
        {
            auto database = relay::sqlite::Database::open(relay::database_file(folder.path() / "data"), SQLITE_OPEN_READWRITE);
            REQUIRE(database.has_value());
            REQUIRE(database->run("UPDATE blocks SET day = 0").has_value());
        }
        add_old_blocks(folder.path(), 2'000'000'000 + 100'000 * kill, 12);
        RelayProcess relay(folder.path());
        if (kill % 2 == 0)
            kill_under_load(relay, keys, cast, anna, bert, std::chrono::milliseconds(random.below(100)));
        else
            kill_after_answers(relay, keys, cast, anna, bert, std::chrono::milliseconds(random.below(200)));
        check_data(folder.path());
        check_acknowledged(folder.path(), {&anna, &bert});
        const auto state = board_state(folder.path());
        CHECK(state.cut >= cut);
        cut = state.cut;
        auto after = relay::sqlite::Database::open(relay::database_file(folder.path() / "data"), SQLITE_OPEN_READWRITE);
        auto statement = relay::sqlite::Statement::prepare(*after, "SELECT count(*) FROM blocks WHERE day = 0");
        REQUIRE(statement->step().value());
        if (statement->integer(0) > 0) ++interrupted;
    }
    MESSAGE(interrupted << " of " << kills() << " kills came before all old blocks had gone; the board is cut at " << cut);
    CHECK(cut > 0);
}

TEST_CASE("killed on a full disk, the relay keeps what it acknowledged, and takes more when there is room")
{
    TemporaryFolder folder;
    Cast cast;
    const auto keys = found(folder.path(), cast);
    Writer anna(1), bert(1'000'000'000);
    base::SeededRandom random(44);
    for (unsigned kill = 0; kill < kills(); ++kill) {
        RelayProcess relay(folder.path(), rlim_t{512} << 10);
        kill_after_answers(relay, keys, cast, anna, bert, std::chrono::milliseconds(100 + random.below(300)));
        check_data(folder.path());
        check_acknowledged(folder.path(), {&anna, &bert});
    }
    CHECK(anna.refusals + bert.refusals > 0);
    const auto full = anna.acknowledged.size() + bert.acknowledged.size();
    CHECK(full > 0);
    RelayProcess relay(folder.path());
    kill_after_answers(relay, keys, cast, anna, bert, 1s);
    check_data(folder.path());
    check_acknowledged(folder.path(), {&anna, &bert});
    CHECK(anna.acknowledged.size() + bert.acknowledged.size() > full);
    MESSAGE(full << " cells acknowledged before the disk was full, " << anna.refusals + bert.refusals << " refused");
}

TEST_CASE("killed while a blob is written, the relay has every chunk that it acknowledged, and the upload goes on from there")
{
    TemporaryFolder folder;
    Cast cast;
    const auto keys = found(folder.path(), cast);
    base::SeededRandom random(43);
    constexpr std::uint8_t kSizeClass = 6;   // 16 MiB
    constexpr std::uint32_t kChunks = wire::blob_chunks(kSizeClass);
    const auto upload_key = random.array<32>();
    const auto chunk = [](std::uint32_t number) {
        base::Bytes bytes(wire::kBlobChunkSize, 0xb1);
        bytes[0] = static_cast<std::uint8_t>(number);
        bytes[1] = static_cast<std::uint8_t>(number >> 8);
        return bytes;
    };
    std::uint32_t acknowledged = 0;
    const auto upload = [&](const RelayProcess& relay) {
        Client client(relay.address(keys));
        if (!client.connected() || !client.open_as_member(cast.anna.device)) return;
        client.send(wire::BlobCreate{1, upload_key, kSizeClass, 7});
        const auto created = client.expect<wire::BlobState>();
        if (!created) return;
        REQUIRE(created->chunks >= acknowledged);
        acknowledged = created->chunks;
        std::uint32_t next = acknowledged;
        while (acknowledged < kChunks) {
            for (; next < std::min(kChunks, acknowledged + 16); ++next) client.send(wire::BlobWrite{2 + next, upload_key, next, chunk(next)});
            const auto frame = client.receive();
            if (!frame) return;
            const auto* state = std::get_if<wire::BlobState>(&*frame);
            REQUIRE(state != nullptr);
            acknowledged = std::max(acknowledged, state->chunks);
        }
    };
    for (unsigned kill = 0; kill < std::min(kills(), 10u); ++kill) {
        RelayProcess relay(folder.path());
        std::thread writer([&] { upload(relay); });
        std::this_thread::sleep_for(std::chrono::milliseconds(50 + random.below(200)));
        relay.end(SIGKILL);
        writer.join();
        check_data(folder.path());
    }
    RelayProcess relay(folder.path());
    upload(relay);
    REQUIRE(acknowledged == kChunks);
    Client reader(relay.address(keys));
    REQUIRE(reader.open_as_member(cast.bert.device));
    for (std::uint32_t first = 0; first < kChunks; first += wire::kBlobChunksRead) {
        reader.send(wire::BlobRead{1, blobs::address_of(upload_key), first});
        const auto data = reader.expect<wire::BlobData>();
        REQUIRE(data.has_value());
        for (std::uint32_t i = 0; i < wire::kBlobChunksRead; ++i)
            REQUIRE(std::ranges::equal(base::ByteView(data->data).subspan(i * wire::kBlobChunkSize, wire::kBlobChunkSize), chunk(first + i)));
    }
}
