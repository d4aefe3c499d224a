#include "roster/roster.h"

#include "base/folding.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace sinetti::roster {

namespace {

// Headings and roles in the languages of the user interface, folded.
constexpr std::string_view kNameHeadings[] = {"nimi", "namn", "name"};
constexpr std::string_view kRoleHeadings[] = {"rooli", "roll", "role"};
constexpr std::string_view kMemberWords[] = {"jäsen", "medlem", "member"};
constexpr std::string_view kAdministratorWords[] = {"ylläpitäjä", "administratör", "administrator"};

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_utf8(std::string_view text) { return base::is_valid_utf8(base::view_of(text)); }

bool is_one_of(std::span<const std::string_view> words, std::string_view text)
{
    return is_utf8(text) && std::ranges::find(words, base::folded(trimmed(text))) != words.end();
}

struct Columns {
    std::size_t name = 0;
    std::optional<std::size_t> role = 1;
    bool named = false;   // by a first row: the others are none of ours
};

std::optional<Columns> columns_of(const CsvRow& row)
{
    Columns columns{.named = true};
    columns.role.reset();
    bool has_name = false;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
        if (!has_name && is_one_of(kNameHeadings, row.fields[i])) {
            columns.name = i;
            has_name = true;
        } else if (!columns.role && is_one_of(kRoleHeadings, row.fields[i])) {
            columns.role = i;
        }
    }
    return has_name ? std::optional(columns) : std::nullopt;
}

bool looks_like_a_name(std::string_view name)
{
    constexpr std::string_view kFormulas = "=+-@";   // a spreadsheet would work out what begins so
    return kFormulas.find(name.front()) == std::string_view::npos &&
           std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<api::Role> role_of(std::string_view word)
{
    if (trimmed(word).empty() || is_one_of(kMemberWords, word)) return api::Role::member;
    if (is_one_of(kAdministratorWords, word)) return api::Role::administrator;
    return std::nullopt;
}

std::set<std::string> folded_names(std::span<const std::string> names)
{
    std::set<std::string> folded;
    for (const auto& name : names) folded.insert(base::folded(trimmed(name)));
    return folded;
}

std::string_view field(const CsvRow& row, std::size_t index) { return index < row.fields.size() ? std::string_view(row.fields[index]) : std::string_view(); }

std::optional<Problem> problem_of_row(const CsvRow& row, const Columns& columns, std::string_view name)
{
    if (!row.well_quoted) return Problem::bad_quotes;
    if (!std::ranges::all_of(row.fields, is_utf8)) return Problem::not_utf8;
    if (name.empty()) return Problem::name_missing;
    if (name.size() > api::kNameMax) return Problem::name_too_long;
    if (!looks_like_a_name(name)) return Problem::not_a_name;
    const auto is_more = [](const std::string& text) { return !trimmed(text).empty(); };
    if (!columns.named && row.fields.size() > 2 && std::any_of(row.fields.begin() + 2, row.fields.end(), is_more)) return Problem::too_many_columns;
    return std::nullopt;
}

}  // namespace

void wipe(std::string& text)
{
    base::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text.clear();
}

void LinkList::add(std::string_view name, std::string_view link)
{
    auto row = csv_row({name, link}, m_separator);
    m_text.append(base::view_of(row));
    wipe(row);
}

base::Result<Roster, RosterError> read_roster(std::string_view csv, const Surroundings& surroundings)
{
    const auto rows = parse_csv(csv);
    if (!rows) return base::Unexpected(rows.error() == CsvError::too_large ? RosterError::too_large : RosterError::too_many);
    const auto named = rows->empty() ? std::nullopt : columns_of(rows->front());
    const auto columns = named.value_or(Columns());
    const auto people = std::span(*rows).subspan(named ? 1 : 0);
    if (people.empty()) return base::Unexpected(RosterError::nobody);
    if (people.size() > api::kInvitationsAtOnceMax) return base::Unexpected(RosterError::too_many);

    const auto members = folded_names(surroundings.members);
    const auto invited = folded_names(surroundings.invited);
    std::map<std::string, std::size_t> before;   // name to line
    Roster roster;
    for (const auto& row : people) {
        const auto name = trimmed(field(row, columns.name));
        const auto bad = [&](Problem problem, std::size_t other_line = 0) {
            const bool can_be_shown = is_utf8(name) && name.size() <= api::kNameMax && !name.empty() && looks_like_a_name(name);
            roster.bad.push_back({row.line, can_be_shown ? std::string(name) : std::string(), problem, other_line});
        };
        if (const auto problem = problem_of_row(row, columns, name)) {
            bad(*problem);
            continue;
        }
        const auto role = role_of(columns.role ? field(row, *columns.role) : std::string_view());
        auto folded = base::folded(name);
        const auto known = before.find(folded);
        if (!role) {
            bad(Problem::unknown_role);
        } else if (*role == api::Role::administrator && !surroundings.may_invite_administrators) {
            bad(Problem::role_not_ours);
        } else if (known != before.end()) {
            bad(Problem::twice, known->second);
        } else if (members.contains(folded)) {
            bad(Problem::already_here);
        } else if (invited.contains(folded)) {
            bad(Problem::already_invited);
        } else {
            before.emplace(std::move(folded), row.line);
            roster.people.push_back({std::string(name), *role});
        }
    }
    return roster;
}

}  // namespace sinetti::roster
