#include "ui/app.h"

#include "base/secret.h"
#include "gfx/painter.h"
#include "ui/announcer.h"
#include "ui/context.h"
#include "ui/idle_watch.h"
#include "ui/keyboard.h"
#include "ui/preferences.h"
#include "ui/views/lock.h"
#include "ui/views/timeline.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/toast.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sinetti::ui {

namespace {

constexpr double kDraftMs = 1000;         // a draft is saved this long after the last key
constexpr double kUnreadMs = 2000;        // the unread line goes this long after it was seen
constexpr double kNever = 1e18;
constexpr double kSecondMs = 1000;
constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;

}  // namespace

struct App::Implementation {
    Host& host;
    gfx::Device& device;
    ImGuiContext* imgui;
    gfx::Glyphs glyphs;
    gfx::Text text;
    Mirror mirror;
    Interaction input;
    Model model;
    State state;
    TimelineView timeline;
    Viewport viewport;
    bool wanted = true;          // something changed since the last frame
    bool animating = false;
    double wake_ms = kNever;
    double now_ms = 0;
    std::uint64_t frames = 0;
    Cursor cursor = Cursor::arrow;
    ToldPage told;
    Attention attention;
    std::string open_next;

    static ImGuiContext* make_context()
    {
        IMGUI_CHECKVERSION();
        ImGuiContext* context = ImGui::CreateContext();
        ImGui::SetCurrentContext(context);
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.LogFilename = nullptr;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
        io.ConfigFlags |= ImGuiConfigFlags_NoMouse | ImGuiConfigFlags_NoKeyboard;
        return context;
    }

