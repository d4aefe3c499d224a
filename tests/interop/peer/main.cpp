// mls-peer [--suite N]: speaks the JSON lines of peer.h on standard input and output. N is a cipher suite's number, 3 or 0x0003.

#include "base/clock.h"
#include "tests/interop/peer/peer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace sinetti;

namespace {

// Others refuse key packages that are valid for more than a month or three, and clocks differ a little.
mls::Lifetime lifetime_around(base::UnixMilliseconds now)
{
    constexpr std::uint64_t kHour = 3600;
    constexpr std::uint64_t kDays = 27;
    const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
    return {mls::UnixSeconds{seconds - kHour}, mls::UnixSeconds{seconds + kDays * 24 * kHour}};
}

constexpr std::size_t kLineMax = std::size_t{256} << 20;

// The next line, without its end; nullopt at the end of the input. What is beyond kLineMax is dropped, and with it the request fails.
class Lines {
public:
    std::optional<std::string> next()
    {
        std::string line;
        for (;;) {
            if (m_begin == m_end && !fill()) return line.empty() ? std::nullopt : std::optional(std::move(line));
            const auto* start = m_buffer + m_begin;
            const auto* stop = static_cast<const char*>(std::memchr(start, '\n', m_end - m_begin));
            const auto size = stop ? static_cast<std::size_t>(stop - start) : m_end - m_begin;
            if (line.size() + size <= kLineMax) line.append(start, size);
            m_begin += size + (stop ? 1 : 0);
            if (stop) return line;
        }
    }

private:
    bool fill()
    {
        const auto count = ::read(STDIN_FILENO, m_buffer, sizeof m_buffer);
        m_begin = 0;
        m_end = count > 0 ? static_cast<std::size_t>(count) : 0;
        return count > 0;
    }
    char m_buffer[65536];
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

}  // namespace

int main(int argc, char** argv)
{
    unsigned long number = 3;
    bool understood = argc == 1;
    if (argc == 3 && std::strcmp(argv[1], "--suite") == 0) {
        char* end = nullptr;
        number = std::strtoul(argv[2], &end, 0);
        understood = *argv[2] != '\0' && *end == '\0' && number <= UINT16_MAX;
    }
    if (!understood) {
        std::fprintf(stderr, "usage: mls-peer [--suite N]\n");
        return 2;
    }
    const auto suite = mls::CipherSuite::from_id(static_cast<std::uint16_t>(number));
    if (!suite) {
        std::fprintf(stderr, "mls-peer: no cipher suite %lu here\n", number);
        return 2;
    }
    base::SystemRandom random;
    interop::Peer peer(*suite, lifetime_around(base::SystemClock().now()), random);
    static Lines lines;
    while (!peer.quit()) {
        const auto line = lines.next();
        if (!line) break;
        if (line->empty()) continue;
        const auto reply = peer.handle(*line);
        std::fwrite(reply.data(), 1, reply.size(), stdout);
        std::fputc('\n', stdout);
        std::fflush(stdout);
    }
    return 0;
}
