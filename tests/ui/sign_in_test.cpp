#include "tests/ui/page.h"
#include "ui/views/views.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

constexpr std::string_view kDocument = "{\"sinetti\":1}";
constexpr std::string_view kCode = "0ABC-DEFG-HJKM-NPQR-STVW-XYZ1-2345-6789";

void give_document(Page& page)
{
    page.app->on_relay_document(ui::RelayDocument::there, kDocument);
    page.settle();
}

// Types name and secret and presses the button, as far as the question for the document.
ui::NodeId fill_in(Page& page, std::string_view name, std::string_view label)
{
    page.type(Role::textbox, "Nimi", name);
    const ui::NodeId secret = page.type_secret(label);
    page.press(Role::button, "Kirjaudu sisään");
    return secret;
}

api::SessionEvent shared(api::SessionEvent event)
{
    event.shared = true;
    return event;
}

void open_shared(Page& page)
{
    page.tell(shared(session(api::Phase::open)));
    page.tell(api::ConnectionEvent{.state = api::ConnectionState::connected});
    page.tell(api::PeopleEvent{five_people()});
    page.tell(api::ConversationsEvent{{group(), direct()}});
}

api::VaultEvent saved_vault(bool code_shown = false)
{
    return {.state = api::VaultState::saved, .sign_in_name = "Elina Vuorela", .code_shown = code_shown};
}

void prove(Page& page, std::string_view button)
{
    page.type_secret("Tunnuslause");
    page.press(Role::button, button);
    page.tell(api::PassphraseEvent{api::PassphraseState::proven});
}

bool anything_says(const Page& page, std::string_view words)
{
    for (const auto& [id, entry] : page.host.mirror.nodes) {
        const ui::MirrorNode& n = entry.node;
        for (const std::string* text : {&n.name, &n.value, &n.description}) {
            if (text->find(words) != std::string::npos) return true;
        }
    }
    return false;
}

}  // namespace

