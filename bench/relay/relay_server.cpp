#include "base/clock.h"
#include "base/random.h"
#include "bench/relay/server.h"
#include "channel/channel.h"
#include "channel/mixed_message.h"
#include "directory/link.h"
#include "directory/record.h"
#include "directory/session_auth.h"
#include "tokens/token.h"
#include "wire/frame.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sinetti::bench {

namespace {

constexpr std::uint32_t kBoard = wire::kFirstCellBoard;
constexpr std::size_t kTokensPerKey = 64;        // that a device gets (docs/protocol.md §10)

class RelaySession final : public MemberSession {
public:
    RelaySession(std::uint16_t port, const directory::RelayKeys& keys) : MemberSession(std::make_unique<Stream>(port, "/ws"))
    {
        base::SystemRandom random;
        auto opened = channel::ClientChannel::open(keys, random);
        if (!opened) give_up("keys that are none");
        m_channel.emplace(std::move(opened->channel));
        m_stream->send(opened->message);
        m_nonce = std::get<wire::Challenge>(expect()).nonce;
    }

    void write(const wire::ClientFrame& frame) { m_stream->send(m_channel->seal(frame)); }
    wire::RelayFrame expect()   // blocking; what is the channel's own or a signed head is not waited for
    {
        for (;;) {
            auto frame = m_channel->receive(m_stream->receive());
            if (!frame) give_up("a malformed message");
            if (*frame && !std::holds_alternative<wire::SignedHead>(**frame)) return std::move(**frame);
        }
    }
    void open_as_device(const crypto::SignaturePrivateKey& device)
    {
        write(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, m_nonce)});
        if (!std::holds_alternative<wire::Accepted>(expect())) give_up("not accepted");
    }
    void open_as_invite(const directory::InviteCertificate& invite, const crypto::SignaturePrivateKey& key)
    {
        write(wire::AuthenticateInvite{directory::encode(invite), directory::sign_session(key, m_nonce)});
        if (!std::holds_alternative<wire::Accepted>(expect())) give_up("an invitation was not accepted");
    }
    void open_with(const tokens::Token& token)
    {
        wire::AuthenticateToken frame;
        std::ranges::copy(token.view(), frame.token.begin());
        write(frame);
        if (!std::holds_alternative<wire::Accepted>(expect())) give_up("a token was not accepted");
    }
    std::vector<directory::TokenIssuer> read_issuers()
    {
        std::vector<directory::TokenIssuer> issuers;
        write(wire::Read{1, wire::kDirectoryBoard, 0});
        for (;;) {
            const auto frame = expect();
            const auto* entries = std::get_if<wire::Entries>(&frame);
            if (entries == nullptr) give_up("the directory cannot be read");
            for (const auto& entry : entries->entries) {
                const auto record = directory::decode_record(entry);
                if (const auto* issuer = record ? std::get_if<directory::TokenIssuer>(&*record) : nullptr) issuers.push_back(*issuer);
            }
            if (entries->last) return issuers;
        }
    }
    std::vector<tokens::Token> fetch_tokens(const directory::TokenIssuer& issuer, const directory::PublicKey& root, base::Random& random)
    {
        const auto batch = tokens::TokenBatch::create(issuer.issuer_public_key, tokens::access_challenge(root), random);
        if (!batch) give_up("an issuer key that is none");
        write(wire::TokenRequest{1, tokens::kTokenType, tokens::truncated(tokens::token_key_id(issuer.issuer_public_key)), batch->blinded()});
        const auto frame = expect();
        const auto* response = std::get_if<wire::TokenResponse>(&frame);
        if (response == nullptr) give_up("no tokens");
        auto fetched = batch->finalize(response->evaluated_elements, response->proof);
        if (!fetched) give_up("tokens that are none");
        return std::move(*fetched);
    }
    void open_as_founder(const directory::FounderLink& link)
    {
        wire::AuthenticateFounder frame;
        std::copy(link.token.view().begin(), link.token.view().end(), frame.token.begin());
        write(frame);
        if (!std::holds_alternative<wire::Accepted>(expect())) give_up("the founder was not accepted");
    }
    void append(const directory::Record& record)
    {
        write(wire::Append{1, 0, directory::encode(record)});
        if (!std::holds_alternative<wire::Appended>(expect())) give_up("a record was refused");
    }
    void follow_from_start() { write(wire::Follow{1, kBoard, 0}); }
    void await_caught_up()
    {
        for (;;) {
            const auto frame = expect();
            const auto* entries = std::get_if<wire::Entries>(&frame);
            if (entries != nullptr && entries->last) return;
        }
    }

    void queue(const wire::ClientFrame& frame) override { m_stream->queue(m_channel->seal(frame)); }
    void publish(base::ByteView payload) override { queue(wire::Append{++m_request, kBoard, base::to_bytes(payload)}); }
    void take(base::ByteView received, const OnPayload& on_payload) override
    {
        const auto frame = m_channel->receive(received);
        if (!frame) give_up("a malformed message");
        if (!*frame) return;
        if (const auto* entries = std::get_if<wire::Entries>(&**frame)) {
            for (const auto& entry : entries->entries) on_payload(entry);
        } else if (std::holds_alternative<wire::Appended>(**frame)) {
            ++m_acknowledged;
        } else if (const auto* refused = std::get_if<wire::Refused>(&**frame)) {
            give_up(std::string("a cell was refused: ") + wire::name_of(refused->code));
        }
    }
    std::size_t acknowledged() const override { return m_acknowledged; }

