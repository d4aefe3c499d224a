#include "base/secret.h"

#include <sodium.h>

namespace sinetti::base {

void wipe(MutableByteView bytes)
{
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace sinetti::base
