// bench-relay: durable appends per second and fan-out of the real relay program, over loopback WebSockets.
//   bench-relay [--relay PROGRAM] [--data DIR] [--seconds N]
// The relay runs as a process of its own; its processor time is read from the system. The clients share the machine with it
// and take processor time too, so wall-clock figures are a floor. Every acknowledgement counted came after fsync.

#include "base/clock.h"
#include "base/random.h"
#include "channel/channel.h"
#include "directory/link.h"
#include "directory/record.h"
#include "directory/session_auth.h"
#include "wire/frame.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace sinetti;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using boost::system::error_code;
namespace websocket = boost::beast::websocket;
using SteadyClock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why)
{
    std::fprintf(stderr, "bench-relay: %s\n", why.c_str());
    std::exit(1);
}

std::uint64_t now_ns()
{
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now().time_since_epoch()).count());
}

// --- the relay -----------------------------------------------------------------------------------------------------
class RelayProcess {
public:
    RelayProcess(const std::filesystem::path& program, const std::filesystem::path& folder)
    {
        std::filesystem::create_directories(folder / "app");
        std::ofstream(folder / "app" / "index.html") << "bench";
        int output[2];
        if (::pipe(output) != 0) give_up("no pipe");
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(output[1], STDOUT_FILENO);
            const auto data = (folder / "data").string(), app = (folder / "app").string();
            ::execl(program.c_str(), "sinetti-relay", "serve", "--port", "0", "--data", data.c_str(), "--app", app.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(output[1]);
        FILE* lines = ::fdopen(output[0], "r");
        char line[512];
        while (link.empty() && std::fgets(line, sizeof line, lines) != nullptr) {
            const std::string text(line, std::strcspn(line, "\n"));
            if (const auto colon = text.rfind(':'); text.starts_with("sinetti-relay listening")) port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
            if (text.starts_with("administrator link: ")) link = text.substr(20);
        }
        std::fclose(lines);
        if (link.empty()) give_up("cannot start " + program.string());
    }
    ~RelayProcess()
    {
        ::kill(m_pid, SIGTERM);
        ::waitpid(m_pid, nullptr, 0);
    }
    double cpu_seconds() const
    {
        std::ifstream stat("/proc/" + std::to_string(m_pid) + "/stat");
        std::string text((std::istreambuf_iterator<char>(stat)), {});
        std::istringstream fields(text.substr(text.rfind(')') + 2));
        std::string field;
        double ticks = 0;
        for (int i = 3; i <= 15 && fields >> field; ++i) {
            if (i == 14 || i == 15) ticks += std::stod(field);
        }
        return ticks / double(::sysconf(_SC_CLK_TCK));
    }
    std::uint16_t port = 0;
    std::string link;

private:
    pid_t m_pid = 0;
};

// --- a client ------------------------------------------------------------------------------------------------------
class Client {
public:
    Client(boost::asio::io_context& io, const RelayProcess& relay) : m_socket(io)
    {
        const auto port = relay.port;
        auto& socket = boost::beast::get_lowest_layer(m_socket);
        error_code error;
        socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
        if (error) give_up("cannot connect: " + error.message());
        socket.set_option(tcp::no_delay(true));
        const auto host = "localhost:" + std::to_string(port);
        m_socket.set_option(websocket::stream_base::decorator([host](websocket::request_type& request) { request.set("Origin", "http://" + host); }));
        m_socket.binary(true);
        m_socket.read_message_max(wire::kFrameSizeMax);
        m_socket.handshake(host, "/ws");
        base::SystemRandom random;
        const auto link = directory::parse_founder_link(relay.link);
        if (!link) give_up("no administrator link");
        auto opened = channel::ClientChannel::open(link->relay_keys, random);
        if (!opened) give_up("keys that are none");
        m_channel.emplace(std::move(opened->channel));
        m_socket.write(boost::asio::buffer(opened->message));
    }
    void write(const wire::ClientFrame& frame) { m_socket.write(boost::asio::buffer(m_channel->seal(frame))); }
    wire::RelayFrame read()
    {
        for (;;) {
            m_socket.read(m_buffer);
            auto frame = m_channel->receive({static_cast<const std::uint8_t*>(m_buffer.data().data()), m_buffer.size()});
            m_buffer.consume(m_buffer.size());
            if (!frame) give_up("a malformed message");
            if (*frame) return std::move(**frame);
        }
    }
    void open_as_device(const crypto::SignaturePrivateKey& device)
    {
        const auto challenge = std::get<wire::Challenge>(read());
        write(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, challenge.nonce)});
        if (!std::holds_alternative<wire::Accepted>(read())) give_up("not accepted");
    }
    void append(const directory::Record& record)
    {
        write(wire::Append{1, 0, directory::encode(record)});
        if (!std::holds_alternative<wire::Appended>(read())) give_up("a record was refused");
    }

    void send(const wire::ClientFrame& frame)
    {
        m_queue.push_back(m_channel->seal(frame));
        if (m_queue.size() == 1) write_next();
    }
    void listen(std::function<void(const wire::RelayFrame&)> on_frame)
    {
        m_on_frame = std::move(on_frame);
        read_next();
    }