private:
    std::optional<channel::ClientChannel> m_channel;
    wire::Nonce m_nonce{};
    std::uint32_t m_request = 0;
    std::size_t m_acknowledged = 0;
};

class Relay final : public RelayServer {
public:
    Relay(const std::filesystem::path& program, const std::filesystem::path& folder, const std::vector<std::string>& more)
    {
        std::filesystem::create_directories(folder / "app");
        std::ofstream(folder / "app" / "index.html") << "bench";
        // One session of the benchmark stands for many people, unless it is to be held to what one may.
        std::vector<std::string> command{program.string(), "serve", "--port", "0", "--data", (folder / "data").string(), "--app", (folder / "app").string()};
        command.insert(command.end(), more.begin(), more.end());
        if (std::ranges::find(more, "--cell-rate") == more.end()) command.insert(command.end(), {"--cell-rate", "1000000"});
        FILE* lines = launch(command);
        const auto key_file = folder / "root";
        const bool is_new = !std::filesystem::exists(key_file);
        std::string link;
        char line[1024];
        while ((m_port == 0 || (is_new && link.empty())) && std::fgets(line, sizeof line, lines) != nullptr) {
            const std::string text(line, std::strcspn(line, "\n"));
            if (const auto port = port_in(text)) m_port = *port;
            if (text.starts_with("administrator link: ")) link = text.substr(20);
        }
        if (m_port == 0) give_up("cannot start " + program.string());
        is_new ? found(link, folder) : load(folder);
    }

    std::uint16_t port() const override { return m_port; }
    directory::RelayKeys keys() const override { return m_keys; }
    std::unique_ptr<MemberSession> member() override { return opened(m_port); }
    std::unique_ptr<Session> connect(Role role) override { return connect_at(m_port, role); }
    std::unique_ptr<Session> connect_at(std::uint16_t port, Role role) override
    {
        auto session = opened(port);
        if (role == Role::follower) {
            session->follow_from_start();
            session->await_caught_up();
        }
        return session;
    }
    std::unique_ptr<Session> follow_from_start() override
    {
        auto session = opened(m_port);
        session->follow_from_start();
        return session;
    }
    void have_tokens(std::size_t count) override
    {
        while (m_tokens.size() < count) enrol_for_tokens();
    }
    base::Bytes mixed_cell(base::ByteView payload) override
    {
        if (m_tokens.empty()) give_up("there is no token for a cell");
        auto token = std::move(m_tokens.back());
        m_tokens.pop_back();
        channel::MixedCell cell{{}, kBoard, base::to_bytes(payload)};
        std::ranges::copy(token.view(), cell.token.mutable_view().begin());
        return sealed(channel::seal_cell_to_mix(m_keys, cell, m_random));
    }
    base::Bytes cover() override { return sealed(channel::seal_cover(m_keys, m_random)); }

private:
    static base::Bytes sealed(channel::Result<base::Bytes> message)
    {
        if (!message) give_up("keys that are none");
        return std::move(*message);
    }

    std::unique_ptr<RelaySession> opened(std::uint16_t port)
    {
        if (m_tokens.empty()) enrol_for_tokens();
        auto session = std::make_unique<RelaySession>(port, m_keys);
        session->open_with(m_tokens.back());
        m_tokens.pop_back();
        return session;
    }

