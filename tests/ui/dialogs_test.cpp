#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

TEST_SUITE("ui.dialogs")
{
    TEST_CASE("a dialog covers everything else, gets the focus, and Escape closes it")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Uusi keskustelu");
        CHECK(page.find(Role::dialog, "Uusi keskustelu") != nullptr);
        CHECK(page.find(Role::listitem, "Hallitusviisikko") == nullptr);
        CHECK(page.find(Role::navigation, "") == nullptr);
        CHECK(page.host.mirror.focus == page.get(Role::textbox, "Ryhmän nimi").id);
        CHECK(page.app->on_key(ui::Key::escape, 0));
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);
        CHECK(page.find(Role::listitem, "Hallitusviisikko") != nullptr);
        CHECK_FALSE(page.app->on_key(ui::Key::escape, 0));
    }

    TEST_CASE("a group is made of the people who were ticked and opens when it is ready")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Uusi keskustelu");
        page.press(Role::button, "Luo ryhmä");
        CHECK(page.says("Valitse ainakin yksi ihminen."));
        page.press(Role::checkbox, "Li Ahlfors");
        page.press(Role::checkbox, "Johannes Hjelt");
        CHECK((page.get(Role::checkbox, "Li Ahlfors").states & ui::kChecked) != 0);
        page.press(Role::button, "Luo ryhmä");
        CHECK(page.says("Anna ryhmälle nimi."));
        page.type(Role::textbox, "Ryhmän nimi", "Kolmikko");
        page.press(Role::button, "Luo ryhmä");
        const auto made = page.sent<api::CreateConversation>();
        REQUIRE(made.size() == 1);
        CHECK(made[0].kind == api::ConversationKind::group);
        CHECK(made[0].title == "Kolmikko");
        CHECK(made[0].members == std::vector<api::PersonId>{id_of(2), id_of(5)});
        page.tell(api::ConversationReadyEvent{id_of(200)});
        CHECK(page.sent<api::OpenConversation>().back().conversation == id_of(200));
    }

    TEST_CASE("writing to a person opens the conversation there is, or makes one")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Kirjoita: Li Ahlfors");
        CHECK(page.sent<api::CreateConversation>().empty());
        CHECK(page.sent<api::OpenConversation>().back().conversation == id_of(101));
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Kirjoita: Maaria Oksala");
        REQUIRE(page.sent<api::CreateConversation>().size() == 1);
        CHECK(page.sent<api::CreateConversation>()[0].kind == api::ConversationKind::direct);
    }

    TEST_CASE("an invitation is made, shown as a code and copied as a link")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Kutsu");
        page.type(Role::textbox, "Nimi", "Tuuli Rantanen");
        page.press(Role::button, "Luo kutsu");
        REQUIRE(page.sent<api::CreateInvitation>().size() == 1);
        CHECK(page.sent<api::CreateInvitation>()[0].name == "Tuuli Rantanen");
        page.tell(api::InvitationReadyEvent{{.id = "77", .name = "Tuuli Rantanen", .expires_ms = RememberingHost::kNow + 86'400'000, .fragment = "#i=abc"}});
        CHECK(page.find(Role::img, "QR-koodi: kutsu henkilölle Tuuli Rantanen") != nullptr);
        CHECK(page.says("Voimassa 24.11. klo 14.36 saakka"));
        page.press(Role::button, "Kopioi linkki");
        CHECK(page.host.clipboard == "https://sinetti.example/#i=abc");
        CHECK(page.says("Linkki on kopioitu."));
    }

    TEST_CASE("a member is removed only after a question, and a removed reader keeps the history and no composer")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 3)});
        page.press(Role::button, "Poista Johannes Hjelt ryhmästä");
        CHECK(page.sent<api::RemoveMember>().empty());
        page.press(Role::button, "Poista");
        REQUIRE(page.sent<api::RemoveMember>().size() == 1);
        CHECK(page.sent<api::RemoveMember>()[0].member == id_of(5));
        auto gone = group();
        gone.active = false;
        page.tell(api::ConversationsEvent{{gone, direct()}});
        CHECK(page.find(Role::textbox, "Kirjoita viesti") == nullptr);
        CHECK(page.says("Et ole enää tämän ryhmän jäsen."));
        CHECK(page.find(Role::article, "") != nullptr);
    }

    TEST_CASE("the settings list one's own devices, and another one is signed out only after a question")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Asetukset");
        CHECK(page.says("Ensimmäinen laite · tämä laite"));
        CHECK(page.says("Firefox, Windows"));
        CHECK(page.says("nähty viimeksi 23.11. klo 12.36"));
        auto people = five_people();
        people[0].devices[1].seen_day_only = true;
        page.tell(api::PeopleEvent{people});
        CHECK(page.says("nähty viimeksi 23.11."));
        CHECK_FALSE(page.says("nähty viimeksi 23.11. klo"));
        CHECK_FALSE(page.says("Hukkunut puhelin"));   // it was signed out already
        CHECK(page.find(Role::button, "Kirjaa ulos: Ensimmäinen laite") == nullptr);
        page.press(Role::button, "Kirjaa ulos: Firefox, Windows");
        CHECK(page.sent<api::SignOutDevice>().empty());
        CHECK(page.says("Jos se katosi tai varastettiin, vaihda myös tunnuslause ja palautuskoodi ja kerro ylläpitäjälle."));
        page.press(Role::button, "Kirjaa ulos");
        REQUIRE(page.sent<api::SignOutDevice>().size() == 1);
        CHECK(page.sent<api::SignOutDevice>()[0].device == id_of(2001));
    }

    TEST_CASE("an administrator removes a person after a question; others have no such button")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Li Ahlfors: laitteet ja poistaminen");
        CHECK(page.says("Firefox, Windows"));
        check_controls(page);
        page.press(Role::button, "Poista organisaatiosta");
        CHECK(page.sent<api::RemovePerson>().empty());
        page.press(Role::button, "Poista");
        REQUIRE(page.sent<api::RemovePerson>().size() == 1);
        CHECK(page.sent<api::RemovePerson>()[0].person == id_of(2));

        // Where one was before the first of the two dialogs.
        const auto manage = page.get(Role::button, "Li Ahlfors: laitteet ja poistaminen").id;
        page.app->on_focus(manage, true);
        page.press(Role::button, "Li Ahlfors: laitteet ja poistaminen");
        page.app->on_focus(page.get(Role::button, "Poista organisaatiosta").id, true);
        page.press(Role::button, "Poista organisaatiosta");
        page.press(Role::button, "Peruuta");
        CHECK(page.host.mirror.focus == manage);

        auto member = session(api::Phase::open);
        member.administrator = member.founder = false;
        page.tell(member);
        CHECK(page.find(Role::button, "laitteet ja poistaminen") == nullptr);
    }

    TEST_CASE("a device that was signed out says so once and offers to erase itself")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::refused, .reason = api::Code::device_revoked, .waiting = 0});
        CHECK(page.says("Tämä laite on kirjattu ulos"));
        check_controls(page);
        page.press(Role::button, "Peruuta");
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::refused, .reason = api::Code::device_revoked, .waiting = 1});
        CHECK(page.find(Role::button, "Poista kaikki") == nullptr);
        page.tell(session(api::Phase::locked));
        page.tell(session(api::Phase::open));
        page.press(Role::button, "Poista kaikki");
        CHECK(page.sent<api::ForgetDevice>().size() == 1);
    }

    TEST_CASE("an older copy of a device is said to be one, and offers to erase itself")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::refused, .reason = api::Code::store_rolled_back, .waiting = 1});
        CHECK(page.says("Tämä on laitteen vanhempi kopio"));
        CHECK_FALSE(page.says("Tämä laite on kirjattu ulos"));
        check_controls(page);
        page.press(Role::button, "Peruuta");
        CHECK(page.says("Tämä on vanhempi kopio laitteen tiedoista."));   // above the conversation, as long as it is so
        page.tell(session(api::Phase::locked));
        page.tell(session(api::Phase::open));
        page.press(Role::button, "Poista kaikki");
        CHECK(page.sent<api::ForgetDevice>().size() == 1);
    }

    TEST_CASE("the proof against a relay can be copied, and goes out of sight with the account it belongs to")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::EvidenceEvent{"kaksi lausuntoa"});
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Mitä välityspalvelin näkee");
        page.press(Role::button, "Kopioi todiste");
        CHECK(page.host.clipboard == "kaksi lausuntoa");
        page.tell(session(api::Phase::no_account));
        page.tell(session(api::Phase::open));
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Mitä välityspalvelin näkee");
        CHECK(page.find(Role::button, "Kopioi todiste") == nullptr);
    }

    TEST_CASE("verifying shows digits and is recorded; a difference is said plainly")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Vahvista Maaria Oksala");
        CHECK(page.find(Role::img, "Vahasinetti") != nullptr);
        page.press(Role::button, "Jokin on eri");
        CHECK(page.says("Maaria Oksala jäi vahvistamatta."));
        page.press(Role::button, "Vahvista Maaria Oksala");
        page.press(Role::button, "Kaikki täsmää");
        REQUIRE(page.sent<api::SetVerified>().size() == 2);
        CHECK(page.sent<api::SetVerified>().back().verified);
    }

    TEST_CASE("a scanned code opens the dialog of whom it shows, and verifies nobody by itself; a stranger's is an alarm in words")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::ScannedEvent{id_of(1)});
        CHECK(page.says("Tämä on oma koodisi."));
        page.tell(api::ScannedEvent{});
        CHECK(page.says("Koodin avain ei ole kenenkään hakemistossa. Selvitä syy, ennen kuin luotat siihen."));
        page.tell(api::ScannedEvent{id_of(5)});
        CHECK(page.find(Role::dialog, "") != nullptr);
        CHECK(page.says("Jos luit sen hänen omalta näytöltään, kaikki täsmää."));
        CHECK(page.sent<api::SetVerified>().empty());
        page.press(Role::button, "Kaikki täsmää");
        REQUIRE(page.sent<api::SetVerified>().size() == 1);
        CHECK(page.sent<api::SetVerified>()[0].person == id_of(5));

        // Opened by hand it asks for the digits again.
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Vahvista Maaria Oksala");
        CHECK(page.says("Lukekaa numerot ääneen. Kuvasta huomaat muutoksen myös myöhemmin. Toinen löytää numerot ja koodin asetuksista."));
        CHECK(page.app->on_key(ui::Key::escape, 0));
        page.settle();
        page.press(Role::button, "Asetukset");
        CHECK(page.find(Role::img, "Avaimesi QR-koodi") != nullptr);
    }

    TEST_CASE("a scanned code that was left with Escape is forgotten")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::ScannedEvent{id_of(3)});
        REQUIRE(page.says("Jos luit sen hänen omalta näytöltään, kaikki täsmää."));
        CHECK(page.app->on_key(ui::Key::escape, 0));
        page.settle();
        page.press(Role::button, "Ihmiset");
        page.press(Role::button, "Vahvista Maaria Oksala");
        CHECK_FALSE(page.says("Jos luit sen hänen omalta näytöltään, kaikki täsmää."));
    }
}
