#pragma once
// nats-server, one or a cluster, as processes of their own on loopback: free ports, a folder that goes with them.

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sinetti::relay_test {

class NatsServers {
public:
    // More than one are a cluster. Fails the test when nats-server is not there.
    NatsServers(const std::filesystem::path& folder, std::size_t count);
    ~NatsServers();
    NatsServers(const NatsServers&) = delete;
    NatsServers& operator=(const NatsServers&) = delete;

    std::vector<std::string> urls() const;                          // for Config::store
    std::string joined_urls() const;                                // for --store
    std::uint32_t replicas() const { return m_servers.size() == 1 ? 1 : 3; }

    void kill(std::size_t server);                                  // SIGKILL
    void start(std::size_t server);                                 // again, on what it had
    void stop(std::size_t server);                                  // SIGSTOP: it is there and says nothing
    void resume(std::size_t server);
    std::size_t leader_of(const std::string& stream) const;         // asks the cluster
    bool holds(const std::string& stream, const std::string& subject) const;   // a message there; the subject without the stream's prefix

private:
    struct Server {
        std::uint16_t port = 0, route = 0;
        std::filesystem::path folder;
        pid_t process = 0;
    };
    std::vector<Server> m_servers;
};

}  // namespace sinetti::relay_test
