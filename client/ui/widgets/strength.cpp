#include "ui/widgets/strength.h"

#include "api/command.h"
#include "generated/icons.h"

namespace sinetti::ui {

namespace {

constexpr std::uint32_t kWordsWanted = 4;

}  // namespace

bool is_good_passphrase(const PasswordState& typed)
{
    return typed.characters >= api::kPassphraseMin && typed.strength >= Strength::fair;
}

void draw_strength(Context& c, const Rect& area, const PasswordState& typed)
{
    constexpr Say kNames[] = {Say::strength_weak, Say::strength_weak, Say::strength_fair, Say::strength_strong, Say::strength_excellent};
    const int level = static_cast<int>(typed.strength);
    const Colour colours[] = {c.theme.line, c.theme.danger, c.theme.warn, c.theme.ok, c.theme.ok};
    const float part = (area.w - 18) / 4;
    for (int i = 0; i < 4; ++i) {
        c.paint.fill(area.x + static_cast<float>(i) * (part + 6), area.y, part, 8, i < level ? colours[level] : c.theme.line, 4);
    }
    const Rect strip{area.x, area.y + 16, area.w, 18};
    const std::uint32_t missing = typed.characters < api::kPassphraseMin ? static_cast<std::uint32_t>(api::kPassphraseMin) - typed.characters : 0;
    if (level > 0) {
        const std::string_view words = c.say(kNames[level]);
        c.paint.icon(level >= 3 ? icons::kCheckCircleFill : icons::kInfoFill, 17, strip.x, strip.y + 0.5f, colours[level]);
        c.ink(kLabelStrong, words, strip.x + 22, strip.y, colours[level]);
    }
    std::string hint;
    if (typed.characters > 0 && missing > 0) hint = c.say(Say::too_short, {std::to_string(missing)});
    else if (typed.characters > 0 && !is_good_passphrase(typed)) hint = c.say(Say::too_weak);
    if (!hint.empty()) c.ink(kLabel, hint, strip.right() - c.measure(kLabel, hint), strip.y, c.theme.text_2);
    GroupScope status(c, "strength", Role::status, strip, "");
    std::string spoken = level > 0 ? c.say(Say::strength, {c.say(kNames[level])}) : std::string();
    if (!hint.empty()) spoken += " " + hint;
    if (!spoken.empty()) c.mirror.add(c.id("text"), Role::text, strip, spoken);
}

void draw_rules(Context& c, const Rect& card, const PasswordState& typed)
{
    struct Rule {
        Say words;
        int met;   // 1 met, 0 not yet, -1 advice that nobody can check
    };
    const Rule rules[] = {
        {Say::rule_length, typed.characters >= api::kPassphraseMin ? 1 : 0},
        {Say::rule_words, typed.words >= kWordsWanted ? 1 : 0},
        {Say::rule_names, -1},
        {Say::rule_only_here, -1},
    };
    c.paint.fill(card.x, card.y, card.w, card.h, c.theme.canvas, 18);
    if (c.theme.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, c.theme.border, 18);
    GroupScope list(c, "rules", Role::list, card, c.say(Say::passphrase));
    float y = card.y + 6;
    for (const Rule& rule : rules) {
        const Rect row{card.x + 16, y, card.w - 32, 40};
        const char* icon = rule.met == 1 ? icons::kCheckBold : rule.met == 0 ? icons::kCircle : icons::kInfo;
        c.paint.icon(icon, 19, row.x, row.y + 10.5f, rule.met == 1 ? c.theme.ok : c.theme.text_3);
        c.ink_elided(kBody, c.say(rule.words), row.x + 31, row.y + 9.5f, row.w - 31, c.theme.text);
        std::string name = c.say(rule.words);
        if (rule.met >= 0) name += std::string(", ") + c.say(rule.met == 1 ? Say::rule_met : Say::rule_open);
        c.mirror.add(c.id(std::to_string(static_cast<int>(rule.words))), Role::listitem, row, name);
        y += 40;
    }
}

}  // namespace sinetti::ui
