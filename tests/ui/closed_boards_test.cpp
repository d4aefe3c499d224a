// Boards that are closed: in an administrator's settings, in the list of conversations, and where something would be written.

#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

std::vector<api::Board> boards(bool first_closed)
{
    return {{.number = 1, .name = "Vanha", .retention_days = 30, .is_signed = true, .closed = first_closed},
            {.number = 2, .name = "Uusi", .level = api::Level::mixed, .post_quantum = false, .retention_days = 7, .is_signed = true},
            {.number = 3, .name = "Kolmas", .retention_days = 30, .is_signed = true}};
}

api::ConversationSummary on_board(api::ConversationSummary&& conversation, bool closed)
{
    conversation.board = 1;
    conversation.closed = closed;
    return std::move(conversation);
}

void tell_boards(Page& page, bool first_closed)
{
    page.tell(api::BoardsEvent{boards(first_closed)});
    page.tell(api::ConversationsEvent{{on_board(group(), first_closed), on_board(direct(), first_closed)}});
}

void open_board(Page& page, bool closed)
{
    open_main(page);
    tell_boards(page, closed);
    page.press(Role::button, "Asetukset");
    page.press(Role::button, "Muuta taulua Vanha");
}

void open_first(Page& page, std::vector<api::Message> messages)
{
    page.press(Role::listitem, "Hallitusviisikko");
    page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = std::move(messages)});
}

}  // namespace

