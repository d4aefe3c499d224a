#pragma once
// A page without a browser: an App over a device that draws nothing, and a host that remembers what it was asked. The mirror is
// decoded from the differences alone, as web/mirror.js does it.

#include "tests/ui/fonts.h"
#include "ui/app.h"
#include "ui/mirror.h"
#include "ui/strings.h"

#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinetti::tests {

struct PageNode {
    ui::MirrorNode node;
    std::vector<ui::NodeId> children;
};

class DecodedMirror {
public:
    void apply(base::ByteView bytes)
    {
        m_bytes = bytes;
        m_at = 0;
        while (m_at < m_bytes.size()) {
            switch (u8()) {
                case 1: {
                    const ui::NodeId id = this->id();
                    REQUIRE(nodes.contains(id));
                    std::erase(nodes[nodes[id].node.parent].children, id);
                    nodes.erase(id);
                    break;
                }
                case 2: {
                    ui::MirrorNode n;
                    n.id = id();
                    n.parent = id();
                    n.role = static_cast<ui::Role>(u8());
                    n.level = u8();
                    n.states = u32();
                    n.actions = u8();
                    n.rect = rectangle();
                    n.name = text();
                    n.value = text();
                    n.description = text();
                    n.lang = text();
                    REQUIRE((n.parent == 0 || nodes.contains(n.parent)));
                    if (const auto known = nodes.find(n.id); known != nodes.end()) {
                        n.field = known->second.node.field;
                        if (known->second.node.parent != n.parent) {
                            std::erase(nodes[known->second.node.parent].children, n.id);
                            nodes[n.parent].children.push_back(n.id);
                        }
                    } else {
                        nodes[n.parent].children.push_back(n.id);
                    }
                    nodes[n.id].node = n;
                    break;
                }
                case 3: {
                    const ui::NodeId id = this->id();
                    REQUIRE(nodes.contains(id));
                    nodes[id].node.rect = rectangle();
                    break;
                }
                case 4: {
                    const ui::NodeId parent = id();
                    std::vector<ui::NodeId> order(u32());
                    for (ui::NodeId& child : order) {
                        child = id();
                        REQUIRE(nodes.contains(child));
                    }
                    nodes[parent].children = order;
                    break;
                }
                case 5: {
                    const ui::NodeId id = this->id();
                    REQUIRE(nodes.contains(id));
                    ui::TextFieldSpec f;
                    f.kind = static_cast<ui::FieldKind>(u8());
                    const unsigned flags = u8();
                    f.revealed = (flags & 1) != 0;
                    f.spell_check = (flags & 2) != 0;
                    f.centred = (flags & 4) != 0;
                    f.autofocus = (flags & 8) != 0;
                    f.font_px = f32();
                    f.line_px = f32();
                    f.colour = u32();
                    f.placeholder_colour = u32();
                    f.max_bytes = u32();
                    f.placeholder = text();
                    f.initial = text();
                    f.autocomplete = text();
                    f.lang = text();
                    nodes[id].node.field = f;
                    break;
                }
                case 6: focus = id(); break;
                default: FAIL("unknown record");
            }
        }
        CHECK(m_at == m_bytes.size());
    }

    std::map<ui::NodeId, PageNode> nodes;   // 0 is the root
    ui::NodeId focus = 0;

private:
    std::uint8_t u8() { return m_bytes[m_at++]; }
    std::uint32_t u32()
    {
        std::uint32_t v = 0;
        for (unsigned i = 0; i < 4; ++i) v |= static_cast<std::uint32_t>(m_bytes[m_at++]) << (8 * i);
        return v;
    }
    float f32() { return std::bit_cast<float>(u32()); }
    ui::NodeId id()
    {
        const ui::NodeId low = u32();
        return low | static_cast<ui::NodeId>(u32()) << 32;
    }
    std::string text()
    {
        const std::uint32_t size = u32();
        std::string out(reinterpret_cast<const char*>(m_bytes.data() + m_at), size);
        m_at += size;
        return out;
    }
    ui::Rect rectangle()
    {
        const float x = f32();
        const float y = f32();
        const float w = f32();
        return {x, y, w, f32()};
    }
    base::ByteView m_bytes;
    std::size_t m_at = 0;
};

