#pragma once
// The browser's IndexedDB as a store::Backend. The worker answers every ticket once, in the order they were handed out; a ticket
// of an earlier HostBackend is ignored, so that one can be dropped while its commits are still on the way to disk.

#include "store/backend.h"

#include <deque>

namespace sinetti::platform {

class HostBackend final : public store::Backend {
public:
    void load(LoadCallback callback) override;
    void commit(std::vector<store::Write> writes, CommitCallback callback) override;
    void wipe(CommitCallback callback) override;

    // From the worker. `error` is 0 or a store::BackendError; anything else counts as `broken`.
    void loaded(std::uint32_t ticket, base::ByteView records, std::uint32_t error);
    void settled(std::uint32_t ticket, std::uint32_t error);

private:
    struct Pending {
        std::uint32_t ticket = 0;
        LoadCallback on_load;
        CommitCallback on_commit;
    };
    std::uint32_t expect(LoadCallback on_load, CommitCallback on_commit);
    bool take(std::uint32_t ticket, Pending& pending);

    std::deque<Pending> m_pending;
};

}  // namespace sinetti::platform
