#include "cli/commands.h"

#include "cli/client.h"
#include "cli/input.h"
#include "cli/names.h"
#include "cli/sentences.h"
#include "cli/sqlite_backend.h"
#include "roster/roster.h"
#include "uplink/fetch.h"
#include "vault/printed_code.h"
#include "vault/root_share.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <unistd.h>

namespace sinetti::cli {

using base::Unexpected;

namespace {

constexpr std::uint32_t kWaitingMax = 32;         // send --lines: so many messages under way before the next line is read
constexpr std::uint16_t kBoardDays = 30;          // that a new board is kept, unless it is said
constexpr std::size_t kLinkMax = 4096;            // bytes
constexpr std::size_t kShareLineMax = 1024;       // bytes
constexpr std::size_t kCodeMax = 256;             // bytes
constexpr std::size_t kRelayDocumentMax = 4096;   // bytes
constexpr unsigned kOk = 200, kNotFound = 404;    // RFC 9110

Failure failed(std::string sentence) { return {Exit::failed, std::move(sentence)}; }

class Run {
public:
    Run(const Arguments& arguments, std::FILE* output, std::FILE* report) : m_arguments(arguments), m_output(output), m_report(report) {}

    Result<void> run()
    {
        m_backend = TRY(SqliteBackend::open(m_arguments.data));
        if (m_arguments.command == Command::enrol) return enrol();
        if (m_arguments.command == Command::sign_in) return sign_in();
        TRY(open());
        TRY(carry_out());
        // What this command was to do is done: what earlier ones have left is sent while the relay takes it, and else waits on. Whoever
        // followed was there long enough, and has no end of waiting.
        const auto& relay = m_client->connection;
        if (!m_arguments.offline && m_arguments.command != Command::follow && relay.caught_up)
            (void)wait([&] { return relay.unsent == relay.held || !relay.caught_up || relay.reason != api::Code::none; }, deadline());
        return {};
    }

private:
    Result<void> carry_out()
    {
        switch (m_arguments.command) {
        case Command::people: return people();
        case Command::conversations: return conversations();
        case Command::invite: return invite();
        case Command::revoke:
        case Command::role: return administer();
        case Command::create:
        case Command::direct: return create();
        case Command::add:
        case Command::remove:
        case Command::rename: return change();
        case Command::send: return send();
        case Command::follow: return follow();
        case Command::export_conversation: return export_conversation();
        case Command::back_up_root: return back_up_root();
        case Command::restore_root: return restore_root();
        case Command::recovery_code: return show_recovery_code();
        case Command::board: return boards();
        case Command::devices: return devices();
        case Command::sign_out: return sign_out();
        case Command::help:
        case Command::sign_in:
        case Command::enrol: break;
        }
        return {};
    }

    // Following waits for ever unless it was told how long, for what it follows to be there too.
    Client::Deadline deadline() const
    {
        if (m_arguments.command == Command::follow && !m_arguments.timeout) return std::nullopt;
        return std::chrono::steady_clock::now() + m_arguments.timeout.value_or(kTimeout);
    }

    Result<void> print(const std::string& line)
    {
        if (std::fputs(line.c_str(), m_output) < 0 || std::fputc('\n', m_output) < 0 || std::fflush(m_output) != 0) return Unexpected(failed("standard output cannot be written to"));
        return {};
    }
    void report(const std::string& line) { std::fprintf(m_report, "sinetti-cli: %s\n", line.c_str()); }

    Result<void> wait(const std::function<bool()>& done, Client::Deadline deadline)
    {
        if (!TRY(m_client->wait(done, deadline))) return Unexpected(failed("interrupted"));
        return {};
    }

    void make_client(const RelayAddress& relay) { m_client.emplace(m_io, m_random, *m_backend, relay, m_arguments.authorities); }

    // --- enrolling -------------------------------------------------------------------------------------------------------

