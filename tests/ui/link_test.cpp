#include "tests/ui/sign_in_page.h"

using namespace sinetti;
using namespace sinetti::tests;
using api::LinkState;
using ui::Role;

namespace {

constexpr std::string_view kLinkCode = "0ABC-DEFG-HJKM-NPQR";
constexpr std::int64_t kTenMinutes = 10LL * 60 * 1000;

api::LinkEvent offered() { return {.state = LinkState::offered, .code = std::string(kLinkCode), .until_ms = RememberingHost::kNow + kTenMinutes, .device = {}, .number = {}}; }
api::LinkEvent asked(bool shared = false)
{
    return {.state = LinkState::asked, .code = {}, .until_ms = RememberingHost::kNow + kTenMinutes, .device = "Firefox, Windows", .shared = shared, .number = "482913"};
}
api::LinkEvent plain(LinkState state, api::Code error = api::Code::none) { return {.state = state, .code = {}, .device = {}, .number = {}, .error = error}; }
api::LinkEvent waiting() { return {.state = LinkState::waiting, .code = {}, .until_ms = RememberingHost::kNow + kTenMinutes, .device = {}, .number = "482913"}; }

// As far as the question for the passphrase.
void open_dialog(Page& page)
{
    open_main(page);
    page.tell(saved_vault());
    page.press(Role::button, "Asetukset");
    page.press(Role::button, "Liitä uusi laite");
}

void show_code(Page& page)
{
    open_dialog(page);
    prove(page, "Näytä koodi");
    page.tell(plain(LinkState::preparing));
    page.tell(offered());
}

}  // namespace

