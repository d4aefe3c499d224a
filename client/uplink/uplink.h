#pragma once
// A WebSocket to a relay, over TCP or TLS, for programs. TLS verifies the certificate against the host's name. Connecting and both
// handshakes have a limit together. What is to be sent is queued and goes out in order; who sends much looks at unsent(). What comes
// in can be paused, and then the relay is not read from. Callbacks come from the io_context, never from within a call.

#include "base/bytes.h"
#include "base/result.h"
#include "uplink/relay_address.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sinetti::uplink {

inline constexpr std::chrono::seconds kOpenTimeout{15};
inline constexpr std::chrono::seconds kGoodbyeTimeout{5};   // for what is still queued, and the closing handshake

using SharedBytes = std::shared_ptr<const base::Bytes>;

// Whose word for a relay's certificate is taken: the system's authorities, or those of one PEM file. TLS 1.2 at the least.
class Authorities {
public:
    static base::Result<Authorities, std::string> load(const std::filesystem::path& file);   // empty: the system's. Error: in the library's words
    boost::asio::ssl::context& context() const { return *m_context; }

private:
    explicit Authorities(std::shared_ptr<boost::asio::ssl::context> context) : m_context(std::move(context)) {}
    std::shared_ptr<boost::asio::ssl::context> m_context;
};

struct Ended {
    std::optional<std::uint16_t> close_code;   // when the relay closed in order, and gave one
    std::string trouble;                       // in the system's words
};

class Listener {
public:
    virtual ~Listener() = default;
    virtual void on_opened() = 0;
    virtual void on_received(base::ByteView message) = 0;
    virtual void on_sent() {}                             // unsent() is less than before
    virtual void on_ended(const Ended& ended) = 0;        // the last call; the uplink may be destroyed from within
};

struct Settings {
    RelayAddress relay;
    std::optional<Authorities> authorities;               // wanted when relay.tls
    std::string path = "/ws";
    std::optional<std::chrono::seconds> silence_max;      // without a byte from the relay, pinged after half of it; nullopt: for ever
};

class Uplink {
public:
    Uplink(boost::asio::io_context& io, const Settings& settings, Listener& listener);   // begins to open
    ~Uplink();                                            // at once; the listener hears nothing more
    Uplink(const Uplink&) = delete;
    Uplink& operator=(const Uplink&) = delete;

    void send(SharedBytes message);                       // a binary message; also before it is open
    std::size_t unsent() const;                           // bytes
    void pause();                                         // one message more may come
    void resume();
    std::uint16_t local_port() const;                     // 0: it is not connected
    // What is queued goes out, and a goodbye, in kGoodbyeTimeout; the listener hears nothing more. `done` is called at the end of that.
    void finish(std::function<void()> done) &&;

private:
    class Connection;
    template<typename Stream>
    class StreamConnection;
    std::shared_ptr<Connection> m_connection;             // nullptr: finished
};

}  // namespace sinetti::uplink