    Result<void> enrol()
    {
        auto link = m_arguments.words.front();
        if (link == "-") {
            auto line = TRY(m_input.next(Input::Until::line, kLinkMax));
            link = line.value_or("");
        }
        const auto fragment = link.find('#');
        auto relay = m_arguments.relay;
        if (!relay) relay = uplink::parse_relay_address(link.substr(0, fragment));
        if (!relay) return Unexpected(Failure{Exit::usage, "the link does not say where its relay is; copy all of it, or name the relay with --relay"});
        make_client(*relay);
        TRY(m_client->submit(api::Start{}));
        if (m_client->session.phase == api::Phase::failed) return Unexpected(failed(sentence(m_client->session.error)));
        TRY(m_client->submit(api::OpenLink{fragment == std::string::npos ? std::string() : link.substr(fragment)}));
        const auto refused = [this] { return m_client->session.phase == api::Phase::no_account || m_client->session.phase == api::Phase::locked; };
        const auto until = deadline();
        TRY(wait([&] { return refused() || m_client->connection.state == api::ConnectionState::connected; }, until));
        if (refused()) return Unexpected(failed(sentence(m_client->session.error)));
        const bool founder = m_client->session.phase == api::Phase::founder;
        if (founder && m_arguments.organisation.empty()) return Unexpected(Failure{Exit::usage, "this is the administrator's link: say what the organisation is called with --organisation"});

        auto passphrase = TRY(read_passphrase(m_arguments.passphrase, true));
        TRY(m_backend->set_relay(*relay));   // before the account: with it everything is there that goes on from a cut
        if (founder)
            TRY(m_client->submit(api::Found{m_arguments.organisation, m_arguments.name, m_arguments.title}, std::move(passphrase)));
        else
            TRY(m_client->submit(api::Enrol{m_arguments.name, m_arguments.title}, std::move(passphrase)));
        const auto& session = m_client->session;
        TRY(wait([&] { return session.phase != api::Phase::opening && (session.phase != api::Phase::open || m_client->connection.caught_up); }, deadline()));
        if (session.phase != api::Phase::open) return Unexpected(failed(sentence(m_client->session.error)));
        return print(printable(m_arguments.name) + " is enrolled in " + printable(m_client->session.organisation));
    }

    // --- signing in ------------------------------------------------------------------------------------------------------

    // What the relay says of itself: which organisation's it is, and its keys.
    Result<std::string> relay_document(const RelayAddress& relay)
    {
        uplink::Settings settings{.relay = relay, .authorities = {}, .silence_max = {}};
        if (relay.tls) {
            auto authorities = uplink::Authorities::load(m_arguments.authorities);
            if (!authorities) return Unexpected(failed(authorities.error()));
            settings.authorities = std::move(*authorities);
        }
        struct Answer {
            bool there = false;
            std::optional<uplink::Fetched> document;
        };
        const auto answer = std::make_shared<Answer>();   // which may come after we have gone
        uplink::fetch(m_io, settings, "/relay.json", kRelayDocumentMax, [answer](std::optional<uplink::Fetched> fetched) { *answer = {true, std::move(fetched)}; });
        TRY(wait([&] { return answer->there; }, deadline()));
        if (!answer->document) return Unexpected(Failure{Exit::unreachable, sentence(api::Code::relay_unreachable)});
        if (answer->document->status == kNotFound) return Unexpected(failed("nobody has founded an organisation at this relay yet"));
        if (answer->document->status != kOk) return Unexpected(failed("what answers there is no relay"));
        return std::move(answer->document->body);
    }

    Result<base::SecretBytes> typed_recovery_code()
    {
        if (::isatty(STDIN_FILENO)) std::fputs("Recovery code: ", m_report);
        auto line = TRY(m_input.next(Input::Until::line, kCodeMax));
        if (!line) return Unexpected(failed("the recovery code is wanted on standard input"));
        base::SecretBytes code(base::view_of(*line));
        base::wipe({reinterpret_cast<std::uint8_t*>(line->data()), line->size()});
        return code;
    }

