#include "api/command.h"
#include "api/event.h"

#include <doctest/doctest.h>

using namespace sinetti::api;

namespace {

const Message kMessage{.id = "ab", .sender = "cd", .kind = MessageKind::text, .delivery = Delivery::sent, .text = "Hyvää \"iltaa\" 👍🏽\n", .subject = "",
                       .sent_ms = 1795390000123, .order = 9007199254740993u};

std::vector<Command> every_command()
{
    return {Start{}, OpenLink{"#i=abc"}, Found{"VNK", "Elina", "Pääministeri"}, Enrol{"Li", ""}, Unlock{}, Lock{}, ForgetDevice{},
            CreateInvitation{"Li Ahlfors", Role::administrator}, CreateConversation{ConversationKind::direct, "", {"aa", "bb"}, 7}, SetBoard{2, "Ministerit", Level::mixed, false, 65535, true}, OpenConversation{"cc"},
            LoadOlder{"cc"}, LoadNewer{"cc"}, OpenMessage{"cc", "ab"}, Search{"äiti \""}, SendText{"cc", "åäö € @ {} ~ ê"}, SaveDraft{"cc", ""}, AddMembers{"cc", {}}, RemoveMember{"cc", "aa"},
            RenameConversation{"cc", "Hallitusviisikko"}, SetVerified{"aa", true}, SetSetting{"language", "fi"}, SignOutDevice{"dd"}, RemovePerson{"aa"},
            WatchConversations{}, ExportConversation{"cc"}, SignIn{"Elina 2", "{\"a\":1}", "Firefox", true, true}, ChoosePassphrase{}, ProvePassphrase{},
            ChangePassphrase{}, ShowRecoveryCode{}, RenewRecoveryCode{}, LinkDevice{}, AnswerLink{true}, CancelLink{}, JoinDevice{"{}", "Firefox, Linux", true},
            SetRole{"aa", Role::administrator}, CreateInvitations{{{"Aino", Role::member}, {"Eero", Role::administrator}}},
            BackUpRoot{}, GiveRootShare{}, ForgetRootShares{}, ReportReleases{{"0.1.0", 20261127181529, "ab"}, {"0.1.1", 20261201000000, "cd"}}, SawReleaseAlarms{}, Look{false}};
}

std::vector<Event> every_event()
{
    ConversationSummary conversation{.id = "cc", .kind = ConversationKind::group, .title = "Hallitusviisikko", .other = "", .fingerprint = "00ff", .members = {"aa", "bb"},
                                     .level = Level::silent, .post_quantum = false, .active = false, .board = 4294967295u, .closed = true, .unread = 3, .draft = "luonnos", .has_last = true, .last = kMessage, .changed_ms = -1};
    Invitation invitation{.id = "11", .name = "Li", .role = Role::member, .expires_ms = 5, .used = true, .fragment = "#i=x"};
    return {SessionEvent{Phase::failed, Code::internal, "VNK", "Li", "Elina", "aa", true, true}, ConnectionEvent{ConnectionState::refused, Code::relay_fork, 7, Level::shielded, 9, true, 4},
            PeopleEvent{{Person{"aa", "Elina", "Pääministeri", "ff", Role::administrator, 12, true, true, false, true, {{"dd", "Firefox", 7, true, true, true}, {}}}}}, ConversationsEvent{{conversation}},
            TimelineEvent{"cc", {kMessage, kMessage}, true, 2, true, "ab"}, MessagesEvent{"cc", {kMessage}},
            SearchEvent{"äiti", {FoundMessage{"cc", "ab", "aa", 12, Snippet{"Äitini, äiti", {{0, 5}, {9, 14}}, true, true}}}, 70}, InvitationsEvent{{invitation}}, InvitationReadyEvent{invitation},
            ConversationReadyEvent{"cc"}, SettingsEvent{{{"theme", "dark"}, {"language", "sv"}}}, EvidenceEvent{"signed twice"}, NoticeEvent{Code::relay_full, Severity::error, "x", "cc"},
            ExportEvent{"cc", {kMessage}}, VaultEvent{VaultState::saved, "Elina 2", true, Code::vault_elsewhere_changed},
            PassphraseEvent{PassphraseState::changed, Code::not_proven}, RecoveryCodeEvent{"ABCD-EFGH"},
            LinkEvent{LinkState::given, "ABCD-EFGH", 7, "Firefox, Linux", true, "482913", Code::device_link_damaged},
            InvitationsReadyEvent{{{.id = "aa", .name = "Aino", .role = Role::member, .expires_ms = 5, .used = false, .fragment = "#i=a"}}},
            RootSharesEvent{{"ABCD-EFGH", "JKMN-PQRS", ""}}, RootRestoreEvent{RootState::done, Code::root_restored, 9, 3},
            BoardsEvent{{{1, "", Level::prompt, true, 30, false, false}, {2, "Ministerit", Level::mixed, false, 0, true, true, true}}},
            ReleasesEvent{{"0.1.0", 20261127181529, "ab"}, {"", 0, ""}, 3, {ReleaseAlarm{ReleaseAlarmKind::lonely, 5, "ab", "cd", true, {"aa"}, 7, true}}}, ScannedEvent{"ab"}, StoreEvent{Code::store_full}};
}

}  // namespace

