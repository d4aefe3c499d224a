#pragma once
// The folder a relay keeps everything in, and the lock that keeps a second one out of it.

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace sinetti::relay {

std::filesystem::path database_file(const std::filesystem::path& data);

// Durable, and readable by its owner alone; over a file that is there.
bool write_private_file(const std::filesystem::path& file, std::string_view text);

class DataLock {
public:
    // Makes the folder when it is missing, for its owner alone. Error: a sentence.
    static base::Result<DataLock, std::string> take(const std::filesystem::path& data);

    DataLock(DataLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    DataLock& operator=(DataLock&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~DataLock();

private:
    explicit DataLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor;
};

}  // namespace sinetti::relay
