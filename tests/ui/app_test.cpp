#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

TEST_SUITE("ui.app")
{
    TEST_CASE("the unlock screen shows no name, needs a passphrase and sends it beside the command")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(page.says("Elina"));
        CHECK((page.get(Role::button, "Avaa sinetti").states & ui::kDisabled) != 0);
        const ui::NodeId field = page.get(Role::passwordbox, "Tunnuslause").id;
        page.app->on_password(field, 20, 4, ui::Strength::strong);
        page.settle();
        page.press(Role::button, "Avaa sinetti");
        REQUIRE(page.sent<api::Unlock>().size() == 1);
        CHECK(page.host.commands.back().secret == field);
        page.tell(session(api::Phase::locked, api::Code::wrong_passphrase));
        CHECK(page.says("Tunnuslause ei avannut sinettiä."));
        CHECK((page.get(Role::passwordbox, "Tunnuslause").states & ui::kInvalid) != 0);
    }

    TEST_CASE("an administrator founds the organisation")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::founder));
        page.press(Role::button, "Jatka");
        CHECK(page.says("Täytä tämä kohta."));
        page.type(Role::textbox, "Organisaatio", "Valtioneuvoston kanslia");
        page.type(Role::textbox, "Oma nimesi", "  Elina Vuorela ");
        page.type(Role::textbox, "Tehtävä", "Pääministeri");
        page.press(Role::button, "Jatka");
        const ui::NodeId field = page.get(Role::passwordbox, "Tunnuslause").id;
        page.app->on_password(field, 5, 1, ui::Strength::weak);
        page.settle();
        page.press(Role::button, "Sinetöi");
        CHECK(page.sent<api::Found>().empty());
        page.app->on_password(field, 24, 4, ui::Strength::strong);
        page.app->on_submit(field);
        page.settle();
        const auto found = page.sent<api::Found>();
        REQUIRE(found.size() == 1);
        CHECK(found[0].organisation == "Valtioneuvoston kanslia");
        CHECK(found[0].name == "Elina Vuorela");
        CHECK(found[0].title == "Pääministeri");
        CHECK(page.host.commands.back().secret == field);
    }

    TEST_CASE("an invitation is accepted in three steps, with the name the inviter wrote to begin with")
    {
        if (!fonts()) return;
        Page page(*fonts(), "sv-FI", 390, 844);
        page.tell(session(api::Phase::invited));
        CHECK(page.says("Mikael Strand bjöd in dig"));
        page.press(Role::button, "Ta emot inbjudan");
        CHECK(page.get(Role::textbox, "Ditt namn").field->initial == "Elina Vuorela");
        page.press(Role::button, "Fortsätt");
        page.press(Role::button, "Tillbaka");
        page.press(Role::button, "Fortsätt");
        const ui::NodeId field = page.get(Role::passwordbox, "Lösenfras").id;
        page.app->on_password(field, 24, 4, ui::Strength::excellent);
        page.settle();
        CHECK(page.says("Utmärkt"));
        page.press(Role::button, "Försegla");
        REQUIRE(page.sent<api::Enrol>().size() == 1);
        CHECK(page.sent<api::Enrol>()[0].name == "Elina Vuorela");
    }

    TEST_CASE("the language chosen before the seal is open is kept with the settings afterwards")
    {
        if (!fonts()) return;
        Page page(*fonts(), "en-GB");
        page.tell(session(api::Phase::locked));
        CHECK(page.find(Role::button, "Open the seal") != nullptr);
        page.press(Role::button, "Svenska");
        CHECK(page.find(Role::button, "Öppna sigillet") != nullptr);
        CHECK(page.sent<api::SetSetting>().empty());
        page.tell(session(api::Phase::open));
        REQUIRE(page.sent<api::SetSetting>().size() == 1);
        CHECK(page.sent<api::SetSetting>()[0].value == "sv");
        CHECK(page.host.language == "sv");
    }

    TEST_CASE("a conversation opens by mouse, a message goes out with Enter, and the field is empty at once")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        CHECK(page.host.unread == 2);
        page.click(Role::listitem, "Hallitusviisikko");
        REQUIRE(page.sent<api::OpenConversation>().size() == 1);
        CHECK(page.sent<api::OpenConversation>()[0].conversation == id_of(100));
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 6), .unread = 2});
        CHECK(page.find(Role::separator, "2 uutta viestiä") != nullptr);
        CHECK(page.find(Role::article, "Maaria Oksala") != nullptr);
        const ui::NodeId composer = page.type(Role::textbox, "Kirjoita viesti", "  Tervehdys åäö 👍🏽 ");
        CHECK(page.host.mirror.focus == composer);
        page.app->on_submit(composer);
        CHECK(page.host.field_texts.at(composer).empty());
        page.settle();
        REQUIRE(page.sent<api::SendText>().size() == 1);
        CHECK(page.sent<api::SendText>()[0].text == "Tervehdys åäö 👍🏽");
        page.app->on_submit(composer);
        page.settle();
        CHECK(page.sent<api::SendText>().size() == 1);   // nothing written, nothing sent
        page.type(Role::textbox, "Kirjoita viesti", std::string(api::kMessageTextMax + 1, 'a'));
        page.app->on_submit(composer);
        page.settle();
        CHECK(page.sent<api::SendText>().size() == 1);
        CHECK(page.says("Viesti on liian pitkä."));
    }

    TEST_CASE("a message of ours says whether it waits, and new messages of others are announced once")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 3)});
        api::Message mine = message(4, 1, "Tulen paikalle.");
        mine.delivery = api::Delivery::waiting;
        page.tell(api::MessagesEvent{id_of(100), {mine}});
        CHECK(page.find(Role::article, "odottaa lähtöä") != nullptr);
        CHECK(page.says("1 viesti odottaa lähtöä"));
        mine.delivery = api::Delivery::sent;
        page.tell(api::MessagesEvent{id_of(100), {mine}});
        CHECK(page.find(Role::article, "odottaa lähtöä") == nullptr);
        CHECK(page.host.announcements.empty());
        page.tell(api::MessagesEvent{id_of(100), {message(5, 3, "Hyvä.")}});
        page.tell(api::MessagesEvent{id_of(100), {message(5, 3, "Hyvä.")}});
        CHECK(page.host.announcements == std::vector<std::string>{"Maaria Oksala: Hyvä."});
        page.tell(api::MessagesEvent{id_of(101), {message(6, 2, "Muualla.")}});
        CHECK(page.host.announcements.size() == 1);
    }

    TEST_CASE("nothing is drawn while nothing changes")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 40)});
        page.now += 5000;
        page.settle();
        const std::uint64_t drawn = page.app->frames_drawn();
        for (int i = 0; i < 600; ++i) {
            page.now += 16;
            CHECK_FALSE(page.app->frame(page.now));
        }
        CHECK(page.app->frames_drawn() == drawn);
        CHECK_FALSE(page.host.frame_wanted);
    }

    TEST_CASE("people who enrol one after another share one notice, which goes after five seconds and leaves the screen alone")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        for (const char* name : {"Aino Koskela", "Li Ahlfors", "Aino Koskela"})
            page.tell(api::NoticeEvent{.code = api::Code::enrolled, .severity = api::Severity::success, .subject = name});
        CHECK(page.says("Aino Koskela ja Li Ahlfors liittyivät Sinettiin."));
        page.now += 4000;
        page.tell(api::NoticeEvent{.code = api::Code::enrolled, .severity = api::Severity::success, .subject = "Mikael Strand"});
        page.now += 4000;
        page.settle();
        CHECK(page.says("Aino Koskela, Li Ahlfors ja Mikael Strand liittyivät Sinettiin."));
        page.now += 1100;
        page.settle();
        CHECK_FALSE(page.says("liittyivät"));
        CHECK_FALSE(page.app->frame(page.now + 16));
    }

    TEST_CASE("the timeline shows its end, draws only what is in sight, and stays where it is when older messages come")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1000, 5000), .has_older = true});
        CHECK(page.says("Viesti numero 5000"));
        std::size_t articles = 0;
        for (const auto& [id, entry] : page.host.mirror.nodes) articles += id != 0 && entry.node.role == Role::article ? 1 : 0;
        CHECK(articles > 5);
        CHECK(articles < 60);
        const ui::NodeId log = page.get(Role::log, "Viestit").id;
        for (int i = 0; i < 3; ++i) page.app->on_mirror_action(log, ui::MirrorAction::scroll_up);
        page.settle();
        CHECK_FALSE(page.says("Viesti numero 5000"));
        page.tell(api::MessagesEvent{id_of(100), {message(5001, 3, "Uutta asiaa")}});
        CHECK_FALSE(page.says("Uutta asiaa"));
        CHECK(page.find(Role::button, "1 uusi viesti") != nullptr);
        const ui::MirrorNode* anchor = nullptr;
        for (const auto& [id, entry] : page.host.mirror.nodes) {
            if (id != 0 && entry.node.role == Role::text && entry.node.name.starts_with("Viesti numero 49") && entry.node.rect.y > 300) anchor = &entry.node;
        }
        REQUIRE(anchor != nullptr);
        const std::string words = anchor->name;
        const float y = anchor->rect.y;
        auto longer = many_messages(500, 5000);
        longer.push_back(message(5001, 3, "Uutta asiaa"));
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = longer, .has_older = true});
        CHECK(page.get(Role::text, words).rect.y == doctest::Approx(y).epsilon(0.01));
        page.press(Role::button, "1 uusi viesti");
        CHECK(page.says("Uutta asiaa"));
    }

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
        CHECK_FALSE(page.says("Hukkunut puhelin"));   // it was signed out already
        CHECK(page.find(Role::button, "Kirjaa ulos: Ensimmäinen laite") == nullptr);
        page.press(Role::button, "Kirjaa ulos: Firefox, Windows");
        CHECK(page.sent<api::SignOutDevice>().empty());
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
        member.administrator = false;
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

    TEST_CASE("arrows move through the list, F6 through the panes, Ctrl+K to the search")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.app->on_focus(page.get(Role::listitem, "Hallitusviisikko").id, true);
        CHECK(page.app->on_key(ui::Key::down, 0));
        page.settle();
        CHECK(page.host.mirror.focus == page.get(Role::listitem, "Li Ahlfors").id);
        CHECK(page.app->on_key(ui::Key::k, ui::kControl));
        page.settle();
        const ui::NodeId search = page.get(Role::searchbox, "Etsi").id;
        CHECK(page.host.mirror.focus == search);
        page.app->on_focus(page.get(Role::listitem, "Hallitusviisikko").id, true);
        CHECK(page.app->on_key(ui::Key::f6, 0));
        page.settle();
        CHECK(page.host.mirror.focus != search);
        CHECK(page.app->on_key(ui::Key::enter, 0));   // a row is no native button
        page.settle();
        CHECK_FALSE(page.sent<api::OpenConversation>().empty());
    }

    TEST_CASE("search finds conversations and people")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.type(Role::searchbox, "Etsi", "maa");
        CHECK(page.find(Role::listitem, "Hallitusviisikko") != nullptr);   // she is a member
        CHECK(page.find(Role::listitem, "Kirjoita: Maaria Oksala") != nullptr);
        CHECK(page.find(Role::listitem, "Li Ahlfors") == nullptr);
        page.type(Role::searchbox, "Etsi", "zzz");
        CHECK_FALSE(page.says("Ei löytynyt mitään"));   // messages are still being searched
        page.tell(api::SearchEvent{.text = "zzz", .found = {}, .total = 0});
        CHECK(page.says("Ei löytynyt mitään"));
        CHECK(page.find(Role::status, "Viestejä ei löytynyt") != nullptr);
    }

    TEST_CASE("search finds messages, says how many, and opens one where it stands")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.type(Role::searchbox, "Etsi", "v");
        CHECK(page.sent<api::Search>().empty());   // one letter is asked for names alone
        page.type(Role::searchbox, "Etsi", "viesti numero");
        REQUIRE(page.sent<api::Search>().size() == 1);
        CHECK(page.sent<api::Search>()[0].text == "viesti numero");
        const auto all = many_messages(1, 200);
        api::SearchEvent event{.text = "viesti numero", .found = {}, .total = 70};
        for (std::size_t i = 0; i < api::kSearchFoundMax; ++i) {
            const auto& m = all[150 - i];
            event.found.push_back({.conversation = id_of(100), .message = m.id, .sender = m.sender, .sent_ms = m.sent_ms, .snippet = {.text = m.text, .places = {{0, 13}}}});
        }
        page.tell(event);
        CHECK(page.find(Role::status, "Uusimmat 50 viestiä, yhteensä 70") != nullptr);
        check_controls(page);
        const std::string first = all[150].text;
        const ui::MirrorNode* row = nullptr;
        std::size_t rows = 0;
        for (const auto& [id, entry] : page.host.mirror.nodes) {
            if (id == 0 || entry.node.role != Role::listitem || entry.node.name.find(": Viesti numero") == std::string::npos) continue;
            ++rows;
            if (entry.node.name.ends_with(first)) row = &entry.node;
        }
        REQUIRE(row != nullptr);
        CHECK(rows < 20);   // those in sight
        CHECK(row->description.starts_with("Hallitusviisikko, "));
        page.press(Role::listitem, row->name);
        REQUIRE(page.sent<api::OpenMessage>().size() == 1);
        CHECK(page.sent<api::OpenMessage>()[0].message == all[150].id);
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = {all.begin() + 120, all.begin() + 176}, .has_older = true, .has_newer = true, .target = all[150].id});
        const ui::MirrorNode& target = page.get(Role::text, first);
        CHECK(target.rect.y > 200);
        CHECK(target.rect.y < 700);
        CHECK(page.host.announcements.back().ends_with(first));
        CHECK(page.find(Role::button, "Uusimpaan") != nullptr);
        bool said = false;
        for (const auto& [id, entry] : page.host.mirror.nodes) said = said || (id != 0 && entry.node.role == Role::article && entry.node.name.ends_with("hakutulos"));
        CHECK(said);

        // Further down the newer ones are asked for once, come in below, and nothing moves.
        const ui::NodeId log = page.get(Role::log, "Viestit").id;
        for (int i = 0; i < 3 && page.sent<api::LoadNewer>().empty(); ++i) {
            page.app->on_mirror_action(log, ui::MirrorAction::scroll_down);
            page.settle();
        }
        REQUIRE(page.sent<api::LoadNewer>().size() == 1);
        const ui::MirrorNode* anchor = nullptr;
        for (const auto& [id, entry] : page.host.mirror.nodes)
            if (id != 0 && entry.node.role == Role::text && entry.node.name.starts_with("Viesti numero 16") && entry.node.rect.y > 200) anchor = &entry.node;
        REQUIRE(anchor != nullptr);
        const std::string words = anchor->name;
        const float y = anchor->rect.y;
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = {all.begin() + 120, all.end()}, .has_older = true});
        CHECK(page.get(Role::text, words).rect.y == doctest::Approx(y).epsilon(0.01));
        CHECK(page.sent<api::LoadNewer>().size() == 1);

        // Back to the newest from the middle.
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = {all.begin() + 20, all.begin() + 76}, .has_older = true, .has_newer = true, .target = all[50].id});
        page.press(Role::button, "Uusimpaan");
        REQUIRE(page.sent<api::OpenConversation>().size() == 1);
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = {all.begin() + 150, all.end()}, .has_older = true});
        CHECK(page.says("Viesti numero 200"));

        // New messages are searched too.
        const auto asked = page.sent<api::Search>().size();
        page.tell(api::ConversationsEvent{});
        CHECK(page.sent<api::Search>().size() == asked + 1);
        page.type(Role::searchbox, "Etsi", "");
        CHECK(page.find(Role::status, "Uusimmat 50 viestiä, yhteensä 70") == nullptr);
    }

    TEST_CASE("a draft is saved after a pause and shown in the list")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        CHECK(page.says("Luonnos: Kesken"));
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 3)});
        page.type(Role::textbox, "Kirjoita viesti", "Puolivalmis");
        CHECK(page.sent<api::SaveDraft>().empty());
        page.now += 1500;
        page.settle();
        REQUIRE(page.sent<api::SaveDraft>().size() == 1);
        CHECK(page.sent<api::SaveDraft>()[0].text == "Puolivalmis");
        page.press(Role::listitem, "Li Ahlfors");
        CHECK(page.says("Luonnos: Puolivalmis"));
    }

    TEST_CASE("what is shown about the relay is true at the level in use")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Suojaustaso: Ripeä");
        CHECK(page.says("Milloin laite lähettää ja montako kuorta"));
        CHECK_FALSE(page.says("tasaista tahtia"));
    }

    TEST_CASE("nothing of an open seal stays on the screen after it is locked")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 6)});
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(page.says("Hallitusviisikko"));
        CHECK_FALSE(page.says("Viesti numero"));
        CHECK(page.host.title == "Sinetti");
        CHECK(page.host.unread == 0);
    }

    TEST_CASE("every control has a name and lies on the screen: every screen, three languages, 360 to 1440 px")
    {
        if (!fonts()) return;
        for (const char* language : {"fi", "sv", "en"}) {
            for (const ui::Point size : {ui::Point{360, 740}, ui::Point{390, 844}, ui::Point{720, 450}, ui::Point{1000, 700}, ui::Point{1440, 900}}) {
                for (const api::Phase phase : {api::Phase::starting, api::Phase::no_account, api::Phase::founder, api::Phase::invited, api::Phase::locked,
                                               api::Phase::opening, api::Phase::elsewhere, api::Phase::failed, api::Phase::recovering}) {
                    Page page(*fonts(), language, size.x, size.y);
                    page.tell(session(phase, phase == api::Phase::failed ? api::Code::store_broken : api::Code::none));
                    check_controls(page);
                }
                Page page(*fonts(), language, size.x, size.y);
                open_main(page);
                check_controls(page);
                for (const ui::Say place : {ui::Say::people, ui::Say::settings, ui::Say::chats}) {
                    page.press(Role::button, ui::say(page.host.language == "fi" ? ui::Language::finnish : page.host.language == "sv" ? ui::Language::swedish
                                                                                                                                     : ui::Language::english, place));
                    check_controls(page);
                }
                page.press(Role::listitem, "Hallitusviisikko");
                page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 30), .unread = 3});
                check_controls(page);
                page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline, .reason = api::Code::relay_unreachable, .waiting = 2});
                check_controls(page);
                for (int code = 1; code <= static_cast<int>(api::Code::passphrase_changed); ++code) {
                    page.tell(api::NoticeEvent{.code = static_cast<api::Code>(code), .severity = api::Severity::error, .subject = "Hallitusviisikko"});
                }
                check_controls(page);
            }
        }
    }

    TEST_CASE("hostile names and messages are drawn without harm")
    {
        if (!fonts()) return;
        Page page(*fonts(), "fi", 360, 740);
        open_main(page);
        auto people = five_people();
        people[1].name = std::string(60, 'W');
        people[2].name = "\xFF\xFE\x80 \xE2\x82";
        people[3].name = "مرحبا بالعالم";
        people[4].name = "";
        page.tell(api::PeopleEvent{people});
        auto strange = group(std::string(64, 'M'));
        strange.fingerprint = "not hex";
        strange.members.push_back("nobody");
        page.tell(api::ConversationsEvent{{strange, direct()}});
        page.press(Role::listitem, "MMM");
        std::vector<api::Message> messages = {message(1, 2, std::string(30000, 'a')), message(2, 3, "\x80\x81\xC3"), message(3, 4, "\xE2\x80\xAEtxet"), message(4, 9, ""),
                                              message(5, 2, "a\n\n\n\nb\r\n\t")};
        messages[1].kind = api::MessageKind::unreadable;
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = messages, .unread = 99});
        page.press(Role::button, "Näytä tiedot");
        check_controls(page);
        page.resize(1440, 900);
        check_controls(page);
    }
}
