#pragma once
// One small public document of a relay's, by GET, with no header that says who asks.

#include "uplink/uplink.h"

namespace sinetti::uplink {

struct Fetched {
    unsigned status = 0;
    std::string body;
};

// `done` is called once, from the io_context; nullopt: it could not be had, or is larger than size_max.
void fetch(boost::asio::io_context& io, const Settings& settings, const std::string& target, std::size_t size_max, std::function<void(std::optional<Fetched>)> done);

}  // namespace sinetti::uplink
