// Many invitations at once: a list from a spreadsheet, what it says line by line, and the links.

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/field.h"
#include "ui/widgets/scroll.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr float kWidth = 640;
constexpr float kRow = 48;
constexpr float kBadRow = 60;

float inner_width(const Context& c) { return stacked(c) ? c.viewport.width - 40 : kWidth - 68; }

// A list of its own size, scrolled by itself where that is too much.
float list_height(const Context& c, float wanted, float taken)
{
    return std::min(wanted, std::max(176.0f, c.viewport.height - taken));
}

Say words_of(roster::Problem problem)
{
    switch (problem) {
    case roster::Problem::name_missing: return Say::line_name_missing;
    case roster::Problem::name_too_long: return Say::line_name_too_long;
    case roster::Problem::not_utf8: return Say::line_not_utf8;
    case roster::Problem::not_a_name: return Say::line_not_a_name;
    case roster::Problem::bad_quotes: return Say::line_bad_quotes;
    case roster::Problem::too_many_columns: return Say::line_too_many_columns;
    case roster::Problem::unknown_role: return Say::line_unknown_role;
    case roster::Problem::role_not_ours: return Say::line_role_not_ours;
    case roster::Problem::twice: return Say::line_twice;
    case roster::Problem::already_here: return Say::line_already_here;
    case roster::Problem::already_invited: return Say::line_already_invited;
    }
    return Say::line_not_a_name;
}

bool near(const Rect& row, const Rect& list) { return row.bottom() > list.y - 120 && row.y < list.bottom() + 120; }

