#pragma once
// A random history of one group, replayed from its seed.
//
//   person ─ act: change, store, send ─► board (a log) ─ deliver: again, late, out of order, never ─► person: process, store
//
// A person can die at any point between two of these steps and comes back with what was stored. What was to be sent stands in an
// outbox that is stored together with the group, and may be sent twice. The board's order is the order of commits: of two for one
// epoch the first counts. Everything else comes in any order. People from outside speak as well: two services that the group has named
// as external senders, newcomers who propose themselves or join by an external commit, and members who come back by one.

#include "tests/mls/world.h"
#include "tests/support/sealed_keys.h"

#include <deque>
#include <functional>

namespace sinetti::tests {

struct Message {
    enum class Kind { text, proposal, commit };

    Kind kind{};
    Bytes bytes;
    std::string sender;                       // empty: from outside the group
    Epoch epoch;
    std::string text;
    Bytes welcome;                            // of a commit: for these
    std::vector<std::string> newcomers;
    bool open = false;                        // a PublicMessage: nothing in it is used up by being read
};

struct Person {
    std::string name;
    Group group;
    RecordStore store;
    Epoch joined;
    std::size_t commits_read = 0;             // the board up to here holds no commit that is still to be handled
    std::set<std::size_t> waiting{};          // what else is to be handled, by position on the board
    std::set<const Message*> handled{};
    std::deque<const Message*> outbox{};      // stored in one step with the group
    bool told = false;                        // of the external pre-shared keys
};

// What the application holds beside a group: external pre-shared keys of one byte, and resumption secrets that newcomers are handed.
class ToldSecrets final : public PskSource {
public:
    static constexpr std::uint8_t kExternal = 4;   // ids below this

    ToldSecrets(bool told, const std::map<Epoch, Bytes>* resumption) : m_told(told), m_resumption(resumption) {}
    std::optional<base::SecretBytes> external_psk(ByteView psk_id) const override;
    std::optional<base::SecretBytes> resumption_psk(ByteView group_id, Epoch epoch) const override;

private:
    bool m_told;
    const std::map<Epoch, Bytes>* m_resumption;   // nullptr: none
};

struct Counts {
    std::size_t epochs = 0;
    std::size_t members_most = 0;
    std::size_t texts_read = 0;
    std::size_t too_late = 0;                 // texts of epochs no longer kept
    std::size_t lost_races = 0;               // commits that came second
    std::size_t proposals = 0;
    std::size_t deaths = 0;
    std::size_t repeats = 0;                  // messages that came once more
    std::size_t early = 0;                    // messages that came before what they build on
    std::size_t gone = 0;                     // people who were removed
    std::size_t waited = 0;                   // texts that had to wait for a commit
    std::size_t outside = 0;                  // proposals of external senders and of newcomers
    std::size_t external_joins = 0;           // external commits that came first
    std::size_t resyncs = 0;                  // external commits of members who come back
    std::size_t psks = 0;                     // pre-shared keys that were committed or proposed
    std::size_t untold = 0;                   // commits with a pre-shared key that their reader did not have yet
    std::size_t contexts = 0;                 // changes of the group context's extensions that were sent
    std::size_t open = 0;                     // handshakes sent as PublicMessage
    std::size_t branches = 0;

    Counts& operator+=(const Counts& other);
};

class History {
public:
    // `name` begins the names of people, so that those of two histories differ.
    History(CipherSuite suite, std::string name, std::uint64_t seed, std::size_t members_max, SealedKeys& keys);

    void run(int steps);
    void settle();                            // everything arrives, some talk, and all agree
    void fill();                              // one commit adds as many as there may be
    void next_epoch();                        // somebody commits, and everybody merges it
    void succeed(CipherSuite suite);          // the group ends in favour of a successor of this suite, and everybody goes on there
    // Two orders shown to two parts: each with another commit first. What is shown from then on is shown to one part only.
    History fork();
    // Everything said over there since the fork reaches everybody here: nobody accepts any of it, and nothing changes.
    // Returns how often somebody in the same epoch had to refuse something.
    std::size_t refuse_all_of(const History& other);

    const Counts& counts() const { return m_counts; }
    const std::vector<std::unique_ptr<Person>>& people() const { return m_people; }

private:
    using Draft = std::optional<Message>;

    Person& anybody() { return *m_people[pick(m_people.size())]; }
    std::size_t pick(std::size_t count) { return static_cast<std::size_t>(m_random.below(count)); }
    bool one_in(std::uint64_t n) { return m_random.below(n) == 0; }
    bool misfortune(std::uint64_t n) { return !m_calm && one_in(n); }

    void deliver_all();
    void act(Person& person, const std::function<Draft(Group&)>& draft);
    void post(Person& person, Message&& message);
    void send(Person& person);
    void die(Person& person);
    void restart(Person& person);

    void say();
    void propose();
    void propose_from_outside();
    void commit();
    void join_from_outside();
    void branch();
    Draft make_commit(const std::string& name, Group& group);
    KeyPackage invite(Message& message);
    std::optional<PreSharedKeyId> some_psk(Group& group);
    Extensions some_context();
    WireFormat some_format(Message& message);
    LeafNodeIdentity identity_of(const std::string& name) { return make_identity(name, m_random); }
    ToldSecrets secrets_of(const Person& person) const { return {person.told, nullptr}; }
    ToldSecrets all_secrets() const { return {true, &m_resumption}; }

    void deliver_some(Person& person);
    bool deliver(Person& person, std::size_t position);       // whether it is done with
    bool read(Person& person, const Message& message);
    bool read_text_of(Person& person, const Message& message);
    bool read_proposal(Person& person, const Message& message);
    void read_commits(Person& person, std::size_t most);
    bool read_commit(Person& person, const Message& message, std::size_t position);
    void peek_at_commit(Person& person);
    void won(const Message& commit, std::size_t position, const Group& group);
    void settle_in(std::unique_ptr<Person> person, std::size_t position);   // joined by the commit there
    void bury_the_gone();
    void check_gone(Person& person);
    void check_refused(Person& person, ByteView message, Error expected);
    void check_agreement();

    CipherSuite m_suite;
    std::string m_name;
    base::SeededRandom m_random;
    std::size_t m_members_max;
    SealedKeys& m_keys;
    std::vector<std::unique_ptr<Person>> m_people;
    std::shared_ptr<std::deque<Message>> m_messages;          // that were ever made, and of both sides of a fork
    std::vector<const Message*> m_board;
    std::set<const Message*> m_won;                           // commits that were first in their epoch
    std::map<std::string, KeyPackagePrivate> m_invited;
    std::map<const Message*, std::unique_ptr<Person>> m_joining;   // by an external commit that has not come first yet
    std::map<Epoch, Bytes> m_resumption;                      // secrets that were named by a commit or proposal
    std::vector<crypto::SignaturePrivateKey> m_services;      // the external senders
    bool m_calm = false;                                      // no loss and no death for now
    std::size_t m_forked = 0;                                 // where the board stood then
    std::set<std::string> m_elsewhere;                        // members who see the other side of the fork
    int m_names = 0;
    Counts m_counts;
};

}  // namespace sinetti::tests
