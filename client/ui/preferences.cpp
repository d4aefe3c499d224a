#include "ui/preferences.h"

namespace sinetti::ui {

namespace {

std::optional<Language> language_of(std::string_view tag)
{
    if (tag.starts_with("fi")) return Language::finnish;
    if (tag.starts_with("sv")) return Language::swedish;
    if (tag.starts_with("en")) return Language::english;
    return std::nullopt;
}

}  // namespace

Language chosen_language(const State& state, const Model& model, const Host& host)
{
    if (state.language) return *state.language;
    if (const auto chosen = language_of(model.setting("language"))) return *chosen;
    for (const std::string& tag : host.languages()) {
        if (const auto offered = language_of(tag)) return *offered;
    }
    return Language::finnish;
}

const Theme& chosen_theme(const Model& model, const Viewport& viewport)
{
    const std::string_view chosen = model.setting("theme");
    if (chosen == "contrast") return theme_of(ThemeId::clear);
    if (viewport.prefers_contrast || viewport.forced_colours) return theme_of(ThemeId::clear);
    if (chosen == "dark") return theme_of(ThemeId::polar_night);
    if (chosen == "light") return theme_of(ThemeId::birch);
    return theme_of(viewport.prefers_dark ? ThemeId::polar_night : ThemeId::birch);
}

bool wants_notifications(const Model& model, const Host& host)
{
    return !model.session.shared && model.setting(kNotificationsSetting) == "on" && host.notification_permission() == NotificationPermission::granted;
}

}  // namespace sinetti::ui
