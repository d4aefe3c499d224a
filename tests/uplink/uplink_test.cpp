#include "uplink/uplink.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <doctest/doctest.h>

#include <thread>

using namespace sinetti;
using boost::asio::ip::tcp;
namespace beast_websocket = boost::beast::websocket;

namespace {

// A relay that a test plays by hand, blocking, on a thread of its own.
class Far {
public:
    using Stream = beast_websocket::stream<tcp::socket>;
    explicit Far(std::function<void(Stream&)> play)
    {
        m_thread = std::thread([this, play = std::move(play)] {
            Stream stream(m_acceptor.accept());
            stream.accept();
            stream.binary(true);
            play(stream);
        });
    }
    ~Far() { m_thread.join(); }
    uplink::Settings settings() { return {.relay = {false, "127.0.0.1", m_acceptor.local_endpoint().port()}, .authorities = {}, .silence_max = {}}; }

private:
    boost::asio::io_context m_io;
    tcp::acceptor m_acceptor{m_io, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread m_thread;
};

struct Heard : uplink::Listener {
    void on_opened() override { opened = true; }
    void on_received(base::ByteView message) override
    {
        received.push_back(base::to_bytes(message));
        if (then) then();
    }
    void on_ended(const uplink::Ended& with) override { ended = with; }

    bool opened = false;
    std::vector<base::Bytes> received;
    std::optional<uplink::Ended> ended;
    std::function<void()> then;
};

uplink::SharedBytes message(std::size_t size, std::uint8_t filling)
{
    return std::make_shared<const base::Bytes>(size, filling);
}

void run_until(boost::asio::io_context& io, const std::function<bool()>& done)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
        REQUIRE(std::chrono::steady_clock::now() < end);
        io.restart();
        io.run_one_for(std::chrono::milliseconds(100));
    }
}

base::Bytes read_from(Far::Stream& stream)
{
    boost::beast::flat_buffer buffer;
    stream.read(buffer);
    const auto* data = static_cast<const std::uint8_t*>(buffer.data().data());
    return {data, data + buffer.size()};
}

}  // namespace

TEST_SUITE("uplink")
{
    TEST_CASE("what is sent before it is open goes out once it is, whole and in order, and what comes back arrives")
    {
        Far far([](Far::Stream& stream) {
            for (std::uint8_t i = 0; i < 20; ++i) {
                const auto one = read_from(stream);
                stream.write(boost::asio::buffer(one));
            }
            boost::beast::flat_buffer rest;
            boost::system::error_code closed;
            stream.read(rest, closed);
        });
        boost::asio::io_context io;
        Heard heard;
        uplink::Uplink link(io, far.settings(), heard);
        std::size_t all = 0;
        for (std::uint8_t i = 0; i < 20; ++i) {
            link.send(message(1000u * i + 1, i));
            all += 1000u * i + 1;
        }
        CHECK(link.unsent() == all);
        run_until(io, [&] { return heard.received.size() == 20; });
        CHECK(heard.opened);
        CHECK(link.unsent() == 0);
        CHECK(link.local_port() != 0);
        for (std::uint8_t i = 0; i < 20; ++i) CHECK(heard.received[i] == base::Bytes(1000u * i + 1, i));
        bool done = false;
        std::move(link).finish([&] { done = true; });
        run_until(io, [&] { return done; });
        CHECK_FALSE(heard.ended);
    }

    TEST_CASE("finishing sends what is queued and a goodbye")
    {
        std::vector<base::Bytes> arrived;
        boost::system::error_code end;
        {
            Far far([&](Far::Stream& stream) {
                for (;;) {
                    boost::beast::flat_buffer buffer;
                    stream.read(buffer, end);
                    if (end) return;
                    arrived.emplace_back(buffer.size());
                }
            });
            boost::asio::io_context io;
            Heard heard;
            uplink::Uplink link(io, far.settings(), heard);
            run_until(io, [&] { return heard.opened; });
            for (std::uint8_t i = 0; i < 200; ++i) link.send(message(16896, i));
            bool done = false;
            std::move(link).finish([&] { done = true; });
            run_until(io, [&] { return done; });
        }
        CHECK(arrived.size() == 200);
        CHECK(end == beast_websocket::error::closed);
    }

    TEST_CASE("while it is paused nothing comes, and then everything in order")
    {
        Far far([](Far::Stream& stream) {
            for (std::uint8_t i = 0; i < 10; ++i) stream.write(boost::asio::buffer(base::Bytes(256, i)));
            boost::beast::flat_buffer rest;
            boost::system::error_code closed;
            stream.read(rest, closed);
        });
        boost::asio::io_context io;
        Heard heard;
        uplink::Uplink link(io, far.settings(), heard);
        heard.then = [&] { link.pause(); };
        run_until(io, [&] { return heard.received.size() == 1; });
        io.restart();
        while (io.poll_one() > 0) {}
        CHECK(heard.received.size() == 1);
        for (std::size_t i = 1; i < 10; ++i) {
            link.resume();
            run_until(io, [&] { return heard.received.size() == i + 1; });
        }
        for (std::uint8_t i = 0; i < 10; ++i) CHECK(heard.received[i] == base::Bytes(256, i));
    }

    TEST_CASE("the end is told once: with the code of a goodbye, without one of a break, with a reason where nobody answers")
    {
        boost::asio::io_context io;
        {
            Far far([](Far::Stream& stream) {
                boost::system::error_code ignored;
                stream.close(beast_websocket::close_reason(beast_websocket::close_code::going_away), ignored);
            });
            Heard heard;
            uplink::Uplink link(io, far.settings(), heard);
            run_until(io, [&] { return heard.ended.has_value(); });
            CHECK(heard.opened);
            CHECK(heard.ended->close_code == 1001);
        }
        {
            Far far([](Far::Stream& stream) { stream.next_layer().close(); });
            Heard heard;
            uplink::Uplink link(io, far.settings(), heard);
            run_until(io, [&] { return heard.ended.has_value(); });
            CHECK_FALSE(heard.ended->close_code);
        }
        Heard heard;
        uplink::Settings nobody{.relay = {false, "127.0.0.1", 1}, .authorities = {}, .silence_max = {}};
        uplink::Uplink link(io, nobody, heard);
        run_until(io, [&] { return heard.ended.has_value(); });
        CHECK_FALSE(heard.opened);
        CHECK_FALSE(heard.ended->trouble.empty());
    }
}