    explicit Implementation(const AppEnvironment& e)
        : host(e.host), device(e.device), imgui(make_context()),
          glyphs(*ImGui::GetIO().Fonts, {e.fonts.regular, e.fonts.medium, e.fonts.semibold, e.fonts.display, e.fonts.icons}, e.clusters), text(glyphs)
    {
        read_note(e.note, state, model);
    }
    ~Implementation()
    {
        // The device owns the textures and outlives us or goes with us; ImGui wants to be told that they are gone.
        ImGui::SetCurrentContext(imgui);
        for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
            texture->SetTexID(ImTextureID_Invalid);
            texture->SetStatus(ImTextureStatus_Destroyed);
        }
        ImGui::DestroyContext(imgui);
    }

    void want()
    {
        if (!wanted) host.request_frame();
        wanted = true;
    }

    Language language() const { return chosen_language(state, model, host); }

    void on_session(const api::SessionEvent& before)
    {
        const api::SessionEvent& now = model.session;
        if (before.phase == api::Phase::open && before.shared && now.phase != api::Phase::open) leaving = true;
        if (before.shared != now.shared && !leaving) host.keep_nothing(now.shared);
        if (before.phase == now.phase) return;
        if (now.phase == api::Phase::open && !now.shared) host.remember_seal(true);
        if (now.phase == api::Phase::no_account && before.phase != api::Phase::starting && !before.shared && !state.seal_was_here) host.remember_seal(false);
        if (before.phase == api::Phase::linking) state.link = {};
        if (before.phase == api::Phase::open) {
            const std::optional<Language> chosen = state.language;
            const int locked_minutes = state.locked_minutes;
            for (std::string* secret : {&state.recovery_code, &state.link.code}) wipe_text(*secret);
            for (std::string& share : state.root_paper.shares) wipe_text(share);
            state = State{};
            state.language = chosen;
            state.locked_minutes = locked_minutes;
            timeline = TimelineView{};
            if (before.shared) state.opening = Opening::leave;
            if (!before.shared && now.phase == api::Phase::locked) host.start_afresh(farewell_note(state, model, language()));
        }
        if (leaving && now.phase != api::Phase::opening) {
            leaving = false;
            host.start_afresh({});
        }
        state.passwords.clear();
        state.turned.clear();
        state.tried = false;
        state.sign_in_wanted = false;
        state.asked = Asked::no;
        if (now.phase != api::Phase::founder && now.phase != api::Phase::invited && now.phase != api::Phase::opening) state.step = Step::welcome;
        if (now.phase == api::Phase::open) {
            state.texts.clear();
            state.dialog = Dialog::none;
            state.locked_minutes = 0;
            state.seal_was_here = false;
            state.beside = state.has_account = state.joining = false;
            idle.begin(host.now_ms());
            if (state.language && model.setting("language") != tag_of(*state.language)) {
                host.send_command(api::SetSetting{"language", tag_of(*state.language)}, std::nullopt);
            }
        }
    }

    void on_event(const api::Event& event)
    {
        const api::SessionEvent before = model.session;
        const bool conversations_known = model.conversations_known;
        const std::uint32_t unread_before = model.unread();
        if (const auto* messages = std::get_if<api::MessagesEvent>(&event); messages != nullptr && messages->conversation == state.open) {
            const Timeline known = model.timeline;
            model.apply(event);
            announce_messages(state, model, host, language(), *messages, known, attention);
        } else {
            model.apply(event);
        }
        if (std::holds_alternative<api::SessionEvent>(event)) on_session(before);
        if (const auto* passphrase = std::get_if<api::PassphraseEvent>(&event); passphrase != nullptr) on_passphrase(state, host, *passphrase);
        if (const auto* link = std::get_if<api::LinkEvent>(&event); link != nullptr) on_link(state, host, *link);
        if (const auto* code = std::get_if<api::RecoveryCodeEvent>(&event); code != nullptr) on_recovery_code(state, *code);
        if (const auto* scanned = std::get_if<api::ScannedEvent>(&event); scanned != nullptr) on_scanned(state, model, language(), *scanned);
        on_root(state, host, event);
        if (const auto* ready = std::get_if<api::ConversationReadyEvent>(&event); ready != nullptr && state.creating) {
            state.creating = false;
            open_next = ready->conversation;
        }
        if (const auto* ready = std::get_if<api::InvitationReadyEvent>(&event); ready != nullptr && state.invite_waiting) {
            state.invite_waiting = false;
            state.shown_invitation = ready->invitation.id;
            state.dialog_opened = true;
        }
        if (std::holds_alternative<api::InvitationsReadyEvent>(event) && state.invite_many.waiting) {
            state.invite_many.waiting = false;
            state.invite_many.ready = true;
            state.dialog_opened = true;
        }
        if (std::holds_alternative<api::SettingsEvent>(event)) on_settings();
        if (conversations_known && model.unread() > unread_before) tell_machine(model, host, language());
        if (const auto* notice = std::get_if<api::NoticeEvent>(&event); notice != nullptr && notice->code != api::Code::none) {
            add_toast(state.toasts, *notice);
            if (notice->code == api::Code::new_device && !state.page_seen) tell_machine(model, host, language());
            if (notice->severity == api::Severity::error || notice->severity == api::Severity::warning) {
                state.invite_waiting = false;
                state.invite_many.waiting = false;
                state.creating = false;
            }
        }
        if (std::holds_alternative<api::ConversationsEvent>(event) && !state.open.empty() && open_next.empty() && !state.creating &&
            model.conversation(state.open) == nullptr && model.timeline.conversation == state.open) {
            state.open.clear();
        }
        want();
    }

    void on_settings()
    {
        if (!model.setting("language").empty()) state.language.reset();
        // Where one was when the seal was locked: once, after it is open again.
        if (model.session.phase != api::Phase::open || model.session.shared || state.locking || model.setting(kReturnToSetting).empty()) return;
        return_to = model.setting(kReturnToSetting);
        host.send_command(api::SetSetting{std::string(kReturnToSetting), {}}, std::nullopt);
    }

    // What a dialog asked for and holds ends with it, however it was closed.
    void settle_dialog()
    {
        settle_recovery_code(state);
        settle_root(state, host);
        settle_link(state, host);
        if (state.dialog != Dialog::none) return;
        state.asked = Asked::no;
        state.answer = api::Code::none;
        state.changing = false;
    }

    void somebody_is_here()
    {
        if (idle.somebody_is_here(state, model, host.now_ms())) want();
    }

    void lock_by_keyboard(Context& c)
    {
        if (!std::exchange(state.lock_wanted, false) || model.session.phase != api::Phase::open) return;
        if (model.session.shared) return ask_to_leave(c);
        lock_seal(state, model, host);
    }

    void return_to_conversation(Context& c)
    {
        if (return_to.empty() || model.session.phase != api::Phase::open || !model.conversations_known) return;
        const api::ConversationId id = std::exchange(return_to, {});
        if (state.open.empty() && model.conversation(id) != nullptr) open_conversation(c, id);
    }

    void draw(Context& c)
    {
        switch (model.session.phase) {
            case api::Phase::starting: draw_starting(c); break;
            case api::Phase::no_account: draw_no_account(c); break;
            case api::Phase::founder:
            case api::Phase::invited: draw_enrolment(c); break;
            case api::Phase::locked: draw_unlock(c); break;
            case api::Phase::opening: draw_opening(c); break;
            case api::Phase::open: state.locking ? draw_locking(c) : draw_main(c); break;
            case api::Phase::elsewhere: draw_elsewhere(c); break;
            case api::Phase::failed: draw_failed(c); break;
            case api::Phase::recovering: draw_recovering(c); break;
            case api::Phase::linking: draw_linking(c); break;
        }
        if (model.has_ended() && !state.locking && model.session.phase == api::Phase::open && state.dialog == Dialog::none && !state.end_said) {
            state.end_said = true;
            open_dialog(c, Dialog::ended);
        }
        if (model.session.phase == api::Phase::open && !state.locking) raise_release_alarm(c);
        draw_dialogs(c);
        const bool above_tabs = model.session.phase == api::Phase::open && viewport.width < kMediumWidth;
        draw_toasts(c, viewport.height - viewport.inset_bottom - (above_tabs ? kTabBarHeight + 16 : 96.0f));
    }

    bool frame(double monotonic_ms)
    {
        now_ms = monotonic_ms;
        if (!wanted && !animating && monotonic_ms < wake_ms) {
            if (wake_ms < kNever) host.request_frame_at(wake_ms);   // a timer may go off a moment early; nobody would call again
            return false;
        }
        if (viewport.width <= 0 || viewport.height <= 0) return false;
        wanted = false;
        ImGui::SetCurrentContext(imgui);
        const float density = viewport.density > 0 ? viewport.density : 1;
        const gfx::FrameSize size{static_cast<int>(std::lround(viewport.width * density)), static_cast<int>(std::lround(viewport.height * density))};
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {static_cast<float>(size.width), static_cast<float>(size.height)};
        io.DeltaTime = 1.0f / 60.0f;
        if (state.unread_seen_ms > 0 && monotonic_ms - state.unread_seen_ms >= kUnreadMs && !model.timeline.first_unread.empty()) {
            model.timeline.first_unread.clear();
            ++model.timeline.revision;
            state.unread_seen_ms = 0;
        }
        ImGui::NewFrame();
        text.set_density(density);
        input.begin_frame(monotonic_ms);
        mirror.begin();
        gfx::Painter painter(*ImGui::GetBackgroundDrawList(), text, density);
        const Theme& colours = chosen_theme(model, viewport);
        Context c(painter, device, colours, mirror, input, model, state, host, timeline, viewport);
        c.language = language();
        c.now_ms = monotonic_ms;
        const std::int64_t wall = host.now_ms();
        c.now = host.local_time(wall);
        if (!open_next.empty() && model.session.phase == api::Phase::open) {
            const api::ConversationId id = std::exchange(open_next, {});
            open_conversation(c, id);
        }
        if (state.draft_unsaved && monotonic_ms - state.draft_changed_ms >= kDraftMs) flush_draft(c);
        return_to_conversation(c);
        lock_by_keyboard(c);
        idle.look(c, wall);
        settle_dialog();
        attention.tell(state, model, host);
        draw(c);
        if (state.focus_next != 0) {
            if (mirror.find(state.focus_next) != nullptr) {
                mirror.focus(state.focus_next);
                state.focus_next = 0;
            } else if (++focus_waited > 3) {
                state.focus_next = 0;
            } else {
                c.changed();
            }
        } else {
            focus_waited = 0;
        }
        input.end_frame();
        animating = c.animating || input.animating();
        const base::Bytes difference = mirror.finish();
        if (!difference.empty()) host.apply_mirror(difference);
        if (const Cursor wish = input.cursor(); wish != cursor) host.set_cursor(cursor = wish);
        told.tell(c);
        ImGui::Render();
        device.draw(size, colours.canvas, *ImGui::GetDrawData());
        ++frames;
        schedule(wall);
        return animating;
    }

    void schedule(std::int64_t wall)
    {
        wake_ms = kNever;
        if (!state.toasts.empty() && !waits_to_be_seen(state, state.toasts.front()))
            wake_ms = std::min(wake_ms, state.toasts.front().until_ms > 0 ? state.toasts.front().until_ms : now_ms);
        if (state.draft_unsaved) wake_ms = std::min(wake_ms, state.draft_changed_ms + kDraftMs);
        if (state.unread_seen_ms > 0 && !model.timeline.first_unread.empty()) wake_ms = std::min(wake_ms, state.unread_seen_ms + kUnreadMs);
        if (model.session.phase == api::Phase::open) {
            // "Today" ends at midnight.
            const LocalTime t = host.local_time(wall);
            const std::int64_t rest = kDayMs - ((t.hour * 60LL + t.minute) * 60LL * 1000);
            wake_ms = std::min(wake_ms, now_ms + static_cast<double>(rest));
        }
        if (const auto rest = idle.rest(state, model, wall)) wake_ms = std::min(wake_ms, now_ms + static_cast<double>(*rest + 1));
        if (const auto rested = input.finger_rests_at()) wake_ms = std::min(wake_ms, *rested);
        if (is_counting_down(state)) wake_ms = std::min(wake_ms, now_ms + kSecondMs);
        if (wake_ms < kNever) host.request_frame_at(wake_ms);
    }

    bool move_focus(const MirrorNode* target)
    {
        if (target == nullptr) return false;
        state.focus_next = target->id;
        want();
        return true;
    }

    bool move_in_list(Key key)
    {
        const MirrorNode* target = next_sibling(mirror, input.focus(), key);
        // A radio or a tab is chosen by arriving at it.
        if (target != nullptr && (target->role == Role::radio || target->role == Role::tab)) input.activate(target->id);
        return move_focus(target);
    }

    bool scroll(Key key)
    {
        if (!scroll_by_key(mirror, input, key)) return false;
        want();
        return true;
    }

    bool escape()
    {
        if (state.dialog != Dialog::none) {
            state.dialog = Dialog::none;
            state.invite_waiting = false;
            state.focus_next = state.focus_before_dialog;
        } else if (!state.toasts.empty()) {
            state.toasts.erase(state.toasts.begin());
        } else if (state.details_over) {
            state.details_over = false;
        } else if (!state.open.empty() && viewport.width < kExpandedWidth && model.session.phase == api::Phase::open) {
            state.open.clear();
            host.send_command(api::OpenConversation{}, std::nullopt);
        } else {
            return false;
        }
        want();
        return true;
    }

    bool on_key(Key key, unsigned modifiers)
    {
        const MirrorNode* here = mirror.find(input.focus());
        const bool in_field = here != nullptr && here->field.has_value();
        switch (key) {
            case Key::escape: return escape();
            case Key::l:
                if (model.session.phase != api::Phase::open) return false;
                state.lock_wanted = true;
                want();
                return true;
            case Key::f6: return move_focus(next_pane(mirror, input.focus(), (modifiers & kShift) != 0));
            case Key::k:
                if ((modifiers & kControl) == 0 || model.session.phase != api::Phase::open || state.dialog != Dialog::none) return false;
                state.place = Place::chats;
                if (viewport.width < kExpandedWidth && !state.open.empty()) {
                    state.open.clear();
                    host.send_command(api::OpenConversation{}, std::nullopt);
                }
                state.details_over = false;
                state.focus_next = state.search;
                want();
                return true;
            case Key::up:
            case Key::down:
            case Key::left:
            case Key::right:
            case Key::home:
            case Key::end:
                if (in_field || (modifiers & (kControl | kAlt)) != 0) return false;
                if (move_in_list(key)) return true;
                return scroll(key);
            case Key::page_up:
            case Key::page_down: return scroll(key);
            case Key::enter:
            case Key::space:
                // Buttons and links are real ones and click by themselves.
                if (here == nullptr || in_field || (here->actions & kClick) == 0 || here->role == Role::button || here->role == Role::link) return false;
                input.activate(here->id);
                want();
                return true;
            default: return false;
        }
    }

    int focus_waited = 0;        // frames the node that wants the focus has not been there
    api::ConversationId return_to;   // once the conversations are known
    IdleWatch idle;
    bool leaving = false;        // such a machine: when the core has done, the page starts afresh
};

