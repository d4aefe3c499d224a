// What of this person the relay keeps: asked about in device sessions, one request at a time.

#include "chat/workspace.h"
#include "vault/sign_in_name.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::int64_t kVaultRetry = 10 * 60 * 1000;        // milliseconds, after the relay could not
constexpr std::int64_t kVaultLook = 12 * 60 * 60 * 1000;    // milliseconds between looks: with the errands of a day, whenever they come
constexpr std::int64_t kVaultLookSoon = 10 * 60 * 1000;     // milliseconds between them when something is to be left there
constexpr std::string_view kVerifiedRecord = "verified";    // of before the vault kept it

}  // namespace

bool Workspace::wants_vault() const { return m_vault.wants_relay() && (!m_vault_not_before || *m_vault_not_before <= now()); }

void Workspace::on_vault_changed()
{
    m_vault.persist(m_effects);
    m_vault_changed = true;
    m_vault_not_before.reset();
}

// Another device may have changed the passphrase or left the root key there, and a relay may have lost what it kept, or gone back.
void Workspace::look_at_vault()
{
    if (is_look_due() && m_vault.begin_look()) m_vault_looked = now();
}

bool Workspace::is_look_due() const
{
    if (!m_vault.can_look() || (m_vault_not_before && *m_vault_not_before > now())) return false;
    return !m_vault_looked || now().value - m_vault_looked->value >= (m_vault.is_unsaved() ? kVaultLookSoon : kVaultLook);
}

void Workspace::keep(std::string_view key, std::string_view value)
{
    if (!m_vault.keep(key, value, now())) return;
    m_vault.persist(m_effects);
    take_up_vault();
}

// Older than anything that the vault keeps.
bool Workspace::take_over_verified(const store::Records& records)
{
    const auto record = records.find(kVerifiedRecord);
    if (record == records.end()) return true;
    Kept verified;
    codec::Reader reader(record->second.view());
    while (!reader.empty()) {
        const auto identity = reader.array<32>();
        if (!identity) return false;
        verified.emplace(kept_key(*identity), KeptValue{0, std::string(kVerified)});
    }
    m_vault.keep_old(verified);
    m_vault.persist(m_effects);
    m_effects.erase(kVerifiedRecord);
    return true;
}

VaultKeeper::Today Workspace::today() const
{
    VaultKeeper::Today today{.day = seen_day(now()), .devices = {}};
    const auto& directory = m_people.directory();
    if (const auto* identity = directory.identity(m_me); identity != nullptr)
        for (const auto* device : directory.live_devices(*identity)) today.devices.push_back(device->public_key);
    return today;
}

void Workspace::take_up_vault()
{
    m_people.set_seen_days(m_vault.seen(), seen_day(now()));
    m_people.set_verified(verified_people(m_vault.kept()));
}

void Workspace::ask_for_vault()
{
    if (!wants_vault()) return;
    if (m_vault.wants_name()) choose_sign_in_name();
    auto request = m_vault.next_request(m_account, m_errands_beside ? m_errand_nonce : m_session_nonce, m_environment.random);
    if (!request) return;
    m_vault.persist(m_effects);
    m_vault_changed = true;
    std::visit([this](auto& frame) { errand(std::move(frame), VaultRequest{}); }, *request);
}

// The name people know us by; of several who have the same, those who came later have a number behind it.
void Workspace::choose_sign_in_name()
{
    const auto identities = m_people.directory().identities();
    if (std::ranges::find(identities, m_me) == identities.end()) {   // not read yet
        m_vault_not_before = base::UnixMilliseconds{now().value + kVaultRetry};
        return;
    }
    const auto ours = vault::normalised_name(m_account.name);
    std::uint32_t number = 1;
    for (const auto& identity : identities) {
        if (identity == m_me) break;
        if (ours && vault::normalised_name(m_people.name(identity)) == ours) ++number;
    }
    m_vault.set_name(m_account.name, number);
    m_vault_changed = true;
}

bool Workspace::take_vault_step(VaultKeeper::Step&& step)
{
    using enum VaultKeeper::Outcome;
    if (step.outcome == garbled) return false;
    m_vault.persist(m_effects);
    m_vault_changed = true;
    take_up_vault();
    m_environment.host.on_kept();
    if (step.root && !m_account.root) {   // it is in the vault: now it is ours here too
        m_account.root = std::move(step.root);
        m_effects.put(kAccountRecord, m_account.serialize().view());
        notice(api::Code::root_restored, api::Severity::success);
    }
    if (step.outcome == postponed) m_vault_not_before = base::UnixMilliseconds{now().value + kVaultRetry};
    if (step.outcome == done || step.outcome == failed) m_environment.host.on_vault_change_ended(step.change, step.error);
    return true;
}

bool Workspace::finish_vault_request(Requests& requests, net::VaultAnswer&& answer)
{
    const auto number = std::visit([](const auto& known) { return known.request_id; }, answer);
    const auto found = requests.find(number);
    if (found == requests.end() || !std::holds_alternative<VaultRequest>(found->second)) return false;
    requests.erase(found);
    return take_vault_step(m_vault.on_answer(m_account, today(), std::move(answer), m_environment.password_key, m_environment.random));
}

void Workspace::on_vault_answer(net::VaultAnswer&& answer)
{
    if (!finish_vault_request(m_requests, std::move(answer))) m_environment.host.on_garbled();
}

void Workspace::on_errand_vault_answer(net::VaultAnswer&& answer)
{
    if (!finish_vault_request(m_errand_requests, std::move(answer))) m_environment.host.on_errands_garbled();
}

Workspace::Parting Workspace::part()
{
    auto today = this->today();
    m_vault.forget_request();
    return {std::move(m_account), std::move(m_vault), std::move(today)};
}

// A shared machine signs itself out when one leaves it in order. Whose tab was just closed comes back here.
void Workspace::sign_out_left_behind()
{
    m_signs_out_shared = false;
    const auto* identity = m_people.directory().identity(m_me);
    if (identity == nullptr) return;
    for (const auto* device : m_people.directory().live_devices(*identity))
        if (device->public_key != m_account.device.public_key() && m_people.is_shared(device->public_key))
            append(directory::sign_sign_out(m_account.identity, device->public_key), api::Code::device_signed_out, m_people.name(m_me));
}

}  // namespace sinetti::chat
