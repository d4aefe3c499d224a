#include "directory/state.h"

#include <algorithm>

namespace sinetti::directory {

using base::Unexpected;

Result<Applied> DirectoryState::check(const Record& record, std::optional<base::UnixMilliseconds> now) const
{
    return std::visit([&](const auto& body) { return check_body(body, now); }, record);
}

Result<Applied> DirectoryState::apply(std::uint64_t position, const Record& record, std::optional<base::UnixMilliseconds> now)
{
    auto applied = TRY(check(record, now));
    std::visit([&](const auto& body) { apply_body(position, body); }, record);
    return applied;
}

Result<Applied> DirectoryState::check_body(const Organisation& record, std::optional<base::UnixMilliseconds>) const
{
    if (founded()) return Unexpected(Error::already_founded);
    TRY(verify(Record(record), record.root_public_key));
    return Applied(Founded{record.root_public_key});
}

Result<void> DirectoryState::check_invite(const InviteCertificate& invite, std::optional<base::UnixMilliseconds> now) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    if (invite.root_public_key != m_organisation->root_public_key) return Unexpected(Error::wrong_organisation);
    TRY(verify(invite));
    if (invite.administrator && !is_administrator(*invite.administrator)) return Unexpected(Error::not_administrator);
    if (m_revoked_invites.contains(invite.invite_public_key)) return Unexpected(Error::invite_revoked);
    if (m_used_invites.contains(invite.invite_public_key)) return Unexpected(Error::invite_used);
    if (now && *now >= invite.expires) return Unexpected(Error::invite_expired);
    return {};
}

Result<Applied> DirectoryState::check_body(const Enrolment& record, std::optional<base::UnixMilliseconds> now) const
{
    TRY(check_invite(record.invite, now));
    TRY(verify(Record(record), m_organisation->root_public_key));
    if (m_identities.contains(record.identity_public_key)) return Unexpected(Error::key_taken);
    if (m_devices.contains(record.device.device_public_key)) return Unexpected(Error::key_taken);
    return Applied(Enrolled{record.identity_public_key, record.device.device_public_key, record.invite.invite_public_key});
}

Result<Applied> DirectoryState::check_body(const KeyPackageUpdate& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    const auto* known = device(record.device_public_key);
    if (known == nullptr) return Unexpected(Error::unknown_key);
    if (known->revoked) return Unexpected(Error::revoked);
    TRY(verify(Record(record), m_organisation->root_public_key));
    return Applied(KeyPackageReplaced{record.device_public_key});
}

Result<Applied> DirectoryState::check_body(const Revocation& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    if (record.administrator && !is_administrator(*record.administrator)) return Unexpected(Error::not_administrator);
    const Identity* concerned = nullptr;   // whose it is
    switch (record.kind) {
    case RevokedKind::invite:
        if (m_revoked_invites.contains(record.key)) return Unexpected(Error::revoked);
        break;
    case RevokedKind::device: {
        const auto* known = device(record.key);
        if (known == nullptr) return Unexpected(Error::unknown_key);
        if (known->revoked) return Unexpected(Error::revoked);
        concerned = identity(known->identity_public_key);
        break;
    }
    case RevokedKind::identity: {
        concerned = identity(record.key);
        if (concerned == nullptr) return Unexpected(Error::unknown_key);
        if (concerned->revoked) return Unexpected(Error::revoked);
        break;
    }
    }
    if (record.administrator && concerned != nullptr && concerned->role == Role::administrator) return Unexpected(Error::not_administrator);
    return Applied(Revoked{record.kind, record.key});
}

Result<Applied> DirectoryState::check_body(const DeviceEnrolment& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    const auto* owner = identity(record.device.identity_public_key);
    if (owner == nullptr) return Unexpected(Error::unknown_key);
    if (owner->revoked) return Unexpected(Error::revoked);
    if (m_devices.contains(record.device.device_public_key)) return Unexpected(Error::key_taken);
    if (live_devices(*owner).size() >= kLiveDevicesMax) return Unexpected(Error::too_many_devices);
    return Applied(DeviceEnrolled{record.device.identity_public_key, record.device.device_public_key});
}

