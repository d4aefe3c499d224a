#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::Role;

namespace {

void open_group(Page& page)
{
    open_main(page);
    page.press(Role::listitem, "Hallitusviisikko");
    page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 3)});
}

void arrive(Page& page, int number, int sender) { page.tell(api::MessagesEvent{id_of(100), {message(number, sender, "viesti " + std::to_string(number))}}); }

void attention(Page& page, bool has_it)
{
    page.app->on_attention(has_it);
    page.settle();
}

std::vector<bool> told(const Page& page)
{
    std::vector<bool> looks;
    for (const auto& look : page.sent<api::Look>()) looks.push_back(look.looks);
    return looks;
}

}  // namespace

TEST_SUITE("ui.attention")
{
    TEST_CASE("what went wrong is still there for whoever looks again; good news is not")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_group(page);
        attention(page, false);
        const std::string alarm = "Tilillesi kirjautui uusi laite: Firefox.";
        page.tell(api::NoticeEvent{.code = api::Code::new_device, .severity = api::Severity::warning, .subject = "Firefox"});
        page.now += 60'000;
        page.settle();
        CHECK(page.says(alarm));
        CHECK(page.host.frame_at > page.now + 1'000);   // nothing counts the time meanwhile
        attention(page, true);
        page.now += 11'000;
        page.settle();
        CHECK(page.says(alarm));
        page.now += 2'000;
        page.settle();
        CHECK_FALSE(page.says(alarm));

        attention(page, false);
        page.tell(api::NoticeEvent{.code = api::Code::member_added, .severity = api::Severity::success});
        page.now += 6'000;
        page.settle();
        attention(page, true);
        CHECK(page.find(Role::button, "Sulje ilmoitus") == nullptr);
    }

    TEST_CASE("the core is told when nobody looks at the conversation: the page lost the focus, or shows something else")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_group(page);
        CHECK(told(page).empty());
        attention(page, false);
        attention(page, false);
        CHECK(told(page) == std::vector<bool>{false});
        attention(page, true);
        page.press(Role::button, "Asetukset");
        CHECK(told(page) == std::vector<bool>{false, true, false});
        attention(page, false);
        attention(page, true);
        CHECK(told(page).size() == 3);
        page.press(Role::button, "Keskustelut");
        CHECK(told(page) == std::vector<bool>{false, true, false, true});
    }

    TEST_CASE("a seal that opens in a page nobody looks at says so, and nothing is said while it is locked")
    {
        if (!fonts()) return;
        Page page(*fonts());
        page.tell(session(api::Phase::locked));
        attention(page, false);
        CHECK(told(page).empty());
        open_main(page);
        CHECK(told(page) == std::vector<bool>{false});
    }

    TEST_CASE("what came while nobody looked has a line above it when they look again, and what is one's own has none")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_group(page);
        arrive(page, 4, 2);
        attention(page, false);
        arrive(page, 5, 1);   // one's own, from another device
        CHECK(page.find(Role::separator, "1 uusi viesti") == nullptr);
        arrive(page, 6, 2);
        arrive(page, 7, 3);
        CHECK(page.find(Role::separator, "2 uutta viestiä") == nullptr);
        attention(page, true);
        const auto* line = page.find(Role::separator, "2 uutta viestiä");
        REQUIRE(line != nullptr);
        attention(page, false);
        attention(page, true);
        CHECK(page.find(Role::separator, "2 uutta viestiä") != nullptr);   // nothing came: it stays as long as it would
    }
}
