#include "cli/input.h"

#include "base/secret.h"
#include "cli/sentences.h"

#include <unistd.h>

namespace sinetti::cli {

Input::~Input() { base::wipe({reinterpret_cast<std::uint8_t*>(m_buffer.data()), m_buffer.size()}); }

Result<std::optional<std::string>> Input::next(Until until, std::size_t size_max)
{
    std::string text;
    for (bool any = false;; any = true) {
        if (m_begin == m_end && !fill()) return any ? std::optional(std::move(text)) : std::nullopt;
        const std::string_view left(m_buffer.data() + m_begin, m_end - m_begin);
        const auto line_end = until == Until::line ? left.find('\n') : std::string_view::npos;
        text += left.substr(0, line_end);
        m_begin += line_end == std::string_view::npos ? left.size() : line_end + 1;
        if (text.size() > size_max) return base::Unexpected(Failure{Exit::failed, "standard input: " + sentence(api::Code::message_too_long)});
        if (line_end != std::string_view::npos) return std::optional(std::move(text));
    }
}

bool Input::fill()
{
    const auto count = ::read(STDIN_FILENO, m_buffer.data(), m_buffer.size());
    m_begin = 0;
    m_end = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count > 0;
}

}  // namespace sinetti::cli
