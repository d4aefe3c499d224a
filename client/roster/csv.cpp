#include "roster/csv.h"

#include <algorithm>
#include <array>

namespace sinetti::roster {

namespace {

constexpr char kQuote = '"';

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

char separator_of(std::string_view text)
{
    constexpr std::array kSeparators{';', '\t', ','};   // of as many, the earlier
    std::array<std::size_t, kSeparators.size()> counts{};
    bool quoted = false;
    for (const char c : text) {
        if (c == kQuote) quoted = !quoted;
        if (quoted) continue;
        const auto known = std::ranges::find(kSeparators, c);
        if (known != kSeparators.end()) ++counts[static_cast<std::size_t>(known - kSeparators.begin())];
        if (is_line_end(c) && std::ranges::any_of(counts, [](std::size_t count) { return count > 0; })) break;
    }
    const auto most = std::ranges::max_element(counts);
    return *most == 0 ? ',' : kSeparators[static_cast<std::size_t>(most - counts.begin())];
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text), m_separator(separator_of(text)) {}

    bool at_end() const { return m_at == m_text.size(); }

    CsvRow next_row()
    {
        CsvRow row{.line = m_line, .fields = {}};
        do {
            auto field = next_field(row);
            if (row.fields.size() < kCsvFieldsMax) row.fields.push_back(std::move(field));
        } while (take(m_separator));
        take_line_end();
        return row;
    }

private:
    // Up to a separator or the end of the line.
    std::string next_field(CsvRow& row)
    {
        std::string field;
        if (take(kQuote)) read_quoted(row, field);
        while (!at_end() && !is_line_end(m_text[m_at]) && m_text[m_at] != m_separator) {
            if (m_text[m_at] == kQuote) row.well_quoted = false;
            // Behind a closing mark only blanks may stand.
            if (m_was_quoted && m_text[m_at] != ' ') row.well_quoted = false;
            if (!m_was_quoted) field.push_back(m_text[m_at]);
            ++m_at;
        }
        m_was_quoted = false;
        return field;
    }

    void read_quoted(CsvRow& row, std::string& field)
    {
        m_was_quoted = true;
        while (!at_end()) {
            const char c = m_text[m_at++];
            if (c == kQuote && !take(kQuote)) return;
            if (c == '\n' || (c == '\r' && (at_end() || m_text[m_at] != '\n'))) ++m_line;
            field.push_back(c);
        }
        row.well_quoted = false;
    }

    bool take(char c)
    {
        if (at_end() || m_text[m_at] != c) return false;
        ++m_at;
        return true;
    }

    void take_line_end()
    {
        const bool carriage_return = take('\r');
        if (take('\n') || carriage_return) ++m_line;
    }

    std::string_view m_text;
    char m_separator;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
    bool m_was_quoted = false;
};

bool is_blank(const CsvRow& row)
{
    return row.well_quoted && std::ranges::all_of(row.fields, [](const std::string& field) { return field.find_first_not_of(" \t") == std::string::npos; });
}

}  // namespace

base::Result<std::vector<CsvRow>, CsvError> parse_csv(std::string_view text)
{
    if (text.size() > kCsvSizeMax) return base::Unexpected(CsvError::too_large);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::vector<CsvRow> rows;
    for (Parser parser(text); !parser.at_end();) {
        auto row = parser.next_row();
        if (is_blank(row)) continue;
        if (rows.size() == kCsvRowsMax) return base::Unexpected(CsvError::too_many_rows);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string csv_row(const std::vector<std::string_view>& fields, char separator)
{
    std::size_t size = 2;
    for (const auto field : fields) size += 2 * field.size() + 3;
    std::string row;
    row.reserve(size);   // it may hold a secret: no copy of it is left behind
    for (const auto field : fields) {
        if (!row.empty()) row.push_back(separator);
        row.push_back(kQuote);
        for (const char c : field) row.append(c == kQuote ? 2 : 1, c);
        row.push_back(kQuote);
    }
    return row.append("\r\n");
}

}  // namespace sinetti::roster