Result<Applied> DirectoryState::check_body(const SignOut& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    const auto* known = device(record.device_public_key);
    if (known == nullptr) return Unexpected(Error::unknown_key);
    if (known->identity_public_key != record.identity_public_key) return Unexpected(Error::key_mismatch);
    if (known->revoked) return Unexpected(Error::revoked);
    return Applied(Revoked{RevokedKind::device, record.device_public_key});
}

Result<Applied> DirectoryState::check_body(const TokenIssuer& record, std::optional<base::UnixMilliseconds> now) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    if (now && record.not_before.value > now->value + kTokenPeriodsAhead * kTokenPeriod) return Unexpected(Error::bad_period);
    const auto known = m_token_issuers.find(record.relay_public_key);
    if (known != m_token_issuers.end()) {
        const auto newest = known->second.rbegin()->first;
        if (record.not_before.value < newest.value - kTokenPeriodsAhead * kTokenPeriod) return Unexpected(Error::bad_period);
        std::size_t of_period = 0;
        for (const auto& [period, issuers] : known->second) {
            for (const auto& issuer : issuers) {
                if (issuer.record.issuer_public_key == record.issuer_public_key) return Unexpected(Error::key_taken);
                if (period == record.not_before && !issuer.retired) ++of_period;
            }
        }
        if (of_period >= kTokenIssuersPerPeriod) return Unexpected(Error::bad_period);
    }
    return Applied(TokenIssuerPublished{record.relay_public_key, record.issuer_public_key});
}

Result<Applied> DirectoryState::check_body(const RoleChange& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    const auto* known = identity(record.identity_public_key);
    if (known == nullptr) return Unexpected(Error::unknown_key);
    if (known->revoked) return Unexpected(Error::revoked);
    if (record.number != known->role_changes || record.role == known->role) return Unexpected(Error::bad_role);
    return Applied(RoleChanged{record.identity_public_key, record.role});
}

Result<Applied> DirectoryState::check_body(const BoardRecord& record, std::optional<base::UnixMilliseconds>) const
{
    if (!founded()) return Unexpected(Error::not_founded);
    TRY(verify(Record(record), m_organisation->root_public_key));
    if (record.administrator && !is_administrator(*record.administrator)) return Unexpected(Error::not_administrator);
    const auto* known = board(record.board);
    if (record.number != (known == nullptr ? 0 : known->records)) return Unexpected(Error::bad_policy);
    if (known == nullptr && m_boards.size() >= kSignedBoardsMax) return Unexpected(Error::too_many_boards);
    const bool same = known != nullptr && record.level == known->level && record.suite == known->suite && record.retention_days == known->retention_days &&
                      record.sealed_name == known->sealed_name && record.closed == known->closed;
    if (same) return Unexpected(Error::bad_policy);
    // Boards that nobody has signed are not counted: whether they are there is the relay's word.
    const auto is_open = [&](const auto& other) { return other.first != record.board && !other.second.closed; };
    if (record.closed && std::ranges::none_of(m_boards, is_open)) return Unexpected(Error::last_open_board);
    return Applied(BoardSet{record.board, record.closed != (known != nullptr && known->closed)});
}

void DirectoryState::apply_body(std::uint64_t, const Organisation& record)
{
    m_organisation = record;
}

void DirectoryState::apply_body(std::uint64_t position, const Enrolment& record)
{
    m_used_invites.insert(record.invite.invite_public_key);
    m_identity_order.push_back(record.identity_public_key);
    m_identities.emplace(record.identity_public_key, Identity{.public_key = record.identity_public_key,
                                                              .role = record.invite.role,
                                                              .invite_public_key = record.invite.invite_public_key,
                                                              .sealed_profile = record.sealed_profile,
                                                              .devices = {record.device.device_public_key},
                                                              .position = position});
    m_devices.emplace(record.device.device_public_key, Device{.public_key = record.device.device_public_key,
                                                              .identity_public_key = record.identity_public_key,
                                                              .contact_public_key = record.device.contact_public_key,
                                                              .created = record.device.created,
                                                              .sealed_name = {},
                                                              .key_packages = record.key_packages,
                                                              .key_package_position = position});
}

