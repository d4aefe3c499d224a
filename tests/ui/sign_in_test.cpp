#include "tests/ui/sign_in_page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

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
