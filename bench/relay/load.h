#pragma once
// Followers and writers of one server, driven from one epoll loop. A few followers, evenly spread, open and understand everything they
// get; of the others the bytes are counted and thrown away, so that the clients leave the machine to the server.

#include "bench/relay/server.h"

#include <deque>
#include <optional>

namespace sinetti::bench {

struct Latencies {
    std::vector<std::uint64_t> nanoseconds;
    std::optional<double> milliseconds(double share) const;   // nullopt: none were measured
};

struct FanOutFigures {
    double seconds = 0, cpu_seconds = 0, deliveries = 0;
    double bytes_per_delivery = 0;                            // WebSocket frames included, TCP and IP not
    unsigned sessions_lost = 0;                               // that the server closed, of all followers and since they came
    Latencies latencies;                                      // from the writer's queue to a follower
    Latencies append_latencies;                               // and to its acknowledgement
};

struct AppendFigures {
    double seconds = 0, cpu_seconds = 0;
    std::uint64_t acknowledged = 0;
    Latencies latencies;                                      // from the writer's queue to its acknowledgement
    std::uint64_t lag = 0;                                    // cells that the last follower of the sample had yet to get, at the end
};

class Load {
public:
    Load(Server& server, unsigned followers);
    ~Load();

    // `window` payloads are on their way to the slowest follower of the sample at any time, from all writers together.
    FanOutFigures saturate(unsigned writers, unsigned window, double seconds);
    // So many payloads a second, evenly.
    FanOutFigures trickle(unsigned writers, double payloads_per_second, double seconds);
    // Every writer has so many appends without an acknowledgement at any time.
    AppendFigures append(unsigned writers, unsigned in_flight, double seconds);
    void deliver_one();                                       // one payload to everybody, and waits until all have it

private:
    struct Writer {
        std::unique_ptr<Session> session;
        std::deque<std::uint64_t> sent;                       // when; not acknowledged yet
        std::size_t acknowledged = 0;
        bool blocked = false;
    };
    struct Follower {
        std::unique_ptr<Session> session;
        std::optional<std::size_t> sample;                    // its place in the sample
        std::size_t bytes = 0;
    };
    FanOutFigures fan_out(double seconds, const std::function<void(std::uint64_t now)>& publish_what_is_due);
    void add_writers(unsigned count);
    void publish(Writer& writer);
    void flush(std::size_t index);
    void watch(int operation, int fd, std::uint32_t events, std::uint32_t id);
    void turn(int timeout_ms);                                // whatever is ready
    void stay();                                              // says for each from time to time that it is there
    void on_follower(Follower& follower);
    void lose(Follower& follower);
    void on_writer(std::size_t index, std::uint32_t events);
    std::uint64_t slowest() const;
    void count_deliveries(FanOutFigures& figures) const;      // since start_counting()
    void start_counting();
    template<typename Work>
    void run_for(double seconds, Work&& work);

    Server& m_server;
    int m_epoll = -1;
    std::vector<Follower> m_followers;
    std::vector<std::unique_ptr<Writer>> m_writers;
    std::vector<std::uint64_t> m_sample;                      // payloads each of the sample has got
    std::vector<std::uint64_t> m_sample_start;
    std::uint64_t m_published = 0;
    unsigned m_lost = 0;
    std::uint64_t m_stayed = 0;                               // when
    bool m_counting = false;
    Latencies m_delivery_latencies, m_append_latencies;
    std::uint64_t m_acknowledged = 0;
    std::uint64_t m_random;                                   // another start for each: a board takes no tag twice
};

std::uint64_t now_ns();

}  // namespace sinetti::bench
