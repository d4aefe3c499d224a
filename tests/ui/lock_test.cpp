// Locking one's own machine: by hand, by the keyboard, and by itself.

#include "tests/ui/sign_in_page.h"
#include "ui/views/lock.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

constexpr std::int64_t kMinute = 60'000;

void pass(Page& page, std::int64_t ms)
{
    page.host.passed_ms += ms;
    page.now += static_cast<double>(ms);
    page.settle();
}

void move_mouse(Page& page)
{
    page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, 5, 5);
    page.settle();
}

void open_conversation(Page& page)
{
    page.press(Role::listitem, "Hallitusviisikko");
    page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 30)});
}

}  // namespace

TEST_SUITE("ui.lock")
{
    TEST_CASE("one's own machine is locked after fifteen minutes without anybody, and says so; nothing of what was open is left on the page")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        open_conversation(page);
        pass(page, 14 * kMinute);
        move_mouse(page);
        pass(page, 14 * kMinute);
        CHECK(page.sent<api::Lock>().empty());
        pass(page, kMinute + 1);
        CHECK(page.sent<api::Lock>().size() == 1);
        CHECK_FALSE(anything_says(page, "Viesti numero 30"));   // though the core has not answered
        CHECK(page.host.fresh_starts == 0);
        page.tell(session(api::Phase::locked));
        CHECK(page.says("Lukittu, kun kukaan ei käyttänyt Sinettiä 15 minuuttiin."));
        CHECK_FALSE(anything_says(page, "Hallitusviisikko"));
        CHECK(page.host.title == "Sinetti");
        CHECK(page.host.fresh_starts == 1);
        CHECK(page.host.note == "locked=15\nlanguage=fi");
        CHECK(page.host.note.find(id_of(100)) == std::string::npos);
    }

    TEST_CASE("the time is what its person chose, or never")
    {
        if (!fonts()) return;
        struct Choice {
            const char* label;
            const char* value;
            int minutes;
        };
        for (const Choice& choice : {Choice{"5 minuuttia", "5", 5}, Choice{"60 minuuttia", "60", 60}, Choice{"Ei koskaan", "never", 0}}) {
            Page page(*fonts());
            open_main(page);
            page.press(Role::button, "Asetukset");
            CHECK((page.get(Role::radio, "15 minuuttia").states & ui::kChecked) != 0);
            page.press(Role::radio, choice.label);
            REQUIRE(page.sent<api::SetSetting>().size() == 1);
            CHECK(page.sent<api::SetSetting>()[0].value == choice.value);
            page.tell(api::SettingsEvent{{{"auto_lock", choice.value}}});
            CHECK((page.get(Role::radio, choice.label).states & ui::kChecked) != 0);
            if (choice.minutes == 0) {
                pass(page, 24 * 60 * kMinute);
                CHECK(page.sent<api::Lock>().empty());
                continue;
            }
            pass(page, choice.minutes * kMinute - 1000);
            CHECK(page.sent<api::Lock>().empty());
            pass(page, 1001);
            CHECK(page.sent<api::Lock>().size() == 1);
        }
    }

    TEST_CASE("a value that is none of the choices is the default")
    {
        for (const char* value : {"", "0", "-5", "7", "15 ", "fifteen", "99999999999999999999"}) {
            ui::Model model;
            model.settings["auto_lock"] = value;
            CHECK(ui::auto_lock_minutes(model) == 15);
        }
    }

    TEST_CASE("what a machine slept through counts: the first movement finds it locked, not open")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.host.passed_ms += 8 * 60 * kMinute;   // and the page's own clock stood still
        move_mouse(page);
        CHECK(page.sent<api::Lock>().size() == 1);
        move_mouse(page);
        CHECK(page.sent<api::Lock>().size() == 1);
    }

    TEST_CASE("a clock that is set back starts the time anew")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        pass(page, 10 * kMinute);
        page.host.passed_ms -= 30 * kMinute;
        page.resize(1400, 900);
        pass(page, 14 * kMinute);
        CHECK(page.sent<api::Lock>().empty());
        pass(page, kMinute + 1);
        CHECK(page.sent<api::Lock>().size() == 1);
    }

    TEST_CASE("what is typed is saved before the seal is closed, and unlocking goes back to the conversation")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        open_conversation(page);
        page.type(Role::textbox, "Kirjoita viesti", "Kesken jäänyt");
        SUBCASE("with the keyboard") { CHECK(page.app->on_key(ui::Key::l, ui::kControl | ui::kShift)); }
        SUBCASE("from the rail") { page.press(Role::button, "Lukitse (Ctrl Shift L)"); }
        SUBCASE("from the settings")
        {
            page.press(Role::button, "Asetukset");
            page.press(Role::button, "Lukitse");
        }
        page.settle();
        REQUIRE(page.host.commands.size() >= 3);
        const auto last = page.host.commands.end();
        const auto* draft = std::get_if<api::SaveDraft>(&(last - 3)->command);
        const auto* setting = std::get_if<api::SetSetting>(&(last - 2)->command);
        REQUIRE(draft != nullptr);
        REQUIRE(setting != nullptr);
        CHECK(draft->text == "Kesken jäänyt");
        CHECK(setting->key == "return_to");
        CHECK(setting->value == id_of(100));
        CHECK(std::holds_alternative<api::Lock>((last - 1)->command));
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(page.says("Lukittu, kun"));
        CHECK(page.host.note == "locked=0\nlanguage=fi");

        // The page after it.
        Page next(*fonts(), "en-GB", 1440, 900, page.host.note);
        next.tell(session(api::Phase::locked));
        CHECK(next.says("Avaa se tunnuslauseella."));   // in the language that was chosen, which is sealed by now
        open_main(next);
        next.tell(api::SettingsEvent{{{"language", "fi"}, {"return_to", id_of(100)}}});
        REQUIRE(next.sent<api::OpenConversation>().size() == 1);
        CHECK(next.sent<api::OpenConversation>()[0].conversation == id_of(100));
        REQUIRE(next.sent<api::SetSetting>().size() == 1);
        CHECK(next.sent<api::SetSetting>()[0].value.empty());
        next.tell(api::SettingsEvent{{{"language", "fi"}, {"return_to", ""}}});
        CHECK(next.sent<api::OpenConversation>().size() == 1);
    }

    TEST_CASE("a conversation that is not there any more is not gone back to")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::SettingsEvent{{{"return_to", id_of(77)}}});
        CHECK(page.sent<api::OpenConversation>().empty());
    }

    TEST_CASE("a note says why and how the page looked, and whatever else it holds is ignored")
    {
        const auto read = [](std::string_view note) {
            ui::State state;
            ui::Model model;
            ui::read_note(note, state, model);
            return std::pair(state.locked_minutes, model.settings);
        };
        CHECK(read("locked=15\nlanguage=sv\ntheme=dark").first == 15);
        CHECK(read("locked=15\nlanguage=sv\ntheme=dark").second.size() == 2);
        for (const std::string& note : {std::string("locked=16"), std::string("locked="), std::string("locked"), std::string("\n\n=\n"), std::string("auto_lock=never\nreturn_to=x"),
                                        "language=" + std::string(17, 'x'), "locked=15\n" + std::string(300, ' ')}) {
            CAPTURE(note);
            CHECK(read(note).first == 0);
            CHECK(read(note).second.empty());
        }
    }

    TEST_CASE("a machine that is not one's own has no time to choose and no rail to lock it from; the keyboard leaves it")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        CHECK(page.find(Role::button, "Lukitse") == nullptr);
        page.press(Role::button, "Asetukset");
        CHECK(page.find(Role::radio, "15 minuuttia") == nullptr);
        page.app->on_key(ui::Key::l, ui::kControl | ui::kShift);
        page.settle();
        CHECK(page.sent<api::Lock>().size() == 1);
        CHECK(page.sent<api::SetSetting>().empty());
    }

    TEST_CASE("before the seal is open the keys mean nothing, and nothing is locked")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(page.app->on_key(ui::Key::l, ui::kControl | ui::kShift));
        pass(page, 60 * kMinute);
        CHECK(page.sent<api::Lock>().empty());
    }
}