    // One more member of staff, and all the tokens they may have.
    void enrol_for_tokens()
    {
        base::SystemRandom random;
        const auto invite = crypto::SignaturePrivateKey::generate(random);
        const auto device = crypto::SignaturePrivateKey::generate(random);
        {
            const auto certificate = certify(invite);
            RelaySession newcomer(m_port, m_keys);
            newcomer.open_as_invite(certificate, invite);
            newcomer.append(enrolment(certificate, invite, device, random));
        }
        RelaySession session(m_port, m_keys);
        session.open_as_device(device);
        std::vector<directory::TokenIssuer> issuers;
        while (issuers.size() <= directory::kTokenPeriodsAhead) issuers = session.read_issuers();   // they are published now
        for (const auto& issuer : issuers) {
            for (std::size_t asked = 0; asked < kTokensPerKey; asked += tokens::kTokensPerRequest)
                std::ranges::move(session.fetch_tokens(issuer, m_root->public_key(), random), std::back_inserter(m_tokens));
        }
    }

    directory::InviteCertificate certify(const crypto::SignaturePrivateKey& invite) const
    {
        return directory::sign_invite(*m_root, invite.public_key(), {base::SystemClock().now().value + 3'600'000}, directory::Role::member);
    }

    static directory::Enrolment enrolment(const directory::InviteCertificate& certificate, const crypto::SignaturePrivateKey& invite,
                                          const crypto::SignaturePrivateKey& device, base::Random& random)
    {
        const auto identity = crypto::SignaturePrivateKey::generate(random);
        const auto contact = crypto::DhPrivateKey::generate(random);
        return directory::sign_enrolment(certificate, invite, identity, *directory::seal_name(directory_key(), directory::NameOf::person, {"bench", ""}, random),
                                         directory::sign_device(identity, device.public_key(), contact.public_key(), base::SystemClock().now()), base::Bytes(300, 1));
    }

    static directory::DirectoryKey directory_key() { return directory::DirectoryKey(base::Bytes(32, 1)); }

    void found(const std::string& link_text, const std::filesystem::path& folder)
    {
        base::SystemRandom random;
        base::SecretBytes seed(32);
        random.fill(seed.mutable_view());
        const auto link = directory::parse_founder_link(link_text);
        if (!link) give_up("no administrator link");
        m_keys = link->relay_keys;
        {
            std::ofstream stream(folder / "root", std::ios::binary);
            stream.write(reinterpret_cast<const char*>(seed.view().data()), 32);
            stream.write(reinterpret_cast<const char*>(m_keys.channel_public_key.data()), 32);
            stream.write(reinterpret_cast<const char*>(m_keys.signing_public_key.data()), 32);
        }
        load(folder);
        RelaySession founder(m_port, m_keys);
        founder.open_as_founder(*link);
        founder.append(directory::sign_organisation(*m_root, *directory::seal_name(directory_key(), directory::NameOf::organisation, {"bench", ""}, random)));
        const auto invite = crypto::SignaturePrivateKey::generate(random);
        founder.append(enrolment(certify(invite), invite, crypto::SignaturePrivateKey::generate(random), random));
    }

    void load(const std::filesystem::path& folder)
    {
        std::ifstream stream(folder / "root", std::ios::binary);
        base::Bytes bytes(96);
        stream.read(reinterpret_cast<char*>(bytes.data()), 96);
        if (!stream) give_up("the data of an earlier run is not whole");
        const auto view = base::ByteView(bytes);
        m_root.emplace(std::move(crypto::SignaturePrivateKey::from_seed(view.first(32))).value());
        std::copy_n(bytes.begin() + 32, 32, m_keys.channel_public_key.begin());
        std::copy_n(bytes.begin() + 64, 32, m_keys.signing_public_key.begin());
    }

    base::SystemRandom m_random;
    std::uint16_t m_port = 0;
    directory::RelayKeys m_keys;
    std::optional<crypto::SignaturePrivateKey> m_root;
    std::vector<tokens::Token> m_tokens;           // each opens one session
};

}  // namespace

std::unique_ptr<RelayServer> RelayServer::start(const std::filesystem::path& program, const std::filesystem::path& folder, const std::vector<std::string>& more)
{
    return std::make_unique<Relay>(program, folder, more);
}

}  // namespace sinetti::bench
