#pragma once
// What happens on a page while somebody signs in, and while their vault is there.

#include "tests/ui/page.h"
#include "ui/views/views.h"

namespace sinetti::tests {

inline constexpr std::string_view kDocument = "{\"sinetti\":1}";
inline constexpr std::string_view kCode = "0ABC-DEFG-HJKM-NPQR-STVW-XYZ1-2345-6789";

inline void give_document(Page& page)
{
    page.app->on_relay_document(ui::RelayDocument::there, kDocument);
    page.settle();
}

// Types name and secret and presses the button, as far as the question for the document.
inline ui::NodeId fill_in(Page& page, std::string_view name, std::string_view label)
{
    page.type(ui::Role::textbox, "Nimi", name);
    const ui::NodeId secret = page.type_secret(label);
    page.press(ui::Role::button, "Kirjaudu sisään");
    return secret;
}

inline api::SessionEvent shared(api::SessionEvent event)
{
    event.shared = true;
    return event;
}

inline void open_shared(Page& page)
{
    page.tell(shared(session(api::Phase::open)));
    page.tell(api::ConnectionEvent{.state = api::ConnectionState::connected});
    page.tell(api::PeopleEvent{five_people()});
    page.tell(api::ConversationsEvent{{group(), direct()}});
}

inline api::VaultEvent saved_vault(bool code_shown = false)
{
    return {.state = api::VaultState::saved, .sign_in_name = "Elina Vuorela", .code_shown = code_shown};
}

inline void prove(Page& page, std::string_view button)
{
    page.type_secret("Tunnuslause");
    page.press(ui::Role::button, button);
    page.tell(api::PassphraseEvent{api::PassphraseState::proven});
}

inline bool anything_says(const Page& page, std::string_view words)
{
    for (const auto& [id, entry] : page.host.mirror.nodes) {
        const ui::MirrorNode& n = entry.node;
        for (const std::string* text : {&n.name, &n.value, &n.description}) {
            if (text->find(words) != std::string::npos) return true;
        }
    }
    return false;
}

}  // namespace sinetti::tests
