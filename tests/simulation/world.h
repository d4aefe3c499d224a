#pragma once
// Clients and a relay in one process, under one clock and one seed. Each client is a chat::Core with its own store; crash()
// destroys the core at whatever point it has reached, and what was durable is all the next one finds.

#include "chat/core.h"
#include "store/memory_backend.h"
#include "tests/simulation/durations.h"
#include "tests/simulation/second_line.h"
#include "tests/simulation/simulated_relay.h"
#include "tests/support/sealed_keys.h"

#include <deque>
#include <memory>

namespace sinetti::simulation {

crypto::Result<crypto::PasswordKey> quick_password_key(base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters parameters);

class World;

// What can go wrong at one place where a client touches the world. A process that dies does so there and then: of what its core
// goes on to do nothing comes out, and it is gone as soon as the core returns.
enum class Fault : std::uint8_t {
    store_fails,             // nothing was written
    store_fails_after,       // it was written, and the store says it was not
    dies_before_write,
    dies_after_write,
    dies_before_send,
    dies_after_send,         // and all it has sent arrives
    loses_connection_before_send,
    loses_connection_after_send,   // and all it has sent arrives
};
inline constexpr std::size_t kFaults = 8;
bool is_of_store(Fault fault);

struct PlannedFault {
    Fault fault{};
    std::size_t place = 0;   // the how-manieth write, or send, since the client was made; from 1
    bool happened = false;
};

class Client final : private chat::EventSink, private net::Transport, private net::Alarm, private store::Backend, private RelayConnection {
public:
    Client(World& world, std::string name, std::uint64_t seed);
    ~Client() override;

    void submit(api::Command&& command, std::string_view passphrase = {});
    void start();                             // a new core on what is stored
    void crash();                             // and nothing after it
    bool is_running() const { return m_core != nullptr; }
    void cut_connection();                    // both ends learn of it; what was under way is lost
    void set_offline(bool offline);
    void receive_from_relay(base::Bytes frame) { deliver(std::move(frame)); }

    std::optional<PlannedFault> planned;
    void plan(Fault fault, std::size_t place);   // at the how-manieth write, or send, from now on

    // What its screen knows.
    const std::string& name() const { return m_name; }
    api::Phase phase() const { return session.phase; }
    api::PersonId person(std::string_view name) const;
    const api::ConversationSummary* conversation(std::string_view title) const;   // by title
    std::vector<api::Message> timeline(std::string_view title);                   // opens it, all of it; nothing when that kills it
    std::vector<std::string> texts(std::string_view title);                       // "sender: text", system lines in brackets
    bool noticed(api::Code code) const;
    bool is_in(std::string_view title) const;
    const api::Board* board(std::uint32_t number) const;

    api::SessionEvent session;
    api::Code last_error = api::Code::none;
    api::ConnectionEvent connection;
    std::vector<api::Person> people;
    std::vector<api::ConversationSummary> conversations;
    std::vector<api::Board> boards;
    std::vector<api::Invitation> invitations;
    std::vector<api::NoticeEvent> notices;
    std::map<std::string, std::string> settings;
    std::string evidence;
    api::VaultEvent vault;
    api::ReleasesEvent releases;
    std::vector<api::PassphraseEvent> passphrase_events;
    std::string recovery_code;
    std::vector<std::string> root_shares;
    std::vector<api::RootRestoreEvent> root_events;
    api::LinkEvent link;                      // the latest, and why linking came to nothing the last time
    api::Code link_error = api::Code::none;
    std::optional<api::InvitationReadyEvent> invitation_ready;
    std::optional<api::ConversationReadyEvent> conversation_ready;
    std::map<api::ConversationId, std::map<api::MessageId, api::Message>> shown;
    bool has_older = false;
    api::TimelineEvent timeline_shown;        // the latest
    std::optional<api::SearchEvent> search_answer;
    std::vector<api::ScannedEvent> scanned;
    api::Code store_trouble = api::Code::none;
    store::MemoryBackend backend;
    std::int64_t password_time = 0;           // milliseconds that a new store may cost; what is set before start()
    std::int64_t pass_takes = 0;              // milliseconds of Argon2id's, on this machine
    store::MemoryBackend shared_backend;      // dies with the process

private:
    friend class World;
    void on_event(const api::Event& event) override;
    void open(net::TransportListener& listener) override;
    void send(base::ByteView frame) override;
    void close() override;
    void wake_after(std::int64_t milliseconds) override;
    void load(LoadCallback callback) override;
    void commit(std::vector<store::Write> writes, CommitCallback callback) override;
    void wipe(CommitCallback callback) override;
    // The core at work: nothing else may call it.
    void run_core(const std::function<void()>& work);
    bool is_planned(Fault fault, std::size_t place);   // and now it happens
    void die() { m_dying = true; }
    void put_through();                       // all that was sent arrives
    void deliver(base::Bytes frame) override;
    void drop() override;

    World& m_world;
    std::string m_name;
    base::SeededRandom m_random;
    std::unique_ptr<chat::Core> m_core;
    net::TransportListener* m_listener = nullptr;
    bool m_connected = false;                 // to the relay
    bool m_offline = false;
    bool m_dying = false;                     // dead already, its core has only to return
    std::size_t m_writes = 0;
    std::size_t m_sends = 0;
    enum class Signal : std::uint8_t { opened, closed, frame };
    struct Incoming {
        Signal signal;
        base::Bytes frame;
    };
    std::deque<Incoming> m_incoming;          // from the relay
    std::deque<base::Bytes> m_outgoing;       // to the relay
    std::optional<std::int64_t> m_wake_at;
    SecondLine m_errand_line;
};

class World {
public:
    explicit World(std::uint64_t seed);

    Client& add(std::string name);
    std::string founder_link() const;
    // One thing happens somewhere, chosen by the seed; false: nothing is under way.
    bool step();
    void run_steps(std::size_t count);
    // Until nothing is under way, nobody waits and everybody who is online is connected, or so much time has passed.
    void settle(std::int64_t milliseconds_max = 120'000);
    void advance(std::int64_t milliseconds);
    static bool is_line_of(const RelayConnection* connection, const Client& client) { return connection == static_cast<const RelayConnection*>(&client); }

    base::ManualClock clock;
    base::SeededRandom random;
    SimulatedRelay relay;
    std::vector<std::unique_ptr<Client>> clients;
    bool relay_is_down = false;
    bool second_lines = true;                 // clients that start have a second connection
    std::size_t delivered = 0;
};

// Founds the organisation with the first name and enrols the others; everybody is open and connected.
std::vector<Client*> found(World& world, const std::vector<std::string>& names);
std::string invite(World& world, Client& administrator, const std::string& name);   // answers the link's fragment
// The first person makes a group of all of them.
api::ConversationId make_group(World& world, const std::vector<Client*>& people, const std::string& title);
void reopen(World& world, Client& client);   // killed, started anew, and unlocked
std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise);
inline constexpr std::string_view kPassphrase = "kolme sanaa ja lukko";

}  // namespace sinetti::simulation
