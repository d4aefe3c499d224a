#pragma once
// A relay in this process, on a port of its own and a folder that goes with it; and a client over a real socket.

#include "relay/config.h"
#include "channel/channel.h"
#include "tests/directory/cast.h"
#include "tokens/token.h"
#include "wire/frame.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <thread>

namespace sinetti::relay {
class Server;
}

namespace sinetti::relay_test {

using directory_test::Cast;
using directory_test::Person;
using namespace std::chrono_literals;

class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

// A limit of this process, for as long as it lives: of RLIMIT_FSIZE, a disk that is full and has space again.
class ResourceLimit {
public:
    ResourceLimit(__rlimit_resource resource, rlim_t most);
    ~ResourceLimit();
    ResourceLimit(const ResourceLimit&) = delete;
    ResourceLimit& operator=(const ResourceLimit&) = delete;

private:
    __rlimit_resource m_resource;
    rlimit m_before{};
};

// What is written to standard error, as the log is, while it lives.
class CapturedLog {
public:
    CapturedLog();
    ~CapturedLog();
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    std::size_t count(std::string_view words) const;   // how often so far

private:
    TemporaryFolder m_folder;
    int m_before;
};

void run_sql(const std::filesystem::path& file, const char* sql);   // in a database, also beside a relay
std::vector<nlohmann::json> json_lines(const std::filesystem::path& file);   // as --observe writes them; discarded ones are no JSON

// A minimal app: index.html, and a compressed file.
void make_app(const std::filesystem::path& folder);

// Where a relay is, and the keys it is known by.
struct RelayAddress {
    std::uint16_t port = 0;
    directory::RelayKeys keys;
    std::string from = {};   // an address of ours to connect from; empty: any
    std::string path = "/ws";
};

class RunningRelay {
public:
    using Adjust = std::function<void(relay::Config&)>;
    explicit RunningRelay(std::uint64_t database_bytes_max = 0);
    explicit RunningRelay(Adjust adjust);
    ~RunningRelay();

    void stop();
    void start(std::uint64_t database_bytes_max = 0);
    void restart() { stop(), start(); }

    std::uint16_t port() const;
    std::uint16_t metrics_port() const;
    RelayAddress address() const;
    const std::filesystem::path& data() const { return m_data; }
    std::string administrator_link() const;
    std::string error_of_another_on_the_same_data();   // empty when it started
    void tend();
    void renew_certificate();
    base::ManualClock clock{directory_test::kNow};

private:
    TemporaryFolder m_folder;
    std::filesystem::path m_data;
    Adjust m_adjust;
    std::unique_ptr<relay::Server> m_server;
    std::thread m_thread;
    base::SystemRandom m_random;
};

// The whole answer to GET, head and body.
std::string get_text(std::uint16_t port, const std::string& target);

enum class Closed : std::uint8_t { no, orderly, broken };

// Blocking, with a limit on every wait; a wait that runs out fails the test.
class Client {
public:
    // Connects and opens a channel.
    explicit Client(const RelayAddress& relay, std::string origin = {}, int receive_buffer = 0);
    enum class Channel : std::uint8_t { none };
    Client(const RelayAddress& relay, Channel) : Client(relay.port, {}, 0, relay.from, relay.path) {}   // connects, and leaves the first message to the test
    ~Client();

    bool connected() const { return m_connected; }
    void open_channel(const directory::RelayKeys& keys, const wire::Hello& hello = {});
    base::Bytes sealed(const wire::ClientFrame& frame) { return m_channel->seal(frame); }
    void send(const wire::ClientFrame& frame) { send_bytes(m_channel->seal(frame)); }
    void send_encoded(base::ByteView frame) { send_bytes(m_channel->seal_encoded(frame)); }   // whatever it is
    void send_bytes(base::ByteView bytes);                       // past the channel
    void send_text(std::string_view text);
    void send_raw(std::string_view bytes);                       // past the WebSocket
    std::optional<std::string> receive_raw(std::chrono::milliseconds wait);   // the same, and answers no ping; nullopt: the end
    void say_goodbye();                                          // closes in order

    std::optional<base::Bytes> receive_bytes();                  // nullopt: closed
    std::optional<wire::RelayFrame> receive();                   // signed heads go to signed_heads
    std::optional<wire::RelayFrame> open(base::ByteView message);   // nullopt: the channel's own
    std::optional<base::Bytes> try_receive_bytes(std::chrono::milliseconds wait);   // nullopt also when nothing came
    template<typename Frame>
    std::optional<Frame> expect()                                // nullopt when something else came
    {
        const auto frame = receive();
        if (!frame || !std::holds_alternative<Frame>(*frame)) return {};
        return std::get<Frame>(*frame);
    }
    bool expect_refusal(wire::Refusal code, std::uint32_t request_id = wire::kNoRequest);
    bool expect_end();                                           // nothing more, then closed
    Closed closed() const { return m_closed; }
    unsigned close_code();

    // Challenge taken, answered, accepted.
    std::optional<wire::Challenge> challenge() { return expect<wire::Challenge>(); }
    bool open_as_device(const crypto::SignaturePrivateKey& device);
    bool open_as_member(const crypto::SignaturePrivateKey& device);   // with a token, which another connection fetches for this device
    bool open_as_invite(const directory::InviteCertificate& invite, const crypto::SignaturePrivateKey& key);
    bool open_as_identity(const crypto::SignaturePrivateKey& identity);
    bool open_as_founder(const std::string& administrator_link);

    std::optional<std::uint64_t> append(std::uint32_t board, base::ByteView entry);   // waits for its Appended
    std::optional<std::uint64_t> append(const directory::Record& record) { return append(0, directory::encode(record)); }

    wire::Nonce nonce{};
    std::vector<wire::SignedHead> signed_heads;

private:
    Client(std::uint16_t port, std::string origin, int receive_buffer, const std::string& from, const std::string& path = "/ws");
    void run(std::chrono::milliseconds wait);

    struct Socket;
    std::optional<RelayAddress> m_relay;                         // that a channel was opened to
    std::unique_ptr<Socket> m_socket;
    std::optional<channel::ClientChannel> m_channel;
    bool m_connected = false;
    bool m_receiving = false;
    bool m_received = false;
    Closed m_closed = Closed::no;
    std::uint32_t m_next_request = 1000;
};

base::Bytes cell(std::uint64_t number, std::uint8_t filling = 0x5a);   // a tag from the number, the rest filling

// The organisation, anna and bert enrolled, and the relay's first token issuers.
inline constexpr std::uint64_t kFoundedRecords = 3 + 1 + directory::kTokenPeriodsAhead;
bool found(RunningRelay& relay, Cast& cast);
bool found(const RelayAddress& relay, const std::string& administrator_link, Cast& cast);   // reached in another way

// Reads a board to its end through Read, checking positions and chain on the way.
std::optional<std::vector<base::Bytes>> read_board(Client& client, std::uint32_t board);

// One token, under the newest issuer key the relay takes of which the device has any left: it has 64 of each.
// A batch of one mixed message after the other, and a WebSocket that takes them.
inline RelayAddress batches_at(RelayAddress relay, std::string from = {}) { return relay.from = std::move(from), relay.path = "/batch", relay; }
void make_mixed(RunningRelay& relay, const Cast& cast);   // board 1, and waits until it is; of one that was founded
std::vector<tokens::Token> fetch_tokens(const RelayAddress& relay, const crypto::SignaturePrivateKey& device, std::size_t count);

std::optional<tokens::Token> fetch_token(const RelayAddress& relay, const crypto::SignaturePrivateKey& device);

}  // namespace sinetti::relay_test
