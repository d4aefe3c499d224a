#pragma once
// A list of people to invite, as somebody has it in a spreadsheet: the name first, and the role behind it for who likes. A first row
// that names its columns is taken as such, and then says where they are. Nothing here is secret; the links that come of it are.

#include "api/command.h"
#include "base/secret.h"
#include "roster/csv.h"

#include <span>

namespace sinetti::roster {

enum class Problem : std::uint8_t {
    name_missing = 1,
    name_too_long,      // kNameMax
    not_utf8,
    not_a_name,         // a character nobody's name has: a line break, or what a spreadsheet takes for a formula
    bad_quotes,
    too_many_columns,   // something stands behind the role
    unknown_role,
    role_not_ours,      // only the founder invites administrators
    twice,              // the name is in the list before
    already_here,       // somebody of this name is in the organisation
    already_invited,
};

struct BadLine {
    std::size_t line = 0;
    std::string name;            // what of it can be shown; may be empty
    Problem problem{};
    std::size_t other_line = 0;  // twice: the first one's
};

struct Roster {
    std::vector<api::InvitationWish> people;
    std::vector<BadLine> bad;    // in order
};

// What is there before.
struct Surroundings {
    std::span<const std::string> members;    // names
    std::span<const std::string> invited;    // of open invitations
    bool may_invite_administrators = false;
};

// kInvitationsAtOnceMax is what a list may hold, good and bad lines together.
enum class RosterError : std::uint8_t { too_large = 1, too_many, nobody };

base::Result<Roster, RosterError> read_roster(std::string_view csv, const Surroundings& surroundings);

// The links as a file for the same spreadsheet: the name and the link. `separator`: the one it expects in its language.
class LinkList {
public:
    explicit LinkList(char separator) : m_separator(separator) { m_text.append(base::view_of(kByteOrderMark)); }
    void add(std::string_view name, std::string_view link);
    std::string_view text() const { return {reinterpret_cast<const char*>(m_text.view().data()), m_text.size()}; }

private:
    char m_separator;
    base::SecretBytes m_text;
};

void wipe(std::string& text);   // and empties it

}  // namespace sinetti::roster
