#include "tests/relay/support.h"

#include "codec/writer.h"
#include "crypto/oprf.h"
#include "directory/chain.h"
#include "directory/link.h"
#include "directory/session_auth.h"
#include "relay/board_commands.h"
#include "relay/server.h"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

namespace sinetti::relay_test {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {
constexpr std::chrono::milliseconds kPatience = 20s;
}

TemporaryFolder::TemporaryFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "sinetti-relay-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    m_path = name;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

ResourceLimit::ResourceLimit(__rlimit_resource resource, rlim_t most) : m_resource(resource)
{
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(m_resource, &m_before) == 0);
    const rlimit lower{most, m_before.rlim_max};
    REQUIRE(::setrlimit(m_resource, &lower) == 0);
}

ResourceLimit::~ResourceLimit() { (void)::setrlimit(m_resource, &m_before); }

CapturedLog::CapturedLog() : m_before(::dup(STDERR_FILENO))
{
    const int file = ::open((m_folder.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    REQUIRE(file >= 0);
    REQUIRE(::dup2(file, STDERR_FILENO) == STDERR_FILENO);
    ::close(file);
}

CapturedLog::~CapturedLog()
{
    ::dup2(m_before, STDERR_FILENO);
    ::close(m_before);
}

std::size_t CapturedLog::count(std::string_view words) const
{
    std::ifstream stream(m_folder.path() / "log");
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    std::size_t found = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
    return found;
}

void run_sql(const std::filesystem::path& file, const char* sql)
{
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

std::vector<nlohmann::json> json_lines(const std::filesystem::path& file)
{
    std::vector<nlohmann::json> lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line, nullptr, false));
    return lines;
}

void make_app(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder / "fonts");
    std::ofstream(folder / "index.html") << "<!doctype html><title>Sinetti</title>";
    std::ofstream(folder / "core.wasm") << std::string(5000, '\0');
    std::ofstream(folder / "core.wasm.br") << "compressed";
    std::ofstream(folder / "boot.js") << "export {};";
    std::ofstream(folder / "manifest.webmanifest") << "{}";
    std::ofstream(folder / "fonts" / "inter.woff2") << "font";
}

RunningRelay::RunningRelay(std::uint64_t database_bytes_max)
{
    make_app(m_folder.path() / "app");
    m_data = m_folder.path() / "data";
    start(database_bytes_max);
}

RunningRelay::RunningRelay(Adjust adjust) : m_adjust(std::move(adjust))
{
    make_app(m_folder.path() / "app");
    m_data = m_folder.path() / "data";
    start();
}

RunningRelay::~RunningRelay()
{
    stop();
}

namespace {

relay::Config config_for(const std::filesystem::path& data, std::uint64_t database_bytes_max)
{
    relay::Config config;
    config.command = relay::Config::Command::serve;
    config.data = data;
    config.app = data.parent_path() / "app";
    config.port = 0;
    config.database_bytes_max = database_bytes_max;
    return config;
}

}  // namespace

std::uint16_t RunningRelay::port() const
{
    return m_server->port();
}

std::uint16_t RunningRelay::metrics_port() const
{
    return m_server->metrics_port();
}

RelayAddress RunningRelay::address() const
{
    return {m_server->port(), m_server->keys()};
}

void RunningRelay::renew_certificate()
{
    m_server->renew_certificate();
}

void RunningRelay::tend()
{
    m_server->tend();
}

std::string RunningRelay::administrator_link() const
{
    return m_server->administrator_link();
}

std::string RunningRelay::error_of_another_on_the_same_data()
{
    const auto another = relay::Server::create(config_for(m_data, 0), clock, m_random);
    return another ? std::string() : another.error();
}

void RunningRelay::start(std::uint64_t database_bytes_max)
{
    auto config = config_for(m_data, database_bytes_max);
    if (m_adjust) m_adjust(config);
    auto server = relay::Server::create(config, clock, m_random);
    if (!server) FAIL(server.error());
    m_server = std::move(*server);
    m_thread = std::thread([this] { m_server->run(); });
}