struct SentCommand {
    api::Command command;
    std::optional<ui::NodeId> secret;
};

class RememberingHost final : public ui::Host {
public:
    void send_command(const api::Command& command, std::optional<ui::NodeId> secret) override { commands.push_back({command, secret}); }
    void apply_mirror(base::ByteView difference) override { mirror.apply(difference); }
    void set_field_text(ui::NodeId field, std::string_view text) override { field_texts[field] = text; }
    void set_clipboard(std::string_view text) override { clipboard = text; }
    void open_link(std::string_view address) override { opened.emplace_back(address); }
    ui::NotificationPermission notification_permission() const override { return permission; }
    void ask_for_notifications() override { ++asked_for_notifications; }
    void notify(std::string_view words) override { notifications.emplace_back(words); }
    void announce(std::string_view text, bool) override { announcements.emplace_back(text); }
    void set_cursor(ui::Cursor) override {}
    void set_title(std::string_view words, std::uint32_t count) override
    {
        title = words;
        unread = count;
    }
    void set_page(std::string_view tag, std::uint32_t) override { language = tag; }
    void request_frame() override { frame_wanted = true; }
    void request_frame_at(double monotonic_ms) override { frame_at = monotonic_ms; }
    std::string page_origin() const override { return "https://sinetti.example/"; }
    std::vector<std::string> languages() const override { return {preferred}; }
    std::int64_t now_ms() const override { return kNow + passed_ms; }
    void request_relay_document() override { ++relay_documents; }
    void save_file(std::string_view name, std::string_view text) override { files.emplace_back(name, text); }
    void choose_file(std::uint32_t max_bytes) override { file_asked = max_bytes; }
    void print(std::string_view text) override { printed = text; }
    void keep_nothing(bool on) override { keeps_nothing = on; }
    void start_afresh(std::string_view what) override
    {
        ++fresh_starts;
        note = what;
    }
    void remember_seal(bool here) override { remembers_seal = here; }
    std::string device_name() const override { return "Firefox, Linux"; }
    ui::LocalTime local_time(std::int64_t unix_ms) const override   // UTC, in 2026 and near kNow
    {
        const std::int64_t minutes = (unix_ms - kNow) / 60000 + 14 * 60 + 36;
        const std::int64_t days = minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440;
        const int day = 23 + static_cast<int>(days);
        const int of_day = static_cast<int>(minutes - days * 1440);
        return {.year = 2026, .month = 11, .day = day, .weekday = ((1 + static_cast<int>(days)) % 7 + 7) % 7, .hour = of_day / 60, .minute = of_day % 60};
    }

    static constexpr std::int64_t kNow = 1'795'444'560'000;
    std::string preferred = "fi-FI";
    std::vector<SentCommand> commands;
    DecodedMirror mirror;
    std::map<ui::NodeId, std::string> field_texts;
    std::vector<std::string> announcements;
    std::vector<std::string> opened;                // links
    ui::NotificationPermission permission = ui::NotificationPermission::not_asked;
    int asked_for_notifications = 0;
    std::vector<std::string> notifications;
    std::string clipboard, title, language;
    std::uint32_t unread = 0;
    bool frame_wanted = false;
    double frame_at = 0;
    std::int64_t passed_ms = 0;                     // of the wall clock
    int relay_documents = 0;                        // asked for
    std::vector<std::pair<std::string, std::string>> files;
    std::uint32_t file_asked = 0;                   // how large it may be
    std::string printed;
    bool keeps_nothing = false;
    std::optional<bool> remembers_seal;             // nullopt: was not told
    int fresh_starts = 0;
    std::string note;                               // for the page after the last of them
};

class BlankClusters final : public gfx::ClusterRasteriser {
public:
    gfx::ClusterImage rasterise_cluster(std::string_view, float pixels, int) override { return {.advance = pixels}; }
};

class Page {
public:
    explicit Page(const FontFiles& fonts, std::string language = "fi-FI", float wide = 1440, float high = 900, std::string_view note = {})
        : device(gfx::create_null_device())
    {
        host.preferred = std::move(language);
        app.emplace(ui::AppEnvironment{host, *device, clusters, {fonts[0], fonts[1], fonts[2], fonts[3], fonts[4]}, note});
        resize(wide, high);
    }

