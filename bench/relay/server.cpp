#include "bench/relay/server.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <future>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sinetti::bench {

using namespace std::chrono_literals;

namespace {

// Below those the system hands out to clients, of whom there are thousands here.
std::uint16_t free_port()
{
    static std::uint16_t next = static_cast<std::uint16_t>(20000 + ::getpid() % 10000);
    for (int i = 0; i < 1000; ++i) {
        const auto port = next++;
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::close(fd);
        if (is_free) return port;
    }
    give_up("no free port");
}

void wait_for_port(std::uint16_t port)
{
    for (int i = 0; i < 200; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool listens = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(fd);
        if (listens) return;
        std::this_thread::sleep_for(50ms);
    }
    give_up("a server does not start; scripts/install --bench installs nats-server and mosquitto");
}

[[noreturn]] void execute(const std::vector<std::string>& command)   // in a child
{
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

Server::~Server()
{
    if (m_pid == 0) return;
    ::kill(m_pid, SIGTERM);
    ::waitpid(m_pid, nullptr, 0);
}

std::vector<std::unique_ptr<Session>> Server::connect_all(Role role, unsigned count)
{
    std::vector<std::unique_ptr<Session>> sessions;
    for (unsigned i = 0; i < count; ++i) sessions.push_back(connect(role));
    return sessions;
}

FILE* Server::launch(const std::vector<std::string>& command)
{
    int output[2];
    if (::pipe(output) != 0) give_up("no pipe");
    m_pid = ::fork();
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);   // also when the benchmark gives up
        ::dup2(output[1], STDOUT_FILENO);
        ::close(output[0]);
        execute(command);
    }
    ::close(output[1]);
    return ::fdopen(output[0], "r");
}

std::uint16_t Server::launch_listening(const std::vector<std::string>& command)
{
    FILE* lines = launch(command);
    char line[1024];
    while (std::fgets(line, sizeof line, lines) != nullptr)
        if (const auto port = port_in(line)) return *port;
    give_up("cannot start " + command.front() + " " + command.at(1));
}

std::optional<std::uint16_t> port_in(const std::string& line)
{
    if (!line.starts_with("sinetti-relay") || line.find(" listening on ") == std::string::npos) return std::nullopt;
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

void run_to_end(const std::vector<std::string>& command)
{
    const int pid = ::fork();
    if (pid == 0) {
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
        execute(command);
    }
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) give_up(command.front() + " " + command.at(1) + " failed");
}

double Server::cpu_seconds() const
{
    double nanoseconds = 0;
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(m_pid) + "/task", ignored)) {
        std::ifstream schedstat(task.path() / "schedstat");
        double on_cpu = 0;
        if (schedstat >> on_cpu) nanoseconds += on_cpu;
    }
    return nanoseconds / 1e9;
}

double Server::resident_bytes() const
{
    std::ifstream statm("/proc/" + std::to_string(m_pid) + "/statm");
    double size = 0, resident = 0;
    statm >> size >> resident;
    return resident * double(::sysconf(_SC_PAGESIZE));
}

