// bench-history, for bench/history/run.mjs: people who give a relay a history, and what opening it takes natively.
//   bench-history fill LINK FOLDER      founds with LINK, invites, then does what standard input says, a line each; FOLDER is a member's account
//     invite NAME · ready · people COUNT · talk CONVERSATIONS MESSAGES · own MESSAGES · foreign MESSAGES
//   bench-history measure FOLDER        opens that account, catches up, opens conversations, searches
// Answers are lines of JSON, times in milliseconds.

#include "cli/client.h"

#include "store/memory_backend.h"
#include "uplink/relay_address.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

namespace {

using namespace sinetti;
using Json = nlohmann::ordered_json;
using Time = std::chrono::steady_clock::time_point;

constexpr std::string_view kPassphrase = "kolme sanaa ja lukko";
constexpr std::uint32_t kWaitingMax = 2000;      // messages
constexpr unsigned kForeignConversations = 50;   // so that many are in the air at once
constexpr auto kPatience = std::chrono::minutes(30);

[[noreturn]] void give_up(const std::string& what)
{
    std::fprintf(stderr, "bench-history: %s\n", what.c_str());
    std::exit(1);
}

double since(Time start) { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(); }
double rounded(double value) { return std::round(value * 100) / 100; }
void answer(const Json& json) { std::cout << json.dump() << std::endl; }

base::SecretBytes passphrase() { return base::SecretBytes(base::view_of(kPassphrase)); }

// Made of Finnish words and endings; some 80 bytes.
class Texts {
public:
    std::string next()
    {
        static constexpr const char* kStems[] = {"budjetti", "kokous", "ministeri", "esitys", "lausunto", "valiokunta", "hanke", "päätös", "sopimus", "äänestys",
                                                 "pöytäkirja", "työryhmä", "Länsi-Uusimaa", "öljy", "hallitus", "muistio", "aikataulu", "tiedote", "vierailu", "kysymys"};
        static constexpr const char* kEndings[] = {"", "n", "a", "ssa", "sta", "lle", "lta", "ksi", "kin", "ssakaan", "en", "ien"};
        std::string text;
        const auto size = 40 + m_random.below(80);
        while (text.size() < size) {
            if (!text.empty()) text += ' ';
            text += kStems[m_random.below(std::size(kStems))];
            text += kEndings[m_random.below(std::size(kEndings))];
        }
        if (m_random.below(2000) == 0) text += " jääkarhullakin";
        return text + ".";
    }

private:
    base::SeededRandom m_random{7};
};

class Person {
public:
    Person(const uplink::RelayAddress& relay, store::Backend& backend) : client(m_io, m_random, backend, relay, {}) { submit(api::Start{}); }

    void submit(api::Command&& command, base::SecretBytes&& secret = {})
    {
        const auto done = client.submit(std::move(command), std::move(secret));
        if (!done) give_up(done.error().sentence);
    }
    void wait(const std::function<bool()>& done)
    {
        const auto result = client.wait(done, std::chrono::steady_clock::now() + kPatience);
        if (!result) give_up(result.error().sentence);
        if (!*result) give_up("interrupted");
    }
    void await_caught_up()
    {
        wait([this] { return client.session.phase == api::Phase::open && client.connection.caught_up && client.connection.unsent == 0; });
    }
    void enrol(const std::string& fragment, api::Command&& command)
    {
        submit(api::OpenLink{fragment});
        wait([this] { return client.connection.state == api::ConnectionState::connected; });
        submit(std::move(command), passphrase());
        await_caught_up();
    }
    std::string invite(const std::string& name)
    {
        client.invitation.reset();
        submit(api::CreateInvitation{name, api::Role::member});
        wait([this] { return client.invitation.has_value(); });
        return client.invitation->fragment;
    }
    api::PersonId await_person(const std::string& name)
    {
        std::vector<api::Person>::const_iterator found;
        wait([&] { return (found = std::ranges::find(client.people, name, &api::Person::name)) != client.people.end(); });
        return found->id;
    }
    api::ConversationId converse(const std::string& title, std::vector<api::PersonId> members)
    {
        client.created.reset();
        submit(api::CreateConversation{api::ConversationKind::group, title, std::move(members)});
        wait([this] { return client.created.has_value(); });
        return *client.created;
    }

private:
    boost::asio::io_context m_io;
    base::SystemRandom m_random;

public:
    cli::Client client;
};

// --- filling ---------------------------------------------------------------------------------------------------------------

class Filling {
public:
    Filling(const uplink::RelayAddress& relay, std::string fragment, std::filesystem::path folder) : m_relay(relay), m_folder(std::move(folder)), m_aino(relay, m_store)
    {
        m_aino.enrol(fragment, api::Found{"Virasto", "Aino", ""});
    }

