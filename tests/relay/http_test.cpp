#include "directory/board_statement.h"
#include "directory/relay_document.h"
#include "relay/static_files.h"
#include "tests/relay/support.h"
#include "wire/block.h"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <doctest/doctest.h>
#include <fstream>

using namespace sinetti;
using namespace sinetti::relay_test;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

namespace {

using Response = http::response<http::string_body>;

tcp::socket connect(boost::asio::io_context& io, std::uint16_t port)
{
    tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), port});
    return socket;
}

Response ask(std::uint16_t port, http::verb method, const std::string& target, const std::vector<std::pair<std::string, std::string>>& fields = {})
{
    boost::asio::io_context io;
    auto socket = connect(io, port);
    http::request<http::string_body> request(method, target, 11);
    request.set(http::field::host, "localhost");
    for (const auto& [name, value] : fields) request.set(name, value);
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.skip(method == http::verb::head);
    http::read(socket, buffer, parser);
    return parser.release();
}

std::string ask_raw(std::uint16_t port, const std::string& bytes)
{
    boost::asio::io_context io;
    auto socket = connect(io, port);
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(bytes), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
}

}  // namespace

TEST_SUITE_BEGIN("relay.http");

TEST_CASE("every answer carries the strict headers")
{
    RunningRelay relay;
    for (const auto& target : {"/", "/index.html", "/core.wasm", "/nothing", "/healthz", "/ws"}) {
        const auto response = ask(relay.port(), http::verb::get, target);
        const std::string policy(response["Content-Security-Policy"]);
        CHECK(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"));
        CHECK(policy.find("unsafe-inline") == std::string::npos);
        CHECK(policy.find("http") == std::string::npos);
        CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
        CHECK(response["X-Content-Type-Options"] == "nosniff");
        CHECK(response["Cross-Origin-Opener-Policy"] == "same-origin");
        CHECK(response["Cross-Origin-Embedder-Policy"] == "require-corp");
        CHECK(response["Cross-Origin-Resource-Policy"] == "same-origin");
        CHECK(response["Referrer-Policy"] == "no-referrer");
        CHECK(response.count("Permissions-Policy") == 1);
    }
}

TEST_CASE("a whole block is a file: the same bytes for everybody, verifiable by itself, for caches to keep")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 520; ++number) REQUIRE(writer.append(1, cell(number)));

    for (const std::uint64_t number : {0, 1}) {
        const auto target = "/board/1/block/" + std::to_string(number);
        const auto response = ask(relay.port(), http::verb::get, target, {{"Cookie", "a=b"}});
        REQUIRE(response.result() == http::status::ok);
        CHECK(response["Content-Type"] == "application/octet-stream");
        CHECK(response["Cache-Control"] == "public, max-age=86400, immutable");
        CHECK(response["X-Content-Type-Options"] == "nosniff");
        CHECK(std::string(response["Content-Security-Policy"]).starts_with("default-src 'none'"));
        CHECK(response.count("Set-Cookie") == 0);
        CHECK(response.body().size() == wire::kBlockSize);
        const auto block = wire::decode_block(base::view_of(response.body()));
        REQUIRE(block.has_value());
        CHECK(block->board == 1);
        CHECK(block->block == number);
        auto head = number == 0 ? directory::initial_head(1) : block->before;
        CHECK(head == block->before);
        for (std::size_t i = 0; i < wire::kBlockEntries; ++i) {
            CHECK(block->cells[i] == cell(number * wire::kBlockEntries + i));
            head = directory::next_head(head, number * wire::kBlockEntries + i, block->cells[i]);
        }
        CHECK(head == block->after);
        CHECK(directory::verify_board_statement(relay.address().keys.signing_public_key, directory::StatementKind::head, 1, (number + 1) * wire::kBlockEntries, head, block->signature));

        const auto head_only = ask(relay.port(), http::verb::head, target);
        CHECK(head_only.result() == http::status::ok);
        CHECK(head_only["Content-Length"] == std::to_string(wire::kBlockSize));
        CHECK(head_only.body().empty());
    }

    // What is not whole, not a board of cells, not there or not spelled so: all the same.
    const auto nothing = ask(relay.port(), http::verb::get, "/nothing");
    for (const auto* target : {"/board/1/block/2", "/board/1/block/3", "/board/0/block/0", "/board/7/block/0", "/board/1/block/00", "/board/01/block/0", "/board/1/block/0?x",
                               "/board/1/block/", "/board/1/block/-1", "/board/1/block/18446744073709551615", "/board/1/block/18446744073709551616", "/board/4294967296/block/0",
                               "/board//block/0", "/board/1/block/0/", "/board/1"}) {
        CAPTURE(target);
        const auto response = ask(relay.port(), http::verb::get, target);
        CHECK(response.result() == http::status::not_found);
        CHECK(response.body() == nothing.body());
        for (const auto& field : nothing) CHECK(response[field.name_string()] == field.value());
    }
    CHECK(ask(relay.port(), http::verb::post, "/board/1/block/0").result() == http::status::method_not_allowed);
}

