#pragma once
// What a call costs in the operations that dominate it, counted where libsodium is called (--wrap, see tests/mls/CMakeLists.txt): for
// bounds on what hostile input may cost, which a clock could not tell.

#include <cstddef>

namespace sinetti::tests {

struct Work {
    std::size_t signatures = 0;     // verified
    std::size_t hashed = 0;         // bytes
};

Work work();    // since the program began

template<typename F>
Work work_of(F&& call)
{
    const auto before = work();
    call();
    const auto after = work();
    return {after.signatures - before.signatures, after.hashed - before.hashed};
}

}  // namespace sinetti::tests
