#include "ui/mirror.h"

#include "base/check.h"

#include <bit>
#include <cstring>
#include <unordered_set>

namespace sinetti::ui {

namespace {

enum Record : std::uint8_t { kRemove = 1, kNode = 2, kRectangle = 3, kChildren = 4, kField = 5, kFocusNode = 6 };

class Encoder {
public:
    void u8(std::uint8_t v) { m_out.push_back(v); }
    void u32(std::uint32_t v)
    {
        for (unsigned shift = 0; shift < 32; shift += 8) m_out.push_back(static_cast<std::uint8_t>(v >> shift));
    }
    void f32(float v) { u32(std::bit_cast<std::uint32_t>(v)); }
    void id(NodeId v)
    {
        u32(static_cast<std::uint32_t>(v));
        u32(static_cast<std::uint32_t>(v >> 32));
    }
    void text(std::string_view v)
    {
        u32(static_cast<std::uint32_t>(v.size()));
        m_out.insert(m_out.end(), v.begin(), v.end());
    }
    void rectangle(const Rect& r)
    {
        f32(r.x);
        f32(r.y);
        f32(r.w);
        f32(r.h);
    }
    void node(const MirrorNode& n)
    {
        u8(kNode);
        id(n.id);
        id(n.parent);
        u8(static_cast<std::uint8_t>(n.role));
        u8(n.level);
        u32(n.states);
        u8(n.actions);
        rectangle(n.rect);
        text(n.name);
        text(n.value);
        text(n.description);
        text(n.lang);
    }
    void field(NodeId node_id, const TextFieldSpec& f)
    {
        u8(kField);
        id(node_id);
        u8(static_cast<std::uint8_t>(f.kind));
        u8(static_cast<std::uint8_t>((f.revealed ? 1 : 0) | (f.spell_check ? 2 : 0) | (f.centred ? 4 : 0) | (f.autofocus ? 8 : 0)));
        f32(f.font_px);
        f32(f.line_px);
        u32(f.colour);
        u32(f.placeholder_colour);
        u32(f.max_bytes);
        text(f.placeholder);
        text(f.initial);
        text(f.autocomplete);
        text(f.lang);
    }
    base::Bytes take() { return std::move(m_out); }

private:
    base::Bytes m_out;
};

bool same_words(const MirrorNode& a, const MirrorNode& b)
{
    return a.parent == b.parent && a.role == b.role && a.level == b.level && a.states == b.states && a.actions == b.actions && a.name == b.name &&
           a.value == b.value && a.description == b.description && a.lang == b.lang;
}

// `initial` matters only when the element is made, so a change of it alone is no change.
bool same_field(const std::optional<TextFieldSpec>& a, const std::optional<TextFieldSpec>& b)
{
    if (a.has_value() != b.has_value()) return false;
    if (!a) return true;
    TextFieldSpec left = *a;
    left.initial = b->initial;
    return left == *b;
}

using Children = std::unordered_map<NodeId, std::vector<NodeId>>;

Children children_of(const std::vector<MirrorNode>& nodes)
{
    Children children;
    for (const MirrorNode& node : nodes) children[node.parent].push_back(node.id);
    return children;
}

}  // namespace

void Mirror::begin()
{
    CHECK_INVARIANT(m_stack.empty());
    m_nodes.clear();
    m_index.clear();
}

MirrorNode& Mirror::add(NodeId id, Role role, const Rect& rect, std::string_view name)
{
    CHECK_INVARIANT(id != 0);
    // Two widgets with one id would be our own mistake; the second gets a neighbouring id rather than swallowing the first.
    while (m_index.contains(id)) id = (id + 1) & ((NodeId{1} << 52) - 1);
    m_index.emplace(id, m_nodes.size());
    MirrorNode& node = m_nodes.emplace_back();
    node.id = id;
    node.parent = m_stack.empty() ? 0 : m_stack.back();
    node.role = role;
    node.rect = rect;
    node.name = name;
    return node;
}

void Mirror::open(NodeId id)
{
    m_stack.push_back(id);
}

void Mirror::close()
{
    CHECK_INVARIANT(!m_stack.empty());
    m_stack.pop_back();
}

void Mirror::cover()
{
    CHECK_INVARIANT(m_stack.empty());
    std::vector<MirrorNode> kept;
    for (MirrorNode& node : m_nodes) {
        if (!node.field) continue;
        node.parent = 0;
        node.states |= kHidden;
        kept.push_back(std::move(node));
    }
    m_nodes = std::move(kept);
    m_index.clear();
    for (std::size_t i = 0; i < m_nodes.size(); ++i) m_index.emplace(m_nodes[i].id, i);
}

const MirrorNode* Mirror::find(NodeId id) const
{
    const auto found = m_index.find(id);
    return found == m_index.end() ? nullptr : &m_nodes[found->second];
}

base::Bytes Mirror::finish()
{
    CHECK_INVARIANT(m_stack.empty());
    Encoder out;
    std::unordered_map<NodeId, const MirrorNode*> before;
    for (const MirrorNode& node : m_before) before.emplace(node.id, &node);

    for (auto node = m_before.rbegin(); node != m_before.rend(); ++node) {   // children come after their parents, so backwards
        if (m_index.contains(node->id)) continue;
        out.u8(kRemove);
        out.id(node->id);
    }
    for (const MirrorNode& node : m_nodes) {
        const auto found = before.find(node.id);
        if (found == before.end() || !same_words(*found->second, node)) {
            out.node(node);
        } else if (found->second->rect != node.rect) {
            out.u8(kRectangle);
            out.id(node.id);
            out.rectangle(node.rect);
        }
        if (node.field && (found == before.end() || !same_field(found->second->field, node.field))) out.field(node.id, *node.field);
    }
    const Children old_order = children_of(m_before);
    std::unordered_set<NodeId> done;
    const Children order = children_of(m_nodes);
    const auto write_order = [&](NodeId parent) {
        if (!done.insert(parent).second) return;
        const auto now = order.find(parent);
        const auto then = old_order.find(parent);
        if (now == order.end() || (then != old_order.end() && then->second == now->second)) return;
        out.u8(kChildren);
        out.id(parent);
        out.u32(static_cast<std::uint32_t>(now->second.size()));
        for (const NodeId child : now->second) out.id(child);
    };
    write_order(0);
    for (const MirrorNode& node : m_nodes) write_order(node.id);
    if (m_focus != 0 && m_index.contains(m_focus)) {
        out.u8(kFocusNode);
        out.id(m_focus);
    }
    m_focus = 0;
    m_before = m_nodes;
    return out.take();
}

void Mirror::forget()
{
    m_before.clear();
}

}  // namespace sinetti::ui