TEST_CASE("once founded, the relay says whose it is and which keys are its own, and before that nothing")
{
    RunningRelay relay;
    const auto nothing = ask(relay.port(), http::verb::get, "/nothing");
    const auto before = ask(relay.port(), http::verb::get, "/relay.json");
    CHECK(before.result() == http::status::not_found);
    CHECK(before.body() == nothing.body());
    Cast cast;
    REQUIRE(found(relay, cast));
    const auto said = directory::encode(directory::RelayDocument{cast.root.public_key(), relay.address().keys});
    const auto check = [&] {
        const auto response = ask(relay.port(), http::verb::get, "/relay.json");
        CHECK(response.result() == http::status::ok);
        CHECK(response["Content-Type"] == "application/json");
        CHECK(response["Cache-Control"] == "no-store");
        CHECK(response["X-Content-Type-Options"] == "nosniff");
        CHECK(response.body() == said);
    };
    check();
    const auto head_only = ask(relay.port(), http::verb::head, "/relay.json");
    CHECK(head_only["Content-Length"] == std::to_string(said.size()));
    CHECK(head_only.body().empty());
    CHECK(ask(relay.port(), http::verb::get, "/relay.json?x").result() == http::status::not_found);
    CHECK(ask(relay.port(), http::verb::post, "/relay.json").result() == http::status::method_not_allowed);
    relay.restart();
    check();
}

TEST_CASE("blocks that have gone are not there, and the first one that is kept still is")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 260; ++number) REQUIRE(writer.append(1, cell(number)));
    const auto first = wire::decode_block(base::view_of(ask(relay.port(), http::verb::get, "/board/1/block/0").body()));
    relay.clock.advance(std::int64_t{31} * 86'400'000);
    for (std::uint64_t number = 260; number < 520; ++number) REQUIRE(writer.append(1, cell(number)));
    relay.tend();
    for (int attempt = 0; attempt < 3000 && ask(relay.port(), http::verb::get, "/board/1/block/0").result() == http::status::ok; ++attempt) std::this_thread::sleep_for(10ms);
    CHECK(ask(relay.port(), http::verb::get, "/board/1/block/0").result() == http::status::not_found);
    const auto second = wire::decode_block(base::view_of(ask(relay.port(), http::verb::get, "/board/1/block/1").body()));
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(second->before == first->after);
}

TEST_CASE("an operator may close the blocks")
{
    RunningRelay relay([](relay::Config& config) { config.blocks_open = false; });
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 256; ++number) REQUIRE(writer.append(1, cell(number)));
    CHECK(ask(relay.port(), http::verb::get, "/board/1/block/0").result() == http::status::not_found);
}

TEST_CASE("files come with their types, and / is index.html")
{
    RunningRelay relay;
    const std::pair<const char*, const char*> expected[] = {{"/", "text/html; charset=utf-8"},
                                                             {"/index.html?x=1", "text/html; charset=utf-8"},
                                                             {"/core.wasm", "application/wasm"},
                                                             {"/boot.js", "text/javascript; charset=utf-8"},
                                                             {"/manifest.webmanifest", "application/manifest+json"},
                                                             {"/fonts/inter.woff2", "font/woff2"}};
    for (const auto& [target, type] : expected) {
        const auto response = ask(relay.port(), http::verb::get, target);
        CHECK(response.result() == http::status::ok);
        CHECK(response[http::field::content_type] == type);
    }
    CHECK(ask(relay.port(), http::verb::get, "/").body() == "<!doctype html><title>Sinetti</title>");
    CHECK(ask(relay.port(), http::verb::get, "/healthz").body() == "ok\n");
}

