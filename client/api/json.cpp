#include "api/command.h"
#include "api/event.h"

#include <nlohmann/json.hpp>

namespace sinetti::api {

namespace {

using Json = nlohmann::json;

// One archive for both directions: every struct lists its fields once, in fields(). A missing or mistyped field is an error.

class JsonWriter {
public:
    template<typename T>
    void operator()(const char* name, const T& value)
    {
        m_json[name] = encode(value);
    }
    Json take() && { return std::move(m_json); }

    static Json encode(const std::string& value) { return value; }
    static Json encode(bool value) { return value; }
    template<std::integral T>
    static Json encode(T value)
    {
        return value;
    }
    template<typename T>
        requires std::is_enum_v<T>
    static Json encode(T value)
    {
        return static_cast<std::underlying_type_t<T>>(value);
    }
    template<typename T>
    static Json encode(const std::vector<T>& values)
    {
        Json array = Json::array();
        for (const auto& value : values) array.push_back(encode(value));
        return array;
    }
    static Json encode(const std::pair<std::string, std::string>& value) { return Json::array({value.first, value.second}); }
    template<typename T>
        requires std::is_class_v<T>
    static Json encode(const T& value);

private:
    Json m_json = Json::object();
};

template<typename T>
struct EnumCount;
template<>
struct EnumCount<Phase> { static constexpr auto kLast = Phase::linking; };
template<>
struct EnumCount<Code> { static constexpr auto kLast = kLastCode; };
template<>
struct EnumCount<ConversationKind> { static constexpr auto kLast = ConversationKind::group; };
template<>
struct EnumCount<Role> { static constexpr auto kLast = Role::administrator; };
template<>
struct EnumCount<Level> { static constexpr auto kLast = Level::mixed; };
template<>
struct EnumCount<Severity> { static constexpr auto kLast = Severity::error; };
template<>
struct EnumCount<ConnectionState> { static constexpr auto kLast = ConnectionState::refused; };
template<>
struct EnumCount<VaultState> { static constexpr auto kLast = VaultState::saved; };
template<>
struct EnumCount<PassphraseState> { static constexpr auto kLast = PassphraseState::changed; };
template<>
struct EnumCount<LinkState> { static constexpr auto kLast = LinkState::given; };
template<>
struct EnumCount<RootState> { static constexpr auto kLast = RootState::done; };
template<>
struct EnumCount<ReleaseAlarmKind> { static constexpr auto kLast = ReleaseAlarmKind::lonely; };
template<>
struct EnumCount<MessageKind> { static constexpr auto kLast = MessageKind::member_revoked; };
template<>
struct EnumCount<Delivery> { static constexpr auto kLast = Delivery::sent; };

class JsonReader {
public:
    explicit JsonReader(const Json& json) : m_json(json), m_ok(json.is_object()) {}

    template<typename T>
    void operator()(const char* name, T& value)
    {
        if (!m_ok) return;
        const auto found = m_json.find(name);
        m_ok = found != m_json.end() && decode(*found, value);
    }
    bool ok() const { return m_ok; }

