// The relay's own TLS: its files, what it serves over it, and who is let down in words. Sessions over it: tests/ingress/tls_test.cpp.

#include "relay/server.h"
#include "tests/relay/certificate.h"
#include "tests/relay/support.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>

using namespace sinetti;
using namespace sinetti::relay_test;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kLargeFile = 3'000'000;   // far more than the kernel takes at once

struct Files {
    TemporaryFolder folder;
    relay::TlsFiles tls{folder.path() / "certificate.pem", folder.path() / "key.pem"};

    explicit Files(const Certificate& identity) { write(identity); }
    void write(const Certificate& identity)
    {
        std::ofstream(tls.certificate) << identity.certificate;
        std::ofstream(tls.key) << identity.key;
        ::chmod(tls.key.c_str(), 0600);
    }
};

RunningRelay::Adjust over(const relay::TlsFiles& tls)
{
    return [tls](relay::Config& config) {
        config.tls = tls;
        std::ofstream(config.app / "large.bin") << std::string(kLargeFile, 'x');
    };
}

// For the settings to be those of the stream, they come before it.
ssl::context trusting(const Certificate& authority, int version_max)
{
    ssl::context context(ssl::context::tls_client);
    context.add_certificate_authority(boost::asio::buffer(authority.certificate));
    SSL_CTX_set_max_proto_version(context.native_handle(), version_max);
    return context;
}

struct TlsClient {
    boost::asio::io_context io;
    ssl::context context;
    ssl::stream<tcp::socket> stream{io, context};
    error_code error;

    TlsClient(std::uint16_t port, const Certificate& trusted, int version_max = 0) : context(trusting(trusted, version_max))
    {
        stream.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
        stream.set_verify_mode(ssl::verify_peer);
        stream.set_verify_callback(ssl::host_name_verification("localhost"));
        stream.handshake(ssl::stream_base::client, error);
    }

    http::response<http::string_body> get(const std::string& target)
    {
        http::request<http::empty_body> request(http::verb::get, target, 11);
        request.set(http::field::host, "localhost");
        http::write(stream, request, error);
        boost::beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(kLargeFile * 2);
        http::read(stream, buffer, parser, error);
        return parser.release();
    }
};

}  // namespace

TEST_SUITE_BEGIN("relay.tls");

TEST_CASE("over TLS the app is served, one request after the other, large files too, and browsers are told to stay with it")
{
    const Certificate identity("localhost");
    Files files(identity);
    RunningRelay relay(over(files.tls));
    CHECK(relay.administrator_link().starts_with("https://localhost:"));
    for (const int version_max : {0, TLS1_2_VERSION}) {
        TlsClient client(relay.port(), identity, version_max);
        REQUIRE(!client.error);
        for (int i = 0; i < 3; ++i) {
            const auto page = client.get("/");
            CHECK(page.result() == http::status::ok);
            CHECK(page.body() == "<!doctype html><title>Sinetti</title>");
            CHECK(page[http::field::strict_transport_security] == "max-age=31536000");
            const auto large = client.get("/large.bin");
            CHECK(large.body() == std::string(kLargeFile, 'x'));
        }
        CHECK(!client.error);
    }
}

TEST_CASE("nothing ties one connection to the next: no session is resumed")
{
    const Certificate identity("localhost");
    Files files(identity);
    RunningRelay relay(over(files.tls));
    for (const int version_max : {0, TLS1_2_VERSION}) {
        TlsClient first(relay.port(), identity, version_max);
        CHECK(first.get("/").result() == http::status::ok);
        const auto* const session = SSL_get_session(first.stream.native_handle());
        REQUIRE(session != nullptr);
        CHECK(SSL_SESSION_is_resumable(session) == 0);
        CHECK(SSL_SESSION_has_ticket(session) == 0);
    }
}

TEST_CASE("TLS 1.1, plain HTTP and a protocol that is not spoken are ended, half a handshake holds up nobody, and no answer comes in the clear")
{
    const Certificate identity("localhost");
    Files files(identity);
    RunningRelay relay(over(files.tls));
    CHECK(TlsClient(relay.port(), identity, TLS1_1_VERSION).error);
    CHECK(get_text(relay.port(), "/").find("HTTP") == std::string::npos);

    boost::asio::io_context io;
    tcp::socket half(io), silent(io);
    half.connect({boost::asio::ip::address_v4::loopback(), relay.port()});
    silent.connect({boost::asio::ip::address_v4::loopback(), relay.port()});
    boost::asio::write(half, boost::asio::buffer("\x16\x03\x01\x02", 4));
    TlsClient client(relay.port(), identity);
    CHECK(client.get("/").result() == http::status::ok);
}

TEST_CASE("a certificate that was renewed is shown to who comes then, and who is there stays; one that cannot be read changes nothing")
{
    const Certificate first("localhost"), second("localhost");
    Files files(first);
    RunningRelay relay(over(files.tls));
    TlsClient before(relay.port(), first);
    REQUIRE(before.get("/").result() == http::status::ok);

    std::ofstream(files.tls.certificate) << "no certificate";
    relay.renew_certificate();
    CHECK(!TlsClient(relay.port(), first).error);

    files.write(second);
    relay.renew_certificate();
    CHECK(TlsClient(relay.port(), first).error);
    TlsClient after(relay.port(), second);
    CHECK(after.get("/").result() == http::status::ok);
    CHECK(before.get("/").result() == http::status::ok);
}

TEST_CASE("files that are no certificate, no key, another's key or everybody's to read are refused in one sentence that names the file")
{
    const Certificate identity("localhost"), another("localhost");
    Files files(identity);
    const auto error = [&] {
        const auto loaded = relay::Tls::load(files.tls);
        return loaded ? std::string() : loaded.error();
    };
    CHECK(error().empty());
    ::chmod(files.tls.key.c_str(), 0644);
    CHECK(error() == "everybody may read the key in " + files.tls.key.string() + "; make it its owner's alone (chmod 600)");
    ::chmod(files.tls.key.c_str(), 0640);
    CHECK(error().empty());
    std::ofstream(files.tls.key) << another.key;
    CHECK(error() == "the key in " + files.tls.key.string() + " is not that of the certificate in " + files.tls.certificate.string());
    std::ofstream(files.tls.key) << "nothing";
    CHECK(error().starts_with("no key for TLS in " + files.tls.key.string() + ": "));
    std::ofstream(files.tls.certificate) << "nothing";
    CHECK(error().starts_with("no certificate in " + files.tls.certificate.string() + ": "));
    std::filesystem::remove(files.tls.certificate);
    CHECK(error().starts_with("no certificate in " + files.tls.certificate.string() + ": "));
}

TEST_SUITE_END();
