// Blobs of relays over one cluster of NATS servers, all of them real programs; and what happens when some are killed.

#include "relay/backup.h"
#include "relay/blob_store_jetstream.h"
#include "tests/relay/blob_client.h"
#include "tests/relay/cluster.h"

#include <csignal>
#include <doctest/doctest.h>
#include <sys/wait.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using namespace sinetti::relay_test::blob_client;

namespace {

std::string blob_subject_of(std::uint8_t which) { return relay::blob_subject(blobs::address_of(upload_key(which))); }

// One more chunk; false: refused for the time being, or the relay has gone.
bool write_more(Client& client, std::uint8_t which, std::uint32_t number)
{
    client.send(wire::BlobWrite{2, upload_key(which), number, chunk_of(which, number)});
    const auto answer = client.receive();
    if (!answer) return false;
    if (const auto* refused = std::get_if<wire::Refused>(&*answer)) {
        REQUIRE(refused->code == Refusal::overloaded);
        return false;
    }
    REQUIRE(std::get<wire::BlobState>(*answer).chunks > number);
    return true;
}

void delete_blob_database(const std::filesystem::path& data)
{
    for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(relay::blob_database_file(data).string() + end);
}

bool counts_blobs(const std::vector<std::string>& lines, int count) { return std::ranges::find(lines, "blobs: " + std::to_string(count)) != lines.end(); }

}  // namespace

TEST_SUITE_BEGIN("relay.cluster_blobs");

TEST_CASE("two relays over one cluster have one set of blobs: begun at one and ended at the other, read at both, deleted at both, copied again when lost")
{
    Cluster cluster(1);
    const auto anna = member(cluster.address(0), cluster.cast.anna.device);
    auto bert = member(cluster.address(1), cluster.cast.bert.device);
    put(*anna, 1);
    CHECK(read(*bert, 1) == contents_of(1, 0, kSmallest));
    CHECK(read(*anna, 1) == contents_of(1, 0, kSmallest));

    REQUIRE(create(*anna, 2).has_value());
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(write(*anna, 2, i).has_value());
    CHECK(create(*bert, 2)->chunks == 5);
    CHECK(write(*bert, 2, 4)->chunks == 5);   // its answer may have been lost at the other relay
    CHECK(is_refused(*bert, wire::BlobWrite{4, upload_key(2), 4, chunk_of(9, 4)}, Refusal::blob_conflict, 4));
    CHECK(is_refused(*bert, wire::BlobWrite{5, upload_key(2), 6, chunk_of(2, 6)}, Refusal::bad_position, 5));
    CHECK(is_refused(*bert, wire::BlobCreate{6, upload_key(2), 1, kDays}, Refusal::blob_conflict, 6));
    CHECK(is_unknown(*bert, 2));
    // Chunks in flight together, as a client in a hurry sends them.
    for (std::uint32_t i = 5; i < kSmallest; ++i) bert->send(wire::BlobWrite{100 + i, upload_key(2), i, chunk_of(2, i)});
    for (std::uint32_t i = 5; i < kSmallest; ++i) CHECK(bert->expect<wire::BlobState>() == wire::BlobState{100 + i, i + 1, 0, kDays});
    CHECK(read(*anna, 2) == contents_of(2, 0, kSmallest));
    CHECK(read(*bert, 2) == contents_of(2, 0, kSmallest));

    bert->send(wire::BlobDelete{7, upload_key(1)});
    CHECK(bert->expect<wire::BlobState>() == wire::BlobState{7, 0, 0, 0});
    CHECK(is_unknown(*bert, 1));
    CHECK(soon([&] { return is_unknown(*anna, 1); }));
    CHECK(soon([&] { return !cluster.servers.holds(relay::kBlobStream, blob_subject_of(1)); }));
    CHECK(cluster.servers.holds(relay::kBlobStream, blob_subject_of(2)));

    bert.reset();
    CHECK(WEXITSTATUS(cluster.relays[1]->end(SIGTERM)) == 0);
    delete_blob_database(cluster.folder(1) / "data");
    cluster.start(1);
    bert = member(cluster.address(1), cluster.cast.bert.device);
    CHECK(read(*bert, 2) == contents_of(2, 0, kSmallest));
    CHECK(is_unknown(*bert, 1));

    TemporaryFolder folder;
    const auto backup = relay::back_up(cluster.folder(1) / "data", folder.path() / "backup");   // beside the running relay
    CHECK(backup.faults.empty());
    CHECK(counts_blobs(backup.lines, 1));
    for (auto& relay : cluster.relays) CHECK(WEXITSTATUS(relay->end(SIGTERM)) == 0);
    for (std::size_t relay = 0; relay < 2; ++relay) check_data(cluster.folder(relay));

    // A relay that is made of that backup has the blobs, and joins.
    for (const auto* name : {"boards.sqlite", "boards.sqlite-wal", "boards.sqlite-shm"}) std::filesystem::remove(cluster.folder(1) / "data" / name);
    delete_blob_database(cluster.folder(1) / "data");
    CHECK(relay::restore(cluster.folder(1) / "data", folder.path() / "backup").faults.empty());
    cluster.start(1);
    CHECK(read(*member(cluster.address(1), cluster.cast.bert.device), 2) == contents_of(2, 0, kSmallest));
}