    static bool decode(const Json& json, std::string& value)
    {
        const auto* text = json.get_ptr<const std::string*>();
        if (text) value = *text;
        return text != nullptr;
    }
    static bool decode(const Json& json, bool& value)
    {
        const auto* flag = json.get_ptr<const bool*>();
        if (flag) value = *flag;
        return flag != nullptr;
    }
    template<std::integral T>
    static bool decode(const Json& json, T& value)
    {
        if (const auto* number = json.get_ptr<const Json::number_unsigned_t*>()) {
            value = static_cast<T>(*number);
            return std::in_range<T>(*number);
        }
        if (const auto* number = json.get_ptr<const Json::number_integer_t*>()) {
            value = static_cast<T>(*number);
            return std::in_range<T>(*number);
        }
        return false;
    }
    template<typename T>
        requires std::is_enum_v<T>
    static bool decode(const Json& json, T& value)
    {
        std::underlying_type_t<T> number{};
        if (!decode(json, number) || number > static_cast<std::underlying_type_t<T>>(EnumCount<T>::kLast)) return false;
        value = static_cast<T>(number);
        return true;
    }
    template<typename T>
    static bool decode(const Json& json, std::vector<T>& values)
    {
        if (!json.is_array()) return false;
        values.clear();
        values.reserve(json.size());
        for (const auto& element : json) {
            T value{};
            if (!decode(element, value)) return false;
            values.push_back(std::move(value));
        }
        return true;
    }
    static bool decode(const Json& json, std::pair<std::string, std::string>& value)
    {
        return json.is_array() && json.size() == 2 && decode(json[0], value.first) && decode(json[1], value.second);
    }
    template<typename T>
        requires std::is_class_v<T>
    static bool decode(const Json& json, T& value);

private:
    const Json& m_json;
    bool m_ok;
};

template<typename T, typename U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;

#define SINETTI_FIELDS(Type) \
    template<typename Archive, Is<Type> T> \
    void fields([[maybe_unused]] Archive& archive, [[maybe_unused]] T& v)

// clang-format off
SINETTI_FIELDS(Device) { archive("id", v.id); archive("name", v.name); archive("created", v.created_ms); archive("seen", v.seen_ms); archive("seenDayOnly", v.seen_day_only); archive("revoked", v.revoked); archive("here", v.here);
    archive("shared", v.shared); }
SINETTI_FIELDS(Person) { archive("id", v.id); archive("name", v.name); archive("title", v.title); archive("fingerprint", v.fingerprint); archive("role", v.role);
    archive("enrolled", v.enrolled_ms); archive("verified", v.verified); archive("newKey", v.new_key); archive("revoked", v.revoked); archive("me", v.me); archive("devices", v.devices); }
SINETTI_FIELDS(Message) { archive("id", v.id); archive("sender", v.sender); archive("kind", v.kind); archive("delivery", v.delivery); archive("text", v.text);
    archive("subject", v.subject); archive("sent", v.sent_ms); archive("order", v.order); }
SINETTI_FIELDS(TextRange) { archive("begin", v.begin); archive("end", v.end); }
SINETTI_FIELDS(Snippet) { archive("text", v.text); archive("places", v.places); archive("cutBefore", v.cut_before); archive("cutAfter", v.cut_after); }
SINETTI_FIELDS(FoundMessage) { archive("conversation", v.conversation); archive("message", v.message); archive("sender", v.sender); archive("sent", v.sent_ms);
    archive("snippet", v.snippet); }
SINETTI_FIELDS(ConversationSummary) { archive("id", v.id); archive("kind", v.kind); archive("title", v.title); archive("other", v.other); archive("fingerprint", v.fingerprint);
    archive("members", v.members); archive("level", v.level); archive("postQuantum", v.post_quantum);
    archive("active", v.active); archive("board", v.board); archive("closed", v.closed); archive("unread", v.unread); archive("draft", v.draft);
    archive("hasLast", v.has_last); archive("last", v.last); archive("changed", v.changed_ms); }
SINETTI_FIELDS(Invitation) { archive("id", v.id); archive("name", v.name); archive("role", v.role); archive("expires", v.expires_ms); archive("used", v.used); archive("fragment", v.fragment); }
SINETTI_FIELDS(Board) { archive("number", v.number); archive("name", v.name); archive("level", v.level); archive("postQuantum", v.post_quantum);
    archive("retentionDays", v.retention_days); archive("signed", v.is_signed); archive("waiting", v.waiting);
    archive("closed", v.closed); }

SINETTI_FIELDS(Release) { archive("name", v.name); archive("number", v.number); archive("hash", v.hash); }
SINETTI_FIELDS(ReleaseAlarm) { archive("kind", v.kind); archive("number", v.number); archive("hash", v.hash); archive("other", v.other); archive("ours", v.ours);
    archive("people", v.people); archive("found", v.found_ms); archive("told", v.told); }

SINETTI_FIELDS(Start) {}
SINETTI_FIELDS(OpenLink) { archive("fragment", v.fragment); }
SINETTI_FIELDS(Found) { archive("organisation", v.organisation); archive("name", v.name); archive("title", v.title); }
SINETTI_FIELDS(Enrol) { archive("name", v.name); archive("title", v.title); }
SINETTI_FIELDS(Unlock) {}
SINETTI_FIELDS(Lock) {}
SINETTI_FIELDS(ForgetDevice) {}
SINETTI_FIELDS(CreateInvitation) { archive("name", v.name); archive("role", v.role); }
SINETTI_FIELDS(CreateConversation) { archive("kind", v.kind); archive("title", v.title); archive("members", v.members); archive("board", v.board); }
SINETTI_FIELDS(OpenConversation) { archive("conversation", v.conversation); }
SINETTI_FIELDS(Look) { archive("looks", v.looks); }
SINETTI_FIELDS(LoadOlder) { archive("conversation", v.conversation); }
SINETTI_FIELDS(LoadNewer) { archive("conversation", v.conversation); }
SINETTI_FIELDS(OpenMessage) { archive("conversation", v.conversation); archive("message", v.message); }
SINETTI_FIELDS(Search) { archive("text", v.text); }
SINETTI_FIELDS(SendText) { archive("conversation", v.conversation); archive("text", v.text); }
SINETTI_FIELDS(SaveDraft) { archive("conversation", v.conversation); archive("text", v.text); }
SINETTI_FIELDS(AddMembers) { archive("conversation", v.conversation); archive("members", v.members); }
SINETTI_FIELDS(RemoveMember) { archive("conversation", v.conversation); archive("member", v.member); }
SINETTI_FIELDS(RenameConversation) { archive("conversation", v.conversation); archive("title", v.title); }
SINETTI_FIELDS(SetVerified) { archive("person", v.person); archive("verified", v.verified); }
SINETTI_FIELDS(SetSetting) { archive("key", v.key); archive("value", v.value); }
SINETTI_FIELDS(SignOutDevice) { archive("device", v.device); }
SINETTI_FIELDS(RemovePerson) { archive("person", v.person); }
SINETTI_FIELDS(InvitationWish) { archive("name", v.name); archive("role", v.role); }
SINETTI_FIELDS(CreateInvitations) { archive("people", v.people); }
SINETTI_FIELDS(SetRole) { archive("person", v.person); archive("role", v.role); }
SINETTI_FIELDS(SetBoard) { archive("board", v.board); archive("name", v.name); archive("level", v.level); archive("postQuantum", v.post_quantum);
    archive("retentionDays", v.retention_days); archive("closed", v.closed); }
SINETTI_FIELDS(WatchConversations) {}
SINETTI_FIELDS(ExportConversation) { archive("conversation", v.conversation); }
SINETTI_FIELDS(SignIn) { archive("name", v.name); archive("relay", v.relay); archive("device", v.device); archive("withCode", v.with_code); archive("shared", v.shared); }
SINETTI_FIELDS(ChoosePassphrase) {}
SINETTI_FIELDS(ProvePassphrase) {}
SINETTI_FIELDS(ChangePassphrase) {}
SINETTI_FIELDS(ShowRecoveryCode) {}
SINETTI_FIELDS(RenewRecoveryCode) {}
SINETTI_FIELDS(BackUpRoot) {}
SINETTI_FIELDS(GiveRootShare) {}
SINETTI_FIELDS(ForgetRootShares) {}
SINETTI_FIELDS(LinkDevice) {}
SINETTI_FIELDS(AnswerLink) { archive("admit", v.admit); }
SINETTI_FIELDS(CancelLink) {}
SINETTI_FIELDS(JoinDevice) { archive("relay", v.relay); archive("device", v.device); archive("shared", v.shared); }

SINETTI_FIELDS(ReportReleases) { archive("running", v.running); archive("offered", v.offered); }
SINETTI_FIELDS(SawReleaseAlarms) {}

SINETTI_FIELDS(SessionEvent) { archive("phase", v.phase); archive("error", v.error); archive("organisation", v.organisation); archive("invitee", v.invitee);
    archive("inviter", v.inviter); archive("me", v.me); archive("administrator", v.administrator); archive("founder", v.founder);
    archive("shared", v.shared); }
SINETTI_FIELDS(ConnectionEvent) { archive("state", v.state); archive("reason", v.reason); archive("waiting", v.waiting); archive("level", v.level);
    archive("unsent", v.unsent); archive("held", v.held); archive("caughtUp", v.caught_up); }
SINETTI_FIELDS(PeopleEvent) { archive("people", v.people); archive("whole", v.whole); }
SINETTI_FIELDS(ConversationsEvent) { archive("conversations", v.conversations); }
SINETTI_FIELDS(TimelineEvent) { archive("conversation", v.conversation); archive("messages", v.messages); archive("hasOlder", v.has_older); archive("unread", v.unread);
    archive("hasNewer", v.has_newer); archive("target", v.target); }
SINETTI_FIELDS(MessagesEvent) { archive("conversation", v.conversation); archive("messages", v.messages); }
SINETTI_FIELDS(SearchEvent) { archive("text", v.text); archive("found", v.found); archive("total", v.total); }
SINETTI_FIELDS(InvitationsEvent) { archive("invitations", v.invitations); }
SINETTI_FIELDS(InvitationsReadyEvent) { archive("invitations", v.invitations); }
SINETTI_FIELDS(InvitationReadyEvent) { archive("invitation", v.invitation); }
SINETTI_FIELDS(ConversationReadyEvent) { archive("conversation", v.conversation); }
SINETTI_FIELDS(SettingsEvent) { archive("settings", v.settings); }
SINETTI_FIELDS(ScannedEvent) { archive("person", v.person); }
SINETTI_FIELDS(StoreEvent) { archive("trouble", v.trouble); }
SINETTI_FIELDS(EvidenceEvent) { archive("text", v.text); }
SINETTI_FIELDS(NoticeEvent) { archive("code", v.code); archive("severity", v.severity); archive("subject", v.subject); archive("conversation", v.conversation); }
SINETTI_FIELDS(ExportEvent) { archive("conversation", v.conversation); archive("messages", v.messages); }
SINETTI_FIELDS(VaultEvent) { archive("state", v.state); archive("signInName", v.sign_in_name); archive("codeShown", v.code_shown); archive("reason", v.reason); }
SINETTI_FIELDS(PassphraseEvent) { archive("state", v.state); archive("error", v.error); }
SINETTI_FIELDS(RecoveryCodeEvent) { archive("code", v.code); }
SINETTI_FIELDS(RootSharesEvent) { archive("shares", v.shares); }
SINETTI_FIELDS(RootRestoreEvent) { archive("state", v.state); archive("error", v.error); archive("line", v.line); archive("number", v.number); }
SINETTI_FIELDS(BoardsEvent) { archive("boards", v.boards); }
SINETTI_FIELDS(LinkEvent) { archive("state", v.state); archive("code", v.code); archive("until", v.until_ms); archive("device", v.device); archive("shared", v.shared);
    archive("number", v.number); archive("error", v.error); }
SINETTI_FIELDS(ReleasesEvent) { archive("running", v.running); archive("offered", v.offered); archive("others", v.others); archive("alarms", v.alarms); }
// clang-format on

#undef SINETTI_FIELDS

template<typename T>
    requires std::is_class_v<T>
Json JsonWriter::encode(const T& value)
{
    JsonWriter writer;
    fields(writer, value);
    return std::move(writer).take();
}

template<typename T>
    requires std::is_class_v<T>
bool JsonReader::decode(const Json& json, T& value)
{
    JsonReader reader(json);
    fields(reader, value);
    return reader.ok();
}

// The names on the wire, in the order of the variants.
constexpr const char* kCommandNames[] = {"start", "openLink", "found", "enrol", "unlock", "lock", "forgetDevice", "createInvitation", "createConversation",
                                         "openConversation", "loadOlder", "loadNewer", "openMessage", "search", "sendText", "saveDraft", "addMembers", "removeMember", "renameConversation",
                                         "setVerified", "setSetting", "signOutDevice", "removePerson", "watchConversations", "exportConversation", "signIn", "choosePassphrase", "provePassphrase",
                                         "changePassphrase", "showRecoveryCode", "renewRecoveryCode", "linkDevice", "answerLink", "cancelLink", "joinDevice", "setRole", "createInvitations",
                                         "backUpRoot", "giveRootShare", "forgetRootShares", "setBoard", "reportReleases", "sawReleaseAlarms", "look"};
constexpr const char* kEventNames[] = {"session", "connection", "people", "conversations", "timeline", "messages", "search", "invitations", "invitationReady",
                                       "conversationReady", "settings", "evidence", "notice", "export", "vault", "passphrase", "recoveryCode", "link", "invitationsReady", "rootShares", "rootRestore", "boards", "releases", "scanned", "store"};
static_assert(std::size(kCommandNames) == std::variant_size_v<Command>);
static_assert(std::size(kEventNames) == std::variant_size_v<Event>);

template<typename Variant, std::size_t N>
std::string encode_variant(const Variant& value, const char* const (&names)[N])
{
    Json json = std::visit([](const auto& alternative) { return JsonWriter::encode(alternative); }, value);
    json["type"] = names[value.index()];
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template<typename Variant, std::size_t I = 0, std::size_t N>
std::optional<Variant> decode_variant(const Json& json, std::string_view type, const char* const (&names)[N])
{
    if constexpr (I < N) {
        if (type != names[I]) return decode_variant<Variant, I + 1>(json, type, names);
        std::variant_alternative_t<I, Variant> value{};
        if (!JsonReader::decode(json, value)) return std::nullopt;
        return Variant(std::move(value));
    } else {
        return std::nullopt;
    }
}

// nlohmann/json parses recursively; what we accept is flat, so anything deep is not ours.
constexpr int kDepthMax = 8;

template<typename Variant, std::size_t N>
std::optional<Variant> parse_variant(std::string_view text, const char* const (&names)[N])
{
    bool too_deep = false;
    const auto limit_depth = [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kDepthMax;
        return !too_deep;
    };
    const Json json = Json::parse(text.begin(), text.end(), limit_depth, false);
    if (too_deep || !json.is_object()) return std::nullopt;
    const auto type = json.find("type");
    if (type == json.end()) return std::nullopt;
    const auto* name = type->template get_ptr<const std::string*>();
    return name ? decode_variant<Variant>(json, *name, names) : std::nullopt;
}

}  // namespace

std::string to_json(const Command& command)
{
    return encode_variant(command, kCommandNames);
}

std::optional<Command> command_from_json(std::string_view json)
{
    if (json.size() > kCommandSizeMax) return std::nullopt;
    return parse_variant<Command>(json, kCommandNames);
}

std::string to_json(const Event& event)
{
    return encode_variant(event, kEventNames);
}

std::optional<Event> event_from_json(std::string_view json)
{
    return parse_variant<Event>(json, kEventNames);
}

}  // namespace sinetti::api
