#include "relay/backup.h"

#include "relay/blob_store.h"
#include "relay/data_folder.h"
#include "relay/store_sqlite.h"
#include "relay/vault_key.h"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <unistd.h>

namespace sinetti::relay {

namespace {

// A file that goes away unless it was completed.
class Partial {
public:
    explicit Partial(const std::filesystem::path& target) : m_target(target), m_path(target.string() + ".partial") { discard(); }
    ~Partial() { discard(); }
    const std::filesystem::path& path() const { return m_path; }

    bool complete()   // durable under its own name; never over another file
    {
        const auto parent = m_target.has_parent_path() ? m_target.parent_path() : std::filesystem::path(".");
        const bool named = synced(m_path) && ::link(m_path.c_str(), m_target.c_str()) == 0 && synced(parent);
        discard();
        return named;
    }

private:
    static bool synced(const std::filesystem::path& path)
    {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) return false;
        const bool done = ::fsync(descriptor) == 0;
        ::close(descriptor);
        return done;
    }
    void discard()
    {
        std::error_code ignored;
        std::filesystem::remove(m_path, ignored);
    }

    std::filesystem::path m_target;
    std::filesystem::path m_path;
};

bool is_there(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

CheckReport fault(std::string sentence)
{
    return {.lines = {}, .faults = {std::move(sentence)}};
}

CheckReport copy_checked(const std::filesystem::path& from, const std::filesystem::path& to, CheckReport (*check)(const std::filesystem::path&))
{
    Partial partial(to);
    if (const auto copied = copy_sqlite(from, partial.path()); !copied) {
        switch (copied.error()) {
        case StoreError::full: return fault("there is no space for " + to.string());
        case StoreError::unavailable: return fault("cannot read " + from.string() + ", or cannot write " + to.string());
        case StoreError::broken:
        case StoreError::newer: break;
        }
        return fault(from.string() + " is damaged, or no database");
    }
    auto report = check(partial.path());
    if (report.faults.empty() && !partial.complete()) report.faults.push_back("cannot write " + to.string());
    return report;
}

// The blobs lie beside the boards, in the data folder as in a backup. Where there are none, neither has the copy any.
void copy_blobs(const std::filesystem::path& from, const std::filesystem::path& to, CheckReport& report)
{
    if (!report.faults.empty() || !is_there(from)) return;
    auto copied = copy_checked(from, to, check_blobs);
    std::ranges::move(copied.lines, std::back_inserter(report.lines));
    std::ranges::move(copied.faults, std::back_inserter(report.faults));
}

std::filesystem::path blobs_of_archive(const std::filesystem::path& file) { return file.string() + ".blobs"; }

}  // namespace

CheckReport back_up(const std::filesystem::path& data, const std::filesystem::path& file)
{
    if (!is_there(database_file(data))) return fault("there is no relay data in " + data.string());
    for (const auto& target : {file, blobs_of_archive(file)})
        if (is_there(target)) return fault("there is a file " + target.string() + " already; give another name");
    auto report = copy_checked(database_file(data), file, check_database);
    copy_blobs(blob_database_file(data), blobs_of_archive(file), report);
    report.lines.push_back("the key of the vaults (" + vault_key_file(data).string() + " unless serve has another) is not in this copy: keep a copy of it apart");
    return report;
}

CheckReport restore(const std::filesystem::path& data, const std::filesystem::path& file)
{
    if (!is_there(file)) return fault("there is no file " + file.string());
    const auto lock = DataLock::take(data);
    if (!lock) return fault(lock.error());
    for (const auto& target : {database_file(data), blob_database_file(data)})
        if (is_there(target)) return fault("there is relay data in " + data.string() + " already; move it away first");
    auto report = copy_checked(file, database_file(data), check_database);
    copy_blobs(blobs_of_archive(file), blob_database_file(data), report);
    return report;
}

}  // namespace sinetti::relay
