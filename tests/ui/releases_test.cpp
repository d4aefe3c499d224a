// Which release of the app this is, in the settings, and the alarm about another one.

#include "tests/ui/page.h"
#include "ui/format.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

constexpr std::uint64_t kNumber = 20261127181529;

api::Release release(char hash, std::uint64_t number = kNumber) { return {"0.1.0", number, std::string(64, hash)}; }

api::ReleaseAlarm fork(bool told)
{
    return {.kind = api::ReleaseAlarmKind::fork, .number = kNumber, .hash = std::string(64, 'b'), .other = std::string(64, 'a'), .ours = true, .people = {id_of(2), id_of(3)}, .told = told};
}

}  // namespace

TEST_SUITE("ui.releases")
{
    TEST_CASE("the settings say which release this is, with digits to compare and how many have the same")
    {
        if (!fonts()) return;
        for (const float width : {1440.0f, 390.0f}) {
            Page page(*fonts(), "fi-FI", width, 2400);
            open_main(page);
            page.press(Role::button, "Asetukset");
            CHECK(page.find(Role::group, "Tämä sovellus") == nullptr);   // nothing is known of it
            page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a')});
            CHECK(page.get(Role::heading, "Tämä sovellus").level == 2);
            CHECK(page.says("Julkaisu 0.1.0, numero 20261127-181529"));
            CHECK(page.get(Role::text, ui::digits_of(std::string(64, 'a'))).rect.w > 0);
            CHECK(page.says("Kukaan keskusteluissasi ei ole vielä kertonut"));
            page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .others = 1});
            CHECK(page.says("Yhdellä ihmisellä keskusteluissasi on ollut sama."));
            page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('b', kNumber + 1), .others = 4});
            CHECK(page.says("4 ihmisellä keskusteluissasi on ollut sama."));
            CHECK(page.says("Palvelin tarjoaa julkaisua numero 20261127-181530."));
            CHECK(page.find(Role::button, "Näytä hälytys") == nullptr);
            check_controls(page);
        }
    }

    TEST_CASE("an alarm opens by itself once, says who, what and what to do, and is found again in the settings")
    {
        if (!fonts()) return;
        Page page(*fonts(), "fi-FI", 1440, 2400);
        open_main(page);
        page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .alarms = {fork(false)}});
        CHECK(page.find(Role::dialog, "Hälytys: toinen julkaisu tästä sovelluksesta") != nullptr);
        CHECK(page.says("Li Ahlfors ja Maaria Oksala: sovellus sai siellä toisen julkaisun kuin sinä samalla numerolla 20261127-181529."));
        CHECK(page.says("voitu tehdä yhtä ihmistä varten"));
        CHECK(page.says("Älä lataa tätä sivua uudelleen äläkä kirjoita siihen tunnuslausettasi"));
        for (const char hash : {'a', 'b'}) CHECK(page.find(Role::text, ui::digits_of(std::string(64, hash))) != nullptr);
        check_controls(page);
        CHECK(page.sent<api::SawReleaseAlarms>().empty());
        page.press(Role::button, "Sulje");
        CHECK(page.find(Role::dialog, "Hälytys") == nullptr);
        CHECK(page.sent<api::SawReleaseAlarms>().size() == 1);
        page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .alarms = {fork(true)}});
        CHECK(page.find(Role::dialog, "Hälytys") == nullptr);
        page.press(Role::button, "Asetukset");
        CHECK(page.says("Tästä sovelluksesta on hälytys."));
        page.press(Role::button, "Näytä hälytys");
        CHECK(page.says("Li Ahlfors ja Maaria Oksala: sovellus sai siellä toisen julkaisun"));
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.sent<api::SawReleaseAlarms>().size() == 1);

        // A second one opens again; Escape tells it as well.
        auto lonely = api::ReleaseAlarm{.kind = api::ReleaseAlarmKind::lonely, .number = kNumber + 5, .hash = std::string(64, 'e'), .other = {}, .ours = false, .people = {id_of(4)}};
        page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .alarms = {fork(true), lonely}});
        CHECK(page.says("Annukka Vesterinen: sovellukselle tarjottiin siellä julkaisua 20261127-181534 eikä sinulle koskaan, vaikka olet sen jälkeen ollut täällä 7 päivänä."));
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.find(Role::dialog, "Hälytys") == nullptr);
        CHECK(page.sent<api::SawReleaseAlarms>().size() == 2);
    }

    TEST_CASE("an alarm that is closed after the first frame that showed it has been told, and stays closed")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.app->on_event(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .alarms = {fork(false)}});
        REQUIRE(page.app->frame(page.now += 16));
        REQUIRE(page.find(Role::dialog, "Hälytys") != nullptr);
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.find(Role::dialog, "Hälytys") == nullptr);
        CHECK(page.sent<api::SawReleaseAlarms>().size() == 1);
    }

    TEST_CASE("an alarm waits for a dialog that is open, and goes out of sight with the account it belongs to")
    {
        if (!fonts()) return;
        Page page(*fonts(), "en-GB", 390, 844);
        open_main(page);
        page.press(Role::button, "Settings");
        page.press(Role::button, "What the relay sees");
        auto self = fork(false);
        self.people.clear();
        page.tell(api::ReleasesEvent{.running = {}, .offered = release('a'), .alarms = {self}});
        CHECK_FALSE(page.says("The relay has offered this app two different releases"));
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.says("The relay has offered this app two different releases under one number, 20261127-181529."));
        check_controls(page);
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(page.says("two different releases"));
        page.tell(session(api::Phase::open));
        CHECK_FALSE(page.says("two different releases"));
    }

    TEST_CASE("one's own other device is named as such")
    {
        if (!fonts()) return;
        Page page(*fonts(), "sv-SE", 1440, 2400);
        open_main(page);
        auto own = fork(false);
        own.people = {id_of(1)};
        own.ours = false;
        page.tell(api::ReleasesEvent{.running = release('a'), .offered = release('a'), .alarms = {own}});
        CHECK(page.says("en annan av dina enheter: appen fick där en annan version än andra med samma nummer, 20261127-181529."));
    }
}
