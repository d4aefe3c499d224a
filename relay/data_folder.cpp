#include "relay/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sinetti::relay {

using base::Unexpected;

std::filesystem::path database_file(const std::filesystem::path& data)
{
    return data / "boards.sqlite";
}

base::Result<DataLock, std::string> DataLock::take(const std::filesystem::path& data)
{
    std::error_code error;
    if (std::filesystem::create_directories(data, error)) std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
    if (error) return Unexpected("cannot make " + data.string() + ": " + error.message());
    DataLock lock(::open((data / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.m_descriptor < 0) return Unexpected("cannot write in " + data.string());
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0) return Unexpected("another relay is running on " + data.string());
    return lock;
}

DataLock::~DataLock()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
}

}  // namespace sinetti::relay