    Result<void> sign_in()
    {
        const auto relay = uplink::parse_relay_address(m_arguments.words.front());
        if (!relay) return Unexpected(Failure{Exit::usage, "sign-in wants the relay's address, like https://sinetti.example.fi"});
        make_client(*relay);
        TRY(m_client->submit(api::Start{}));
        const auto& session = m_client->session;
        if (session.phase == api::Phase::locked) return Unexpected(failed("there is an account in " + m_arguments.data.string() + " already; choose another folder with --data"));
        if (session.phase != api::Phase::no_account) return Unexpected(failed(sentence(session.error)));
        const auto document = TRY(relay_document(*relay));
        auto secret = m_arguments.with_code ? TRY(typed_recovery_code()) : TRY(read_passphrase(m_arguments.passphrase, false));
        TRY(m_backend->set_relay(*relay));   // before the account: with it everything is there that goes on from a cut
        api::SignIn command;
        command.name = m_arguments.name;
        command.relay = document;
        command.device = m_arguments.device;
        command.with_code = m_arguments.with_code;
        TRY(m_client->submit(std::move(command), std::move(secret)));
        TRY(wait([&] { return session.phase != api::Phase::opening; }, deadline()));
        if (session.phase == api::Phase::recovering) {
            auto passphrase = TRY(read_passphrase(m_arguments.passphrase, true));
            TRY(m_client->submit(api::ChoosePassphrase{}, std::move(passphrase)));
            TRY(wait([&] { return session.phase != api::Phase::opening; }, deadline()));
        }
        if (session.phase != api::Phase::open) {
            const bool wrong = session.error == api::Code::sign_in_failed;
            return Unexpected(Failure{wrong ? Exit::wrong_passphrase : Exit::failed, sentence(session.error)});
        }
        // With a new passphrase: only when the relay has it, it opens anything elsewhere.
        TRY(wait([&] { return m_client->connection.caught_up && m_client->vault.state == api::VaultState::saved; }, deadline()));
        return print(printable(m_arguments.name) + " is signed in to " + printable(session.organisation) + " as the device " + printable(m_arguments.device));
    }

    // --- opening ---------------------------------------------------------------------------------------------------------

    Result<void> open()
    {
        auto relay = TRY(m_backend->relay());
        if (m_arguments.relay && relay != m_arguments.relay) {
            TRY(m_backend->set_relay(*m_arguments.relay));
            relay = m_arguments.relay;
        }
        if (!relay) return Unexpected(failed("there is no account in " + m_arguments.data.string() + "; begin with enrol"));
        make_client(*relay);
        TRY(m_client->submit(api::Start{}));
        if (m_client->session.phase == api::Phase::no_account) return Unexpected(failed("there is no account in " + m_arguments.data.string() + "; begin with enrol"));
        if (m_client->session.phase != api::Phase::locked) return Unexpected(failed(sentence(m_client->session.error)));
        auto passphrase = TRY(read_passphrase(m_arguments.passphrase, false));
        if (m_arguments.command == Command::back_up_root || m_arguments.command == Command::recovery_code) m_passphrase = passphrase.clone();
        TRY(m_client->submit(api::Unlock{}, std::move(passphrase)));
        if (m_client->session.phase == api::Phase::locked) {
            const auto error = m_client->session.error;
            return Unexpected(Failure{error == api::Code::wrong_passphrase ? Exit::wrong_passphrase : Exit::failed, sentence(error)});
        }
        // An enrolment that was cut off is finished first, or turns out to be none.
        TRY(wait([this] { return m_client->session.phase != api::Phase::opening; }, deadline()));
        if (m_client->session.phase != api::Phase::open) return Unexpected(failed(sentence(m_client->session.error)));
        return {};
    }

    Result<void> catch_up()
    {
        if (m_arguments.offline) return {};
        return wait([this] { return m_client->connection.caught_up; }, deadline());
    }

    // Everything that waits is on the board, but for what is for a closed one.
    Result<void> deliver()
    {
        if (m_arguments.offline) return {};
        return wait([this] { return m_client->connection.caught_up && m_client->connection.unsent == m_client->connection.held; }, deadline());
    }

    Result<void> submit(api::Command&& command)
    {
        TRY(m_client->submit(std::move(command)));
        if (m_client->refusal) return Unexpected(*m_client->refusal);
        return {};
    }

    Result<api::ConversationSummary> conversation(const std::string& title) { return *TRY(find_conversation(m_client->conversations, title)); }

