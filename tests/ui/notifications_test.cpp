#include "tests/ui/page.h"

using namespace sinetti;
using namespace sinetti::tests;
using ui::NotificationPermission;
using ui::Role;

namespace {

void turn_on(Page& page)
{
    page.host.permission = NotificationPermission::granted;
    page.tell(api::SettingsEvent{{{"notifications", "on"}}});
}

void arrive(Page& page, std::uint32_t unread)
{
    auto conversation = group();
    conversation.unread = unread;
    page.tell(api::ConversationsEvent{{conversation, direct()}});
}

bool is_checked(const Page& page, std::string_view name) { return (page.get(Role::radio, name).states & ui::kChecked) != 0; }

}  // namespace

TEST_SUITE("ui.notifications")
{
    TEST_CASE("the machine is told that there is something new, and nothing of what or from whom")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        turn_on(page);
        CHECK(page.host.notifications.empty());   // what was unread before is nothing new
        arrive(page, 3);
        CHECK(page.host.notifications == std::vector<std::string>{"Sinetissä on uutta."});
        arrive(page, 3);
        arrive(page, 0);
        CHECK(page.host.notifications.size() == 1);

        page.press(Role::listitem, "Hallitusviisikko");
        page.tell(api::TimelineEvent{.conversation = id_of(100), .messages = many_messages(1, 3)});
        page.tell(api::MessagesEvent{id_of(100), {message(4, 2, "Salaista")}});   // where one is: it is not unread, but who looks away misses it
        CHECK(page.host.notifications.size() == 2);
        page.tell(api::MessagesEvent{id_of(100), {message(5, 1, "Omaa")}});
        CHECK(page.host.notifications.size() == 2);
        const api::NoticeEvent signed_in{.code = api::Code::new_device, .severity = api::Severity::warning, .subject = "Firefox"};
        page.tell(signed_in);   // whoever looks sees it
        CHECK(page.host.notifications.size() == 2);
        page.app->on_attention(false);
        page.tell(signed_in);
        CHECK(page.host.notifications.size() == 3);
        for (const auto& words : page.host.notifications) CHECK(words == "Sinetissä on uutta.");
    }

    TEST_CASE("nobody is told who has not turned it on, whose browser refuses, or whose machine it is not")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.host.permission = NotificationPermission::granted;
        arrive(page, 3);
        turn_on(page);
        page.host.permission = NotificationPermission::denied;
        arrive(page, 4);
        page.host.permission = NotificationPermission::granted;
        auto shared = session(api::Phase::open);
        shared.shared = true;
        page.tell(shared);
        arrive(page, 5);
        CHECK(page.host.notifications.empty());
        page.press(Role::button, "Asetukset");
        CHECK(page.find(Role::radiogroup, "Koneen ilmoitukset") == nullptr);
    }

    TEST_CASE("turning them on asks the browser, once, and what it answers is what is shown")
    {
        if (!fonts()) return;
        Page page(*fonts());
        open_main(page);
        page.press(Role::button, "Asetukset");
        CHECK(is_checked(page, "Pois"));
        page.press(Role::radio, "Päällä");
        CHECK(page.host.asked_for_notifications == 1);
        REQUIRE(page.sent<api::SetSetting>().size() == 1);
        CHECK(page.sent<api::SetSetting>()[0].key == "notifications");
        CHECK(page.sent<api::SetSetting>()[0].value == "on");
        page.tell(api::SettingsEvent{{{"notifications", "on"}}});
        CHECK(is_checked(page, "Pois"));            // the browser has not answered
        page.host.permission = NotificationPermission::granted;
        page.app->on_notifications_changed();
        page.settle();
        CHECK(is_checked(page, "Päällä"));
        page.press(Role::radio, "Pois");
        CHECK(page.sent<api::SetSetting>().back().value == "off");
        page.press(Role::radio, "Päällä");
        CHECK(page.host.asked_for_notifications == 1);

        page.host.permission = NotificationPermission::denied;
        page.app->on_notifications_changed();
        page.settle();
        CHECK(is_checked(page, "Pois"));
        CHECK(page.says("Tämä selain ei anna Sinetin näyttää ilmoituksia."));
        page.host.permission = NotificationPermission::unsupported;
        page.app->on_notifications_changed();
        page.settle();
        CHECK(page.find(Role::radiogroup, "Koneen ilmoitukset") == nullptr);
    }
}
