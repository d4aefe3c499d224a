#include "platform/host_backend.h"

#include "platform/record_batch.h"
#include "platform/worker_host.h"

#include <algorithm>

namespace sinetti::platform {

namespace {

// Unique over every HostBackend of the module, so that a late answer to a dropped one finds nobody.
std::uint32_t g_last_ticket = 0;

store::BackendError backend_error(std::uint32_t error)
{
    switch (error) {
    case static_cast<std::uint32_t>(store::BackendError::unavailable): return store::BackendError::unavailable;
    case static_cast<std::uint32_t>(store::BackendError::full): return store::BackendError::full;
    default: return store::BackendError::broken;
    }
}

}  // namespace

std::uint32_t HostBackend::expect(LoadCallback on_load, CommitCallback on_commit)
{
    const std::uint32_t ticket = ++g_last_ticket;
    m_pending.push_back({ticket, std::move(on_load), std::move(on_commit)});
    return ticket;
}

bool HostBackend::take(std::uint32_t ticket, Pending& pending)
{
    const auto found = std::find_if(m_pending.begin(), m_pending.end(), [&](const Pending& one) { return one.ticket == ticket; });
    if (found == m_pending.end()) return false;
    pending = std::move(*found);
    m_pending.erase(found);
    return true;
}

void HostBackend::load(LoadCallback callback)
{
    sinetti_host_store_load(expect(std::move(callback), nullptr));
}

void HostBackend::commit(std::vector<store::Write> writes, CommitCallback callback)
{
    const base::Bytes batch = encode_writes(writes);
    sinetti_host_store_commit(expect(nullptr, std::move(callback)), batch.data(), batch.size());
}

void HostBackend::wipe(CommitCallback callback)
{
    sinetti_host_store_wipe(expect(nullptr, std::move(callback)));
}

void HostBackend::loaded(std::uint32_t ticket, base::ByteView records, std::uint32_t error)
{
    Pending pending;
    if (!take(ticket, pending) || !pending.on_load) return;
    if (error != 0) return pending.on_load(base::Unexpected(backend_error(error)));
    auto decoded = decode_records(records);
    if (!decoded) return pending.on_load(base::Unexpected(store::BackendError::broken));
    pending.on_load(std::move(*decoded));
}

void HostBackend::settled(std::uint32_t ticket, std::uint32_t error)
{
    Pending pending;
    if (!take(ticket, pending)) return;
    if (pending.on_load) {   // a load that failed before it had anything to show
        pending.on_load(base::Unexpected(backend_error(error)));
        return;
    }
    if (error != 0) return pending.on_commit(base::Unexpected(backend_error(error)));
    pending.on_commit({});
}

}  // namespace sinetti::platform
