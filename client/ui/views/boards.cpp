// Boards: what there are, in an administrator's settings, and the dialog that makes one or changes how it is used. Where there are
// several, a new conversation is asked which of them it is to be on.

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/field.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr float kRadioHeight = 44;
constexpr float kRadioGap = 8;
constexpr float kLabelHeight = 26;
constexpr std::uint16_t kUsualDays[] = {7, 30, 90, 365, 0};   // 0: for ever
constexpr api::Level kLevels[] = {api::Level::prompt, api::Level::mixed};   // those that are built

std::string kept_words(const Context& c, std::uint16_t days)
{
    return days == 0 ? std::string(c.say(Say::board_kept)) : c.count(Say::board_kept_day, Say::board_kept_days, days);
}

std::string policy_words(const Context& c, const api::Board& board)
{
    const std::string separator = " · ";
    return c.say(level_name(board.level)) + separator + c.say(board.post_quantum ? Say::board_post_quantum : Say::board_classical) + separator + kept_words(c, board.retention_days);
}

// What of it wants to be said beside; nothing: all is as it should be.
std::string board_mark(const Context& c, const api::Board& board)
{
    const std::string closed = board.closed ? c.say(Say::board_is_closed) : "";
    if (board.waiting) return closed + (board.closed ? " " : "") + c.say(Say::board_waits);
    if (board.closed) return closed;
    return board.is_signed ? std::string() : std::string(c.say(Say::board_unsigned));
}

void open_board_dialog(Context& c, const api::Board* board)
{
    auto& form = c.state.board_form;
    form = {};
    if (board != nullptr) form = {board->number, board->level, board->post_quantum, board->retention_days, board->retention_days, 0, board->name};
    open_dialog(c, Dialog::board);
    const NodeId field = c.state.board_form.field;
    if (field != 0) c.state.texts.erase(field);
}

// The usual times, and the one it has.
std::vector<std::uint16_t> days_to_choose(const BoardForm& form)
{
    std::vector<std::uint16_t> days(std::begin(kUsualDays), std::end(kUsualDays));
    if (std::ranges::find(days, form.days_before) == days.end()) days.insert(std::ranges::upper_bound(days.begin(), days.end() - 1, form.days_before), form.days_before);
    return days;
}

struct BoardRow {
    std::string words;
    std::string mark;
    float words_height = 0;
    float mark_height = 0;
    float height() const { return 8 + 22 + words_height + (mark_height > 0 ? mark_height + 2 : 0) + 10; }
};

BoardRow board_row(Context& c, const api::Board& board, float width)
{
    BoardRow row{.words = policy_words(c, board), .mark = board_mark(c, board)};
    row.words_height = c.paragraph_height(kLabel, row.words, width);
    if (!row.mark.empty()) row.mark_height = c.paragraph_height(kLabel, row.mark, width);
    return row;
}

void draw_board_row(Context& c, const Rect& rect, const api::Board& board, const BoardRow& row, bool first)
{
    const Theme& t = c.theme;
    const std::string name = board_title(c, board);
    GroupScope item(c, std::to_string(board.number), Role::listitem, rect, name);
    if (!first) c.paint.line({rect.x, rect.y}, {rect.right(), rect.y}, 1, t.line);
    const Rect mark{rect.x, rect.y + (rect.h - 24) / 2, 24, 24};
    if (board.closed)
        c.icon(icons::kLockSimple, 22, mark, t.text_3);
    else
        draw_rings(c, mark, board.level);
    ButtonSpec change{.label = c.say(Say::change_board), .kind = ButtonKind::quiet, .small = true};
    const std::string full = c.say(Say::change_board_name, {name});
    change.name = full;
    const float control = c.touch() ? 44.0f : 36.0f;
    const float width = button_width(c, change);
    const float x = rect.x + 36;
    const float room = rect.right() - width - 12 - x;
    float y = rect.y + 8;
    c.ink_elided(kBodyMedium, name, x, y, room, board.closed ? t.text_2 : t.text);
    c.mirror.add(c.id("name"), Role::text, {x, y, room, 22}, name);
    y += 22;
    y += c.paragraph("policy", kLabel, row.words, {x, y, room, 0}, t.text_2) + 2;
    if (!row.mark.empty()) c.paragraph("mark", kLabel, row.mark, {x, y, room, 0}, board.waiting ? t.accent_text : board.closed ? t.text_2 : t.warn);
    if (button(c, "change", {rect.right() - width, rect.y + (rect.h - control) / 2, width, control}, change)) open_board_dialog(c, &board);
}

