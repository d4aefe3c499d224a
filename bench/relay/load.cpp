#include "bench/relay/load.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <sys/epoll.h>
#include <unistd.h>

namespace sinetti::bench {

namespace {

constexpr unsigned kSampleMax = 8;
constexpr unsigned kConnectedAtOnce = 64;
constexpr double kWarmUp = 0.7;                // seconds
constexpr std::uint32_t kWriterBit = 1u << 31;
constexpr std::size_t kStampOffset = 16;
constexpr std::uint64_t kStayInterval = 20'000'000'000;
constexpr std::uint64_t kPatience = 30'000'000'000;
constexpr std::uint64_t kLost = UINT64_MAX;    // in place of what a follower of the sample has got

}  // namespace

std::uint64_t now_ns()
{
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::optional<double> Latencies::milliseconds(double share) const
{
    if (nanoseconds.empty()) return {};
    auto sorted = nanoseconds;
    std::sort(sorted.begin(), sorted.end());
    return double(sorted[std::size_t(share * double(sorted.size() - 1))]) / 1e6;
}

Load::Load(Server& server, unsigned followers) : m_server(server), m_epoll(::epoll_create1(EPOLL_CLOEXEC)), m_random(now_ns() * 0x9e3779b97f4a7c15 | 1)
{
    const unsigned sample = std::min(followers, kSampleMax);
    std::vector<std::unique_ptr<Session>> connected;
    for (unsigned i = 0; i < followers; ++i) {
        if (connected.empty()) {
            turn(0);   // those that are there hear pings and the like
            connected = m_server.connect_all(Role::follower, std::min(followers - i, kConnectedAtOnce));
        }
        Follower follower{.session = std::move(connected.back()), .sample = {}};
        connected.pop_back();
        // The first, the last, and some between them.
        if (m_sample.size() < sample && i == (sample == 1 ? 0 : m_sample.size() * (followers - 1) / (sample - 1))) {
            follower.sample = m_sample.size();
            m_sample.push_back(0);
        }
        follower.session->stream().set_non_blocking();
        watch(EPOLL_CTL_ADD, follower.session->stream().fd(), EPOLLIN, i);
        m_followers.push_back(std::move(follower));
    }
    m_sample_start = m_sample;
}

Load::~Load()
{
    ::close(m_epoll);
}

void Load::watch(int operation, int fd, std::uint32_t events, std::uint32_t id)
{
    epoll_event event{};
    event.events = events;
    event.data.u32 = id;
    if (::epoll_ctl(m_epoll, operation, fd, &event) != 0) give_up("epoll refuses a socket");
}

void Load::add_writers(unsigned count)
{
    m_writers.clear();
    for (unsigned i = 0; i < count; ++i) {
        auto writer = std::make_unique<Writer>();
        writer->session = m_server.connect(Role::writer);
        writer->session->stream().set_non_blocking();
        watch(EPOLL_CTL_ADD, writer->session->stream().fd(), EPOLLIN, kWriterBit | i);
        m_writers.push_back(std::move(writer));
    }
}

void Load::publish(Writer& writer)
{
    base::Bytes payload(kPayloadSize, 0x5a);
    for (std::size_t i = 0; i < kStampOffset; i += 8) {   // xorshift64: unlike any other is enough
        m_random ^= m_random << 13, m_random ^= m_random >> 7, m_random ^= m_random << 17;
        std::memcpy(payload.data() + i, &m_random, 8);
    }
    const auto now = now_ns();
    std::memcpy(payload.data() + kStampOffset, &now, sizeof now);
    writer.session->publish(payload);
    writer.sent.push_back(now);
    ++m_published;
}

void Load::flush(std::size_t index)
{
    auto& writer = *m_writers[index];
    const bool blocked = !writer.session->stream().flush();
    if (blocked == writer.blocked) return;
    writer.blocked = blocked;
    watch(EPOLL_CTL_MOD, writer.session->stream().fd(), EPOLLIN | (blocked ? EPOLLOUT : 0u), kWriterBit | static_cast<std::uint32_t>(index));
}

void Load::on_writer(std::size_t index, std::uint32_t events)
{
    auto& writer = *m_writers[index];
    if ((events & EPOLLOUT) != 0) flush(index);
    if ((events & EPOLLIN) == 0) return;
    auto& session = *writer.session;
    session.stream().receive_all([&](base::ByteView received) { session.take(received, [](base::ByteView) {}); });
    if (session.stream().is_closed()) give_up("a server closed a writer's session");
    for (const auto now = now_ns(); writer.acknowledged < session.acknowledged(); ++writer.acknowledged) {
        if (m_counting) {
            ++m_acknowledged;
            m_append_latencies.nanoseconds.push_back(now - writer.sent.front());
        }
        writer.sent.pop_front();
    }
}

void Load::on_follower(Follower& follower)
{
    auto& session = *follower.session;
    if (!follower.sample) {
        follower.bytes += session.stream().discard_all();
        return lose(follower);
    }
    follower.bytes += session.stream().receive_all([&](base::ByteView received) {
        session.take(received, [&](base::ByteView payload) {
            std::uint64_t made = 0;
            std::memcpy(&made, payload.data() + kStampOffset, sizeof made);
            const auto now = now_ns();
            if (made > now) return;   // of an attacker
            ++m_sample[*follower.sample];
            if (m_counting) m_delivery_latencies.nanoseconds.push_back(now - made);
        });
    });
    lose(follower);
}

// Goes on without it, if the server has closed its session.
void Load::lose(Follower& follower)
{
    if (!follower.session->stream().is_closed()) return;
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, follower.session->stream().fd(), nullptr);
    ++m_lost;
    if (follower.sample) m_sample[*follower.sample] = kLost;
    if (slowest() == kLost) give_up("a server closed every session that was looked at");
}

void Load::stay()
{
    if (now_ns() - m_stayed < kStayInterval) return;
    m_stayed = now_ns();
    for (auto& follower : m_followers) follower.session->stream().stay();
}

void Load::turn(int timeout_ms)
{
    stay();
    epoll_event events[256];
    const int count = ::epoll_wait(m_epoll, events, 256, timeout_ms);
    for (int i = 0; i < count; ++i) {
        const auto id = events[i].data.u32;
        if ((id & kWriterBit) != 0)
            on_writer(id & ~kWriterBit, events[i].events);
        else
            on_follower(m_followers[id]);
    }
}

std::uint64_t Load::slowest() const
{
    return *std::min_element(m_sample.begin(), m_sample.end());
}

void Load::start_counting()
{
    m_counting = true;
    m_acknowledged = 0;
    m_delivery_latencies = {};
    m_append_latencies = {};
    m_sample_start = m_sample;
    for (auto& follower : m_followers) follower.bytes = 0;
}

void Load::count_deliveries(FanOutFigures& figures) const
{
    double payloads = 0, sample_bytes = 0, bytes = 0;
    for (std::size_t i = 0; i < m_sample.size(); ++i)
        if (m_sample[i] != kLost) payloads += double(m_sample[i] - m_sample_start[i]);
    for (const auto& follower : m_followers) (follower.sample && m_sample[*follower.sample] != kLost ? sample_bytes : bytes) += double(follower.bytes);
    if (payloads == 0) return;
    figures.bytes_per_delivery = sample_bytes / payloads;
    figures.deliveries = payloads + bytes / figures.bytes_per_delivery;
}

template<typename Work>
void Load::run_for(double seconds, Work&& work)
{
    for (const auto end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9); now_ns() < end;) {
        work();
        turn(1);
    }
}

