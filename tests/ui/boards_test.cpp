// Boards in an administrator's settings, and where a new conversation is asked which one it is to be on.

#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

std::vector<api::Board> two_boards()
{
    return {{.number = 1, .name = "", .level = api::Level::prompt, .post_quantum = true, .retention_days = 30, .is_signed = false},
            {.number = 2, .name = "Ministerit", .level = api::Level::mixed, .post_quantum = false, .retention_days = 0, .is_signed = true}};
}

Page& open_settings(Page& page, bool administrator = true)
{
    open_main(page);
    auto open = session(api::Phase::open);
    open.administrator = administrator;
    open.founder = false;
    page.tell(open);
    page.tell(api::BoardsEvent{two_boards()});
    page.press(Role::button, "Asetukset");
    return page;
}

bool is_chosen(Page& page, std::string_view name) { return (page.get(Role::radio, name).states & ui::kChecked) != 0; }

}  // namespace

TEST_SUITE("ui.boards")
{
    TEST_CASE("an administrator sees how each board is used and which of that nobody has signed; others see nothing of it")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_settings(page);
        CHECK(page.says("Ilmoitustaulut"));
        CHECK(page.says("Taulu 1"));
        CHECK(page.says("Ripeä · Kvanttiturvallinen · säilyy 30 päivää"));
        CHECK(page.says("Kukaan ylläpitäjä ei ole vielä allekirjoittanut näitä"));
        CHECK(page.says("Ministerit"));
        CHECK(page.says("Sekoitettu · Perinteinen · säilyy aina"));
        check_controls(page);
        auto boards = two_boards();
        boards[1].waiting = true;
        page.tell(api::BoardsEvent{boards});
        CHECK(page.says("Odottaa palvelinta"));
        auto member = session(api::Phase::open);
        member.administrator = member.founder = false;
        page.tell(member);
        CHECK_FALSE(page.says("Ilmoitustaulut"));
        CHECK(page.find(Role::button, "Lisää taulu") == nullptr);
    }

    TEST_CASE("a board is added with a name; what is chosen is said, and what is missing too")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_settings(page);
        page.press(Role::button, "Lisää taulu");
        CHECK(page.find(Role::dialog, "Uusi taulu") != nullptr);
        CHECK(is_chosen(page, "Ripeä"));
        CHECK(is_chosen(page, "Kvanttiturvallinen"));
        CHECK(is_chosen(page, "30 päivää"));
        CHECK(page.says("Puhetta ei avaa tallenteesta kvanttitietokonekaan."));
        check_controls(page);
        page.press(Role::button, "Lisää taulu");
        CHECK(page.says("Täytä tämä kohta."));
        CHECK(page.sent<api::SetBoard>().empty());
        page.type(Role::textbox, "Taulun nimi", "  Valmistelu ");
        page.press(Role::radio, "Sekoitettu");
        CHECK(page.says("ilman sitä mitään ei lähde"));
        page.press(Role::radio, "Perinteinen");
        CHECK(page.says("Tulevaisuuden kvanttitietokone voisi avata tallenteen."));
        page.press(Role::radio, "Aina");
        page.press(Role::button, "Lisää taulu");
        REQUIRE(page.sent<api::SetBoard>().size() == 1);
        const auto wish = page.sent<api::SetBoard>()[0];
        CHECK(wish.board == api::kAnyBoard);
        CHECK(wish.name == "Valmistelu");
        CHECK(wish.level == api::Level::mixed);
        CHECK_FALSE(wish.post_quantum);
        CHECK(wish.retention_days == 0);
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("a board is changed from what it is, and keeps a time that is none of the usual ones")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_settings(page);
        auto boards = two_boards();
        boards[1].retention_days = 45;
        page.tell(api::BoardsEvent{boards});
        page.press(Role::button, "Muuta taulua Ministerit");
        CHECK(page.get(Role::textbox, "Taulun nimi").field->initial == "Ministerit");
        CHECK(is_chosen(page, "Sekoitettu"));
        CHECK(is_chosen(page, "Perinteinen"));
        CHECK(is_chosen(page, "45 päivää"));
        CHECK(page.says("Keskustelut pitävät salauksen, jolla ne alkoivat."));
        check_controls(page);
        page.press(Role::radio, "7 päivää");
        CHECK(page.find(Role::radio, "45 päivää") != nullptr);
        page.press(Role::radio, "Kvanttiturvallinen");
        page.press(Role::button, "Tallenna");
        REQUIRE(page.sent<api::SetBoard>().size() == 1);
        const auto wish = page.sent<api::SetBoard>()[0];
        CHECK(wish.board == 2);
        CHECK(wish.name == "Ministerit");
        CHECK(wish.level == api::Level::mixed);
        CHECK(wish.post_quantum);
        CHECK(wish.retention_days == 7);

        page.press(Role::button, "Muuta taulua Taulu 1");
        CHECK(page.get(Role::textbox, "Taulun nimi").field->initial.empty());
        page.press(Role::button, "Peruuta");
        CHECK(page.sent<api::SetBoard>().size() == 1);
    }

    TEST_CASE("without a connection the dialog says that it is done later; what comes of it is said in a sentence")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_settings(page);
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline, .reason = api::Code::relay_unreachable});
        page.press(Role::button, "Lisää taulu");
        CHECK(page.says("Palvelimeen ei saada yhteyttä."));
        page.press(Role::button, "Peruuta");
        for (const auto code : {api::Code::board_added, api::Code::board_changed, api::Code::board_waiting, api::Code::board_refused, api::Code::relay_policy}) {
            Page told(*fonts());
            open_settings(told).tell(api::NoticeEvent{.code = code, .severity = api::Severity::warning, .subject = "Ministerit"});
            CHECK(told.says(ui::fill(ui::say(ui::Language::finnish, code), {"Ministerit"})));
        }
    }

    TEST_CASE("where there are several boards a new conversation is asked for one, and is on the first unless it is said")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Uusi keskustelu");
        CHECK(page.find(Role::radiogroup, "Taulu") == nullptr);
        page.tell(api::BoardsEvent{two_boards()});
        CHECK(is_chosen(page, "Taulu 1"));
        check_controls(page);
        const auto create = [&](std::string_view title) {
            page.press(Role::checkbox, "Li Ahlfors");
            page.type(Role::textbox, "Ryhmän nimi", title);
            page.press(Role::button, "Luo ryhmä");
        };
        create("Yksi");
        page.press(Role::button, "Uusi keskustelu");
        page.press(Role::radio, "Ministerit");
        CHECK(is_chosen(page, "Ministerit"));
        create("Kaksi");
        page.press(Role::button, "Uusi keskustelu");
        CHECK(is_chosen(page, "Taulu 1"));
        page.press(Role::radio, "Ministerit");
        page.press(Role::radio, "Kahdenkeskinen");
        page.press(Role::radio, "Maaria Oksala");
        page.press(Role::button, "Aloita");
        const auto made = page.sent<api::CreateConversation>();
        REQUIRE(made.size() == 3);
        CHECK(made[0].board == api::kAnyBoard);
        CHECK(made[1].board == 2);
        CHECK(made[2].kind == api::ConversationKind::direct);
        CHECK(made[2].board == 2);

        // One that the relay may not have yet, and boards nobody has named, are not asked about.
        auto boards = two_boards();
        boards[1].is_signed = false;
        boards[1].waiting = true;
        page.tell(api::BoardsEvent{boards});
        page.press(Role::button, "Uusi keskustelu");
        CHECK(page.find(Role::radio, "Ministerit") == nullptr);
        boards[1] = {.number = 2};
        page.tell(api::BoardsEvent{boards});
        CHECK(page.find(Role::radiogroup, "Taulu") == nullptr);
    }

    TEST_CASE("the dialog fits a phone and a page at twice the size, in every language")
    {
        if (!fonts()) return;
        for (const char* language : {"fi", "sv-FI", "en"}) {
            for (const auto& [width, height] : {std::pair{390.0f, 844.0f}, {320.0f, 568.0f}, {720.0f, 450.0f}}) {
                Page page(*fonts(), language);
                page.resize(width, height);
                open_main(page);
                auto open = session(api::Phase::open);
                page.tell(open);
                page.tell(api::BoardsEvent{two_boards()});
                page.press(Role::button, std::string_view(language) == "fi" ? "Asetukset" : std::string_view(language) == "en" ? "Settings" : "Inställningar");
                check_controls(page);
                page.press(Role::button, std::string_view(language) == "fi" ? "Lisää taulu" : std::string_view(language) == "en" ? "Add board" : "Lägg till tavla");
                CHECK(page.find(Role::dialog, "") != nullptr);
                check_controls(page);
            }
        }
    }
}