void open_again(Context& c, const api::Board& board)
{
    c.send(api::SetBoard{board.number, board.name, board.level, board.post_quantum, board.retention_days});
    close_dialog(c);
}

}  // namespace

void draw_close_board(Context& c)
{
    const auto known = std::ranges::find(c.model.boards, c.state.board_form.number, &api::Board::number);
    if (known == c.model.boards.end() || known->closed) return close_dialog(c);   // it is done
    const auto ours = std::ranges::count_if(c.model.conversations, [&](const auto& s) { return s.active && s.board == known->number; });
    const std::string count = ours == 0 ? std::string(c.say(Say::close_board_none)) : c.count(Say::close_board_one, Say::close_board_many, static_cast<std::uint64_t>(ours));
    const std::string title = c.say(Say::close_board_title, {c.state.board_form.name});
    const std::string words = c.say(Say::close_board_text) + (" " + count);
    if (draw_question(c, "close board", {.title = title, .words = words, .yes = c.say(Say::close_board)}) != Answer::yes) return;
    c.send(api::SetBoard{known->number, c.state.board_form.name, known->level, known->post_quantum, known->retention_days, true});
    close_dialog(c);
}

std::string board_title(const Context& c, const api::Board& board)
{
    return board.name.empty() ? c.say(Say::board_unnamed, {std::to_string(board.number)}) : board.name;
}

// Rows of boxes to choose one from; they wrap.
float radios_height(Context& c, std::span<const Choice> choices, float width)
{
    float x = 0;
    float height = kRadioHeight;
    for (const Choice& choice : choices) {
        const float w = std::min(radio_box_width(c, choice), width);
        if (x + w > width + 0.5f && x > 0) {
            x = 0;
            height += kRadioHeight + kRadioGap;
        }
        x += w + kRadioGap;
    }
    return height;
}

std::optional<std::size_t> draw_radios(Context& c, std::string_view key, std::string_view name, const Rect& area, std::span<const Choice> choices, std::size_t current)
{
    std::optional<std::size_t> pressed;
    GroupScope group(c, key, Role::radiogroup, {area.x, area.y, area.w, radios_height(c, choices, area.w)}, name);
    float x = area.x;
    float y = area.y;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const float w = std::min(radio_box_width(c, choices[i]), area.w);
        if (x + w > area.right() + 0.5f && x > area.x) {
            x = area.x;
            y += kRadioHeight + kRadioGap;
        }
        if (radio_box(c, {x, y, w, kRadioHeight}, choices[i], i == current)) pressed = i;
        x += w + kRadioGap;
    }
    return pressed;
}

// Boards that somebody new to them can choose by their names; fewer than two: there is nothing to choose.
std::vector<const api::Board*> boards_to_choose(const Model& model)
{
    std::vector<const api::Board*> boards;
    for (const auto& board : model.boards)
        if (!board.closed && (board.is_signed || !board.waiting)) boards.push_back(&board);
    const bool named = std::ranges::any_of(boards, [](const api::Board* board) { return !board->name.empty(); });
    if (boards.size() < 2 || !named) boards.clear();
    return boards;
}