void RunningRelay::stop()
{
    if (!m_server) return;
    m_server->drain();
    m_thread.join();
    m_server.reset();
}

std::string get_text(std::uint16_t port, const std::string& target)
{
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    boost::asio::write(socket, boost::asio::buffer("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
}

struct Client::Socket {
    boost::asio::io_context io;
    websocket::stream<boost::asio::ip::tcp::socket, false> stream{io};
    boost::beast::flat_buffer buffer;
};

Client::Client(std::uint16_t port, std::string origin, int receive_buffer, const std::string& from, const std::string& path) : m_socket(std::make_unique<Socket>())
{
    using boost::asio::ip::tcp;
    const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
    auto& socket = boost::beast::get_lowest_layer(m_socket->stream);
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (receive_buffer > 0) socket.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer), error);
    if (!from.empty()) socket.bind({boost::asio::ip::make_address(from), 0}, error);
    socket.connect(endpoint, error);
    if (error) return;
    socket.set_option(tcp::no_delay(true), error);
    const auto host = "localhost:" + std::to_string(port);
    if (origin.empty()) origin = "http://" + host;
    m_socket->stream.set_option(websocket::stream_base::decorator([origin](websocket::request_type& request) { request.set("Origin", origin); }));
    m_socket->stream.read_message_max(wire::kFrameSizeMax);
    m_socket->stream.binary(true);
    m_socket->stream.handshake(host, path, error);
    m_connected = !error;
}

Client::Client(const RelayAddress& relay, std::string origin, int receive_buffer) : Client(relay.port, std::move(origin), receive_buffer, relay.from, relay.path)
{
    m_relay = relay;
    if (m_connected) open_channel(relay.keys);
}

void Client::open_channel(const directory::RelayKeys& keys, const wire::Hello& hello)
{
    base::SystemRandom random;
    auto opened = channel::ClientChannel::open(keys, random, hello);
    REQUIRE(opened.has_value());
    m_channel.emplace(std::move(opened->channel));
    send_bytes(opened->message);
}

Client::~Client()
{
    error_code ignored;
    boost::beast::get_lowest_layer(m_socket->stream).close(ignored);
    m_socket->io.restart();
    m_socket->io.run();   // operations that were under way end with the socket
}

void Client::run(std::chrono::milliseconds wait)
{
    const auto end = std::chrono::steady_clock::now() + wait;
    m_socket->io.restart();
    while (!m_received && m_closed == Closed::no) {
        const auto left = end - std::chrono::steady_clock::now();
        if (left <= 0ms || m_socket->io.run_one_for(left) == 0) return;
    }
}

void Client::send_bytes(base::ByteView bytes)
{
    error_code error;
    m_socket->stream.binary(true);
    m_socket->stream.write(boost::asio::buffer(bytes.data(), bytes.size()), error);
}

void Client::send_text(std::string_view text)
{
    error_code error;
    m_socket->stream.text(true);
    m_socket->stream.write(boost::asio::buffer(text), error);
}

void Client::send_raw(std::string_view bytes)
{
    error_code error;
    boost::asio::write(boost::beast::get_lowest_layer(m_socket->stream), boost::asio::buffer(bytes), error);
}

std::optional<std::string> Client::receive_raw(std::chrono::milliseconds wait)
{
    auto& socket = boost::beast::get_lowest_layer(m_socket->stream);
    pollfd waited{.fd = socket.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, static_cast<int>(wait.count())) <= 0) return "";
    std::string bytes(1024, '\0');
    error_code error;
    bytes.resize(socket.read_some(boost::asio::buffer(bytes), error));
    if (error) return {};
    return bytes;
}

void Client::say_goodbye()
{
    error_code ignored;
    m_socket->stream.close(websocket::close_code::normal, ignored);
}

