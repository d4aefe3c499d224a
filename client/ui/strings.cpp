#include "ui/strings.h"

namespace sinetti::ui {

const char* say(Language language, Say what)
{
    switch (language) {
        case Language::finnish: return finnish(what);
        case Language::swedish: return swedish(what);
        case Language::english: break;
    }
    return english(what);
}

const char* say(Language language, api::Code code)
{
    switch (language) {
        case Language::finnish: return finnish(code);
        case Language::swedish: return swedish(code);
        case Language::english: break;
    }
    return english(code);
}

const char* tag_of(Language language)
{
    switch (language) {
        case Language::finnish: return "fi";
        case Language::swedish: return "sv";
        case Language::english: break;
    }
    return "en";
}

const char* own_name_of(Language language)
{
    switch (language) {
        case Language::finnish: return "Suomi";
        case Language::swedish: return "Svenska";
        case Language::english: break;
    }
    return "English";
}

std::string fill(std::string_view pattern, std::initializer_list<std::string_view> values)
{
    std::string out;
    out.reserve(pattern.size() + 32);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' && pattern[i + 1] >= '0' && pattern[i + 1] <= '9') {
            const auto index = static_cast<std::size_t>(pattern[i + 1] - '0');
            if (index < values.size()) out.append(values.begin()[index]);
            i += 2;
        } else {
            out.push_back(pattern[i]);
        }
    }
    return out;
}

std::string list(Language language, std::span<const std::string> names)
{
    if (names.empty()) return {};
    const bool more = names.size() > kListMax;
    const std::size_t shown = more ? kListMax - 1 : names.size() - 1;
    std::string head = names[0];
    for (std::size_t i = 1; i < shown; ++i) head += ", " + names[i];
    if (names.size() == 1) return head;
    return more ? fill(say(language, Say::list_more), {head, std::to_string(names.size() - shown)}) : fill(say(language, Say::list_two), {head, names.back()});
}

}  // namespace sinetti::ui
