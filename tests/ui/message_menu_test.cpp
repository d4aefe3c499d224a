#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

constexpr std::string_view kLinked = "Katso https://vn.fi/esityslista, kiitos (www.eduskunta.fi).";

void open_messages(Page& page, std::vector<api::Message> messages)
{
    open_main(page);
    page.press(Role::listitem, "Hallitusviisikko");
    page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = std::move(messages)});
}

ui::Point on(const Page& page, std::string_view article) { return page.get(Role::article, article).rect.centre(); }

}  // namespace

TEST_SUITE("ui.message_menu")
{
    TEST_CASE("a link in a message is one on the screen and in the mirror, and opens in a tab of its own")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_messages(page, {message(1, 2, std::string(kLinked)), message(2, 1, "ei linkkejä")});
        const ui::NodeId article = page.get(Role::article, "Li Ahlfors").id;
        std::string read;
        for (const ui::NodeId child : page.host.mirror.nodes[article].children) read += page.host.mirror.nodes[child].node.name;
        CHECK(read == kLinked);   // said once, in order
        page.press(Role::link, "https://vn.fi/esityslista");
        page.click(Role::link, "www.eduskunta.fi");
        CHECK(page.host.opened == std::vector<std::string>{"https://vn.fi/esityslista", "https://www.eduskunta.fi"});
        CHECK(page.find(Role::dialog, "") == nullptr);   // a press of the link is none of the message
    }

    TEST_CASE("the menu of a message opens by keyboard, by the secondary button, by a button beside it and by a finger that rests")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_messages(page, {message(1, 2, std::string(kLinked)), message(2, 1, "oma viesti")});
        const auto copies = [&] {
            REQUIRE(page.find(Role::dialog, "Li Ahlfors") != nullptr);
            CHECK(page.host.mirror.focus == page.get(Role::button, "Kopioi viesti").id);
            check_controls(page);
            page.press(Role::button, "Kopioi viesti");
            CHECK(page.host.clipboard == kLinked);
            CHECK(page.find(Role::dialog, "") == nullptr);
            CHECK(page.says("Viesti on kopioitu."));
            page.host.clipboard.clear();
        };
        page.press(Role::article, "Li Ahlfors");
        copies();

        const ui::Point at = on(page, "Li Ahlfors");
        CHECK(page.app->on_menu(at.x, at.y));
        page.settle();
        copies();
        CHECK_FALSE(page.app->on_menu(2, 2));   // nothing there has a menu

        const ui::Rect bubble = page.get(Role::article, "Li Ahlfors").rect;
        const ui::Point button{bubble.right() + 20, bubble.centre().y};
        for (const auto phase : {ui::PointerPhase::move, ui::PointerPhase::down, ui::PointerPhase::up}) {
            page.app->on_pointer(phase, ui::PointerKind::mouse, button.x, button.y);
            page.settle();
        }
        copies();

        page.app->on_pointer(ui::PointerPhase::down, ui::PointerKind::touch, at.x, at.y);
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);
        page.now += 600;
        page.settle();
        page.app->on_pointer(ui::PointerPhase::up, ui::PointerKind::touch, at.x, at.y);
        page.settle();
        copies();
    }

    TEST_CASE("a tap, a finger that moves and a click open no menu")
    {
        if (!fonts()) return;
        Page page(*fonts(), "fi-FI", 390, 844);
        open_messages(page, many_messages(1, 60));
        const ui::Point at{200, 400};
        page.app->on_pointer(ui::PointerPhase::down, ui::PointerKind::touch, at.x, at.y);
        page.settle();
        page.app->on_pointer(ui::PointerPhase::up, ui::PointerKind::touch, at.x, at.y);
        page.settle();
        page.now += 600;
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);
        page.app->on_pointer(ui::PointerPhase::down, ui::PointerKind::touch, at.x, at.y);
        page.settle();
        page.app->on_pointer(ui::PointerPhase::move, ui::PointerKind::touch, at.x, at.y + 60);
        page.settle();
        page.now += 600;
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);
        page.click(Role::article, "");
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("the menu copies addresses, goes with Escape or a press beside it, and gives the focus back")
    {
        if (!fonts()) return;
        Page page(*fonts(), "sv-FI", 360, 640);
        open_messages(page, {message(1, 2, std::string(kLinked)), message(2, 1, "oma viesti")});
        const ui::NodeId article = page.get(Role::article, "Li Ahlfors").id;
        page.app->on_focus(article, true);
        page.settle();
        page.app->on_key(ui::Key::enter, 0);
        page.settle();
        REQUIRE(page.find(Role::dialog, "Li Ahlfors") != nullptr);
        check_controls(page);
        page.press(Role::button, "Kopiera länken www.eduskunta.fi");
        CHECK(page.host.clipboard == "https://www.eduskunta.fi");
        CHECK(page.host.mirror.focus == article);

        page.press(Role::article, "Du");
        REQUIRE(page.find(Role::dialog, "Du") != nullptr);
        page.app->on_key(ui::Key::escape, 0);
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);

        page.press(Role::article, "Du");
        page.app->on_pointer(ui::PointerPhase::down, ui::PointerKind::touch, 20, 300);
        page.app->on_pointer(ui::PointerPhase::up, ui::PointerKind::touch, 20, 300);
        page.settle();
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("a message that goes takes its menu with it")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_messages(page, {message(1, 2, "ensimmäinen"), message(2, 3, "toinen")});
        page.press(Role::article, "Li Ahlfors");
        REQUIRE(page.find(Role::dialog, "Li Ahlfors") != nullptr);
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = {message(2, 3, "toinen")}});
        CHECK(page.find(Role::dialog, "") == nullptr);
    }

    TEST_CASE("the Tab key comes to one message, and the arrows go on to every other")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_messages(page, many_messages(1, 60));
        const auto stops = [&] {
            std::vector<std::string> names;
            for (const auto& [id, entry] : page.host.mirror.nodes) {
                if (id != 0 && entry.node.role == Role::article && (entry.node.actions & ui::kFocus) != 0) names.push_back(entry.node.name);
            }
            return names;
        };
        REQUIRE(stops().size() == 1);
        for (const auto& [id, entry] : page.host.mirror.nodes) {
            if (id == 0 || entry.node.role != Role::article || (entry.node.actions & ui::kFocus) == 0) continue;
            page.app->on_focus(id, true);
            break;
        }
        page.settle();
        std::size_t moved = 0;
        for (; moved < 100; ++moved) {
            const ui::NodeId before = page.host.mirror.focus;
            page.app->on_key(ui::Key::up, 0);
            page.settle();
            if (page.host.mirror.focus == before) break;
            page.app->on_focus(page.host.mirror.focus, true);
            page.settle();
            CHECK(stops().size() == 1);
        }
        CHECK(moved >= 59);   // up to the first
        CHECK(page.says("Viesti numero 1"));
    }
}
