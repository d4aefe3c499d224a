#include "cli/passphrase.h"

#include "api/command.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace sinetti::cli {

using base::Unexpected;

namespace {

volatile std::sig_atomic_t g_signal = 0;
void note_signal(int number) { g_signal = number; }

class Descriptor {
public:
    explicit Descriptor(int descriptor) : m_descriptor(descriptor) {}
    ~Descriptor()
    {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

// No echo as long as it lives, and signals that would end us in between are kept until the terminal is as it was.
class Silence {
public:
    explicit Silence(int terminal) : m_terminal(terminal)
    {
        struct sigaction noted{};
        noted.sa_handler = note_signal;   // and no SA_RESTART: a read() is cut short
        sigemptyset(&noted.sa_mask);
        for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &noted, &m_before[i]);
        m_changed = ::tcgetattr(terminal, &m_settings) == 0;
        auto silent = m_settings;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        if (m_changed) ::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    ~Silence()
    {
        if (m_changed) ::tcsetattr(m_terminal, TCSAFLUSH, &m_settings);
        for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &m_before[i], nullptr);
        if (g_signal != 0) ::raise(g_signal);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    int m_terminal;
    bool m_changed = false;
    termios m_settings{};
    struct sigaction m_before[std::size(kSignals)]{};
};

// Byte by byte, so that what follows the line stays for whoever reads next.
Result<base::SecretBytes> read_line(int descriptor)
{
    base::SecretBytes line;
    for (;;) {
        std::uint8_t byte = 0;
        const auto count = ::read(descriptor, &byte, 1);
        if (count < 0 && errno == EINTR && g_signal == 0) continue;
        if (count < 0) return Unexpected(Failure{Exit::failed, "the passphrase cannot be read: " + std::string(std::strerror(errno))});
        if (count == 0 || byte == '\n') break;
        if (line.size() == api::kPassphraseMax) return Unexpected(Failure{Exit::failed, "the passphrase is longer than 1024 bytes"});
        line.push_back(byte);
        base::wipe({&byte, 1});
    }
    if (!line.empty() && line.view().back() == '\r') line.resize(line.size() - 1);
    if (line.empty()) return Unexpected(Failure{Exit::failed, "the passphrase is empty"});
    return line;
}

Result<base::SecretBytes> ask(int terminal, std::string_view question)
{
    const Silence silence(terminal);
    if (::write(terminal, question.data(), question.size()) < 0) return Unexpected(Failure{Exit::failed, "the terminal cannot be written to"});
    return read_line(terminal);
}

Result<base::SecretBytes> read_from(const FromTerminal&, bool is_new)
{
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0)
        return Unexpected(Failure{Exit::usage, "there is no terminal to ask for the passphrase; use --passphrase-file or --passphrase-fd"});
    auto passphrase = TRY(ask(terminal.get(), is_new ? "New passphrase (at least 12 characters): " : "Passphrase: "));
    if (is_new && !(TRY(ask(terminal.get(), "Once more: ")) == passphrase)) return Unexpected(Failure{Exit::failed, "the two passphrases are not the same"});
    return passphrase;
}

Result<base::SecretBytes> read_from(const FromDescriptor& source, bool) { return read_line(source.descriptor); }

Result<base::SecretBytes> read_from(const FromFile& source, bool)
{
    const Descriptor file(::open(source.file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
        return Unexpected(Failure{Exit::failed, "cannot read " + source.file.string() + ": " + std::strerror(errno)});
    if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return Unexpected(Failure{Exit::failed, source.file.string() + " can be read by others; chmod 600 it"});
    return read_line(file.get());
}

}  // namespace

Result<base::SecretBytes> read_passphrase(const PassphraseSource& source, bool is_new)
{
    return std::visit([is_new](const auto& known) { return read_from(known, is_new); }, source);
}

}  // namespace sinetti::cli
