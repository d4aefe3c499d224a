#include "tests/ui/sign_in_page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

TEST_SUITE("ui.recovery")
{
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
}