    // One that is not known yet may have come while we were away.
    Result<api::ConversationSummary> known_conversation(const std::string& title)
    {
        auto known = conversation(title);
        if (known || m_arguments.offline) return known;
        TRY(catch_up());
        return conversation(title);
    }

    Result<std::vector<api::PersonId>> persons(std::size_t first_word)
    {
        std::vector<api::PersonId> ids;
        for (auto i = first_word; i < m_arguments.words.size(); ++i) ids.push_back(TRY(find_person(m_client->people, m_arguments.words[i]))->id);
        return ids;
    }

    // It is shown when the relay has said that it opens what is there.
    Result<void> show_recovery_code()
    {
        const auto until = deadline();
        TRY(wait([this] { return m_client->connection.caught_up && m_client->vault.state == api::VaultState::saved; }, until));
        TRY(m_client->submit(api::ProvePassphrase{}, std::move(m_passphrase)));
        TRY(m_client->submit(api::ShowRecoveryCode{}));
        auto& code = m_client->recovery_code;
        TRY(wait([&] { return !code.empty() || m_client->passphrase_event.error != api::Code::none; }, until));
        if (code.empty()) return Unexpected(failed(sentence(m_client->passphrase_event.error)));
        const auto printed = print(code);
        base::wipe({reinterpret_cast<std::uint8_t*>(code.data()), code.size()});
        return printed;
    }

    // --- the organisation's key ------------------------------------------------------------------------------------------

    Result<void> back_up_root()
    {
        TRY(m_client->submit(api::ProvePassphrase{}, std::move(m_passphrase)));
        TRY(m_client->submit(api::BackUpRoot{}));
        if (m_client->root_shares.empty()) return Unexpected(failed(sentence(m_client->passphrase_event.error)));
        Result<void> printed;
        for (auto& share : m_client->root_shares) {
            if (printed) printed = print(share);
            base::wipe({reinterpret_cast<std::uint8_t*>(share.data()), share.size()});
        }
        return printed;
    }

    // In one line or in nine, as it stands on paper: a share ends with its last character.
    Result<base::SecretBytes> root_share()
    {
        base::SecretBytes share;
        std::size_t characters = 0;
        while (characters < vault::RootShare::kCharacters) {
            auto line = TRY(m_input.next(Input::Until::line, kShareLineMax));
            if (!line) break;
            const auto bytes = base::view_of(*line);
            characters += bytes.size() - static_cast<std::size_t>(std::ranges::count_if(bytes, vault::is_separator));
            share.append(bytes);
            base::wipe({reinterpret_cast<std::uint8_t*>(line->data()), line->size()});
        }
        return share;
    }

    Result<void> restore_root()
    {
        const auto until = deadline();
        TRY(wait([this] { return m_client->connection.caught_up && m_client->vault.state == api::VaultState::saved; }, until));
        for (const char* which : {"the first share: ", "the second share: "}) {
            auto share = TRY(root_share());
            TRY(m_client->submit(api::GiveRootShare{}, std::move(share)));
            const auto& answer = *m_client->root_restore;
            if (answer.error == api::Code::none) continue;
            return Unexpected(failed(which + sentence(answer.error) + (answer.line > 0 ? ", in line " + std::to_string(answer.line) : "")));
        }
        const auto ended = [this] { return m_client->root_restore->state == api::RootState::done || m_client->root_restore->error != api::Code::none; };
        TRY(wait(ended, until));
        if (m_client->root_restore->error != api::Code::none) return Unexpected(failed(sentence(m_client->root_restore->error)));
        return print("this account holds the organisation's key");
    }

    // --- looking ---------------------------------------------------------------------------------------------------------

    Result<void> people()
    {
        TRY(catch_up());
        for (const auto& person : m_client->people) TRY(print(format(person, m_arguments.format)));
        return {};
    }

    Result<void> devices()
    {
        TRY(catch_up());
        const auto& people = m_client->people;
        const auto me = std::ranges::find(people, true, &api::Person::me);
        if (m_arguments.words.empty() && me == people.end()) return {};
        const auto& person = m_arguments.words.empty() ? *me : *TRY(find_person(people, m_arguments.words[0]));
        for (const auto& device : person.devices) TRY(print(format(device, m_arguments.format)));
        return {};
    }