TEST_CASE("brotli goes to those who accept it, plain bytes to the others")
{
    RunningRelay relay;
    const auto plain = ask(relay.port(), http::verb::get, "/core.wasm");
    CHECK(plain.body().size() == 5000);
    CHECK(plain[http::field::content_encoding].empty());
    CHECK(plain[http::field::vary] == "Accept-Encoding");
    for (const auto& accepted : {"br", "gzip, deflate, br, zstd", "gzip;q=0.5 , BR;q=0.9"}) {
        const auto response = ask(relay.port(), http::verb::get, "/core.wasm", {{"Accept-Encoding", accepted}});
        CHECK(response.body() == "compressed");
        CHECK(response[http::field::content_encoding] == "br");
        CHECK(response[http::field::content_type] == "application/wasm");
        CHECK(response[http::field::etag] != plain[http::field::etag]);
    }
    for (const auto& refused : {"gzip", "br;q=0", "brotli", ""}) CHECK(ask(relay.port(), http::verb::get, "/core.wasm", {{"Accept-Encoding", refused}}).body().size() == 5000);
    CHECK(ask(relay.port(), http::verb::get, "/boot.js", {{"Accept-Encoding", "br"}}).body() == "export {};");
}

TEST_CASE("an unchanged file is answered 304")
{
    RunningRelay relay;
    const auto first = ask(relay.port(), http::verb::get, "/");
    const std::string etag(first[http::field::etag]);
    const auto second = ask(relay.port(), http::verb::get, "/", {{"If-None-Match", etag}});
    CHECK(second.result() == http::status::not_modified);
    CHECK(second.body().empty());
    CHECK(ask(relay.port(), http::verb::get, "/", {{"If-None-Match", "\"0\""}}).result() == http::status::ok);
}

TEST_CASE("HEAD is the same head and no body; other methods are refused")
{
    RunningRelay relay;
    const auto head = ask(relay.port(), http::verb::head, "/core.wasm");
    CHECK(head.result() == http::status::ok);
    CHECK(head[http::field::content_length] == "5000");
    for (const auto method : {http::verb::post, http::verb::put, http::verb::delete_, http::verb::options}) {
        const auto response = ask(relay.port(), method, "/");
        CHECK(response.result() == http::status::method_not_allowed);
        CHECK(response[http::field::allow] == "GET, HEAD");
    }
}

TEST_CASE("no path reaches anything but the app's files")
{
    RunningRelay relay;
    for (const auto& target : {"/../data/boards.sqlite", "/..%2fdata/boards.sqlite", "//etc/passwd", "/fonts/../index.html", "/fonts", "/fonts/", "/core.wasm.br", "/index.html/", "*", "http://x/"}) {
        CHECK(ask(relay.port(), http::verb::get, target).result() == http::status::not_found);
    }
}

TEST_CASE("what is no request, or too large a one, is refused and costs nothing more")
{
    RunningRelay relay;
    CHECK(ask_raw(relay.port(), "\x16\x03\x01\x02\x00\x01 hello there\r\n\r\n").starts_with("HTTP/1.1 400"));
    CHECK(ask_raw(relay.port(), "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100000, 'a') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
    CHECK(ask_raw(relay.port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n").starts_with("HTTP/1.1 413"));
    CHECK(ask(relay.port(), http::verb::get, "/").result() == http::status::ok);
}

TEST_CASE("one connection serves many requests")
{
    RunningRelay relay;
    boost::asio::io_context io;
    auto socket = connect(io, relay.port());
    boost::beast::flat_buffer buffer;
    for (unsigned i = 0; i < 10; ++i) {
        http::request<http::empty_body> request(http::verb::get, i % 2 == 0 ? "/" : "/nothing", 11);
        request.set(http::field::host, "localhost");
        http::write(socket, request);
        http::response<http::string_body> response;
        http::read(socket, buffer, response);
        CHECK(response.result() == (i % 2 == 0 ? http::status::ok : http::status::not_found));
    }
}

TEST_CASE("an app that is not built is one clear sentence")
{
    TemporaryFolder folder;
    CHECK(relay::StaticFiles::load(folder.path() / "none").error().find("build the app first") != std::string::npos);
    CHECK(relay::StaticFiles::load(folder.path()).error().find("index.html") != std::string::npos);
}
