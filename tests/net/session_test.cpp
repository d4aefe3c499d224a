#include "net/session.h"

#include "tests/channel/relay_end.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::net;

namespace {

class Line final : public Transport {   // the far end is the test
public:
    void open(TransportListener& listener) override
    {
        ++opened;
        m_listener = &listener;
        relay.begin();
    }
    void send(base::ByteView message) override
    {
        ++messages;
        if (deaf) return;
        if (auto frame = relay.receive(message)) sent.push_back(std::move(*frame));
    }
    void close() override
    {
        ++closed;
        if (answers_close) hang_up();
    }
    void answer() { m_listener->on_opened(); }
    void say(const wire::RelayFrame& frame) { say_raw(relay.channel().seal(frame)); }
    void say_raw(base::ByteView bytes)
    {
        if (m_listener != nullptr) m_listener->on_frame(bytes);   // a line that was closed carries nothing
    }
    void hang_up()
    {
        if (auto* listener = std::exchange(m_listener, nullptr)) listener->on_closed();
    }

    int opened = 0;
    int closed = 0;
    bool answers_close = true;
    bool deaf = false;                        // it does not even try to open what it gets
    int messages = 0;
    std::vector<wire::ClientFrame> sent;      // without the first of each connection
    channel_test::RelayEnd relay;

private:
    TransportListener* m_listener = nullptr;
};

class Owner final : public SessionListener {
public:
    std::optional<directory::RelayKeys> relay_keys() override { return keys; }
    std::optional<wire::ClientFrame> on_challenge(const wire::Challenge&) override
    {
        if (session_to_stop != nullptr) session_to_stop->stop();
        return answer;
    }
    void on_accepted(const wire::Accepted&) override { ++accepted; }
    void on_refused(const wire::Refused& refused) override { refusals.push_back(refused.code); }
    void on_appended(const wire::Appended&) override { ++appended; }
    void on_entries(wire::Entries&&) override { ++entries; }
    void on_signed_head(const wire::SignedHead&) override { ++signed_heads; }
    void on_gone(const wire::Gone&) override { ++gone; }
    void on_token_response(const wire::TokenResponse&) override { ++token_responses; }
    void on_blob_state(const wire::BlobState&) override {}
    void on_blob_data(wire::BlobData&&) override {}
    void on_vault_answer(VaultAnswer&& vault_answer) override { vault_answers.push_back(std::move(vault_answer)); }
    void on_meeting_state(wire::MeetingState&& state) override { meeting_states.push_back(std::move(state)); }
    void on_session_closed(CloseReason reason) override { reasons.push_back(reason); }

    std::optional<wire::ClientFrame> answer = wire::AuthenticateDevice{};
    std::optional<directory::RelayKeys> keys;
    Session* session_to_stop = nullptr;
    int accepted = 0;
    int appended = 0;
    int token_responses = 0;
    int entries = 0;
    int signed_heads = 0, gone = 0;
    std::vector<VaultAnswer> vault_answers;
    std::vector<wire::MeetingState> meeting_states;
    std::vector<wire::Refusal> refusals;
    std::vector<CloseReason> reasons;
};

struct Fixture {
    base::ManualClock clock{{1'000'000}};
    base::SeededRandom random{1};
    Line line;
    Owner owner;
    Session session{clock, random, line, owner};

    Fixture() { owner.keys = line.relay.keys(); }
    void connect()
    {
        session.start();
        line.answer();
        line.say(wire::Challenge{});
        line.say(wire::Accepted{});
    }
    std::int64_t wait() const { return session.next_wake()->value - clock.now().value; }
    void pass(std::int64_t milliseconds)
    {
        clock.advance(milliseconds);
        session.on_wake();
    }
};

}  // namespace