TEST_SUITE("ui.closed_boards")
{
    TEST_CASE("an administrator closes a board after being told what comes of it, and how many of their own conversations are there")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_board(page, false);
        page.press(Role::radio, "90 päivää");   // begun, and not saved
        page.press(Role::button, "Sulje taulu");
        CHECK(page.find(Role::dialog, "Suljetaanko taulu Vanha?") != nullptr);
        CHECK(page.says("Sen keskusteluja voi yhä lukea"));
        CHECK(page.says("lähtevät, jos taulu avataan uudelleen"));
        CHECK(page.says("2 omista keskusteluistasi on sillä."));
        check_controls(page);
        page.press(Role::button, "Peruuta");
        CHECK(page.sent<api::SetBoard>().empty());
        page.press(Role::button, "Muuta taulua Vanha");
        page.press(Role::button, "Sulje taulu");
        page.press(Role::button, "Sulje taulu");
        REQUIRE(page.sent<api::SetBoard>().size() == 1);
        const auto wish = page.sent<api::SetBoard>()[0];
        CHECK(wish.board == 1);
        CHECK(wish.name == "Vanha");
        CHECK(wish.closed);
        CHECK(wish.retention_days == 30);
        CHECK(page.find(Role::dialog, "") == nullptr);

        page.press(Role::button, "Muuta taulua Uusi");
        page.press(Role::button, "Sulje taulu");
        CHECK(page.says("Yksikään omista keskusteluistasi ei ole sillä."));
        page.press(Role::button, "Peruuta");
        page.press(Role::button, "Lisää taulu");
        CHECK(page.find(Role::button, "Sulje taulu") == nullptr);   // there is none yet
    }

    TEST_CASE("a board that nobody has named is closed under the name it is given, and not without one")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::BoardsEvent{{{.number = 1, .retention_days = 30}, boards(false)[1]}});
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Muuta taulua Taulu 1");
        page.press(Role::button, "Sulje taulu");
        CHECK(page.says("Täytä tämä kohta."));
        page.type(Role::textbox, "Taulun nimi", "Entinen");
        page.press(Role::button, "Sulje taulu");
        CHECK(page.find(Role::dialog, "Suljetaanko taulu Entinen?") != nullptr);
        page.press(Role::button, "Sulje taulu");
        REQUIRE(page.sent<api::SetBoard>().size() == 1);
        CHECK(page.sent<api::SetBoard>()[0].name == "Entinen");
    }

    TEST_CASE("a closed board says so, stays closed when it is changed otherwise, and is opened again by one press")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_board(page, true);
        CHECK(page.says("Suljettu: taulun keskusteluja voi lukea"));
        CHECK(page.find(Role::button, "Sulje taulu") == nullptr);
        check_controls(page);
        page.press(Role::radio, "90 päivää");
        page.press(Role::button, "Tallenna");
        REQUIRE(page.sent<api::SetBoard>().size() == 1);
        CHECK(page.sent<api::SetBoard>()[0].closed);
        CHECK(page.sent<api::SetBoard>()[0].retention_days == 90);
        page.press(Role::button, "Muuta taulua Vanha");
        page.press(Role::button, "Avaa uudelleen");
        REQUIRE(page.sent<api::SetBoard>().size() == 2);
        CHECK_FALSE(page.sent<api::SetBoard>()[1].closed);
        CHECK(page.sent<api::SetBoard>()[1].board == 1);
        CHECK(page.sent<api::SetBoard>()[1].name == "Vanha");
        auto waiting = boards(true);
        waiting[0].waiting = true;
        page.tell(api::BoardsEvent{waiting});
        CHECK(page.says("niihin ei voi kirjoittaa. Odottaa palvelinta"));
    }

    TEST_CASE("in a conversation on a closed board there is no field, but a sentence and a way to go on with the same people")
    {
        if (!fonts()) return;
        for (const auto& [width, height] : {std::pair{1440.0f, 900.0f}, {390.0f, 844.0f}, {320.0f, 568.0f}}) {
            Page page(*fonts());
            page.resize(width, height);
            open_main(page);
            tell_boards(page, false);
            auto waiting = message(1000, 1, "Matkalla");
            waiting.delivery = api::Delivery::waiting;
            open_first(page, {message(1, 3, "Hei"), waiting});
            CHECK(page.find(Role::textbox, "Kirjoita viesti") != nullptr);
            CHECK(page.says("odottaa lähtöä"));
            tell_boards(page, true);
            CHECK(page.find(Role::textbox, "Kirjoita viesti") == nullptr);
            CHECK(page.says("Ylläpitäjä on sulkenut tämän keskustelun taulun."));
            CHECK(page.says("1 viesti odottaa taulun avaamista uudelleen"));
            CHECK(page.says(", odottaa taulun avaamista uudelleen"));
            CHECK_FALSE(page.says("odottaa lähtöä"));
            check_controls(page);
            page.press(Role::button, "Jatka uudessa keskustelussa");
            CHECK(page.get(Role::textbox, "Ryhmän nimi").field->initial == "Hallitusviisikko");
            for (const auto* name : {"Li Ahlfors", "Maaria Oksala", "Annukka Vesterinen", "Johannes Hjelt"})
                CHECK((page.get(Role::checkbox, name).states & ui::kChecked) != 0);
            CHECK(page.find(Role::radio, "Vanha") == nullptr);
            CHECK((page.get(Role::radio, "Uusi").states & ui::kChecked) != 0);
            check_controls(page);
            page.press(Role::button, "Luo ryhmä");
            const auto made = page.sent<api::CreateConversation>();
            REQUIRE(made.size() == 1);
            CHECK(made[0].kind == api::ConversationKind::group);
            CHECK(made[0].title == "Hallitusviisikko");
            CHECK(made[0].members == std::vector{id_of(2), id_of(3), id_of(4), id_of(5)});
            CHECK(made[0].board == api::kAnyBoard);
            tell_boards(page, false);
            CHECK(page.find(Role::textbox, "Kirjoita viesti") != nullptr);
        }
    }

    TEST_CASE("a conversation of two goes on with the same person in a new one, and whoever is written to is met there")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        tell_boards(page, true);
        page.press(Role::listitem, "Li Ahlfors");
        page.tell(api::TimelineEvent{.conversation = id_of(101)});
        page.press(Role::button, "Jatka uudessa keskustelussa");
        CHECK((page.get(Role::radio, "Kahdenkeskinen").states & ui::kChecked) != 0);
        CHECK((page.get(Role::radio, "Li Ahlfors").states & ui::kChecked) != 0);
        page.press(Role::button, "Aloita");
        const auto made = page.sent<api::CreateConversation>();
        REQUIRE(made.size() == 1);
        CHECK(made[0].kind == api::ConversationKind::direct);
        CHECK(made[0].members == std::vector{id_of(2)});
        // Begun from elsewhere, the dialog has nothing of it.
        page.press(Role::button, "Uusi keskustelu");
        page.press(Role::radio, "Ryhmä");
        CHECK(page.get(Role::textbox, "Ryhmän nimi").field->initial.empty());
    }

    TEST_CASE("the list of conversations and their details say and offer what is so")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        tell_boards(page, false);
        CHECK_FALSE(page.says("taulu suljettu"));
        open_first(page, {message(1, 3, "Hei")});
        CHECK(page.find(Role::button, "Lisää jäseniä") != nullptr);
        tell_boards(page, true);
        CHECK(page.get(Role::listitem, "Hallitusviisikko").description.find("taulu suljettu") != std::string::npos);
        CHECK(page.find(Role::button, "Lisää jäseniä") == nullptr);
        CHECK(page.find(Role::button, "Nimeä ryhmä") == nullptr);
        check_controls(page);
        for (const auto code : {api::Code::board_closed, api::Code::board_opened, api::Code::last_open_board, api::Code::closed_board, api::Code::conversations_closed,
                                api::Code::conversations_opened}) {
            Page told(*fonts());
            open_main(told);
            told.tell(api::NoticeEvent{.code = code, .severity = api::Severity::warning, .subject = "Vanha"});
            CHECK(told.says(ui::fill(ui::say(ui::Language::finnish, code), {"Vanha"})));
        }
    }

    TEST_CASE("the dialogs fit a phone and a page at twice the size, in every language")
    {
        if (!fonts()) return;
        struct Words {
            const char* language;
            const char* settings;
            const char* change;
            const char* close;
        };
        for (const Words& words : {Words{"fi", "Asetukset", "Muuta taulua Vanha", "Sulje taulu"}, Words{"sv-FI", "Inställningar", "Ändra Vanha", "Stäng tavlan"},
                                   Words{"en", "Settings", "Change Vanha", "Close board"}}) {
            for (const auto& [width, height] : {std::pair{390.0f, 844.0f}, {320.0f, 568.0f}, {720.0f, 450.0f}}) {
                Page page(*fonts(), words.language);
                page.resize(width, height);
                open_main(page);
                tell_boards(page, false);
                page.press(Role::button, words.settings);
                page.press(Role::button, words.change);
                check_controls(page);
                page.press(Role::button, words.close);
                check_controls(page);
                page.press(Role::button, words.close);
                REQUIRE(page.sent<api::SetBoard>().size() == 1);
                CHECK(page.sent<api::SetBoard>()[0].closed);
            }
        }
    }
}
