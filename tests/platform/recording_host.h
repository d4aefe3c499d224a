#pragma once
// A worker host that writes down what it is asked. One per test; the functions of platform/worker_host.h find the latest.

#include "base/bytes.h"

#include <string>
#include <vector>

namespace sinetti::platform {

struct RecordingHost {
    RecordingHost();
    ~RecordingHost();
    RecordingHost(const RecordingHost&) = delete;
    RecordingHost& operator=(const RecordingHost&) = delete;

    std::vector<std::string> calls;            // of a socket with the number of its connection
    std::vector<base::Bytes> frames;
    std::vector<base::Bytes> batches;
    std::vector<std::uint32_t> tickets;
    std::vector<double> alarms;
};

}  // namespace sinetti::platform
