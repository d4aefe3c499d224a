#pragma once
// The operator's log, on standard error: no addresses, no keys, no times finer than an hour.

#include <string_view>

namespace sinetti::relay {

void log_line(std::string_view message);

}  // namespace sinetti::relay
