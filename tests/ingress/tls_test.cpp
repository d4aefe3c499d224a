// The way to the relay over TLS: whom the ingress believes, and a relay that has TLS of its own.

#include "tests/ingress/support.h"
#include "tests/relay/certificate.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>

using namespace sinetti;
using namespace sinetti::ingress_test;
namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

// What nginx is in front of a relay: ends TLS, and passes bytes on.
class TlsProxy {
public:
    TlsProxy(const Certificate& identity, std::uint16_t target) : m_target(target)
    {
        m_context.use_certificate(boost::asio::buffer(identity.certificate), ssl::context::pem);
        m_context.use_private_key(boost::asio::buffer(identity.key), ssl::context::pem);
        accept();
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~TlsProxy()
    {
        m_io.stop();
        m_thread.join();
    }
    std::uint16_t port() const { return m_acceptor.local_endpoint().port(); }

private:
    struct Pair : std::enable_shared_from_this<Pair> {
        Pair(tcp::socket&& socket, ssl::context& context) : outside(std::move(socket), context), inside(outside.get_executor()) {}

        void run(std::uint16_t target)
        {
            outside.async_handshake(ssl::stream_base::server, [self = shared_from_this(), target](error_code error) {
                if (error) return;
                self->inside.connect({boost::asio::ip::address_v4::loopback(), target}, error);
                if (error) return;
                self->pump(self->outside, self->inside, self->to_inside);
                self->pump(self->inside, self->outside, self->to_outside);
            });
        }

        template<typename From, typename To>
        void pump(From& from, To& to, std::array<char, 16384>& buffer)
        {
            from.async_read_some(boost::asio::buffer(buffer), [self = shared_from_this(), &from, &to, &buffer](error_code error, std::size_t size) {
                if (error) return self->end();
                boost::asio::async_write(to, boost::asio::buffer(buffer.data(), size), [self, &from, &to, &buffer](error_code failed, std::size_t) {
                    failed ? self->end() : self->pump(from, to, buffer);
                });
            });
        }

        void end()
        {
            error_code ignored;
            outside.next_layer().close(ignored);
            inside.close(ignored);
        }

        ssl::stream<tcp::socket> outside;
        tcp::socket inside;
        std::array<char, 16384> to_inside{}, to_outside{};
    };

    void accept()
    {
        m_acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error) return;
            std::make_shared<Pair>(std::move(socket), m_context)->run(m_target);
            accept();
        });
    }

    std::uint16_t m_target;
    ssl::context m_context{ssl::context::tls_server};
    boost::asio::io_context m_io;
    tcp::acceptor m_acceptor{m_io, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread m_thread;
};

}  // namespace

TEST_SUITE_BEGIN("ingress.tls");

TEST_CASE("over TLS the relay is reached when its certificate is for its name and from a known authority, and otherwise not")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    TemporaryFolder folder;
    const Certificate for_localhost("localhost"), for_another("another.example"), unknown("localhost");
    const auto known = folder.path() / "authorities.pem";
    std::ofstream(known) << for_localhost.certificate << for_another.certificate;

    const auto through = [&](const Certificate& shown, const std::function<void(Client&)>& then) {
        TlsProxy proxy(shown, relay.port());
        RunningIngress ingress(proxy.port(), [&](ingress::Config& config) {
            config.upstream->tls = true;
            config.upstream_authorities = known;
        });
        Client client(ingress.to(relay));
        then(client);
        CHECK(ingress.figure("upstream_failed_total") == (client.closed() == Closed::no ? 0u : 1u));
    };
    through(for_localhost, [&](Client& client) {
        REQUIRE(client.open_as_member(cast.anna.device));
        for (std::uint64_t number = 0; number < 300; ++number) CHECK(client.append(1, cell(number)) == number);
        const auto board = read_board(client, 1);
        REQUIRE(board.has_value());
        CHECK(board->size() == 300);
    });
    for (const auto* refused : {&for_another, &unknown}) {
        through(*refused, [](Client& client) {
            CHECK(client.expect_end());
            CHECK(client.close_code() == 1013);
        });
    }
}

TEST_CASE("a relay with TLS of its own is reached through an ingress: cells go in, a follower sees each, blocks come back whole, and renewing the certificate ends no session")
{
    const Certificate identity("localhost");
    TemporaryFolder folder;
    const auto certificate = folder.path() / "certificate.pem", key = folder.path() / "key.pem";
    std::ofstream(certificate) << identity.certificate;
    std::ofstream(key) << identity.key;
    ::chmod(key.c_str(), 0600);
    RunningRelay relay([&](relay::Config& config) { config.tls = {certificate, key}; });
    RunningIngress ingress(relay.port(), [&](ingress::Config& config) {
        config.upstream->tls = true;
        config.upstream_authorities = certificate;
    });
    Cast cast;
    REQUIRE(found(ingress.to(relay), relay.administrator_link(), cast));
    Client writer(ingress.to(relay)), reader(ingress.to(relay));
    REQUIRE(writer.open_as_member(cast.anna.device));
    REQUIRE(reader.open_as_member(cast.anna.device));
    reader.send(wire::Follow{1, 1, 0});
    constexpr std::uint64_t kCells = 600;   // two blocks and more
    for (std::uint64_t number = 0; number < kCells; ++number) {
        CHECK(writer.append(1, cell(number)) == number);
        if (number == kCells / 2) relay.renew_certificate();
    }
    for (std::uint64_t followed = 0; followed < kCells;) {
        const auto entries = reader.expect<wire::Entries>();
        REQUIRE(entries);
        REQUIRE(entries->first_position == followed);
        followed += entries->entries.size();
    }
    const auto board = read_board(writer, 1);
    REQUIRE(board.has_value());
    CHECK(board->size() == kCells);
    CHECK(ingress.figure("upstream_failed_total") == 0);
}

TEST_SUITE_END();
