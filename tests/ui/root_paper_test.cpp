// The organisation's key on three sheets of paper, and out of two of them.

#include "tests/ui/sign_in_page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

// Nine lines of four groups of four.
std::string share(char first)
{
    std::string text;
    for (int group = 0; group < 36; ++group) text += std::string(group > 0 ? "-" : "") + first + "BC" + "0123456789ABCDEFGHJKMNPQRSTVWXYZABCD"[group];
    return text;
}

std::vector<std::string> shares() { return {share('1'), share('2'), share('3')}; }

// Whether any of the shares' groups is anywhere in the tree.
bool any_share_is_said(const Page& page)
{
    for (const auto& text : shares())
        for (std::size_t line = 0; line < 9; ++line)
            if (anything_says(page, text.substr(line * 20, 19))) return true;
    return false;
}

void open_root_settings(Page& page, bool founder)
{
    open_main(page);
    page.tell(saved_vault(true));
    auto open = session(api::Phase::open);
    open.founder = founder;
    page.tell(open);
    page.press(Role::button, "Asetukset");
}

void show_sheets(Page& page)
{
    open_root_settings(page, true);
    page.press(Role::button, "Varmuuskopioi organisaation avain");
    prove(page, "Näytä paperit");
    page.tell(api::RootSharesEvent{shares()});
}

}  // namespace

