#include "chat/people.h"

#include "api/people.h"
#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

namespace sinetti::chat {

namespace {

constexpr std::string_view kDirectoryPrefix = "directory/";
constexpr std::string_view kLastWrittenRecord = "last written";
constexpr std::uint16_t kLastWrittenVersion = 1;
constexpr std::int64_t kLastWrittenStep = 60 * 60 * 1000;   // milliseconds: it is not stored with every message

// Fixed width, so that the names sort as the positions do.
std::string person_record_name(std::uint64_t position)
{
    auto digits = std::to_string(position);
    return std::string(kDirectoryPrefix) + std::string(20 - digits.size(), '0') + digits;
}

}  // namespace

std::optional<DeviceIdentity> claimed_identity(const mls::Credential& credential)
{
    if (credential.type != mls::CredentialType::basic || credential.content.size() != 64) return std::nullopt;
    DeviceIdentity claimed;
    std::copy_n(credential.content.begin(), 32, claimed.identity.begin());
    std::copy_n(credential.content.begin() + 32, 32, claimed.device.begin());
    return claimed;
}

std::vector<PublicKey> identities_of(const std::vector<mls::Member>& members)
{
    std::vector<PublicKey> identities;
    for (const auto& member : members) {
        const auto claimed = claimed_identity(member.credential);
        if (claimed && std::ranges::find(identities, claimed->identity) == identities.end()) identities.push_back(claimed->identity);
    }
    return identities;
}

std::string person_id(const PublicKey& identity) { return base::to_hex(identity); }

std::optional<PublicKey> key_from_hex(std::string_view hex)
{
    const auto bytes = base::from_hex(hex);
    PublicKey key;
    if (!bytes || bytes->size() != key.size()) return std::nullopt;
    std::ranges::copy(*bytes, key.begin());
    return key;
}

People::People(const directory::DirectoryKey& key, const PublicKey& root, const PublicKey& me, const PublicKey& here)
    : m_key(key.clone()), m_root(root), m_me(me), m_here(here)
{
}

bool People::load(const store::Records& records)
{
    for (auto record = records.lower_bound(kDirectoryPrefix); record != records.end() && record->first.starts_with(kDirectoryPrefix); ++record) {
        std::uint64_t position = 0;
        const auto digits = std::string_view(record->first).substr(kDirectoryPrefix.size());
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
        if (parsed.ec != std::errc() || !apply_record(position, record->second.view())) return false;
    }
    if (const auto record = records.find(kLastWrittenRecord); record != records.end()) {
        codec::Reader reader(record->second.view());
        const auto version = reader.u16();
        if (!version || *version != kLastWrittenVersion) return false;
        while (!reader.empty()) {
            const auto device = reader.array<32>();
            const auto sent = reader.u64();
            if (!device || !sent || *sent > std::numeric_limits<std::int64_t>::max()) return false;
            m_last_written[*device] = {static_cast<std::int64_t>(*sent)};
        }
    }
    return true;
}

directory::Result<directory::Applied> People::apply_record(std::uint64_t position, base::ByteView bytes)
{
    const auto record = TRY(directory::decode_record(bytes));
    // An organisation under another root is another organisation, whatever the relay says.
    if (const auto* organisation = std::get_if<directory::Organisation>(&record); organisation != nullptr && organisation->root_public_key != m_root)
        return base::Unexpected(directory::Error::wrong_organisation);
    const auto applied = TRY(m_directory.apply(position, record));
    if (const auto* enrolled = std::get_if<directory::Enrolled>(&applied)) {
        const auto* identity = m_directory.identity(enrolled->identity_public_key);
        if (auto name = directory::open_name(m_key, directory::NameOf::person, identity->sealed_profile)) {
            if (!name->name.empty()) m_first_of_name.emplace(name->name, enrolled->identity_public_key);
            m_names.emplace(enrolled->identity_public_key, std::move(*name));
        }
    }
    if (const auto* enrolled = std::get_if<directory::DeviceEnrolled>(&applied)) {
        const auto* device = m_directory.device(enrolled->device_public_key);
        if (auto name = directory::open_name(m_key, directory::NameOf::device, device->sealed_name)) m_names.emplace(device->public_key, std::move(*name));
    }
    return applied;
}

directory::Result<directory::Applied> People::apply(std::uint64_t position, base::ByteView record, Effects& effects)
{
    auto applied = apply_record(position, record);
    if (!applied) return applied;
    note_change(*applied);
    effects.put(person_record_name(position), record);
    return applied;
}

const directory::Device* People::certified(const mls::Member& member) const
{
    const auto claimed = claimed_identity(member.credential);
    if (!claimed || !base::equal(claimed->device, member.signature_key)) return nullptr;
    const auto* device = m_directory.device(claimed->device);
    if (device == nullptr || device->identity_public_key != claimed->identity) return nullptr;
    return device;
}

std::string People::name(const PublicKey& identity) const
{
    const auto found = m_names.find(identity);
    return found == m_names.end() ? std::string() : found->second.name;
}

std::string People::device_name(const PublicKey& device) const { return name(device); }

std::string People::open_board_name(base::ByteView sealed) const
{
    auto name = directory::open_name(m_key, directory::NameOf::board, sealed);
    return name ? std::move(name->name) : std::string();
}

std::string People::board_name(std::uint32_t board) const
{
    const auto* known = m_directory.board(board);
    return known == nullptr ? std::string() : open_board_name(known->sealed_name);
}

bool People::is_shared(const PublicKey& device) const
{
    const auto found = m_names.find(device);
    return found != m_names.end() && found->second.title == kSharedDeviceTitle;
}

api::PeopleEvent People::everybody()
{
    m_changed = {m_directory.identities().begin(), m_directory.identities().end()};
    api::PeopleEvent event = changes().value_or(api::PeopleEvent{});
    event.whole = true;
    return event;
}

std::optional<api::PeopleEvent> People::changes()
{
    api::PeopleEvent event{.people = {}, .whole = false};
    for (const auto& key : std::exchange(m_changed, {}))
        if (m_directory.identity(key) != nullptr) event.people.push_back(person(key));   // of ourselves the vault may know before board 0 has been read
    if (event.people.empty()) return {};
    std::ranges::sort(event.people, api::comes_before);
    return event;
}

api::Person People::person(const PublicKey& key) const
{
    const auto& identity = *m_directory.identity(key);
    const auto* device = identity.devices.empty() ? nullptr : m_directory.device(identity.devices.front());
    const auto name = m_names.find(key);
    api::Person person{.id = person_id(key),
                       .name = name == m_names.end() ? "" : name->second.name,
                       .title = name == m_names.end() ? "" : name->second.title,
                       .fingerprint = base::to_hex(directory::fingerprint(key)),
                       .role = identity.role == directory::Role::administrator ? api::Role::administrator : api::Role::member,
                       .enrolled_ms = device == nullptr ? 0 : device->created.value,
                       .verified = m_verified.contains(key),
                       .new_key = key != m_me && !m_verified.contains(key) && has_new_key(key),
                       .revoked = identity.revoked,
                       .me = key == m_me,
                       .devices = {}};
    for (const auto& device_key : identity.devices) {
        const auto& known = *m_directory.device(device_key);
        person.devices.push_back({.id = base::to_hex(device_key),
                                  .name = device_name(device_key),
                                  .created_ms = known.created.value,
                                  .revoked = known.revoked,
                                  .here = device_key == m_here,
                                  .shared = is_shared(device_key)});
        if (key == m_me && device_key != m_here) set_last_seen(person.devices.back(), device_key);
    }
    return person;
}

// Whom a record says something about that is shown.
void People::note_change(const directory::Applied& applied)
{
    if (const auto* enrolled = std::get_if<directory::Enrolled>(&applied)) m_changed.insert(enrolled->identity_public_key);
    if (const auto* enrolled = std::get_if<directory::DeviceEnrolled>(&applied)) m_changed.insert(enrolled->identity_public_key);
    if (const auto* changed = std::get_if<directory::RoleChanged>(&applied)) m_changed.insert(changed->identity_public_key);
    const auto* revoked = std::get_if<directory::Revoked>(&applied);
    if (revoked != nullptr && revoked->kind == directory::RevokedKind::identity) m_changed.insert(revoked->key);
    const auto* device = revoked != nullptr && revoked->kind == directory::RevokedKind::device ? m_directory.device(revoked->key) : nullptr;
    if (device != nullptr) m_changed.insert(device->identity_public_key);
}

// By what it wrote, to the hour, or by the day that it left in the vault, when that is later.
void People::set_last_seen(api::Device& device, const PublicKey& key) const
{
    if (const auto written = m_last_written.find(key); written != m_last_written.end()) device.seen_ms = written->second.value;
    const auto seen = m_seen_days.find(key);
    if (seen == m_seen_days.end() || seen->second * kSeenDay <= device.seen_ms) return;
    device.seen_ms = seen->second * kSeenDay + kSeenDay / 2;
    device.seen_day_only = true;
}

bool People::has_new_key(const PublicKey& identity) const
{
    const auto first = m_first_of_name.find(name(identity));
    return first != m_first_of_name.end() && first->second != identity;
}

std::optional<PublicKey> People::owner_of(const base::ByteArray<32>& fingerprint) const
{
    for (const auto& key : m_directory.identities())
        if (!m_directory.identity(key)->revoked && directory::fingerprint(key) == fingerprint) return key;
    return {};
}

void People::set_verified(std::set<PublicKey>&& verified)
{
    std::ranges::set_symmetric_difference(m_verified, verified, std::inserter(m_changed, m_changed.end()));
    m_verified = std::move(verified);
}

void People::note_written(const DeviceIdentity& by, base::UnixMilliseconds sent, Effects& effects)
{
    if (by.identity != m_me || by.device == m_here || sent.value <= 0) return;
    auto& last = m_last_written.try_emplace(by.device).first->second;
    if (sent.value - last.value < kLastWrittenStep) return;
    last = sent;
    codec::SecretWriter writer;
    writer.u16(kLastWrittenVersion);
    for (const auto& [device, written] : m_last_written) writer.raw(device).u64(static_cast<std::uint64_t>(written.value));
    effects.put(kLastWrittenRecord, writer.view());
    m_changed.insert(m_me);
}

void People::set_seen_days(const SeenDays& seen, std::uint32_t today)
{
    auto days = seen;
    for (auto& [device, day] : days) day = std::min(day, today);
    if (std::exchange(m_seen_days, days) != days) m_changed.insert(m_me);
}

}  // namespace sinetti::chat
