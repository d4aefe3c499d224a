#include "chat/invitations.h"

#include "api/command.h"
#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::string_view kPrefix = "invitation/";
constexpr std::uint16_t kInvitationsVersion = 1;
constexpr std::size_t kFragmentMax = 4096;

std::string invitation_record_name(std::size_t index)
{
    auto digits = std::to_string(index);
    return std::string(kPrefix) + std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits;
}

codec::Result<api::Invitation> read_invitation(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u16()) != kInvitationsVersion) return base::Unexpected(codec::Error::bad_value);
    api::Invitation invitation;
    invitation.id = TRY(reader.text(64));
    invitation.name = TRY(reader.text(api::kNameMax));
    invitation.role = TRY(reader.u8()) == 1 ? api::Role::administrator : api::Role::member;
    invitation.expires_ms = static_cast<std::int64_t>(TRY(reader.u64()));
    invitation.used = TRY(reader.optional_marker());
    invitation.fragment = TRY(reader.text(kFragmentMax));
    TRY(reader.finish());
    return invitation;
}

}  // namespace

bool Invitations::load(const store::Records& records)
{
    for (auto record = records.lower_bound(kPrefix); record != records.end() && record->first.starts_with(kPrefix); ++record) {
        auto invitation = read_invitation(record->second.view());
        if (!invitation) return false;
        m_invitations.push_back(std::move(*invitation));
    }
    return true;
}

void Invitations::persist(const api::Invitation& invitation, std::size_t index, Effects& effects)
{
    codec::SecretWriter writer;
    writer.u16(kInvitationsVersion).text(invitation.id).text(invitation.name).u8(invitation.role == api::Role::administrator ? 1 : 0);
    writer.u64(static_cast<std::uint64_t>(invitation.expires_ms)).optional_marker(invitation.used).text(invitation.fragment);
    effects.put(invitation_record_name(index), writer.view());
}

base::Result<api::Invitation, api::Code> Invitations::make(const Account& account, bool delegated, const std::string& name, api::Role role, base::UnixMilliseconds now,
                                                           base::Random& random)
{
    if (!account.root && !delegated) return base::Unexpected(api::Code::not_administrator);
    if (!account.root && role == api::Role::administrator) return base::Unexpected(api::Code::only_root);
    if (name.empty() || name.size() > api::kNameMax || !base::is_valid_utf8(base::view_of(name))) return base::Unexpected(api::Code::name_missing);
    const auto invite_key = crypto::SignaturePrivateKey::generate(random);
    const base::UnixMilliseconds expires{now.value + kInvitationLifetime};
    const auto certified_role = role == api::Role::administrator ? directory::Role::administrator : directory::Role::member;
    directory::InviteLink link{.certificate = account.root ? directory::sign_invite(*account.root, invite_key.public_key(), expires, certified_role)
                                                           : directory::sign_invite_as_administrator(account.identity, account.root_public_key, invite_key.public_key(), expires),
                               .invite_seed = base::Secret<crypto::kSignatureSeedSize>(invite_key.seed().first<crypto::kSignatureSeedSize>()),
                               .directory_key = account.directory_key.clone(),
                               .relay_keys = account.relay_keys,
                               .organisation_name = account.organisation,
                               .invitee_name = name,
                               .inviter_name = account.name};
    auto fragment = TRY_OR(directory::encode_link(link), api::Code::name_missing);
    return api::Invitation{.id = base::to_hex(invite_key.public_key()),
                           .name = name,
                           .role = role,
                           .expires_ms = expires.value,
                           .used = false,
                           .fragment = std::move(fragment)};
}

void Invitations::keep(const api::Invitation& invitation, Effects& effects)
{
    persist(invitation, m_invitations.size(), effects);
    m_invitations.push_back(invitation);
}

base::Result<api::Invitation, api::Code> Invitations::create(const Account& account, bool delegated, const std::string& name, api::Role role,
                                                             base::UnixMilliseconds now, base::Random& random, Effects& effects)
{
    auto invitation = TRY(make(account, delegated, name, role, now, random));
    keep(invitation, effects);
    return invitation;
}

base::Result<std::vector<api::Invitation>, api::Code> Invitations::create_all(const Account& account, bool delegated, const std::vector<api::InvitationWish>& wishes,
                                                                              base::UnixMilliseconds now, base::Random& random, Effects& effects)
{
    if (wishes.empty()) return base::Unexpected(api::Code::name_missing);
    if (wishes.size() > api::kInvitationsAtOnceMax) return base::Unexpected(api::Code::too_many_invitations);
    std::vector<api::Invitation> made;
    made.reserve(wishes.size());
    for (const auto& wish : wishes) made.push_back(TRY(make(account, delegated, wish.name, wish.role, now, random)));
    for (const auto& invitation : made) keep(invitation, effects);
    return made;
}

std::optional<std::string> Invitations::mark_used(const PublicKey& invite, Effects& effects)
{
    const auto found = std::ranges::find(m_invitations, base::to_hex(invite), &api::Invitation::id);
    if (found == m_invitations.end() || found->used) return std::nullopt;
    found->used = true;
    found->fragment.clear();
    persist(*found, static_cast<std::size_t>(found - m_invitations.begin()), effects);
    return found->name;
}

}  // namespace sinetti::chat
