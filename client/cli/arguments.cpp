#include "cli/arguments.h"

#include <charconv>
#include <limits>

namespace sinetti::cli {

using base::Unexpected;

namespace {

struct CommandForm {
    std::string_view name;
    Command command;
    std::size_t words_min;
    std::size_t words_max;
};

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
constexpr CommandForm kCommands[] = {
    {"help", Command::help, 0, 0},     {"enrol", Command::enrol, 1, 1},   {"sign-in", Command::sign_in, 1, 1}, {"people", Command::people, 0, 0},
    {"list", Command::conversations, 0, 0}, {"invite", Command::invite, 0, 1}, {"revoke", Command::revoke, 1, 1}, {"role", Command::role, 2, 2}, {"create", Command::create, 2, kAny},
    {"direct", Command::direct, 1, 1}, {"add", Command::add, 2, kAny},    {"remove", Command::remove, 2, 2},
    {"rename", Command::rename, 2, 2}, {"send", Command::send, 1, 2},     {"follow", Command::follow, 0, 1},
    {"export", Command::export_conversation, 1, 1}, {"recovery-code", Command::recovery_code, 0, 0}, {"root-backup", Command::back_up_root, 0, 0}, {"root-restore", Command::restore_root, 0, 0},
    {"board", Command::board, 1, 2},   {"devices", Command::devices, 0, 1}, {"sign-out", Command::sign_out, 1, 1},
};

Failure misuse(std::string sentence) { return {Exit::usage, std::move(sentence)}; }

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t max)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
    return value;
}

bool take_flag(Arguments& arguments, std::string_view option)
{
    if (option == "--offline") return arguments.offline = true;
    if (option == "--administrator") return arguments.administrator = true;
    if (option == "--lines") return arguments.lines = true;
    if (option == "--code") return arguments.with_code = true;
    if (option == "--json") {
        arguments.format = Format::json;
        return true;
    }
    return false;
}

// Failures: usage. False: no such option.
Result<bool> take_value(Arguments& arguments, std::string_view option, const std::string& value)
{
    if (option == "--data") {
        arguments.data = value;
    } else if (option == "--relay") {
        arguments.relay = uplink::parse_relay_address(value);
        if (!arguments.relay) return Unexpected(misuse("--relay wants an address like https://sinetti.example.fi"));
    } else if (option == "--authorities") {
        arguments.authorities = value;
    } else if (option == "--passphrase-file") {
        arguments.passphrase = FromFile{value};
    } else if (option == "--passphrase-fd") {
        const auto descriptor = number(value, 1u << 20);
        if (!descriptor) return Unexpected(misuse("--passphrase-fd wants the number of an open descriptor"));
        arguments.passphrase = FromDescriptor{static_cast<int>(*descriptor)};
    } else if (option == "--timeout") {
        const auto seconds = number(value, static_cast<std::uint64_t>(kTimeoutMax.count()));
        if (!seconds) return Unexpected(misuse("--timeout wants a number of seconds"));
        arguments.timeout = std::chrono::seconds(*seconds);
    } else if (option == "--count") {
        arguments.count = number(value, std::numeric_limits<std::uint64_t>::max());
        if (!arguments.count || *arguments.count == 0) return Unexpected(misuse("--count wants a number of messages"));
    } else if (option == "--csv") {
        arguments.csv = value;
    } else if (option == "--name") {
        arguments.name = value;
    } else if (option == "--device") {
        arguments.device = value;
    } else if (option == "--title") {
        arguments.title = value;
    } else if (option == "--board") {
        arguments.board = value;
    } else if (option == "--level") {
        if (value != "prompt" && value != "mixed") return Unexpected(misuse("--level wants prompt or mixed"));
        arguments.level = value == "mixed" ? api::Level::mixed : api::Level::prompt;
    } else if (option == "--suite") {
        if (value != "post-quantum" && value != "classical") return Unexpected(misuse("--suite wants post-quantum or classical"));
        arguments.post_quantum = value == "post-quantum";
    } else if (option == "--retention-days") {
        const auto days = number(value, std::numeric_limits<std::uint16_t>::max());
        if (!days) return Unexpected(misuse("--retention-days wants a number of days, 0 for ever"));
        arguments.retention_days = static_cast<std::uint16_t>(*days);
    } else if (option == "--organisation") {
        arguments.organisation = value;
    } else {
        return false;
    }
    return true;
}

