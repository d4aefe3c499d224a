#include "bench/relay/hostile.h"

#include "base/random.h"
#include "bench/relay/load.h"
#include "blobs/address.h"
#include "channel/channel.h"
#include "wire/block.h"
#include "wire/frame.h"
#include "wire/limits.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <new>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sinetti::bench {

namespace {

constexpr int kNiceness = 10;                          // less than ours
constexpr double kConnectionRate = 1000;               // connections a second, of those that come again and again
constexpr std::size_t kIdle = 1000;                    // half-open ones, at once
constexpr double kSlowBytes = 10;                      // bytes a second of each sender that is slow
constexpr std::size_t kFollowersThatNeverRead = 16;
constexpr std::size_t kDownloads = 64;                 // at once
constexpr double kLine = 125e6;                        // bytes a second: what a flood takes and sends at the most, a Gbit/s
constexpr std::uint64_t kTurn = 1'000'000;             // nanoseconds
constexpr std::size_t kUnsentMax = 1u << 20;           // bytes; a flood that is held up seals no more

base::Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// A socket that may fail: then it is there no more.
class Wire {
public:
    explicit Wire(std::uint16_t port, int receive_buffer = 0) : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (receive_buffer > 0) ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
    }
    Wire(Wire&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Wire& operator=(Wire&& other) noexcept
    {
        close();
        m_fd = std::exchange(other.m_fd, -1);
        return *this;
    }
    ~Wire() { close(); }

    bool is_open() const { return m_fd >= 0; }
    void close()
    {
        if (m_fd >= 0) ::close(std::exchange(m_fd, -1));
    }
    // At once, and what does not fit is not sent.
    void send(base::ByteView bytes)
    {
        if (is_open() && ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN) close();
    }
    // Waits for something, at most a second. Empty: the end.
    base::Bytes receive()
    {
        base::Bytes bytes(16384);
        pollfd waited{.fd = m_fd, .events = POLLIN, .revents = 0};
        const auto received = is_open() && ::poll(&waited, 1, 1000) > 0 ? ::recv(m_fd, bytes.data(), bytes.size(), 0) : 0;
        bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(received, 0)));
        if (received <= 0) close();
        return bytes;
    }
    std::size_t discard(std::size_t most)
    {
        const auto received = is_open() ? ::recv(m_fd, nullptr, most, MSG_TRUNC | MSG_DONTWAIT) : -1;
        if (received == 0) close();
        return static_cast<std::size_t>(std::max<ssize_t>(received, 0));
    }

private:
    int m_fd;
};

// So many a second, however long the turns are; what could not be done in time is not made up for.
class Pace {
public:
    explicit Pace(double rate) : m_rate(rate), m_last(now_ns()) {}
    std::size_t due()
    {
        const auto now = now_ns();
        m_due = std::min(m_due + m_rate * double(now - m_last) / 1e9, std::max(1.0, m_rate / 20));
        m_last = now;
        const auto whole = static_cast<std::size_t>(m_due);
        m_due -= double(whole);
        return whole;
    }

private:
    double m_rate, m_due = 0;
    std::uint64_t m_last;
};

void rest() { ::poll(nullptr, 0, static_cast<int>(kTurn / 1'000'000)); }

// A new connection again and again; what is done with one, until it is left.
Attacker::Attack again_and_again(std::uint16_t port, std::function<void(Wire&)> what)
{
    return [=](Attacker::Count& count) {
        for (Pace pace(kConnectionRate);; rest())
            for (auto due = pace.due(); due > 0; --due) {
                Wire wire(port);
                what(wire);
                ++count;
            }
    };
}

bool shake_hands(Wire& wire, std::uint16_t port)
{
    wire.send(bytes_of(upgrade_request(port, "/ws")));
    return !wire.receive().empty();
}

// A WebSocket whose first message is this one.
Attacker::Attack opens_with(std::uint16_t port, std::function<base::Bytes()> message)
{
    return again_and_again(port, [=](Wire& wire) {
        if (!shake_hands(wire, port)) return;
        wire.send(masked_frame(message()));
        wire.receive();
    });
}

// A channel that is opened as it should be, and then says what it may not.
Attacker::Attack opens_and_says(RelayServer& relay, std::function<base::Bytes(channel::ClientChannel&)> what)
{
    return again_and_again(relay.port(), [port = relay.port(), keys = relay.keys(), what](Wire& wire) {
        base::SystemRandom random;
        auto opened = channel::ClientChannel::open(keys, random);
        if (!opened || !shake_hands(wire, port)) return;
        auto both = masked_frame(opened->message);
        const auto second = masked_frame(what(opened->channel));
        both.insert(both.end(), second.begin(), second.end());
        wire.send(both);
        wire.receive();
    });
}

