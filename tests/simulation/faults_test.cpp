// Random days: people talk, add and remove each other and rename things while connections break, tabs die at any instant,
// stores delay and fail and the relay restarts. Whatever happened, in the end everybody tells the same story.

#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

struct Said {
    std::string text;
    bool certain = false;   // its sender's screen showed it
};

class Day {
public:
    explicit Day(std::uint64_t seed) : m_world(seed), m_people(found(m_world, {"Aino", "Bertta", "Cecilia", "Daavid", "Eero"})) {}

    void run(std::size_t rounds)
    {
        create("Ryhmä", {"Bertta", "Cecilia", "Daavid"}, 0);
        create("Toinen", {"Aino", "Eero"}, 1);
        for (m_round = 0; m_round < rounds; ++m_round) {
            act();
            m_world.run_steps(m_world.random.below(25));
        }
        heal();
    }

    void check()
    {
        std::size_t told = 0;
        for (const auto& [title, id] : m_conversations) told += check_conversation(id) ? 1 : 0;
        CHECK(told > 0);
        CHECK(m_world.relay.tags_refused == 0);
        for (auto* client : m_people) {
            CHECK_MESSAGE(client->connection.waiting == 0, client->name());
            CHECK_FALSE(client->noticed(api::Code::conversation_damaged));
            CHECK_FALSE(client->noticed(api::Code::relay_fork));
            CHECK_FALSE(client->noticed(api::Code::relay_garbled));
            CHECK_FALSE(client->noticed(api::Code::internal));
        }
    }

private:
    std::uint64_t below(std::uint64_t limit) { return m_world.random.below(limit); }
    Client& anybody() { return *m_people[below(m_people.size())]; }

    void create(const std::string& title, const std::vector<std::string>& names, std::size_t creator)
    {
        std::vector<api::PersonId> members;
        for (const auto& name : names) members.push_back(m_people[creator]->person(name));
        m_people[creator]->submit(api::CreateConversation{api::ConversationKind::group, title, members});
        m_world.settle();
        REQUIRE(m_people[creator]->conversation_ready.has_value());
        m_conversations[title] = m_people[creator]->conversation_ready->conversation;
    }

    const api::ConversationId& some_conversation()
    {
        auto found = m_conversations.begin();
        std::advance(found, below(m_conversations.size()));
        return found->second;
    }

    bool is_member(const Client& client, const api::ConversationId& id) const
    {
        const auto found = std::ranges::find(client.conversations, id, &api::ConversationSummary::id);
        return client.phase() == api::Phase::open && found != client.conversations.end() && found->active;
    }

    void act()
    {
        auto& client = anybody();
        const auto dice = below(100);
        if (!client.is_running()) return revive(client);
        const auto& conversation = some_conversation();
        if (dice < 50) {
            if (!is_member(client, conversation)) return;
            const auto text = client.name() + " " + std::to_string(m_said[{client.name(), conversation}].size()) + std::string(below(10) == 0 ? 3000 : 0, '.');
            client.submit(api::SendText{conversation, text});
            // The list of conversations shows what is durable.
            const auto summary = std::ranges::find(client.conversations, conversation, &api::ConversationSummary::id);
            m_said[{client.name(), conversation}].push_back({text, summary->has_last && summary->last.text == text});
        } else if (dice < 58) {
            if (!is_member(client, conversation)) return;
            client.submit(api::AddMembers{conversation, {m_people.front()->person(anybody().name())}});
        } else if (dice < 64) {
            const auto whom = anybody().name();
            if (!is_member(client, conversation) || whom == client.name()) return;
            m_ever_removed.insert({whom, conversation});
            client.submit(api::RemoveMember{conversation, m_people.front()->person(whom)});
        } else if (dice < 68) {
            if (is_member(client, conversation)) client.submit(api::RenameConversation{conversation, "Nimi " + std::to_string(m_round)});
        } else if (dice < 76) {
            client.cut_connection();
        } else if (dice < 84) {
            client.crash();
            if (below(2) == 0) revive(client);
        } else if (dice < 87) {
            m_world.relay.restart();
        } else if (dice < 93) {
            client.backend.set_delayed(below(2) == 0);
        } else if (dice < 96) {
            if (m_failing.erase(&client) > 0)
                client.backend.fail_with(std::nullopt);
            else if (m_failing.insert(&client).second)
                client.backend.fail_with(store::BackendError::full);
        } else {
            m_world.relay.storage_full = !m_world.relay.storage_full;
        }
    }

    void revive(Client& client)
    {
        client.backend.fail_with(std::nullopt);
        m_failing.erase(&client);
        client.start();
        client.submit(api::Unlock{}, kPassphrase);
        m_world.run_steps(below(10));
        if (client.phase() == api::Phase::locked) client.submit(api::Unlock{}, kPassphrase);
    }

