#pragma once
// The invitation links this administrator has made. A link's private key is kept until the link is used, then erased.

#include "api/types.h"
#include "chat/account.h"
#include "directory/state.h"
#include "store/record_sealer.h"

namespace sinetti::chat {

class Effects;

inline constexpr std::int64_t kInvitationLifetime = 14ll * 24 * 3600 * 1000;   // milliseconds

class Invitations {
public:
    bool load(const store::Records& records);   // false: damaged
    // Signed by the root when the account has it, otherwise by its identity: `delegated`, when board 0 says it is an administrator's.
    // Errors: name_missing, not_administrator, only_root (who invites an administrator).
    base::Result<api::Invitation, api::Code> create(const Account& account, bool delegated, const std::string& name, api::Role role, base::UnixMilliseconds now,
                                                    base::Random& random, Effects& effects);
    // All of them, or, when one cannot be made, none. Errors: those of create(), too_many_invitations (or none at all).
    base::Result<std::vector<api::Invitation>, api::Code> create_all(const Account& account, bool delegated, const std::vector<api::InvitationWish>& wishes,
                                                                     base::UnixMilliseconds now, base::Random& random, Effects& effects);
    // The name behind an invite of ours that was just used; its link is forgotten.
    std::optional<std::string> mark_used(const PublicKey& invite, Effects& effects);
    std::vector<api::Invitation> list() const { return m_invitations; }   // oldest first

private:
    static base::Result<api::Invitation, api::Code> make(const Account& account, bool delegated, const std::string& name, api::Role role, base::UnixMilliseconds now,
                                                         base::Random& random);
    void keep(const api::Invitation& invitation, Effects& effects);
    static void persist(const api::Invitation& invitation, std::size_t index, Effects& effects);
    std::vector<api::Invitation> m_invitations;
};

}  // namespace sinetti::chat