TEST_SUITE("net.session")
{
    TEST_CASE("challenge, answer, accepted: then frames go both ways")
    {
        Fixture f;
        f.connect();
        CHECK(f.owner.accepted == 1);
        CHECK(f.session.is_ready());
        REQUIRE(f.line.sent.size() == 1);
        CHECK(std::holds_alternative<wire::AuthenticateDevice>(f.line.sent[0]));
        f.session.send(f.session.connection(), wire::Ping{7});
        CHECK(f.line.sent.size() == 2);
        f.line.say(wire::Appended{.request_id = 1});
        f.line.say(wire::Entries{});
        f.line.say(wire::SignedHead{});
        f.line.say(wire::Gone{});
        CHECK(f.owner.signed_heads == 1);
        CHECK(f.owner.gone == 1);
        f.line.say(wire::Refused{.request_id = 3, .code = wire::Refusal::tag_taken});
        CHECK(f.owner.appended == 1);
        CHECK(f.owner.entries == 1);
        CHECK(f.owner.refusals.size() == 1);
        CHECK(f.session.is_ready());
    }

    TEST_CASE("what was meant for an earlier connection is not sent on a later one")
    {
        Fixture f;
        f.connect();
        const auto earlier = f.session.connection();
        f.line.hang_up();
        CHECK(f.owner.reasons == std::vector{CloseReason::lost});
        f.pass(1000);
        f.line.answer();
        f.line.say(wire::Challenge{});
        f.line.say(wire::Accepted{});
        const auto sent = f.line.sent.size();
        f.session.send(earlier, wire::Ping{1});
        CHECK(f.line.sent.size() == sent);
    }

    TEST_CASE("after each failure it waits longer, up to half a minute, and starts afresh once the relay was of use")
    {
        Fixture f;
        f.session.start();
        std::int64_t nominal = 500;
        for (int failure = 0; failure < 12; ++failure) {
            f.line.hang_up();
            CHECK(f.owner.reasons.back() == CloseReason::unreachable);
            CHECK(f.wait() >= nominal * 3 / 4);
            CHECK(f.wait() <= nominal * 5 / 4);
            nominal = std::min<std::int64_t>(nominal * 2, 30'000);
            f.pass(f.wait());
            CHECK(f.line.opened == failure + 2);
        }
        f.line.answer();
        f.line.say(wire::Challenge{});
        f.line.say(wire::Accepted{});
        f.session.mark_healthy();
        f.line.hang_up();
        CHECK(f.wait() <= 625);
    }

    TEST_CASE("a relay that never answers, or falls silent, is given up")
    {
        Fixture f;
        f.session.start();
        f.pass(kConnectTimeout);
        CHECK(f.owner.reasons == std::vector{CloseReason::unreachable});
        f.pass(1000);
        f.line.answer();
        f.line.say(wire::Challenge{});
        f.line.say(wire::Accepted{});
        const auto sent = f.line.sent.size();
        f.pass(kPingAfterSilence);
        REQUIRE(f.line.sent.size() == sent + 1);
        const auto ping = f.line.sent.back();
        REQUIRE(std::holds_alternative<wire::Ping>(ping));
        f.line.say(wire::Pong{std::get<wire::Ping>(ping).value});
        f.pass(kPingAfterSilence);
        f.pass(kSilenceMax - kPingAfterSilence);
        CHECK(f.owner.reasons.back() == CloseReason::lost);
    }

    TEST_CASE("what is no frame, or stands in the wrong place, ends the connection as garbled")
    {
        for (int kind = 0; kind < 7; ++kind) {
            CAPTURE(kind);
            Fixture f;
            f.session.start();
            f.line.answer();
            if (kind < 2) f.line.say(wire::Challenge{});
            if (kind == 0) f.line.say_raw({});
            if (kind == 1) f.line.say_raw(base::Bytes(256, 0xee));
            if (kind == 2) f.line.say(wire::Entries{});
            if (kind >= 3) {
                f.line.say(wire::Challenge{});
                f.line.say(wire::Accepted{});
                if (kind == 3) f.line.say(wire::Challenge{});
                if (kind == 4) f.line.say(wire::Accepted{});
                if (kind == 5) f.line.say_raw(wire::encode(wire::RelayFrame(wire::Pong{})));
                if (kind == 6) f.line.say(wire::Refused{.code = wire::Refusal::bad_frame});   // it got something else than we sent
            }
            CHECK(f.owner.reasons == std::vector{CloseReason::garbled});
            CHECK(f.line.closed == 1);
        }
    }

    TEST_CASE("a relay that does not hold the key it is known by is told nothing, by a reason of its own, and tried again")
    {
        Fixture f;
        f.owner.keys = channel_test::RelayEnd(2).keys();
        f.line.deaf = true;
        f.session.start();
        f.line.answer();
        CHECK(f.line.messages == 1);
        f.line.say_raw(channel::noise(f.random));
        CHECK(f.owner.reasons == std::vector{CloseReason::wrong_key});
        CHECK(f.line.messages == 1);
        f.line.deaf = false;
        f.owner.keys = f.line.relay.keys();
        f.pass(1000);
        f.line.answer();
        f.line.say(wire::Challenge{});
        f.line.say(wire::Accepted{});
        CHECK(f.session.is_ready());
        CHECK(f.line.messages == 3);
    }

    TEST_CASE("without keys to go by nothing is said, and keys that are none are wrong ones")
    {
        Fixture f;
        f.owner.keys.reset();
        f.session.start();
        f.line.answer();
        CHECK(f.owner.reasons == std::vector{CloseReason::ours});
        f.owner.keys.emplace();
        f.pass(1000);
        f.line.answer();
        CHECK(f.owner.reasons.back() == CloseReason::wrong_key);
        CHECK(f.line.messages == 0);
    }

    TEST_CASE("entries under a shared key arrive like any others")
    {
        Fixture f;
        f.connect();
        auto key = channel::SharedKey::generate(1, f.random);
        f.line.say(key.frame());
        f.line.relay.channel().count_shared();
        f.line.say_raw(key.seal(wire::encode(wire::RelayFrame(wire::Entries{.board = 1}), wire::Seal::shared)));
        f.line.say(wire::Entries{});
        CHECK(f.owner.entries == 2);
        f.line.say_raw(key.seal(wire::encode(wire::RelayFrame(wire::Entries{.board = 2}), wire::Seal::shared)));
        CHECK(f.owner.reasons == std::vector{CloseReason::garbled});
    }

    TEST_CASE("answers about vaults reach the owner once the session is open, and not before")
    {
        Fixture f;
        f.connect();
        f.line.say(wire::VaultEvaluated{.request_id = 1});
        f.line.say(wire::VaultFetched{.request_id = 2, .version = 7, .sealed = {1, 2}});
        f.line.say(wire::VaultStored{.request_id = 3, .version = 8});
        CHECK(f.owner.vault_answers == std::vector<VaultAnswer>{wire::VaultEvaluated{.request_id = 1}, wire::VaultFetched{.request_id = 2, .version = 7, .sealed = {1, 2}},
                                                                wire::VaultStored{.request_id = 3, .version = 8}});
        f.session.restart();
        f.line.answer();
        f.line.say(wire::VaultStored{.request_id = 3, .version = 8});
        CHECK(f.owner.vault_answers.size() == 3);
        CHECK(f.owner.reasons.back() == CloseReason::garbled);
    }

    TEST_CASE("what is said in a meeting reaches the owner once the session is open, and not before")
    {
        Fixture f;
        f.connect();
        const wire::MeetingState state{1, 2, base::Bytes(wire::kMeetingMessageSize, 7)};
        f.line.say(state);
        CHECK(f.owner.meeting_states == std::vector{state});
        f.session.restart();
        f.line.answer();
        f.line.say(state);
        CHECK(f.owner.meeting_states.size() == 1);
        CHECK(f.owner.reasons.back() == CloseReason::garbled);
    }

    TEST_CASE("another version and a refusal have reasons of their own")
    {
        Fixture f;
        f.session.start();
        f.line.answer();
        f.line.say(wire::Challenge{.version = 2});
        CHECK(f.owner.reasons == std::vector{CloseReason::version});
        f.pass(1000);
        f.line.answer();
        f.line.say(wire::Challenge{});
        f.line.say(wire::Refused{.code = wire::Refusal::revoked});
        CHECK(f.owner.refusals == std::vector{wire::Refusal::revoked});
        CHECK(f.owner.reasons.back() == CloseReason::refused);
    }

    TEST_CASE("stopping is final, also in the middle of a challenge and while the line is still closing")
    {
        Fixture f;
        f.owner.session_to_stop = &f.session;
        f.session.start();
        f.line.answer();
        f.line.say(wire::Challenge{});
        CHECK(f.line.sent.empty());
        CHECK_FALSE(f.session.is_started());
        CHECK_FALSE(f.session.next_wake().has_value());
        f.owner.session_to_stop = nullptr;

        f.line.answers_close = false;
        f.session.start();
        const auto opened = f.line.opened;
        f.session.stop();
        f.session.start();   // before on_closed has come
        CHECK(f.line.opened == opened);
        f.line.hang_up();
        CHECK(f.line.opened == opened + 1);
    }

    TEST_CASE("restarting connects again at once, with no wait for the backoff")
    {
        Fixture f;
        f.connect();
        const auto connection = f.session.connection();
        f.session.restart();
        CHECK(f.line.opened == 2);
        CHECK(f.session.connection() == connection + 1);
        CHECK(f.owner.reasons == std::vector{CloseReason::ours});
    }
}
