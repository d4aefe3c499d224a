#include "platform/host_backend.h"
#include "platform/host_transport.h"
#include "platform/record_batch.h"
#include "tests/platform/recording_host.h"

#include <doctest/doctest.h>

#include <memory>

using namespace sinetti;
using namespace sinetti::platform;

namespace {

struct Listener final : net::TransportListener {
    void on_opened() override { log.push_back("opened"); }
    void on_frame(base::ByteView frame) override { log.push_back("frame " + std::to_string(frame.size())); }
    void on_closed() override
    {
        log.push_back("closed");
        if (reopen) reopen->open(*this);
    }
    std::vector<std::string> log;
    net::Transport* reopen = nullptr;
};

}  // namespace

TEST_SUITE("platform.host") {

TEST_CASE("a commit is answered once, by its own ticket, with its own error")
{
    RecordingHost host;
    HostBackend backend;
    std::vector<std::string> log;
    backend.commit({{store::RecordId{}, base::Bytes{1}}}, [&](auto result) { log.push_back(result ? "first" : "first failed"); });
    backend.commit({}, [&](auto result) { log.push_back(!result && result.error() == store::BackendError::full ? "full" : "wrong"); });
    REQUIRE(host.tickets.size() == 2);
    CHECK(host.batches[0] == encode_writes({{store::RecordId{}, base::Bytes{1}}}));
    backend.settled(host.tickets[0], 0);
    backend.settled(host.tickets[0], 3);
    backend.settled(host.tickets[1], 2);
    CHECK(log == std::vector<std::string>{"first", "full"});
}

TEST_CASE("an answer for a backend that is gone finds nobody in the next")
{
    RecordingHost host;
    bool called = false;
    {
        HostBackend old;
        old.commit({}, [&](auto) { called = true; });
    }
    HostBackend next;
    bool next_called = false;
    next.commit({}, [&](auto) { next_called = true; });
    next.settled(host.tickets[0], 0);
    CHECK(!called);
    CHECK(!next_called);
    next.settled(host.tickets[1], 0);
    CHECK(next_called);
}

TEST_CASE("a load yields the records, or says broken when they are not whole, or the error there was")
{
    RecordingHost host;
    HostBackend backend;
    std::vector<std::string> log;
    const auto note = [&](base::Result<std::vector<store::StoredRecord>, store::BackendError> result) {
        log.push_back(result ? std::to_string(result->size()) : "error " + std::to_string(static_cast<int>(result.error())));
    };
    for (int i = 0; i < 4; ++i) backend.load(note);
    backend.loaded(host.tickets[0], encode_writes({{store::RecordId{}, base::Bytes{1}}}), 0);
    backend.loaded(host.tickets[1], base::Bytes{1, 2, 3}, 0);
    backend.loaded(host.tickets[2], {}, 1);
    backend.settled(host.tickets[3], 77);
    CHECK(log == std::vector<std::string>{"1", "error 3", "error 1", "error 3"});
}

TEST_CASE("frames pass only while the socket is open, and nothing comes after closed")
{
    RecordingHost host;
    HostTransport transport(0);
    Listener listener;
    transport.open(listener);
    transport.send(base::Bytes{1});
    transport.received(base::Bytes{1});
    transport.opened();
    transport.send(base::Bytes{1, 2});
    transport.received(base::Bytes{1, 2, 3});
    transport.close();
    transport.close();
    transport.received(base::Bytes{1});
    transport.closed();
    transport.closed();
    CHECK(host.calls == std::vector<std::string>{"open 0", "send 0", "close 0"});
    CHECK(listener.log == std::vector<std::string>{"opened", "frame 3", "closed"});
}

TEST_CASE("a listener may open again from within on_closed")
{
    RecordingHost host;
    HostTransport transport(1);
    Listener listener;
    listener.reopen = &transport;
    transport.open(listener);
    transport.closed();
    listener.reopen = nullptr;
    transport.opened();
    CHECK(host.calls == std::vector<std::string>{"open 1", "open 1"});
    CHECK(listener.log == std::vector<std::string>{"closed", "opened"});
}

TEST_CASE("a transport that goes away closes its socket")
{
    RecordingHost host;
    Listener listener;
    auto transport = std::make_unique<HostTransport>(1);
    transport->open(listener);
    transport.reset();
    CHECK(host.calls == std::vector<std::string>{"open 1", "close 1"});
    CHECK(listener.log.empty());
}

TEST_CASE("two connections are told apart, and the end of one is nothing to the other")
{
    RecordingHost host;
    HostTransport reading(0), errands(1);
    Listener reader, errand;
    reading.open(reader);
    reading.opened();
    errands.open(errand);
    errands.opened();
    errands.send(base::Bytes{1});
    errands.received(base::Bytes{1, 2});
    errands.close();
    errands.closed();
    reading.send(base::Bytes{3});
    reading.received(base::Bytes{4});
    CHECK(host.calls == std::vector<std::string>{"open 0", "open 1", "send 1", "close 1", "send 0"});
    CHECK(reader.log == std::vector<std::string>{"opened", "frame 1"});
    CHECK(errand.log == std::vector<std::string>{"opened", "frame 2", "closed"});
}

TEST_CASE("an alarm in the past rings at once")
{
    RecordingHost host;
    HostAlarm alarm;
    alarm.wake_after(-5);
    alarm.wake_after(1500);
    CHECK(host.alarms == std::vector<double>{0, 1500});
}

}
