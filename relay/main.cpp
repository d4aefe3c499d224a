#include "relay/backup.h"
#include "relay/board_commands.h"
#include "relay/log.h"
#include "relay/server.h"
#include "relay/vault_commands.h"

#include <cstdio>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

namespace {

using namespace sinetti;

void print(const std::string& line)
{
    std::puts(line.c_str());
    std::fflush(stdout);
}

void raise_file_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(const relay::Config& config)
{
    umask(077);
    raise_file_limit();
    // A client that goes away is an error code, not a signal; those that end the relay are waited for by a thread of their own.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);   // a file size limit is a full disk
    sigset_t stops;
    sigemptyset(&stops);
    for (const int number : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&stops, number);
    pthread_sigmask(SIG_BLOCK, &stops, nullptr);

    const base::SystemClock clock;
    base::SystemRandom random;
    auto server = relay::Server::create(config, clock, random);
    if (!server) {
        std::fprintf(stderr, "sinetti-relay: %s\n", server.error().c_str());
        return 1;
    }
    print("sinetti-relay listening on http://localhost:" + std::to_string((*server)->port()));
    if (const auto link = (*server)->administrator_link(); !link.empty()) print("administrator link: " + link);
    relay::log_line("started");

    std::thread stopper([&] {
        int number = 0;
        sigwait(&stops, &number);
        (*server)->drain();
    });
    (*server)->run();
    pthread_kill(stopper.native_handle(), SIGUSR1);   // in case run() ended without a signal
    stopper.join();
    relay::log_line("stopped");
    return 0;
}

int tell(const base::Result<std::vector<std::string>, std::string>& lines)
{
    if (!lines) {
        std::fprintf(stderr, "sinetti-relay: %s\n", lines.error().c_str());
        return 1;
    }
    for (const auto& line : *lines) print(line);
    return 0;
}

int tell(const relay::CheckReport& report)
{
    for (const auto& line : report.lines) print(line);
    for (const auto& fault : report.faults) std::fprintf(stderr, "%s\n", fault.c_str());
    if (report.faults.empty()) print("everything holds");
    return report.faults.empty() ? 0 : 1;
}

int initialise(const relay::Config& config)
{
    umask(077);
    base::SystemRandom random;
    return tell(relay::initialise(config, random));
}

}  // namespace

int main(int argument_count, char** arguments)
{
    const std::vector<std::string> words(arguments + 1, arguments + argument_count);
    const auto config = relay::parse_config(words);
    if (!config) {
        std::fprintf(stderr, "sinetti-relay: %s\n\n%s", config.error().c_str(), relay::usage());
        return 2;
    }
    switch (config->command) {
    case relay::Config::Command::init: return initialise(*config);
    case relay::Config::Command::serve: return serve(*config);
    case relay::Config::Command::check: return tell(relay::check_data(config->data, config->vault_key));
    case relay::Config::Command::forget_vaults: umask(077); return tell(relay::forget_vaults(config->data));
    case relay::Config::Command::backup: umask(077); return tell(relay::back_up(config->data, config->archive));
    case relay::Config::Command::restore: umask(077); return tell(relay::restore(config->data, config->archive));
    case relay::Config::Command::board_add:
    case relay::Config::Command::board_policy:
    case relay::Config::Command::board_list: umask(077); return tell(relay::run_board_command(*config));
    case relay::Config::Command::help: break;
    }
    std::fputs(relay::usage(), stdout);
    return 0;
}