TEST_SUITE("api.json")
{
    TEST_CASE("every command survives the way through JSON")
    {
        CHECK(every_command().size() == std::variant_size_v<Command>);
        for (const auto& command : every_command()) {
            const auto json = to_json(command);
            const auto again = command_from_json(json);
            REQUIRE(again);
            CHECK(again->index() == command.index());
            CHECK(to_json(*again) == json);
        }
    }

    TEST_CASE("every event survives the way through JSON")
    {
        CHECK(every_event().size() == std::variant_size_v<Event>);
        for (const auto& event : every_event()) {
            const auto json = to_json(event);
            const auto again = event_from_json(json);
            REQUIRE(again);
            CHECK(again->index() == event.index());
            CHECK(to_json(*again) == json);
        }
    }

    TEST_CASE("an order beyond 2^53 keeps every bit")
    {
        const auto again = event_from_json(to_json(Event(MessagesEvent{"cc", {kMessage}})));
        REQUIRE(again);
        CHECK(std::get<MessagesEvent>(*again).messages.at(0).order == kMessage.order);
    }

    TEST_CASE("a command cut off at any byte is refused")
    {
        for (const auto& command : every_command()) {
            const auto json = to_json(command);
            for (std::size_t size = 0; size < json.size(); ++size) CHECK_FALSE(command_from_json(std::string_view(json).substr(0, size)));
        }
    }

    TEST_CASE("a missing, mistyped or out-of-range field is refused")
    {
        CHECK_FALSE(command_from_json(R"({"type":"openLink"})"));
        CHECK_FALSE(command_from_json(R"({"type":"openLink","fragment":1})"));
        CHECK_FALSE(command_from_json(R"({"type":"createInvitation","name":"x","role":2})"));
        CHECK_FALSE(command_from_json(R"({"type":"createInvitation","name":"x","role":-1})"));
        CHECK_FALSE(command_from_json(R"({"type":"createInvitation","name":"x","role":256})"));
        CHECK_FALSE(command_from_json(R"({"type":"setVerified","person":"x","verified":1})"));
        CHECK_FALSE(command_from_json(R"({"type":"addMembers","conversation":"x","members":[1]})"));
        CHECK_FALSE(event_from_json(R"({"type":"connection","state":0,"reason":0,"waiting":4294967296,"level":1})"));
    }

    TEST_CASE("what is not a command at all is refused")
    {
        for (const char* text : {"", "null", "[]", "1", "\"start\"", "{}", R"({"type":1})", R"({"type":"no"})", R"({"type":"start"} x)", "{\"type\":\"start\xff\"}"})
            CHECK_FALSE(command_from_json(text));
        CHECK_FALSE(command_from_json(std::string(100000, '[')));
        CHECK_FALSE(command_from_json("{\"type\":\"start\",\"x\":\"" + std::string(kCommandSizeMax, 'a') + "\"}"));
    }
}
