#include "tests/ui/sign_in_page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

TEST_SUITE("ui.shared_machine")
{
    TEST_CASE("a machine that is not one's own is marked on every screen, and left with one press")
    {
        if (!fonts()) return;
        for (const float width : {360.0f, 800.0f, 1440.0f}) {
            Page page(*fonts(), "fi", width, 844);
            open_shared(page);
            CHECK(page.host.keeps_nothing);
            for (const char* place : {"Ihmiset", "Asetukset", "Keskustelut"}) {
                page.press(Role::button, place);
                CHECK(page.find(Role::region, "Vieras kone") != nullptr);
                CHECK(page.find(Role::button, "Poistu koneelta") != nullptr);
                CHECK(page.find(Role::button, "Lukitse") == nullptr);
                check_controls(page);
            }
            page.press(Role::listitem, "Hallitusviisikko");
            page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 30)});
            page.press(Role::button, "Poistu koneelta");
            CHECK(page.sent<api::Lock>().size() == 1);
            page.tell(shared(session(api::Phase::opening)));
            CHECK(page.says("Poistutaan koneelta"));
            CHECK(page.host.fresh_starts == 0);
            page.tell(session(api::Phase::no_account));
            CHECK(page.host.fresh_starts == 1);
        }
        Page own(*fonts());
        open_main(own);
        CHECK(own.find(Role::region, "Vieras kone") == nullptr);
        CHECK_FALSE(own.host.keeps_nothing);
    }

    TEST_CASE("what has not left yet is named before a shared machine is left")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline, .waiting = 2, .unsent = 2});
        page.press(Role::button, "Poistu koneelta");
        CHECK(page.sent<api::Lock>().empty());
        CHECK(page.says("2 viestiä ei ole vielä lähtenyt, ja ne katoavat."));
        page.press(Role::button, "Peruuta");
        CHECK(page.sent<api::Lock>().empty());
        page.press(Role::button, "Poistu koneelta");
        page.press(Role::button, "Poistu koneelta");
        CHECK(page.sent<api::Lock>().size() == 1);
    }

    TEST_CASE("a recovery code is not copied, saved or printed on a machine that is not one's own")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        page.tell(saved_vault(true));
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Näytä palautuskoodi");
        prove(page, "Näytä koodi");
        page.tell(api::RecoveryCodeEvent{std::string(kCode)});
        CHECK(anything_says(page, kCode));
        CHECK(page.says("Kirjoita se käsin muistiin."));
        for (const char* name : {"Kopioi", "Tallenna tiedostoon", "Tulosta"}) CHECK(page.find(Role::button, name) == nullptr);
    }

    TEST_CASE("a shared machine asks after fourteen minutes without anybody, and leaves by itself after fifteen")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        const auto pass = [&](std::int64_t ms) {
            page.host.passed_ms += ms;
            page.now += static_cast<double>(ms);
            page.settle();
        };
        constexpr std::int64_t kMinute = 60'000;
        pass(13 * kMinute);
        page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, 5, 5);
        pass(13 * kMinute);
        CHECK_FALSE(page.says("Oletko vielä paikalla?"));
        pass(kMinute + 10);
        CHECK(page.says("Oletko vielä paikalla?"));
        CHECK(page.host.announcements.back() == "Oletko vielä paikalla?");

        SUBCASE("staying starts the time anew")
        {
            page.press(Role::button, "Jatka");
            pass(13 * kMinute);
            CHECK_FALSE(page.says("Oletko vielä paikalla?"));
            CHECK(page.sent<api::Lock>().empty());
        }
        SUBCASE("a jolt of the mouse is no answer")
        {
            page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, 9, 9);
            pass(kMinute);
            CHECK(page.sent<api::Lock>().size() == 1);
            pass(kMinute);
            CHECK(page.sent<api::Lock>().size() == 1);
        }
        SUBCASE("it can be left at once")
        {
            page.press(Role::button, "Poistu koneelta");
            CHECK(page.sent<api::Lock>().size() == 1);
        }
    }

    TEST_CASE("time that passed while the machine slept has passed: whoever wakes it finds it left")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        page.host.passed_ms += 8LL * 60 * 60'000;   // and the page's own clock stood still
        page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, 5, 5);
        page.settle();
        CHECK(page.sent<api::Lock>().size() == 1);
    }

    TEST_CASE("a sign-in on a shared machine that fails keeps its page and says why")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        page.press(Role::checkbox, "Tämä ei ole oma koneeni");
        fill_in(page, "Elina Vuorela", "Tunnuslause");
        give_document(page);
        page.tell(shared(session(api::Phase::opening)));
        page.tell(session(api::Phase::no_account, api::Code::sign_in_failed));
        CHECK(page.says("Nimi tai tunnuslause on väärä."));
        CHECK(page.host.fresh_starts == 0);
        CHECK_FALSE(page.host.keeps_nothing);
        CHECK((page.get(Role::checkbox, "Tämä ei ole oma koneeni").states & ui::kChecked) != 0);
    }
}