    Result<void> sign_out()
    {
        TRY(catch_up());
        const auto device = *TRY(find_device(m_client->people, m_arguments.words[0]));
        if (device.here) return Unexpected(failed("this is the device that would do it; remove its folder instead, or sign it out from another one"));
        TRY(submit(api::SignOutDevice{device.id}));
        if (m_arguments.offline) return {};
        const auto done = [&] {
            for (const auto& person : m_client->people)
                if (const auto now = std::ranges::find(person.devices, device.id, &api::Device::id); now != person.devices.end()) return m_client->refusal || now->revoked;
            return m_client->refusal.has_value();
        };
        TRY(wait(done, deadline()));
        if (m_client->refusal) return Unexpected(*m_client->refusal);
        return {};
    }

    Result<void> conversations()
    {
        TRY(catch_up());
        const auto names = names_of(m_client->people);
        for (const auto& one : m_client->conversations) TRY(print(format(one, names, m_arguments.format)));
        return {};
    }

    Result<void> export_conversation()
    {
        TRY(catch_up());
        const auto summary = TRY(conversation(m_arguments.words[0]));
        TRY(submit(api::ExportConversation{summary.id}));
        const auto names = names_of(m_client->people);
        for (const auto& message : m_client->exported) TRY(print(format(message, &summary, names, false, m_arguments.format)));
        return {};
    }

    Result<void> follow()
    {
        std::deque<std::pair<api::ConversationId, api::Message>> news;
        m_client->observer = [&](const api::Event& event) {
            if (const auto* connection = std::get_if<api::ConnectionEvent>(&event)) report_state(*connection);
            const auto* known = std::get_if<api::MessagesEvent>(&event);
            if (known == nullptr) return;
            for (const auto& message : known->messages)
                if (message.delivery != api::Delivery::waiting) news.emplace_back(known->conversation, message);
        };
        TRY(m_client->submit(api::WatchConversations{}));
        std::optional<api::ConversationId> only;
        if (!m_arguments.words.empty()) only = TRY(known_conversation(m_arguments.words[0])).id;

        std::uint64_t printed = 0;
        Result<void> output;
        const auto enough = [&] { return !output || (m_arguments.count && printed == *m_arguments.count); };
        const auto print_news = [&] {
            const auto names = news.empty() ? Names() : names_of(m_client->people);
            for (; !news.empty() && !enough(); news.pop_front()) {
                const auto& [id, message] = news.front();
                if (only && id != *only) continue;
                const auto summary = std::ranges::find(m_client->conversations, id, &api::ConversationSummary::id);
                if (summary == m_client->conversations.end()) break;   // of a new conversation, whose title will be known in a moment
                output = print(format(message, &*summary, names, !only, m_arguments.format));
                ++printed;
            }
            return enough();
        };
        const auto ended = m_client->wait(print_news, deadline());
        m_client->observer = nullptr;
        if (!ended) return Unexpected(ended.error());
        return output;   // a signal is how one stops following
    }

    void report_state(const api::ConnectionEvent& connection)
    {
        const auto before = std::exchange(m_reported, connection.state);
        if (before == connection.state || connection.state == api::ConnectionState::connecting) return;
        if (connection.state == api::ConnectionState::connected)
            report("connected");
        else if (connection.reason != api::Code::none)
            report(sentence(connection.reason) + "; trying again");
    }

    // --- changing --------------------------------------------------------------------------------------------------------

    Result<std::string> list_of_people()
    {
        if (m_arguments.csv == "-") return TRY(m_input.next(Input::Until::end, roster::kCsvSizeMax)).value_or("");
        std::ifstream file(m_arguments.csv, std::ios::binary);
        std::string list(roster::kCsvSizeMax + 1, '\0');
        file.read(list.data(), static_cast<std::streamsize>(list.size()));
        if (!file.eof()) return Unexpected(failed(m_arguments.csv.string() + (file.good() ? ": " + sentence(roster::RosterError::too_large) : " cannot be read")));
        list.resize(static_cast<std::size_t>(file.gcount()));
        return list;
    }

