// sinetti-cli against a real relay, over real sockets, with real kills.

#include "tests/cli/processes.h"
#include "tests/relay/nats_servers.h"

#include <algorithm>
#include <csignal>
#include <doctest/doctest.h>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <sys/stat.h>
#include <thread>

using namespace sinetti;
using namespace sinetti::cli_test;

namespace {

// Somebody with a folder and a passphrase.
class Person {
public:
    Person(const Folder& folder, std::string name) : m_name(std::move(name)), m_data(folder.path() / m_name)
    {
        m_passphrase = folder.path() / (m_name + ".passphrase");
        set_passphrase("kolme sanaa ja lukko");
    }

    void set_passphrase(const std::string& passphrase)
    {
        std::ofstream(m_passphrase) << passphrase << '\n';
        ::chmod(m_passphrase.c_str(), 0600);
    }

    std::unique_ptr<Process> start(std::vector<std::string> words, std::string_view input = {}) const
    {
        std::vector<std::string> command{SINETTI_CLI_PROGRAM, "--data", m_data.string(), "--passphrase-file", m_passphrase.string()};
        std::ranges::move(words, std::back_inserter(command));
        return std::make_unique<Process>(command, input);
    }

    // Runs it to its end: must end well.
    std::string run(std::vector<std::string> words, std::string_view input = {}) const
    {
        const auto process = start(std::move(words), input);
        const auto code = process->wait();
        REQUIRE_MESSAGE(code == 0, m_name << ": " << process->errors());
        return process->output();
    }

    // Must end with that code and a sentence.
    std::string fail(int code, std::vector<std::string> words, const std::string& input = {}) const
    {
        const auto process = start(std::move(words), input);
        CHECK(process->wait() == code);
        CHECK(process->errors().starts_with("sinetti-cli: "));
        CHECK(process->output().empty());
        return process->errors();
    }

    std::vector<std::string> texts(const std::string& conversation, bool offline = false) const
    {
        std::vector<std::string> words{"export", conversation};
        if (offline) words.push_back("--offline");
        std::vector<std::string> found;
        std::istringstream lines(run(words));
        for (std::string line; std::getline(lines, line);)
            if (const auto colon = line.find(": "); colon != std::string::npos) found.push_back(line.substr(line.find("  ") + 2));
        return found;
    }

