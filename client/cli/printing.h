#pragma once
// What goes to standard output: a line for people, or a JSON object in a line for programs. Both are safe on a terminal,
// whoever wrote the words: nothing in them can move the cursor, change colours, or turn the order of what is read.

#include "api/types.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::cli {

// Control characters (C0, C1, DEL), line and paragraph separators and bidirectional controls as visible escapes, "\u{9b}".
// Input that is not UTF-8 has its bytes escaped, "\x{ff}".
std::string printable(std::string_view text);
// The same, with its line breaks kept; the lines after the first are indented, so that none of them passes for a new message.
std::string printable_lines(std::string_view text);

enum class Format : std::uint8_t { text, json };

using Names = std::map<api::PersonId, std::string>;
Names names_of(const std::vector<api::Person>& people);

std::string format(const api::Person& person, Format format);
std::string format(const api::Device& device, Format format);
std::string format(const api::ConversationSummary& conversation, const Names& names, Format format);
std::string format(const api::Board& board, Format format);
// `title` is said when several conversations are in one output.
std::string format(const api::Message& message, const api::ConversationSummary* conversation, const Names& names, bool say_title, Format format);

std::string utc(std::int64_t unix_ms);   // "2026-11-26T10:44:49Z"

}  // namespace sinetti::cli
