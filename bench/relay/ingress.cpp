#include "bench/relay/ingress.h"

#include "wire/limits.h"

#include <cstring>
#include <poll.h>

namespace sinetti::bench {

namespace {

constexpr std::size_t kCoversAtHand = 64;              // sent again and again: sealing them is the clients' work
constexpr double kSettling = 3;                        // seconds, until every client has sent in each
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kStamp = 16;                     // where a cell says when it was sent, behind a tag of its own

}  // namespace

Ingress::Ingress(const std::filesystem::path& program, const std::filesystem::path& folder, RelayServer& relay, Batching batching) : m_relay(relay)
{
    m_port = launch_listening({program.string(), "ingress", "--port", "0", "--upstream", "http://127.0.0.1:" + std::to_string(relay.port()), "--app", (folder / "app").string(),
                               "--batching", batching == Batching::on ? "on" : "off"});
}

MixedFigures mix(Ingress& ingress, unsigned clients, unsigned cells, double seconds)
{
    auto& relay = ingress.relay();
    const auto reader = ingress.connect(Role::follower);
    reader->stream().set_non_blocking();
    std::vector<std::unique_ptr<Session>> sessions;
    for (unsigned i = 0; i < clients; ++i) {
        sessions.push_back(ingress.connect(Role::writer));
        sessions.back()->stream().set_non_blocking();
    }
    std::vector<base::Bytes> covers;
    for (std::size_t i = 0; i < kCoversAtHand; ++i) covers.push_back(relay.cover());
    const auto cells_in_all = static_cast<std::size_t>(cells * (kSettling + seconds + 1));
    relay.have_tokens(cells_in_all);

    MixedFigures figures;
    bool counting = false;
    std::uint64_t number = 0, sent = 0;
    const auto cell_in = [&](std::uint64_t now) {
        base::Bytes payload(kPayloadSize, 0x5a);
        const std::uint64_t tag[2] = {++number, now};
        std::memcpy(payload.data(), tag, sizeof tag);
        std::memcpy(payload.data() + kStamp, &now, sizeof now);
        return relay.mixed_cell(payload);
    };
    const auto read = [&] {
        reader->stream().receive_all([&](base::ByteView received) {
            reader->take(received, [&](base::ByteView payload) {
                std::uint64_t made = 0;
                std::memcpy(&made, payload.data() + kStamp, sizeof made);
                if (!counting) return;
                figures.latencies.nanoseconds.push_back(now_ns() - made);
            });
        });
        if (reader->stream().is_closed()) give_up("the ingress closed the reader's session");
    };
    // Client i sends at i/clients of each second, and every so manieth time it is a cell.
    const auto interval = kSecond / clients;
    auto due = now_ns();
    double phase = 0;
    const auto run_for = [&](double length) {
        for (const auto end = now_ns() + static_cast<std::uint64_t>(length * 1e9); now_ns() < end;) {
            for (const auto now = now_ns(); due <= now; due += interval, ++sent) {
                auto& stream = sessions[sent % clients]->stream();
                phase += double(cells) / clients;
                const bool is_cell = phase >= 1;
                if (is_cell) {
                    phase -= 1;
                    stream.queue(cell_in(now));
                } else {
                    stream.queue(covers[sent % covers.size()]);
                }
                if (!stream.flush()) give_up("the ingress does not take a message a second");
                stream.discard_all();   // pings, and signed heads
                if (stream.is_closed()) give_up("the ingress closed a client's session");
            }
            pollfd waited{.fd = reader->stream().fd(), .events = POLLIN, .revents = 0};
            ::poll(&waited, 1, 1);
            read();
        }
    };
    run_for(kSettling);
    counting = true;
    const auto begin = now_ns();
    const auto cpu = ingress.cpu_seconds(), relay_cpu = relay.cpu_seconds();
    const auto sent_before = sent;
    run_for(seconds);
    figures.seconds = double(now_ns() - begin) / 1e9;
    figures.cpu_seconds = ingress.cpu_seconds() - cpu;
    figures.relay_cpu_seconds = relay.cpu_seconds() - relay_cpu;
    figures.messages = double(sent - sent_before);
    return figures;
}

}  // namespace sinetti::bench
