#include "cli/sentences.h"

#include "cli/printing.h"

namespace sinetti::cli {

std::string sentence(api::Code code, const std::string& subject)
{
    using enum api::Code;
    switch (code) {
    case none: return "nothing happened";
    case link_mangled: return "the link is incomplete; copy all of it";
    case link_outdated: return "the link was made by another version of Sinetti; ask for a new one";
    case link_used: return "this invitation has already been used; ask an administrator for a new one";
    case link_expired: return "this invitation has expired; ask an administrator for a new one";
    case link_revoked: return "this invitation has been withdrawn; ask an administrator for a new one";
    case link_other_organisation: return "the link belongs to another organisation than this relay";
    case already_founded: return "an organisation has already been founded on this relay";
    case already_enrolled: return "this folder holds an account already; name another one with --data";
    case name_missing: return "a name is missing, is not UTF-8 or is longer than 64 bytes";
    case passphrase_too_short: return "the passphrase must have at least 12 characters";
    case wrong_passphrase: return "that passphrase does not open the account";
    case store_unavailable: return "the account's file cannot be opened";
    case store_full: return "there is no room left where the account is kept";
    case store_broken: return "the account's file is damaged and cannot be opened; nothing was overwritten";
    case store_rolled_back: return "this is an older copy of the account: it has sent messages that are not stored here, and nothing is sent or fetched any more";
    case store_outdated: return "the account comes from a version before the first release and cannot be opened";
    case relay_unreachable: return "the relay cannot be reached";
    case relay_full: return "the relay's disk is full";
    case relay_refused: return "the relay did not accept this account; ask an administrator";
    case relay_garbled: return "the relay answered in a way that makes no sense";
    case relay_key: return "what answers is not the relay of this account: it does not hold its key; nothing was shown to it";
    case relay_version: return "the relay and this program are of different versions";
    case relay_fork: return "ALARM: the relay shows different histories to different people; tell an administrator at once";
    case relay_fraud: return "ALARM: the relay has signed two histories that contradict each other; tell an administrator at once";
    case messages_gone: return "what was written meanwhile is not kept by the relay any more";
    case device_revoked: return "this account has been revoked";
    case rate_limited: return "the relay asks for patience; try again later";
    case no_members: return "nobody to add was named";
    case unknown_conversation: return "there is no such conversation";
    case unknown_person: return "there is no such person";
    case not_a_member: return "only a member of a group can do that";
    case message_too_long: return "a message must be UTF-8 of at most 32 KiB";
    case title_missing: return "a title is missing, is not UTF-8 or is longer than 64 bytes";
    case removed_from_conversation: return "you are not in that conversation any more";
    case conversation_damaged: return "the conversation is damaged; ask a member to add you again";
    case too_many_members: return "the group would have too many members";
    case no_key_package: return printable(subject) + " has not been online in a way that lets them be added";
    case suite_unsupported: return "the board asks for an encryption this version does not know";
    case no_tokens: return "the relay gives this account no more access tokens today";
    case too_many_devices: return "there would be too many devices";
    case sign_in_failed: return "no account opens with that name and passphrase";
    case guesses_spent: return "that name has been tried too often today; try again tomorrow, or use the recovery code";
    case recovery_code_mistyped: return "the recovery code is mistyped";
    case vault_damaged: return "what the relay keeps of this account is damaged; nothing was overwritten";
    case vault_rolled_back: return "the relay handed out an older copy of this account than was seen before; nothing was overwritten";
    case vault_unsaved: return "the relay does not have what signing in elsewhere needs yet";
    case vault_elsewhere_changed: return "the passphrase was changed on another device";
    case not_proven: return "the passphrase has to be typed first";
    case not_administrator: return "only an administrator can do that; nothing was changed";
    case only_root: return "only who holds the organisation's key can do that; nothing was changed";
    case too_many_invitations: return "so many invitations cannot be made at once; nothing was created";
    case directory_refused: return "the relay passed on a change of the directory that nobody with the right to it has signed; it was ignored; tell an administrator";
    case not_mixed: return "nothing is sent: the board wants an ingress that batches on the way, and this address does not lead through one";
    case mixing_ended: return "messages are no longer mixed by an ingress; from now on the relay sees when a device writes";
    case cells_used_up: return "this device has sent as much as one may these days; the rest waits and goes out by tomorrow";
    case cells_unheard: return "what is sent does not come back from the board; it is sent again until it does";
    case root_share_mistyped: return "the share is mistyped";
    case root_share_outdated: return "the share was made by a later version of Sinetti";
    case root_share_other_organisation: return "the share is of another organisation";
    case root_share_same: return "the two shares are one";
    case root_share_other_set: return "the two shares were made at different times and do not go together";
    case root_shares_wrong: return "the two shares do not give this organisation's key; nothing was changed";
    case board_waiting: return "the relay cannot be reached; the change of the board waits and goes to it with the next command";
    case board_refused: return "the relay did not take the change of the board; somebody else may have changed it at the same time";
    case unknown_board: return "there is no such board";
    case too_many_boards: return "there are as many boards as there can be; nothing was changed";
    case last_open_board: return "this is the last open board that administrators have signed, and conversations need one: add another, or open one; nothing was changed";
    case closed_board: return "the board" + (subject.empty() ? std::string() : " " + printable(subject)) + " is closed: what is there can be read, and nothing is written on it";
    case person_new_key: return printable(subject) + " has another key than before; verify it before you say anything in confidence";
    case relay_policy: return "the relay says something else about the board " + printable(subject) + " than administrators have signed; theirs is kept to; tell an administrator";
    case internal: return "something went wrong that should not have";
    default: return "something happened this program has no words for";
    }
}

std::string sentence(const roster::BadLine& bad)
{
    const auto why = [&]() -> std::string {
        using enum roster::Problem;
        switch (bad.problem) {
        case name_missing: return "the name is missing";
        case name_too_long: return "the name is longer than 64 bytes";
        case not_utf8: return "this is not UTF-8";
        case not_a_name: return "this is no name: it has a line break or begins like a formula";
        case bad_quotes: return "a quotation mark is in the wrong place or is never closed";
        case too_many_columns: return "there is more than a name and a role";
        case unknown_role: return "the role is neither member nor administrator";
        case role_not_ours: return "only the founder can invite administrators";
        case twice: return "the same name is on line " + std::to_string(bad.other_line);
        case already_here: return "somebody of this name is in the organisation already";
        case already_invited: return "this person has an open invitation already";
        }
        return "something is wrong with it";
    }();
    return "line " + std::to_string(bad.line) + (bad.name.empty() ? "" : " (" + printable(bad.name) + ")") + ": " + why;
}

std::string sentence(roster::RosterError error)
{
    switch (error) {
    case roster::RosterError::too_large: return "the list is larger than " + std::to_string(roster::kCsvSizeMax >> 10) + " KiB";
    case roster::RosterError::too_many: return "the list has more than " + std::to_string(api::kInvitationsAtOnceMax) + " people";
    case roster::RosterError::nobody: return "there is nobody on the list";
    }
    return "the list cannot be read";
}

}  // namespace sinetti::cli
