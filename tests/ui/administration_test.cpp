// What administrators do about people: roles, and many invitations at once.

#include "roster/roster.h"
#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

std::vector<api::Invitation> made(const api::CreateInvitations& wishes)
{
    std::vector<api::Invitation> list;
    for (const auto& wish : wishes.people)
        list.push_back({.id = id_of(500 + static_cast<int>(list.size())), .name = wish.name, .role = wish.role, .expires_ms = RememberingHost::kNow + 86'400'000,
                        .fragment = "#i=" + std::to_string(list.size())});
    return list;
}

// At the step of the list.
Page& open_list(Page& page)
{
    open_main(page);
    page.press(Role::button, "Ihmiset");
    page.press(Role::button, "Monta kerralla");
    return page;
}

}  // namespace

TEST_SUITE("ui.administration")
{
    TEST_CASE("the founder makes an administrator after a question, and a member again")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Li Ahlfors: laitteet ja poistaminen");
        CHECK(page.says("Rooli: Jäsen"));
        check_controls(page);
        page.press(Role::button, "Tee ylläpitäjäksi");
        CHECK(page.says("Tehdäänkö ylläpitäjäksi Li Ahlfors?"));
        CHECK(page.sent<api::SetRole>().empty());
        page.press(Role::button, "Tee ylläpitäjäksi");
        REQUIRE(page.sent<api::SetRole>().size() == 1);
        CHECK(page.sent<api::SetRole>()[0].person == id_of(2));
        CHECK(page.sent<api::SetRole>()[0].role == api::Role::administrator);

        auto people = five_people();
        people[1].role = api::Role::administrator;
        page.tell(api::PeopleEvent{people});
        page.press(Role::button, "Li Ahlfors: laitteet ja poistaminen");
        page.press(Role::button, "Palauta jäseneksi");
        page.press(Role::button, "Palauta jäseneksi");
        REQUIRE(page.sent<api::SetRole>().size() == 2);
        CHECK(page.sent<api::SetRole>()[1].role == api::Role::member);
    }

    TEST_CASE("a delegated administrator removes members, sees no way to deal with administrators, and invites members alone")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        auto people = five_people();
        people[1].role = api::Role::administrator;
        page.tell(api::PeopleEvent{people});
        auto delegated = session(api::Phase::open);
        delegated.founder = false;
        page.tell(delegated);
        page.press(Role::button, "Ihmiset");
        CHECK(page.find(Role::button, "Li Ahlfors: laitteet ja poistaminen") == nullptr);
        page.press(Role::button, "Maaria Oksala: laitteet ja poistaminen");
        CHECK(page.find(Role::button, "Tee ylläpitäjäksi") == nullptr);
        page.press(Role::button, "Poista organisaatiosta");
        page.press(Role::button, "Poista");
        CHECK(page.sent<api::RemovePerson>().size() == 1);
        page.press(Role::button, "Kutsu");
        CHECK(page.find(Role::radio, "Jäsen") != nullptr);
        CHECK(page.find(Role::radio, "Ylläpitäjä") == nullptr);
    }

    TEST_CASE("a pasted list is shown line by line, the bad ones first, and becomes invitations and a file of links")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_list(page);
        check_controls(page);
        page.type(Role::textbox, "Nimiluettelo", "Nimi;Rooli\nAino Aalto;\nEero Eskola;ylläpitäjä\nMaaria Oksala;jäsen\nKalle;kuningas\n;\nAINO AALTO;\n");
        page.press(Role::button, "Tarkista luettelo");
        CHECK(page.says("2 ihmistä kutsutaan"));
        CHECK(page.says("3 riviä jää pois"));
        CHECK(page.says("Rivi 4: Maaria Oksala. Tämänniminen on jo organisaatiossa."));
        CHECK(page.says("Rivi 5: Kalle. Roolia ei tunneta."));
        CHECK(page.says("Rivi 7: AINO AALTO. Sama nimi on rivillä 2."));
        CHECK(page.says("Eero Eskola, Ylläpitäjä"));
        check_controls(page);
        page.press(Role::button, "Muokkaa luetteloa");
        CHECK(page.get(Role::textbox, "Nimiluettelo").field->initial.starts_with("Nimi;Rooli"));
        page.press(Role::button, "Tarkista luettelo");
        page.press(Role::button, "Luo 2 kutsua");
        page.press(Role::button, "Luodaan kutsua");   // once is enough
        REQUIRE(page.sent<api::CreateInvitations>().size() == 1);
        const auto wishes = page.sent<api::CreateInvitations>().front();
        REQUIRE(wishes.people.size() == 2);
        CHECK(wishes.people[1].role == api::Role::administrator);

        page.tell(api::InvitationsReadyEvent{made(wishes)});
        CHECK(page.says("Kutsut ovat valmiit"));
        check_controls(page);
        page.press(Role::button, "Kopioi linkki: Eero Eskola");
        CHECK(page.host.clipboard == "https://sinetti.example/#i=1");
        page.press(Role::button, "Tallenna CSV:nä");
        REQUIRE(page.host.files.size() == 1);
        CHECK(page.host.files[0].first == "sinetti-kutsut.csv");
        CHECK(page.host.files[0].second == "\xEF\xBB\xBF\"Aino Aalto\";\"https://sinetti.example/#i=0\"\r\n\"Eero Eskola\";\"https://sinetti.example/#i=1\"\r\n");
        for (const auto& [id, entry] : page.host.mirror.nodes) CHECK(entry.node.name.find("#i=") == std::string::npos);   // links are secrets
        page.press(Role::button, "Valmis");
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("a file is asked for with a limit, and is shown as a pasted list is; what cannot be read is said")
    {
        if (!fonts()) return;
        Page page(*fonts(), "sv-FI");
        open_main(page);
        page.press(Role::button, "Personer");
        page.press(Role::button, "Flera på en gång");
        page.press(Role::button, "Välj en fil");
        CHECK(page.host.file_asked == roster::kCsvSizeMax);
        page.app->on_file(ui::ChosenFile::too_large, {});
        page.settle();
        CHECK(page.says("Listan är för stor"));
        page.app->on_file(ui::ChosenFile::unreadable, {});
        page.settle();
        CHECK(page.says("Filen kunde inte läsas"));
        page.app->on_file(ui::ChosenFile::there, "\n\n");
        page.settle();
        CHECK(page.says("Det finns ingen på listan"));
        page.app->on_file(ui::ChosenFile::there, "\xEF\xBB\xBF" "Kaj Ek,medlem\r\nSt\xE5hl,\r\n");
        page.settle();
        CHECK(page.says("En person bjuds in"));
        CHECK(page.says("Rad 2. Tecknen går inte att läsa."));
        page.press(Role::button, "Skapa en inbjudan");
        CHECK(page.sent<api::CreateInvitations>().size() == 1);
        page.app->on_file(ui::ChosenFile::there, "Någon annan");   // too late
        page.settle();
        CHECK(page.says("En person bjuds in"));
    }

    TEST_CASE("when the core refuses, the list is still there; a list of nobody makes nothing")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_list(page);
        page.press(Role::button, "Tarkista luettelo");
        CHECK(page.says("Luettelossa ei ole ketään."));
        page.type(Role::textbox, "Nimiluettelo", "Maaria Oksala");
        page.press(Role::button, "Tarkista luettelo");
        CHECK(page.says("Tästä luettelosta ei voi kutsua ketään"));
        page.press(Role::button, "Luo 0 kutsua");
        CHECK(page.sent<api::CreateInvitations>().empty());
        page.press(Role::button, "Muokkaa luetteloa");
        page.type(Role::textbox, "Nimiluettelo", "Aino");
        page.press(Role::button, "Tarkista luettelo");
        page.press(Role::button, "Luo yksi kutsu");
        page.tell(api::NoticeEvent{.code = api::Code::not_administrator, .severity = api::Severity::warning});
        page.press(Role::button, "Luo yksi kutsu");
        CHECK(page.sent<api::CreateInvitations>().size() == 2);
    }

    TEST_CASE("the dialogs of administration fit a phone and a page at 200 %")
    {
        if (!fonts()) return;
        for (const auto& [wide, high] : {std::pair{390.0f, 844.0f}, std::pair{720.0f, 450.0f}, std::pair{320.0f, 568.0f}}) {
            Page page(*fonts(), "fi-FI", wide, high);
            open_main(page);
            page.press(Role::button, "Ihmiset");
            page.press(Role::button, "Li Ahlfors: laitteet ja poistaminen");
            check_controls(page);
            page.press(Role::button, "Valmis");
            page.press(Role::button, "Kutsu");
            page.press(Role::button, "Monta kerralla");
            check_controls(page);
            page.type(Role::textbox, "Nimiluettelo", "Aino\n;x\n" + std::string(60, 'W') + "\n");
            page.press(Role::button, "Tarkista luettelo");
            check_controls(page);
            page.press(Role::button, "Luo 2 kutsua");
            page.tell(api::InvitationsReadyEvent{made(page.sent<api::CreateInvitations>().front())});
            check_controls(page);
        }
    }
}