std::optional<base::Bytes> Client::try_receive_bytes(std::chrono::milliseconds wait)
{
    if (m_closed != Closed::no) return {};
    if (!m_receiving) {
        m_receiving = true;
        m_received = false;
        m_socket->stream.async_read(m_socket->buffer, [this](error_code error, std::size_t) {
            m_receiving = false;
            if (!error)
                m_received = true;
            else
                m_closed = error == websocket::error::closed ? Closed::orderly : Closed::broken;
        });
    }
    run(wait);
    if (!m_received) return {};
    m_received = false;
    const auto data = m_socket->buffer.data();
    const auto* start = static_cast<const std::uint8_t*>(data.data());
    base::Bytes message(start, start + data.size());
    m_socket->buffer.consume(m_socket->buffer.size());
    return message;
}

std::optional<base::Bytes> Client::receive_bytes()
{
    auto message = try_receive_bytes(kPatience);
    if (!message && m_closed == Closed::no) FAIL("the relay did not answer");
    return message;
}

std::optional<wire::RelayFrame> Client::receive()
{
    for (;;) {
        const auto message = receive_bytes();
        if (!message) return {};
        auto frame = open(*message);
        if (!frame) continue;
        const auto* head = std::get_if<wire::SignedHead>(&*frame);
        if (head == nullptr) return frame;
        signed_heads.push_back(*head);
    }
}

std::optional<wire::RelayFrame> Client::open(base::ByteView message)
{
    auto frame = m_channel->receive(message);
    if (!frame) FAIL("the relay sent what is no message of the channel");
    return std::move(*frame);
}

bool Client::expect_refusal(wire::Refusal code, std::uint32_t request_id)
{
    const auto refused = expect<wire::Refused>();
    if (refused && (refused->code != code || refused->request_id != request_id)) MESSAGE("refused with " << std::string(wire::name_of(refused->code)));
    return refused && refused->code == code && refused->request_id == request_id;
}

bool Client::expect_end()
{
    return !receive_bytes() && m_closed != Closed::no;
}

unsigned Client::close_code()
{
    return m_socket->stream.reason().code;
}

bool Client::open_as_device(const crypto::SignaturePrivateKey& device)
{
    const auto greeting = challenge();
    if (!greeting) return false;
    nonce = greeting->nonce;
    send(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, greeting->nonce)});
    return expect<wire::Accepted>().has_value();
}

bool Client::open_as_member(const crypto::SignaturePrivateKey& device)
{
    if (!m_relay || !challenge()) return false;
    const auto token = fetch_token(*m_relay, device);
    if (!token) return false;
    wire::AuthenticateToken frame;
    std::ranges::copy(token->view(), frame.token.begin());
    send(frame);
    const auto accepted = expect<wire::Accepted>();
    return accepted && accepted->session_kind == wire::SessionKind::token;
}

bool Client::open_as_invite(const directory::InviteCertificate& invite, const crypto::SignaturePrivateKey& key)
{
    const auto greeting = challenge();
    if (!greeting) return false;
    send(wire::AuthenticateInvite{directory::encode(invite), directory::sign_session(key, greeting->nonce)});
    return expect<wire::Accepted>().has_value();
}

bool Client::open_as_identity(const crypto::SignaturePrivateKey& identity)
{
    const auto greeting = challenge();
    if (!greeting) return false;
    send(wire::AuthenticateIdentity{identity.public_key(), directory::sign_session(identity, greeting->nonce)});
    const auto accepted = expect<wire::Accepted>();
    return accepted && accepted->session_kind == wire::SessionKind::identity;
}

bool Client::open_as_founder(const std::string& administrator_link)
{
    const auto link = directory::parse_founder_link(administrator_link);
    if (!link || !challenge()) return false;
    wire::AuthenticateFounder frame;
    std::copy(link->token.view().begin(), link->token.view().end(), frame.token.begin());
    send(frame);
    return expect<wire::Accepted>().has_value();
}

std::optional<std::uint64_t> Client::append(std::uint32_t board, base::ByteView entry)
{
    const auto request_id = m_next_request++;
    send(wire::Append{request_id, board, base::to_bytes(entry)});
    for (;;) {
        const auto frame = receive();
        if (!frame) return {};
        if (const auto* appended = std::get_if<wire::Appended>(&*frame); appended && appended->request_id == request_id) return appended->position;
        if (const auto* refused = std::get_if<wire::Refused>(&*frame)) {
            MESSAGE("refused with " << std::string(wire::name_of(refused->code)));
            return {};
        }
    }
}