TEST_CASE("the stream's leader and then a relay are killed in the midst of an upload: no acknowledged chunk is lost; without a majority writing is refused and reading goes on")
{
    Cluster cluster(3);
    auto anna = member(cluster.address(0), cluster.cast.anna.device);
    const auto bert = member(cluster.address(1), cluster.cast.bert.device);
    REQUIRE(create(*anna, 1).has_value());
    for (std::uint32_t i = 0; i < 6; ++i) REQUIRE(write(*anna, 1, i).has_value());
    const auto leader = cluster.servers.leader_of(relay::kBlobStream);
    cluster.servers.kill(leader);
    CHECK(soon([&] { return write_more(*anna, 1, 6); }));
    for (std::uint32_t i = 7; i < 10; ++i) CHECK(soon([&] { return write_more(*anna, 1, i); }));

    anna->send(wire::BlobWrite{2, upload_key(1), 10, chunk_of(1, 10)});   // nobody hears of it
    cluster.relays[0]->end(SIGKILL);
    const auto state = create(*bert, 1);
    REQUIRE(state.has_value());
    CHECK(state->chunks >= 10);
    for (std::uint32_t i = 10; i < kSmallest; ++i) CHECK(soon([&] { return write_more(*bert, 1, i); }));
    CHECK(read(*bert, 1) == contents_of(1, 0, kSmallest));
    cluster.start(0);
    anna = member(cluster.address(0), cluster.cast.anna.device);
    CHECK(read(*anna, 1) == contents_of(1, 0, kSmallest));

    // A second of three servers goes.
    REQUIRE(create(*anna, 2).has_value());
    cluster.servers.kill((leader + 1) % 3);
    CHECK(is_refused(*anna, wire::BlobWrite{8, upload_key(2), 0, chunk_of(2, 0)}, Refusal::overloaded, 8));
    CHECK(is_refused(*bert, wire::BlobCreate{9, upload_key(3), 0, kDays}, Refusal::overloaded, 9));
    CHECK(read(*anna, 1) == contents_of(1, 0, kSmallest));
    CHECK(read(*bert, 1) == contents_of(1, 0, kSmallest));
    cluster.servers.start(leader);
    CHECK(soon([&] { return write_more(*anna, 2, 0); }));
    for (auto& relay : cluster.relays) CHECK(WEXITSTATUS(relay->end(SIGTERM)) == 0);
    for (std::size_t relay = 0; relay < 2; ++relay) check_data(cluster.folder(relay));
}

TEST_SUITE_END();
