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
        page.app->on_password(field, 24, 1, ui::Strength::weak);   // long enough, and easy to guess
        page.settle();
        CHECK(page.says("Lätt att gissa: lägg till något ord."));
        page.press(Role::button, "Försegla");
        CHECK(page.sent<api::Enrol>().empty());
        CHECK((page.get(Role::passwordbox, "Lösenfras").states & ui::kInvalid) != 0);
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

    TEST_CASE("a frame that comes a moment too early asks for its time again")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::NoticeEvent{.code = api::Code::enrolled, .severity = api::Severity::success, .subject = "Li Ahlfors"});
        const double due = page.host.frame_at;
        REQUIRE(due > page.now);
        page.host.frame_at = 0;
        CHECK_FALSE(page.app->frame(due - 0.4));
        CHECK(page.host.frame_at == due);
        CHECK(page.says("Li Ahlfors liittyi"));
        page.now = due;
        page.settle();
        CHECK_FALSE(page.says("Li Ahlfors liittyi"));
    }

    TEST_CASE("what went wrong is said before good news that waits, in the order in which it went wrong")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(api::NoticeEvent{.code = api::Code::enrolled, .severity = api::Severity::success, .subject = "Li Ahlfors"});
        page.now += 3000;
        page.tell(api::NoticeEvent{.code = api::Code::person_new_key, .severity = api::Severity::warning, .subject = "Li Ahlfors"});
        page.tell(api::NoticeEvent{.code = api::Code::too_many_boards, .severity = api::Severity::error});
        CHECK(page.says("Li Ahlfors: avain on eri kuin ennen."));
        page.press(Role::button, "Sulje ilmoitus");
        CHECK(page.find(Role::alert, "") != nullptr);
        page.press(Role::button, "Sulje ilmoitus");
        CHECK(page.says("Li Ahlfors liittyi Sinettiin."));
        page.now += 4000;
        page.settle();
        CHECK(page.says("Li Ahlfors liittyi Sinettiin."));   // all of its time
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

    TEST_CASE("what is put the focus on without the keyboard comes into sight if it was out of it, and else stays where it is")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Asetukset");
        const auto row = [&]() -> const ui::MirrorNode& { return page.get(Role::button, "Mitä välityspalvelin näkee"); };
        const auto& sight = page.get(Role::main, "Asetukset").rect;
        REQUIRE(row().rect.y > sight.bottom());
        page.app->on_focus(row().id, false);
        page.settle();
        CHECK(row().rect.bottom() <= sight.bottom());
        const auto y = row().rect.y;
        page.app->on_focus(0, false);
        page.app->on_focus(row().id, false);
        page.settle();
        CHECK(row().rect.y == doctest::Approx(y).epsilon(0.01));
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

    TEST_CASE("where conversations have different levels the weakest is named, with the word that each says its own, on every screen and in the mirror")
    {
        if (!fonts()) return;
        for (const float width : {1280.0f, 390.0f}) {
            Page page(*fonts(), "fi-FI", width);
            open_main(page);
            const auto hint = [&] { return page.get(Role::button, "Suojaustaso: Ripeä").description; };
            CHECK(hint() == "Viesti lähtee heti.");
            auto mixed = group();
            mixed.level = api::Level::mixed;
            page.tell(api::ConversationsEvent{{mixed, direct()}});
            CHECK(hint() == "Osa keskusteluista on paremmin suojattu; kukin kertoo tasonsa.");
            page.press(Role::button, "Suojaustaso: Ripeä");
            CHECK(page.says("Osa keskusteluista on paremmin suojattu"));
            CHECK(page.says("Milloin laite lähettää ja montako kuorta"));   // so it is on the weakest
            auto left = mixed;
            left.active = false;
            page.tell(api::ConversationsEvent{{left, direct()}});
            CHECK_FALSE(page.says("Osa keskusteluista"));
        }
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
                page.tell(api::StoreEvent{api::Code::store_full});
                check_controls(page);
                for (int code = 1; code <= static_cast<int>(api::Code::passphrase_changed); ++code) {
                    page.tell(api::NoticeEvent{.code = static_cast<api::Code>(code), .severity = api::Severity::error, .subject = "Hallitusviisikko"});
                }
                check_controls(page);
            }
        }
    }

    TEST_CASE("that nothing can be saved is said for as long as it is so, before that there is no connection")
    {
        if (!fonts()) return;
        Page page(*fonts(), "fi", 390, 844);
        open_main(page);
        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline});
        CHECK(page.says("Ei yhteyttä. Viestit odottavat sinetöityinä tässä laitteessa."));
        page.tell(api::StoreEvent{api::Code::store_full});
        CHECK(page.says("Tallentaminen ei onnistu. Laitteen tallennustila on täynnä. Vapauta tilaa. Pidä sivu auki: viimeksi kirjoittamasi on vain tässä ja lähtee, kun sen voi tallentaa."));
        CHECK_FALSE(page.says("Ei yhteyttä. Viestit odottavat sinetöityinä tässä laitteessa."));
        page.now += 60'000;
        page.settle();
        CHECK(page.says("Tallentaminen ei onnistu. Laitteen tallennustila on täynnä. Vapauta tilaa. Pidä sivu auki: viimeksi kirjoittamasi on vain tässä ja lähtee, kun sen voi tallentaa."));
        page.tell(api::StoreEvent{});
        CHECK(page.says("Ei yhteyttä. Viestit odottavat sinetöityinä tässä laitteessa."));
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