base::Bytes cell(std::uint64_t number, std::uint8_t filling)
{
    base::Bytes bytes(wire::kCellSize, filling);
    for (std::size_t i = 0; i < wire::kTagSize; ++i) bytes[i] = static_cast<std::uint8_t>(i < 8 ? number >> (8 * i) : 0);
    return bytes;
}

bool found(RunningRelay& relay, Cast& cast)
{
    return found(relay.address(), relay.administrator_link(), cast);
}

bool found(const RelayAddress& relay, const std::string& administrator_link, Cast& cast)
{
    Client founder(relay);
    if (!founder.open_as_founder(administrator_link)) return false;
    if (founder.append(cast.organisation()) != 0) return false;
    if (founder.append(cast.enrolment(cast.anna, directory::Role::administrator)) != 1) return false;
    Client bert(relay);
    if (!bert.open_as_invite(cast.invite(cast.bert), cast.bert.invite)) return false;
    if (bert.append(cast.enrolment(cast.bert)) != 2) return false;
    // Token issuers come with the first device.
    Client device(relay);
    if (!device.open_as_device(cast.anna.device)) return false;
    device.send(wire::Follow{1, 0, 0});
    for (std::uint64_t records = 0; records < kFoundedRecords;) {
        const auto entries = device.expect<wire::Entries>();
        if (!entries) return false;
        records = entries->first_position + entries->entries.size();
    }
    return true;
}

std::optional<std::vector<base::Bytes>> read_board(Client& client, std::uint32_t board)
{
    std::vector<base::Bytes> entries;
    auto head = directory::initial_head(board);
    for (std::uint64_t block = 0;; ++block) {
        const auto request_id = static_cast<std::uint32_t>(5000 + block);
        client.send(wire::Read{request_id, board, block});
        for (bool last = false; !last;) {
            const auto frame = client.expect<wire::Entries>();
            if (!frame || frame->request_id != request_id || frame->board != board || frame->first_position != entries.size()) return {};
            for (const auto& entry : frame->entries) {
                head = directory::next_head(head, entries.size(), entry);
                entries.push_back(entry);
            }
            if (frame->head != head) return {};
            last = frame->last;
        }
        if (entries.size() < (block + 1) * wire::kBlockEntries) return entries;
    }
}


namespace {

// The newest but so many.
std::optional<directory::TokenIssuer> newest_issuer(const std::vector<base::Bytes>& records, std::size_t but)
{
    std::vector<directory::TokenIssuer> issuers;
    for (const auto& entry : records) {
        const auto record = directory::decode_record(entry);
        if (!record) return {};
        if (const auto* issuer = std::get_if<directory::TokenIssuer>(&*record)) issuers.push_back(*issuer);
    }
    if (but >= issuers.size()) return {};
    return issuers[issuers.size() - 1 - but];
}

}  // namespace