TEST_SUITE("ui.sign_in")
{
    TEST_CASE("name and passphrase go out with the relay's document, which is asked for when the button is pressed")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        CHECK(page.host.relay_documents == 0);
        const ui::NodeId secret = fill_in(page, " Elina Vuorela ", "Tunnuslause");
        CHECK(page.host.relay_documents == 1);
        CHECK(page.sent<api::SignIn>().empty());
        CHECK((page.get(Role::button, "Hetkinen").states & ui::kDisabled) != 0);
        give_document(page);
        const auto sent = page.sent<api::SignIn>();
        REQUIRE(sent.size() == 1);
        CHECK(sent[0].name == "Elina Vuorela");
        CHECK(sent[0].relay == kDocument);
        CHECK(sent[0].device == "Firefox, Linux");
        CHECK_FALSE(sent[0].with_code);
        CHECK_FALSE(sent[0].shared);
        CHECK(page.host.commands.back().secret == secret);
        page.tell(session(api::Phase::opening));
        CHECK(page.says("Kirjaudutaan sisään"));
        CHECK(page.says("Tunnuslause vahvistetaan palvelimen avulla"));
        page.tell(session(api::Phase::no_account, api::Code::sign_in_failed));
        CHECK(page.says("Nimi tai tunnuslause on väärä."));
        CHECK(page.get(Role::textbox, "Nimi").field->initial == " Elina Vuorela ");
        CHECK((page.get(Role::passwordbox, "Tunnuslause").states & ui::kInvalid) != 0);
    }

    TEST_CASE("what is missing is said at its field, and nothing is asked of the relay")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        page.press(Role::button, "Kirjaudu sisään");
        CHECK(page.says("Täytä tämä kohta."));
        CHECK(page.host.mirror.focus == page.get(Role::textbox, "Nimi").id);
        page.type(Role::textbox, "Nimi", "Elina Vuorela");
        page.press(Role::button, "Kirjaudu sisään");
        CHECK(page.host.mirror.focus == page.get(Role::passwordbox, "Tunnuslause").id);
        CHECK(page.host.relay_documents == 0);
    }

    TEST_CASE("password managers find the fields by name, and are not asked to remember on a machine that is not one's own")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        CHECK(page.get(Role::textbox, "Nimi").field->autocomplete == "username");
        CHECK(page.get(Role::passwordbox, "Tunnuslause").field->autocomplete == "current-password");
        page.press(Role::checkbox, "Tämä ei ole oma koneeni");
        CHECK((page.get(Role::checkbox, "Tämä ei ole oma koneeni").states & ui::kChecked) != 0);
        CHECK(page.says("Jos selain ehdottaa tunnuslauseen tallentamista, älä tallenna."));
        CHECK(page.get(Role::textbox, "Nimi").field->autocomplete == "off");
        CHECK(page.get(Role::passwordbox, "Tunnuslause").field->autocomplete == "off");
        fill_in(page, "Elina Vuorela", "Tunnuslause");
        give_document(page);
        REQUIRE(page.sent<api::SignIn>().size() == 1);
        CHECK(page.sent<api::SignIn>()[0].shared);
        page.tell(session(api::Phase::recovering));
        CHECK(page.get(Role::passwordbox, "Uusi tunnuslause").field->autocomplete == "new-password");
    }

    TEST_CASE("a relay that does not answer, or where nothing is founded, is said in place; the next press asks again")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        fill_in(page, "Elina Vuorela", "Tunnuslause");
        page.app->on_relay_document(ui::RelayDocument::unreachable, "");
        page.settle();
        CHECK(page.says("Palvelimeen ei saada yhteyttä. Tarkista verkkoyhteys ja yritä uudelleen."));
        page.press(Role::button, "Kirjaudu sisään");
        CHECK(page.host.relay_documents == 2);
        CHECK_FALSE(page.says("Palvelimeen ei saada yhteyttä."));
        page.app->on_relay_document(ui::RelayDocument::not_founded, "");
        page.settle();
        CHECK(page.says("Täällä ei ole vielä organisaatiota."));
        page.press(Role::button, "Kirjaudu sisään");
        page.app->on_relay_document(ui::RelayDocument::there, std::string(ui::kRelayDocumentMax + 1, ' '));
        page.settle();
        CHECK(page.says("Palvelimeen ei saada yhteyttä."));
        CHECK(page.sent<api::SignIn>().empty());
    }

    TEST_CASE("the recovery code is typed in sight, and what is wrong with it is said as such")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        page.press(Role::button, "Käytä palautuskoodia");
        CHECK(page.find(Role::passwordbox, "Tunnuslause") == nullptr);
        CHECK(page.get(Role::passwordbox, "Palautuskoodi").field->revealed);
        CHECK(page.get(Role::passwordbox, "Palautuskoodi").field->autocomplete == "off");
        page.press(Role::button, "Piilota koodi");
        CHECK_FALSE(page.get(Role::passwordbox, "Palautuskoodi").field->revealed);
        fill_in(page, "Elina Vuorela", "Palautuskoodi");
        give_document(page);
        REQUIRE(page.sent<api::SignIn>().size() == 1);
        CHECK(page.sent<api::SignIn>()[0].with_code);
        page.tell(session(api::Phase::opening));
        CHECK(page.says("avataan palautuskoodilla"));
        page.tell(session(api::Phase::no_account, api::Code::recovery_code_mistyped));
        CHECK(page.says("Palautuskoodissa on kirjoitusvirhe."));
        CHECK((page.get(Role::passwordbox, "Palautuskoodi").states & ui::kInvalid) != 0);
        page.tell(session(api::Phase::no_account, api::Code::sign_in_failed));
        CHECK(page.says("Nimi ja palautuskoodi eivät kuulu yhteen."));
        page.press(Role::button, "Takaisin");
        CHECK(page.find(Role::passwordbox, "Tunnuslause") != nullptr);
        CHECK((page.get(Role::passwordbox, "Tunnuslause").states & ui::kInvalid) == 0);
    }

    TEST_CASE("after the recovery code a new passphrase is chosen, of twelve characters at the least")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::recovering));
        page.type_secret("Uusi tunnuslause", 8, ui::Strength::weak);
        page.press(Role::button, "Ota käyttöön");
        CHECK(page.sent<api::ChoosePassphrase>().empty());
        CHECK((page.get(Role::passwordbox, "Uusi tunnuslause").states & ui::kInvalid) != 0);
        const ui::NodeId field = page.type_secret("Uusi tunnuslause");
        CHECK(page.says("Vahva"));
        page.app->on_submit(field);
        page.settle();
        REQUIRE(page.sent<api::ChoosePassphrase>().size() == 1);
        CHECK(page.host.commands.back().secret == field);
        page.tell(session(api::Phase::opening));
        CHECK(page.says("Avaimesi sinetöidään uudella tunnuslauseella"));
    }

    TEST_CASE("every way signing in can fail has a sentence, and none speaks of messages that wait: there are none")
    {
        if (!fonts()) return;
        for (const char* language : {"fi", "sv", "en"}) {
            Page page(*fonts(), language);
            for (int i = 1; i <= static_cast<int>(api::Code::passphrase_changed); ++i) {
                const auto code = static_cast<api::Code>(i);
                const bool link = code <= api::Code::already_enrolled;
                if (link || code == api::Code::no_tokens || code == api::Code::relay_full) continue;
                page.tell(session(api::Phase::no_account, code));
                const ui::MirrorNode* alert = page.find(Role::alert, "");
                CAPTURE(i);
                REQUIRE(alert != nullptr);
                const auto& words = page.host.mirror.nodes.at(page.host.mirror.nodes.at(alert->id).children.at(0)).node.name;
                CHECK(words.size() > 10);
                for (const char* waits : {"odottavat", "väntar förseglade", "wait sealed"}) CHECK(words.find(waits) == std::string::npos);
            }
        }
    }

    TEST_CASE("beside the seal of somebody else one signs in as on a shared machine, and finds the way back")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::locked));
        page.press(Role::button, "Kirjaudu toisena henkilönä");
        CHECK(page.find(Role::checkbox, "") == nullptr);
        CHECK(page.says("ja se säilyy ennallaan"));
        fill_in(page, "Li Ahlfors", "Tunnuslause");
        give_document(page);
        REQUIRE(page.sent<api::SignIn>().size() == 1);
        CHECK(page.sent<api::SignIn>()[0].shared);
        page.tell(shared(session(api::Phase::opening)));
        page.tell(session(api::Phase::locked, api::Code::guesses_spent));
        CHECK(page.says("Tällä nimellä on yritetty tänään kymmenen kertaa."));
        page.press(Role::button, "Takaisin");
        CHECK(page.find(Role::button, "Avaa sinetti") != nullptr);
        CHECK_FALSE(page.says("Tällä nimellä on yritetty"));
        CHECK(page.host.fresh_starts == 0);
    }

    TEST_CASE("whoever was sent an invitation and has an account already signs in instead")
    {
        if (!fonts()) return;
        for (const float width : {390.0f, 1440.0f}) {
            Page page(*fonts(), "fi", width, 844);
            page.tell(session(api::Phase::invited));
            page.press(Role::button, "Minulla on jo Sinetti");
            check_controls(page);
            page.press(Role::button, "Takaisin");
            CHECK(page.find(Role::button, "Ota kutsu vastaan") != nullptr);
            page.press(Role::button, "Minulla on jo Sinetti");
            fill_in(page, "Elina Vuorela", "Tunnuslause");
            give_document(page);
            CHECK(page.sent<api::SignIn>().size() == 1);
        }
    }

    TEST_CASE("the settings say with which name one signs in, whether it is saved, and what is lost without passphrase and code")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Asetukset");
        CHECK_FALSE(page.says("Kirjautuminen"));   // nothing is known yet
        page.tell(api::VaultEvent{});
        CHECK(page.says("Ei vielä tallessa palvelimella."));
        CHECK((page.get(Role::button, "Näytä palautuskoodi").states & ui::kDisabled) != 0);
        CHECK((page.get(Role::button, "Vaihda tunnuslause").states & ui::kDisabled) != 0);
        page.tell(api::VaultEvent{.state = api::VaultState::saving, .sign_in_name = "Elina Vuorela 2"});
        CHECK(page.says("Kirjaudut nimellä Elina Vuorela 2."));
        CHECK(page.says("Tallennetaan palvelimelle."));
        page.tell(saved_vault());
        CHECK(page.says("Tallessa palvelimella sinetöitynä"));
        CHECK(page.says("kukaan ei saa tiliäsi auki, ei edes ylläpitäjä"));
        CHECK(page.says("Et ole vielä katsonut palautuskoodiasi."));
        page.tell(saved_vault(true));
        CHECK_FALSE(page.says("Et ole vielä katsonut palautuskoodiasi."));
        page.press(Role::button, "Unohda tämä laite");
        CHECK(page.says("Voit kirjautua uudelleen nimellä ja tunnuslauseella"));
    }

    TEST_CASE("the recovery code is shown once the passphrase is proven, and is in the tree only while its dialog is open")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(saved_vault());
        page.tell(api::RecoveryCodeEvent{std::string(kCode)});   // nobody asked
        CHECK_FALSE(anything_says(page, kCode));
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Näytä palautuskoodi");
        page.press(Role::button, "Näytä koodi");
        CHECK(page.sent<api::ProvePassphrase>().empty());
        const ui::NodeId field = page.type_secret("Tunnuslause");
        page.press(Role::button, "Näytä koodi");
        REQUIRE(page.sent<api::ProvePassphrase>().size() == 1);
        CHECK(page.host.commands.back().secret == field);
        CHECK((page.get(Role::button, "Hetkinen").states & ui::kDisabled) != 0);
        page.tell(api::PassphraseEvent{api::PassphraseState::unproven, api::Code::wrong_passphrase});
        CHECK(page.says("Tunnuslause ei avannut sinettiä."));
        CHECK(page.sent<api::ShowRecoveryCode>().empty());
        prove(page, "Näytä koodi");
        REQUIRE(page.sent<api::ShowRecoveryCode>().size() == 1);
        page.tell(api::RecoveryCodeEvent{std::string(kCode)});
        CHECK(page.get(Role::text, kCode).name == kCode);
        CHECK(page.host.mirror.focus == page.get(Role::group, "Palautuskoodi").id);
        check_controls(page);

        page.press(Role::button, "Kopioi");
        CHECK(page.host.clipboard == kCode);
        page.press(Role::button, "Tallenna tiedostoon");
        REQUIRE(page.host.files.size() == 1);
        CHECK(page.host.files[0].first == "sinetti-palautuskoodi.txt");
        CHECK(page.host.files[0].second.find(kCode) != std::string::npos);
        CHECK(page.host.files[0].second.find("Nimi: Elina Vuorela") != std::string::npos);
        CHECK(page.host.files[0].second.find("https://sinetti.example/") != std::string::npos);
        page.press(Role::button, "Tulosta");
        CHECK(page.host.printed == page.host.files[0].second);

        SUBCASE("closed by its button") { page.press(Role::button, "Valmis"); }
        SUBCASE("closed by Escape")
        {
            page.app->on_key(ui::Key::escape, 0);
            page.settle();
        }
        SUBCASE("closed by the lock") { page.tell(session(api::Phase::locked)); }
        CHECK_FALSE(anything_says(page, kCode));
        page.tell(api::RecoveryCodeEvent{std::string(kCode)});
        CHECK_FALSE(anything_says(page, kCode));
    }

    TEST_CASE("a new recovery code replaces the old one, after a word about that and the passphrase")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(saved_vault(true));
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Uusi palautuskoodi");
        CHECK(page.says("vanha lakkaa toimimasta"));
        prove(page, "Luo uusi koodi");
        CHECK(page.sent<api::ShowRecoveryCode>().empty());
        REQUIRE(page.sent<api::RenewRecoveryCode>().size() == 1);
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline, .reason = api::Code::relay_unreachable});
        CHECK(page.says("Tämä tehdään heti, kun yhteys toimii."));
        page.tell(api::PassphraseEvent{api::PassphraseState::proven, api::Code::vault_rolled_back});
        CHECK(page.says("vanhempaa kopiota"));
        prove(page, "Luo uusi koodi");
        page.tell(api::RecoveryCodeEvent{std::string(kCode)});
        CHECK(anything_says(page, kCode));
    }

    TEST_CASE("the passphrase is changed after the current one is proven: each goes out from its own field")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(saved_vault(true));
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Vaihda tunnuslause");
        CHECK(page.get(Role::passwordbox, "Nykyinen tunnuslause").field->autocomplete == "current-password");
        CHECK(page.get(Role::passwordbox, "Uusi tunnuslause").field->autocomplete == "new-password");
        const ui::NodeId current = page.type_secret("Nykyinen tunnuslause");
        page.type_secret("Uusi tunnuslause", 5, ui::Strength::weak);
        page.press(Role::button, "Ota käyttöön");
        CHECK(page.sent<api::ProvePassphrase>().empty());
        CHECK(page.says("7 merkkiä puuttuu"));
        const ui::NodeId next = page.type_secret("Uusi tunnuslause", 24, ui::Strength::excellent);
        CHECK(page.says("Erinomainen"));
        page.press(Role::button, "Ota käyttöön");
        CHECK(page.host.commands.back().secret == current);
        page.tell(api::PassphraseEvent{api::PassphraseState::unproven, api::Code::wrong_passphrase});
        CHECK((page.get(Role::passwordbox, "Nykyinen tunnuslause").states & ui::kInvalid) != 0);
        CHECK(page.sent<api::ChangePassphrase>().empty());
        page.type_secret("Nykyinen tunnuslause");
        page.press(Role::button, "Ota käyttöön");
        page.tell(api::PassphraseEvent{api::PassphraseState::proven});
        REQUIRE(page.sent<api::ChangePassphrase>().size() == 1);
        CHECK(page.host.commands.back().secret == next);
        page.tell(api::PassphraseEvent{api::PassphraseState::changing});
        CHECK(page.says("Uutta tunnuslausetta tallennetaan palvelimelle."));
        page.tell(api::PassphraseEvent{api::PassphraseState::changed});
        CHECK(page.find(Role::dialog, "") == nullptr);
        CHECK(page.says("Tunnuslauseesi on vaihdettu."));
    }

    TEST_CASE("a passphrase that was changed on another device is typed here too, from the settings")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        auto vault = saved_vault(true);
        vault.reason = api::Code::vault_elsewhere_changed;
        page.tell(vault);
        page.press(Role::button, "Asetukset");
        CHECK(page.says("Tunnuslauseesi vaihdettiin toisella laitteella."));
        page.press(Role::button, "Kirjoita uusi tunnuslause");
        const ui::NodeId here = page.type_secret("Tämän laitteen tunnuslause", 14);
        const ui::NodeId chosen = page.type_secret("Uusi tunnuslause", 14);
        page.press(Role::button, "Ota käyttöön");
        CHECK(page.host.commands.back().secret == here);
        page.tell(api::PassphraseEvent{api::PassphraseState::proven});
        CHECK(page.host.commands.back().secret == chosen);
        page.tell(api::PassphraseEvent{api::PassphraseState::proven, api::Code::sign_in_failed});
        CHECK(page.says("Tämä ei ole tunnuslause, jonka valitsit toisella laitteella."));
    }

    TEST_CASE("the reminder to keep the code stands in the list until the code was shown, and can be put off")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        CHECK_FALSE(page.says("Ota palautuskoodi talteen"));
        page.tell(saved_vault());
        CHECK(page.says("Ota palautuskoodi talteen"));
        page.press(Role::button, "Myöhemmin");
        CHECK_FALSE(page.says("Ota palautuskoodi talteen"));
        page.tell(session(api::Phase::locked));
        open_main(page);
        page.tell(saved_vault());
        page.press(Role::button, "Näytä koodi");
        CHECK(page.find(Role::dialog, "Näytä palautuskoodi") != nullptr);
        page.app->on_key(ui::Key::escape, 0);
        page.tell(saved_vault(true));
        CHECK_FALSE(page.says("Ota palautuskoodi talteen"));
        page.tell(session(api::Phase::locked));
        open_shared(page);
        page.tell(saved_vault());
        CHECK_FALSE(page.says("Ota palautuskoodi talteen"));
    }

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
        for (const bool own : {false, true}) {
            Page page(*fonts());
            if (own) {
                open_main(page);
            } else {
                open_shared(page);
            }
            page.host.passed_ms += 8LL * 60 * 60'000;   // and the page's own clock stood still
            page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, 5, 5);
            page.settle();
            CHECK(page.sent<api::Lock>().size() == (own ? 0 : 1));
        }
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

    TEST_CASE("every screen and dialog of signing in has named controls within it: three languages, 360 to 1440 px")
    {
        if (!fonts()) return;
        for (const char* language : {"fi", "sv", "en"}) {
            const ui::Language l = language == std::string_view("fi") ? ui::Language::finnish : language == std::string_view("sv") ? ui::Language::swedish : ui::Language::english;
            const auto word = [l](ui::Say what) { return ui::say(l, what); };
            for (const ui::Point size : {ui::Point{360, 740}, ui::Point{720, 450}, ui::Point{1000, 700}, ui::Point{1440, 900}}) {
                Page page(*fonts(), language, size.x, size.y);
                page.tell(session(api::Phase::no_account, api::Code::guesses_spent));
                check_controls(page);
                page.press(Role::checkbox, word(ui::Say::shared_machine));
                page.press(Role::button, word(ui::Say::use_recovery_code));
                check_controls(page);
                page.tell(session(api::Phase::locked));
                page.press(Role::button, word(ui::Say::sign_in_other));
                check_controls(page);
                open_main(page);
                auto vault = saved_vault();
                vault.reason = api::Code::vault_elsewhere_changed;
                page.tell(vault);
                page.press(Role::button, word(ui::Say::settings));
                check_controls(page);
                for (const ui::Say dialog : {ui::Say::show_recovery_code, ui::Say::new_recovery_code, ui::Say::change_passphrase, ui::Say::type_new_passphrase}) {
                    page.press(Role::button, word(dialog));
                    REQUIRE(page.find(Role::dialog, "") != nullptr);
                    check_controls(page);
                    page.app->on_key(ui::Key::escape, 0);
                    page.settle();
                }
                page.press(Role::button, word(ui::Say::show_recovery_code));
                page.type_secret(word(ui::Say::passphrase));
                page.press(Role::button, word(ui::Say::show_the_code));
                page.tell(api::PassphraseEvent{api::PassphraseState::proven});
                page.tell(api::RecoveryCodeEvent{std::string(kCode)});
                REQUIRE(anything_says(page, kCode));
                check_controls(page);
            }
        }
    }
}
