#include "api/command.h"
#include "api/event.h"
#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::api;

namespace {

// What parses can be written, and what was written parses to the same.
void run(base::ByteView input)
{
    const auto text = base::to_text(input);
    if (const auto command = command_from_json(text)) {
        const auto written = to_json(*command);
        const auto again = command_from_json(written);
        CHECK_INVARIANT(again.has_value() && to_json(*again) == written);
    }
    if (const auto event = event_from_json(text)) {
        const auto written = to_json(*event);
        const auto again = event_from_json(written);
        CHECK_INVARIANT(again.has_value() && to_json(*again) == written);
    }
}

std::vector<base::Bytes> seeds()
{
    const Command commands[] = {Start{},
                                OpenLink{"#i=abc"},
                                Found{"Virasto", "Aino", "Päällikkö"},
                                CreateInvitation{"Eero", Role::administrator},
                                SetRole{"aa", Role::administrator},
                                CreateInvitations{{{"Aino", Role::member}, {"Eero", Role::administrator}}},
                                CreateConversation{ConversationKind::group, "Ryhmä", {"aa", "bb"}, 2},
                                SetBoard{2, "Ministerit", Level::mixed, false, 30, true},
                                SendText{"cc", "hei \"kaikki\" \\ 🦭\n"},
                                SetVerified{"aa", true},
                                Search{"äiti"},
                                SetSetting{"language", "sv"},
                                ExportConversation{"cc"},
                                SignIn{"Aino", "{}", "Firefox", true, false},
                                ReportReleases{{"0.1.0", 5, "ab"}, {}},
                                ProvePassphrase{}};
    Message message;
    message.id = "dd";
    message.text = "hei";
    message.order = 1ull << 40;
    ConversationSummary conversation;
    conversation.id = "cc";
    conversation.members = {"aa", "bb"};
    conversation.has_last = true;
    conversation.last = message;
    Person person;
    person.id = "aa";
    person.name = "Aino";
    const Event events[] = {SessionEvent{},
                            ConnectionEvent{},
                            PeopleEvent{{person, person}},
                            ConversationsEvent{{conversation}},
                            TimelineEvent{"cc", {message, message}, true, 1, true, "dd"},
                            SearchEvent{"hei", {FoundMessage{"cc", "dd", "aa", 1, Snippet{"hei", {{0, 3}}, false, false}}}, 1},
                            InvitationReadyEvent{},
                            SettingsEvent{{{"language", "fi"}, {"theme", "dark"}}},
                            EvidenceEvent{"signed twice"},
                            NoticeEvent{},
                            ExportEvent{"cc", {message}},
                            VaultEvent{VaultState::saved, "Aino", true, Code::none},
                            PassphraseEvent{},
                            RecoveryCodeEvent{"ABCD"}, LinkEvent{LinkState::asked, "", 7, "Firefox", false, "482913", Code::none},
                            InvitationsReadyEvent{{{.id = "aa", .name = "Aino", .fragment = "#i=a"}}},
                            RootSharesEvent{{"ABCD", "EFGH", "JKMN"}},
                            RootRestoreEvent{RootState::one_given, Code::root_share_mistyped, 4, 2},
                            BoardsEvent{{{2, "Ministerit", Level::mixed, false, 30, true, false, true}}},
                            ReleasesEvent{{"0.1.0", 5, "ab"}, {}, 1, {ReleaseAlarm{ReleaseAlarmKind::fork, 5, "ab", "cd", true, {"aa"}, 7, false}}},
                            StoreEvent{Code::store_full}};
    std::vector<base::Bytes> list;
    for (const auto& command : commands) list.push_back(base::to_bytes(base::view_of(to_json(command))));
    for (const auto& event : events) list.push_back(base::to_bytes(base::view_of(to_json(event))));
    list.push_back(base::Bytes(300, '['));
    list.push_back(base::to_bytes(base::view_of(R"({"type":"SendText","conversation":1,"text":{"a":[1e999,-0,null,"\ud800"]}})")));
    return list;
}

const fuzz::Target kTarget("api_json", run, seeds);

}  // namespace