    Json run(const std::string& line)
    {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        const auto start = std::chrono::steady_clock::now();
        Json json{{"did", verb}};
        std::size_t messages = 0;
        if (verb == "invite") {
            std::string name;
            words >> name;
            m_members.push_back(name);
            json["link"] = m_relay.url() + "/" + m_aino.invite(name);
        } else if (verb == "ready") {
            for (const auto& name : m_members) m_aino.await_person(name);
            auto folder = cli::SqliteBackend::open(m_folder);
            if (!folder) give_up(folder.error().sentence);
            if (!(*folder)->set_relay(m_relay)) give_up("the folder cannot be written in");
            Person(m_relay, **folder).enrol(m_aino.invite("Cecilia"), api::Enrol{"Cecilia", ""});
            store::MemoryBackend dora;
            Person(m_relay, dora).enrol(m_aino.invite("Dora"), api::Enrol{"Dora", ""});
            m_members.push_back("Cecilia");
            std::vector<api::PersonId> ids;
            for (const auto& name : m_members) ids.push_back(m_aino.await_person(name));
            m_member_ids = ids;
            const auto stranger = m_aino.await_person("Dora");
            for (unsigned i = 0; i < kForeignConversations; ++i) m_foreign.push_back(m_aino.converse("Muut " + std::to_string(i), {stranger}));
            m_aino.await_caught_up();
        } else if (verb == "people") {
            std::size_t count = 0;
            words >> count;
            for (std::size_t i = 0; i < count; ++i) {
                const std::string name = "Virkamies " + std::to_string(++m_others);
                store::MemoryBackend store;
                Person(m_relay, store).enrol(m_aino.invite(name), api::Enrol{name, "Ylitarkastaja"});
            }
            m_aino.await_caught_up();
        } else if (verb == "talk") {
            std::size_t conversations = 0;
            words >> conversations >> messages;
            for (std::size_t i = 0; i < conversations; ++i) {
                m_own.push_back(m_aino.converse("Työryhmä " + std::to_string(i), m_member_ids));
                m_aino.wait([this] { return m_aino.client.connection.unsent < 20; });
            }
            m_aino.await_caught_up();
            say(m_own, messages);
        } else if (verb == "own" || verb == "foreign") {
            words >> messages;
            say(verb == "own" ? m_own : m_foreign, messages);
        } else {
            give_up("what is " + line + "?");
        }
        json["milliseconds"] = rounded(since(start));
        return json;
    }

private:
    void say(const std::vector<api::ConversationId>& conversations, std::size_t messages)
    {
        for (std::size_t i = 0; i < messages; ++i) {
            m_aino.submit(api::SendText{conversations[i % conversations.size()], m_texts.next()});
            if (i % 100 == 99) m_aino.wait([this] { return m_aino.client.connection.waiting < kWaitingMax; });
        }
        m_aino.await_caught_up();
    }

