#include "relay/backup.h"
#include "relay/blob_store.h"
#include "relay/check.h"
#include "relay/limits.h"
#include "relay/sqlite.h"
#include "tests/relay/blob_client.h"

#include <doctest/doctest.h>
#include <fstream>
#include <sstream>

using namespace sinetti;
using namespace sinetti::relay_test;
using namespace sinetti::relay_test::blob_client;
using wire::Refusal;

namespace {

struct BlobWorld {
    explicit BlobWorld(RunningRelay::Adjust adjust = {}) : relay(std::move(adjust)) { REQUIRE(found(relay, cast)); }

    std::unique_ptr<Client> member()
    {
        auto client = std::make_unique<Client>(relay.address());
        REQUIRE(client->open_as_member(cast.anna.device));
        return client;
    }
    Cast cast;
    RunningRelay relay;
};

bool says(const std::vector<std::string>& lines, const std::string& text)
{
    return std::ranges::any_of(lines, [&](const auto& line) { return line.find(text) != line.npos; });
}

}  // namespace

TEST_SUITE_BEGIN("relay.blobs");

TEST_CASE("a blob comes back as it was written, to whoever has its address")
{
    BlobWorld founded;
    const auto writer = founded.member();
    const auto made = create(*writer, 1);
    REQUIRE(made.has_value());
    CHECK(*made == wire::BlobState{1, 0, 0, kDays});
    for (std::uint32_t i = 0; i < kSmallest; ++i) CHECK(write(*writer, 1, i) == wire::BlobState{2, i + 1, 0, kDays});
    const auto reader = founded.member();
    CHECK(read(*reader, 1) == contents_of(1, 0, kSmallest));
    CHECK(is_refused(*reader, wire::BlobRead{4, blobs::address_of(upload_key(1)), kSmallest}, Refusal::bad_position, 4));
}

TEST_CASE("an upload goes on where it was cut off, also after the relay was restarted")
{
    BlobWorld founded;
    auto writer = founded.member();
    REQUIRE(create(*writer, 1).has_value());
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(write(*writer, 1, i).has_value());
    writer.reset();
    founded.relay.restart();
    writer = founded.member();
    const auto state = create(*writer, 1);
    REQUIRE(state.has_value());
    CHECK(state->chunks == 5);
    CHECK(write(*writer, 1, 4)->chunks == 5);   // its answer may have been lost
    for (std::uint32_t i = 5; i < kSmallest; ++i) REQUIRE(write(*writer, 1, i).has_value());
    CHECK(read(*writer, 1) == contents_of(1, 0, kSmallest));
}

TEST_CASE("chunks come in order, and other bytes never replace them")
{
    BlobWorld founded;
    const auto client = founded.member();
    REQUIRE(create(*client, 1).has_value());
    CHECK(is_refused(*client, wire::BlobWrite{5, upload_key(1), 1, chunk_of(1, 1)}, Refusal::bad_position, 5));
    REQUIRE(write(*client, 1, 0).has_value());
    CHECK(is_refused(*client, wire::BlobWrite{6, upload_key(1), 0, chunk_of(9, 0)}, Refusal::blob_conflict, 6));
    for (std::uint32_t i = 1; i < kSmallest; ++i) REQUIRE(write(*client, 1, i).has_value());
    CHECK(is_refused(*client, wire::BlobWrite{7, upload_key(1), kSmallest, chunk_of(1, kSmallest)}, Refusal::bad_position, 7));
    CHECK(is_refused(*client, wire::BlobCreate{8, upload_key(1), 1, kDays}, Refusal::blob_conflict, 8));   // of another size
    CHECK(read(*client, 1) == contents_of(1, 0, kSmallest));
}

TEST_CASE("who has the address alone can neither write nor delete")
{
    BlobWorld founded;
    const auto client = founded.member();
    put(*client, 1);
    const auto address = blobs::address_of(upload_key(1));
    CHECK(is_refused(*client, wire::BlobDelete{4, address}, Refusal::unknown_blob, 4));
    CHECK(is_refused(*client, wire::BlobWrite{5, address, 0, chunk_of(1, 0)}, Refusal::unknown_blob, 5));
    CHECK(read(*client, 1) == contents_of(1, 0, kSmallest));
}

