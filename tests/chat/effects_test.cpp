#include "chat/effects.h"

#include "chat/core.h"
#include "store/memory_backend.h"
#include "tests/channel/relay_end.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

class Quiet final : public net::Transport, public net::SessionListener, public EventSink {
public:
    void open(net::TransportListener& listener) override
    {
        m_listener = &listener;
        m_relay.begin();
    }
    void send(base::ByteView message) override
    {
        ++sent;
        (void)m_relay.receive(message);
    }
    void close() override { m_listener->on_closed(); }
    void connect()
    {
        m_listener->on_opened();
        m_listener->on_frame(m_relay.channel().seal(wire::Challenge{}));
        m_listener->on_frame(m_relay.channel().seal(wire::Accepted{}));
        sent = 0;
    }
    std::optional<directory::RelayKeys> relay_keys() override { return m_relay.keys(); }
    std::optional<wire::ClientFrame> on_challenge(const wire::Challenge&) override { return wire::AuthenticateDevice{}; }
    void on_accepted(const wire::Accepted&) override {}
    void on_refused(const wire::Refused&) override {}
    void on_appended(const wire::Appended&) override {}
    void on_entries(wire::Entries&&) override {}
    void on_signed_head(const wire::SignedHead&) override {}
    void on_gone(const wire::Gone&) override {}
    void on_token_response(const wire::TokenResponse&) override {}
    void on_blob_state(const wire::BlobState&) override {}
    void on_blob_data(wire::BlobData&&) override {}
    void on_vault_answer(net::VaultAnswer&&) override {}
    void on_meeting_state(wire::MeetingState&&) override {}
    void on_session_closed(net::CloseReason) override {}
    void on_event(const api::Event& event) override { events.push_back(event); }

    int sent = 0;
    std::vector<api::Event> events;

private:
    net::TransportListener* m_listener = nullptr;
    channel_test::RelayEnd m_relay;
};

struct Fixture {
    base::ManualClock clock{{1'000'000}};
    base::SeededRandom random{1};
    store::MemoryBackend backend;
    Quiet quiet;
    net::Session session{clock, random, quiet, quiet};
    int commits = 0;
    Effects effects{clock, random, backend, session, quiet, [this] { ++commits; }};

    Fixture()
    {
        effects.use_sealer(store::RecordSealer(store::MasterKey(base::ByteView(base::Bytes(32, 1)))));
        session.start();
        quiet.connect();
        backend.set_delayed(true);
    }
    void turn(std::string_view name)
    {
        effects.put(name, base::view_of(name));
        effects.send(wire::Ping{1});
        effects.emit(api::InvitationReadyEvent{});
        effects.end_turn();
    }
};

}  // namespace

TEST_SUITE("chat.effects")
{
    TEST_CASE("nothing leaves before it is stored; what is decided meanwhile follows in one batch")
    {
        Fixture f;
        f.turn("a");
        f.turn("b");
        f.turn("c");
        CHECK(f.quiet.sent == 0);
        CHECK(f.quiet.events.empty());
        CHECK_FALSE(f.effects.is_stored());
        f.backend.deliver_one();
        CHECK(f.quiet.sent == 1);
        CHECK(f.quiet.events.size() == 1);
        CHECK(f.backend.records().size() == 1);
        f.backend.deliver_one();
        CHECK(f.quiet.sent == 3);
        CHECK(f.backend.records().size() == 3);
        CHECK(f.backend.commits() == 2);
        CHECK(f.effects.is_stored());
    }

    TEST_CASE("a turn that stores nothing waits behind one that does")
    {
        Fixture f;
        f.turn("a");
        f.effects.emit(api::InvitationReadyEvent{});
        f.effects.end_turn();
        CHECK(f.quiet.events.empty());
        f.backend.deliver_one();
        CHECK(f.quiet.events.size() == 2);
    }

    TEST_CASE("when the store fails nothing leaves; it is said once, tried again, and later writes win")
    {
        Fixture f;
        f.backend.fail_with(store::BackendError::full);
        f.turn("a");
        f.backend.deliver_one();
        CHECK(f.quiet.sent == 0);
        REQUIRE(f.quiet.events.size() == 2);
        CHECK(std::get<api::NoticeEvent>(f.quiet.events[0]).code == api::Code::store_full);
        CHECK(std::get<api::StoreEvent>(f.quiet.events[1]).trouble == api::Code::store_full);
        REQUIRE(f.effects.next_wake().has_value());
        f.effects.put("a", base::view_of("newer"));
        f.effects.end_turn();
        f.clock.advance(1000);
        f.effects.on_wake();
        f.backend.deliver_one();
        CHECK(f.quiet.events.size() == 2);
        f.backend.fail_with(std::nullopt);
        f.clock.advance(5000);
        f.effects.on_wake();
        f.backend.deliver_one();
        CHECK(f.quiet.sent == 1);
        REQUIRE(f.quiet.events.size() == 4);
        CHECK(std::get<api::StoreEvent>(f.quiet.events[2]).trouble == api::Code::none);
        const auto id = f.effects.sealer()->id("a");
        const auto opened = f.effects.sealer()->open(id, f.backend.records().at(id));
        REQUIRE(opened.has_value());
        CHECK(base::equal(opened->value.view(), base::view_of("newer")));
    }

    TEST_CASE("of events that describe everything only the latest leaves")
    {
        Fixture f;
        f.effects.put("a", {});
        f.effects.end_turn();
        f.effects.emit_latest(api::PeopleEvent{{api::Person{.id = "1"}}});
        f.effects.emit_latest(api::PeopleEvent{{api::Person{.id = "2"}}});
        f.effects.end_turn();
        f.backend.deliver_one();
        REQUIRE(f.quiet.events.size() == 1);
        CHECK(std::get<api::PeopleEvent>(f.quiet.events[0]).people[0].id == "2");
    }

    TEST_CASE("what was forgotten is not stored again by a retry")
    {
        Fixture f;
        f.backend.fail_with(store::BackendError::broken);
        f.turn("a");
        f.effects.forget();
        f.backend.deliver_one();
        f.backend.fail_with(std::nullopt);
        f.clock.advance(60'000);
        f.effects.on_wake();
        CHECK_FALSE(f.backend.deliver_one());
        CHECK(f.backend.records().empty());
        CHECK(f.quiet.sent == 0);
    }

    TEST_CASE("a callback that comes after the end finds nobody")
    {
        store::MemoryBackend backend;
        backend.set_delayed(true);
        {
            base::ManualClock clock;
            base::SeededRandom random(1);
            Quiet quiet;
            net::Session session(clock, random, quiet, quiet);
            Effects effects(clock, random, backend, session, quiet, [] { FAIL("nobody is there"); });
            effects.put_unsealed({1}, {1});
            effects.end_turn();
        }
        CHECK(backend.deliver_one());
    }
}