std::optional<tokens::Token> fetch_token(const RelayAddress& relay, const crypto::SignaturePrivateKey& device)
{
    base::SystemRandom random;
    Client client(relay);
    const auto greeting = client.connected() ? client.challenge() : std::nullopt;
    if (!greeting || !greeting->organisation) return {};
    client.send(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, greeting->nonce)});
    if (!client.expect<wire::Accepted>()) return {};
    // The keys of a new day, or after a revocation, are published once there is a device session.
    std::size_t spent = 0;
    for (int attempt = 0; attempt < 200; ++attempt, std::this_thread::sleep_for(20ms)) {
        const auto records = read_board(client, 0);
        if (!records) return {};
        const auto issuer = newest_issuer(*records, spent);
        if (!issuer) continue;
        const auto key_id = tokens::token_key_id(issuer->issuer_public_key);
        const auto nonce = random.array<tokens::kTokenNonceSize>();
        codec::Writer input;
        input.u16(tokens::kTokenType).raw(nonce).raw(tokens::access_challenge(*greeting->organisation)).raw(key_id);
        const auto blinded = crypto::oprf_blind(crypto::OprfMode::voprf, input.view(), random);
        REQUIRE(blinded.has_value());
        client.send(wire::TokenRequest{1, tokens::kTokenType, tokens::truncated(key_id), {blinded->element.bytes()}});
        const auto frame = client.receive();
        if (!frame) return {};
        if (const auto* refused = std::get_if<wire::Refused>(&*frame); refused != nullptr && refused->code == wire::Refusal::unknown_issuer) continue;
        if (const auto* refused = std::get_if<wire::Refused>(&*frame); refused != nullptr && refused->code == wire::Refusal::no_tokens_left) {
            ++spent;
            continue;
        }
        const auto* response = std::get_if<wire::TokenResponse>(&*frame);
        if (response == nullptr || response->evaluated_elements.size() != 1) return {};
        auto evaluated = crypto::GroupElement::decode(response->evaluated_elements[0]);
        const auto server = crypto::GroupElement::decode(issuer->issuer_public_key);
        REQUIRE(evaluated.has_value());
        REQUIRE(server.has_value());
        const crypto::OprfInput inputs[] = {{input.view(), &blinded->blind, blinded->element}};
        const auto authenticators = crypto::voprf_finalize(*server, inputs, {{*evaluated}, response->proof});
        REQUIRE(authenticators.has_value());
        input.raw(authenticators->front().view());
        tokens::Token token;
        std::ranges::copy(input.view(), token.data());
        return token;
    }
    return {};
}

void make_mixed(RunningRelay& relay, const Cast& cast)
{
    relay::Config config;
    config.command = relay::Config::Command::board_policy;
    config.data = relay.data();
    config.board = 1;
    config.level = wire::SendingLevel::mixed;
    REQUIRE(relay::run_board_command(config).has_value());
    for (int attempt = 0; attempt < 500; ++attempt, std::this_thread::sleep_for(10ms)) {
        relay.tend();
        Client client(relay.address());
        const auto greeting = client.challenge();
        REQUIRE(greeting.has_value());
        client.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, greeting->nonce)});
        const auto accepted = client.expect<wire::Accepted>();
        REQUIRE(accepted.has_value());
        if (accepted->boards.at(1).level == wire::SendingLevel::mixed) return;
    }
    FAIL("the board does not become mixed");
}

std::vector<tokens::Token> fetch_tokens(const RelayAddress& relay, const crypto::SignaturePrivateKey& device, std::size_t count)
{
    base::SystemRandom random;
    std::vector<tokens::Token> fetched;
    Client client(relay);
    const auto greeting = client.challenge();
    REQUIRE(greeting.has_value());
    client.send(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, greeting->nonce)});
    REQUIRE(client.expect<wire::Accepted>().has_value());
    for (std::size_t but = 0; fetched.size() < count; ++but) {
        const auto records = read_board(client, 0);
        REQUIRE(records.has_value());
        const auto issuer = newest_issuer(*records, but);
        if (!issuer) break;
        while (fetched.size() < count) {
            const auto batch = tokens::TokenBatch::create(issuer->issuer_public_key, tokens::access_challenge(*greeting->organisation), random).value();
            client.send(wire::TokenRequest{1, tokens::kTokenType, tokens::truncated(tokens::token_key_id(issuer->issuer_public_key)), batch.blinded()});
            const auto frame = client.receive();
            REQUIRE(frame.has_value());
            const auto* response = std::get_if<wire::TokenResponse>(&*frame);
            if (response == nullptr) break;
            auto tokens = batch.finalize(response->evaluated_elements, response->proof);
            REQUIRE(tokens.has_value());
            std::ranges::move(*tokens, std::back_inserter(fetched));
        }
    }
    REQUIRE(fetched.size() >= count);
    return fetched;
}

}  // namespace sinetti::relay_test
