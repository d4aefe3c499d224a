#pragma once
// Those who mean harm, each as a process of its own: what it does to the relay, as often as somebody far away could, until it is ended.
// It runs at a lower priority than the relay and its honest clients: an attacker has a machine of their own, and takes nothing of theirs.

#include "bench/relay/server.h"

#include <atomic>

namespace sinetti::bench {

class Attacker {
public:
    using Count = std::atomic<std::uint64_t>;              // what it has done, across processes
    using Attack = std::function<void(Count&)>;            // never returns
    explicit Attacker(const Attack& attack);
    ~Attacker();                                           // with all its connections
    Attacker(const Attacker&) = delete;
    Attacker& operator=(const Attacker&) = delete;
    std::uint64_t count() const { return *m_count; }

private:
    Count* m_count;
    int m_pid;
};

// What they do, by name, with what of it is counted. An attack is made ready here, and begins when it is called.
struct NamedAttack {
    std::string name, unit;
    std::function<Attacker::Attack(RelayServer&)> prepare;
};
std::vector<NamedAttack> attacks();

}  // namespace sinetti::bench
