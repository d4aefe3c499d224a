// The browser's crypto.getRandomValues, as many bytes a call as it may be asked for. libsodium's randombytes_buf asks it anew for every byte.

#include "base/check.h"
#include "base/random.h"

#include <algorithm>
#include <sodium.h>
#include <unistd.h>

namespace sinetti::base {

namespace {

constexpr std::size_t kEntropyMax = 256;   // of one getentropy(), by POSIX

}  // namespace

SystemRandom::SystemRandom()
{
    CHECK_INVARIANT(sodium_init() >= 0);
}

void SystemRandom::fill(MutableByteView out)
{
    while (!out.empty()) {
        const auto part = out.first(std::min(out.size(), kEntropyMax));
        CHECK_INVARIANT(getentropy(part.data(), part.size()) == 0);
        out = out.subspan(part.size());
    }
}

}  // namespace sinetti::base
