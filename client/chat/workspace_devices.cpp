// Conversations hold people, people have devices. The group of a conversation follows the directory: a new device of somebody who
// is in it comes in, a revoked one goes out, and nobody clicks. Whose turn it is to commit that is a matter of patience: a
// person's own other device acts at once, the others in an order that all of them know, each a little later than the one before.
// Whoever comes first on the board has done it for all.

#include "chat/workspace.h"

#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::int64_t kUpkeepStep = 2000;       // milliseconds between one member's turn and the next's
constexpr std::size_t kUpkeepStepsMax = 60;      // who is later than that acts together

// The order in which members would deal with this device: another one for each device, so that the work is spread.
base::ByteArray<32> turn_of(const PublicKey& member, const PublicKey& device)
{
    codec::Writer writer;
    writer.raw(device).raw(member);
    return crypto::sha256(writer.view());
}

}  // namespace

Workspace::Upkeep Workspace::upkeep_of(const Conversation& conversation) const
{
    Upkeep upkeep;
    const auto& directory = m_people.directory();
    const auto members = conversation.group->members();
    auto people = identities_of(members);
    for (const auto& identity : conversation.awaited)
        if (!contains(people, identity)) people.push_back(identity);
    for (const auto& member : members) {
        const auto* device = m_people.certified(member);
        if (device != nullptr && device->revoked) upkeep.remove.push_back(member);
    }
    for (const auto& identity : people) {
        const auto* person = directory.identity(identity);
        if (person == nullptr) continue;
        // Parsing and verifying key packages takes a while, and hardly ever is anybody missing.
        const bool is_missing = std::ranges::any_of(directory.live_devices(*person), [&](const directory::Device* device) {
            return std::ranges::find(members, credential_of(identity, device->public_key), &mls::Member::credential) == members.end();
        });
        if (is_missing) std::ranges::move(key_packages_of(identity, conversation.group->suite(), &conversation, upkeep.devices), std::back_inserter(upkeep.add));
    }
    // A conversation of two people is joined with both of them in it.
    const auto is_other = [&](const PublicKey& device) { return directory.device(device)->identity_public_key == conversation.other; };
    if (conversation.kind == api::ConversationKind::direct && !conversation.has_member(conversation.other) && std::ranges::none_of(upkeep.devices, is_other)) {
        upkeep.add.clear();
        upkeep.devices.clear();
    }
    return upkeep;
}

std::int64_t Workspace::upkeep_delay(const Conversation& conversation, const Upkeep& upkeep) const
{
    const auto& directory = m_people.directory();
    const auto subject = upkeep.devices.empty() ? claimed_identity(upkeep.remove.front().credential)->device : upkeep.devices.front();
    const auto& owner = directory.device(subject)->identity_public_key;
    const auto& here = m_account.device.public_key();
    const auto own_turn = turn_of(here, subject);
    std::size_t before = owner == me() ? 0 : 1;
    for (const auto& member : conversation.group->members()) {
        const auto* device = m_people.certified(member);
        if (device == nullptr || device->revoked || device->public_key == here) continue;
        const bool owns = device->identity_public_key == owner;
        if (owner == me() ? owns && turn_of(device->public_key, subject) < own_turn : !owns && turn_of(device->public_key, subject) < own_turn) ++before;
    }
    return static_cast<std::int64_t>(std::min(before, kUpkeepStepsMax)) * kUpkeepStep;
}

bool Workspace::takes_upkeep(const Conversation& conversation) const
{
    const auto& items = conversation.lane.items;
    return conversation.active && !conversation.uncertain && !conversation.replay_from && !is_closed(conversation.board) && (items.empty() || !items.front().flight);
}

