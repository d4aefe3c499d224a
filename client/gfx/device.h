#pragma once
// The graphics device: draws ImGui's lists and keeps the few textures of our own. One implementation over WebGL2, one that
// draws nothing for tests. Coordinates in draw data are device pixels.

#include "base/bytes.h"

#include <imgui.h>

#include <memory>
#include <string_view>

namespace sinetti::gfx {

struct FrameSize {
    int width = 0;    // device pixels
    int height = 0;
};

class Device {
public:
    virtual ~Device() = default;

    // Honours the texture requests in the draw data (ImTextureData), then clears and draws.
    virtual void draw(FrameSize size, std::uint32_t clear_colour, ImDrawData& data) = 0;   // colour 0xRRGGBBAA

    // The wax seal of a fingerprint (at least 16 bytes), drawn once and kept. Straight alpha.
    virtual ImTextureID seal_texture(base::ByteView fingerprint) = 0;

    virtual bool usable() const = 0;    // false while the context is lost; draw() then does nothing
};

std::unique_ptr<Device> create_null_device();

// WebGL2 on the canvas with this CSS selector; nullptr when the browser has none. Sizes of the canvas are the caller's affair.
// `restored` is called after a lost context has come back and everything was made again.
std::unique_ptr<Device> create_webgl_device(const char* canvas_selector, void (*restored)(void* user), void* user);

}  // namespace sinetti::gfx