FanOutFigures Load::fan_out(double seconds, const std::function<void(std::uint64_t)>& publish_what_is_due)
{
    const auto work = [&] { publish_what_is_due(now_ns()); };
    run_for(kWarmUp, work);
    start_counting();
    const auto cpu = m_server.cpu_seconds();
    const auto begin = now_ns();
    run_for(seconds, work);
    m_counting = false;
    FanOutFigures figures;
    figures.seconds = double(now_ns() - begin) / 1e9;
    figures.cpu_seconds = m_server.cpu_seconds() - cpu;
    figures.sessions_lost = m_lost;
    count_deliveries(figures);
    figures.latencies = std::move(m_delivery_latencies);
    figures.append_latencies = std::move(m_append_latencies);
    // What is on its way arrives, so that the next measurement begins with nothing in the air.
    for (const auto start = now_ns(); slowest() < m_published && now_ns() - start < kPatience;) turn(1);
    if (slowest() < m_published) {
        std::fprintf(stderr, "   %llu payloads were lost\n", static_cast<unsigned long long>(m_published - slowest()));
        for (auto& count : m_sample) count = count == kLost ? kLost : m_published;
    }
    return figures;
}

FanOutFigures Load::saturate(unsigned writers, unsigned window, double seconds)
{
    add_writers(writers);
    std::size_t next = 0;
    return fan_out(seconds, [&](std::uint64_t) {
        while (m_published - slowest() < window) {
            const auto turns = std::min<std::size_t>(m_writers.size(), window - static_cast<std::size_t>(m_published - slowest()));
            for (std::size_t i = 0; i < turns; ++i) publish(*m_writers[next++ % m_writers.size()]);
        }
        for (std::size_t i = 0; i < m_writers.size(); ++i) flush(i);
    });
}

FanOutFigures Load::trickle(unsigned writers, double payloads_per_second, double seconds)
{
    if (m_writers.size() != writers) add_writers(writers);
    const auto interval = static_cast<std::uint64_t>(1e9 / payloads_per_second);
    auto due = now_ns();
    std::size_t next = 0;
    return fan_out(seconds, [&](std::uint64_t now) {
        for (; now >= due; due += interval) {
            const auto index = next++ % m_writers.size();
            publish(*m_writers[index]);
            flush(index);
        }
    });
}

AppendFigures Load::append(unsigned writers, unsigned in_flight, double seconds)
{
    add_writers(writers);
    const auto work = [&] {
        for (std::size_t i = 0; i < m_writers.size(); ++i) {
            while (m_writers[i]->sent.size() < in_flight) publish(*m_writers[i]);
            flush(i);
        }
    };
    run_for(kWarmUp, work);
    start_counting();
    const auto cpu = m_server.cpu_seconds();
    const auto begin = now_ns();
    run_for(seconds, work);
    m_counting = false;
    AppendFigures figures;
    figures.seconds = double(now_ns() - begin) / 1e9;
    figures.cpu_seconds = m_server.cpu_seconds() - cpu;
    figures.acknowledged = m_acknowledged;
    figures.latencies = std::move(m_append_latencies);
    figures.lag = m_sample.empty() ? 0 : m_published - slowest();
    return figures;
}

void Load::deliver_one()
{
    add_writers(1);
    start_counting();
    publish(*m_writers[0]);
    flush(0);
    const auto all = [&] { return std::all_of(m_followers.begin(), m_followers.end(), [](const Follower& follower) { return follower.bytes >= kPayloadSize; }); };
    for (const auto start = now_ns(); !all();) {
        turn(10);
        if (now_ns() - start > kPatience) give_up("a follower did not get what was published");
    }
    m_counting = false;
}

}  // namespace sinetti::bench
