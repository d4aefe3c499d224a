#include "roster/roster.h"

#include "base/bytes.h"
#include "base/folding.h"
#include "tests/fuzz/target.h"

#include <set>

using namespace sinetti;

namespace {

void run(base::ByteView input)
{
    const auto text = base::to_text(input);
    if (const auto rows = roster::parse_csv(text)) {
        CHECK_INVARIANT(rows->size() <= roster::kCsvRowsMax);
        std::size_t line = 0;
        for (const auto& row : *rows) {
            CHECK_INVARIANT(row.line > line && !row.fields.empty() && row.fields.size() <= roster::kCsvFieldsMax);
            line = row.line;
            // What was read can be written, and then reads the same.
            const auto again = roster::parse_csv(roster::csv_row({row.fields.begin(), row.fields.end()}, row.fields.size() == 1 ? ',' : ';'));
            if (again && again->size() == 1 && row.fields.size() <= 1) CHECK_INVARIANT(again->front().fields == row.fields);
        }
    }
    const std::vector<std::string> members{"Aino"};
    if (const auto list = roster::read_roster(text, {members, {}, false})) {
        CHECK_INVARIANT(list->people.size() + list->bad.size() <= api::kInvitationsAtOnceMax);
        std::set<std::string> names;
        for (const auto& person : list->people) {
            CHECK_INVARIANT(!person.name.empty() && person.name.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(person.name)));
            CHECK_INVARIANT(person.role == api::Role::member && person.name != "Aino");
            CHECK_INVARIANT(names.insert(base::folded(person.name)).second);
        }
        for (const auto& bad : list->bad) CHECK_INVARIANT(bad.name.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(bad.name)));
    }
}

std::vector<base::Bytes> seeds()
{
    std::vector<base::Bytes> list;
    for (const auto* text : {"", "Aino\nEero;jäsen\r\n", "\xEF\xBB\xBFNimi;Rooli\r\n\"Aalto, \"\"Aino\"\"\";ylläpitäjä\r\n", "a\tb\r\"c\nd\"\t", "\"never closed\n;;", "name,role\nEero,member\nEero,\n\xff,x"})
        list.push_back(base::to_bytes(base::view_of(text)));
    return list;
}

const fuzz::Target kTarget("roster_csv", run, seeds);

}  // namespace
