#pragma once
// The semantic tree: what is on the screen, in words. Every widget call that draws something also registers a node here, in
// reading order, so the tree cannot drift from the picture. After a frame the tree is compared with the one before and the
// difference leaves as one compact block of bytes, which the page turns into DOM elements over the canvas.
//
// Ids are stable hashes of a widget's path and below 2^52, so that they are exact as a JavaScript number.
//
// Encoding of a difference (little endian; an id is u32 low, u32 high; a string is u32 length and UTF-8 bytes; rectangles are
// four f32: x, y, width, height in logical pixels from the top left of the canvas). A sequence of records until the end:
//   u8 1 remove    id                       the element (its children are removed by records of their own, before it)
//   u8 2 node      id, id parent, u8 role, u8 level, u32 states, u8 actions, rectangle, string name, string value,
//                  string description, string lang                     create it, or replace all of these attributes
//   u8 3 rectangle id, rectangle            only its place changed
//   u8 4 children  id parent, u32 n, n × id  order of the children of a parent (0: the root); sent when it changed
//   u8 5 field     id, and the TextFieldSpec as in text_field.h           for roles textbox, searchbox and passwordbox
//   u8 6 focus     id                       move the keyboard focus there, after everything else has been applied
// A parent always comes before its children. `value` is never set for text fields: their text belongs to the page.

#include "base/bytes.h"
#include "ui/geometry.h"
#include "ui/text_field.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sinetti::ui {

enum class Role : std::uint8_t {
    none = 0,        // a plain container
    text,            // a text node: `name` is the text
    button,
    link,
    textbox,         // single or multiple lines
    searchbox,
    passwordbox,
    heading,         // `level` 1..6
    list,
    listitem,
    article,
    log,
    region,          // a pane; F6 goes from one to the next
    navigation,
    main,
    complementary,
    dialog,          // always modal: nothing outside is in the tree while it is open
    img,             // `name` is the alternative text
    status,          // polite live region
    alert,           // assertive live region
    tab,
    tablist,
    checkbox,
    radio,
    radiogroup,
    group,
    separator,       // `name` is its text, as "3 new messages"
    progressbar,     // `value` is what it says
};

enum StateFlag : std::uint32_t {
    kDisabled = 1u << 0,
    kSelected = 1u << 1,
    kChecked = 1u << 2,
    kExpanded = 1u << 3,
    kPressed = 1u << 4,      // a toggle that is on
    kCurrent = 1u << 5,      // aria-current="true"
    kFocused = 1u << 6,      // what the user interface believes; the page decides
    kBusy = 1u << 7,
    kInvalid = 1u << 8,
    kRequired = 1u << 9,
    kExpandable = 1u << 10,  // kExpanded absent then means aria-expanded="false"
    kToggle = 1u << 11,      // kPressed absent then means aria-pressed="false"
    kHidden = 1u << 12,      // a text field under a dialog: keep the element and its text, but out of sight and of the tab order
};

enum Action : std::uint8_t {
    kClick = 1u << 0,
    kFocus = 1u << 1,        // takes part in the tab order
    kScroll = 1u << 2,       // scroll_up and scroll_down are welcome
    kDismiss = 1u << 3,      // Escape closes it
    kFocusOnly = 1u << 4,    // can be focused by script (tabindex=-1): rows of a list, moved through with the arrows
};

struct MirrorNode {
    NodeId id = 0;
    NodeId parent = 0;               // 0: the root
    Role role = Role::none;
    std::uint8_t level = 0;          // of a heading
    std::uint32_t states = 0;
    std::uint8_t actions = 0;
    Rect rect;
    std::string name;
    std::string value;
    std::string description;
    std::string lang;                // only when it differs from the language of the user interface
    std::optional<TextFieldSpec> field;
};

class Mirror {
public:
    // One frame: begin, nodes in reading order with parents opened and closed around children, then finish.
    void begin();
    MirrorNode& add(NodeId id, Role role, const Rect& rect, std::string_view name);   // a leaf, or open() it
    void open(NodeId id);            // nodes added from now on are children of this one
    void close();
    void cover();                    // a modal dialog opens: what came before leaves the tree, text fields stay hidden (kHidden)
    void focus(NodeId id) { m_focus = id; }   // ask the page to move the focus there once this frame is applied

    base::Bytes finish();            // the difference to the frame before; empty when nothing changed
    void forget();                   // the page has lost its elements: the next difference builds everything anew

    const std::vector<MirrorNode>& nodes() const { return m_nodes; }   // of the frame being built or just finished
    const MirrorNode* find(NodeId id) const;

private:
    std::vector<MirrorNode> m_nodes;
    std::vector<MirrorNode> m_before;
    std::vector<NodeId> m_stack;
    std::unordered_map<NodeId, std::size_t> m_index;
    NodeId m_focus = 0;
};

}  // namespace sinetti::ui
