#pragma once
// What the user interface needs of the world around it. Implemented by app/ over the browser and by the tests.

#include "api/command.h"
#include "base/bytes.h"
#include "ui/geometry.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::ui {

enum class Cursor : std::uint8_t { arrow = 0, pointer = 1, text = 2 };

struct LocalTime {     // in the time zone of the browser
    int year = 1970;
    int month = 1;     // 1..12
    int day = 1;       // 1..31
    int weekday = 0;   // 0 = Sunday
    int hour = 0;
    int minute = 0;
};

enum class NotificationPermission : std::uint8_t { unsupported = 0, not_asked = 1, granted = 2, denied = 3 };   // of this browser for this address

class Host {
public:
    virtual ~Host() = default;

    // `secret_field`: the text of that password field travels beside the command as the passphrase, and the page clears the field.
    virtual void send_command(const api::Command& command, std::optional<NodeId> secret_field) = 0;
    virtual void apply_mirror(base::ByteView difference) = 0;              // see mirror.h; called from App::frame
    virtual void set_field_text(NodeId field, std::string_view text) = 0;  // takes effect before it returns; no on_text follows
    virtual void set_clipboard(std::string_view text) = 0;
    virtual void open_link(std::string_view address) = 0;                  // http or https, beside this page, which it learns nothing of
    virtual NotificationPermission notification_permission() const = 0;
    virtual void ask_for_notifications() = 0;                              // while a press is handled; answers with App::on_notifications_changed
    virtual void notify(std::string_view words) = 0;                       // by the machine, unless somebody looks at the page
    virtual void announce(std::string_view text, bool assertive) = 0;      // into an off-screen live region
    virtual void set_cursor(Cursor cursor) = 0;
    virtual void set_title(std::string_view title, std::uint32_t unread) = 0;
    virtual void set_page(std::string_view language, std::uint32_t background) = 0;   // <html lang>, theme colour 0xRRGGBBAA
    virtual void request_relay_document() = 0;                             // /relay.json of the page's own origin; answers with App::on_relay_document
    virtual void save_file(std::string_view name, std::string_view text) = 0;   // where the browser keeps what it downloads
    virtual void choose_file(std::uint32_t max_bytes) = 0;                 // answers with App::on_file, unless none is chosen
    virtual void print(std::string_view text) = 0;                         // this alone, not what is on the screen
    virtual void keep_nothing(bool on) = 0;                                // a machine that is not one's own: empty everything when the page goes
    virtual void start_afresh(std::string_view note) = 0;                  // load the page anew, so that nothing of it stays in memory but this, for the next
    virtual void remember_seal(bool here) = 0;                             // where a browser that erases the store does not look: that there was one
    virtual void request_frame() = 0;                                      // call App::frame soon (once per display frame at most)
    virtual void request_frame_at(double monotonic_ms) = 0;                // and at this time; a later call replaces the earlier

    virtual std::string page_origin() const = 0;                           // the page's address without fragment: "http://host:8080/"
    virtual std::vector<std::string> languages() const = 0;                // navigator.languages, best first
    virtual std::string device_name() const = 0;                           // what this device is called among a person's others: "Firefox, Linux"
    virtual std::int64_t now_ms() const = 0;                               // wall clock, Unix milliseconds
    virtual LocalTime local_time(std::int64_t unix_ms) const = 0;
};

}  // namespace sinetti::ui