    void resize(float wide, float high)
    {
        width = wide;
        app->on_viewport({.width = wide, .height = high, .density = 1, .reduced_motion = true, .coarse_pointer = wide < 720});
        settle();
    }
    void settle()   // frames until nothing moves any more
    {
        for (int i = 0; i < 60; ++i) {
            now += 16;
            if (!app->frame(now) && !host.frame_wanted) return;
            host.frame_wanted = false;
        }
        FAIL("the user interface does not come to rest");
    }
    void tell(const api::Event& event)
    {
        app->on_event(event);
        settle();
    }
    const ui::MirrorNode* find(ui::Role role, std::string_view name) const
    {
        for (const auto& [id, entry] : host.mirror.nodes) {
            if (id != 0 && entry.node.role == role && (entry.node.states & ui::kHidden) == 0 && entry.node.name.find(name) != std::string::npos) return &entry.node;
        }
        return nullptr;
    }
    const ui::MirrorNode& get(ui::Role role, std::string_view name) const
    {
        const ui::MirrorNode* node = find(role, name);
        CAPTURE(name);
        REQUIRE(node != nullptr);
        return *node;
    }
    bool says(std::string_view words) const
    {
        for (const auto& [id, entry] : host.mirror.nodes) {
            if (id != 0 && (entry.node.name.find(words) != std::string::npos || entry.node.description.find(words) != std::string::npos)) return true;
        }
        return false;
    }
    void press(ui::Role role, std::string_view name)   // with assistive technology
    {
        app->on_mirror_action(get(role, name).id, ui::MirrorAction::click);
        settle();
    }
    void click(ui::Role role, std::string_view name)   // with a mouse
    {
        const ui::Point p = get(role, name).rect.centre();
        app->on_pointer(ui::PointerPhase::move, ui::PointerKind::mouse, p.x, p.y);
        app->on_pointer(ui::PointerPhase::down, ui::PointerKind::mouse, p.x, p.y);
        app->on_pointer(ui::PointerPhase::up, ui::PointerKind::mouse, p.x, p.y);
        settle();
    }
    ui::NodeId type_secret(std::string_view name, std::uint32_t bytes = 24, ui::Strength strength = ui::Strength::strong)   // its text stays on the page
    {
        const ui::NodeId id = get(ui::Role::passwordbox, name).id;
        app->on_password(id, bytes, 4, strength);
        settle();
        return id;
    }
    ui::NodeId type(ui::Role role, std::string_view name, std::string_view text)
    {
        const ui::NodeId id = get(role, name).id;
        app->on_text(id, text);
        settle();
        return id;
    }
    template<typename T>
    std::vector<T> sent() const
    {
        std::vector<T> out;
        for (const SentCommand& c : host.commands) {
            if (const T* command = std::get_if<T>(&c.command)) out.push_back(*command);
        }
        return out;
    }

    RememberingHost host;
    BlankClusters clusters;
    std::unique_ptr<gfx::Device> device;
    std::optional<ui::App> app;
    double now = 1000;
    float width = 0;
};

inline const std::optional<FontFiles>& fonts()   // nullopt: there are none, and nothing to judge
{
    static const std::optional<FontFiles> files = load_fonts();
    return files;
}

// Everything that can be reached has a name, lies on the screen, and has an id that JavaScript can hold.
inline void check_controls(const Page& page)
{
    for (const auto& [id, entry] : page.host.mirror.nodes) {
        if (id == 0) continue;
        const ui::MirrorNode& n = entry.node;
        CHECK(id < (ui::NodeId{1} << 52));
        if ((n.actions & ui::kScroll) != 0) CHECK_FALSE(n.name.empty());
        if ((n.actions & (ui::kClick | ui::kFocus)) == 0 || (n.states & ui::kHidden) != 0) continue;
        CAPTURE(n.name);
        CAPTURE(static_cast<int>(n.role));
        CAPTURE(page.width);
        CHECK_FALSE(n.name.empty());
        CHECK(n.rect.x >= -0.5f);
        CHECK(n.rect.right() <= page.width + 0.5f);
        CHECK(n.rect.w > 0);
    }
}

