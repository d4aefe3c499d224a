// Random histories, replayed from their seed: members come and go, talk out of order, race, restart from their records.

#include "world.h"

#include <algorithm>
#include <deque>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

struct SentMessage {
    Bytes bytes;
    std::string text;
    std::string sender;
    Epoch epoch;
    std::vector<std::string> readers;   // who was a member when it was written, but for the sender
};

struct Person {
    std::string name;
    Group group;
    RecordStore store;
    std::deque<const SentMessage*> waiting;   // delivered in any order
};

class World {
public:
    World(std::uint64_t seed, std::size_t members_max) : m_random(seed), m_members_max(members_max)
    {
        m_people.push_back(std::make_unique<Person>(Person{"p0", make_group("p0", m_random), {}, {}}));
    }

    void run(int epochs)
    {
        for (int i = 0; i < epochs; ++i) {
            CAPTURE(i);
            for (auto count = m_random.below(4); count > 0; --count) say_something();
            for (auto count = m_random.below(3); count > 0; --count) propose_something();
            commit_something();
            read_some(2);
            check_agreement();
        }
        read_some(1);
    }

    std::size_t epochs_seen() const { return m_epochs; }
    std::size_t members_most() const { return m_members_most; }
    std::size_t read() const { return m_read; }
    std::size_t expired() const { return m_expired; }
    std::size_t races() const { return m_races; }

private:
    Person& anybody() { return *m_people[static_cast<std::size_t>(m_random.below(m_people.size()))]; }

    void say_something()
    {
        auto& sender = anybody();
        SentMessage message;
        message.text = "message " + std::to_string(m_sent.size());
        message.sender = sender.name;
        message.epoch = sender.group.epoch();
        message.bytes = take(sender.group.encrypt(base::view_of(message.text), {}, m_random));
        m_sent.push_back(std::move(message));
        for (auto& person : m_people)
            if (person->name != sender.name) person->waiting.push_back(&m_sent.back());
        restart_perhaps(sender);
    }

    void read_some(std::uint64_t one_in)
    {
        for (auto& person : m_people) {
            for (std::size_t i = person->waiting.size(); i > 1; --i) std::swap(person->waiting[i - 1], person->waiting[static_cast<std::size_t>(m_random.below(i))]);
            std::deque<const SentMessage*> later;
            for (const auto* message : person->waiting) {
                if (m_random.below(one_in) != 0) {
                    later.push_back(message);
                    continue;
                }
                read_one(*person, *message);
            }
            person->waiting = std::move(later);
            restart_perhaps(*person);
        }
    }

    void read_one(Person& person, const SentMessage& message)
    {
        if (person.group.epoch().value() - message.epoch.value() > kPastEpochsMax) {
            CHECK(read_text(person.group, message.bytes).error() == Error::stale_epoch);
            ++m_expired;
            return;
        }
        auto processed = take(person.group.process(message.bytes));
        const auto& application = std::get<ApplicationMessage>(processed);
        CHECK(text_of(application) == message.text);
        CHECK(base::to_text(application.sender_credential.content) == message.sender);
        CHECK(read_text(person.group, message.bytes).error() == Error::replayed);
        ++m_read;
    }

    void propose_something()
    {
        if (m_people.size() < 3) return;
        auto& proposer = anybody();
        Result<Bytes> message = Unexpected(Error::malformed);
        const auto what = m_random.below(4);
        if (what == 0 && m_people.size() + m_newcomers.size() < m_members_max) {
            m_newcomers.push_back(newcomer());
            message = proposer.group.propose_add(m_newcomers.back().second.key_package, m_random);
        } else if (what == 1 && m_random.below(3) == 0) {
            message = proposer.group.propose_remove(anybody().group.own_leaf(), m_random);
        } else {
            message = proposer.group.propose_update(m_random);
        }
        const auto bytes = take(std::move(message));
        for (auto& person : m_people) {
            auto processed = person->group.process(bytes);
            if (person.get() == &proposer) {
                CHECK(processed.error() == Error::own_message);
                continue;
            }
            REQUIRE(processed.has_value());
            CHECK(std::holds_alternative<ReceivedProposal>(*processed));
        }
    }

    std::pair<std::string, KeyPackagePrivate> newcomer()
    {
        auto name = "p" + std::to_string(++m_names);
        auto key_package = make_key_package(name, m_random);
        return {std::move(name), std::move(key_package)};
    }