private:
    void write_next()
    {
        m_socket.async_write(boost::asio::buffer(m_queue.front()), [this](error_code error, std::size_t) {
            if (error) return;
            m_queue.pop_front();
            if (!m_queue.empty()) write_next();
        });
    }
    void read_next()
    {
        m_socket.async_read(m_buffer, [this](error_code error, std::size_t) {
            if (error == boost::asio::error::operation_aborted) return;
            if (error) give_up("the relay closed a session: " + error.message());
            const auto frame = m_channel->receive({static_cast<const std::uint8_t*>(m_buffer.data().data()), m_buffer.size()});
            if (!frame) give_up("a malformed message");
            if (*frame) m_on_frame(**frame);
            m_buffer.consume(m_buffer.size());
            read_next();
        });
    }
    websocket::stream<tcp::socket, false> m_socket;
    boost::beast::flat_buffer m_buffer;
    std::deque<base::Bytes> m_queue;
    std::function<void(const wire::RelayFrame&)> m_on_frame;
    std::optional<channel::ClientChannel> m_channel;
};

crypto::SignaturePrivateKey found(const RelayProcess& relay, base::Random& random)
{
    const auto root = crypto::SignaturePrivateKey::generate(random);
    const auto invite = crypto::SignaturePrivateKey::generate(random);
    const auto identity = crypto::SignaturePrivateKey::generate(random);
    auto device = crypto::SignaturePrivateKey::generate(random);
    const auto contact = crypto::DhPrivateKey::generate(random);
    const directory::DirectoryKey key(base::Bytes(32, 1));
    const auto token = directory::parse_founder_link(relay.link);
    if (!token) give_up("no administrator link");

    boost::asio::io_context io;
    Client founder(io, relay);
    (void)founder.read();   // the challenge
    wire::AuthenticateFounder frame;
    std::copy(token->token.view().begin(), token->token.view().end(), frame.token.begin());
    founder.write(frame);
    if (!std::holds_alternative<wire::Accepted>(founder.read())) give_up("the founder was not accepted");
    founder.append(directory::sign_organisation(root, *directory::seal_name(key, directory::NameOf::organisation, {"bench", ""}, random)));
    const base::UnixMilliseconds now = base::SystemClock().now();
    const auto certificate = directory::sign_invite(root, invite.public_key(), {now.value + 3'600'000}, directory::Role::member);
    founder.append(directory::sign_enrolment(certificate, invite, identity, *directory::seal_name(key, directory::NameOf::person, {"bench", ""}, random),
                                             directory::sign_device(identity, device.public_key(), contact.public_key(), now), base::Bytes(300, 1)));
    return device;
}

