// Everybody in the organisation, and for administrators the invitations.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/search.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/field.h"
#include "ui/widgets/scroll.h"

#include <cmath>

namespace sinetti::ui {

namespace {

struct Columns {
    bool table;          // otherwise one column of rows
    float name, role, state, joined, action;   // left edges
    float right;
};

Columns columns_of(const Rect& area, bool admin)
{
    const float x = area.x + 24;
    const float w = area.w - 48;
    const bool table = area.w >= 820;
    const float act = admin ? 164 : 120;
    const float unit = (w - act) / 6.4f;
    return {table, x, x + unit * 2.6f, x + unit * 3.8f, x + unit * 5.4f, area.right() - 24 - act, area.right() - 24};
}

float draw_chip(Context& c, float x, float y, const char* icon, std::string_view words, Colour ink, Colour tint)
{
    const float w = std::ceil(c.measure(kMetaMedium, words)) + 15 + 5 + 20;
    c.paint.fill(x, y, w, 24, tint, 12);
    if (c.theme.high_contrast) c.paint.outline(x, y, w, 24, 1.5f, ink, 12);
    c.paint.icon(icon, 15, x + 10, y + 4.5f, ink);
    c.ink(kMetaMedium, words, x + 30, y + 4, ink);
    return w;
}

bool pending(const Context& c, const api::Invitation& i) { return !i.used && i.expires_ms > c.host.now_ms(); }

void draw_stat(Context& c, std::string_view key, const Rect& card, const char* icon, Colour ink, std::size_t n, Say one, Say many)
{
    draw_card(c, card);
    c.paint.icon(icon, 26, card.x + 18, card.y + (card.h - 26) / 2, ink);
    const std::string number = std::to_string(n);
    const std::string_view words = c.say(n == 1 ? one : many);
    c.ink(kHeading, number, card.x + 58, card.y + 14, c.theme.text);
    c.ink_elided(kLabel, words, card.x + 58, card.y + 42, card.w - 70, c.theme.text_2);
    c.mirror.add(c.id(key), Role::text, card, number + " " + std::string(words));
}

void draw_person_line(Context& c, const Rect& row, const Columns& columns, const api::Person& p)
{
    const Theme& t = c.theme;
    GroupScope item(c, p.id, Role::listitem, row, p.name);
    c.paint.line({row.x + 10, row.y}, {row.right() - 10, row.y}, 1, t.line);
    const bool manageable = may_manage(c, p);
    const float right = columns.table ? columns.role - 12 : columns.right - (manageable ? 100.0f : 56.0f);
    draw_person(c, {columns.name, row.y + (row.h - 40) / 2, 40, 40}, p);
    const float x = columns.name + 52;
    const bool two = !p.title.empty() || !columns.table;
    const float y = row.y + (row.h - (two ? 37.0f : 19.0f)) / 2;
    const std::string you = p.me ? std::string(" · ") + c.say(Say::you) : std::string();
    const TextStyle name_style{Face::semibold, 15, 19};
    const std::string name = c.paint.texts().elide(name_style, p.name, right - x - c.measure(kSmall, you));
    c.ink(name_style, name, x, y, t.text);
    if (p.me) c.ink({Face::regular, 14, 19}, you, x + c.measure(name_style, name), y, t.text_3);
    const char* role = c.say(p.role == api::Role::administrator ? Say::role_administrator : Say::role_member);
    const char* state = c.say(p.revoked ? Say::state_revoked : p.me ? Say::verified : trust_in(p));
    const std::string joined = p.enrolled_ms > 0 ? short_date(c.language, c.host.local_time(p.enrolled_ms)) : std::string();
    std::string under = p.title;
    if (!columns.table) {
        if (p.role == api::Role::administrator) under += (under.empty() ? "" : " · ") + std::string(role);
        if (p.revoked || !p.verified) under += (under.empty() ? "" : " · ") + std::string(p.me ? c.say(Say::you) : state);
    }
    c.ink_elided(kLabel, under, x, y + 19, right - x, t.text_2);
    if (columns.table) {
        c.paint.icon(p.role == api::Role::administrator ? icons::kKey : icons::kUser, 18, columns.role, row.y + (row.h - 18) / 2, t.text_2);
        c.ink_elided(kSmall, role, columns.role + 25, row.y + (row.h - 18) / 2, columns.state - columns.role - 31, t.text_2);
        const float chip_y = row.y + (row.h - 24) / 2;
        if (p.revoked) {
            draw_chip(c, columns.state, chip_y, icons::kWarning, state, t.danger, t.danger_tint);
        } else if (p.verified || p.me) {
            draw_chip(c, columns.state, chip_y, icons::kSealCheckFill, state, t.ok, t.ok_tint);
        } else {
            draw_chip(c, columns.state, chip_y, icons::kSealQuestion, state, t.warn, t.warn_tint);
        }
        c.ink(kSmall, joined, columns.joined, row.y + (row.h - 18) / 2, t.text_2);
    }
    std::string words = p.name + you;
    if (!p.title.empty()) words += ", " + p.title;
    words += std::string(", ") + role + ", " + state;
    if (!joined.empty()) words += std::string(", ") + c.say(Say::column_enrolled) + " " + joined;
    c.mirror.add(c.id("text"), Role::text, {columns.name, row.y, right - columns.name, row.h}, words);
    if (p.me || p.revoked) return;
    if (!p.verified && columns.table) {
        ButtonSpec verify{.label = c.say(Say::verify), .kind = ButtonKind::ghost, .small = true};
        const std::string full = c.say(Say::verify_person, {p.name});
        verify.name = full;
        const float w = button_width(c, verify);
        if (button(c, "verify", {columns.right - (manageable ? 88 : 44) - w, row.y + (row.h - 36) / 2, w, 36}, verify)) {
            open_dialog(c, Dialog::verify);
            c.state.subject = p.id;
        }
    }
    if (manageable) {
        const Rect manage{columns.right - 86, row.y + (row.h - 44) / 2, 44, 44};
        if (icon_button(c, "manage", manage, c.say(Say::manage_person, {p.name}), {.icon = icons::kDotsThreeVertical, .icon_size = 22})) {
            open_dialog(c, Dialog::manage);
            c.state.subject = p.id;
        }
    }
    const Rect write{columns.right - 42, row.y + (row.h - 44) / 2, 44, 44};
    if (icon_button(c, "write", write, c.say(Say::write_to, {p.name}), {.icon = icons::kChatsCircle, .icon_size = 22})) start_direct(c, p.id);
}

void draw_invitation_line(Context& c, const Rect& row, const Columns& columns, const api::Invitation& i)
{
    const Theme& t = c.theme;
    GroupScope item(c, i.id, Role::listitem, row, i.name);
    c.paint.line({row.x + 10, row.y}, {row.right() - 10, row.y}, 1, t.line);
    draw_avatar(c, {columns.name, row.y + (row.h - 40) / 2, 40, 40}, initials_of(i.name), avatar_colour(i.name), AvatarShape::person);
    const float x = columns.name + 52;
    const bool open = pending(c, i);
    const std::string until = open ? c.say(Say::state_invited, {date_and_time(c.language, c.host.local_time(i.expires_ms))}) : std::string(c.say(Say::state_expired));
    const char* role = c.say(i.role == api::Role::administrator ? Say::role_administrator : Say::role_member);
    const float right = columns.table ? columns.role - 12 : columns.right - 56;
    const float y = row.y + (row.h - 37) / 2;
    c.ink_elided({Face::semibold, 15, 19}, i.name, x, y, right - x, t.text);
    c.ink_elided(kLabel, columns.table ? c.say(Say::state_invited_short) : until.c_str(), x, y + 19, right - x, t.text_2);
    if (columns.table) {
        c.paint.icon(i.role == api::Role::administrator ? icons::kKey : icons::kUser, 18, columns.role, row.y + (row.h - 18) / 2, t.text_2);
        c.ink_elided(kSmall, role, columns.role + 25, row.y + (row.h - 18) / 2, columns.state - columns.role - 31, t.text_2);
        const std::string shown = c.paint.texts().elide(kMetaMedium, until, columns.action - columns.state - 56);
        draw_chip(c, columns.state, row.y + (row.h - 24) / 2, open ? icons::kPaperPlaneTilt : icons::kWarning, shown, open ? t.text_2 : t.warn, open ? t.sunken : t.warn_tint);
    }
    c.mirror.add(c.id("text"), Role::text, {columns.name, row.y, right - columns.name, row.h}, i.name + ", " + role + ", " + until);
    if (!open || i.fragment.empty()) return;
    if (icon_button(c, "show", {columns.right - 42, row.y + (row.h - 44) / 2, 44, 44}, c.say(Say::show_invitation, {i.name}), {.icon = icons::kQrCode, .icon_size = 22})) {
        open_dialog(c, Dialog::invite);
        c.state.shown_invitation = i.id;
    }
}

}  // namespace

void draw_people(Context& c, const Rect& area)
{
    const Theme& t = c.theme;
    c.paint.fill(area.x, area.y, area.w, area.h, t.canvas);
    GroupScope pane(c, "people", Role::main, area, c.say(Say::people));
    const bool narrow = area.w < 640;
    const float margin = narrow ? 16.0f : 48.0f;
    const bool admin = c.model.session.administrator;
    ScrollScope scroll(c, "page", Role::group, area, c.say(Say::people));
    const float x = area.x + margin;
    const float w = area.w - 2 * margin;
    float y = scroll.top() + (narrow ? 14.0f : 32.0f);

    const TextStyle& title_style = narrow ? kLarge : kHero;
    c.heading("title", 1, title_style, c.say(Say::people), x, y, t.text);
    if (admin) {
        const ButtonSpec invite{.label = c.say(Say::invite), .icon = icons::kUserPlus};
        const float bw = button_width(c, invite);
        if (button(c, "invite", {x + w - bw, y + (narrow ? -4.0f : 13.0f), bw, narrow ? 44.0f : 40.0f}, invite)) {
            open_dialog(c, Dialog::invite);
            c.state.shown_invitation.clear();
        }
        // Where there is room for its words; otherwise it is reached from the dialog of one invitation.
        const ButtonSpec many{.label = c.say(Say::invite_many), .icon = icons::kUsersThree, .kind = ButtonKind::outline};
        const float mw = button_width(c, many);
        if (!narrow && button(c, "invite many", {x + w - bw - 10 - mw, y + 13.0f, mw, 40}, many)) ask_for_list(c);
    }
    y += title_style.line + 2;
    std::size_t active = 0;
    std::size_t verified = 0;
    for (const auto& p : c.model.people) {
        active += p.revoked ? 0 : 1;
        verified += p.verified && !p.me ? 1 : 0;
    }
    std::size_t open_invitations = 0;
    for (const auto& i : c.model.invitations) open_invitations += pending(c, i) ? 1 : 0;
    const std::string& organisation = c.model.session.organisation;
    const std::string subtitle = active == 1 ? c.say(Say::people_subtitle_one, {organisation}) : c.say(Say::people_subtitle, {organisation, std::to_string(active)});
    y += c.paragraph("subtitle", kBody, subtitle, {x, y, w, 0}, t.text_2);
    y += narrow ? 16.0f : 22.0f;

    if (!narrow) {
        const float card = admin ? (w - 14) / 2 : std::min(w, 340.0f);
        draw_stat(c, "stat verified", {x, y, card, 74}, icons::kSealCheck, t.ok, verified, Say::stat_verified_one, Say::stat_verified);
        if (admin) draw_stat(c, "stat invited", {x + card + 14, y, card, 74}, icons::kPaperPlaneTilt, t.accent_text, open_invitations, Say::stat_invited_one, Say::stat_invited);
        y += 74 + 18;
    }
    const float field_width = narrow ? w : 300.0f;
    const float control = narrow || c.touch() ? 44.0f : 40.0f;
    const FieldResult search = search_field(c, "search", {x, y, field_width, control}, c.say(Say::search_people), t.sidebar, true);
    if (narrow) y += control + 8;
    {
        float at = narrow ? x : x + field_width + 8;
        const float chip = narrow || c.touch() ? 44.0f : 32.0f;
        GroupScope tabs(c, "filters", Role::tablist, {at, y, w, control}, c.say(Say::filter));
        const std::string invited = open_invitations > 0 ? std::to_string(open_invitations) : std::string();
        const Choice choices[] = {{"all", c.say(Say::filter_all)}, {"administrators", c.say(Say::filter_administrators)}, {"invited", c.say(Say::filter_invited), invited}};
        for (int i = 0; i < (admin ? 3 : 2); ++i) {
            const float cw = chip_width(c, choices[i]);
            if (filter_chip(c, {at, y + (control - chip) / 2, cw, chip}, choices[i], static_cast<int>(c.state.people_filter) == i, t.sidebar)) {
                c.state.people_filter = static_cast<PeopleFilter>(i);
            }
            at += cw + 6;
        }
    }
    y += control + 12;

    const SearchWords words(field_text(c, search.id));
    std::vector<const api::Person*> people;
    std::vector<const api::Invitation*> invitations;
    for (const auto& p : c.model.people) {
        if (c.state.people_filter == PeopleFilter::invited) break;
        if (c.state.people_filter == PeopleFilter::administrators && p.role != api::Role::administrator) continue;
        if (words.empty() || words.match(p.name) || words.match(p.title)) people.push_back(&p);
    }
    for (const auto& i : c.model.invitations) {
        if (!admin || i.used || c.state.people_filter == PeopleFilter::administrators) continue;
        if (words.empty() || words.match(i.name)) invitations.push_back(&i);
    }
    const Rect probe{x, y, w, 0};
    const Columns columns = columns_of(probe, admin);
    const float row_height = columns.table ? 60.0f : 68.0f;
    const float head = columns.table ? 42.0f : 10.0f;
    const std::size_t rows = people.size() + invitations.size();
    const float table_height = std::max(head + std::max(1.0f, static_cast<float>(rows)) * row_height + 24, area.bottom() - y);
    c.paint.shadow(x, y, w, table_height, 22, 1, 4, t.shadow);
    c.paint.fill(x, y, w, table_height, t.sidebar, gfx::Corners(22, 22, 0, 0));
    if (t.high_contrast) c.paint.outline(x, y, w, table_height, 1.5f, t.border, gfx::Corners(22, 22, 0, 0));
    if (columns.table) {
        const float hy = y + 13;
        c.ink(kMetaStrong, c.say(Say::column_name), columns.name, hy, t.text_3);
        c.ink(kMetaStrong, c.say(Say::column_role), columns.role, hy, t.text_3);
        c.ink(kMetaStrong, c.say(Say::column_state), columns.state, hy, t.text_3);
        c.ink(kMetaStrong, c.say(Say::column_enrolled), columns.joined, hy, t.text_3);
    }
    float row_y = y + head;
    if (rows == 0) {
        c.paragraph("none", kBody, c.say(Say::nothing_found), {x + 24, row_y + 20, w - 48, 0}, t.text_2);
    } else {
        GroupScope list(c, "list", Role::list, {x, row_y, w, row_height * static_cast<float>(rows)}, c.say(Say::people));
        const auto near = [&] { return row_y + row_height > area.y - 200 && row_y < area.bottom() + 200; };
        for (const api::Person* p : people) {
            if (near()) draw_person_line(c, {x, row_y, w, row_height}, columns, *p);
            row_y += row_height;
        }
        for (const api::Invitation* i : invitations) {
            if (near()) draw_invitation_line(c, {x, row_y, w, row_height}, columns, *i);
            row_y += row_height;
        }
    }
    if (admin && active <= 1 && open_invitations == 0) {
        c.paragraph("hint", kBody, c.say(Say::people_empty_hint), {x + 24, row_y + 16, w - 48, 0}, t.text_2, 0.5f);
        row_y += 40;
    }
    scroll.set_content(row_y - scroll.top() + 24);
}

}  // namespace sinetti::ui