// Failures: usage.
Result<void> check_board(const Arguments& arguments)
{
    const auto& what = arguments.words.front();
    const bool turns = what == "close" || what == "open";
    if (what != "list" && what != "add" && what != "change" && !turns) return Unexpected(misuse("board wants list, add, change, close or open behind it"));
    const bool names_one = arguments.words.size() > 1;
    if (names_one != (what == "change" || turns)) return Unexpected(misuse("board " + what + (names_one ? " does not want so many words" : " wants the name or number of a board")));
    const bool says_something = !arguments.name.empty() || arguments.level || arguments.post_quantum || arguments.retention_days;
    if (turns && (arguments.level || arguments.post_quantum || arguments.retention_days)) return Unexpected(misuse("board " + what + " changes nothing else; board change does"));
    if (what == "add" && arguments.name.empty()) return Unexpected(misuse("board add wants --name"));
    if (what == "change" && !says_something) return Unexpected(misuse("board change wants something to change: --name, --level, --suite or --retention-days"));
    return {};
}

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words, const std::filesystem::path& default_data)
{
    Arguments arguments;
    arguments.data = default_data;
    std::vector<std::string> rest;
    bool options_end = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (options_end || !word.starts_with("--")) {
            rest.push_back(word);
        } else if (word == "--") {
            options_end = true;
        } else if (word == "--help") {
            return Arguments{};
        } else if (!take_flag(arguments, word)) {
            // "--option value" or "--option=value"
            const auto equals = word.find('=');
            const auto option = word.substr(0, equals);
            if (equals == std::string::npos && i + 1 == words.size()) return Unexpected(misuse(option + " wants a value, or is no option"));
            const auto& value = equals == std::string::npos ? words[++i] : word.substr(equals + 1);
            if (!TRY(take_value(arguments, option, value))) return Unexpected(misuse("there is no option " + printable(option)));
        }
    }
    if (rest.empty()) return Unexpected(misuse("a command is missing"));
    const auto form = std::ranges::find(kCommands, rest.front(), &CommandForm::name);
    if (form == std::end(kCommands)) return Unexpected(misuse("there is no command " + printable(rest.front())));
    rest.erase(rest.begin());
    if (rest.size() < form->words_min || rest.size() > form->words_max)
        return Unexpected(misuse(std::string(form->name) + (rest.size() < form->words_min ? " wants more than that" : " does not want so many words")));
    arguments.command = form->command;
    arguments.words = std::move(rest);
    if (arguments.command == Command::enrol && arguments.name.empty()) return Unexpected(misuse("enrol wants --name"));
    if (arguments.command == Command::sign_in && arguments.name.empty()) return Unexpected(misuse("sign-in wants --name, the one to sign in with"));
    if (arguments.command == Command::invite && arguments.words.empty() == arguments.csv.empty()) return Unexpected(misuse("invite wants a name, or a list with --csv"));
    if (arguments.command == Command::invite && arguments.administrator && !arguments.csv.empty()) return Unexpected(misuse("in a list each line has its own role"));
    if (arguments.command == Command::role && arguments.words[1] != "administrator" && arguments.words[1] != "member")
        return Unexpected(misuse("a role is administrator or member"));
    if (arguments.command == Command::board) TRY(check_board(arguments));
    if (arguments.command == Command::send && arguments.lines && arguments.words.size() > 1)
        return Unexpected(misuse("send --lines takes its messages from standard input"));
    if (arguments.command != Command::help && arguments.data.empty()) return Unexpected(misuse("there is no home folder; name one with --data"));
    return arguments;
}

const char* usage()
{
    return R"(usage: sinetti-cli [options] COMMAND

  enrol LINK --name NAME [--title TITLE]   open an invitation; the administrator's link wants --organisation NAME as well.
                                           LINK "-" is read from standard input: arguments are visible to others on this machine
  sign-in RELAY-URL --name NAME [--code]   become another device of somebody who is enrolled, with the passphrase they have; with --code
                                           the recovery code is read from standard input, and the passphrase is a new one. NAME is the
                                           one to sign in with, as the settings show it. --device NAME: what it is called there
  people                                   who is in the organisation
  list                                     your conversations
  invite NAME [--administrator]            make an invitation link, and print it
  invite --csv FILE                        make one for each line (a name; a role behind it, or not), and print them as CSV: name,
                                           link. FILE "-" is standard input. One bad line, and none is made
  revoke PERSON                            remove somebody from the organisation, for good
  role PERSON administrator|member         make somebody an administrator, or a member again (the founder's)
  devices [PERSON]                         somebody's devices, or your own, and when those were last seen
  sign-out DEVICE                          sign out a device of yours, or, by its identifier, a member's (an administrator's): for good
  board list                               the boards, and how they are used
  board add --name NAME                    make one (an administrator's): [--level prompt|mixed] [--suite post-quantum|classical]
                                           [--retention-days N]; without more: prompt, post-quantum, kept for 30 days
  board change BOARD                       the same options, and --name, of one that is there: what is not named stays
  board close BOARD                        nothing is written on it any more; what is there can be read. Never the last open one that
                                           administrators have signed. [--name NAME] for one that has no name yet
  board open BOARD                         and it can be written on again
  create TITLE PERSON... [--board BOARD]   begin a group, and print its identifier
  direct PERSON [--board BOARD]            begin a conversation of two, and print its identifier
  add CONVERSATION PERSON...               add members
  remove CONVERSATION PERSON               remove a member
  rename CONVERSATION TITLE
  send CONVERSATION [TEXT]                 send one message, TEXT or all of standard input;
       --lines                             or each line of standard input as a message of its own
  follow [CONVERSATION] [--count N]        print messages as they come, those since the last command first; end after N
  export CONVERSATION                      print all that was said, oldest first
  recovery-code                            print the code that opens this person's account without its passphrase
  root-backup                              print three shares of the organisation's key, one in a line (the holder's): any two give it
                                           back, one alone is worth nothing; nothing of them is kept
  root-restore                             read two of them from standard input, and hold the key

A CONVERSATION, PERSON or DEVICE is a title or name, or the first digits of an identifier; a BOARD is a name or a number.

  --data DIR              where the account is kept (default: sinetti in $XDG_DATA_HOME or ~/.local/share)
  --relay URL             the relay has moved: found here from now on
  --authorities FILE      certificate authorities for https, PEM (default: the system's)
  --passphrase-file FILE  its first line, instead of asking at the terminal; only its owner may read it
  --passphrase-fd N       the same from an open descriptor
  --timeout SECONDS       how long to wait for the relay (default 30; follow: for ever)
  --offline               do with what is stored here; what is sent waits for the next command
  --json                  one JSON object in a line, instead of text

Exit codes: 0 done; 1 refused or failed; 2 usage; 3 wrong passphrase; 4 the relay did not answer in time (what was to be sent is
kept and goes out with the next command); 5 another sinetti-cli is using the folder.
)";
}

}  // namespace sinetti::cli
