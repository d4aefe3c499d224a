#pragma once
// The programs themselves, as their users run them: a relay and command-line clients, each a process of its own.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace sinetti::cli_test {

class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

class Process {
public:
    Process(const std::vector<std::string>& command, std::string_view input = {});
    ~Process();   // kills it
    Process(const Process&) = delete;

    void kill();
    void signal(int number);
    int wait();                                  // its exit code, or -1: a signal ended it. Fails the test when it takes too long
    bool wait_for(std::string_view text);        // until it has said that, on either output; false: it ended, or takes too long
    const std::string& output() const { return m_output; }
    const std::string& errors() const { return m_errors; }

private:
    bool read(std::chrono::steady_clock::time_point deadline);   // false: nothing more comes, or the deadline has passed
    pid_t m_pid = 0;
    int m_output_end = -1;
    int m_errors_end = -1;
    std::string m_output;
    std::string m_errors;
};

class Relay {
public:
    explicit Relay(const std::filesystem::path& folder, std::vector<std::string> options = {});
    void start();                                // at the port of before
    std::filesystem::path data() const { return m_folder / "data"; }
    void kill();
    const std::string& administrator_link() const { return m_link; }   // of the first start
    std::string url() const { return "http://localhost:" + std::to_string(m_port); }

private:
    std::filesystem::path m_folder;
    std::vector<std::string> m_options;
    std::uint16_t m_port = 0;
    std::string m_link;
    std::unique_ptr<Process> m_process;
};

}  // namespace sinetti::cli_test