// An organisation of five with one group.
inline std::string id_of(int n)
{
    std::string hex = std::to_string(n);
    return std::string(64 - hex.size(), '0') + hex;
}
inline api::Person person(int n, std::string name, std::string title)
{
    const std::int64_t enrolled = RememberingHost::kNow - 86'400'000LL * n;
    std::vector<api::Device> devices{{.id = id_of(1000 + n), .name = "", .created_ms = enrolled, .here = n == 1}};
    if (n <= 2) devices.push_back({.id = id_of(2000 + n), .name = "Firefox, Windows", .created_ms = enrolled + 3'600'000, .seen_ms = n == 1 ? RememberingHost::kNow - 7'200'000 : 0});
    if (n == 1) devices.push_back({.id = id_of(3000 + n), .name = "Hukkunut puhelin", .created_ms = enrolled, .revoked = true});
    return {.id = id_of(n), .name = std::move(name), .title = std::move(title), .fingerprint = std::string(60, 'a') + id_of(n).substr(60),
            .role = n == 1 ? api::Role::administrator : api::Role::member, .enrolled_ms = enrolled, .verified = n == 2, .me = n == 1, .devices = std::move(devices)};
}
inline std::vector<api::Person> five_people()
{
    return {person(1, "Elina Vuorela", "Pääministeri"), person(2, "Li Ahlfors", "Opetusministeri"), person(3, "Maaria Oksala", "Sisäministeri"),
            person(4, "Annukka Vesterinen", "Valtiovarainministeri"), person(5, "Johannes Hjelt", "")};
}
inline api::Message message(int n, int sender, std::string text)
{
    return {.id = "m" + std::to_string(n), .sender = id_of(sender), .delivery = sender == 1 ? api::Delivery::sent : api::Delivery::received, .text = std::move(text),
            .sent_ms = RememberingHost::kNow - 60'000LL * (1000 - n), .order = static_cast<std::uint64_t>(n)};
}
inline api::ConversationSummary group(std::string title = "Hallitusviisikko")
{
    return {.id = id_of(100), .kind = api::ConversationKind::group, .title = std::move(title), .fingerprint = id_of(42),
            .members = {id_of(1), id_of(2), id_of(3), id_of(4), id_of(5)}, .unread = 2, .has_last = true, .last = message(999, 3, "Nähdään kolmelta."),
            .changed_ms = RememberingHost::kNow};
}
inline api::ConversationSummary direct()
{
    return {.id = id_of(101), .kind = api::ConversationKind::direct, .title = "Li Ahlfors", .other = id_of(2), .fingerprint = id_of(43), .members = {id_of(1), id_of(2)},
            .draft = "Kesken", .has_last = true, .last = message(5, 2, "Hei"), .changed_ms = RememberingHost::kNow - 3'600'000};
}
inline api::SessionEvent session(api::Phase phase, api::Code error = api::Code::none)
{
    api::SessionEvent e{.phase = phase, .error = error};
    if (phase == api::Phase::open) {
        e.organisation = "Valtioneuvoston kanslia";
        e.me = id_of(1);
        e.administrator = true;
        e.founder = true;
    }
    if (phase == api::Phase::invited) {
        e.organisation = "Valtioneuvoston kanslia";
        e.invitee = "Elina Vuorela";
        e.inviter = "Mikael Strand";
    }
    return e;
}
inline void open_main(Page& page)
{
    page.tell(session(api::Phase::open));
    page.tell(api::ConnectionEvent{.state = api::ConnectionState::connected});
    page.tell(api::PeopleEvent{five_people()});
    page.tell(api::ConversationsEvent{{group(), direct()}});
}
inline std::vector<api::Message> many_messages(int from, int to)
{
    std::vector<api::Message> out;
    for (int n = from; n <= to; ++n) out.push_back(message(n, n % 5 + 1, "Viesti numero " + std::to_string(n) + std::string(static_cast<std::size_t>(n % 7) * 20, 'x')));
    return out;
}

}  // namespace sinetti::tests
