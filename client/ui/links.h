#pragma once
// Addresses of the web within what somebody wrote. Only http and https, and "www." for short; an address with somebody's name
// before an @ stays words, because what it shows first is not where it leads.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::ui {

inline constexpr std::size_t kLinksMax = 20;           // of one text; further ones stay words
inline constexpr std::size_t kLinkBytesMax = 2048;     // of one address; a longer one stays words

struct Link {
    std::size_t begin = 0;                             // bytes of the text
    std::size_t end = 0;
    bool operator==(const Link&) const = default;
};

std::vector<Link> links_of(std::string_view text);     // in order, apart from each other
std::string address_of(std::string_view link);         // what a browser opens: with a scheme

}  // namespace sinetti::ui
