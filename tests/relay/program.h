#pragma once
// The real program as a process of its own, to be killed; and a writer that keeps account of what it was told.

#include "relay/store.h"
#include "tests/relay/support.h"

#include <atomic>
#include <map>
#include <set>
#include <sys/resource.h>
#include <sys/types.h>

namespace sinetti::relay_test {

class RelayProcess {
public:
    // On the data and the app in `folder`, with further options. file_bytes_max: no file may grow beyond it, as on a full disk; 0: no limit.
    explicit RelayProcess(const std::filesystem::path& folder, rlim_t file_bytes_max = 0, const std::vector<std::string>& options = {});
    ~RelayProcess();
    RelayProcess(const RelayProcess&) = delete;
    RelayProcess& operator=(const RelayProcess&) = delete;

    int end(int signal);                            // its wait status
    RelayAddress address(const directory::RelayKeys& keys) const { return {m_port, keys}; }
    const std::string& administrator_link() const { return m_link; }

private:
    pid_t m_pid = 0;
    std::uint16_t m_port = 0;
    std::string m_link;
};

// Writes its own run of numbered cells, a handful in flight, until the relay is gone. What was not acknowledged is sent again
// next time, first and in the same bytes.
class Writer {
public:
    // may_refuse: what the relay may say instead of an acknowledgement.
    explicit Writer(std::uint64_t base, wire::Refusal may_refuse = wire::Refusal::storage_full) : m_next(base), m_may_refuse(may_refuse) {}

    void run(const RelayAddress& relay, const crypto::SignaturePrivateKey& device);
    void stop() { m_stopping = true; }              // run() returns with what was acknowledged by then

    std::map<std::uint64_t, std::uint64_t> acknowledged;   // number → position
    std::uint64_t refusals = 0;
    std::atomic<std::uint64_t> answers = 0, acknowledgements = 0;

private:
    std::uint64_t m_next;
    wire::Refusal m_may_refuse;
    std::atomic<bool> m_stopping = false;
    std::set<std::uint64_t> m_unanswered;
};

// Founds an organisation on a folder, with anna and bert.
directory::RelayKeys found(const std::filesystem::path& folder, Cast& cast, const std::vector<std::string>& options = {});

void check_data(const std::filesystem::path& folder);
relay::BoardState board_state(const std::filesystem::path& folder);
// Every acknowledged cell that is kept stands where it was said to stand, and none twice.
void check_acknowledged(const std::filesystem::path& folder, const std::vector<const Writer*>& writers);

}  // namespace sinetti::relay_test