App::App(const AppEnvironment& environment) : m_implementation(std::make_unique<Implementation>(environment)) {}
App::~App() = default;

void App::on_event(const api::Event& event)
{
    m_implementation->on_event(event);
}

void App::on_viewport(const Viewport& viewport)
{
    m_implementation->viewport = viewport;
    m_implementation->want();
}

void App::on_pointer(PointerPhase phase, PointerKind kind, float x, float y)
{
    m_implementation->somebody_is_here();
    if (m_implementation->input.pointer(phase, kind, {x, y})) m_implementation->want();
    const Cursor wish = m_implementation->input.cursor();
    if (wish != m_implementation->cursor) m_implementation->host.set_cursor(m_implementation->cursor = wish);
}

void App::on_wheel(float x, float y, float, float delta_y)
{
    m_implementation->somebody_is_here();
    if (m_implementation->input.wheel({x, y}, delta_y)) m_implementation->want();
}

bool App::on_menu(float x, float y)
{
    m_implementation->somebody_is_here();
    if (!m_implementation->input.menu({x, y})) return false;
    m_implementation->want();
    return true;
}

bool App::on_key(Key key, unsigned modifiers)
{
    m_implementation->somebody_is_here();
    return m_implementation->on_key(key, modifiers);
}

void App::on_focus(NodeId node, bool visible)
{
    if (!m_implementation->input.set_focus(node, visible)) return;
    // What was clicked stays where it is; what assistive technology has put the focus on may be anywhere.
    if (visible || is_out_of_sight(m_implementation->mirror, node)) reveal(m_implementation->mirror, m_implementation->input, node);
    m_implementation->want();
}

