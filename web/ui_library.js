// The JavaScript half of client/app/page_host.h: linked into ui.js, it hands everything to the page object that boot.js gave the
// module. Bytes are copied out of the module's memory here.
addToLibrary({
  sinetti_page_command: (json, size, field) => Module['page'].command(HEAPU8.slice(json, json + size), field),
  sinetti_page_mirror: (difference, size) => Module['page'].mirror(HEAPU8.slice(difference, difference + size)),
  sinetti_page_field_text: (field, text, size) => Module['page'].fieldText(field, HEAPU8.slice(text, text + size)),
  sinetti_page_clipboard: (text, size) => Module['page'].clipboard(HEAPU8.slice(text, text + size)),
  sinetti_page_open_link: (address, size) => Module['page'].openLink(HEAPU8.slice(address, address + size)),
  sinetti_page_notification_permission: () => Module['page'].notificationPermission(),
  sinetti_page_ask_for_notifications: () => Module['page'].askForNotifications(),
  sinetti_page_notify: (words, size) => Module['page'].notify(HEAPU8.slice(words, words + size)),
  sinetti_page_announce: (text, size, assertive) => Module['page'].announce(HEAPU8.slice(text, text + size), assertive !== 0),
  sinetti_page_cursor: (cursor) => Module['page'].cursor(cursor),
  sinetti_page_title: (title, size, unread) => Module['page'].title(HEAPU8.slice(title, title + size), unread),
  sinetti_page_language: (language, size, background) =>
    Module['page'].language(HEAPU8.slice(language, language + size), background >>> 0),
  sinetti_page_request_relay_document: () => Module['page'].requestRelayDocument(),
  sinetti_page_save_file: (name, nameSize, text, size) =>
    Module['page'].saveFile(HEAPU8.slice(name, name + nameSize), HEAPU8.slice(text, text + size)),
  sinetti_page_choose_file: (limit) => Module['page'].chooseFile(limit >>> 0),
  sinetti_page_print: (text, size) => Module['page'].print(HEAPU8.slice(text, text + size)),
  sinetti_page_keep_nothing: (on) => Module['page'].keepNothing(on !== 0),
  sinetti_page_start_afresh: (note, size) => Module['page'].startAfresh(HEAPU8.slice(note, note + size)),
  sinetti_page_remember_seal: (here) => Module['page'].rememberSeal(here !== 0),
  sinetti_page_request_frame: () => Module['page'].requestFrame(),
  sinetti_page_request_frame_at: (time) => Module['page'].requestFrameAt(time),
  sinetti_page_cluster: (text, size, fontPixels, weight, side, out, pixels) => {
    const image = Module['page'].cluster(HEAPU8.slice(text, text + size), fontPixels, weight, side);
    HEAP32[out >> 2] = image.width;
    HEAP32[(out >> 2) + 1] = image.height;
    HEAPF32[(out >> 2) + 2] = image.left;
    HEAPF32[(out >> 2) + 3] = image.top;
    HEAPF32[(out >> 2) + 4] = image.advance;
    HEAPU8.set(image.rgba, pixels);
  },
});
