// sinetti-cli: the core at a command line. See cli/arguments.cpp for what it can do.

#include "cli/commands.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace sinetti;

namespace {

std::filesystem::path default_data()
{
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') return std::filesystem::path(data) / "sinetti";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return std::filesystem::path(home) / ".local/share/sinetti";
    return {};
}

// A link holds a key, and arguments are everybody's to read on this machine: not longer than needed.
void hide_links(int argument_count, char** arguments)
{
    for (int i = 1; i < argument_count; ++i)
        if (char* fragment = std::strchr(arguments[i], '#'); fragment != nullptr && (fragment[1] == 'i' || fragment[1] == 'f') && fragment[2] == '=')
            base::wipe({reinterpret_cast<std::uint8_t*>(fragment), std::strlen(fragment)});
}

int tell(const cli::Failure& failure)
{
    std::fprintf(stderr, "sinetti-cli: %s\n", failure.sentence.c_str());
    if (failure.exit == cli::Exit::usage) std::fputs("sinetti-cli --help says more\n", stderr);
    return static_cast<int>(failure.exit);
}

}  // namespace

int main(int argument_count, char** arguments)
{
    ::umask(077);
    const rlimit no_core{0, 0};   // memory holds keys
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);   // a file size limit is a full disk
    const std::vector<std::string> words(arguments + std::min(argument_count, 1), arguments + argument_count);
    const auto parsed = cli::parse_arguments(words, default_data());
    hide_links(argument_count, arguments);
    if (!parsed) return tell(parsed.error());
    if (parsed->command == cli::Command::help) {
        std::fputs(cli::usage(), stdout);
        return 0;
    }
    const auto done = cli::run(*parsed, stdout, stderr);
    return done ? 0 : tell(done.error());
}
