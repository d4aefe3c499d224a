#pragma once
// CHECK: an invariant of our own. Always compiled in; ends the program. Never reachable from bytes off the wire.

namespace sinetti::base {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace sinetti::base

#define CHECK_INVARIANT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::sinetti::base::check_failed(#condition, __FILE__, __LINE__))
