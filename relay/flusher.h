#pragma once
// Sends at the end of a turn of the I/O thread: whatever was queued for a connection by then goes out in one system call, be it a
// published message, the acknowledgements of a whole batch or both. Sending to many takes long: answers go first, and after
// kFlushSlice of the rest the thread looks at what has come in before it goes on, so that who appends does not wait for a thousand
// followers.

#include "relay/limits.h"
#include "relay/store_threads.h"

#include <chrono>
#include <deque>
#include <memory>

namespace sinetti::relay {

class Flusher {
public:
    class Target {
    public:
        virtual ~Target() = default;
        virtual void flush() = 0;   // sends what it can without waiting
    };

    enum class Order : std::uint8_t { answers, shared };

    explicit Flusher(Post post) : m_post(std::move(post)) {}
    void schedule(std::shared_ptr<Target> target, Order order);

private:
    using Targets = std::deque<std::shared_ptr<Target>>;
    void run();
    static void flush_first(Targets& targets);

    Post m_post;
    Targets m_answers, m_shared;
    bool m_posted = false;
};

}  // namespace sinetti::relay
