// One conversation, from founding to the last word, again and again: each time one thing goes wrong with one person, at the next
// write to their store or the next frame they send, until the script runs through without reaching it. Whatever it was, afterwards
// nothing is lost or doubled, no key has sealed two things, and the group goes on together.
//
// SINETTI_EVERY_FAULT=1 tries every place; otherwise a sample of them, chosen by SINETTI_FIRST_SEED.

#include "crypto/aead.h"
#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

constexpr std::size_t kPeople = 3;
constexpr std::size_t kSampleStride = 29;   // one place in so many, from one of the first
constexpr std::size_t kSampleFirst = 7;
constexpr std::int64_t kStoreRetry = 2'000; // milliseconds: longer than the core waits after a first failure

enum class Story : std::uint8_t {
    one_by_one,   // members come and go
    together,     // two are let in by one commit, and get the tree once
};

class Script {
public:
    Script(Story story, std::size_t victim, PlannedFault fault) : m_story(story), m_world(1)
    {
        m_world.second_lines = false;          // every frame goes over the line whose faults are counted
        m_world.relay.cipher_suite = 0x0003;   // faults do not care for the KEM, and it is quicker
        for (const auto* name : {"Aino", "Bertta", "Cecilia"}) m_people.push_back(&m_world.add(name));
        m_people[victim]->planned = fault;
        rest();
    }

