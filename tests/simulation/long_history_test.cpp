// What a new device reads of the time before the archive, on boards that keep messages for longer.

#include "chat/archive_contents.h"
#include "chat/long_history.h"
#include "tests/simulation/archives.h"
#include "tests/simulation/linking.h"
#include "tests/simulation/vaults.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

const Lines kSaidLongAgo{"Kokous siirtyy", "Selvä"};

// What was said was said 40 days ago, and is in no archive any more.
struct OldOffice : Office {
    explicit OldOffice(std::uint64_t seed, std::uint16_t retention_days = 365, const Lines& more = {}) : Office(seed)
    {
        aino().submit(api::SetBoard{.board = 1, .name = "Taulu", .retention_days = retention_days});
        world.settle();
        for (const auto& text : more) say_as(world, aino(), "Valmius", text);
        pass_until_archived(world);
        skip_days(40);
    }

    void skip_days(int days)
    {
        for (auto& client : world.clients) client->set_offline(true);
        world.settle();
        world.advance(days * kDay);
        for (auto& client : world.clients) client->set_offline(false);
        pass(world, kHour, kMinute);   // there are tokens again
    }
};

Lines long_lines(int count)
{
    Lines lines;
    for (int i = 0; i < count; ++i) lines.push_back(std::to_string(i) + " " + std::string(30'000, 'a'));
    return lines;
}

Lines with(Lines lines, const Lines& more)
{
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

std::map<wire::BlobAddress, SimulatedRelay::Blob> blobs_since(World& world, const std::map<wire::BlobAddress, SimulatedRelay::Blob>& before)
{
    auto blobs = world.relay.blobs;
    std::erase_if(blobs, [&](const auto& blob) { return before.contains(blob.first); });
    return blobs;
}

directory::PublicKey newest_device(World& world, const Client& first) { return world.relay.directory().identity(account_of(first).identity.public_key())->devices.back(); }

// SINETTI_EVERY_FAULT=1 does; otherwise a sample.
bool tries_every_place() { return number_from_environment("SINETTI_EVERY_FAULT", 0) != 0; }
constexpr std::size_t kPlacesApart = 29;

// Its name tells, to who has the key.
wire::BlobAddress address_of_part(const Client& writer, const directory::PublicKey& reader, std::uint16_t part)
{
    const auto account = account_of(writer);
    return archive::address(archive::history_key_of(account.identity), archive::LongName{account.device.public_key(), reader, part});
}

std::size_t parts_left(World& world, const Client& writer, const directory::PublicKey& reader)
{
    std::uint16_t part = 0;
    while (world.relay.blobs.contains(address_of_part(writer, reader, part))) ++part;
    return part;
}

std::size_t parts_left(World& world, const Client& writer, const Client& reader) { return parts_left(world, writer, account_of(reader).device.public_key()); }

std::vector<chat::ArchivedConversation> contents_of_part(World& world, const Client& writer, const directory::PublicKey& reader, std::uint16_t part)
{
    const auto account = account_of(writer);
    base::Bytes sealed;
    const auto& blob = world.relay.blobs.at(address_of_part(writer, reader, part));
    CHECK(blob.size_class == 0);
    for (const auto& chunk : blob.chunks) sealed.insert(sealed.end(), chunk.begin(), chunk.end());
    const auto contents = archive::open_segment(archive::history_key_of(account.identity), archive::LongName{account.device.public_key(), reader, part}, sealed);
    REQUIRE(contents.has_value());
    auto conversations = chat::parse_archive(contents->view());
    REQUIRE(conversations.has_value());
    return std::move(*conversations);
}

}  // namespace

TEST_SUITE("simulation.long_history")
{
    TEST_CASE("a new device reads what its board keeps for a year, or for ever, when another device of its person has it")
    {
        for (const std::uint16_t days : {std::uint16_t{365}, std::uint16_t{0}}) {
            OldOffice office(1800, days);
            auto& world = office.world;
            auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
            pass(world, 2 * kMinute, 5'000);
            REQUIRE(tablet.is_in("Valmius"));
            CHECK(only_texts(tablet, "Valmius") == kSaidLongAgo);
            CHECK(tablet.noticed(api::Code::history_restored));
            CHECK_FALSE(tablet.noticed(api::Code::archive_damaged));
            CHECK(parts_left(world, office.bertta(), tablet) == 1);
            CHECK(world.relay.tokens_shown_twice == 0);
            CHECK(world.relay.cells_by_device == 0);
        }
    }

    TEST_CASE("so does one that is linked, one that signs in with the recovery code, and a shared machine")
    {
        OldOffice office(1801);
        auto& world = office.world;
        const auto code = show_code(world, office.bertta());
        const auto check = [&](Client& client) {
            pass(world, 2 * kMinute, 5'000);
            CHECK(only_texts(client, "Valmius") == kSaidLongAgo);
            CHECK(parts_left(world, office.bertta(), newest_device(world, office.bertta())) == 1);
        };
        check(link_new_machine(world, office.bertta(), "Kone"));
        check(sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski"));
        auto& phone = world.add("Puhelin");
        world.settle();
        try_sign_in(world, phone, {"Bertta", code, true});
        phone.submit(api::ChoosePassphrase{}, kNewPassphrase);
        check(phone);
    }

    TEST_CASE("a shared machine leaves nothing itself")
    {
        OldOffice office(1811);
        auto& world = office.world;
        auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
        pass(world, 2 * kMinute, 5'000);
        REQUIRE(only_texts(kiosk, "Valmius") == kSaidLongAgo);
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 10 * kMinute);
        CHECK(only_texts(tablet, "Valmius").empty());
    }

    TEST_CASE("where boards keep 30 days nothing more is written, and nothing more is looked for")
    {
        for (const std::uint16_t days : {std::uint16_t{30}, std::uint16_t{31}}) {
            OldOffice office(1802, days);
            auto& world = office.world;
            pass_until_archived(world);
            const auto before = world.relay.blobs;
            auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
            pass(world, 2 * kMinute, 5'000);
            CHECK(only_texts(tablet, "Valmius").empty());
            CHECK(blobs_since(world, before).size() == (days == 30 ? 1 : 2));   // the archive's, and what hides that there is nothing
            pass(world, 10 * kHour, 10 * kMinute);
            const auto missed = world.relay.blobs_missed;
            pass(world, 30 * kHour, 10 * kMinute);
            CHECK((world.relay.blobs_missed == missed) == (days == 30));
        }
    }

    TEST_CASE("there are 1, 4 or 16 parts, the newest first, whatever else there is to write")
    {
        const auto more = long_lines(20);   // 600 KiB
        OldOffice office(1803, 365, more);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 5 * kMinute);
        CHECK(only_texts(tablet, "Valmius") == with(kSaidLongAgo, more));
        CHECK(parts_left(world, office.bertta(), tablet) == 4);
        auto left = with(kSaidLongAgo, more);
        for (std::uint16_t part = 0; part < 4; ++part) {
            const auto contents = contents_of_part(world, office.bertta(), account_of(tablet).device.public_key(), part);
            REQUIRE(contents.size() == (part < 3 ? 1 : 0));
            if (contents.empty()) continue;
            for (const auto& message : contents[0].messages) {
                if (message.kind != api::MessageKind::text) continue;
                REQUIRE_FALSE(left.empty());
                CHECK(message.text == left.back());
                left.pop_back();
            }
        }
        CHECK(left.empty());
    }

    TEST_CASE("what came that way is not in the archive of who got it, and goes on to the next new device, from two and once")
    {
        const auto more = long_lines(20);
        OldOffice office(1804, 365, more);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 5 * kMinute);
        REQUIRE(only_texts(tablet, "Valmius") == with(kSaidLongAgo, more));
        const auto before = world.relay.blobs_completed;
        pass(world, 5 * kMinute);
        for (auto* client : {&office.aino(), &office.bertta()}) client->set_offline(true);
        pass_until_archived(world);
        CHECK(world.relay.blobs_completed - before <= 3);   // one each time it is its time
        // The one it had it from has gone.
        auto& laptop = sign_in(world, tablet, "Bertan kannettava");
        office.aino().set_offline(false);
        pass(world, 5 * kMinute);
        CHECK(only_texts(laptop, "Valmius") == with(kSaidLongAgo, more));
        office.bertta().set_offline(false);
        pass(world, 2 * kHour, kMinute);
        auto& phone = sign_in(world, tablet, "Bertan puhelin");
        pass(world, 10 * kMinute);
        CHECK(only_texts(phone, "Valmius") == with(kSaidLongAgo, more));
        for (auto* writer : {&office.bertta(), &tablet, &laptop}) CHECK(parts_left(world, *writer, phone) == 4);
        CHECK(std::ranges::count(phone.texts("Valmius"), "[Aino created]") == 1);
    }

    TEST_CASE("a device that comes online days later still leaves it, after more than a week it does not")
    {
        for (const int days : {5, 9}) {
            OldOffice office(1805);
            auto& world = office.world;
            office.bertta().set_offline(true);
            auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
            pass(world, 10 * kHour, 10 * kMinute);
            pass(world, (days - 1) * kDay, kHour);
            CHECK(only_texts(tablet, "Valmius").empty());
            office.bertta().set_offline(false);
            pass(world, 30 * kHour, 20 * kMinute);
            CHECK(only_texts(tablet, "Valmius") == (days == 5 ? kSaidLongAgo : Lines{}));
            CHECK(parts_left(world, office.bertta(), tablet) == (days == 5 ? 1 : 0));
        }
    }

    TEST_CASE("a new device that finds nobody for a week looks once a day, and then no more")
    {
        OldOffice office(1806);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        for (auto* client : {&office.aino(), &office.bertta()}) client->set_offline(true);
        for (int day = 0; day < 7; ++day) {
            const auto missed = world.relay.blobs_missed;
            pass(world, 30 * kHour, kHour);
            CHECK(world.relay.blobs_missed > missed);
        }
        pass(world, 5 * kDay, kHour);
        REQUIRE(tablet.connection.state == api::ConnectionState::connected);
        const auto missed = world.relay.blobs_missed;
        pass(world, 3 * kDay, kHour);
        CHECK(world.relay.blobs_missed == missed);
    }

    TEST_CASE("a part that the relay has damaged is said to be, and the rest is read")
    {
        const auto more = long_lines(20);
        OldOffice office(1807, 365, more);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        tablet.set_offline(true);
        pass(world, 5 * kMinute);
        REQUIRE(parts_left(world, office.bertta(), tablet) == 4);
        const auto reader = account_of(tablet).device.public_key();
        auto& damaged = world.relay.blobs.at(address_of_part(office.bertta(), reader, 1));
        SUBCASE("in one bit") { damaged.chunks[7][12] ^= 1; }
        SUBCASE("with zeros behind its beginning") { std::ranges::fill(damaged.chunks.back(), std::uint8_t{0}); }
        SUBCASE("with another part in its place")
        {
            damaged = world.relay.blobs.at(address_of_part(office.bertta(), reader, 0));
        }
        tablet.set_offline(false);
        pass(world, 5 * kMinute);
        CHECK(tablet.noticed(api::Code::archive_damaged));
        const auto texts = only_texts(tablet, "Valmius");
        CHECK(texts.size() > more.size() / 2);
        CHECK(texts.size() < more.size());
        CHECK(texts.front() == kSaidLongAgo.front());
        CHECK(texts.back() == more.back());
        CHECK(std::ranges::is_sorted(texts.begin() + 2, texts.end(), {}, [](const std::string& text) { return std::stoi(text); }));
    }

    TEST_CASE("contents that no device of ours would leave, rightly sealed, are passed over")
    {
        OldOffice office(1808);
        auto& world = office.world;
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        const auto key = archive::history_key_of(account_of(tablet).identity);
        const auto put = [&](std::uint16_t part, base::ByteView contents) {
            const archive::LongName name{account_of(office.bertta()).device.public_key(), account_of(tablet).device.public_key(), part};
            const auto sealed = archive::seal_segment(key, name, contents, world.random);
            auto& blob = world.relay.blobs[archive::address(key, name)];
            blob.last_day = world.clock.now().value / kDay + 8;
            for (std::size_t at = 0; at < sealed.size(); at += wire::kBlobChunkSize) blob.chunks.push_back(base::to_bytes(base::ByteView(sealed).subspan(at, wire::kBlobChunkSize)));
        };
        put(0, base::Bytes{1, 2, 3});
        chat::ArchiveWriter writer(archive::kContentsMax);
        chat::ArchivedConversation conversation{.group_id = {}, .kind = api::ConversationKind::group, .board = 1, .other = {}, .title = "Vanha", .messages = {}};
        writer.begin(std::move(conversation));
        api::Message twice;
        twice.id = "a";
        twice.sender = std::string(64, 'a');
        twice.text = "kahdesti";
        twice.sent_ms = world.clock.now().value - 100 * kDay;
        auto too_old = twice;
        too_old.id = "b";
        too_old.sent_ms -= 300 * kDay;
        REQUIRE((writer.add(twice) && writer.add(twice) && writer.add(too_old)));
        put(1, std::move(writer).take().view());
        pass(world, 5 * kMinute);
        CHECK(tablet.noticed(api::Code::archive_damaged));
        CHECK(only_texts(tablet, "Vanha") == Lines{"kahdesti"});
    }

    TEST_CASE("a relay without room for it takes nothing away, and gets it later")
    {
        OldOffice office(1809);
        auto& world = office.world;
        world.relay.refuses_blobs = wire::Refusal::storage_full;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kHour, kMinute);
        CHECK(only_texts(tablet, "Valmius").empty());
        CHECK(world.relay.blobs_refused <= 3 * (2 * kHour / chat::kArchiveRetry + 1));   // three devices, and not in a hurry
        world.relay.refuses_blobs.reset();
        pass(world, 10 * kHour, 10 * kMinute);
        CHECK(only_texts(tablet, "Valmius") == kSaidLongAgo);
    }

    TEST_CASE("nothing is left any more for a device that was signed out meanwhile")
    {
        OldOffice office(1810);
        auto& world = office.world;
        world.relay.refuses_blobs = wire::Refusal::storage_full;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute, 5'000);
        const auto device = base::to_hex(account_of(tablet).device.public_key());
        office.bertta().submit(api::SignOutDevice{device});
        world.settle();
        world.relay.refuses_blobs.reset();
        pass(world, kHour, kMinute);
        CHECK(parts_left(world, office.bertta(), tablet) == 0);
    }

    TEST_CASE("of more than 16 parts a shared machine gets the newest 16, and a machine of one's own all of it")
    {
        const auto more = long_lines(145);   // 4.2 MiB
        OldOffice office(1812, 365, more);
        auto& world = office.world;
        auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
        pass(world, 5 * kMinute, 5'000);
        CHECK(parts_left(world, office.bertta(), newest_device(world, office.bertta())) == chat::kLongPartsMaxShared);
        const auto there = only_texts(kiosk, "Valmius");
        CHECK(there.size() > more.size() * 3 / 4);
        REQUIRE(there.size() < more.size());
        CHECK(std::equal(there.rbegin(), there.rend(), more.rbegin()));
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 5 * kMinute, 5'000);
        CHECK(parts_left(world, office.bertta(), tablet) == chat::kLongPartsMax);
        CHECK(only_texts(tablet, "Valmius") == with(kSaidLongAgo, more));
    }

    TEST_CASE("cut off anywhere while it leaves the long history, or finds it, a device loses and doubles nothing")
    {
        const auto more = long_lines(10);   // two parts, and two to hide how many
        for (std::size_t steps = 0; steps < 120; steps += tries_every_place() ? 5 : 40) {
            CAPTURE(steps);
            OldOffice office(1820 + steps, 365, more);
            auto& world = office.world;
            auto& tablet = add_device(world, office.bertta(), "Bertan tabletti");
            world.settle();
            tablet.submit(api::Unlock{}, kPassphrase);
            for (int again = 0; again < 4; ++again) {
                world.run_steps(60 + steps);
                world.advance(again % 2 == 0 ? chat::kArchiveHurryMax : chat::kArchiveRetry);
                world.run_steps(60 + 3 * steps);
                for (auto* client : {&office.bertta(), &tablet}) reopen(world, *client);
            }
            pass(world, 3 * kHour, 5 * kMinute);
            CHECK(only_texts(tablet, "Valmius") == with(kSaidLongAgo, more));
            CHECK(parts_left(world, office.bertta(), tablet) == 4);
            CHECK(std::ranges::count(tablet.texts("Valmius"), "[Aino created]") == 1);
            CHECK_FALSE(tablet.noticed(api::Code::archive_damaged));
            CHECK(world.relay.tokens_shown_twice == 0);
        }
    }

    TEST_CASE("a store that fails and a process that dies at any write lose and double nothing of it")
    {
        const auto more = long_lines(10);
        for (const auto fault : {Fault::store_fails, Fault::store_fails_after, Fault::dies_before_write, Fault::dies_after_write})
            for (const bool writes : {true, false})
                for (std::size_t place = tries_every_place() ? 1 : 2 + 3 * static_cast<std::size_t>(fault);; place += tries_every_place() ? 1 : kPlacesApart) {
                    CAPTURE(static_cast<int>(fault));
                    CAPTURE(writes);
                    CAPTURE(place);
                    OldOffice office(1850, 365, more);
                    auto& world = office.world;
                    auto& tablet = add_device(world, office.bertta(), "Bertan tabletti");
                    world.settle();
                    auto& victim = writes ? office.bertta() : tablet;
                    victim.plan(fault, place);
                    tablet.submit(api::Unlock{}, kPassphrase);
                    for (int i = 0; i < 30 && !victim.planned->happened; ++i) {
                        world.run_steps(200);
                        world.advance(5'000);
                    }
                    const bool happened = victim.planned->happened;
                    victim.planned.reset();
                    if (!victim.is_running()) {
                        victim.start();
                        world.settle();
                        victim.submit(api::Unlock{}, kPassphrase);
                    }
                    pass(world, 2 * kHour, 5 * kMinute);
                    CHECK(only_texts(tablet, "Valmius") == with(kSaidLongAgo, more));
                    CHECK(parts_left(world, office.bertta(), tablet) == 4);
                    CHECK(world.relay.tokens_shown_twice == 0);
                    if (happened) continue;
                    CHECK(place > 20);   // all was left, or found
                    break;
                }
    }
}