// A cell whose tag is unlike any other and whose next eight bytes say when it was made.
base::Bytes stamped_cell(base::Random& random)
{
    base::Bytes cell(wire::kCellSize, 0x5a);
    random.fill(base::MutableByteView(cell).first(wire::kTagSize));
    const auto now = now_ns();
    std::memcpy(cell.data() + wire::kTagSize, &now, sizeof now);
    return cell;
}

struct Percentiles {
    double median_ms = 0, p95_ms = 0, p99_ms = 0;
};
Percentiles percentiles(std::vector<std::uint64_t>& latencies_ns)
{
    if (latencies_ns.empty()) return {};
    std::sort(latencies_ns.begin(), latencies_ns.end());
    const auto at = [&](double share) { return double(latencies_ns[std::size_t(share * double(latencies_ns.size() - 1))]) / 1e6; };
    return {at(0.5), at(0.95), at(0.99)};
}

struct Figures {
    double seconds = 0, cpu_seconds = 0;
    std::uint64_t acknowledged = 0, delivered = 0;
    std::vector<std::uint64_t> append_latencies, delivery_latencies;
};

struct Load {
    unsigned writers = 1, in_flight = 1, followers = 0;
    double cells_per_second = 0;   // 0: as many as the acknowledgements allow
};

Figures measure(const RelayProcess& relay, const crypto::SignaturePrivateKey& device, base::Random& random, const Load& load, double seconds)
{
    boost::asio::io_context io;
    Figures figures;
    bool counting = false;
    std::vector<std::unique_ptr<Client>> clients;

    std::uint64_t end_of_board = 0;
    for (unsigned i = 0; i < load.followers; ++i) {
        auto client = std::make_unique<Client>(io, relay);
        client->open_as_device(device);
        if (i == 0) {
            for (std::uint64_t block = 0;; ++block) {   // where the board ends, by reading; runs before this one have filled it
                client->write(wire::Read{1, 1, block});
                const auto frame = client->read();
                if (std::holds_alternative<wire::Refused>(frame)) break;
                end_of_board = block * wire::kBlockEntries;
            }
        }
        client->write(wire::Follow{1, 1, end_of_board});
        for (bool caught_up = false; !caught_up;) {   // signed heads come in between
            const auto frame = client->read();
            const auto* entries = std::get_if<wire::Entries>(&frame);
            caught_up = entries != nullptr && entries->last;
        }
        client->listen([&](const wire::RelayFrame& frame) {
            const auto* entries = std::get_if<wire::Entries>(&frame);
            if (!counting || entries == nullptr || entries->entries.empty()) return;
            figures.delivered += entries->entries.size();
            std::uint64_t made = 0;
            std::memcpy(&made, entries->entries[0].data() + wire::kTagSize, sizeof made);
            figures.delivery_latencies.push_back(now_ns() - made);
        });
        clients.push_back(std::move(client));
    }

    struct WriterState {
        Client* client = nullptr;
        std::uint32_t next_request = 0;
        std::vector<std::uint64_t> sent = std::vector<std::uint64_t>(1024);
    };
    std::vector<std::unique_ptr<WriterState>> writers;
    const auto send_one = [&](WriterState& writer) {
        const auto id = ++writer.next_request;
        writer.sent[id % writer.sent.size()] = now_ns();
        writer.client->send(wire::Append{id, 1, stamped_cell(random)});
    };
    for (unsigned i = 0; i < load.writers; ++i) {
        auto client = std::make_unique<Client>(io, relay);
        client->open_as_device(device);
        auto state = std::make_unique<WriterState>();
        state->client = client.get();
        client->listen([&, writer = state.get()](const wire::RelayFrame& frame) {
            const auto* appended = std::get_if<wire::Appended>(&frame);
            if (appended == nullptr) give_up("a cell was refused");
            const auto id = appended->request_id;
            if (counting) {
                ++figures.acknowledged;
                figures.append_latencies.push_back(now_ns() - writer->sent[id % writer->sent.size()]);
            }
            if (load.cells_per_second == 0) send_one(*writer);
        });
        clients.push_back(std::move(client));
        writers.push_back(std::move(state));
    }

    boost::asio::steady_timer tick(io);
    const auto start = SteadyClock::now();
    std::uint64_t ticks = 0;
    std::function<void()> next_tick = [&] {
        tick.expires_at(start + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(double(++ticks) / load.cells_per_second)));
        tick.async_wait([&](error_code error) {
            if (error) return;
            send_one(*writers[ticks % writers.size()]);
            next_tick();
        });
    };
    if (load.cells_per_second > 0) {
        next_tick();
    } else {
        for (auto& writer : writers) {
            for (unsigned i = 0; i < load.in_flight; ++i) send_one(*writer);
        }
    }
    io.run_for(500ms);   // warm
    counting = true;
    const auto cpu = relay.cpu_seconds();
    const auto begin = SteadyClock::now();
    io.run_for(std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds)));
    figures.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    figures.cpu_seconds = relay.cpu_seconds() - cpu;
    return figures;
}

