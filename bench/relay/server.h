#pragma once
// The three servers under test, each as a process of its own on loopback, and what a client of each says. The relay follows its board
// through the sealed channel, as it ships; nats-server and mosquitto get one subject, plain and at most once, which is their fastest.

#include "bench/relay/stream.h"
#include "directory/link.h"
#include "wire/frame.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace sinetti::bench {

inline constexpr std::size_t kPayloadSize = 1024;   // a cell; its stamp stands behind 16 random bytes

class Session {
public:
    virtual ~Session() = default;
    Stream& stream() { return *m_stream; }
    virtual void publish(base::ByteView payload) = 0;                                      // queues it
    using OnPayload = std::function<void(base::ByteView)>;
    virtual void take(base::ByteView received, const OnPayload& on_payload) = 0;           // a frame's payload; calls for each delivery
    virtual std::size_t acknowledged() const { return 0; }                                 // of what was published

protected:
    explicit Session(std::unique_ptr<Stream> stream) : m_stream(std::move(stream)) {}
    std::unique_ptr<Stream> m_stream;
};

enum class Role : std::uint8_t { follower, writer };

class Server {
public:
    virtual ~Server();
    virtual std::unique_ptr<Session> connect(Role role) = 0;   // a follower gets everything that is published from now on
    virtual std::vector<std::unique_ptr<Session>> connect_all(Role role, unsigned count);   // one after the other, unless a server is slow to answer

    double cpu_seconds() const;                  // of all threads, from the scheduler
    double resident_bytes() const;

protected:
    // Starts a program; its standard output is answered.
    FILE* launch(const std::vector<std::string>& command);
    // The same, until it says where it listens.
    std::uint16_t launch_listening(const std::vector<std::string>& command);

private:
    int m_pid = 0;
};

std::optional<std::uint16_t> port_in(const std::string& line);   // "… listening on http://localhost:PORT", of the relay and the ingress
void run_to_end(const std::vector<std::string>& command);

// Three nats-servers with JetStream, for relays to keep their boards in.
class NatsCluster {
public:
    explicit NatsCluster(const std::filesystem::path& folder);
    ~NatsCluster();
    const std::string& addresses() const { return m_addresses; }   // as --store wants them
    double cpu_seconds() const;

private:
    std::vector<std::unique_ptr<Server>> m_servers;
    std::string m_addresses;
};

std::unique_ptr<Server> start_nats(const std::filesystem::path& folder);
std::unique_ptr<Server> start_mosquitto(const std::filesystem::path& folder);

// A member's, open and nothing asked for yet.
class MemberSession : public Session {
public:
    virtual void queue(const wire::ClientFrame& frame) = 0;

protected:
    using Session::Session;
};

// Founds an organisation the first time it is started on a folder, and enrols whom it takes to have a token for each session. A follower
// reads the board from its beginning; connect() returns when it has.
class RelayServer : public Server {
public:
    static std::unique_ptr<RelayServer> start(const std::filesystem::path& program, const std::filesystem::path& folder, const std::vector<std::string>& more = {});
    virtual std::unique_ptr<Session> follow_from_start() = 0;   // returns at once

    virtual std::uint16_t port() const = 0;
    virtual directory::RelayKeys keys() const = 0;
    virtual std::unique_ptr<MemberSession> member() = 0;
    virtual std::unique_ptr<Session> connect_at(std::uint16_t port, Role role) = 0;   // where an ingress is, for one
    // Mixed messages, of whichever client.
    virtual void have_tokens(std::size_t count) = 0;            // for so many cells
    virtual base::Bytes mixed_cell(base::ByteView payload) = 0;
    virtual base::Bytes cover() = 0;
};

}  // namespace sinetti::bench