    void heal()
    {
        m_world.relay.storage_full = false;
        m_failing.clear();
        for (auto* client : m_people) {
            client->backend.fail_with(std::nullopt);
            client->backend.set_delayed(false);
        }
        m_world.settle(600'000);
        // And once more from what is stored.
        for (auto* client : m_people) {
            client->crash();
            client->start();
            m_world.settle();
            client->submit(api::Unlock{}, kPassphrase);
        }
        m_world.settle(600'000);
        for (auto* client : m_people) {
            REQUIRE_MESSAGE(client->phase() == api::Phase::open, client->name());
            REQUIRE_MESSAGE(client->connection.state == api::ConnectionState::connected, client->name());
        }
    }

    static std::vector<api::Message> texts_of(const std::vector<api::Message>& timeline)
    {
        std::vector<api::Message> texts;
        std::ranges::copy_if(timeline, std::back_inserter(texts), [](const api::Message& message) { return message.kind == api::MessageKind::text; });
        return texts;
    }

    // True: somebody was in it from its beginning to the end, and the others' stories are held against theirs.
    bool check_conversation(const api::ConversationId& id)
    {
        std::map<api::MessageId, std::pair<std::uint64_t, std::string>> seen;   // order and text, the same with everybody
        std::optional<std::vector<std::string>> reference;
        std::optional<std::vector<api::PersonId>> members;
        for (auto* client : m_people) {
            const auto summary = std::ranges::find(client->conversations, id, &api::ConversationSummary::id);
            if (summary == client->conversations.end()) continue;
            const auto title = summary->title;
            const auto active = summary->active;
            const auto in_it = summary->members;
            const auto timeline = client->timeline(title);
            const auto texts = texts_of(timeline);
            if (active) {
                if (members) CHECK_MESSAGE(*members == in_it, client->name());
                members = in_it;
            }

            std::vector<std::string> story;
            std::map<api::PersonId, std::vector<std::string>> by_sender;
            std::vector<std::pair<std::uint64_t, std::uint64_t>> absences;   // between removal and return
            for (const auto& message : timeline) {
                if (message.kind == api::MessageKind::removed_us) absences.push_back({message.order, UINT64_MAX});
                if (message.kind == api::MessageKind::member_added && message.subject == client->session.me && !absences.empty()) absences.back().second = message.order;
            }
            for (const auto& message : texts) {
                if (message.delivery == api::Delivery::waiting) {
                    CHECK_MESSAGE(m_ever_removed.contains({client->name(), id}), client->name());   // nobody was there to hear it
                    continue;
                }
                const auto [first, is_new] = seen.emplace(message.id, std::pair(message.order, message.text));
                CHECK(first->second == std::pair(message.order, message.text));
                for (const auto& [removed, returned] : absences) CHECK_FALSE((message.order > removed && message.order < returned));
                story.push_back(std::to_string(message.order) + " " + message.text);
                by_sender[message.sender].push_back(message.text);
            }
            const bool always_there = !m_ever_removed.contains({client->name(), id}) && starts_with_creation(timeline);
            if (!always_there) continue;
            if (reference) CHECK_MESSAGE(*reference == story, client->name());
            reference = story;
            for (auto* sender : m_people) check_said(*sender, id, by_sender[sender->session.me]);
        }
        return reference.has_value();
    }

    static bool starts_with_creation(const std::vector<api::Message>& timeline)
    {
        return std::ranges::any_of(timeline, [](const api::Message& message) { return message.kind == api::MessageKind::created; });
    }

    // Each once, in the order in which they were said; everything that was certain, from those who were never removed.
    void check_said(const Client& sender, const api::ConversationId& id, const std::vector<std::string>& heard)
    {
        auto next = heard.begin();
        for (const auto& said : m_said[{sender.name(), id}]) {
            if (next != heard.end() && *next == said.text)
                ++next;
            else if (!m_ever_removed.contains({sender.name(), id}))
                CHECK_FALSE_MESSAGE(said.certain, sender.name() << ": " << said.text);
        }
        CHECK(next == heard.end());
    }

    World m_world;
    std::vector<Client*> m_people;
    std::map<std::string, api::ConversationId> m_conversations;
    std::map<std::pair<std::string, api::ConversationId>, std::vector<Said>> m_said;
    std::set<std::pair<std::string, api::ConversationId>> m_ever_removed;
    std::set<Client*> m_failing;
    std::size_t m_round = 0;
};

}  // namespace

TEST_SUITE("simulation.faults")
{
    TEST_CASE("after any day of faults everybody tells the same story, with each text once and in its sender's order")
    {
        const auto first = number_from_environment("SINETTI_FIRST_SEED", 100);
        const auto count = number_from_environment("SINETTI_SEEDS", 10);
        for (auto seed = first; seed < first + count; ++seed) {
            CAPTURE(seed);
            Day day(seed);
            day.run(120);
            day.check();
        }
    }
}