    // All of them, or, when a line is bad, none: a script does not look twice.
    Result<void> invite_many()
    {
        const auto list = TRY(list_of_people());
        TRY(catch_up());   // who is here already
        std::vector<std::string> members, invited;
        for (const auto& person : m_client->people)
            if (!person.revoked) members.push_back(person.name);
        for (const auto& invitation : m_client->invitations)
            if (!invitation.used) invited.push_back(invitation.name);
        auto roster = roster::read_roster(list, {members, invited, m_client->session.founder});
        if (!roster) return Unexpected(failed(sentence(roster.error())));
        for (const auto& bad : roster->bad) report(sentence(bad));
        if (!roster->bad.empty()) return Unexpected(failed("nobody was invited: the list has " + std::to_string(roster->bad.size()) + " bad lines"));
        TRY(submit(api::CreateInvitations{std::move(roster->people)}));
        const auto relay = TRY(m_backend->relay());
        for (const auto& invitation : m_client->made_invitations) {
            auto row = roster::csv_row({invitation.name, relay->url() + "/" + invitation.fragment}, ',');
            row.resize(row.size() - 2);   // the line break is print's
            TRY(print(row));
        }
        return {};
    }

    Result<void> invite()
    {
        if (!m_arguments.csv.empty()) return invite_many();
        const auto role = m_arguments.administrator ? api::Role::administrator : api::Role::member;
        if (!m_client->session.administrator) TRY(catch_up());   // perhaps somebody has made us one
        TRY(submit(api::CreateInvitation{m_arguments.words[0], role}));
        const auto relay = TRY(m_backend->relay());
        return print(relay->url() + "/" + m_client->invitation->fragment);
    }

    // Until board 0 has it, as every client will read it.
    Result<void> administer()
    {
        TRY(catch_up());
        const auto person = *TRY(find_person(m_client->people, m_arguments.words[0]));
        const bool removes = m_arguments.command == Command::revoke;
        const auto role = !removes && m_arguments.words[1] == "administrator" ? api::Role::administrator : api::Role::member;
        if (removes)
            TRY(submit(api::RemovePerson{person.id}));
        else
            TRY(submit(api::SetRole{person.id, role}));
        if (m_arguments.offline) return {};
        const auto done = [&] {
            const auto now = std::ranges::find(m_client->people, person.id, &api::Person::id);
            return m_client->refusal || (now != m_client->people.end() && (removes ? now->revoked : now->role == role));
        };
        TRY(wait(done, deadline()));
        if (m_client->refusal) return Unexpected(*m_client->refusal);
        return {};
    }

    // What a board is to be: what it is, but for what was asked for.
    Result<api::SetBoard> board_wish()
    {
        api::SetBoard wish{.name = m_arguments.name, .retention_days = kBoardDays};
        if (m_arguments.words[0] != "add") {
            const auto& known = *TRY(find_board(m_client->boards, m_arguments.words[1]));
            wish = {known.number, m_arguments.name.empty() ? known.name : m_arguments.name, known.level, known.post_quantum, known.retention_days, known.closed};
            if (wish.name.empty()) return Unexpected(failed("nobody has given that board a name yet: do it with --name"));
        }
        wish.level = m_arguments.level.value_or(wish.level);
        wish.post_quantum = m_arguments.post_quantum.value_or(wish.post_quantum);
        wish.retention_days = m_arguments.retention_days.value_or(wish.retention_days);
        if (m_arguments.words[0] == "close" || m_arguments.words[0] == "open") wish.closed = m_arguments.words[0] == "close";
        return wish;
    }

    // A change is done when board 0 has it, as every client will read it.
    Result<void> boards()
    {
        TRY(catch_up());
        const auto show = [this](const api::Board& board) { return print(format(board, m_arguments.format)); };
        if (m_arguments.words[0] == "list") {
            for (const auto& board : m_client->boards) TRY(show(board));
            return {};
        }
        const auto wish = TRY(board_wish());
        TRY(submit(api::SetBoard(wish)));
        const auto found = [&] {
            return std::ranges::find_if(m_client->boards, [&](const api::Board& board) {
                return (wish.board == api::kAnyBoard || board.number == wish.board) && board.name == wish.name && board.level == wish.level &&
                       board.post_quantum == wish.post_quantum && board.retention_days == wish.retention_days && board.closed == wish.closed && (m_arguments.offline || !board.waiting);
            });
        };
        if (!m_arguments.offline) TRY(wait([&] { return m_client->refusal || found() != m_client->boards.end(); }, deadline()));
        if (m_client->refusal) return Unexpected(*m_client->refusal);
        return found() == m_client->boards.end() ? Result<void>() : show(*found());
    }

