// What administrators do, and what everybody does about devices of their own: who comes, who goes, and who may say so. The holder
// of the root signs with it; a delegated administrator with their identity key, whose right board 0 has from the root.

#include "chat/workspace.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "wire/limits.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::string_view kRevocationsRecord = "revocations";
constexpr std::uint16_t kRevocationsVersion = 1;

// What a record on its way to board 0 does, in the order in which they are stored.
constexpr api::Code kDeeds[] = {api::Code::device_signed_out, api::Code::person_removed, api::Code::administrator_made, api::Code::administrator_ended,
                                 api::Code::board_added, api::Code::board_changed, api::Code::board_closed, api::Code::board_opened};

constexpr api::Code kBoardDeeds[] = {api::Code::board_added, api::Code::board_changed, api::Code::board_closed, api::Code::board_opened};

directory::Role role_of(api::Role role) { return role == api::Role::administrator ? directory::Role::administrator : directory::Role::member; }

}  // namespace

bool Workspace::is_administrator() const { return m_account.root || m_people.directory().is_administrator(me()); }

void Workspace::run(const api::CreateInvitation& command)
{
    auto invitation = m_invitations.create(m_account, is_administrator(), command.name, command.role, now(), m_environment.random, m_effects);
    if (!invitation) return notice(invitation.error(), api::Severity::warning);
    m_invitations_changed = true;
    m_effects.emit(api::InvitationReadyEvent{std::move(*invitation)});
}

void Workspace::run(const api::CreateInvitations& command)
{
    auto invitations = m_invitations.create_all(m_account, is_administrator(), command.people, now(), m_environment.random, m_effects);
    if (!invitations) return notice(invitations.error(), api::Severity::warning);
    m_invitations_changed = true;
    m_effects.emit(api::InvitationsReadyEvent{std::move(*invitations)});
}

// With the key that has the right to it, about something of this person's.
base::Result<directory::Revocation, api::Code> Workspace::revocation(directory::RevokedKind kind, const PublicKey& key, const PublicKey& person) const
{
    if (m_account.root) return directory::sign_revocation(*m_account.root, kind, key);
    if (!is_administrator()) return base::Unexpected(api::Code::not_administrator);
    if (m_people.directory().identity(person)->role == directory::Role::administrator) return base::Unexpected(api::Code::only_root);
    return directory::sign_revocation_as_administrator(m_account.identity, kind, key);
}

void Workspace::run(const api::SignOutDevice& command)
{
    const auto key = key_from_hex(command.device);
    const auto* device = key ? m_people.directory().device(*key) : nullptr;
    if (device == nullptr) return notice(api::Code::unknown_person, api::Severity::warning);
    const auto& person = device->identity_public_key;
    if (person == me()) return append(directory::sign_sign_out(m_account.identity, *key), api::Code::device_signed_out, m_people.name(person));
    const auto record = revocation(directory::RevokedKind::device, *key, person);
    if (!record) return notice(record.error(), api::Severity::warning);
    append(*record, api::Code::device_signed_out, m_people.name(person));
}

void Workspace::run(const api::RemovePerson& command)
{
    const auto key = key_from_hex(command.person);
    if (!key || *key == me() || m_people.directory().identity(*key) == nullptr) return notice(api::Code::unknown_person, api::Severity::warning);
    const auto record = revocation(directory::RevokedKind::identity, *key, *key);
    if (!record) return notice(record.error(), api::Severity::warning);
    append(*record, api::Code::person_removed, m_people.name(*key));
}

void Workspace::run(const api::SetRole& command)
{
    const auto key = key_from_hex(command.person);
    const auto* person = key ? m_people.directory().identity(*key) : nullptr;
    if (person == nullptr || *key == me() || person->revoked) return notice(api::Code::unknown_person, api::Severity::warning);
    if (!m_account.root) return notice(api::Code::only_root, api::Severity::warning);
    // What is on its way counts: the numbers follow one another, whatever the relay has of them yet.
    auto role = person->role;
    auto number = person->role_changes;
    for (const auto& waiting : m_revocations) {
        const auto record = directory::decode_record(waiting.record);
        const auto* change = record ? std::get_if<directory::RoleChange>(&*record) : nullptr;
        if (change == nullptr || change->identity_public_key != *key || change->number < number) continue;
        role = change->role;
        number = change->number + 1;
    }
    const auto wanted = role_of(command.role);
    if (wanted == role) return;
    append(directory::sign_role_change(*m_account.root, *key, number, wanted),
           wanted == directory::Role::administrator ? api::Code::administrator_made : api::Code::administrator_ended, m_people.name(*key));
}

