#pragma once
// Searching messages: every word of what was typed must stand somewhere in the text, within longer words too (Finnish inflects),
// whatever its case and its accents. There is no index: folding and scanning 100,000 messages takes some tens of milliseconds
// (bench/history), and an index would be a second copy of all texts.

#include "api/command.h"
#include "api/event.h"

#include <optional>

namespace sinetti::chat {

class SearchWords {
public:
    explicit SearchWords(std::string_view text);   // none: empty, longer than api::kSearchTextMax, or not UTF-8

    bool empty() const { return m_words.empty(); }
    bool match(std::string_view text);             // keeps a buffer from text to text
    // What is shown of a text that matches: its beginning, or around the first word that was found; with every place that was found in it.
    api::Snippet snippet(std::string_view text);

private:
    std::vector<std::string> m_words;              // folded; no word is part of another one; the longest first
    std::string m_folded;
};

}  // namespace sinetti::chat
