#pragma once
// What the page around ui.wasm does for it; in JavaScript, web/ui_library.js and web/page.js. Buffers belong to the caller and are
// copied before the call returns. Text is UTF-8. A field is a mirror node id, exact as a double; 0 is none.

#include <cstddef>
#include <cstdint>

extern "C" {

void sinetti_page_command(const char* json, std::size_t size, double secret_field);
void sinetti_page_mirror(const std::uint8_t* difference, std::size_t size);
void sinetti_page_field_text(double field, const char* text, std::size_t size);
void sinetti_page_clipboard(const char* text, std::size_t size);
void sinetti_page_open_link(const char* address, std::size_t size);
int sinetti_page_notification_permission();                             // ui::NotificationPermission
void sinetti_page_ask_for_notifications();                              // answers with ui_notifications_changed()
void sinetti_page_notify(const char* words, std::size_t size);
void sinetti_page_announce(const char* text, std::size_t size, int assertive);
void sinetti_page_cursor(int cursor);
void sinetti_page_title(const char* title, std::size_t size, std::uint32_t unread);
void sinetti_page_language(const char* language, std::size_t size, std::uint32_t background);   // 0xRRGGBBAA
void sinetti_page_request_relay_document();                             // answers with ui_relay_document()
void sinetti_page_save_file(const char* name, std::size_t name_size, const char* text, std::size_t size);
void sinetti_page_choose_file(std::uint32_t max_bytes);                 // answers with ui_file()
void sinetti_page_print(const char* text, std::size_t size);
void sinetti_page_keep_nothing(int on);
void sinetti_page_start_afresh(const char* note, std::size_t size);      // comes back with ui_start()
void sinetti_page_remember_seal(int here);
void sinetti_page_request_frame();
void sinetti_page_request_frame_at(double monotonic_ms);

struct SinettiCluster {
    std::int32_t width;    // device pixels; width * height * 4 bytes of straight RGBA were written to `pixels`
    std::int32_t height;
    float left;
    float top;
    float advance;
};

// `side` is the largest width and height; `pixels` has room for side * side * 4 bytes.
void sinetti_page_cluster(const char* text, std::size_t size, float font_pixels, int weight, int side, SinettiCluster* out,
                          std::uint8_t* pixels);

}
