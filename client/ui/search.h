#pragma once
// Searching names: every word typed must begin a word of the text, whatever its case and its accents.

#include <string>
#include <string_view>
#include <vector>

namespace sinetti::ui {

class SearchWords {
public:
    explicit SearchWords(std::string_view query);
    bool empty() const { return m_words.empty(); }
    bool match(std::string_view text) const;

private:
    std::vector<std::u32string> m_words;
};

}  // namespace sinetti::ui