float draw_boards_settings(Context& c, const Rect& area)
{
    if (!c.model.session.administrator && !c.model.session.founder) return 0;
    const Theme& t = c.theme;
    const float pad = area.w < 608 ? 16.0f : 22.0f;
    const float inner = area.w - 2 * pad;
    const float control = c.touch() ? 44.0f : 40.0f;
    const std::string_view about = c.say(Say::boards_about);
    const float about_height = c.paragraph_height(kLabel, about, inner);
    // As wide as the widest button leaves it.
    const float room = inner - 48 - button_width(c, {.label = c.say(Say::change_board), .kind = ButtonKind::quiet, .small = true});
    std::vector<BoardRow> rows;
    float list_height = 0;
    for (const auto& board : c.model.boards) {
        rows.push_back(board_row(c, board, room));
        list_height += rows.back().height();
    }
    const float height = pad + kLabelHeight + about_height + 8 + list_height + 12 + control + pad;
    draw_card(c, {area.x, area.y, area.w, height});
    GroupScope group(c, "boards", Role::group, {area.x, area.y, area.w, height}, c.say(Say::boards_section));
    const float x = area.x + pad;
    float y = area.y + pad;
    c.heading("title", 2, kLabelStrong, c.say(Say::boards_section), x, y, t.text);
    y += kLabelHeight;
    y += c.paragraph("about", kLabel, about, {x, y, inner, 0}, t.text_2) + 8;
    {
        GroupScope list(c, "list", Role::list, {x, y, inner, list_height}, c.say(Say::boards_section));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            draw_board_row(c, {x, y, inner, rows[i].height()}, c.model.boards[i], rows[i], i == 0);
            y += rows[i].height();
        }
    }
    y += 12;
    const ButtonSpec add{.label = c.say(Say::add_board), .icon = icons::kPlus, .kind = ButtonKind::outline};
    if (button(c, "add", {x, y, std::min(button_width(c, add), inner), control}, add)) open_board_dialog(c, nullptr);
    return height;
}