TEST_CASE("a blob that is not there, not complete, deleted or past its days is refused alike")
{
    BlobWorld founded;
    auto client = founded.member();
    CHECK(is_unknown(*client, 1));
    REQUIRE(create(*client, 1).has_value());
    REQUIRE(write(*client, 1, 0).has_value());
    CHECK(is_unknown(*client, 1));
    put(*client, 2);
    client->send(wire::BlobDelete{4, upload_key(2)});
    CHECK(client->expect<wire::BlobState>() == wire::BlobState{4, 0, 0, 0});
    CHECK(is_unknown(*client, 2));
    CHECK(is_refused(*client, wire::BlobDelete{5, upload_key(2)}, Refusal::unknown_blob, 5));
    put(*client, 3, 1);
    client.reset();
    founded.relay.clock.advance(relay::kDay);
    client = founded.member();
    CHECK(is_unknown(*client, 3));   // also before anything has been tidied up
}

TEST_CASE("a blob is kept for its days, and longer when it is asked for anew")
{
    BlobWorld founded([](relay::Config& config) { config.blob_days = 20; });
    auto client = founded.member();
    put(*client, 1, 2);
    put(*client, 2, 2);
    CHECK(create(*client, 2, 0, 10)->days == 10);
    CHECK(create(*client, 2, 0, 3)->days == 10);       // never shortened
    CHECK(create(*client, 3, 0, 1000)->days == 20);    // the relay's limit
    CHECK(create(*client, 4, 0, 0)->days == 1);
    client.reset();
    founded.relay.clock.advance(2 * relay::kDay);
    founded.relay.tend();
    client = founded.member();
    CHECK(is_unknown(*client, 1));
    CHECK(read(*client, 2) == contents_of(2, 0, kSmallest));
}

TEST_CASE("the space for blobs is bounded, taken whole when one is made, and free again when it goes")
{
    BlobWorld founded([](relay::Config& config) { config.blob_space = 1; });
    const auto client = founded.member();
    REQUIRE(create(*client, 1, 1).has_value());
    REQUIRE(create(*client, 2, 0).has_value());
    CHECK(is_refused(*client, wire::BlobCreate{5, upload_key(3), 1, kDays}, Refusal::storage_full, 5));
    REQUIRE(create(*client, 3, 0).has_value());
    CHECK(is_refused(*client, wire::BlobCreate{6, upload_key(4), 0, kDays}, Refusal::storage_full, 6));
    CHECK(write(*client, 1, 0).has_value());   // its space was taken before
    client->send(wire::BlobDelete{7, upload_key(3)});
    REQUIRE(client->expect<wire::BlobState>().has_value());
    // Its chunks go behind the scenes, a few at a time.
    bool made = false;
    for (int attempt = 0; attempt < 200 && !made; ++attempt) {
        client->send(wire::BlobCreate{8, upload_key(4), 0, kDays});
        const auto frame = client->receive();
        REQUIRE(frame.has_value());
        made = std::holds_alternative<wire::BlobState>(*frame);
        if (!made) std::this_thread::sleep_for(10ms);
        if (attempt % 8 == 7) founded.relay.tend();
    }
    CHECK(made);
}

TEST_CASE("a relay without space for blobs takes none")
{
    BlobWorld founded([](relay::Config& config) { config.blob_space = 0; });
    const auto client = founded.member();
    CHECK(is_refused(*client, wire::BlobCreate{5, upload_key(1), 0, kDays}, Refusal::storage_full, 5));
}

TEST_CASE("one session makes no more blobs than its allowance")
{
    BlobWorld founded;
    const auto client = founded.member();
    constexpr std::uint8_t kLargest = wire::kBlobSizeClasses - 1;
    REQUIRE(create(*client, 1, kLargest).has_value());
    REQUIRE(create(*client, 2, kLargest).has_value());
    CHECK(is_refused(*client, wire::BlobCreate{5, upload_key(3), 0, kDays}, Refusal::blob_allowance_spent, 5));
    CHECK(write(*client, 1, 0).has_value());
    CHECK(create(*founded.member(), 3).has_value());   // another session has another
}