void App::on_attention(bool has_it)
{
    Implementation& app = *m_implementation;
    app.state.page_seen = has_it;
    app.attention.tell(app.state, app.model, app.host);   // now: a page out of sight draws when it has time
    app.want();
}

void App::on_text(NodeId field, std::string_view text)
{
    m_implementation->somebody_is_here();
    State& state = m_implementation->state;
    std::string& known = state.texts[field];
    if (known == text) return;
    known = text;
    if (field == state.composer && !state.open.empty()) {
        state.drafts[state.open] = known;
        state.draft_unsaved = true;
        state.draft_changed_ms = m_implementation->now_ms;
    }
    state.tried = false;
    m_implementation->want();
}

void App::on_password(NodeId field, std::uint32_t characters, std::uint32_t words, Strength strength)
{
    m_implementation->somebody_is_here();
    m_implementation->state.passwords[field] = {characters, words, strength};
    m_implementation->want();
}

void App::on_submit(NodeId field)
{
    Implementation& app = *m_implementation;
    if (field == app.state.composer) {
        send_composed(app.state, app.model, app.host, field);
    } else {
        app.state.submitted.insert(field);
    }
    app.want();
}

void App::on_field_height(NodeId field, float height)
{
    float& known = m_implementation->state.heights[field];
    if (known == height) return;
    known = height;
    m_implementation->want();
}

