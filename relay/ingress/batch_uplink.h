#pragma once
// The ingress's own connection to the relay, for batches. It is opened when there is something to pass on, and again a second after it
// was lost. What the relay does not take is dropped, a second's batches at a time: whose they were plays no part in it, and whoever
// had a cell in them sends it again.

#include "relay/observer.h"
#include "uplink/uplink.h"

#include <functional>

namespace sinetti::ingress {

class BatchUplink final : private uplink::Listener {
public:
    BatchUplink(boost::asio::io_context& io, uplink::Settings settings);

    void pass_on(std::vector<base::Bytes>&& batches, relay::Observer* observer);
    void finish(std::function<void()> done);   // what is queued goes out; nothing is taken any more
    void cut() { m_uplink.reset(); }

    std::uint64_t passed_on() const { return m_passed_on; }   // messages of clients
    std::uint64_t dropped() const { return m_dropped; }
    bool is_open() const { return m_opened; }

private:
    void on_opened() override;
    void on_received(base::ByteView) override {}              // the relay says nothing here
    void on_ended(const uplink::Ended& ended) override;

    boost::asio::io_context& m_io;
    uplink::Settings m_settings;
    std::optional<uplink::Uplink> m_uplink;
    bool m_opened = false;
    bool m_finished = false;
    bool m_trouble_said = false;                              // until it is over
    std::uint64_t m_passed_on = 0, m_dropped = 0;
};

}  // namespace sinetti::ingress