void draw_list_step(Context& c)
{
    InviteMany& many = c.state.invite_many;
    const bool narrow = stacked(c);
    const float width = inner_width(c);
    const float box = std::max(132.0f, std::min(240.0f, c.viewport.height - 460));
    const float problem = many.problem.empty() ? 0 : c.paragraph_height(kLabelMedium, many.problem, width - 24) + 20;
    DialogScope dialog(c, "invite many", c.say(Say::invite_many_title), c.say(Say::invite_many_hint), kWidth, 26 + box + 12 + problem + 12 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    float y = area.y;
    c.ink(kLabelStrong, c.say(Say::people_list), area.x, y, c.theme.text);
    y += 26;
    if (const NodeId node = c.id("list"); many.field != node) {
        many.field = node;
        if (many.list.empty()) c.state.texts.erase(node);
    }
    // One byte more than a list may have: what is pasted is refused as a whole, and not cut.
    text_field(c, "list", {area.x, y, area.w, box},
               {.kind = FieldKind::lines, .label = c.say(Say::people_list), .placeholder = c.say(Say::people_list_example),
                .max_bytes = static_cast<std::uint32_t>(roster::kCsvSizeMax + 1), .required = true, .invalid = !many.problem.empty()});
    y += box + 12;
    draw_problem(c, "problem", {area.x, y, area.w, std::max(0.0f, problem - 12)}, many.problem);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    if (foot.add("check", {.label = c.say(Say::check_list)})) {
        take_list(c.state, c.model, c.language, std::string(field_text(c, many.field)));
        c.changed();
    }
    if (foot.add("file", {.label = c.say(Say::choose_file), .icon = icons::kFileText, .kind = ButtonKind::outline})) {
        c.host.choose_file(static_cast<std::uint32_t>(roster::kCsvSizeMax));
    }
}

void draw_bad_line(Context& c, const Rect& row, const roster::BadLine& bad)
{
    const std::string line = std::to_string(bad.line);
    const std::string title = bad.name.empty() ? c.say(Say::list_line, {line}) : c.say(Say::list_line_named, {line, bad.name});
    const std::string why = c.say(words_of(bad.problem), {std::to_string(bad.other_line)});
    GroupScope item(c, "bad " + line, Role::listitem, row, title);
    c.paint.icon(icons::kWarning, 20, row.x + 12, row.y + (row.h - 20) / 2, c.theme.warn);
    c.ink_elided(kBodyMedium, title, row.x + 44, row.y + 9, row.w - 56, c.theme.text);
    c.ink_elided(kLabel, why, row.x + 44, row.y + 31, row.w - 56, c.theme.text_2);
    c.mirror.add(c.id("text"), Role::text, row, title + ". " + why);
}

void draw_wish(Context& c, const Rect& row, const api::InvitationWish& wish)
{
    const bool administrator = wish.role == api::Role::administrator;
    const char* role = c.say(administrator ? Say::role_administrator : Say::role_member);
    GroupScope item(c, wish.name, Role::listitem, row, wish.name);
    c.paint.icon(administrator ? icons::kKey : icons::kUser, 20, row.x + 12, row.y + (row.h - 20) / 2, c.theme.text_2);
    const float role_width = c.measure(kLabel, role);
    c.ink_elided(kBodyMedium, wish.name, row.x + 44, row.y + 13, row.w - 68 - role_width, c.theme.text);
    c.ink(kLabel, role, row.right() - 12 - role_width, row.y + 15, c.theme.text_2);
    c.mirror.add(c.id("text"), Role::text, row, wish.name + ", " + role);
}

void draw_preview_step(Context& c)
{
    InviteMany& many = c.state.invite_many;
    const roster::Roster& roster = *many.roster;
    const bool narrow = stacked(c);
    const std::size_t good = roster.people.size();
    const float content = static_cast<float>(roster.bad.size()) * kBadRow + static_cast<float>(good) * kRow;
    const float list = list_height(c, content, narrow ? 360.0f : 330.0f);
    const std::string title = good == 0 ? std::string(c.say(Say::list_good_none)) : c.count(Say::list_good_one, Say::list_good, good);
    const std::string left_out = roster.bad.empty() ? std::string() : c.count(Say::list_bad_one, Say::list_bad, roster.bad.size());
    DialogScope dialog(c, "invite many preview", title, left_out, kWidth, list + 24 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    const Rect box{area.x, area.y, area.w, list};
    c.paint.fill(box.x, box.y, box.w, box.h, c.theme.surface, 16);
    if (c.theme.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, c.theme.border, 16);
    {
        ScrollScope scroll(c, "lines", Role::list, box, c.say(Say::people_list));
        float y = scroll.top();
        const auto next = [&](float height) {
            const Rect row{box.x, y, box.w, height};
            if (y > scroll.top()) c.paint.line({row.x + 12, row.y}, {row.right() - 12, row.y}, 1, c.theme.line);
            y += height;
            return row;
        };
        for (const auto& bad : roster.bad)   // what wants attention comes first
            if (const Rect row = next(kBadRow); near(row, box)) draw_bad_line(c, row, bad);
        for (const auto& wish : roster.people)
            if (const Rect row = next(kRow); near(row, box)) draw_wish(c, row, wish);
        scroll.set_content(y - scroll.top());
    }
    DialogFoot foot(c, dialog);
    foot.expect(2);
    const std::string create = many.waiting ? std::string(c.say(Say::creating_invitation)) : c.count(Say::create_many_one, Say::create_many, good);
    if (foot.add("create", {.label = create, .icon = icons::kPaperPlaneTilt, .disabled = good == 0 || many.waiting}) && good > 0 && !many.waiting) {
        many.waiting = true;
        c.send(api::CreateInvitations{roster.people});
    }
    if (foot.add("edit", {.label = c.say(Say::edit_list), .kind = ButtonKind::outline, .disabled = many.waiting}) && !many.waiting) {
        many.roster.reset();
        c.state.dialog_opened = true;
        c.changed();
    }
}

void save_links(Context& c)
{
    // What a spreadsheet expects between columns where its decimals have a comma.
    roster::LinkList links(c.language == Language::english ? ',' : ';');
    for (const auto& invitation : c.model.ready_invitations) {
        auto link = invitation_link(c, invitation);
        links.add(invitation.name, link);
        roster::wipe(link);
    }
    c.host.save_file(std::string(c.say(Say::links_file)) + ".csv", links.text());
}

void draw_links_step(Context& c)
{
    const bool narrow = stacked(c);
    const auto& made = c.model.ready_invitations;
    const float width = inner_width(c);
    const float note = c.paragraph_height(kLabel, c.say(Say::many_ready_text), width);
    const float list = list_height(c, static_cast<float>(made.size()) * kRow, (narrow ? 330.0f : 300.0f) + note);
    DialogScope dialog(c, "invite many links", c.say(Say::many_ready_title), "", kWidth, note + 16 + list + 24 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    c.paragraph("note", kLabel, c.say(Say::many_ready_text), {area.x, area.y, area.w, 0}, c.theme.text_2);
    const Rect box{area.x, area.y + note + 16, area.w, list};
    c.paint.fill(box.x, box.y, box.w, box.h, c.theme.surface, 16);
    if (c.theme.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, c.theme.border, 16);
    {
        ScrollScope scroll(c, "links", Role::list, box, c.say(Say::many_ready_title));
        float y = scroll.top();
        for (const auto& invitation : made) {
            const Rect row{box.x, y, box.w, kRow};
            y += kRow;
            if (!near(row, box)) continue;
            GroupScope item(c, invitation.id, Role::listitem, row, invitation.name);
            if (row.y > scroll.top()) c.paint.line({row.x + 12, row.y}, {row.right() - 12, row.y}, 1, c.theme.line);
            c.ink_elided(kBodyMedium, invitation.name, row.x + 16, row.y + 13, row.w - 84, c.theme.text);
            c.mirror.add(c.id("text"), Role::text, {row.x, row.y, row.w - 60, row.h}, invitation.name);
            if (icon_button(c, "copy", {row.right() - 52, row.y + 2, 44, 44}, c.say(Say::copy_link_of, {invitation.name}), {.icon = icons::kCopy})) {
                auto link = invitation_link(c, invitation);
                c.host.set_clipboard(link);
                roster::wipe(link);
                c.state.toasts.insert(c.state.toasts.begin(), {.code = api::Code::link_copied, .severity = api::Severity::success});
                c.changed();
            }
        }
        scroll.set_content(y - scroll.top());
    }
    DialogFoot foot(c, dialog);
    foot.expect(2);
    if (foot.add("save", {.label = c.say(Say::save_links), .icon = icons::kDownloadSimple})) save_links(c);
    if (foot.add("done", {.label = c.say(Say::done), .kind = ButtonKind::outline})) close_dialog(c);
}

}  // namespace

void ask_for_list(Context& c)
{
    c.state.invite_many = {};
    open_dialog(c, Dialog::invite_many);
}

void take_list(State& state, const Model& model, Language language, std::string list)
{
    InviteMany& many = state.invite_many;
    if (many.waiting || many.ready) return;
    std::vector<std::string> members;
    std::vector<std::string> invited;
    for (const auto& person : model.people)
        if (!person.revoked) members.push_back(person.name);
    for (const auto& invitation : model.invitations)
        if (!invitation.used && !invitation.fragment.empty()) invited.push_back(invitation.name);
    auto roster = roster::read_roster(list, {members, invited, model.session.founder});
    many.problem.clear();
    if (roster) {
        if (base::is_valid_utf8(base::view_of(list))) state.texts[many.field] = list;
        many.list = std::move(list);
        many.roster = std::move(*roster);
        state.dialog_opened = true;
        return;
    }
    switch (roster.error()) {
    case roster::RosterError::too_large: many.problem = say(language, Say::list_too_large); break;
    case roster::RosterError::too_many: many.problem = fill(say(language, Say::list_too_many), {std::to_string(api::kInvitationsAtOnceMax)}); break;
    case roster::RosterError::nobody: many.problem = say(language, Say::list_nobody); break;
    }
}

void draw_invite_many(Context& c)
{
    if (!c.model.session.administrator) return close_dialog(c);
    const InviteMany& many = c.state.invite_many;
    if (many.ready) return draw_links_step(c);
    if (many.roster) return draw_preview_step(c);
    draw_list_step(c);
}

}  // namespace sinetti::ui