void App::on_mirror_action(NodeId node, MirrorAction action)
{
    Implementation& app = *m_implementation;
    app.somebody_is_here();
    switch (action) {
        case MirrorAction::click: app.input.activate(node); break;
        case MirrorAction::dismiss: app.escape(); break;
        case MirrorAction::scroll_up: app.input.scroll_by(node, -app.input.scroll(node).area * 0.85f); break;
        case MirrorAction::scroll_down: app.input.scroll_by(node, app.input.scroll(node).area * 0.85f); break;
    }
    app.want();
}

void App::on_device_restored()
{
    m_implementation->want();
}

void App::on_languages_changed()
{
    m_implementation->want();
}

void App::on_notifications_changed()
{
    m_implementation->want();
}

void App::on_relay_document(RelayDocument what, std::string_view body)
{
    State& state = m_implementation->state;
    state.relay = what == RelayDocument::there && body.size() > kRelayDocumentMax ? RelayDocument::unreachable : what;
    state.relay_document = state.relay == RelayDocument::there ? std::string(body) : std::string();
    if (state.relay != RelayDocument::there) state.sign_in_wanted = false;
    m_implementation->want();
}

void App::on_file(ChosenFile what, std::string_view content)
{
    Implementation& app = *m_implementation;
    if (app.state.dialog != Dialog::invite_many) return;
    if (what == ChosenFile::there)
        take_list(app.state, app.model, app.language(), std::string(content));
    else
        app.state.invite_many.problem = say(app.language(), what == ChosenFile::too_large ? Say::list_too_large : Say::file_unreadable);
    app.want();
}

bool App::frame(double monotonic_ms)
{
    return m_implementation->frame(monotonic_ms);
}

std::uint64_t App::frames_drawn() const
{
    return m_implementation->frames;
}

}  // namespace sinetti::ui
