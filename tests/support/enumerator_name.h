#pragma once
// The name of an enumerator as it stands in the source, for messages of tests and tools: enumerator_name(mls::Error::replayed) is "replayed".
// Values without a name come out as their number.

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace sinetti::tests {

template<auto value>
constexpr std::string_view enumerator_name_of()
{
    // "… [with auto value = sinetti::mls::Error::replayed; …]" or "… [value = sinetti::mls::Error::replayed]"
    const std::string_view text = __PRETTY_FUNCTION__;
    const auto begin = text.find("value = ") + 8;
    const auto name = text.substr(begin, text.find_first_of(";]", begin) - begin);
    return name.find('(') == std::string_view::npos ? name.substr(name.rfind(':') + 1) : std::string_view();
}

template<typename Enum>
std::string enumerator_name(Enum value)
{
    constexpr std::size_t kNamedMax = 128;
    static constexpr auto names = []<std::size_t... i>(std::index_sequence<i...>) {
        return std::array{enumerator_name_of<static_cast<Enum>(i)>()...};
    }(std::make_index_sequence<kNamedMax>());
    const auto number = static_cast<std::size_t>(value);
    return number < kNamedMax && !names[number].empty() ? std::string(names[number]) : std::to_string(number);
}

}  // namespace sinetti::tests
