#include "relay/backup.h"
#include "relay/board_commands.h"
#include "relay/ingress/config.h"
#include "relay/ingress/server.h"
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

sigset_t waited_for_signals()
{
    sigset_t stops;
    sigemptyset(&stops);
    for (const int number : {SIGTERM, SIGINT, SIGUSR1, SIGHUP}) sigaddset(&stops, number);
    return stops;
}

template<typename Created>
int run(const char* name, const relay::TlsFiles& tls, const Created& server)
{
    if (!server) {
        std::fprintf(stderr, "sinetti-relay: %s\n", server.error().c_str());
        return 1;
    }
    print(std::string(name) + " listening on " + (tls.wanted() ? "https" : "http") + "://localhost:" + std::to_string((*server)->port()));
    if constexpr (requires { (*server)->administrator_link(); }) {
        if (const auto link = (*server)->administrator_link(); !link.empty()) print("administrator link: " + link);
    }
    relay::log_line("started");

    std::thread waiter([&] {
        const auto signals = waited_for_signals();
        int number = 0;
        while (sigwait(&signals, &number) == 0 && number == SIGHUP) (*server)->renew_certificate();
        (*server)->drain();
    });
    (*server)->run();
    pthread_kill(waiter.native_handle(), SIGUSR1);   // in case run() ended without a signal
    waiter.join();
    relay::log_line("stopped");
    return 0;
}

void prepare_to_serve()
{
    umask(077);
    raise_file_limit();
    // A client that goes away is an error code, not a signal; those that end the relay, or renew its certificate, are waited for by a thread of their own.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);   // a file size limit is a full disk
    const auto signals = waited_for_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int serve(const relay::Config& config)
{
    prepare_to_serve();
    const base::SystemClock clock;
    base::SystemRandom random;
    return run("sinetti-relay", config.tls, relay::Server::create(config, clock, random));
}

int serve_ingress(std::span<const std::string> arguments)
{
    const auto config = ingress::parse_config(arguments);
    if (!config) {
        std::fprintf(stderr, "sinetti-relay: %s\n\n%s", config.error().c_str(), ingress::usage());
        return 2;
    }
    prepare_to_serve();
    const base::SystemClock clock;
    base::SystemRandom random;
    return run("sinetti-relay ingress", config->tls, ingress::Server::create(*config, clock, random));
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
    case relay::Config::Command::ingress: return serve_ingress(std::span(words).subspan(1));
    case relay::Config::Command::check: return tell(relay::check_data(config->data, config->vault_key));
    case relay::Config::Command::forget_vaults: umask(077); return tell(relay::forget_vaults(*config));
    case relay::Config::Command::backup: umask(077); return tell(relay::back_up(config->data, config->archive));
    case relay::Config::Command::restore: umask(077); return tell(relay::restore(config->data, config->archive));
    case relay::Config::Command::board_add:
    case relay::Config::Command::board_policy:
    case relay::Config::Command::board_list: umask(077); return tell(relay::run_board_command(*config));
    case relay::Config::Command::help: break;
    }
    std::printf("%s\n%s", relay::usage(), ingress::usage());
    return 0;
}