// Puts the upkeep of a conversation in front of what waits there, when it is needed and our turn has come; and whoever wants to
// say something does not wait for theirs while a device that was revoked would hear it.
void Workspace::look_after(Conversation& conversation)
{
    if (std::exchange(conversation.upkeep_unknown, false)) {
        const auto upkeep = upkeep_of(conversation);
        conversation.upkeep_removes = !upkeep.remove.empty();
        if (!upkeep.is_needed())
            conversation.upkeep_at.reset();
        else if (!conversation.upkeep_at)
            conversation.upkeep_at = base::UnixMilliseconds{now().value + upkeep_delay(conversation, upkeep)};
    }
    if (!conversation.upkeep_at || !takes_upkeep(conversation)) return;
    const auto& items = conversation.lane.items;
    const bool has_to_speak = conversation.upkeep_removes && !items.empty();
    if (*conversation.upkeep_at > now() && !has_to_speak) return;
    if (!items.empty() && std::holds_alternative<UpkeepIntent>(items.front().intent)) return;
    conversation.lane.push_front(make_item(UpkeepIntent{}), m_effects);
}

// What there is to do by now; perhaps somebody else was faster, and there is nothing.
std::optional<Flight> Workspace::make_upkeep(Conversation& conversation)
{
    conversation.upkeep_at.reset();
    conversation.upkeep_removes = false;
    auto upkeep = upkeep_of(conversation);
    mls::CommitRequest commit;
    for (const auto& member : upkeep.remove) commit.remove.push_back(member.leaf);
    commit.add = std::move(upkeep.add);
    if (commit.add.empty() && commit.remove.empty()) return std::nullopt;
    auto flight = make_commit(conversation, commit);
    if (!flight && !commit.add.empty() && !commit.remove.empty()) {   // there is no room for who comes; who goes has to go
        commit.add.clear();
        upkeep.devices.clear();
        flight = make_commit(conversation, commit);
    }
    if (flight) flight->invited = std::move(upkeep.devices);
    return flight;
}

void Workspace::look_after_all()
{
    for (auto& [id, conversation] : m_conversations) conversation->upkeep_unknown = true;
}

void Workspace::on_device_enrolled(const directory::DeviceEnrolled& enrolled)
{
    ensure_contact(*m_people.directory().device(enrolled.device_public_key));
    look_after_all();
    read_recent_again();
    // Devices that were there before this one are no news to it.
    const auto& here = m_account.device.public_key();
    if (enrolled.identity_public_key != me() || enrolled.device_public_key == here || m_people.directory().device(here) == nullptr) return;
    hurry_archive();
    leave_long_history(enrolled.device_public_key);
    notice(api::Code::new_device, api::Severity::warning, m_people.device_name(enrolled.device_public_key));
}

void Workspace::on_revoked(const directory::Revoked& revoked)
{
    if (revoked.kind != directory::RevokedKind::invite) look_after_all();
}

// --- what the timeline says of members ---------------------------------------------------------------------------------

void Workspace::add_membership_lines(Conversation& conversation, const std::vector<mls::Member>& before, const PublicKey& committer, std::uint64_t order)
{
    using enum api::MessageKind;
    const auto& directory = m_people.directory();
    const auto members = conversation.group->members();
    const auto people = identities_of(members);
    const auto line = [&](api::MessageKind kind, const PublicKey& sender, const PublicKey& subject) { add_line(conversation, kind, sender, {}, person_id(subject), order); };

    for (const auto& identity : identities_of(before)) {
        bool lost_device = false;
        bool all_revoked = true;
        for (const auto& member : before) {
            const auto claimed = claimed_identity(member.credential);
            if (!claimed || claimed->identity != identity || std::ranges::find(members, member.credential, &mls::Member::credential) != members.end()) continue;
            const auto* device = directory.device(claimed->device);
            lost_device = true;
            all_revoked = all_revoked && device != nullptr && device->revoked;
        }
        if (!lost_device) continue;
        const bool stays = contains(people, identity);
        const auto* person = directory.identity(identity);
        if (!stays && person != nullptr && person->revoked) {
            line(member_revoked, committer, identity);
        } else if (all_revoked) {
            line(device_signed_out, identity, identity);
            if (!stays && !contains(conversation.awaited, identity)) conversation.awaited.push_back(identity);
        } else if (!stays) {
            line(member_removed, committer, identity);
        }
    }
    const auto people_before = identities_of(before);
    for (const auto& identity : people) {
        if (contains(people_before, identity)) continue;
        const bool was_awaited = std::erase(conversation.awaited, identity) > 0;
        line(was_awaited ? device_joined : member_added, was_awaited ? identity : committer, identity);
    }
}

}  // namespace sinetti::chat
