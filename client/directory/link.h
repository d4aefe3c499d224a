#pragma once
// The links that bring people in. Everything is in the URL's fragment, which no browser sends to any server.
//   "#i=" + base64url(InviteLink ‖ SHA-256(InviteLink)[0..4))     one person's invitation
//   "#f=" + base64url(FounderLink ‖ SHA-256(FounderLink)[0..4))   the founder's, printed by the relay until it is founded

#include "directory/certificate.h"
#include "directory/relay_keys.h"
#include "directory/sealed_name.h"

#include <string>

namespace sinetti::directory {

inline constexpr std::size_t kLinkNameSizeMax = 128;   // bytes, each name

struct InviteLink {
    InviteCertificate certificate;
    base::Secret<crypto::kSignatureSeedSize> invite_seed;   // of the key the certificate names
    DirectoryKey directory_key;
    RelayKeys relay_keys;
    std::string organisation_name;
    std::string invitee_name;
    std::string inviter_name;
};

struct FounderLink {
    base::Secret<32> token;
    RelayKeys relay_keys;
};

// The fragment with its "#". Errors: name_too_long, malformed (names that are not UTF-8).
Result<std::string> encode_link(const InviteLink& link);
std::string encode_link(const FounderLink& link);

// Takes a whole URL or a fragment, with white space around it. Errors: link_mangled for anything that is not a whole and
// unchanged link of its kind, its certificate's signature and key included; unknown_version for a whole link that another
// version of this program made.
Result<InviteLink> parse_invite_link(std::string_view text);
Result<FounderLink> parse_founder_link(std::string_view text);

}  // namespace sinetti::directory
