#include "tests/relay/nats_servers.h"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <nats/nats.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sinetti::relay_test {

namespace {

using namespace std::chrono_literals;

std::uint16_t free_port()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(socket);
    return ntohs(address.sin_port);
}

std::filesystem::path program()
{
    for (const auto* place : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"})
        if (std::filesystem::exists(place)) return place;
    FAIL("nats-server is missing, and with it everything about clusters goes untested: scripts/install --test installs it");
    return {};
}

// Until `question` says that it has its answer.
void ask(const std::vector<std::string>& list, const std::function<bool(jsCtx*)>& question)
{
    std::vector<const char*> servers;
    for (const auto& url : list) servers.push_back(url.c_str());
    natsOptions* options = nullptr;
    natsConnection* connection = nullptr;
    jsCtx* context = nullptr;
    natsOptions_Create(&options);
    natsOptions_SetServers(options, servers.data(), int(servers.size()));
    bool answered = false;
    if (natsConnection_Connect(&connection, options) == NATS_OK && natsConnection_JetStream(&context, connection, nullptr) == NATS_OK) {
        for (int attempt = 0; attempt < 100 && !answered; ++attempt) {
            answered = question(context);
            if (!answered) std::this_thread::sleep_for(100ms);
        }
    }
    if (context != nullptr) jsCtx_Destroy(context);
    natsConnection_Destroy(connection);
    natsOptions_Destroy(options);
    REQUIRE(answered);
}

}  // namespace

NatsServers::NatsServers(const std::filesystem::path& folder, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) m_servers.push_back({free_port(), free_port(), folder / ("nats-" + std::to_string(i)), 0});
    for (std::size_t i = 0; i < count; ++i) {
        const auto& server = m_servers[i];
        std::filesystem::create_directories(server.folder);
        std::ofstream file(server.folder / "settings");
        file << "server_name: n" << i << "\nlisten: 127.0.0.1:" << server.port << "\njetstream { store_dir: \"" << (server.folder / "data").string() << "\" }\n";
        if (count > 1) {
            file << "cluster { name: sinetti, listen: 127.0.0.1:" << server.route << ", routes: [";
            for (std::size_t other = 0; other < count; ++other)
                file << (other == 0 ? "" : ", ") << "nats://127.0.0.1:" << m_servers[other].route;
            file << "] }\n";
        }
        file.close();
        start(i);
    }
}

NatsServers::~NatsServers()
{
    for (std::size_t i = 0; i < m_servers.size(); ++i) kill(i);
}

void NatsServers::start(std::size_t number)
{
    auto& server = m_servers[number];
    const auto path = program().string(), settings = (server.folder / "settings").string(), log = (server.folder / "log").string();
    server.process = ::fork();
    REQUIRE(server.process >= 0);
    if (server.process == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        for (const int descriptor : {0, 1, 2}) ::dup2(null, descriptor);
        ::execl(path.c_str(), "nats-server", "--config", settings.c_str(), "--log", log.c_str(), nullptr);
        ::_exit(127);
    }
}

void NatsServers::kill(std::size_t number)
{
    auto& server = m_servers[number];
    if (server.process <= 0) return;
    ::kill(server.process, SIGKILL);
    ::waitpid(server.process, nullptr, 0);
    server.process = 0;
}

void NatsServers::stop(std::size_t server) { ::kill(m_servers[server].process, SIGSTOP); }
void NatsServers::resume(std::size_t server) { ::kill(m_servers[server].process, SIGCONT); }

std::vector<std::string> NatsServers::urls() const
{
    std::vector<std::string> urls;
    for (const auto& server : m_servers) urls.push_back("nats://127.0.0.1:" + std::to_string(server.port));
    return urls;
}

std::string NatsServers::joined_urls() const
{
    std::string joined;
    for (const auto& url : urls()) joined += (joined.empty() ? "" : ",") + url;
    return joined;
}

std::size_t NatsServers::leader_of(const std::string& stream) const
{
    std::size_t leader = m_servers.size();
    ask(urls(), [&](jsCtx* context) {
        jsStreamInfo* info = nullptr;
        jsErrCode code{};
        if (js_GetStreamInfo(&info, context, stream.c_str(), nullptr, &code) != NATS_OK) return false;
        for (std::size_t i = 0; i < m_servers.size(); ++i)
            if (info->Cluster != nullptr && info->Cluster->Leader != nullptr && info->Cluster->Leader == "n" + std::to_string(i)) leader = i;
        jsStreamInfo_Destroy(info);
        return leader < m_servers.size();
    });
    return leader;
}

bool NatsServers::holds(const std::string& stream, const std::string& subject) const
{
    bool found = false;
    ask(urls(), [&](jsCtx* context) {
        natsMsg* message = nullptr;
        jsErrCode code{};
        const auto status = js_GetLastMsg(&message, context, stream.c_str(), (stream + "." + subject).c_str(), nullptr, &code);
        found = status == NATS_OK;
        if (found) natsMsg_Destroy(message);
        return found || status == NATS_NOT_FOUND || code == JSNoMessageFoundErr;
    });
    return found;
}

}  // namespace sinetti::relay_test
