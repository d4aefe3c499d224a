// ui.wasm: the user interface on the page. web/page.js calls the functions at the end of this file and is called through
// app/page_host.h. No key and no passphrase ever comes here. Node ids cross as doubles, in which they are exact.

#include "api/event.h"
#include "app/page_host.h"
#include "gfx/cluster.h"
#include "gfx/device.h"
#include "ui/app.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sinetti::app {

namespace {

class PageHost final : public ui::Host {
public:
    PageHost(std::string origin, std::string device_name) : m_origin(std::move(origin)), m_device_name(std::move(device_name)) {}

    void set_languages(std::vector<std::string> languages) { m_languages = std::move(languages); }

    void send_command(const api::Command& command, std::optional<ui::NodeId> secret_field) override
    {
        const std::string json = api::to_json(command);
        sinetti_page_command(json.data(), json.size(), static_cast<double>(secret_field.value_or(0)));
    }
    void apply_mirror(base::ByteView difference) override { sinetti_page_mirror(difference.data(), difference.size()); }
    void set_field_text(ui::NodeId field, std::string_view text) override
    {
        sinetti_page_field_text(static_cast<double>(field), text.data(), text.size());
    }
    void set_clipboard(std::string_view text) override { sinetti_page_clipboard(text.data(), text.size()); }
    void open_link(std::string_view address) override { sinetti_page_open_link(address.data(), address.size()); }
    ui::NotificationPermission notification_permission() const override { return static_cast<ui::NotificationPermission>(sinetti_page_notification_permission()); }
    void ask_for_notifications() override { sinetti_page_ask_for_notifications(); }
    void notify(std::string_view words) override { sinetti_page_notify(words.data(), words.size()); }
    void announce(std::string_view text, bool assertive) override { sinetti_page_announce(text.data(), text.size(), assertive); }
    void set_cursor(ui::Cursor cursor) override { sinetti_page_cursor(static_cast<int>(cursor)); }
    void set_title(std::string_view title, std::uint32_t unread) override { sinetti_page_title(title.data(), title.size(), unread); }
    void set_page(std::string_view language, std::uint32_t background) override
    {
        sinetti_page_language(language.data(), language.size(), background);
    }
    void request_relay_document() override { sinetti_page_request_relay_document(); }
    void save_file(std::string_view name, std::string_view text) override { sinetti_page_save_file(name.data(), name.size(), text.data(), text.size()); }
    void choose_file(std::uint32_t max_bytes) override { sinetti_page_choose_file(max_bytes); }
    void print(std::string_view text) override { sinetti_page_print(text.data(), text.size()); }
    void keep_nothing(bool on) override { sinetti_page_keep_nothing(on); }
    void start_afresh(std::string_view note) override { sinetti_page_start_afresh(note.data(), note.size()); }
    void remember_seal(bool here) override { sinetti_page_remember_seal(here); }
    void request_frame() override { sinetti_page_request_frame(); }
    void request_frame_at(double monotonic_ms) override { sinetti_page_request_frame_at(monotonic_ms); }

    std::string page_origin() const override { return m_origin; }
    std::vector<std::string> languages() const override { return m_languages; }
    std::string device_name() const override { return m_device_name; }
    std::int64_t now_ms() const override
    {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    }
    ui::LocalTime local_time(std::int64_t unix_ms) const override
    {
        const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
        std::tm parts{};
        if (!localtime_r(&seconds, &parts)) return {};
        return {.year = parts.tm_year + 1900, .month = parts.tm_mon + 1, .day = parts.tm_mday,
                .weekday = parts.tm_wday, .hour = parts.tm_hour, .minute = parts.tm_min};
    }

private:
    std::string m_origin;
    std::string m_device_name;
    std::vector<std::string> m_languages;
};

// The browser draws what our fonts do not have.
class PageClusters final : public gfx::ClusterRasteriser {
public:
    gfx::ClusterImage rasterise_cluster(std::string_view utf8, float pixels, int weight) override
    {
        const int side = std::clamp(static_cast<int>(pixels * 4), 1, kSideMax);
        m_pixels.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 4);
        SinettiCluster cluster{};
        sinetti_page_cluster(utf8.data(), utf8.size(), pixels, weight, side, &cluster, m_pixels.data());
        const auto size = static_cast<std::ptrdiff_t>(cluster.width) * cluster.height * 4;
        return {.width = cluster.width, .height = cluster.height, .left = cluster.left, .top = cluster.top,
                .advance = cluster.advance, .rgba = {m_pixels.begin(), m_pixels.begin() + size}};
    }

private:
    static constexpr int kSideMax = 1024;
    base::Bytes m_pixels;
};