    Result<std::uint32_t> board_to_use()
    {
        if (m_arguments.board.empty()) return api::kAnyBoard;
        return TRY(find_board(m_client->boards, m_arguments.board))->number;
    }

    Result<void> create()
    {
        TRY(catch_up());
        const bool direct = m_arguments.command == Command::direct;
        auto members = TRY(persons(direct ? 0 : 1));
        const auto board = TRY(board_to_use());
        TRY(submit(direct ? api::CreateConversation{api::ConversationKind::direct, "", std::move(members), board}
                          : api::CreateConversation{api::ConversationKind::group, m_arguments.words[0], std::move(members), board}));
        TRY(print(*m_client->created));   // it is there, whether or not the relay answers now
        return deliver();
    }

    Result<void> change()
    {
        TRY(catch_up());
        const auto summary = TRY(conversation(m_arguments.words[0]));
        if (m_arguments.command == Command::rename) {
            TRY(submit(api::RenameConversation{summary.id, m_arguments.words[1]}));
        } else {
            auto members = TRY(persons(1));
            if (m_arguments.command == Command::add)
                TRY(submit(api::AddMembers{summary.id, std::move(members)}));
            else
                TRY(submit(api::RemoveMember{summary.id, std::move(members.front())}));
        }
        TRY(deliver());
        if (m_client->refusal) return Unexpected(*m_client->refusal);   // found out while it was made
        return {};
    }

    Result<void> send()
    {
        const auto id = TRY(known_conversation(m_arguments.words[0])).id;
        if (m_arguments.words.size() > 1) {
            TRY(send_one(id, m_arguments.words[1]));
        } else if (!m_arguments.lines) {
            auto text = TRY(m_input.next(Input::Until::end, api::kMessageTextMax + 1)).value_or("");
            if (text.ends_with('\n')) text.pop_back();
            TRY(send_one(id, std::move(text)));
        } else {
            for (std::uint64_t number = 1;; ++number) {
                auto line = TRY(m_input.next(Input::Until::line, api::kMessageTextMax));
                if (!line) break;
                if (line->empty()) continue;
                TRY(send_one(id, std::move(*line)));
                if (m_arguments.format == Format::json) TRY(print("{\"kept\":" + std::to_string(number) + "}"));
                if (!m_arguments.offline) TRY(wait([this] { return m_client->connection.waiting < kWaitingMax; }, deadline()));
            }
        }
        TRY(deliver());
        const auto now_is = std::ranges::find(m_client->conversations, id, &api::ConversationSummary::id);
        if (m_arguments.offline || now_is == m_client->conversations.end() || !now_is->closed) return {};
        return Unexpected(Failure{Exit::unreachable, "an administrator has closed the board of that conversation; what was to be sent is kept, and goes out if it is opened again"});
    }

    // It is durable when this returns.
    Result<void> send_one(const api::ConversationId& id, std::string text)
    {
        if (text.empty()) return Unexpected(failed("there is nothing to send"));
        return submit(api::SendText{id, std::move(text)});
    }

    const Arguments& m_arguments;
    std::FILE* m_output;
    std::FILE* m_report;
    boost::asio::io_context m_io;
    base::SystemRandom m_random;
    Input m_input;
    base::SecretBytes m_passphrase;   // where a command wants it once more
    std::unique_ptr<SqliteBackend> m_backend;
    std::optional<Client> m_client;
    std::optional<api::ConnectionState> m_reported;
};

}  // namespace

Result<void> run(const Arguments& arguments, std::FILE* output, std::FILE* report) { return Run(arguments, output, report).run(); }

}  // namespace sinetti::cli