// Many connections at once, each beginning with the same, and again when the relay ends them; then a byte of `more` now and then.
Attacker::Attack keeps_open(std::uint16_t port, base::Bytes first, base::Bytes more = {})
{
    return [=](Attacker::Count& count) {
        std::vector<Wire> wires;
        std::vector<std::size_t> said(kIdle);
        Pace pace(more.empty() ? double(kIdle) : kSlowBytes * kIdle), coming(kConnectionRate);
        for (std::size_t next = 0;; rest()) {
            for (auto due = coming.due(); due > 0 && wires.size() < kIdle; --due, ++count) {
                wires.emplace_back(port);
                if (!first.empty()) wires.back().send(first);
            }
            for (auto due = pace.due(); due > 0 && !wires.empty(); --due) {
                next = (next + 1) % wires.size();
                auto& wire = wires[next];
                wire.discard(1u << 20);
                if (!more.empty() && said[next] < more.size()) wire.send(base::ByteView(more).subspan(said[next]++, 1));
                if (wire.is_open()) continue;
                wire = Wire(port);
                if (!first.empty()) wire.send(first);
                said[next] = 0;
                ++count;
            }
        }
    };
}

// One session of a member, as fast as its line is; after what is to come first, of which each is answered.
Attacker::Attack floods(RelayServer& relay, std::function<wire::ClientFrame(std::uint32_t number)> frame, const std::vector<wire::ClientFrame>& first = {})
{
    std::shared_ptr<MemberSession> member = relay.member();
    for (const auto& one : first) {
        member->queue(one);
        (void)member->stream().flush();
        (void)member->stream().receive();
    }
    member->stream().set_non_blocking();
    return [=](Attacker::Count& count) {
        Pace sending(kLine), taking(kLine);
        double line = 0, taken = 0;
        for (std::uint32_t number = 1;; rest()) {
            for (line += double(sending.due()); line > 0 && member->stream().unsent() < kUnsentMax; ++count) {
                const auto before = member->stream().unsent();
                member->queue(frame(number++));
                line -= double(member->stream().unsent() - before);
            }
            line = std::min(line, 0.0);
            (void)member->stream().flush();
            for (taken = std::min(taken + double(taking.due()), kLine / 20); taken >= 1;) {
                const auto some = ::recv(member->stream().fd(), nullptr, static_cast<std::size_t>(taken), MSG_TRUNC | MSG_DONTWAIT);
                if (some == 0) give_up("the relay ended the session of who floods it");
                if (some < 0) break;
                taken -= double(some);
            }
        }
    };
}

wire::ClientFrame append_of(std::uint32_t number)
{
    base::Bytes cell(wire::kCellSize, 0x5a);
    const std::uint64_t tag[2] = {number, static_cast<std::uint64_t>(::getpid()) << 32 ^ now_ns()};
    std::memcpy(cell.data(), tag, sizeof tag);
    return wire::Append{number, wire::kFirstCellBoard, std::move(cell)};
}

wire::ClientFrame ping_of(std::uint32_t number) { return wire::Ping{number}; }
wire::ClientFrame read_of(std::uint32_t number) { return wire::Read{number, wire::kFirstCellBoard, number % 8}; }

// A blob of its own, again and again.
Attacker::Attack reads_blob(RelayServer& relay)
{
    const wire::BlobUploadKey key{0x5a};
    std::vector<wire::ClientFrame> first{wire::BlobCreate{1, key, 0, 1}};
    for (std::uint32_t i = 0; i < wire::blob_chunks(0); ++i) first.push_back(wire::BlobWrite{i + 2, key, i, base::Bytes(wire::kBlobChunkSize, 0x5a)});
    const auto address = blobs::address_of(key);
    return floods(relay, [address](std::uint32_t number) { return wire::BlobRead{number, address, number * wire::kBlobChunksRead % wire::blob_chunks(0)}; }, first);
}