void Workspace::on_role_changed(const directory::RoleChanged& changed)
{
    // What was so before this device was there is no news to it.
    if (changed.identity_public_key != me() || m_people.directory().device(m_account.device.public_key()) == nullptr || m_account.root) return;
    notice(changed.role == directory::Role::administrator ? api::Code::now_administrator : api::Code::no_administrator, api::Severity::information);
}

// --- records on their way to board 0 -----------------------------------------------------------------------------------

bool Workspace::load_revocations(const store::Records& records)
{
    const auto record = records.find(kRevocationsRecord);
    if (record == records.end()) return true;
    codec::Reader reader(record->second.view());
    const auto version = reader.u16();
    if (!version || *version != kRevocationsVersion) return false;
    while (!reader.empty()) {
        auto bytes = reader.opaque(wire::kRecordSizeMax);
        const auto deed = reader.u8();
        auto subject = reader.text(api::kNameMax);
        if (!bytes || !deed || *deed >= std::size(kDeeds) || !subject) return false;
        m_revocations.push_back({std::move(*bytes), kDeeds[*deed], std::move(*subject)});
    }
    return true;
}

void Workspace::persist_revocations()
{
    if (m_revocations.empty()) return m_effects.erase(kRevocationsRecord);
    codec::SecretWriter writer;
    writer.u16(kRevocationsVersion);
    for (const auto& revocation : m_revocations)
        writer.opaque(revocation.record).u8(static_cast<std::uint8_t>(std::ranges::find(kDeeds, revocation.done) - std::begin(kDeeds))).text(revocation.subject);
    m_effects.put(kRevocationsRecord, writer.view());
}

// Decided and stored here and now; the relay hears of it as soon as it can be reached.
void Workspace::append(const directory::Record& record, api::Code done, std::string subject)
{
    auto bytes = directory::encode(record);
    if (std::ranges::find(m_revocations, bytes, &PendingRevocation::record) != m_revocations.end()) return;
    m_revocations.push_back({std::move(bytes), done, std::move(subject)});
    persist_revocations();
}

void Workspace::append_revocations()
{
    for (auto& revocation : m_revocations) {
        if (std::exchange(revocation.sent, true)) continue;
        errand(wire::Append{.request_id = 0, .board = wire::kDirectoryBoard, .entry = revocation.record}, RevocationRequest{directory::record_tag(revocation.record)});
    }
}

void Workspace::finish_revocation(const RevocationRequest& request, std::optional<wire::Refusal> refusal)
{
    using enum wire::Refusal;
    const auto found = std::ranges::find(m_revocations, request.record, [](const PendingRevocation& pending) { return directory::record_tag(pending.record); });
    if (found == m_revocations.end()) return;
    if (refusal == storage_full && !std::exchange(found->full_said, true)) notice(api::Code::relay_full, api::Severity::warning);
    if (refusal == storage_full || refusal == too_many_requests || refusal == overloaded || refusal == internal) return;   // later
    const bool done = !refusal || *refusal == revoked;   // by us or by somebody who was faster
    const bool about_board = std::ranges::find(kBoardDeeds, found->done) != std::end(kBoardDeeds);
    const auto reason = refusal == not_authorised ? api::Code::not_administrator : about_board ? api::Code::board_refused : api::Code::relay_refused;
    m_board_list_changed = m_board_list_changed || about_board;
    notice(done ? found->done : reason, done ? api::Severity::success : api::Severity::error, found->subject);
    m_revocations.erase(found);
    persist_revocations();
}

}  // namespace sinetti::chat
