#pragma once
// Comma-separated values: RFC 4180, read as spreadsheets write them. The separator is the one of comma, semicolon and tab that the
// first line has most of; a byte order mark, and line breaks of any kind, are taken.

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::roster {

inline constexpr std::size_t kCsvSizeMax = 256u << 10;   // bytes
inline constexpr std::size_t kCsvRowsMax = 5000;         // that are not empty
inline constexpr std::size_t kCsvFieldsMax = 64;         // in a row

enum class CsvError : std::uint8_t { too_large = 1, too_many_rows };

struct CsvRow {
    std::size_t line = 0;             // where it begins, from 1
    std::vector<std::string> fields;  // bytes as they came; at most kCsvFieldsMax, what is beyond is left out
    bool well_quoted = true;          // false: a quotation mark stands where it may not, or is never closed
};

// The rows that are not empty. A row that is not well quoted ends with its line, or, when the mark is never closed, with the text.
base::Result<std::vector<CsvRow>, CsvError> parse_csv(std::string_view text);

// One row with its line break. Every field is quoted.
std::string csv_row(const std::vector<std::string_view>& fields, char separator);

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace sinetti::roster