TEST_SUITE("ui.root_paper")
{
    TEST_CASE("who holds the key shows its three sheets one after the other once the passphrase is proven, and prints each")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_root_settings(page, true);
        page.tell(api::RootSharesEvent{shares()});   // nobody asked
        CHECK_FALSE(any_share_is_said(page));
        CHECK(page.says("Tältä laitteelta sitä ei ole vielä pantu paperille."));
        page.press(Role::button, "Varmuuskopioi organisaation avain");
        CHECK(page.says("Mitkä tahansa kaksi yhdessä palauttavat organisaation avaimen, eikä yksi yksinään ole minkään arvoinen."));
        prove(page, "Näytä paperit");
        REQUIRE(page.sent<api::BackUpRoot>().size() == 1);
        page.tell(api::RootSharesEvent{shares()});
        for (int number = 1; number <= 3; ++number) {
            CAPTURE(number);
            const auto text = shares()[static_cast<std::size_t>(number - 1)];
            CHECK(page.get(Role::heading, "Paperi " + std::to_string(number) + "/3").level == 1);
            CHECK(page.get(Role::text, "1: " + text.substr(0, 19)).name == "1: " + text.substr(0, 19));
            CHECK(page.get(Role::text, "9: ").name == "9: " + text.substr(160));
            CHECK(page.host.mirror.focus == page.get(Role::group, "Organisaation avain, paperi").id);
            CHECK(page.says("Anna kukin kolmesta paperista eri ihmiselle."));
            for (const auto& other : shares()) CHECK(anything_says(page, other.substr(20, 19)) == (other == text));
            check_controls(page);
            page.press(Role::button, "Tulosta");
            CHECK(page.host.printed.find("paperi " + std::to_string(number) + "/3") != std::string::npos);
            CHECK(page.host.printed.find("\n5: " + text.substr(80, 19) + "\n") != std::string::npos);
            CHECK(page.host.printed.find("Tehty: 23.11.2026") != std::string::npos);
            CHECK(page.host.printed.find("Säilytä tämä paperi turvallisessa paikassa") != std::string::npos);
            for (const auto& other : shares()) CHECK((page.host.printed.find(other.substr(0, 19)) != std::string::npos) == (other == text));
            if (number < 3) page.press(Role::button, "Seuraava paperi");
        }
        CHECK(page.find(Role::button, "Kopioi") == nullptr);   // all three in one place would be the key
        CHECK(page.find(Role::button, "Tallenna tiedostoon") == nullptr);
        page.press(Role::button, "Edellinen paperi");
        CHECK(page.says("Paperi 2/3"));
        page.press(Role::button, "Seuraava paperi");
        page.press(Role::button, "Valmis");
        CHECK_FALSE(any_share_is_said(page));
        REQUIRE_FALSE(page.sent<api::SetSetting>().empty());
        const auto setting = page.sent<api::SetSetting>().back();
        CHECK(setting.key == "root_paper");
        page.tell(api::SettingsEvent{{{setting.key, setting.value}}});
        CHECK(page.says("Pantu paperille tältä laitteelta 23.11.2026."));
    }

    TEST_CASE("the sheets are in the tree only while their dialog is open, however it is closed")
    {
        if (!fonts()) return;
        Page page(*fonts());
        show_sheets(page);
        CHECK(any_share_is_said(page));
        SUBCASE("closed by Escape")
        {
            page.app->on_key(ui::Key::escape, 0);
            page.settle();
        }
        SUBCASE("closed by its cross") { page.press(Role::button, "Sulje"); }
        SUBCASE("closed by the lock") { page.tell(session(api::Phase::locked)); }
        CHECK_FALSE(any_share_is_said(page));
        CHECK(page.sent<api::SetSetting>().empty());   // not all three were seen
        page.tell(api::RootSharesEvent{shares()});
        CHECK_FALSE(any_share_is_said(page));
    }

    TEST_CASE("two sheets are typed one after the other, each in a field whose text stays on the page, and a slip is named by its line")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_root_settings(page, false);
        page.press(Role::button, "Palauta organisaation avain");
        page.press(Role::button, "Jatka");
        CHECK(page.says("Täytä tämä kohta."));
        CHECK(page.sent<api::GiveRootShare>().empty());
        const ui::NodeId first = page.type_secret("Paperin yhdeksän riviä", 179);
        CHECK(page.get(Role::passwordbox, "Paperin yhdeksän riviä").field->kind == ui::FieldKind::secret_lines);
        page.press(Role::button, "Jatka");
        REQUIRE(page.sent<api::GiveRootShare>().size() == 1);
        CHECK(page.host.commands.back().secret == first);
        CHECK((page.get(Role::button, "Hetkinen").states & ui::kDisabled) != 0);
        page.tell(api::RootRestoreEvent{.state = api::RootState::none, .error = api::Code::root_share_mistyped, .line = 4});
        CHECK(page.says("Rivillä 4 on kirjoitusvirhe."));
        CHECK((page.get(Role::passwordbox, "Paperin yhdeksän riviä").states & ui::kInvalid) != 0);
        page.type_secret("Paperin yhdeksän riviä", 179);
        page.press(Role::button, "Jatka");
        page.tell(api::RootRestoreEvent{.state = api::RootState::one_given, .number = 3});
        CHECK(page.says("Paperi 3 on oikein. Kirjoita nyt toinen."));
        const ui::NodeId second = page.type_secret("Paperin yhdeksän riviä", 179);
        CHECK(second != first);
        CHECK(page.host.mirror.focus == second);
        check_controls(page);
        page.press(Role::button, "Palauta");
        page.tell(api::RootRestoreEvent{.state = api::RootState::one_given, .error = api::Code::root_share_same, .number = 3});
        CHECK(page.says("Tämä on sama paperi kuin äsken."));
        page.type_secret("Paperin yhdeksän riviä", 179);
        page.press(Role::button, "Palauta");
        page.tell(api::RootRestoreEvent{.state = api::RootState::saving});
        CHECK(page.says("Avainta sinetöidään holviisi palvelimelle."));
        page.tell(api::ConnectionEvent{.state = api::ConnectionState::offline, .reason = api::Code::relay_unreachable});
        CHECK(page.says("Tämä tehdään heti, kun yhteys toimii."));
        page.tell(api::RootRestoreEvent{.state = api::RootState::done});
        page.tell(api::NoticeEvent{.code = api::Code::root_restored, .severity = api::Severity::success});
        CHECK(page.find(Role::dialog, "") == nullptr);
        CHECK(page.says("Sinulla on nyt organisaation avain."));
        CHECK(page.sent<api::ForgetRootShares>().empty());
    }

    TEST_CASE("who gives up after the first sheet has the core forget it")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_root_settings(page, false);
        page.press(Role::button, "Palauta organisaation avain");
        page.type_secret("Paperin yhdeksän riviä", 179);
        page.press(Role::button, "Jatka");
        SUBCASE("when it was answered")
        {
            page.tell(api::RootRestoreEvent{.state = api::RootState::one_given, .number = 1});
            page.press(Role::button, "Peruuta");
        }
        SUBCASE("before it was answered")
        {
            page.press(Role::button, "Peruuta");
            page.tell(api::RootRestoreEvent{.state = api::RootState::one_given, .number = 1});
        }
        CHECK(page.sent<api::ForgetRootShares>().size() == 1);
        page.press(Role::button, "Palauta organisaation avain");
        CHECK(page.says("Kirjoita rivi riviltä, mitä yhdessä papereista lukee."));
    }

    TEST_CASE("a machine that is not one's own offers neither, and nothing is restored before the vault is saved")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_shared(page);
        page.tell(saved_vault(true));
        page.press(Role::button, "Asetukset");
        CHECK_FALSE(page.says("Organisaation avain"));
        Page own(*fonts());
        open_root_settings(own, false);
        own.tell(api::VaultEvent{.state = api::VaultState::saving});
        CHECK((own.get(Role::button, "Palauta organisaation avain").states & ui::kDisabled) != 0);
    }

    TEST_CASE("its dialogs fit narrow screens in all three languages")
    {
        if (!fonts()) return;
        for (const auto& [language, settings, open, proof] : {std::array<const char*, 4>{"fi-FI", "Asetukset", "Varmuuskopioi organisaation avain", "Näytä paperit"},
                                                              std::array<const char*, 4>{"sv-SE", "Inställningar", "Säkerhetskopiera organisationens nyckel", "Visa papperen"},
                                                              std::array<const char*, 4>{"en-GB", "Settings", "Back up the organisation's key", "Show the sheets"}}) {
            CAPTURE(language);
            Page page(*fonts(), language, 320, 640);
            open_main(page);
            page.tell(saved_vault(true));
            auto founder = session(api::Phase::open);
            founder.founder = true;
            page.tell(founder);
            page.press(Role::button, settings);
            page.press(Role::button, open);
            check_controls(page);
            const char* passphrase = language[0] == 'f' ? "Tunnuslause" : language[0] == 's' ? "Lösenfras" : "Passphrase";
            page.type_secret(passphrase);
            page.press(Role::button, proof);
            page.tell(api::PassphraseEvent{api::PassphraseState::proven});
            page.tell(api::RootSharesEvent{shares()});
            CHECK(any_share_is_said(page));
            check_controls(page);
        }
    }
}
