#pragma once
// A number with a name: LeafIndex, Epoch, Generation … do not convert into each other.
//   using Epoch = StrongNumber<std::uint64_t, struct EpochTag>;

#include <compare>
#include <cstddef>
#include <functional>

namespace sinetti::base {

template<typename T, typename Tag>
class StrongNumber {
public:
    using Raw = T;
    constexpr StrongNumber() = default;
    constexpr explicit StrongNumber(T value) : m_value(value) {}
    constexpr T value() const { return m_value; }
    constexpr StrongNumber next() const { return StrongNumber(static_cast<T>(m_value + 1)); }
    friend constexpr auto operator<=>(StrongNumber, StrongNumber) = default;

private:
    T m_value{};
};

}  // namespace sinetti::base

template<typename T, typename Tag>
struct std::hash<sinetti::base::StrongNumber<T, Tag>> {
    std::size_t operator()(sinetti::base::StrongNumber<T, Tag> number) const { return std::hash<T>{}(number.value()); }
};