Attacker::Attack never_reads(RelayServer& relay)
{
    std::vector<std::shared_ptr<MemberSession>> members;
    for (std::size_t i = 0; i < kFollowersThatNeverRead; ++i) {
        members.push_back(relay.member());
        const int small = 4096;
        ::setsockopt(members.back()->stream().fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        members.back()->stream().set_non_blocking();
        members.back()->queue(wire::Follow{1, wire::kFirstCellBoard, 0});
    }
    return [=](Attacker::Count& count) {
        count = members.size();
        Pace pace(double(members.size()));   // and goes on talking
        for (std::size_t next = 0;; rest())
            for (auto due = pace.due(); due > 0; --due) {
                auto& member = members[next++ % members.size()];
                if (next > members.size()) member->queue(wire::Ping{next});
                (void)member->stream().flush();
            }
    };
}

Attacker::Attack downloads(RelayServer& relay)
{
    return [port = relay.port()](Attacker::Count& count) {
        std::vector<Wire> wires;
        const auto ask = [&](Wire& wire) { wire.send(bytes_of("GET /board/1/block/" + std::to_string(count++ % 8) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")); };
        for (std::size_t i = 0; i < kDownloads; ++i) ask(wires.emplace_back(port));
        std::vector<std::size_t> taken(wires.size());
        Pace pace(kLine);
        double line = 0;
        for (std::size_t next = 0;; rest()) {
            line = std::min(line + double(pace.due()), kLine / 20);
            for (std::size_t i = 0; i < wires.size() && line >= 1; ++i) {
                next = (next + 1) % wires.size();
                const auto some = wires[next].discard(static_cast<std::size_t>(line));
                line -= double(some);
                taken[next] += some;
                if (!wires[next].is_open()) wires[next] = Wire(port);
                else if (taken[next] < wire::kBlockSize) continue;   // all of one, but for its head
                taken[next] = 0;
                ask(wires[next]);
            }
        }
    };
}

}  // namespace

Attacker::Attacker(const Attack& attack)
{
    void* shared = ::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) give_up("no memory to count in");
    m_count = new (shared) Count(0);
    m_pid = ::fork();
    if (m_pid < 0) give_up("no process for an attacker");
    if (m_pid > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const sched_param none{};
    (void)::sched_setscheduler(0, SCHED_OTHER, &none);   // whatever the benchmark itself was started under
    (void)!::nice(kNiceness);
    attack(*m_count);
    ::_exit(1);
}

Attacker::~Attacker()
{
    ::kill(m_pid, SIGKILL);
    int status = 0;
    ::waitpid(m_pid, &status, 0);
    if (!WIFSIGNALED(status)) give_up("an attacker gave up");
    ::munmap(static_cast<void*>(m_count), sizeof(Count));
}

std::vector<NamedAttack> attacks()
{
    const auto random = [](std::size_t size) {
        base::SystemRandom source;
        base::Bytes bytes(size);
        source.fill(bytes);
        return bytes;
    };
    const auto opening = [](RelayServer& relay) {
        base::SystemRandom source;
        auto opened = channel::ClientChannel::open(relay.keys(), source);
        if (!opened) give_up("keys that are none");
        return std::move(opened->message);
    };
    return {
        {"malformed openings", "a second", [=](RelayServer& relay) { return opens_with(relay.port(), [=] { return random(wire::kFrameSizes[0]); }); }},
        {"malformed frames", "a second", [=](RelayServer& relay) { return opens_and_says(relay, [=](channel::ClientChannel&) { return random(wire::kFrameSizes[1]); }); }},
        {"oversized frames", "a second", [=](RelayServer& relay) { return opens_with(relay.port(), [message = random(wire::kFrameSizes[4] - 2000)] { return message; }); }},
        {"replayed openings", "a second", [=](RelayServer& relay) { return opens_with(relay.port(), [message = opening(relay)] { return message; }); }},
        {"frames out of state", "a second", [](RelayServer& relay) { return opens_and_says(relay, [](channel::ClientChannel& channel) { return channel.seal(append_of(1)); }); }},
        {"1,000 half-open: TCP alone", "opened", [](RelayServer& relay) { return keeps_open(relay.port(), {}); }},
        {"1,000 half-open: half a handshake", "opened", [](RelayServer& relay) {
             const auto request = upgrade_request(relay.port(), "/ws");
             return keeps_open(relay.port(), bytes_of(request.substr(0, request.size() / 2)));
         }},
        {"1,000 slow heads, byte by byte", "opened", [](RelayServer& relay) { return keeps_open(relay.port(), {}, bytes_of(upgrade_request(relay.port(), "/ws"))); }},
        {"1,000 slow frames, byte by byte", "opened", [=](RelayServer& relay) { return keeps_open(relay.port(), bytes_of(upgrade_request(relay.port(), "/ws")), masked_frame(random(wire::kFrameSizes[3]))); }},
        {"16 followers that never read", "sessions", never_reads},
        {"one token's flood: appends", "a second", [](RelayServer& relay) { return floods(relay, append_of); }},
        {"one token's flood: pings", "a second", [](RelayServer& relay) { return floods(relay, ping_of); }},
        {"one token's flood: reads", "a second", [](RelayServer& relay) { return floods(relay, read_of); }},
        {"one token's flood: all three", "a second", [](RelayServer& relay) {
             return floods(relay, [](std::uint32_t number) { return number % 3 == 0 ? append_of(number) : number % 3 == 1 ? ping_of(number) : read_of(number); });
         }},
        {"one token's flood: reads of a blob", "a second", reads_blob},
        {"connections", "a second", [](RelayServer& relay) { return again_and_again(relay.port(), [](Wire&) {}); }},
        {"64 downloads of blocks", "a second", downloads},
    };
}

}  // namespace sinetti::bench