    void commit_something()
    {
        auto& committer = anybody();
        auto& rival = anybody();
        CommitRequest request;
        for (auto count = m_random.below(4); count > 0 && m_people.size() + m_newcomers.size() < m_members_max; --count) {
            m_newcomers.push_back(newcomer());
            request.add.push_back(m_newcomers.back().second.key_package);
        }
        if (m_people.size() > 2 && m_random.below(2) == 0) {
            const auto leaf = anybody().group.own_leaf();
            if (leaf != committer.group.own_leaf()) request.remove.push_back(leaf);
        }
        const auto output = take(committer.group.commit(request, m_random));
        restart_perhaps(committer);
        if (&rival != &committer) {   // a race: the rival has made a commit too, and loses
            take(rival.group.commit({}, m_random));
            restart_perhaps(rival);
            ++m_races;
        }

        std::vector<std::unique_ptr<Person>> staying;
        std::vector<std::string> removed;
        for (auto& person : m_people) {
            const auto error = apply_commit(person->group, output.commit);
            if (!error) {
                CHECK_FALSE(person->group.has_pending_commit());
                CHECK(apply_commit(person->group, output.commit) == Error::stale_epoch);   // once is enough
                staying.push_back(std::move(person));
                continue;
            }
            CHECK(*error == Error::removed_from_group);
            removed.push_back(person->name);
            check_gone(*person);
        }
        m_people = std::move(staying);
        ++m_epochs;

        for (auto& [name, key_package] : m_newcomers) {
            if (!output.welcome) break;
            auto joined = Group::join(*output.welcome, key_package, m_random);
            if (!joined) {
                CHECK(joined.error() == Error::no_matching_key_package);   // proposed, but not committed
                continue;
            }
            m_people.push_back(std::make_unique<Person>(Person{name, std::move(*joined), {}, {}}));
            check_reads_nothing_earlier(*m_people.back());
        }
        m_newcomers.clear();
        m_members_most = std::max(m_members_most, m_people.size());
    }

    void check_gone(Person& person)
    {
        CHECK_FALSE(person.group.is_member());
        person.group.flush(person.store);
        for (const auto& [name, record] : person.store.records()) {
            const bool is_public = name == "epoch" || name == "tree" || name == "private";
            CHECK_MESSAGE(is_public, name);
        }
        auto loaded = take(Group::load(person.store));
        CHECK_FALSE(loaded.is_member());
        CHECK(loaded.encrypt({}, {}, m_random).error() == Error::removed_from_group);
    }

    void check_reads_nothing_earlier(Person& person)
    {
        for (std::size_t i = m_sent.size(); i-- > 0 && i + 5 > m_sent.size();) CHECK(read_text(person.group, m_sent[i].bytes).error() == Error::stale_epoch);
    }

    void check_agreement()
    {
        const auto& first = m_people.front()->group;
        for (const auto& person : m_people) {
            CHECK(person->group.epoch() == first.epoch());
            CHECK(person->group.epoch_authenticator() == first.epoch_authenticator());
            CHECK(person->group.members() == first.members());
        }
        CHECK(first.members().size() == m_people.size());
    }

    // Everything in memory is dropped and read back from the records.
    void restart_perhaps(Person& person)
    {
        if (m_random.below(3) != 0) return;
        person.group.flush(person.store);
        person.group = take(Group::load(person.store));
    }

    base::SeededRandom m_random;
    std::size_t m_members_max;
    std::vector<std::unique_ptr<Person>> m_people;
    std::vector<std::pair<std::string, KeyPackagePrivate>> m_newcomers;
    std::deque<SentMessage> m_sent;
    int m_names = 0;
    std::size_t m_epochs = 0;
    std::size_t m_members_most = 0;
    std::size_t m_read = 0;
    std::size_t m_expired = 0;
    std::size_t m_races = 0;
};

}  // namespace

TEST_SUITE("mls.simulation")
{
    TEST_CASE("members with random adds, removes, updates, races and restarts converge")
    {
        for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
            CAPTURE(seed);
            World world(seed, seed == 4 ? 24 : 12);
            world.run(60);
            CHECK(world.epochs_seen() == 60);
            CHECK(world.members_most() > 8);
            CHECK(world.read() > 100);
            CHECK(world.races() > 20);
            MESSAGE("seed ", seed, ": ", world.epochs_seen(), " epochs, ", world.members_most(), " members at most, ", world.read(),
                    " messages read, ", world.expired(), " too late, ", world.races(), " races");
        }
    }
}
