#include "gfx/clusters.h"

#include "base/utf8.h"

#include <iterator>

namespace sinetti::gfx {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

template<std::size_t N>
bool within(const Range (&ranges)[N], char32_t c)
{
    for (const Range& range : ranges) {
        if (c >= range.first && c <= range.last) return true;
    }
    return false;
}

// Marks that attach to what stands before them, outside the shaped scripts below.
constexpr Range kMarks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0}, {0x302A, 0x302F},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};
constexpr Range kRightToLeft[] = {
    {0x0590, 0x08FF}, {0xFB1D, 0xFDFF}, {0xFE70, 0xFEFC}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF},
};
constexpr Range kShaped[] = {   // left to right, but letters join or stack
    {0x0900, 0x109F}, {0x1780, 0x17FF}, {0x1800, 0x18AF}, {0x1900, 0x1AAF}, {0x1B00, 0x1C4F}, {0xA8E0, 0xA8FF}, {0xAA00, 0xAADF},
    {0x1100, 0x11FF}, {0x11000, 0x11FFF},
};
constexpr Range kIdeographic[] = {
    {0x2E80, 0x3029}, {0x3030, 0x3098}, {0x309B, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFF00, 0xFFEF}, {0x1F000, 0x1FAFF}, {0x20000, 0x3FFFF},
};
constexpr Range kInvisible[] = {
    {0x0000, 0x0008}, {0x000B, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
};

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kKeycap = 0x20E3;
constexpr std::size_t kClusterSizeMax = 96;   // bytes: enough for a family of four with skin tones, or a long word

bool is_regional(char32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool extends(char32_t c) { return c == kJoiner || c == kKeycap || within(kMarks, c); }
bool is_shaped(char32_t c) { return within(kShaped, c); }
bool is_right_to_left(char32_t c) { return within(kRightToLeft, c); }

}  // namespace

Cluster cluster_at(std::string_view text, std::size_t position)
{
    const base::CodePoint first = base::code_point_at(text, position);
    Cluster cluster{.begin = position, .end = position + first.size, .single = first.value};
    const char32_t c = first.value;
    if (c == '\n') {
        cluster.kind = ClusterKind::newline;
        return cluster;
    }
    if (c == ' ' || c == '\t' || c == 0x3000 || (c >= 0x2000 && c <= 0x200A && c != 0x2007)) {
        cluster.kind = ClusterKind::space;
        return cluster;
    }
    if (within(kInvisible, c)) {
        cluster.kind = ClusterKind::invisible;
        return cluster;
    }
    cluster.right_to_left = is_right_to_left(c);
    const bool shaped = cluster.right_to_left || is_shaped(c);
    if (!shaped && within(kIdeographic, c)) cluster.kind = ClusterKind::ideographic;

    bool after_joiner = false;
    bool flag_open = is_regional(c);
    while (cluster.end < text.size() && cluster.end - cluster.begin < kClusterSizeMax) {
        const base::CodePoint next = base::code_point_at(text, cluster.end);
        const bool same_word = shaped && (cluster.right_to_left ? is_right_to_left(next.value) : is_shaped(next.value));
        if (!(extends(next.value) || after_joiner || same_word || (flag_open && is_regional(next.value)))) break;
        if (is_regional(next.value)) flag_open = false;
        after_joiner = next.value == kJoiner;
        cluster.end += next.size;
        cluster.single = 0;
    }
    return cluster;
}

}  // namespace sinetti::gfx