TEST_CASE("blobs are for sessions that name nobody")
{
    BlobWorld founded;
    Client device(founded.relay.address());
    REQUIRE(device.open_as_device(founded.cast.anna.device));
    CHECK(is_refused(device, wire::BlobCreate{1, upload_key(1), 0, kDays}, Refusal::not_authorised, 1));
    CHECK(is_refused(device, wire::BlobWrite{2, upload_key(1), 0, chunk_of(1, 0)}, Refusal::not_authorised, 2));
    CHECK(is_refused(device, wire::BlobRead{3, blobs::address_of(upload_key(1)), 0}, Refusal::not_authorised, 3));
    CHECK(is_refused(device, wire::BlobDelete{4, upload_key(1)}, Refusal::not_authorised, 4));
    Client vaults(founded.relay.address());
    REQUIRE(vaults.challenge().has_value());
    vaults.send(wire::AuthenticateVault{});
    REQUIRE(vaults.expect<wire::Accepted>().has_value());
    CHECK(is_refused(vaults, wire::BlobCreate{1, upload_key(1), 0, kDays}, Refusal::bad_frame, wire::kNoRequest));
    CHECK(vaults.expect_end());
}

TEST_CASE("a session that asks for too much at once is refused, and everything it was promised is answered")
{
    BlobWorld founded;
    const auto client = founded.member();
    put(*client, 1);
    constexpr std::uint32_t kAsked = 200;
    for (std::uint32_t i = 1; i <= kAsked; ++i) client->send(wire::BlobRead{i, blobs::address_of(upload_key(1)), 0});
    std::uint32_t answered = 0, refused = 0;
    for (std::uint32_t i = 1; i <= kAsked; ++i) {
        const auto frame = client->receive();
        REQUIRE(frame.has_value());
        if (const auto* refusal = std::get_if<wire::Refused>(&*frame)) {
            CHECK(refusal->code == Refusal::too_many_requests);
            ++refused;
        } else {
            CHECK(std::get<wire::BlobData>(*frame).data == contents_of(1, 0, wire::kBlobChunksRead));
            ++answered;
        }
    }
    CHECK(answered >= relay::kOutstandingBlobRequestsMax);
    CHECK(answered + refused == kAsked);
}

TEST_CASE("what an audit writes down of blobs names no board")
{
    TemporaryFolder folder;
    const auto log = folder.path() / "observed";
    BlobWorld founded([&](relay::Config& config) { config.observe = log; });
    const auto client = founded.member();
    put(*client, 1);
    std::ifstream stream(log);
    std::ostringstream text;
    text << stream.rdbuf();
    const auto line = "\"op\":\"blob\",\"kind\":\"write\",\"seq\":0,\"bytes\":" + std::to_string(wire::kBlobChunkSize) + ",\"blob\":\"" + base::to_hex(blobs::address_of(upload_key(1))) + "\"}";
    CHECK(text.str().find(line) != std::string::npos);
}

TEST_CASE("check finds a chunk that was lost, and a backup brings blobs back")
{
    BlobWorld founded;
    {
        const auto client = founded.member();
        put(*client, 1);
    }
    TemporaryFolder folder;
    const auto backup = relay::back_up(founded.relay.data(), folder.path() / "backup");   // beside the running relay
    CHECK(backup.faults.empty());
    CHECK(says(backup.lines, "blobs: 1"));
    CHECK(says(relay::back_up(founded.relay.data(), folder.path() / "backup").faults, "already"));
    founded.relay.stop();

    CHECK(relay::check_data(founded.relay.data()).faults.empty());
    {
        auto database = sqlite::Database::open(relay::blob_database_file(founded.relay.data()), SQLITE_OPEN_READWRITE);
        REQUIRE(database.has_value());
        REQUIRE(database->run("DELETE FROM chunks WHERE id = (SELECT max(id) FROM chunks)").has_value());
    }
    CHECK(says(relay::check_data(founded.relay.data()).faults, "lost chunks"));
    CHECK(says(relay::restore(founded.relay.data(), folder.path() / "backup").faults, "already"));   // never over what is there
    for (const auto& name : {"boards.sqlite", "blobs.sqlite", "blobs.sqlite-wal", "blobs.sqlite-shm", "tokens.sqlite", "tokens.sqlite-wal", "tokens.sqlite-shm"})
        std::filesystem::remove(founded.relay.data() / name);
    CHECK(relay::restore(founded.relay.data(), folder.path() / "backup").faults.empty());
    founded.relay.start();
    CHECK(read(*founded.member(), 1) == contents_of(1, 0, kSmallest));
}

TEST_SUITE_END();