struct Page {
    Page(std::string origin, std::string device_name, std::unique_ptr<gfx::Device> graphics, const ui::Fonts& fonts, std::string_view note)
        : host(std::move(origin), std::move(device_name)), device(std::move(graphics)), app({host, *device, clusters, fonts, note})
    {
    }
    PageHost host;
    PageClusters clusters;
    std::unique_ptr<gfx::Device> device;
    ui::App app;
};

// Lives as long as the page; made by ui_start().
Page* g_page = nullptr;

ui::NodeId node_of(double id) { return id > 0 ? static_cast<ui::NodeId>(id) : 0; }

std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

}  // namespace

}  // namespace sinetti::app

using namespace sinetti;
using namespace sinetti::app;

extern "C" {

// `fonts` are five pairs of address and size, in the order of ui::Fonts; they stay where they are. `languages` has one a line. `note` is
// what the page before this one left (sinetti_page_start_afresh), or "".
// False: the browser has no WebGL2.
bool ui_start(const char* canvas_selector, const char* origin, const char* languages, const char* device_name, const char* note, const std::uint32_t* fonts)
{
    const auto font = [&](int index) {
        return base::ByteView(reinterpret_cast<const std::uint8_t*>(static_cast<std::uintptr_t>(fonts[2 * index])), fonts[2 * index + 1]);
    };
    auto device = gfx::create_webgl_device(
        canvas_selector, [](void*) { if (g_page) g_page->app.on_device_restored(); }, nullptr);
    if (!device) return false;
    g_page = new Page(origin, device_name, std::move(device), {font(0), font(1), font(2), font(3), font(4)}, note);
    g_page->host.set_languages(lines_of(languages));
    g_page->app.on_languages_changed();
    return true;
}

// False: not an event.
bool ui_event(const char* json, std::size_t size)
{
    const auto event = api::event_from_json({json, size});
    if (event) g_page->app.on_event(*event);
    return event.has_value();
}

enum ViewportFlag : unsigned { kDark = 1, kContrast = 2, kForcedColours = 4, kReducedMotion = 8, kCoarsePointer = 16 };

void ui_viewport(float width, float height, float density, unsigned flags, float inset_top, float inset_bottom)
{
    g_page->app.on_viewport({.width = width, .height = height, .density = density, .prefers_dark = (flags & kDark) != 0,
                             .prefers_contrast = (flags & kContrast) != 0, .forced_colours = (flags & kForcedColours) != 0,
                             .reduced_motion = (flags & kReducedMotion) != 0, .coarse_pointer = (flags & kCoarsePointer) != 0,
                             .inset_top = inset_top, .inset_bottom = inset_bottom});
}

void ui_languages(const char* languages)
{
    g_page->host.set_languages(lines_of(languages));
    g_page->app.on_languages_changed();
}

// `what` as in ui::RelayDocument: there, not_founded or unreachable.
void ui_relay_document(int what, const char* body, std::size_t size)
{
    g_page->app.on_relay_document(static_cast<ui::RelayDocument>(what), {body, size});
}

// `what` as in ui::ChosenFile.
void ui_file(int what, const char* content, std::size_t size)
{
    g_page->app.on_file(static_cast<ui::ChosenFile>(what), {content, size});
}

void ui_pointer(int phase, int kind, float x, float y)
{
    g_page->app.on_pointer(static_cast<ui::PointerPhase>(phase), static_cast<ui::PointerKind>(kind), x, y);
}

void ui_attention(int has_it) { g_page->app.on_attention(has_it != 0); }
void ui_notifications_changed() { g_page->app.on_notifications_changed(); }
int ui_menu(float x, float y) { return g_page->app.on_menu(x, y) ? 1 : 0; }
void ui_wheel(float x, float y, float delta_x, float delta_y) { g_page->app.on_wheel(x, y, delta_x, delta_y); }
bool ui_key(int key, unsigned modifiers) { return g_page->app.on_key(static_cast<ui::Key>(key), modifiers); }
void ui_focus(double node, int visible) { g_page->app.on_focus(node_of(node), visible != 0); }
void ui_text(double field, const char* text, std::size_t size) { g_page->app.on_text(node_of(field), {text, size}); }
void ui_password(double field, std::uint32_t characters, std::uint32_t words, int strength)
{
    g_page->app.on_password(node_of(field), characters, words, static_cast<ui::Strength>(strength));
}
void ui_submit(double field) { g_page->app.on_submit(node_of(field)); }
void ui_field_height(double field, float height) { g_page->app.on_field_height(node_of(field), height); }
void ui_mirror_action(double node, int action) { g_page->app.on_mirror_action(node_of(node), static_cast<ui::MirrorAction>(action)); }
bool ui_frame(double monotonic_ms) { return g_page->app.frame(monotonic_ms); }
double ui_frames_drawn() { return static_cast<double>(g_page->app.frames_drawn()); }

}  // extern "C"