    void run()
    {
        auto &aino = *m_people[0], &bertta = *m_people[1], &cecilia = *m_people[2];
        enrol(aino, [this] { return m_world.founder_link(); }, [&] { aino.submit(api::Found{"Virasto", "Aino", ""}, kPassphrase); });
        for (auto* newcomer : {&bertta, &cecilia}) {
            const auto& name = newcomer->name();
            const auto invitation = [&] { return std::ranges::find(aino.invitations, name, &api::Invitation::name); };
            ensure(aino, [&] { return invitation() != aino.invitations.end(); }, [&] { aino.submit(api::CreateInvitation{name, api::Role::member}); });
            const auto fragment = invitation()->fragment;
            enrol(*newcomer, [&] { return fragment; }, [&] { newcomer->submit(api::Enrol{newcomer->name(), ""}, kPassphrase); });
        }
        ensure(aino, [&] { return aino.people.size() == kPeople && aino.connection.caught_up; }, [] {});
        if (m_story == Story::together) return together();

        ensure(aino, [&] { return aino.conversations.size() == 1; },
               [&] { aino.submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta")}}); });
        say(aino, "yksi");
        say(bertta, "kaksi");
        say(aino, std::string(3000, '3'));   // several cells
        ensure(aino, [&] { return conversation(aino).members.size() == 3; }, [&] { aino.submit(api::AddMembers{id(aino), {aino.person("Cecilia")}}); });
        say(cecilia, "neljä");
        say(bertta, "viisi");
        ensure(cecilia, [&] { return conversation(cecilia).title == "Uusi nimi"; }, [&] { cecilia.submit(api::RenameConversation{id(cecilia), "Uusi nimi"}); });
        ensure(aino, [&] { return conversation(aino).members.size() == 2; }, [&] { aino.submit(api::RemoveMember{id(aino), aino.person("Bertta")}); });
        say(aino, "kuusi");
        say(cecilia, "seitsemän");
    }

    bool happened() const { return std::ranges::any_of(m_people, [](const Client* client) { return client->planned && client->planned->happened; }); }

    void check(const tests::SealedKeys& keys)
    {
        // Everybody once more from what is stored, and nothing goes wrong any more.
        for (auto* client : m_people) {
            client->planned.reset();
            client->crash();
        }
        rest();
        CHECK(keys.reused() == 0);
        CHECK(m_world.relay.tags_refused == 0);
        for (auto* client : m_people) {
            CHECK(client->phase() == api::Phase::open);
            CHECK(client->connection.unsent == 0);
            for (const auto code : {api::Code::conversation_damaged, api::Code::relay_fork, api::Code::relay_garbled, api::Code::messages_gone, api::Code::internal})
                CHECK_FALSE(client->noticed(code));
            REQUIRE(client->conversations.size() == 1);
        }
        CHECK(m_world.relay.directory().identities().size() == kPeople);

        if (m_story == Story::together) {
            for (auto* client : m_people) {
                CHECK(texts(*client) == m_said);
                CHECK(conversation(*client).members.size() == kPeople);
            }
            return;
        }
        // Bertta was there from the first text to the fifth, Cecilia from the fourth on.
        CHECK(texts(*m_people[0]) == m_said);
        CHECK(texts(*m_people[1]) == std::vector(m_said.begin(), m_said.begin() + 5));
        CHECK(texts(*m_people[2]) == std::vector(m_said.begin() + 3, m_said.end()));
        CHECK(conversation(*m_people[0]).members == conversation(*m_people[2]).members);
        CHECK(conversation(*m_people[0]).title == "Uusi nimi");
        CHECK(conversation(*m_people[2]).title == "Uusi nimi");
        CHECK_FALSE(conversation(*m_people[1]).active);
    }

private:
    void together()
    {
        auto &aino = *m_people[0], &bertta = *m_people[1], &cecilia = *m_people[2];
        ensure(aino, [&] { return aino.conversations.size() == 1; },
               [&] { aino.submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta"), aino.person("Cecilia")}}); });
        say(aino, "yksi");
        say(cecilia, "kaksi");
        say(bertta, "kolme");
    }

    // The one there is; an empty one before there is one, or while its owner is dead.
    static api::ConversationSummary conversation(const Client& client) { return client.conversations.empty() ? api::ConversationSummary() : client.conversations[0]; }
    static api::ConversationId id(const Client& client) { return conversation(client).id; }

    // Whoever died comes back, and the world comes to rest, over a failed store's next attempt as well.
    void rest()
    {
        for (int again = 0; again < 3; ++again) {
            for (auto* client : m_people)
                if (!client->is_running()) client->start();
            m_world.settle();
            for (auto* client : m_people)
                if (client->is_running() && client->phase() == api::Phase::locked) client->submit(api::Unlock{}, kPassphrase);
            m_world.settle();
            m_world.advance(kStoreRetry);
            m_world.settle();
        }
    }

    // What a person does who sees that something has not happened: does it again. What was stored has happened.
    void ensure(Client& client, const std::function<bool()>& done, const std::function<void()>& act)
    {
        for (int attempt = 0; attempt < 4; ++attempt) {
            if (attempt > 0 || !client.is_running()) rest();
            const bool happened = client.is_running() && done();
            if (!client.is_running()) continue;   // it died while it looked
            if (happened) return;
            act();
            m_world.settle();
            if (client.is_running() && done()) return;
        }
        FAIL("a step cannot be done");
    }

    void enrol(Client& client, const std::function<std::string()>& link, const std::function<void()>& finish)
    {
        const auto done = [&] { return client.phase() == api::Phase::open && client.connection.caught_up; };
        ensure(client, done, [&] {
            if (client.phase() == api::Phase::no_account) client.submit(api::OpenLink{link()});
            m_world.settle();
            if (client.is_running() && (client.phase() == api::Phase::founder || client.phase() == api::Phase::invited)) finish();
        });
    }

    void say(Client& client, const std::string& text)
    {
        ensure(client,
               [&] {
                   const auto mine = texts(client);
                   return std::ranges::find(mine, text) != mine.end();
               },
               [&] {
                   if (!client.conversations.empty()) client.submit(api::SendText{id(client), text});   // or the invitation is still under way
               });
        m_said.push_back(text);
        rest_if_needed(client);
    }

    // The next speaker answers what they have read: nobody speaks while the one before still waits to be heard.
    void rest_if_needed(const Client& client)
    {
        if (!client.is_running() || client.connection.unsent > 0 || !client.connection.caught_up) rest();
    }

    std::vector<std::string> texts(Client& client)
    {
        std::vector<std::string> found;
        if (!client.is_running() || client.conversations.empty()) return found;
        for (const auto& message : client.timeline(conversation(client).title))
            if (message.kind == api::MessageKind::text) found.push_back(message.text);
        return found;
    }

    Story m_story;
    World m_world;
    std::vector<Client*> m_people;
    std::vector<std::string> m_said;
};

// Places 1, 2, 3 … until the script runs through without the fault; in a sample every kSampleStride-th.
void run_every_place(Fault fault, Story story)
{
    const std::size_t stride = number_from_environment("SINETTI_EVERY_FAULT", 0) != 0 ? 1 : kSampleStride;
    base::SeededRandom dice(number_from_environment("SINETTI_FIRST_SEED", 100) * kFaults + static_cast<std::size_t>(fault));
    for (std::size_t victim = 0; victim < kPeople; ++victim) {
        const auto first = stride == 1 ? 1 : 1 + static_cast<std::size_t>(dice.below(kSampleFirst));
        for (auto place = first;; place += stride) {
            CAPTURE(victim);
            CAPTURE(place);
            tests::SealedKeys keys;
            Script script(story, victim, {fault, place});
            script.run();
            const bool happened = script.happened();
            script.check(keys);
            CHECK(keys.used() > 50);
            if (!happened) {
                CHECK(place > first);   // it was reached before
                MESSAGE("fault " << static_cast<unsigned>(fault) << ", person " << victim << ": places up to " << place - 1);
                break;
            }
        }
    }
}

void run_every_place(Fault fault)
{
    for (const auto story : {Story::one_by_one, Story::together}) run_every_place(fault, story);
}

}  // namespace

TEST_SUITE("simulation.every_fault")
{
    TEST_CASE("a key that seals two things is seen, unless the first of them could never leave")
    {
        const base::Bytes key(crypto::kAeadKeySize, 1), random_nonce{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2};
        auto other_nonce = random_nonce, first_count = base::Bytes(crypto::kAeadNonceSize, 0), second_count = first_count;
        other_nonce[0] ^= 1;
        second_count.back() = 1;
        const base::Bytes text{1, 2, 3}, other_text{1, 2, 4};
        const auto reused = [&](const base::Bytes& nonce, const base::Bytes& again, const base::Bytes& text_again, bool dies) {
            tests::SealedKeys keys;
            crypto::aead_seal(key, nonce, {}, text);
            if (dies)
                keys.forget();
            else
                keys.keep();
            crypto::aead_seal(key, again, {}, text_again);
            keys.keep();
            return keys.reused();
        };
        CHECK(reused(random_nonce, other_nonce, text, false) == 1);
        CHECK(reused(random_nonce, random_nonce, other_text, false) == 1);
        CHECK(reused(random_nonce, random_nonce, text, false) == 0);
        CHECK(reused(random_nonce, other_nonce, other_text, true) == 0);
        CHECK(reused(first_count, second_count, other_text, false) == 0);
        CHECK(reused(first_count, first_count, other_text, false) == 1);
    }

    TEST_CASE("a store that fails once, at any write, loses and doubles nothing") { run_every_place(Fault::store_fails); }
    TEST_CASE("a store that fails once although it has written, at any write, loses and doubles nothing") { run_every_place(Fault::store_fails_after); }
    TEST_CASE("a process that dies before any write loses and doubles nothing") { run_every_place(Fault::dies_before_write); }
    TEST_CASE("a process that dies after any write loses and doubles nothing") { run_every_place(Fault::dies_after_write); }
    TEST_CASE("a process that dies before anything it sends loses and doubles nothing") { run_every_place(Fault::dies_before_send); }
    TEST_CASE("a process that dies after anything it sends loses and doubles nothing") { run_every_place(Fault::dies_after_send); }
    TEST_CASE("a connection lost before anything that is sent loses and doubles nothing") { run_every_place(Fault::loses_connection_before_send); }
    TEST_CASE("a connection lost after anything that is sent loses and doubles nothing") { run_every_place(Fault::loses_connection_after_send); }
}
