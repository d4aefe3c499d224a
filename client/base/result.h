#pragma once
// Result<T, E>: a value or an error, without exceptions. Its interface is a subset of std::expected, so that it can be
// swapped for it once every compiler of ours has one. Move-only values are welcome.

#include "base/check.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace sinetti::base {

template<typename E>
class Unexpected {
public:
    constexpr explicit Unexpected(E error) : m_error(std::move(error)) {}
    constexpr const E& error() const& { return m_error; }
    constexpr E&& error() && { return std::move(m_error); }

private:
    E m_error;
};

template<typename T, typename E>
class [[nodiscard]] Result {
public:
    using value_type = T;
    using error_type = E;

    template<typename U = T>
        requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
                 !std::is_same_v<std::remove_cvref_t<U>, E>)
    constexpr Result(U&& value) : m_state(std::in_place_index<0>, std::forward<U>(value)) {}
    template<typename F>
        requires std::is_constructible_v<E, F&&>
    constexpr Result(Unexpected<F>&& unexpected) : m_state(std::in_place_index<1>, E(std::move(unexpected).error())) {}

    constexpr bool has_value() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return has_value(); }

    constexpr T& value() &
    {
        CHECK_INVARIANT(has_value());
        return *std::get_if<0>(&m_state);
    }
    constexpr const T& value() const&
    {
        CHECK_INVARIANT(has_value());
        return *std::get_if<0>(&m_state);
    }
    constexpr T&& value() && { return std::move(value()); }
    constexpr const E& error() const
    {
        CHECK_INVARIANT(!has_value());
        return *std::get_if<1>(&m_state);
    }

    constexpr T& operator*() & { return value(); }
    constexpr const T& operator*() const& { return value(); }
    constexpr T&& operator*() && { return std::move(*this).value(); }
    constexpr T* operator->() { return &value(); }
    constexpr const T* operator->() const { return &value(); }

private:
    std::variant<T, E> m_state;
};

template<typename E>
class [[nodiscard]] Result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    constexpr Result() = default;
    template<typename F>
        requires std::is_constructible_v<E, F&&>
    constexpr Result(Unexpected<F>&& unexpected) : m_state(std::in_place_index<1>, E(std::move(unexpected).error())) {}

    constexpr bool has_value() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return has_value(); }
    constexpr void value() const { CHECK_INVARIANT(has_value()); }
    constexpr const E& error() const
    {
        CHECK_INVARIANT(!has_value());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<std::monostate, E> m_state;
};

}  // namespace sinetti::base

// TRY(expression): the value, or return the error from the surrounding function (whose error type must be constructible from it).
// Not inside the braces of an aggregate after a member that owns something: returning from there leaves that member undestroyed
// (g++ 12 and clang 14 alike), so it leaks and its secrets stay. Give such values a name first; calls and constructors are fine.
#define TRY(...)                                                                                         \
    __extension__({                                                                                      \
        auto&& try_result_ = (__VA_ARGS__);                                                              \
        if (!try_result_.has_value()) return ::sinetti::base::Unexpected(try_result_.error());           \
        std::forward<decltype(try_result_)>(try_result_).value();                                        \
    })

// TRY_OR(expression, error): the value, or return `error` instead of the one that came up.
#define TRY_OR(expression, error_value)                                                                  \
    __extension__({                                                                                      \
        auto&& try_result_ = (expression);                                                               \
        if (!try_result_.has_value()) return ::sinetti::base::Unexpected(error_value);                   \
        std::forward<decltype(try_result_)>(try_result_).value();                                        \
    })