TEST_SUITE("ui.emptied_browser")
{
    TEST_CASE("a browser that has lost its store says what happened, and signs in; it is no new user")
    {
        if (!fonts()) return;
        for (const float width : {360.0f, 720.0f, 1440.0f}) {
            Page page(*fonts(), "fi", width, width < 800 ? 450 : 900, "seal=1");
            page.tell(session(api::Phase::no_account));
            CHECK(page.says("Selain on poistanut Sinetin tiedot"));
            CHECK(page.says("Kirjaudu sisään, niin keskustelusi palaavat"));
            check_controls(page);
            CHECK_FALSE(page.host.remembers_seal.has_value());
            fill_in(page, "Elina Vuorela", "Tunnuslause");
            give_document(page);
            REQUIRE(page.sent<api::SignIn>().size() == 1);
            page.tell(session(api::Phase::opening));
            page.tell(session(api::Phase::no_account, api::Code::sign_in_failed));
            CHECK(page.says("Selain on poistanut Sinetin tiedot"));
            page.tell(session(api::Phase::opening));
            open_main(page);
            CHECK(page.host.remembers_seal == true);
        }
    }

    TEST_CASE("whoever has not used it there says so, and is not told again")
    {
        if (!fonts()) return;
        Page page(*fonts(), "fi", 1440, 900, "seal=1");
        page.tell(session(api::Phase::no_account));
        page.press(Role::button, "En ole käyttänyt Sinettiä tässä");
        CHECK_FALSE(page.says("Selain on poistanut"));
        CHECK(page.host.remembers_seal == false);
    }

    TEST_CASE("a seal is remembered on one's own machine alone, and not after it was erased on purpose")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        CHECK_FALSE(page.host.remembers_seal.has_value());
        open_main(page);
        CHECK(page.host.remembers_seal == true);
        page.tell(session(api::Phase::no_account));
        CHECK(page.host.remembers_seal == false);

        Page kiosk(*fonts());
        open_shared(kiosk);
        kiosk.tell(session(api::Phase::no_account));
        CHECK_FALSE(kiosk.host.remembers_seal.has_value());
    }
}
