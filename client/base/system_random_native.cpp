#include "base/check.h"
#include "base/random.h"

#include <sodium.h>

namespace sinetti::base {

SystemRandom::SystemRandom()
{
    CHECK_INVARIANT(sodium_init() >= 0);
}

void SystemRandom::fill(MutableByteView out)
{
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace sinetti::base