void DirectoryState::apply_body(std::uint64_t position, const DeviceEnrolment& record)
{
    m_identities.at(record.device.identity_public_key).devices.push_back(record.device.device_public_key);
    m_devices.emplace(record.device.device_public_key, Device{.public_key = record.device.device_public_key,
                                                              .identity_public_key = record.device.identity_public_key,
                                                              .contact_public_key = record.device.contact_public_key,
                                                              .created = record.device.created,
                                                              .sealed_name = record.sealed_name,
                                                              .key_packages = record.key_packages,
                                                              .key_package_position = position});
}

void DirectoryState::apply_body(std::uint64_t, const SignOut& record)
{
    m_devices.at(record.device_public_key).revoked = true;
}

void DirectoryState::apply_body(std::uint64_t position, const KeyPackageUpdate& record)
{
    auto& device = m_devices.at(record.device_public_key);
    device.key_packages = record.key_packages;
    device.key_package_position = position;
}

void DirectoryState::apply_body(std::uint64_t, const Revocation& record)
{
    switch (record.kind) {
    case RevokedKind::invite: m_revoked_invites.insert(record.key); break;
    case RevokedKind::device:
        m_devices.at(record.key).revoked = true;
        retire_token_issuers();
        break;
    case RevokedKind::identity: {
        auto& identity = m_identities.at(record.key);
        identity.revoked = true;
        for (const auto& device : identity.devices) m_devices.at(device).revoked = true;
        retire_token_issuers();
        break;
    }
    }
}

void DirectoryState::apply_body(std::uint64_t, const TokenIssuer& record)
{
    auto& periods = m_token_issuers[record.relay_public_key];
    periods[record.not_before].push_back({record});
    if (periods.size() > kTokenPeriodsKept) periods.erase(periods.begin());
}

void DirectoryState::apply_body(std::uint64_t, const RoleChange& record)
{
    auto& identity = m_identities.at(record.identity_public_key);
    identity.role = record.role;
    ++identity.role_changes;
}

void DirectoryState::apply_body(std::uint64_t, const BoardRecord& record)
{
    auto& board = m_boards[record.board];
    board = {record.level, record.suite, record.retention_days, record.sealed_name, record.closed, board.records + 1};
}

// Nobody knows which tokens are those of the revoked, so all of them end.
void DirectoryState::retire_token_issuers()
{
    for (auto& [relay, periods] : m_token_issuers)
        for (auto& [period, issuers] : periods)
            for (auto& issuer : issuers) issuer.retired = true;
}

std::vector<TokenIssuer> DirectoryState::token_issuers(const PublicKey& relay_public_key) const
{
    std::vector<TokenIssuer> in_force;
    const auto known = m_token_issuers.find(relay_public_key);
    if (known == m_token_issuers.end()) return in_force;
    for (const auto& [period, issuers] : known->second)
        if (!issuers.back().retired) in_force.push_back(issuers.back().record);
    return in_force;
}

const Identity* DirectoryState::identity(const PublicKey& key) const
{
    const auto found = m_identities.find(key);
    return found == m_identities.end() ? nullptr : &found->second;
}

const SignedBoard* DirectoryState::board(std::uint32_t number) const
{
    const auto found = m_boards.find(number);
    return found == m_boards.end() ? nullptr : &found->second;
}

bool DirectoryState::is_closed(std::uint32_t number) const
{
    const auto* known = board(number);
    return known != nullptr && known->closed;
}

bool DirectoryState::is_administrator(const PublicKey& key) const
{
    const auto* known = identity(key);
    return known != nullptr && known->role == Role::administrator && !known->revoked;
}

std::vector<const Device*> DirectoryState::live_devices(const Identity& identity) const
{
    std::vector<const Device*> live;
    for (const auto& key : identity.devices)
        if (const auto& known = m_devices.at(key); !known.revoked) live.push_back(&known);
    return live;
}

const Device* DirectoryState::device(const PublicKey& key) const
{
    const auto found = m_devices.find(key);
    return found == m_devices.end() ? nullptr : &found->second;
}

}  // namespace sinetti::directory