void print(const char* name, Figures figures)
{
    const auto append = percentiles(figures.append_latencies);
    std::printf("%-44s %9.0f appends/s   acknowledged after median %.2f ms, p95 %.2f ms, p99 %.2f ms; %.2f processor-seconds per second\n", name,
                double(figures.acknowledged) / figures.seconds, append.median_ms, append.p95_ms, append.p99_ms, figures.cpu_seconds / figures.seconds);
    if (figures.delivered == 0) return;
    const auto delivery = percentiles(figures.delivery_latencies);
    std::printf("%-44s %9.0f deliveries/s, %.0f per processor-second; delivered after median %.2f ms, p95 %.2f ms, p99 %.2f ms\n", "",
                double(figures.delivered) / figures.seconds, double(figures.delivered) / std::max(0.01, figures.cpu_seconds), delivery.median_ms,
                delivery.p95_ms, delivery.p99_ms);
}

}  // namespace

int main(int argument_count, char** arguments)
{
    std::filesystem::path program = std::filesystem::path(arguments[0]).parent_path() / "sinetti-relay";
    auto folder = std::filesystem::temp_directory_path();
    double seconds = 4;
    for (int i = 1; i + 1 < argument_count; i += 2) {
        const std::string option = arguments[i];
        if (option == "--relay") program = arguments[i + 1];
        else if (option == "--data") folder = arguments[i + 1];
        else if (option == "--seconds") seconds = std::stod(arguments[i + 1]);
        else give_up("options: --relay PROGRAM --data DIR --seconds N");
    }
    auto name = (folder / "bench-relay-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up("cannot write in " + folder.string());
    {
        base::SystemRandom random;
        const RelayProcess relay(program, name);
        const auto device = found(relay, random);
        print("1 writer x 1 in flight", measure(relay, device, random, {.writers = 1, .in_flight = 1}, seconds));
        print("64 writers x 1 in flight", measure(relay, device, random, {.writers = 64, .in_flight = 1}, seconds));
        print("64 writers x 64 in flight", measure(relay, device, random, {.writers = 64, .in_flight = 64}, seconds));
        print("trickle: 20 cells/s to 100 followers", measure(relay, device, random, {.writers = 4, .followers = 100, .cells_per_second = 20}, seconds));
        print("trickle: 200 cells/s to 100 followers", measure(relay, device, random, {.writers = 4, .followers = 100, .cells_per_second = 200}, seconds));
        print("saturated: 64 x 8 in flight, 100 followers", measure(relay, device, random, {.writers = 64, .in_flight = 8, .followers = 100}, seconds));
    }
    std::filesystem::remove_all(name);
    return 0;
}
