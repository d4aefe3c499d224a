#include "chat/search.h"

#include "base/bytes.h"
#include "base/folding.h"
#include "base/utf8.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::size_t kLeadMax = 48;   // bytes of a snippet before the first place, when it does not begin with the text

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The next, or last, position at which a character begins.
std::size_t forward_to_character(std::string_view text, std::size_t at)
{
    while (at < text.size() && continues_character(text[at])) ++at;
    return at;
}

std::size_t back_to_character(std::string_view text, std::size_t at)
{
    while (at > 0 && at < text.size() && continues_character(text[at])) --at;
    return at;
}

std::size_t after_space(std::string_view text, std::size_t from, std::size_t to)
{
    for (auto at = from; at < to; ++at)
        if (text[at] == ' ' || text[at] == '\n') return at + 1;
    return forward_to_character(text, from);
}

}  // namespace

SearchWords::SearchWords(std::string_view text)
{
    if (text.size() > api::kSearchTextMax || !base::is_valid_utf8(base::view_of(text))) return;
    const auto folded = base::folded(text);
    std::vector<std::string> words;
    bool open = false;
    for (std::size_t at = 0; at < folded.size();) {
        const auto [value, size] = base::code_point_at(folded, at);
        const bool space = base::is_space(value);
        if (!space && !open) words.emplace_back();
        if (!space) words.back().append(folded, at, size);
        open = !space;
        at += size;
    }
    // The longest one is the rarest; what stands in another word is found with it.
    std::ranges::stable_sort(words, std::greater{}, &std::string::size);
    for (auto& word : words)
        if (std::ranges::none_of(m_words, [&](const auto& longer) { return longer.find(word) != std::string::npos; })) m_words.push_back(std::move(word));
}

bool SearchWords::match(std::string_view text)
{
    base::fold(text, m_folded);
    return std::ranges::all_of(m_words, [this](const auto& word) { return m_folded.find(word) != std::string::npos; });
}

api::Snippet SearchWords::snippet(std::string_view text)
{
    std::vector<std::uint32_t> origins;
    base::fold(text, m_folded, &origins);
    std::vector<api::TextRange> places;   // in `text`
    for (const auto& word : m_words)
        for (auto at = m_folded.find(word); at != std::string::npos; at = m_folded.find(word, at + word.size()))
            places.push_back({origins[at], origins[at + word.size()]});
    std::ranges::sort(places, {}, [](const api::TextRange& range) { return std::pair(range.begin, range.end); });

    const std::size_t first = places.empty() ? 0 : places.front().begin;
    std::size_t begin = 0;
    if (first > kLeadMax) begin = after_space(text, first - kLeadMax, first);
    auto end = std::min(text.size(), begin + api::kSnippetSizeMax);
    end = back_to_character(text, end);

    api::Snippet snippet{.text = std::string(text.substr(begin, end - begin)), .places = {}, .cut_before = begin > 0, .cut_after = end < text.size()};
    for (const auto& place : places) {
        if (place.begin >= end) break;
        const auto from = static_cast<std::uint32_t>(place.begin - begin);
        const auto to = static_cast<std::uint32_t>(std::min<std::size_t>(place.end, end) - begin);
        if (!snippet.places.empty() && snippet.places.back().end >= from)
            snippet.places.back().end = std::max(snippet.places.back().end, to);
        else
            snippet.places.push_back({from, to});
    }
    return snippet;
}

}  // namespace sinetti::chat