    uplink::RelayAddress m_relay;
    std::filesystem::path m_folder;
    store::MemoryBackend m_store;
    Person m_aino;
    std::vector<std::string> m_members;
    std::size_t m_others = 0;         // enrolled by "people"
    std::vector<api::PersonId> m_member_ids;
    std::vector<api::ConversationId> m_own, m_foreign;
    Texts m_texts;
};

// --- measuring -------------------------------------------------------------------------------------------------------------

double resident_mebibytes()
{
    std::ifstream statm("/proc/self/statm");
    double size = 0, resident = 0;
    statm >> size >> resident;
    return rounded(resident * double(::sysconf(_SC_PAGESIZE)) / (1 << 20));
}

Json measure(const std::filesystem::path& folder)
{
    auto backend = cli::SqliteBackend::open(folder);
    if (!backend) give_up(backend.error().sentence);
    const auto relay = (*backend)->relay();
    if (!relay || !*relay) give_up("no account there");
    Json json;
    auto start = std::chrono::steady_clock::now();
    Person person(**relay, **backend);
    person.wait([&] { return person.client.session.phase == api::Phase::locked; });
    json["load"] = rounded(since(start));

    // A wrong passphrase costs Argon2id and nothing else.
    std::vector<double> wrong;
    for (int run = 0; run < 3; ++run) {
        start = std::chrono::steady_clock::now();
        person.submit(api::Unlock{}, base::SecretBytes(base::view_of("tämä ei ole se")));
        person.wait([&] { return person.client.session.error == api::Code::wrong_passphrase; });
        wrong.push_back(since(start));
    }
    std::ranges::sort(wrong);
    json["argon2id"] = rounded(wrong[wrong.size() / 2]);

    std::optional<double> listed, connected, caught_up;
    std::size_t shown = 0;
    start = std::chrono::steady_clock::now();
    person.client.observer = [&](const api::Event& event) {
        if (std::holds_alternative<api::ConversationsEvent>(event) && !listed) listed = since(start);
        if (const auto* known = std::get_if<api::ConnectionEvent>(&event)) {
            if (known->state == api::ConnectionState::connected && !connected) connected = since(start);
            if (known->caught_up && !caught_up) caught_up = since(start);
        }
        if (const auto* known = std::get_if<api::TimelineEvent>(&event)) shown = known->messages.size();
    };
    person.submit(api::Unlock{}, passphrase());
    person.wait([&] { return listed.has_value(); });
    json["unlock"] = rounded(*listed);
    json["beyondArgon2id"] = rounded(*listed - json["argon2id"].get<double>());
    person.await_caught_up();
    json["catchUp"] = rounded(*caught_up - *connected);
    json["conversations"] = person.client.conversations.size();

    std::vector<double> opened, searched;
    for (const auto& conversation : std::vector(person.client.conversations)) {
        start = std::chrono::steady_clock::now();
        person.submit(api::OpenConversation{conversation.id});
        opened.push_back(since(start));
        if (shown == 0) give_up("a conversation is empty");
    }
    Json totals = Json::object();
    for (const char* text : {"jääkarhu", "budjet", "a", "valiokunnissakaan äänestys", "ei tällaista ole", "öl"}) {
        for (int run = 0; run < 3; ++run) {
            start = std::chrono::steady_clock::now();
            person.client.observer = [&](const api::Event& event) {
                if (const auto* known = std::get_if<api::SearchEvent>(&event)) totals[text] = known->total;
            };
            person.submit(api::Search{text});
            searched.push_back(since(start));
        }
    }
    std::ranges::sort(opened);
    std::ranges::sort(searched);
    json["open"] = {{"median", rounded(opened[opened.size() / 2])}, {"longest", rounded(opened.back())}};
    json["search"] = {{"median", rounded(searched[searched.size() / 2])}, {"longest", rounded(searched.back())}};
    json["found"] = totals;
    json["resident"] = resident_mebibytes();
    return json;
}

}  // namespace

int main(int count, char** words)
{
    const std::vector<std::string> arguments(words + 1, words + count);
    if (arguments.size() == 2 && arguments[0] == "measure") return answer(measure(arguments[1])), 0;
    if (arguments.size() != 3 || arguments[0] != "fill") give_up("bench-history fill LINK FOLDER | measure FOLDER");
    const auto fragment = arguments[1].find('#');
    const auto relay = uplink::parse_relay_address(arguments[1].substr(0, fragment));
    if (!relay || fragment == std::string::npos) give_up("that is no link");
    Filling filling(*relay, arguments[1].substr(fragment), arguments[2]);
    answer({{"did", "found"}});
    for (std::string line; std::getline(std::cin, line);) answer(filling.run(line));
}
