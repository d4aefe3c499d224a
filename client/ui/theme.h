#pragma once
// The design tokens: colours of the three themes, measures and type. Wax is the app's own voice (trust, yours to notice), blue is
// for actions, red for errors; see the contrast table of the design language before changing a colour.

#include "gfx/painter.h"

#include <array>
#include <cstdint>

namespace sinetti::ui {

using gfx::Colour;
using gfx::Face;
using gfx::TextStyle;

struct AvatarColours {
    Colour background;
    Colour ink;
    Colour name;      // the person's name over a bubble
};

struct Theme {
    Colour rail;
    Colour sidebar;
    Colour canvas;
    Colour surface;
    Colour sunken;
    Colour hover;
    Colour selected;
    Colour overlay;
    Colour text;
    Colour text_2;
    Colour text_3;
    Colour line;
    Colour border;
    Colour accent;
    Colour accent_hover;
    Colour on_accent;
    Colour accent_text;
    Colour accent_tint;
    Colour own;
    Colour own_text;
    Colour own_meta;
    Colour own_quote;
    Colour other;
    Colour other_meta;
    Colour other_quote;
    Colour wax;
    Colour wax_tint;
    Colour on_wax;
    Colour wax_faint;
    Colour ok;
    Colour ok_tint;
    Colour warn;
    Colour warn_tint;
    Colour danger;
    Colour danger_tint;
    Colour on_danger;
    Colour focus;
    Colour focus_gap;
    Colour shadow;
    Colour shadow_strong;
    std::array<AvatarColours, 8> avatars;   // jarvi, sammal, kanerva, hilla, puolukka, kivi, kuusi, usva
    bool dark;
    bool high_contrast;   // outlines instead of shadows and tints
};

enum class ThemeId : std::uint8_t { birch, polar_night, clear };

const Theme& theme_of(ThemeId id);

// Type: size, line, weight.
inline constexpr TextStyle kMeta{Face::regular, 12, 16};
inline constexpr TextStyle kMetaMedium{Face::medium, 12, 16};
inline constexpr TextStyle kMetaStrong{Face::semibold, 12, 16};
inline constexpr TextStyle kLabel{Face::regular, 13, 18};
inline constexpr TextStyle kLabelMedium{Face::medium, 13, 18};
inline constexpr TextStyle kLabelStrong{Face::semibold, 13, 18};
inline constexpr TextStyle kSmall{Face::regular, 14, 18};
inline constexpr TextStyle kSmallMedium{Face::medium, 14, 18};
inline constexpr TextStyle kPreview{Face::regular, 13.5f, 19};
inline constexpr TextStyle kPreviewMedium{Face::medium, 13.5f, 19};
inline constexpr TextStyle kBody{Face::regular, 15, 21};
inline constexpr TextStyle kBodyMedium{Face::medium, 15, 21};
inline constexpr TextStyle kBodyStrong{Face::semibold, 15, 21};
inline constexpr TextStyle kBodyTouch{Face::regular, 16, 23};
inline constexpr TextStyle kLead{Face::regular, 16, 24};
inline constexpr TextStyle kLeadWide{Face::regular, 17, 26};
inline constexpr TextStyle kTitle{Face::semibold, 17, 24};
inline constexpr TextStyle kTitleTouch{Face::semibold, 16, 21};
inline constexpr TextStyle kButton{Face::semibold, 15, 21};
inline constexpr TextStyle kButtonLarge{Face::semibold, 16, 24};
inline constexpr TextStyle kHeading{Face::display, 22, 28};
inline constexpr TextStyle kLarge{Face::display, 28, 34};
inline constexpr TextStyle kWelcomeTouch{Face::display, 32, 38};
inline constexpr TextStyle kHero{Face::display, 36, 42};
inline constexpr TextStyle kWelcome{Face::display, 44, 50, -0.5f};

// Measures in logical pixels.
inline constexpr float kRailWidth = 68;
inline constexpr float kSidebarWidth = 340;
inline constexpr float kDetailsWidth = 308;
inline constexpr float kHeaderHeight = 68;
inline constexpr float kHeaderHeightTouch = 60;
inline constexpr float kTabBarHeight = 64;
inline constexpr float kBubbleMax = 468;
inline constexpr float kBubbleMaxTouch = 292;
inline constexpr float kRowHeight = 70;
inline constexpr float kRowHeightCompact = 56;
inline constexpr float kRowHeightTouch = 76;
inline constexpr float kMediumWidth = 720;    // from here on: list or conversation, with a rail
inline constexpr float kExpandedWidth = 960;  // rail, list and conversation
inline constexpr float kWideWidth = 1240;     // and details

// Motion in milliseconds.
inline constexpr double kTapMs = 90;
inline constexpr double kQuickMs = 140;
inline constexpr double kStandardMs = 200;
inline constexpr double kStampMs = 420;
inline constexpr double kReducedMs = 80;

}  // namespace sinetti::ui
