// A device for tests: it honours the texture protocol, so that glyph atlases grow and shrink as they do on a screen, and draws nothing.

#include "gfx/device.h"

namespace sinetti::gfx {

namespace {

class NullDevice final : public Device {
public:
    void draw(FrameSize, std::uint32_t, ImDrawData& data) override
    {
        if (data.Textures == nullptr) return;
        for (ImTextureData* texture : *data.Textures) {
            if (texture->Status == ImTextureStatus_WantCreate) {
                texture->SetTexID(++m_last);
                texture->SetStatus(ImTextureStatus_OK);
            } else if (texture->Status == ImTextureStatus_WantUpdates) {
                texture->SetStatus(ImTextureStatus_OK);
            } else if (texture->Status == ImTextureStatus_WantDestroy && texture->UnusedFrames > 0) {
                texture->SetTexID(ImTextureID_Invalid);
                texture->SetStatus(ImTextureStatus_Destroyed);
            }
        }
    }
    ImTextureID seal_texture(base::ByteView) override { return 1; }
    bool usable() const override { return true; }

private:
    ImTextureID m_last = 1;
};

}  // namespace

std::unique_ptr<Device> create_null_device()
{
    return std::make_unique<NullDevice>();
}

}  // namespace sinetti::gfx
