#include "ui/widgets/qr.h"

#include <qrcodegen.hpp>

#include <vector>

namespace sinetti::ui {

namespace {

constexpr std::size_t kTextMax = 1200;   // bytes; more would make modules too small to be read from a screen
constexpr int kQuietZone = 4;            // modules, ISO/IEC 18004

}  // namespace

bool draw_qr(Context& c, std::string_view key, const Rect& square, std::string_view text, std::string_view name)
{
    if (text.empty() || text.size() > kTextMax) return false;
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    const qrcodegen::QrCode code = qrcodegen::QrCode::encodeBinary(bytes, qrcodegen::QrCode::Ecc::LOW);
    c.paint.fill(square.x, square.y, square.w, square.h, 0xffffffffu, 14);
    const int modules = code.getSize() + 2 * kQuietZone;
    // Whole device pixels for each module, or scanners see grey seams.
    const float density = c.paint.density();
    const float module = std::max(1.0f, std::floor(square.w * density / static_cast<float>(modules))) / density;
    const float side = module * static_cast<float>(code.getSize());
    const float x0 = c.paint.snap(square.x + (square.w - side) / 2);
    const float y0 = c.paint.snap(square.y + (square.h - side) / 2);
    for (int y = 0; y < code.getSize(); ++y) {
        for (int x = 0; x < code.getSize();) {
            if (!code.getModule(x, y)) {
                ++x;
                continue;
            }
            int end = x;
            while (end < code.getSize() && code.getModule(end, y)) ++end;
            c.paint.fill(x0 + static_cast<float>(x) * module, y0 + static_cast<float>(y) * module, static_cast<float>(end - x) * module, module, 0x172033ffu);
            x = end;
        }
    }
    c.mirror.add(c.id(key), Role::img, square, name);
    return true;
}

}  // namespace sinetti::ui