// --- nats-server: its text protocol in binary frames ------------------------------------------------------------------
namespace {

base::ByteView bytes_of(const std::string& text) { return base::view_of(text); }

class NatsSession final : public Session {
public:
    NatsSession(std::uint16_t port, Role role) : Session(std::make_unique<Stream>(port, "/"))
    {
        m_stream->send(bytes_of("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"bench\",\"version\":\"1\",\"protocol\":1}\r\n" +
                                std::string(role == Role::follower ? "SUB board 1\r\n" : "") + "PING\r\n"));
        std::string heard;
        while (heard.find("PONG\r\n") == std::string::npos) heard += base::to_text(m_stream->receive());
    }
    void publish(base::ByteView payload) override
    {
        m_message = "PUB board " + std::to_string(payload.size()) + "\r\n";
        m_message.append(payload.begin(), payload.end());
        m_message += "\r\n";
        m_stream->queue(bytes_of(m_message));
    }
    void take(base::ByteView received, const OnPayload& on_payload) override
    {
        m_in.append(received.begin(), received.end());
        std::size_t read = 0;
        for (;;) {
            const auto end = m_in.find("\r\n", read);
            if (end == std::string::npos) break;
            if (m_in.compare(read, 4, "MSG ") != 0) {   // PING, and what else there is between
                read = end + 2;
                continue;
            }
            const auto size = std::stoul(m_in.substr(m_in.rfind(' ', end) + 1));
            if (m_in.size() < end + 2 + size + 2) break;
            on_payload(bytes_of(m_in).subspan(end + 2, size));
            read = end + 2 + size + 2;
        }
        m_in.erase(0, read);
    }

private:
    std::string m_message, m_in;
};

class Nats final : public Server {
public:
    explicit Nats(const std::filesystem::path& folder) : m_port(free_port())
    {
        const auto file = folder / "nats.conf";
        std::ofstream(file) << "listen: \"127.0.0.1:" << free_port() << "\"\nmax_connections: 16384\nwebsocket { listen: \"127.0.0.1:" << m_port
                            << "\", no_tls: true }\nlog_file: \"" << (folder / "nats.log").string() << "\"\n";
        (void)launch({"nats-server", "--config", file.string()});
        wait_for_port(m_port);
    }
    std::unique_ptr<Session> connect(Role role) override { return std::make_unique<NatsSession>(m_port, role); }

private:
    std::uint16_t m_port;
};

// One of a cluster; relays speak to it, not the benchmark.
class JetStreamNode final : public Server {
public:
    JetStreamNode(const std::filesystem::path& folder, std::size_t number, std::uint16_t port, std::uint16_t route, const std::string& routes)
    {
        const auto file = folder / ("nats-" + std::to_string(number) + ".conf");
        std::ofstream(file) << "server_name: nats-" << number << "\nlisten: \"127.0.0.1:" << port << "\"\njetstream { store_dir: \"" << (folder / std::to_string(number)).string()
                            << "\" }\ncluster { name: bench, listen: \"127.0.0.1:" << route << "\", routes: [" << routes << "] }\nlog_file: \""
                            << (folder / ("nats-" + std::to_string(number) + ".log")).string() << "\"\n";
        (void)launch({"nats-server", "--config", file.string()});
        wait_for_port(port);
    }
    std::unique_ptr<Session> connect(Role) override { give_up("nobody follows JetStream itself here"); }
};

// --- mosquitto: MQTT 3.1.1, QoS 0, in binary frames -------------------------------------------------------------------
class MqttSession final : public Session {
public:
    MqttSession(std::uint16_t port, Role role) : Session(std::make_unique<Stream>(port, "/mqtt", "mqtt"))
    {
        m_stream->send(base::Bytes{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 0x02, 0, 0, 0, 0});   // CONNECT, clean session
        base::Bytes heard;
        const auto await = [&](std::uint8_t packet) {
            for (;;) {
                while (heard.size() >= 2 && heard.size() >= 2u + heard[1]) {
                    const auto type = heard[0];
                    heard.erase(heard.begin(), heard.begin() + 2 + heard[1]);
                    if (type == packet) return;
                }
                const auto more = m_stream->receive();
                heard.insert(heard.end(), more.begin(), more.end());
            }
        };
        await(0x20);
        if (role == Role::writer) return;
        m_stream->send(base::Bytes{0x82, 10, 0, 1, 0, 5, 'b', 'o', 'a', 'r', 'd', 0});            // SUBSCRIBE
        await(0x90);
    }
    void publish(base::ByteView payload) override
    {
        base::Bytes packet{0x30};
        const auto size = payload.size() + 7;
        packet.insert(packet.end(), {static_cast<std::uint8_t>(size % 128 | 0x80), static_cast<std::uint8_t>(size / 128), 0, 5, 'b', 'o', 'a', 'r', 'd'});
        packet.insert(packet.end(), payload.begin(), payload.end());
        m_stream->queue(packet);
    }
    void take(base::ByteView received, const OnPayload& on_payload) override
    {
        m_in.insert(m_in.end(), received.begin(), received.end());
        std::size_t read = 0;
        while (m_in.size() - read >= 2) {
            std::size_t size = 0, digits = 0;
            bool whole = false;
            for (; !whole && digits < 4 && read + 1 + digits < m_in.size(); ++digits) {
                size |= std::size_t(m_in[read + 1 + digits] & 0x7f) << (7 * digits);
                whole = (m_in[read + 1 + digits] & 0x80) == 0;
            }
            const auto start = read + 1 + digits;
            if (!whole || m_in.size() < start + size) break;
            if ((m_in[read] & 0xf0) == 0x30) on_payload(base::ByteView(m_in).subspan(start + 7, size - 7));
            read = start + size;
        }
        m_in.erase(m_in.begin(), m_in.begin() + std::ptrdiff_t(read));
    }

private:
    base::Bytes m_in;
};

class Mosquitto final : public Server {
public:
    explicit Mosquitto(const std::filesystem::path& folder) : m_port(free_port())
    {
        const auto file = folder / "mosquitto.conf";
        // It does not start without a listener of another kind.
        std::ofstream(file) << "listener " << free_port() << " 127.0.0.1\nlistener " << m_port << " 127.0.0.1\nprotocol websockets\nallow_anonymous true\nset_tcp_nodelay true\nlog_dest none\npersistence false\n";
        (void)launch({"mosquitto", "-c", file.string()});
        wait_for_port(m_port);
    }
    std::unique_ptr<Session> connect(Role role) override { return std::make_unique<MqttSession>(m_port, role); }
    // While little happens it looks at its WebSockets ten times a second, and answers three times before it has let somebody in.
    std::vector<std::unique_ptr<Session>> connect_all(Role role, unsigned count) override
    {
        std::vector<std::future<std::unique_ptr<Session>>> coming;
        for (unsigned i = 0; i < count; ++i) coming.push_back(std::async(std::launch::async, [this, role] { return connect(role); }));
        std::vector<std::unique_ptr<Session>> sessions;
        for (auto& session : coming) sessions.push_back(session.get());
        return sessions;
    }

private:
    std::uint16_t m_port;
};

}  // namespace

NatsCluster::NatsCluster(const std::filesystem::path& folder)
{
    constexpr std::size_t kNodes = 3;
    std::uint16_t ports[kNodes], routes[kNodes];
    std::string all_routes;
    for (std::size_t i = 0; i < kNodes; ++i) {
        ports[i] = free_port();
        routes[i] = free_port();
        all_routes += (i == 0 ? "" : ", ") + ("\"nats://127.0.0.1:" + std::to_string(routes[i])) + "\"";
        m_addresses += (i == 0 ? "" : ",") + ("nats://127.0.0.1:" + std::to_string(ports[i]));
    }
    for (std::size_t i = 0; i < kNodes; ++i) m_servers.push_back(std::make_unique<JetStreamNode>(folder, i + 1, ports[i], routes[i], all_routes));
}

NatsCluster::~NatsCluster() = default;

double NatsCluster::cpu_seconds() const
{
    double sum = 0;
    for (const auto& server : m_servers) sum += server->cpu_seconds();
    return sum;
}

std::unique_ptr<Server> start_nats(const std::filesystem::path& folder) { return std::make_unique<Nats>(folder); }
std::unique_ptr<Server> start_mosquitto(const std::filesystem::path& folder) { return std::make_unique<Mosquitto>(folder); }

}  // namespace sinetti::bench
