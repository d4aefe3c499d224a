// libFuzzer's entry points for the one target that is linked in. `fuzz_x --seeds=DIRECTORY` writes the target's seeds there.

#include "tests/fuzz/target.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sodium.h>
#include <string_view>

using namespace sinetti;

namespace {

void write_seeds(const fuzz::Target& target, const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const auto& seed : target.seeds()) {
        std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        CHECK_INVARIANT(file.good());
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    CHECK_INVARIANT(sodium_init() >= 0);
    CHECK_INVARIANT(fuzz::targets().size() == 1);
    constexpr std::string_view kSeeds = "--seeds=";
    for (int i = 1; i < *argc; ++i) {
        const std::string_view argument = (*argv)[i];
        if (!argument.starts_with(kSeeds)) continue;
        write_seeds(*fuzz::targets().front(), argument.substr(kSeeds.size()));
        std::exit(0);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::targets().front()->run({data, size});
    return 0;
}
