#pragma once
// The app's fonts as scripts/fonts made them: from $SINETTI_FONTS, or build/web/fonts below the repository.

#include "base/bytes.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace sinetti::tests {

using FontFiles = std::array<base::Bytes, 5>;   // in the order of ui::Fonts

inline std::optional<base::Bytes> read_file(const std::string& path)
{
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return std::nullopt;
    base::Bytes bytes;
    std::array<std::uint8_t, 4096> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), file)) bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(size));
    std::fclose(file);
    return bytes;
}

inline std::optional<FontFiles> load_fonts()
{
    const char* chosen = std::getenv("SINETTI_FONTS");
    const std::string folder = chosen != nullptr ? chosen : "build/web/fonts";
    FontFiles fonts;
    constexpr const char* kNames[] = {"inter-regular.otf", "inter-medium.otf", "inter-semibold.otf", "display-semibold.otf", "icons.ttf"};
    for (std::size_t i = 0; i < fonts.size(); ++i) {
        auto bytes = read_file(folder + "/" + kNames[i]);
        if (!bytes) {
            std::printf("fonts absent: %s/%s (build the app first, or set SINETTI_FONTS)\n", folder.c_str(), kNames[i]);
            return std::nullopt;
        }
        fonts[i] = std::move(*bytes);
    }
    return fonts;
}

}  // namespace sinetti::tests