void draw_board(Context& c)
{
    BoardForm& form = c.state.board_form;
    const auto known = std::ranges::find(c.model.boards, form.number, &api::Board::number);
    const bool is_new = form.number == api::kAnyBoard;
    const bool closed = known != c.model.boards.end() && known->closed;
    const int buttons = known == c.model.boards.end() ? 2 : 3;
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 492.0f;

    const Choice levels[] = {{"prompt", c.say(level_name(kLevels[0]))}, {"mixed", c.say(level_name(kLevels[1]))}};
    const Choice suites[] = {{"post-quantum", c.say(Say::board_post_quantum)}, {"classical", c.say(Say::board_classical)}};
    const auto days = days_to_choose(form);
    std::vector<std::string> day_keys, day_words;
    for (const auto count : days) {
        day_keys.push_back("days " + std::to_string(count));
        day_words.push_back(count == 0 ? std::string(c.say(Say::board_for_ever)) : c.count(Say::board_one_day, Say::board_days, count));
    }
    std::vector<Choice> times;
    for (std::size_t i = 0; i < days.size(); ++i) times.push_back({day_keys[i], day_words[i]});
    struct Part {
        std::string_view key;
        std::string_view title;
        std::span<const Choice> choices;
        std::size_t current;
        std::string_view hint;
        float hint_height;
    };
    const bool mixed = form.level == api::Level::mixed;
    Part parts[] = {
        {"sending", c.say(Say::board_sending), levels, mixed ? 1u : 0u, c.say(mixed ? Say::board_mixed_hint : Say::level_prompt_hint), 0},
        {"encryption", c.say(Say::board_encryption), suites, form.post_quantum ? 0u : 1u, c.say(form.post_quantum ? Say::board_post_quantum_hint : Say::board_classical_hint), 0},
        {"keeping", c.say(Say::board_keeping), times, std::size_t(std::ranges::find(days, form.days) - days.begin()), c.say(Say::board_keeping_hint), 0},
    };
    float height = kLabelHeight + kFieldHeight + 8 + 18 + 12;
    for (auto& part : parts) {
        part.hint_height = c.paragraph_height(kLabel, part.hint, width);
        height += kLabelHeight + radios_height(c, part.choices, width) + 8 + part.hint_height + 20;
    }
    const bool offline = c.model.connection_known && c.model.connection.state != api::ConnectionState::connected;
    const std::string_view later = offline ? c.say(Say::relay_later) : "";
    const float later_height = offline ? c.paragraph_height(kLabelMedium, later, width - 24) + 12 : 0;
    height += later_height + DialogFoot::height(narrow, buttons);

    DialogScope dialog(c, "board", is_new ? std::string(c.say(Say::new_board)) : c.say(Say::change_board_name, {known == c.model.boards.end() ? std::string() : board_title(c, *known)}),
                       c.say(is_new ? Say::new_board_hint : closed ? Say::board_is_closed : Say::change_board_hint), 560, height);
    const Rect& area = dialog.content();
    float y = area.y;
    c.ink(kLabelStrong, c.say(Say::board_name), area.x, y, c.theme.text);
    y += kLabelHeight;
    c.push(std::to_string(form.number));
    const std::string_view initial = known == c.model.boards.end() ? std::string_view() : std::string_view(known->name);
    const FieldResult name = text_field(c, "name", {area.x, y, area.w, kFieldHeight},
                                        {.label = c.say(Say::board_name), .initial = initial, .max_bytes = api::kNameMax, .required = true, .invalid = c.state.tried});
    c.pop();
    form.field = name.id;
    y += kFieldHeight + 8;
    const std::string_view words = trimmed(field_text(c, name.id));
    draw_problem(c, "problem", {area.x, y, area.w, 18}, c.state.tried && words.empty() ? c.say(Say::field_missing) : "");
    y += 18 + 12;
    for (std::size_t i = 0; i < std::size(parts); ++i) {
        const Part& part = parts[i];
        c.heading(std::string(part.key) + " title", 3, kLabelStrong, part.title, area.x, y, c.theme.text);
        y += kLabelHeight;
        if (const auto pressed = draw_radios(c, part.key, part.title, {area.x, y, area.w, 0}, part.choices, part.current)) {
            if (i == 0) form.level = kLevels[*pressed];
            if (i == 1) form.post_quantum = *pressed == 0;
            if (i == 2) form.days = days[*pressed];
            c.changed();
        }
        y += radios_height(c, part.choices, area.w) + 8;
        y += c.paragraph(std::string(part.key) + " hint", kLabel, part.hint, {area.x, y, area.w, 0}, c.theme.text_2) + 20;
    }
    draw_problem(c, "later", {area.x, y, area.w, later_height}, later);
    DialogFoot foot(c, dialog);
    foot.expect(buttons);
    const bool pressed = foot.add("save", {.label = c.say(is_new ? Say::add_board : Say::save)});
    if (foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) return close_dialog(c);
    const ButtonSpec turn{.label = c.say(closed ? Say::open_board : Say::close_board), .icon = closed ? nullptr : icons::kLockSimple,
                          .kind = closed ? ButtonKind::outline : ButtonKind::ghost_danger};
    const bool turned = buttons == 3 && foot.add("turn", turn);
    if (!pressed && !name.submitted && !turned) return;
    if (turned && !known->name.empty()) {   // as it is: what was begun to be changed here is another matter
        if (closed) return open_again(c, *known);
        form.name = known->name;
        return open_dialog(c, Dialog::close_board);
    }
    c.state.tried = words.empty();
    if (words.empty()) {
        c.state.focus_next = name.id;
        return c.changed();
    }
    if (turned) {
        form.name = words;
        return open_dialog(c, Dialog::close_board);
    }
    c.send(api::SetBoard{form.number, std::string(words), form.level, form.post_quantum, form.days, closed});
    c.state.texts.erase(name.id);
    close_dialog(c);
}

}  // namespace sinetti::ui
