#include "history.h"

#include "tests/support/mls_state.h"

#include <algorithm>

namespace sinetti::tests {

Counts& Counts::operator+=(const Counts& other)
{
    epochs += other.epochs;
    members_most = std::max(members_most, other.members_most);
    for (const auto counter :
         {&Counts::texts_read, &Counts::too_late, &Counts::lost_races, &Counts::proposals, &Counts::deaths, &Counts::repeats, &Counts::early,
          &Counts::gone, &Counts::waited, &Counts::outside, &Counts::external_joins, &Counts::resyncs, &Counts::psks, &Counts::untold,
          &Counts::contexts, &Counts::open, &Counts::branches})
        this->*counter += other.*counter;
    return *this;
}

History::History(CipherSuite suite, std::string name, std::uint64_t seed, std::size_t members_max, SealedKeys& keys)
    : m_suite(suite), m_name(std::move(name)), m_random(seed), m_members_max(members_max), m_keys(keys),
      m_messages(std::make_shared<std::deque<Message>>())
{
    auto founder = m_name + "0";
    Bytes group_id(32);
    m_random.fill(group_id);
    for (int i = 0; i < 2; ++i) m_services.push_back(crypto::SignaturePrivateKey::generate(m_random));
    auto group = take(Group::create(m_suite, group_id, identity_of(founder), m_random, {some_context(), {}}));
    m_people.push_back(std::make_unique<Person>(Person{std::move(founder), std::move(group), {}, Epoch(0)}));
    m_people.back()->group.flush(m_people.back()->store);
}

void History::run(int steps)
{
    for (int i = 0; i < steps; ++i) {
        CAPTURE(i);
        const auto dice = pick(20);
        if (dice < 4)
            say();
        else if (dice < 6)
            propose();
        else if (dice < 7)
            propose_from_outside();
        else if (dice < 10)
            commit();
        else if (dice < 11)
            join_from_outside();
        else if (dice < 12 && one_in(3))
            branch();
        else
            for (std::size_t k = 0; k < m_people.size(); ++k)   // newcomers join at the end of the list meanwhile
                if (one_in(2)) deliver_some(*m_people[k]);
        bury_the_gone();
    }
}

void History::settle()
{
    next_epoch();
    m_calm = true;
    for (int i = 0; i < 3; ++i) say();   // no proposal waits any more, so they can talk
    deliver_all();
    check_agreement();
}

void History::next_epoch()
{
    deliver_all();
    m_calm = true;
    commit();
    deliver_all();
}

void History::fill()
{
    deliver_all();
    m_calm = true;
    act(*m_people.front(), [&](Group& group) -> Draft {
        Message message{Message::Kind::commit, {}, m_people.front()->name, group.epoch(), {}, {}, {}};
        CommitRequest request;
        for (auto count = group.members().size(); count < m_members_max; ++count) request.add.push_back(invite(message));
        auto output = take(group.commit(request, m_random));
        message.bytes = std::move(output.commit);
        message.welcome = std::move(*output.welcome);
        return message;
    });
    deliver_all();
}

void History::deliver_all()
{
    m_calm = true;
    for (bool busy = true; busy;) {
        busy = false;
        for (auto& person : m_people) send(*person);
        for (std::size_t i = 0; i < m_people.size(); ++i) {   // newcomers join at the end of the list meanwhile
            auto& person = *m_people[i];
            read_commits(person, m_board.size());
            const auto waiting = person.waiting;
            for (const auto position : waiting)
                if (person.group.is_member()) deliver(person, position);
            busy = busy || (person.group.is_member() && (!person.waiting.empty() || person.commits_read < m_board.size()));
        }
        bury_the_gone();
    }
    m_calm = false;
}

// --- what people do ---

void History::act(Person& person, const std::function<Draft(Group&)>& draft)
{
    auto message = draft(person.group);
    if (!message) return;
    if (misfortune(16)) {   // died before it stored: nothing has left
        die(person);
        m_keys.forget();
        return;
    }
    post(person, std::move(*message));
    if (misfortune(16)) return die(person);   // died before it sent
    send(person);
    if (misfortune(8)) restart(person);
}

void History::post(Person& person, Message&& message)
{
    m_messages->push_back(std::move(message));
    person.outbox.push_back(&m_messages->back());
    person.group.flush(person.store);
    m_keys.keep();
}

void History::send(Person& person)
{
    const auto outbox = person.outbox;
    for (const auto* message : outbox) {
        const auto position = m_board.size();
        m_board.push_back(message);
        if (message->kind != Message::Kind::commit)
            for (auto& reader : m_people) reader->waiting.insert(position);
        // Without an acknowledgement it goes out once more later.
        if (!misfortune(10)) person.outbox.pop_front();
    }
}

void History::die(Person& person)
{
    person.group = take(Group::load(person.store));
    ++m_counts.deaths;
}

void History::restart(Person& person)
{
    const auto before = whole_state(person.group);
    die(person);
    CHECK(whole_state(person.group) == before);
}

// --- what comes to them ---

void History::deliver_some(Person& person)
{
    if (misfortune(6)) peek_at_commit(person);
    read_commits(person, 1 + pick(3));
    for (auto count = pick(4); count > 0 && person.group.is_member() && !person.waiting.empty(); --count) {
        auto chosen = person.waiting.begin();
        std::advance(chosen, static_cast<std::ptrdiff_t>(pick(person.waiting.size())));
        const auto position = *chosen;
        if (misfortune(8)) continue;   // lost on the way; it asks again
        if (m_board[position]->kind == Message::Kind::text && misfortune(20)) {
            person.waiting.erase(position);   // lost for good
            continue;
        }
        deliver(person, position);
        if (misfortune(6)) deliver(person, position);
    }
    if (person.group.is_member() && misfortune(10)) restart(person);
}

bool History::deliver(Person& person, std::size_t position)
{
    const auto& message = *m_board[position];
    const bool done = read(person, message);
    if (misfortune(16)) {   // died before it stored: it has not read it
        die(person);
        return false;
    }
    person.group.flush(person.store);
    if (!done) return false;
    person.handled.insert(&message);
    person.waiting.erase(position);
    return true;
}

bool History::read(Person& person, const Message& message)
{
    CAPTURE(person.name);
    CAPTURE(message.sender);
    if (message.epoch > person.group.epoch()) {
        check_refused(person, message.bytes, Error::future_epoch);
        ++m_counts.early;
        return false;
    }
    return message.kind == Message::Kind::text ? read_text_of(person, message) : read_proposal(person, message);
}

bool History::read_text_of(Person& person, const Message& message)
{
    auto& group = person.group;
    if (message.epoch < person.joined || group.epoch().value() - message.epoch.value() > kPastEpochsMax) {
        check_refused(person, message.bytes, Error::stale_epoch);
        ++m_counts.too_late;
    } else if (message.sender == person.name) {
        check_refused(person, message.bytes, Error::own_message);
    } else if (person.handled.contains(&message)) {
        check_refused(person, message.bytes, Error::replayed);
        ++m_counts.repeats;
    } else {
        const auto processed = take(group.process(message.bytes));
        const auto& application = std::get<ApplicationMessage>(processed);
        CHECK(text_of(application) == message.text);
        CHECK(base::to_text(application.sender_credential.content) == message.sender);
        CHECK(application.epoch == message.epoch);
        ++m_counts.texts_read;
    }
    return true;
}

bool History::read_proposal(Person& person, const Message& message)
{
    if (message.epoch < person.group.epoch()) {
        check_refused(person, message.bytes, Error::stale_epoch);
    } else if (message.sender == person.name) {
        check_refused(person, message.bytes, Error::own_message);
    } else if (person.handled.contains(&message) && !message.open) {
        check_refused(person, message.bytes, Error::replayed);
        ++m_counts.repeats;
    } else {
        const auto processed = take(person.group.process(message.bytes));
        const auto* received = std::get_if<ReceivedProposal>(&processed);
        REQUIRE(received != nullptr);
        CHECK(received->sender.has_value() == !message.sender.empty());
    }
    return true;
}

void History::read_commits(Person& person, std::size_t most)
{
    while (person.group.is_member() && person.commits_read < m_board.size() && most > 0) {
        const auto position = person.commits_read;
        const auto& message = *m_board[position];
        if (message.kind == Message::Kind::commit) {
            --most;
            const bool done = read_commit(person, message, position);
            if (misfortune(16)) return die(person);
            person.group.flush(person.store);
            if (!done) return;
        }
        ++person.commits_read;
    }
}

bool History::read_commit(Person& person, const Message& message, std::size_t position)
{
    CAPTURE(person.name);
    CAPTURE(message.sender);
    auto& group = person.group;
    CHECK(message.epoch <= group.epoch());   // every commit before it has been read
    if (message.epoch < group.epoch()) {
        check_refused(person, message.bytes, Error::stale_epoch);
        if (!m_won.contains(&message) && message.sender == person.name) ++m_counts.lost_races;
        return true;
    }
    const auto secrets = secrets_of(person);
    auto processed = group.process(message.bytes, &secrets);
    if (!processed && processed.error() == Error::missing_psk) {
        check_refused(person, message.bytes, Error::missing_psk);
        CHECK_FALSE(person.told);
        person.told = true;   // and it is read again
        ++m_counts.untold;
        return false;
    }
    if (!processed) {
        // It takes in a proposal that has not come here yet.
        check_refused(person, message.bytes, Error::unknown_proposal);
        ++m_counts.early;
        return false;
    }
    if (auto* staged = std::get_if<StagedCommit>(&*processed)) {
        const bool removed = staged->removes_us();
        const auto merged = group.merge(std::move(*staged));
        CHECK(merged.has_value() != removed);
    } else {
        REQUIRE(std::holds_alternative<OwnCommit>(*processed));
        CHECK(message.sender == person.name);
        REQUIRE(group.merge_pending().has_value());
    }
    CHECK_FALSE(group.has_pending_commit());
    if (group.is_member() && m_won.insert(&message).second) won(message, position, group);
    return true;
}

// A commit may be looked at before its turn; nothing comes of it until it is merged.
void History::peek_at_commit(Person& person)
{
    for (auto position = m_board.size(); position > person.commits_read; --position) {
        const auto& message = *m_board[position - 1];
        if (message.kind != Message::Kind::commit) continue;
        const auto before = whole_state(person.group);
        const auto processed = person.group.process(message.bytes);
        CHECK(processed.has_value() <= (message.epoch == person.group.epoch()));
        CHECK(whole_state(person.group) == before);
        return;
    }
}

void History::won(const Message& commit, std::size_t position, const Group& group)
{
    ++m_counts.epochs;
    if (const auto joining = m_joining.find(&commit); joining != m_joining.end()) {
        CHECK(joining->second->group.epoch_authenticator() == group.epoch_authenticator());
        ++m_counts.external_joins;
        settle_in(std::move(joining->second), position);
    }
    std::erase_if(m_joining, [&](const auto& entry) { return entry.first->epoch <= commit.epoch; });   // the others lost: nobody here
    for (auto entry = m_invited.begin(); !commit.welcome.empty() && entry != m_invited.end();) {
        const auto secrets = all_secrets();
        JoinOptions options;
        options.ratchet_tree = group.ratchet_tree();   // for a Welcome without
        options.psks = &secrets;
        auto joined = Group::join(commit.welcome, entry->second, m_random, options);
        if (!joined) {
            CHECK(joined.error() == Error::no_matching_key_package);
            ++entry;
            continue;
        }
        CHECK(joined->epoch() == commit.epoch.next());
        settle_in(std::make_unique<Person>(Person{entry->first, std::move(*joined), {}, commit.epoch.next()}), position);
        entry = m_invited.erase(entry);
    }
    m_counts.members_most = std::max(m_counts.members_most, m_people.size());
}

void History::settle_in(std::unique_ptr<Person> person, std::size_t position)
{
    m_elsewhere.erase(person->name);   // a member who saw the other side of a fork may come back on this one
    person->group.flush(person->store);
    person->commits_read = position + 1;
    for (auto later = position + 1; later < m_board.size(); ++later)
        if (m_board[later]->kind != Message::Kind::commit) person->waiting.insert(later);
    m_people.push_back(std::move(person));
}

// --- what must hold ---

void History::bury_the_gone()
{
    for (auto& person : m_people)
        if (!person->group.is_member()) check_gone(*person);
    m_counts.gone += std::erase_if(m_people, [](const auto& person) { return !person->group.is_member(); });
}

void History::check_gone(Person& person)
{
    for (const auto& [name, record] : person.store.records()) {
        const bool is_public = name == "epoch" || name.starts_with("tree") || name == "private";
        CHECK_MESSAGE(is_public, name);
    }
    CHECK(person.group.encrypt({}, {}, m_random).error() == Error::removed_from_group);
    CHECK(person.group.process(m_board.back()->bytes).error() == Error::removed_from_group);
    auto loaded = take(Group::load(person.store));
    CHECK_FALSE(loaded.is_member());
}

void History::check_refused(Person& person, ByteView message, Error expected)
{
    const bool look_closely = one_in(4);
    const auto before = look_closely ? whole_state(person.group) : std::map<std::string, Bytes>();
    const auto processed = person.group.process(message);
    REQUIRE_FALSE(processed.has_value());
    CHECK(static_cast<int>(processed.error()) == static_cast<int>(expected));
    if (look_closely) CHECK(whole_state(person.group) == before);
}

void History::check_agreement()
{
    const auto& first = m_people.front()->group;
    std::set<std::string> names;
    for (const auto& person : m_people) {
        CAPTURE(person->name);
        CHECK(person->group.epoch() == first.epoch());
        CHECK(person->group.epoch_authenticator() == first.epoch_authenticator());
        CHECK(person->group.members() == first.members());
        CHECK_FALSE(person->group.has_pending_commit());
        names.insert(person->name);
    }
    std::set<std::string> members;
    for (const auto& member : first.members()) {
        auto name = base::to_text(member.credential.content);
        if (!m_elsewhere.contains(name)) members.insert(std::move(name));
    }
    CHECK(names == members);
}

// --- forks ---

History History::fork()
{
    settle();
    REQUIRE(m_people.size() >= 4);
    History other(m_suite, m_name + "'", m_random.below(UINT64_MAX), m_members_max, m_keys);
    other.m_messages = m_messages;
    other.m_board = m_board;
    other.m_won = m_won;
    other.m_resumption = m_resumption;
    other.m_services.clear();
    for (const auto& service : m_services) other.m_services.push_back(service.clone());
    m_joining.clear();
    other.m_people.clear();
    for (std::size_t i = m_people.size() / 2; i > 0; --i) {
        const auto chosen = m_people.begin() + static_cast<std::ptrdiff_t>(pick(m_people.size()));
        other.m_people.push_back(std::move(*chosen));
        m_people.erase(chosen);
    }
    for (const auto& person : m_people) other.m_elsewhere.insert(person->name);
    for (const auto& person : other.m_people) m_elsewhere.insert(person->name);
    for (auto* part : {this, &other}) {
        auto& committer = part->anybody();
        auto output = take(committer.group.commit({}, m_random));
        part->post(committer, {Message::Kind::commit, std::move(output.commit), committer.name, output.epoch, {}, {}, {}});
        part->send(committer);
    }
    const auto* here = m_board.back();
    const auto* there = other.m_board.back();
    m_board.push_back(there);
    other.m_board.push_back(here);
    m_forked = other.m_forked = m_board.size();
    return other;
}

std::size_t History::refuse_all_of(const History& other)
{
    std::size_t seen_through = 0;
    for (auto position = other.m_forked; position < other.m_board.size(); ++position) {
        const auto& message = *other.m_board[position];
        if (message.sender.empty()) continue;   // what is said from outside the group names its epoch by number alone (§6.1)
        for (auto& person : m_people) {
            CAPTURE(person->name);
            const auto before = whole_state(person->group);
            const auto processed = person->group.process(message.bytes);
            REQUIRE_FALSE(processed.has_value());
            CHECK(whole_state(person->group) == before);
            if (message.epoch == person->group.epoch()) {
                const bool external = message.newcomers.size() == 1 && message.newcomers.front() == message.sender;
                const auto expected = external ? Error::bad_signature : message.open ? Error::bad_membership_tag : Error::decryption_failed;
                // Somebody over there may stand at our leaf by now, and a PublicMessage says so before its tag is looked at.
                CHECK((processed.error() == expected || (message.open && processed.error() == Error::own_message)));
                ++seen_through;
            }
        }
    }
    return seen_through;
}

}  // namespace sinetti::tests