TEST_SUITE("ui.link")
{
    TEST_CASE("the settings offer to link a device once the vault is saved, and want the passphrase first")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Asetukset");
        CHECK((page.get(Role::button, "Liitä uusi laite").states & ui::kDisabled) != 0);
        page.tell(saved_vault());
        page.press(Role::button, "Liitä uusi laite");
        page.press(Role::button, "Näytä koodi");
        CHECK(page.sent<api::ProvePassphrase>().empty());
        const ui::NodeId field = page.type_secret("Tunnuslause");
        page.press(Role::button, "Näytä koodi");
        REQUIRE(page.sent<api::ProvePassphrase>().size() == 1);
        CHECK(page.host.commands.back().secret == field);
        page.tell(api::PassphraseEvent{api::PassphraseState::unproven, api::Code::wrong_passphrase});
        CHECK(page.says("Tunnuslause ei avannut sinettiä."));
        CHECK(page.sent<api::LinkDevice>().empty());
        prove(page, "Näytä koodi");
        CHECK(page.sent<api::LinkDevice>().size() == 1);
        page.tell(plain(LinkState::preparing));
        CHECK(page.says("Koodia luodaan."));
        check_controls(page);
    }

    TEST_CASE("the code is in the tree for screen readers, with its picture and the time that is left, and only while its dialog is open")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.tell(offered());   // nobody asked
        CHECK_FALSE(anything_says(page, kLinkCode));
        CHECK(page.sent<api::CancelLink>().size() == 1);
        page.tell(saved_vault());
        page.press(Role::button, "Asetukset");
        page.press(Role::button, "Liitä uusi laite");
        prove(page, "Näytä koodi");
        page.tell(offered());
        CHECK(page.get(Role::text, kLinkCode).name == kLinkCode);
        CHECK(page.host.mirror.focus == page.get(Role::group, "Koodi uutta laitetta varten").id);
        CHECK(page.find(Role::img, "QR-koodi, joka avaa Sinetin uudessa laitteessa") != nullptr);
        CHECK(page.says("https://sinetti.example/"));
        CHECK(page.says("vielä 10:00"));
        page.host.passed_ms = 61'000;
        page.now += 2000;
        page.settle();
        CHECK(page.says("vielä 8:59"));
        check_controls(page);
        page.press(Role::button, "Peruuta");
        CHECK(page.sent<api::CancelLink>().size() == 2);
        CHECK_FALSE(anything_says(page, kLinkCode));
        page.tell(offered());   // it was under way
        CHECK_FALSE(anything_says(page, kLinkCode));
        CHECK(page.sent<api::CancelLink>().size() == 3);
    }

    TEST_CASE("a device that wants in is named with the number it shows, and only a yes lets it in")
    {
        if (!fonts()) return;
        for (const bool admit : {true, false}) {
            Page page(*fonts());
            show_code(page);
            page.tell(asked(admit));
            CHECK_FALSE(anything_says(page, kLinkCode));
            CHECK(page.find(Role::dialog, "Firefox, Windows haluaa sisään") != nullptr);
            CHECK(page.says("482 913"));
            CHECK(page.says("vieras kone") == admit);
            check_controls(page);
            page.press(Role::button, admit ? "Sama numero, päästä sisään" : "Älä päästä sisään");
            REQUIRE(page.sent<api::AnswerLink>().size() == 1);
            CHECK(page.sent<api::AnswerLink>()[0].admit == admit);
            CHECK(page.sent<api::CancelLink>().empty());
            if (!admit) {
                CHECK(page.find(Role::dialog, "haluaa sisään") == nullptr);
                continue;
            }
            page.tell(plain(LinkState::handing_over));
            CHECK(page.says("Avaimesi luovutetaan sinetöityinä."));
            page.tell(plain(LinkState::done));
            CHECK(page.says("Kone on liitetty."));
            page.press(Role::button, "Valmis");
            CHECK(page.find(Role::dialog, "") == nullptr);
        }
    }

    TEST_CASE("Escape while it is asked about lets nobody in")
    {
        if (!fonts()) return;
        Page page(*fonts());
        show_code(page);
        page.tell(asked());
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.sent<api::AnswerLink>().empty());
        CHECK(page.sent<api::CancelLink>().size() == 1);
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("what came to nothing says why, and another code is one press away, or the passphrase once more")
    {
        if (!fonts()) return;
        Page page(*fonts());
        show_code(page);
        page.tell(plain(LinkState::none, api::Code::device_code_expired));
        CHECK(page.says("Koodi vanheni tai peruttiin kesken."));
        CHECK_FALSE(anything_says(page, kLinkCode));
        check_controls(page);
        page.press(Role::button, "Luo uusi koodi");
        CHECK(page.sent<api::LinkDevice>().size() == 2);
        page.tell(plain(LinkState::none, api::Code::not_proven));
        CHECK(page.find(Role::passwordbox, "Tunnuslause") != nullptr);
    }

    TEST_CASE("locking takes the code off the screen")
    {
        if (!fonts()) return;
        Page page(*fonts());
        show_code(page);
        page.tell(session(api::Phase::locked));
        CHECK_FALSE(anything_says(page, kLinkCode));
        page.tell(session(api::Phase::open));
        CHECK_FALSE(anything_says(page, kLinkCode));
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("on the first page one chooses to be let in by another device: the code travels beside the command, which says whose machine it is")
    {
        if (!fonts()) return;
        for (const bool own : {true, false}) {
            Page page(*fonts());
            page.tell(session(api::Phase::no_account));
            page.press(Role::button, "Liitä toisesta laitteesta");
            CHECK(page.says("Avaa asetukset laitteessa, johon olet kirjautunut"));
            check_controls(page);
            page.press(Role::button, "Jatka");
            CHECK(page.host.relay_documents == 0);   // nothing was typed
            const ui::NodeId field = page.type_secret("Toisen laitteen koodi");
            if (!own) page.press(Role::checkbox, "Tämä ei ole oma koneeni");
            page.press(Role::button, "Jatka");
            CHECK(page.host.relay_documents == 1);
            CHECK(page.sent<api::JoinDevice>().empty());
            give_document(page);
            REQUIRE(page.sent<api::JoinDevice>().size() == 1);
            const auto command = page.sent<api::JoinDevice>()[0];
            CHECK(command.relay == kDocument);
            CHECK(command.device == "Firefox, Linux");
            CHECK(command.shared == !own);
            CHECK(page.host.commands.back().secret == field);
            page.tell(session(api::Phase::opening));
            CHECK(page.says("Etsitään toista laitettasi"));
            page.tell(session(api::Phase::no_account, api::Code::device_code_unknown));
            CHECK(page.says("Tämä koodi ei avaa täällä mitään."));
            CHECK(page.find(Role::passwordbox, "Toisen laitteen koodi") != nullptr);
            page.press(Role::button, "Takaisin");
            CHECK_FALSE(page.says("Tämä koodi ei avaa täällä mitään."));
            CHECK(page.find(Role::button, "Kirjaudu sisään") != nullptr);
        }
    }

    TEST_CASE("a code that came with the address need not be typed, and is nowhere on the page")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::no_account));
        page.tell(plain(LinkState::given));
        CHECK(page.says("Koodi tuli osoitteen mukana."));
        CHECK(page.find(Role::passwordbox, "Toisen laitteen koodi") == nullptr);
        page.press(Role::button, "Jatka");
        give_document(page);
        REQUIRE(page.sent<api::JoinDevice>().size() == 1);
        CHECK_FALSE(page.host.commands.back().secret.has_value());
        page.tell(plain(LinkState::none));
        page.tell(session(api::Phase::opening));
        page.tell(session(api::Phase::no_account, api::Code::device_code_used));
        CHECK(page.says("Toinen laite on jo käyttänyt tämän koodin."));
        CHECK(page.find(Role::passwordbox, "Toisen laitteen koodi") != nullptr);   // another one is typed
    }

    TEST_CASE("the new device shows the number and waits, and gives up when asked to")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::linking));
        page.tell(waiting());
        CHECK(page.says("Hyväksy toisessa laitteessasi"));
        CHECK(page.says("482 913"));
        CHECK(page.says("vielä 10:00"));
        check_controls(page);
        page.press(Role::button, "Peruuta");
        CHECK(page.sent<api::Lock>().size() == 1);
        page.tell(session(api::Phase::no_account, api::Code::device_not_admitted));
        CHECK_FALSE(page.says("482 913"));
    }

    TEST_CASE("every control of linking has a name and lies on the screen: three languages, 360 to 1440 px")
    {
        if (!fonts()) return;
        for (const char* language : {"fi", "sv", "en"}) {
            const auto tongue = std::string_view(language) == "fi" ? ui::Language::finnish : std::string_view(language) == "sv" ? ui::Language::swedish : ui::Language::english;
            for (const ui::Point size : {ui::Point{360, 740}, ui::Point{390, 844}, ui::Point{720, 450}, ui::Point{1440, 900}}) {
                {
                    Page page(*fonts(), language, size.x, size.y);
                    page.tell(session(api::Phase::no_account));
                    page.press(Role::button, ui::say(tongue, ui::Say::from_another_device));
                    check_controls(page);
                    page.tell(session(api::Phase::linking));
                    page.tell(waiting());
                    check_controls(page);
                }
                Page host(*fonts(), language, size.x, size.y);
                open_main(host);
                host.tell(saved_vault());
                host.press(Role::button, ui::say(tongue, ui::Say::settings));
                check_controls(host);
                host.press(Role::button, ui::say(tongue, ui::Say::link_device));
                check_controls(host);
                for (const auto& event : {plain(LinkState::preparing), offered(), asked(true), plain(LinkState::handing_over), plain(LinkState::done),
                                          plain(LinkState::none, api::Code::device_code_expired)}) {
                    host.tell(event);
                    check_controls(host);
                }
            }
        }
    }
}
