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

bool write_private_file(const std::filesystem::path& file, std::string_view text)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return false;
    const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
    if (::close(descriptor) != 0 || !written) return false;
    const int folder = ::open(file.has_parent_path() ? file.parent_path().c_str() : ".", O_RDONLY | O_CLOEXEC);
    if (folder < 0) return false;
    const bool named = ::fsync(folder) == 0;
    return ::close(folder) == 0 && named;
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
