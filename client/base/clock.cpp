#include "base/clock.h"

#include <chrono>

namespace sinetti::base {

UnixMilliseconds SystemClock::now() const
{
    using namespace std::chrono;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace sinetti::base
