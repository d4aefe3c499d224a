#include "tests/simulation/world.h"

#include "api/people.h"
#include "codec/writer.h"
#include "crypto/hash.h"
#include "directory/link.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

namespace sinetti::simulation {

// As different for different questions as Argon2id, which crypto and vault test, and would be most of what a simulated office computes.
crypto::Result<crypto::PasswordKey> quick_password_key(base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters parameters)
{
    const bool within_limits = parameters.memory >= crypto::kPasswordMemoryMin && parameters.memory <= crypto::kPasswordMemoryMax &&
                               parameters.passes >= crypto::kPasswordPassesMin && parameters.passes <= crypto::kPasswordPassesMax;
    if (salt.size() != crypto::kPasswordSaltSize || !within_limits) return base::Unexpected(crypto::Error::bad_length);
    codec::Writer info;
    info.u64(parameters.memory).u32(parameters.passes);
    const auto extracted = crypto::hkdf_extract(crypto::HashAlgorithm::sha256, salt, passphrase);
    return crypto::PasswordKey(*crypto::hkdf_expand(crypto::HashAlgorithm::sha256, extracted.view(), info.view(), 32));
}

Client::Client(World& world, std::string name, std::uint64_t seed) : m_world(world), m_name(std::move(name)), m_random(seed), m_errand_line(world.relay) {}

Client::~Client() { crash(); }

void Client::start()
{
    const auto password_key = [this](base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters parameters) {
        m_world.clock.advance(pass_takes * parameters.passes);
        return quick_password_key(passphrase, salt, parameters);
    };
    m_core = std::make_unique<chat::Core>(chat::CoreEnvironment{m_world.clock, m_random, *this, *this, *this, *this, password_time, password_key,
                                                                &shared_backend, m_world.second_lines ? &m_errand_line : nullptr});
    run_core([this] { m_core->submit(api::Start{}); });
}

void Client::run_core(const std::function<void()>& work)
{
    auto* keys = tests::SealedKeys::watching();
    if (keys != nullptr) keys->set_maker(this);
    work();
    if (keys != nullptr) keys->set_maker(tests::SealedKeys::nobody);
    if (m_dying) crash();
}

void Client::crash()
{
    m_dying = true;   // of what a core does in its end nothing comes out
    backend.drop_waiting();
    m_core.reset();
    m_dying = false;
    if (auto* keys = tests::SealedKeys::watching()) keys->forget(this);
    m_listener = nullptr;
    m_wake_at.reset();
    m_incoming.clear();
    // Frames that had left before it died may still arrive.
    if (m_connected && m_world.random.below(2) == 0) put_through();
    m_outgoing.clear();
    m_world.relay.disconnect(*this);
    m_connected = false;
    m_errand_line.forget();
    session = {};
    connection = {};
    conversations.clear();
    shown.clear();
}

void Client::submit(api::Command&& command, std::string_view passphrase)
{
    REQUIRE(m_core != nullptr);
    run_core([&] { m_core->submit(std::move(command), base::SecretBytes(base::view_of(passphrase))); });
}

// --- faults --------------------------------------------------------------------------------------------------------------

bool is_of_store(Fault fault) { return fault <= Fault::dies_after_write; }

bool Client::is_planned(Fault fault, std::size_t place)
{
    if (!planned || planned->happened || planned->fault != fault || planned->place != place) return false;
    return planned->happened = true;
}

void Client::plan(Fault fault, std::size_t place)
{
    m_writes = m_sends = 0;
    planned = PlannedFault{fault, place};
}

void Client::load(LoadCallback callback) { backend.load(std::move(callback)); }

void Client::wipe(CommitCallback callback)
{
    if (!m_dying) backend.wipe(std::move(callback));
}

void Client::commit(std::vector<store::Write> writes, CommitCallback callback)
{
    if (m_dying) return;
    ++m_writes;
    if (is_planned(Fault::store_fails, m_writes)) return callback(base::Unexpected(store::BackendError::full));
    if (is_planned(Fault::dies_before_write, m_writes)) return die();
    const bool says_it_failed = is_planned(Fault::store_fails_after, m_writes);
    const bool dies = is_planned(Fault::dies_after_write, m_writes);
    backend.commit(std::move(writes), [this, says_it_failed, dies, callback = std::move(callback)](base::Result<void, store::BackendError> result) {
        // What was sealed into these records, and the messages they hold, may be used from now on.
        if (auto* keys = tests::SealedKeys::watching(); keys != nullptr && result) keys->keep(this);
        if (dies) return die();
        if (says_it_failed) return callback(base::Unexpected(store::BackendError::broken));
        callback(std::move(result));
    });
}

void Client::put_through()
{
    while (!m_outgoing.empty() && m_connected) {
        const auto frame = std::move(m_outgoing.front());
        m_outgoing.pop_front();
        m_world.relay.receive(*this, frame);
    }
}

// --- the network ---------------------------------------------------------------------------------------------------------

void Client::open(net::TransportListener& listener)
{
    if (m_dying) return;
    m_listener = &listener;
    m_outgoing.clear();
    m_incoming.clear();
    kind.reset();
    following.clear();
    if (m_offline || m_world.relay_is_down) {
        m_incoming.push_back({Signal::closed, {}});
        return;
    }
    m_connected = true;
    m_incoming.push_back({Signal::opened, {}});
    m_world.relay.connect(*this);
}

void Client::send(base::ByteView frame)
{
    if (m_dying || !m_connected) return;
    ++m_sends;
    if (is_planned(Fault::dies_before_send, m_sends)) return die();
    if (is_planned(Fault::loses_connection_before_send, m_sends)) return cut_connection();
    m_outgoing.push_back(base::to_bytes(frame));
    if (is_planned(Fault::dies_after_send, m_sends)) {
        put_through();
        die();
    } else if (is_planned(Fault::loses_connection_after_send, m_sends)) {
        put_through();
        cut_connection();
    }
}

void Client::close()
{
    if (m_dying) return;
    m_outgoing.clear();
    m_world.relay.disconnect(*this);
    m_connected = false;
    m_incoming.clear();
    m_incoming.push_back({Signal::closed, {}});
}

void Client::deliver(base::Bytes frame) { m_incoming.push_back({Signal::frame, std::move(frame)}); }

void Client::drop()
{
    m_connected = false;
    m_outgoing.clear();
    if (m_core) m_incoming.push_back({Signal::closed, {}});
}

void Client::cut_connection()
{
    m_errand_line.cut();
    if (!m_connected) return;
    m_world.relay.disconnect(*this);
    // Of what was under way in each direction, some arrives before the line goes dead.
    m_incoming.resize(std::min<std::size_t>(m_incoming.size(), m_world.random.below(m_incoming.size() + 1)));
    drop();
}

void Client::set_offline(bool offline)
{
    m_offline = offline;
    m_errand_line.is_down = offline;
    if (offline) cut_connection();
}

void Client::wake_after(std::int64_t milliseconds)
{
    if (!m_dying) m_wake_at = m_world.clock.now().value + milliseconds;
}

// --- the screen ------------------------------------------------------------------------------------------------------------

void Client::on_event(const api::Event& event)
{
    if (m_dying) return;
    if (const auto* known = std::get_if<api::SessionEvent>(&event)) {
        session = *known;
        last_error = known->error;
    }
    if (const auto* known = std::get_if<api::ConnectionEvent>(&event)) connection = *known;
    if (const auto* known = std::get_if<api::PeopleEvent>(&event)) api::take_in(people, *known);
    if (const auto* known = std::get_if<api::ConversationsEvent>(&event)) conversations = known->conversations;
    if (const auto* known = std::get_if<api::BoardsEvent>(&event)) boards = known->boards;
    if (const auto* known = std::get_if<api::InvitationsEvent>(&event)) invitations = known->invitations;
    if (const auto* known = std::get_if<api::InvitationReadyEvent>(&event)) invitation_ready = *known;
    if (const auto* known = std::get_if<api::ConversationReadyEvent>(&event)) conversation_ready = *known;
    if (const auto* known = std::get_if<api::NoticeEvent>(&event)) notices.push_back(*known);
    if (const auto* known = std::get_if<api::SearchEvent>(&event)) search_answer = *known;
    if (const auto* known = std::get_if<api::ScannedEvent>(&event)) scanned.push_back(*known);
    if (const auto* known = std::get_if<api::StoreEvent>(&event)) store_trouble = known->trouble;
    if (const auto* known = std::get_if<api::EvidenceEvent>(&event)) evidence = known->text;
    if (const auto* known = std::get_if<api::VaultEvent>(&event)) vault = *known;
    if (const auto* known = std::get_if<api::ReleasesEvent>(&event)) releases = *known;
    if (const auto* known = std::get_if<api::PassphraseEvent>(&event)) passphrase_events.push_back(*known);
    if (const auto* known = std::get_if<api::RecoveryCodeEvent>(&event)) recovery_code = known->code;
    if (const auto* known = std::get_if<api::RootSharesEvent>(&event)) root_shares = known->shares;
    if (const auto* known = std::get_if<api::RootRestoreEvent>(&event)) root_events.push_back(*known);
    if (const auto* known = std::get_if<api::LinkEvent>(&event)) {
        link = *known;
        if (known->error != api::Code::none) link_error = known->error;
    }
    if (const auto* known = std::get_if<api::SettingsEvent>(&event)) settings = {known->settings.begin(), known->settings.end()};
    if (const auto* known = std::get_if<api::TimelineEvent>(&event)) {
        auto& messages = shown[known->conversation];
        messages.clear();
        for (const auto& message : known->messages) messages.emplace(message.id, message);
        has_older = known->has_older;
        timeline_shown = *known;
    }
    if (const auto* known = std::get_if<api::MessagesEvent>(&event))
        for (const auto& message : known->messages) shown[known->conversation].insert_or_assign(message.id, message);
}

api::PersonId Client::person(std::string_view name) const
{
    const auto found = std::ranges::find(people, name, &api::Person::name);
    return found == people.end() ? api::PersonId() : found->id;
}

const api::ConversationSummary* Client::conversation(std::string_view title) const
{
    const auto found = std::ranges::find(conversations, title, &api::ConversationSummary::title);
    return found == conversations.end() ? nullptr : &*found;
}

bool Client::is_in(std::string_view title) const
{
    const auto* known = conversation(title);
    return known != nullptr && known->active;
}

const api::Board* Client::board(std::uint32_t number) const
{
    const auto found = std::ranges::find(boards, number, &api::Board::number);
    return found == boards.end() ? nullptr : &*found;
}

bool Client::noticed(api::Code code) const { return std::ranges::find(notices, code, &api::NoticeEvent::code) != notices.end(); }

std::vector<api::Message> Client::timeline(std::string_view title)
{
    const auto* summary = conversation(title);
    if (summary == nullptr) return {};
    const auto id = summary->id;
    submit(api::OpenConversation{id});
    if (is_running()) m_world.settle();
    while (is_running() && has_older) {
        submit(api::LoadOlder{id});
        m_world.settle();
    }
    if (!is_running()) return {};
    std::vector<api::Message> messages;
    for (const auto& [message_id, message] : shown[id]) messages.push_back(message);
    submit(api::OpenConversation{});
    std::ranges::stable_sort(messages, {}, [](const api::Message& message) {
        // Lines of one commit share its position; their own ids count up.
        return std::tuple(message.order, message.kind == api::MessageKind::text, message.id.size(), message.id);
    });
    return messages;
}

std::vector<std::string> Client::texts(std::string_view title)
{
    std::vector<std::string> result;
    const auto name_of = [this](const api::PersonId& id) {
        const auto found = std::ranges::find(people, id, &api::Person::id);
        return found == people.end() ? id : found->name;
    };
    for (const auto& message : timeline(title)) {
        switch (message.kind) {
        case api::MessageKind::text:
            result.push_back(name_of(message.sender) + ": " + message.text + (message.delivery == api::Delivery::waiting ? " (waiting)" : ""));
            break;
        case api::MessageKind::created: result.push_back("[" + name_of(message.sender) + " created]"); break;
        case api::MessageKind::member_added: result.push_back("[" + name_of(message.sender) + " added " + name_of(message.subject) + "]"); break;
        case api::MessageKind::member_removed: result.push_back("[" + name_of(message.sender) + " removed " + name_of(message.subject) + "]"); break;
        case api::MessageKind::renamed: result.push_back("[" + name_of(message.sender) + " renamed " + message.text + "]"); break;
        case api::MessageKind::removed_us: result.push_back("[" + name_of(message.sender) + " removed us]"); break;
        case api::MessageKind::unreadable: result.push_back("[unreadable]"); break;
        case api::MessageKind::messages_gone: result.push_back("[messages gone]"); break;
        case api::MessageKind::device_joined: result.push_back("[" + name_of(message.subject) + " has a new device]"); break;
        case api::MessageKind::device_signed_out: result.push_back("[a device of " + name_of(message.subject) + " signed out]"); break;
        case api::MessageKind::member_revoked: result.push_back("[" + name_of(message.subject) + " removed by an administrator]"); break;
        }
    }
    return result;
}

// --- the world ---------------------------------------------------------------------------------------------------------------

World::World(std::uint64_t seed) : clock({1'800'000'000'000}), random(seed), relay(clock, seed + 1) {}

Client& World::add(std::string name)
{
    clients.push_back(std::make_unique<Client>(*this, std::move(name), random.below(UINT64_MAX)));
    clients.back()->start();
    return *clients.back();
}

std::string World::founder_link() const { return directory::encode_link(directory::FounderLink{base::Secret<32>(relay.founder_token()), relay.keys()}); }

bool World::step()
{
    std::vector<std::function<void()>> choices;
    for (const auto& each : clients) {
        auto* client = each.get();
        if (!client->m_incoming.empty())
            choices.emplace_back([client] {
                const auto incoming = std::move(client->m_incoming.front());
                client->m_incoming.pop_front();
                auto* listener = client->m_listener;
                if (listener == nullptr) return;
                if (incoming.signal == Client::Signal::closed) client->m_listener = nullptr;
                client->run_core([&] {
                    switch (incoming.signal) {
                    case Client::Signal::opened: return listener->on_opened();
                    case Client::Signal::closed: return listener->on_closed();
                    case Client::Signal::frame: return listener->on_frame(incoming.frame);
                    }
                });
            });
        if (!client->m_outgoing.empty())
            choices.emplace_back([this, client] {
                const auto frame = std::move(client->m_outgoing.front());
                client->m_outgoing.pop_front();
                relay.receive(*client, frame);
            });
        if (client->m_errand_line.has_incoming()) choices.emplace_back([client] { client->run_core([client] { client->m_errand_line.take_incoming(); }); });
        if (client->m_errand_line.has_outgoing()) choices.emplace_back([client] { client->m_errand_line.take_outgoing(); });
        if (client->backend.waiting() > 0) choices.emplace_back([client] { client->run_core([client] { client->backend.deliver_one(); }); });
        if (client->m_core && client->m_wake_at && *client->m_wake_at <= clock.now().value)
            choices.emplace_back([client] {
                client->m_wake_at.reset();
                client->run_core([client] { client->m_core->on_alarm(); });
            });
    }
    if (choices.empty()) return false;
    ++delivered;
    choices[random.below(choices.size())]();
    return true;
}

void World::run_steps(std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        if (!step()) advance(200);
}

void World::advance(std::int64_t milliseconds) { clock.advance(milliseconds); }

void World::settle(std::int64_t milliseconds_max)
{
    const auto end = clock.now().value + milliseconds_max;
    for (std::size_t steps = 0; steps < 2'000'000; ++steps) {
        if (step()) continue;
        const bool somebody_waits = std::ranges::any_of(clients, [](const auto& client) {
            if (!client->m_core || client->m_offline) return false;
            const bool has_session = client->phase() == api::Phase::open || client->phase() == api::Phase::opening;
            return has_session && (client->phase() == api::Phase::opening || client->connection.state != api::ConnectionState::connected || client->connection.waiting > 0);
        });
        std::optional<std::int64_t> next;
        for (const auto& client : clients)
            if (client->m_core && client->m_wake_at && (!next || *client->m_wake_at < *next)) next = client->m_wake_at;
        if (!somebody_waits || relay_is_down || !next || *next > end) return;
        advance(std::max<std::int64_t>(1, *next - clock.now().value));
    }
    FAIL("the world does not come to rest");
}

void reopen(World& world, Client& client)
{
    client.crash();
    client.start();
    world.settle();
    client.submit(api::Unlock{}, kPassphrase);
    world.settle();
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise)
{
    const auto* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

std::string invite(World& world, Client& administrator, const std::string& name)
{
    administrator.submit(api::CreateInvitation{name, api::Role::member});
    world.settle();
    REQUIRE(administrator.invitation_ready.has_value());
    return administrator.invitation_ready->invitation.fragment;
}

std::vector<Client*> found(World& world, const std::vector<std::string>& names)
{
    std::vector<Client*> clients;
    for (const auto& name : names) {
        auto& client = world.add(name);
        if (clients.empty()) {
            client.submit(api::OpenLink{world.founder_link()});
            world.settle();
            REQUIRE(client.phase() == api::Phase::founder);
            client.submit(api::Found{"Virasto", name, "Päällikkö"}, kPassphrase);
        } else {
            client.submit(api::OpenLink{invite(world, *clients.front(), name)});
            world.settle();
            REQUIRE(client.phase() == api::Phase::invited);
            client.submit(api::Enrol{name, "Neuvos"}, kPassphrase);
        }
        clients.push_back(&client);
        world.settle();
        REQUIRE(client.phase() == api::Phase::open);
        REQUIRE(client.connection.state == api::ConnectionState::connected);
    }
    return clients;
}

api::ConversationId make_group(World& world, const std::vector<Client*>& people, const std::string& title)
{
    std::vector<api::PersonId> members;
    for (std::size_t i = 1; i < people.size(); ++i) members.push_back(people[0]->person(people[i]->name()));
    people[0]->submit(api::CreateConversation{api::ConversationKind::group, title, members});
    world.settle();
    REQUIRE(people[0]->conversation_ready.has_value());
    return people[0]->conversation_ready->conversation;
}

}  // namespace sinetti::simulation
