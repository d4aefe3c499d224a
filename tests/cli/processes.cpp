#include "tests/cli/processes.h"

#include <cerrno>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sinetti::cli_test {

namespace {

constexpr std::chrono::seconds kPatience{120};

// A port that nobody has, and that the system gives to nobody while a relay is down: those it chooses itself for connections, from 32768
// on, may be another test's when the relay comes back.
std::uint16_t settled_port()
{
    std::random_device random;
    for (;;) {
        const auto port = static_cast<std::uint16_t>(20000 + random() % 12000);
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(socket >= 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(socket);
        if (is_free) return port;
    }
}

}  // namespace

Folder::Folder()
{
    auto name = (std::filesystem::temp_directory_path() / "sinetti-cli-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    m_path = name;
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

Process::Process(const std::vector<std::string>& command, std::string_view input)
{
    int in[2], out[2], err[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
    REQUIRE(::fcntl(in[1], F_SETPIPE_SZ, 1 << 20) >= static_cast<int>(input.size()));
    REQUIRE(::write(in[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    m_pid = ::fork();
    REQUIRE(m_pid >= 0);
    if (m_pid == 0) {
        ::setsid();   // no terminal to ask
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        ::execv(words.front(), words.data());
        ::_exit(127);
    }
    for (const int end : {in[0], in[1], out[1], err[1]}) ::close(end);
    m_output_end = out[0];
    m_errors_end = err[0];
}

Process::~Process()
{
    kill();
    ::close(m_output_end);
    ::close(m_errors_end);
}

void Process::signal(int number)
{
    if (m_pid > 0) ::kill(m_pid, number);
}

void Process::kill()
{
    if (m_pid <= 0) return;
    signal(SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
    m_pid = 0;
    while (read(std::chrono::steady_clock::now() + kPatience)) {}   // what it had written before it died
}

bool Process::read(std::chrono::steady_clock::time_point deadline)
{
    pollfd ends[] = {{m_output_end, POLLIN, 0}, {m_errors_end, POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(ends, 2, static_cast<int>(left)) <= 0) return false;
    bool any = false;
    for (std::size_t i = 0; i < 2; ++i) {
        if (ends[i].revents == 0) continue;
        char buffer[65536];
        const auto count = ::read(ends[i].fd, buffer, sizeof buffer);
        if (count <= 0) continue;
        any = true;
        (i == 0 ? m_output : m_errors).append(buffer, static_cast<std::size_t>(count));
    }
    return any;
}

int Process::wait()
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (read(deadline)) {}
    int status = 0;
    for (;;) {
        const auto ended = ::waitpid(m_pid, &status, WNOHANG);
        if (ended == m_pid) break;
        if (std::chrono::steady_clock::now() > deadline) {
            kill();
            FAIL("a process takes too long");
        }
        ::usleep(2000);
    }
    m_pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Process::wait_for(std::string_view text)
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (m_output.find(text) == std::string::npos && m_errors.find(text) == std::string::npos)
        if (!read(deadline)) return false;
    return true;
}

Relay::Relay(const std::filesystem::path& folder, std::vector<std::string> options) : m_folder(folder), m_options(std::move(options)), m_port(settled_port())
{
    std::filesystem::create_directories(folder / "app");
    std::ofstream(folder / "app" / "index.html") << "<!doctype html><title>Sinetti</title>";
    start();
}

void Relay::start()
{
    std::vector<std::string> command{SINETTI_RELAY_PROGRAM, "serve", "--port", std::to_string(m_port), "--data", data().string(), "--app", (m_folder / "app").string()};
    command.insert(command.end(), m_options.begin(), m_options.end());
    m_process = std::make_unique<Process>(command);
    constexpr std::string_view kLink = "administrator link: ";
    REQUIRE_MESSAGE(m_process->wait_for("started"), m_process->errors());
    const auto& said = m_process->output();
    if (const auto at = said.find(kLink); at != std::string::npos && m_link.empty()) m_link = said.substr(at + kLink.size(), said.find('\n', at) - at - kLink.size());
}

void Relay::kill() { m_process->kill(); }

}  // namespace sinetti::cli_test