    const std::filesystem::path& data() const { return m_data; }
    const std::string& name() const { return m_name; }

private:
    std::string m_name;
    std::filesystem::path m_data;
    std::filesystem::path m_passphrase;
};

std::string without_line_end(std::string text)
{
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

// A relay with an organisation of three, and a group of them.
struct Office {
    Folder folder;
    Relay relay;
    Person aino{folder, "Aino"}, bertta{folder, "Bertta"}, cecilia{folder, "Cecilia"};

    explicit Office(std::vector<std::string> relay_options = {}) : relay(folder.path() / "relay", std::move(relay_options))
    {
        aino.run({"enrol", relay.administrator_link(), "--name", "Aino", "--organisation", "Virasto"});
        for (auto* person : {&bertta, &cecilia}) person->run({"enrol", "-", "--name", person->name()}, aino.run({"invite", person->name()}));
        aino.run({"create", "Ryhmä", "Bertta", "Cecilia"});
    }
};

}  // namespace

TEST_SUITE("cli.program")
{
    TEST_CASE("a list of people becomes as many links, or, with a bad line in it, none")
    {
        Folder folder;
        Relay relay(folder.path() / "relay");
        Person aino(folder, "Aino"), eero(folder, "Eero");
        aino.run({"enrol", relay.administrator_link(), "--name", "Aino", "--organisation", "Virasto"});
        const auto bad = aino.fail(1, {"invite", "--csv", "-"}, "Eero\nKaj;medlem;x\nAINO\n");
        CHECK(bad.find("line 2 (Kaj): there is more than a name and a role") != std::string::npos);
        CHECK(bad.find("line 3 (AINO): somebody of this name") != std::string::npos);
        const auto links = aino.run({"invite", "--csv", "-"}, "Nimi;Rooli\r\nEero;ylläpitäjä\r\n\"Laine, Liisa\";\r\n");
        CHECK(std::ranges::count(links, '\n') == 2);
        CHECK(links.starts_with("\"Eero\",\"" + relay.url() + "/#i="));
        CHECK(links.find("\n\"Laine, Liisa\",\"") != std::string::npos);
        const auto link = links.substr(8, links.find('\n') - 9);
        eero.run({"enrol", "-", "--name", "Eero"}, link);
        CHECK(eero.run({"people"}).find("Eero  [administrator]") != std::string::npos);
        CHECK(aino.fail(1, {"invite", "--csv", "-"}, "Laine, Liisa\nEero\n\"Laine, Liisa\"\n").find("already") != std::string::npos);
        CHECK(aino.fail(1, {"invite", "--csv", "/nonexistent/list.csv"}).find("cannot be read") != std::string::npos);
        aino.fail(2, {"invite"});
        aino.fail(2, {"invite", "Liisa", "--csv", "-"});
    }

    TEST_CASE("the founder makes an administrator, who invites and revokes, and takes it back")
    {
        Office office;
        auto &aino = office.aino, &bertta = office.bertta, &cecilia = office.cecilia;
        Person daavid(office.folder, "Daavid");
        CHECK(bertta.fail(1, {"revoke", "Cecilia"}).find("only an administrator") != std::string::npos);
        CHECK(bertta.fail(1, {"role", "Cecilia", "administrator"}).find("holds the organisation's key") != std::string::npos);
        aino.fail(2, {"role", "Bertta", "queen"});
        aino.run({"role", "Bertta", "administrator"});
        daavid.run({"enrol", "-", "--name", "Daavid"}, bertta.run({"invite", "Daavid"}));
        CHECK(bertta.fail(1, {"invite", "Eero", "--administrator"}).find("holds the organisation's key") != std::string::npos);
        CHECK(bertta.fail(1, {"revoke", "Aino"}).find("holds the organisation's key") != std::string::npos);
        bertta.run({"revoke", "Cecilia"});
        CHECK(cecilia.fail(1, {"list"}).find("revoked") != std::string::npos);
        CHECK(daavid.run({"people"}).find("Bertta  [administrator]") != std::string::npos);
        aino.run({"role", "Bertta", "member"});
        CHECK(bertta.fail(1, {"revoke", "Daavid"}).find("only an administrator") != std::string::npos);
        CHECK(daavid.run({"people"}).find("Bertta  [administrator]") == std::string::npos);
    }

    TEST_CASE("an administrator adds a board and changes it, everybody reads how it is used, and a conversation lives on it")
    {
        Office office;
        auto &aino = office.aino, &bertta = office.bertta, &cecilia = office.cecilia;
        CHECK(bertta.fail(1, {"board", "add", "--name", "Oma"}).find("only an administrator") != std::string::npos);
        aino.fail(2, {"board", "add"});
        CHECK(bertta.run({"board", "list"}) == "1  (no name)  prompt, post-quantum, kept 30 days  [no administrator has signed this]\n");
        aino.run({"role", "Bertta", "administrator"});
        CHECK(bertta.run({"board", "add", "--name", "Ministerit", "--suite", "classical", "--retention-days", "7"}) == "2  Ministerit  prompt, classical, kept 7 days\n");
        CHECK(cecilia.run({"board", "list"}).find("2  Ministerit  prompt, classical, kept 7 days\n") != std::string::npos);
        CHECK(aino.run({"board", "change", "Ministerit", "--suite", "post-quantum"}) == "2  Ministerit  prompt, post-quantum, kept 7 days\n");
        CHECK(aino.run({"board", "change", "2", "--suite", "post-quantum"}) == "2  Ministerit  prompt, post-quantum, kept 7 days\n");   // it is so
        CHECK(aino.fail(1, {"board", "change", "1", "--retention-days", "90"}).find("nobody has given that board a name yet") != std::string::npos);
        CHECK(aino.run({"board", "change", "1", "--name", "Kaikki", "--retention-days", "90"}) == "1  Kaikki  prompt, post-quantum, kept 90 days\n");
        CHECK(aino.fail(1, {"board", "change", "Muut", "--retention-days", "90"}).find("there is no board") != std::string::npos);
        CHECK(cecilia.fail(1, {"create", "Salainen", "Aino", "--board", "Muut"}).find("there is no board") != std::string::npos);
        cecilia.run({"create", "Salainen", "Aino", "--board", "Ministerit"});
        cecilia.run({"send", "Salainen", "täällä"});
        CHECK(aino.texts("Salainen").back() == "Cecilia: täällä");
        const auto offline = aino.run({"board", "change", "2", "--retention-days", "30", "--offline"});
        CHECK(offline == "2  Ministerit  prompt, post-quantum, kept 30 days  [waits for the relay]\n");
        CHECK(aino.run({"board", "change", "2", "--retention-days", "30"}) == "2  Ministerit  prompt, post-quantum, kept 30 days\n");   // waits until it is done
        CHECK(cecilia.run({"board", "list"}).find("Ministerit  prompt, post-quantum, kept 30 days\n") != std::string::npos);
    }

    TEST_CASE("an administrator closes a board: what is there can be read, sending fails with a sentence, what waited goes out when it is open again")
    {
        Office office;
        auto &aino = office.aino, &bertta = office.bertta, &cecilia = office.cecilia;
        aino.run({"board", "change", "1", "--name", "Kaikki"});
        CHECK(aino.fail(1, {"board", "close", "Kaikki"}).find("last open board") != std::string::npos);
        aino.run({"board", "add", "--name", "Uusi"});
        cecilia.run({"create", "Vanha", "Bertta"});
        cecilia.run({"send", "Vanha", "ennen"});
        CHECK(bertta.texts("Vanha").back() == "Cecilia: ennen");
        CHECK(bertta.fail(1, {"board", "close", "Kaikki"}).find("only an administrator") != std::string::npos);
        CHECK(aino.run({"board", "close", "Kaikki"}) == "1  Kaikki  prompt, post-quantum, kept 30 days  [closed]\n");
        CHECK(aino.fail(1, {"board", "close", "Uusi"}).find("last open board") != std::string::npos);
        // Who has not heard of it yet: the message is kept. Who has: it is refused.
        CHECK(cecilia.fail(4, {"send", "Vanha", "matkalla"}).find("what was to be sent is kept") != std::string::npos);
        CHECK(cecilia.fail(1, {"send", "Vanha", "liian myöhään"}).find("Kaikki is closed") != std::string::npos);
        CHECK(cecilia.fail(1, {"rename", "Vanha", "Uusi nimi"}).find("Kaikki is closed") != std::string::npos);
        CHECK(cecilia.fail(1, {"create", "Ei", "Bertta", "--board", "1"}).find("Kaikki is closed") != std::string::npos);
        CHECK(cecilia.run({"list"}).find("[its board is closed]") != std::string::npos);
        CHECK(cecilia.texts("Vanha").back() == "Cecilia: matkalla  [waiting]");
        CHECK(bertta.texts("Vanha").back() == "Cecilia: ennen");
        cecilia.run({"create", "Jatko", "Bertta"});
        cecilia.run({"send", "Jatko", "täällä"});
        CHECK(bertta.texts("Jatko").back() == "Cecilia: täällä");

        CHECK(aino.run({"board", "open", "Kaikki"}) == "1  Kaikki  prompt, post-quantum, kept 30 days\n");
        cecilia.run({"list"});
        CHECK(bertta.texts("Vanha").back() == "Cecilia: matkalla");
        cecilia.run({"send", "Vanha", "taas"});
        CHECK(bertta.texts("Vanha").back() == "Cecilia: taas");
    }

    TEST_CASE("the organisation's key goes on paper, and two of its three shares make another account its holder")
    {
        Office office;
        auto &aino = office.aino, &bertta = office.bertta;
        CHECK(bertta.fail(1, {"root-backup"}).find("holds the organisation's key") != std::string::npos);
        const auto paper = aino.run({"root-backup"});
        REQUIRE(paper.size() == 3 * 180);
        const std::string shares[] = {paper.substr(0, 179), paper.substr(180, 179), paper.substr(360, 179)};
        auto slip = shares[0];
        slip[22] = slip[22] == '7' ? '8' : '7';
        CHECK(bertta.fail(1, {"root-restore"}, slip + "\n").find("the first share: the share is mistyped, in line 2") != std::string::npos);
        CHECK(bertta.fail(1, {"root-restore"}, "").find("the first share: the share is mistyped, in line 1") != std::string::npos);
        CHECK(bertta.fail(1, {"root-restore"}, shares[0] + "\n" + shares[0] + "\n").find("the second share: the two shares are one") != std::string::npos);
        CHECK(bertta.fail(1, {"root-restore"}, shares[0] + "\n" + aino.run({"root-backup"}).substr(180)).find("made at different times") != std::string::npos);
        CHECK(bertta.fail(1, {"role", "Cecilia", "administrator"}).find("holds the organisation's key") != std::string::npos);
        std::string lines;   // as they stand on paper
        for (std::size_t at = 0; at < 180; at += 20) lines += shares[2].substr(at, 19) + "\n";
        CHECK(bertta.run({"root-restore"}, lines + "\n" + shares[1] + "\n").find("holds the organisation's key") != std::string::npos);
        bertta.run({"role", "Cecilia", "administrator"});
        CHECK(aino.run({"people"}).find("Cecilia  [administrator]") != std::string::npos);
        CHECK(bertta.run({"root-backup"}).size() == 3 * 180);
    }

    TEST_CASE("who is enrolled signs in on another machine with name and passphrase, and is let into their conversations")
    {
        Office office;
        Person machine(office.folder, "Bertan kone");
        CHECK(machine.fail(2, {"sign-in", "nowhere at all", "--name", "Bertta"}).find("address") != std::string::npos);
        machine.set_passphrase("aivan toinen lause");
        CHECK(machine.fail(3, {"sign-in", office.relay.url(), "--name", "Bertta"}).find("no account opens") != std::string::npos);
        machine.fail(3, {"sign-in", office.relay.url(), "--name", "Birgit"});
        CHECK(machine.fail(1, {"list"}).find("no account") != std::string::npos);
        machine.set_passphrase("kolme sanaa ja lukko");
        CHECK(machine.run({"sign-in", office.relay.url(), "--name", "bertta", "--device", "Kone 2"}).find("is signed in to Virasto as the device Kone 2") != std::string::npos);
        CHECK(machine.fail(1, {"sign-in", office.relay.url(), "--name", "Bertta"}).find("already") != std::string::npos);
        const auto online = office.bertta.start({"follow"});   // her other device lets it in
        const auto is_in = [&] { return machine.run({"list"}).find("Ryhmä") != std::string::npos; };
        for (int i = 0; i < 60 && !is_in(); ++i) std::this_thread::sleep_for(std::chrono::seconds(1));
        office.aino.run({"send", "Ryhmä", "tervetuloa"});
        CHECK(std::ranges::count(machine.texts("Ryhmä"), "Aino: tervetuloa") == 1);
        machine.run({"send", "Ryhmä", "koneelta"});
        CHECK(office.cecilia.run({"export", "Ryhmä"}).find("Bertta: koneelta") != std::string::npos);

        // And is signed out from the other one, by its name; by an administrator's account by its identifier.
        const auto devices = office.aino.run({"devices", "Bertta"});
        CHECK(devices.find("Kone 2") != std::string::npos);
        CHECK(std::ranges::count(devices, '\n') == 2);
        CHECK(machine.fail(1, {"sign-out", "Kone 2"}).find("this is the device") != std::string::npos);
        CHECK(office.aino.fail(1, {"sign-out", "Kone 2"}).find("there is no device") != std::string::npos);
        const auto line = devices.rfind('\n', devices.find("Kone 2"));
        const auto id = devices.substr(line == std::string::npos ? 0 : line + 1, 12);
        CHECK(office.cecilia.fail(1, {"sign-out", id}).find("only an administrator") != std::string::npos);
        online->signal(SIGTERM);
        online->wait();
        office.bertta.run({"sign-out", "Kone 2"});
        CHECK(office.bertta.run({"devices"}).find("Kone 2") != std::string::npos);
        CHECK(office.bertta.run({"devices"}).find("[signed out]") != std::string::npos);
        CHECK(machine.fail(1, {"list"}).find("revoked") != std::string::npos);
        CHECK(office.aino.fail(1, {"sign-out", id}).find("there is no device") != std::string::npos);
    }

    TEST_CASE("over a cluster a new device that signs in at one relay reads what was said before at the other")
    {
        Folder folder;
        relay_test::NatsServers servers(folder.path(), 1);
        const std::vector<std::string> options{"--store", servers.joined_urls(), "--store-replicas", "1"};
        Office office(options);
        office.aino.run({"send", "Ryhmä", "ennen konetta"});
        CHECK(office.bertta.texts("Ryhmä") == std::vector<std::string>{"Aino: ennen konetta"});

        // The second relay is made as the documentation says.
        const auto relay = [](const std::vector<std::string>& words) {
            std::vector<std::string> command{SINETTI_RELAY_PROGRAM};
            command.insert(command.end(), words.begin(), words.end());
            Process process(command);
            REQUIRE_MESSAGE(process.wait() == 0, process.output() << process.errors());
        };
        const auto archive = (folder.path() / "backup").string(), data = (folder.path() / "second" / "data").string();
        relay({"backup", "--data", office.relay.data().string(), "--to", archive});
        relay({"restore", "--data", data, "--from", archive});
        std::filesystem::copy_file(office.relay.data() / "vault-key", std::filesystem::path(data) / "vault-key");
        Relay second(folder.path() / "second", options);

        Person machine(office.folder, "Bertan kone");
        machine.run({"sign-in", second.url(), "--name", "Bertta", "--device", "Kone 2"});
        const auto online = office.bertta.start({"follow"});   // her other device lets it in, and brings its archive up to date for it
        const auto looking = machine.start({"follow"});
        CHECK(looking->wait_for("ennen konetta"));
        CHECK(servers.holds("sinetti-blobs", "blob.*"));
    }

    TEST_CASE("with the recovery code a new passphrase is chosen on the new machine, and the old one opens nothing new")
    {
        Office office;
        Person machine(office.folder, "Kone"), late(office.folder, "Myöhempi");
        CHECK(machine.fail(1, {"sign-in", office.relay.url(), "--name", "Bertta", "--code"}, "0ABC-DEFG\n").find("mistyped") != std::string::npos);
        CHECK(machine.fail(1, {"sign-in", office.relay.url(), "--name", "Bertta", "--code"}).find("standard input") != std::string::npos);
        const auto code = office.bertta.run({"recovery-code"});
        CHECK(code.size() == 40);
        CHECK(office.bertta.run({"recovery-code"}) == code);
        machine.set_passphrase("neljä uutta sanaa");
        machine.run({"sign-in", office.relay.url(), "--name", "Bertta", "--code"}, code);
        CHECK(machine.run({"recovery-code"}) == code);
        late.fail(3, {"sign-in", office.relay.url(), "--name", "Bertta"});   // with the passphrase of before
        late.set_passphrase("neljä uutta sanaa");
        late.run({"sign-in", office.relay.url(), "--name", "Bertta"});
        CHECK(late.run({"people"}).find("Cecilia") != std::string::npos);
    }

    TEST_CASE("found, enrol, create, send, follow, export: three people talk, and everybody has the same story")
    {
        Office office;
        CHECK(office.bertta.run({"people"}).find("Aino  [administrator]") != std::string::npos);
        CHECK(office.cecilia.run({"list"}).find("Ryhmä") != std::string::npos);

        const auto following = office.bertta.start({"follow", "Ryhmä", "--json", "--count", "4"});
        office.aino.run({"send", "Ryhmä", "hei kaikki"});
        office.cecilia.run({"send", "Ryhmä"}, "kaksi\nriviä \x1b[31m\n");
        office.aino.run({"send", "--lines", "Ryhmä"}, "kolmas\n\nneljäs\n");
        CHECK(following->wait() == 0);
        const auto& followed = following->output();
        std::size_t place = 0;
        for (const auto* text : {"\"hei kaikki\"", "\"kaksi\\nrivi\\u00e4 \\u001b[31m\"", "\"kolmas\"", "\"nelj\\u00e4s\""}) {
            place = followed.find(text, place);
            CHECK_MESSAGE(place != std::string::npos, text << " in " << followed);
        }
        CHECK(std::ranges::count(followed, '\n') == 4);

        const std::vector<std::string> story{"Aino: hei kaikki", "Cecilia: kaksi", "Aino: kolmas", "Aino: neljäs"};
        for (const auto* person : {&office.aino, &office.bertta, &office.cecilia}) CHECK(person->texts("Ryhmä") == story);
        CHECK(office.aino.run({"export", "Ryhmä"}).find("Cecilia: kaksi\n    riviä \\u{1b}[31m\n") != std::string::npos);

        office.aino.run({"rename", "Ryhmä", "Toinen nimi"});
        office.aino.run({"remove", "Toinen nimi", "Cecilia"});
        office.bertta.run({"direct", "Aino"});
        CHECK(office.bertta.run({"list"}).find("Toinen nimi  (Aino, Bertta)") != std::string::npos);
        CHECK(office.cecilia.run({"list"}).find("[you were removed]") != std::string::npos);
        office.cecilia.fail(1, {"send", "Ryhmä", "vielä"});
    }

    TEST_CASE("through an ingress it is the same, and the link leads there once the relay says so")
    {
        Folder folder;
        Relay relay(folder.path() / "relay");
        Process ingress({SINETTI_RELAY_PROGRAM, "ingress", "--port", "0", "--upstream", relay.url(), "--app", (folder.path() / "relay" / "app").string()});
        REQUIRE(ingress.wait_for("started"));
        constexpr std::string_view kListening = "listening on ";
        const auto url = ingress.output().substr(ingress.output().find(kListening) + kListening.size());
        const auto front = url.substr(0, url.find('\n'));
        Person aino(folder, "Aino"), bertta(folder, "Bertta");
        const auto through = [&](const std::string& link) { return front + "/" + link.substr(link.find('#')); };
        aino.run({"enrol", through(relay.administrator_link()), "--name", "Aino", "--organisation", "Virasto"});
        const auto link = aino.run({"invite", "Bertta"});
        CHECK(link.starts_with(front + "/#i="));
        bertta.run({"enrol", "-", "--name", "Bertta"}, link);
        aino.run({"direct", "Bertta"});
        aino.run({"send", "Bertta", "hei"});
        bertta.run({"send", "Aino", "hei vain"});
        for (const auto& [person, other] : {std::pair(&aino, "Bertta"), {&bertta, "Aino"}}) CHECK(person->texts(other) == std::vector<std::string>{"Aino: hei", "Bertta: hei vain"});
        relay.kill();
        CHECK(aino.start({"send", "Bertta", "vielä", "--timeout", "1"})->wait() == 4);
        relay.start();
        aino.run({"send", "Bertta", "kerran"});
        CHECK(bertta.texts("Aino") == std::vector<std::string>{"Aino: hei", "Bertta: hei vain", "Aino: vielä", "Aino: kerran"});
        ingress.signal(SIGTERM);
        CHECK(ingress.wait() == 0);
        CHECK(ingress.errors().find("127.0.0.1") == std::string::npos);
    }

    TEST_CASE("each mistake ends with its own code and one sentence, and changes nothing")
    {
        Folder folder;
        Relay relay(folder.path() / "relay");
        Person aino(folder, "Aino"), bertta(folder, "Bertta"), varas(folder, "Varas");
        aino.fail(1, {"list"});   // nobody is here yet
        aino.fail(2, {"enrol", relay.administrator_link(), "--name", "Aino"});   // no organisation
        aino.fail(1, {"enrol", relay.url() + "/#f=AAAA", "--name", "Aino", "--organisation", "Virasto"});
        aino.set_passphrase("lyhyt");
        CHECK(aino.fail(1, {"enrol", relay.administrator_link(), "--name", "Aino", "--organisation", "Virasto"}).find("12 characters") != std::string::npos);
        aino.set_passphrase("kolme sanaa ja lukko");
        aino.run({"enrol", relay.administrator_link(), "--name", "Aino", "--organisation", "Virasto"});
        CHECK(varas.fail(1, {"enrol", relay.administrator_link(), "--name", "Varas", "--organisation", "Oma"}).find("already been founded") != std::string::npos);

        const auto link = without_line_end(aino.run({"invite", "Bertta"}));
        bertta.run({"enrol", link, "--name", "Bertta"});
        CHECK(varas.fail(1, {"enrol", link, "--name", "Varas"}).find("already been used") != std::string::npos);
        varas.fail(1, {"list"});
        CHECK(bertta.fail(1, {"enrol", link, "--name", "Bertta"}).find("--data") != std::string::npos);
        CHECK(bertta.fail(1, {"invite", "Cecilia"}).find("administrator") != std::string::npos);

        aino.set_passphrase("kolme sanaa ja lakko");
        CHECK(aino.fail(3, {"list"}).find("passphrase") != std::string::npos);
        aino.set_passphrase("kolme sanaa ja lukko");
        CHECK(aino.run({"people"}).find("Bertta") != std::string::npos);

        aino.fail(2, {"dance"});
        aino.fail(1, {"send", "Ryhmä", "hei"});
        aino.fail(1, {"create", "Ryhmä", "Daavid"});
        const auto following = aino.start({"follow"});
        REQUIRE(following->wait_for("connected"));
        aino.fail(5, {"list"});
        following->signal(SIGTERM);
        CHECK(following->wait() == 0);

        // No terminal, and nothing said of where the passphrase is.
        Process silent({SINETTI_CLI_PROGRAM, "--data", aino.data().string(), "list"});
        CHECK(silent.wait() == 2);
    }

    TEST_CASE("while the relay is gone messages are kept; they go out, once, when it is back")
    {
        Office office;
        const auto following = office.bertta.start({"follow", "Ryhmä"});
        REQUIRE(following->wait_for("connected"));
        office.relay.kill();
        CHECK(office.aino.start({"send", "Ryhmä", "ensimmäinen", "--timeout", "1"})->wait() == 4);
        CHECK(office.aino.run({"send", "Ryhmä", "toinen", "--offline"}).empty());
        CHECK(office.aino.texts("Ryhmä", true) == std::vector<std::string>{"Aino: ensimmäinen  [waiting]", "Aino: toinen  [waiting]"});
        CHECK(office.aino.start({"list", "--timeout", "0"})->wait() == 4);
        REQUIRE(following->wait_for("trying again"));

        office.relay.start();
        office.aino.run({"send", "Ryhmä", "kolmas"});
        CHECK(following->wait_for("kolmas"));
        following->signal(SIGINT);
        CHECK(following->wait() == 0);
        const std::vector<std::string> story{"Aino: ensimmäinen", "Aino: toinen", "Aino: kolmas"};
        for (const auto* person : {&office.aino, &office.bertta, &office.cecilia}) CHECK(person->texts("Ryhmä") == story);
    }

    TEST_CASE("what was kept goes out, all of it, with the next command of any kind")
    {
        Office office;
        constexpr std::size_t kMessages = 60;
        std::string input;
        std::vector<std::string> story;
        for (std::size_t i = 0; i < kMessages; ++i) {
            input += "viesti " + std::to_string(i) + "\n";
            story.push_back("Aino: viesti " + std::to_string(i));
        }
        office.aino.run({"send", "Ryhmä", "--lines", "--offline"}, input);
        office.aino.run({"people"});
        CHECK(office.aino.texts("Ryhmä", true) == story);
        CHECK(office.bertta.texts("Ryhmä") == story);
    }

    TEST_CASE("killed at any instant of sending, and begun again where it had come to: each message arrives once and in order")
    {
        Office office;
        constexpr std::size_t kMessages = 60;
        std::mt19937 dice(4711);
        std::size_t next = 0, kills = 0;
        while (next < kMessages) {
            std::string input;
            for (auto i = next; i < kMessages; ++i) input += "viesti " + std::to_string(i) + "\n";
            const auto sending = office.aino.start({"send", "Ryhmä", "--lines", "--json"}, input);
            std::size_t kept = 0;
            if (kills < 8) {
                // Argon2id and the kill: some die before they have said anything, some in the midst of it.
                if (dice() % 4 != 0) (void)sending->wait_for("\"kept\":" + std::to_string(1 + dice() % 12) + "}");
                std::this_thread::sleep_for(std::chrono::milliseconds(dice() % 40));
                sending->kill();
                ++kills;
                if (kills % 3 == 0) {
                    office.relay.kill();
                    office.relay.start();
                }
            } else {
                REQUIRE_MESSAGE(sending->wait() == 0, sending->errors());
            }
            kept = static_cast<std::size_t>(std::ranges::count(sending->output(), '\n'));

            // What it said it had kept is there, and at most one more.
            const auto stored = office.aino.texts("Ryhmä", true);
            CHECK(stored.size() >= next + kept);
            CHECK(stored.size() <= next + kept + 1);
            next = stored.size();
        }
        office.aino.run({"list"});
        std::vector<std::string> story;
        for (std::size_t i = 0; i < kMessages; ++i) story.push_back("Aino: viesti " + std::to_string(i));
        for (const auto* person : {&office.aino, &office.bertta, &office.cecilia}) CHECK(person->texts("Ryhmä") == story);
    }
}
