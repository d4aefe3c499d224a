#include "cli/printing.h"

#include "base/bytes.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace sinetti::cli {

namespace {

using Json = nlohmann::json;

bool may_drive_a_terminal(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

// The code point at the start of valid UTF-8, and its length.
std::pair<char32_t, std::size_t> code_point(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    char32_t value = first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    return {value, length};
}

std::string escape(char letter, char32_t value)
{
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "\\%c{%x}", letter, static_cast<unsigned>(value));
    return buffer;
}

std::string make_printable(std::string_view text, std::string_view line_break)
{
    std::string out;
    const bool valid = base::is_valid_utf8(base::view_of(text));
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (!valid && byte >= 0x80) {
            out += escape('x', byte);
            ++i;
            continue;
        }
        const auto [value, length] = code_point(text.substr(i));
        if (value == '\n' && !line_break.empty())
            out += line_break;
        else if (may_drive_a_terminal(value))
            out += escape('u', value);
        else
            out += text.substr(i, length);
        i += length;
    }
    return out;
}

// Escaped to ASCII, so that the line is safe wherever it is shown.
std::string line(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

std::string name_in(const Names& names, const api::PersonId& id)
{
    const auto known = names.find(id);
    return known == names.end() ? id.substr(0, 12) : known->second;
}

const char* kind_name(api::MessageKind kind)
{
    switch (kind) {
    case api::MessageKind::text: return "text";
    case api::MessageKind::created: return "created";
    case api::MessageKind::member_added: return "member_added";
    case api::MessageKind::member_removed: return "member_removed";
    case api::MessageKind::renamed: return "renamed";
    case api::MessageKind::removed_us: return "removed_us";
    case api::MessageKind::unreadable: return "unreadable";
    case api::MessageKind::messages_gone: return "messages_gone";
    case api::MessageKind::device_joined: return "device_joined";
    case api::MessageKind::device_signed_out: return "device_signed_out";
    case api::MessageKind::member_revoked: return "member_revoked";
    }
    return "unknown";
}

const char* delivery_name(api::Delivery delivery)
{
    switch (delivery) {
    case api::Delivery::received: return "received";
    case api::Delivery::waiting: return "waiting";
    case api::Delivery::sent: return "sent";
    }
    return "unknown";
}

std::string words_of(const api::Message& message, const Names& names)
{
    const auto who = printable(name_in(names, message.sender));
    const auto whom = printable(name_in(names, message.subject));
    switch (message.kind) {
    case api::MessageKind::text: return who + ": " + printable_lines(message.text);
    case api::MessageKind::created: return "* " + who + " created the conversation";
    case api::MessageKind::member_added: return "* " + who + " added " + whom;
    case api::MessageKind::member_removed: return "* " + who + " removed " + whom;
    case api::MessageKind::renamed: return "* " + who + " renamed the conversation to \"" + printable(message.text) + "\"";
    case api::MessageKind::removed_us: return "* " + who + " removed you";
    case api::MessageKind::unreadable: return "* a message that could not be read";
    case api::MessageKind::messages_gone: return "* what was written here is not kept by the relay any more";
    case api::MessageKind::device_joined: return "* " + whom + " goes on with a new device";
    case api::MessageKind::device_signed_out: return "* a device of " + whom + " was signed out";
    case api::MessageKind::member_revoked: return "* " + whom + " was removed from the organisation";
    }
    return "*";
}

}  // namespace

std::string printable(std::string_view text) { return make_printable(text, {}); }
std::string printable_lines(std::string_view text) { return make_printable(text, "\n    "); }

Names names_of(const std::vector<api::Person>& people)
{
    Names names;
    for (const auto& person : people) names.emplace(person.id, person.name);
    return names;
}

std::string utc(std::int64_t unix_ms)
{
    const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    std::tm parts{};
    char buffer[40];
    if (::gmtime_r(&seconds, &parts) == nullptr || std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) return "?";
    return buffer;
}

std::string format(const api::Person& person, Format format)
{
    if (format == Format::json)
        return line({{"id", person.id},
                     {"name", person.name},
                     {"title", person.title},
                     {"role", person.role == api::Role::administrator ? "administrator" : "member"},
                     {"enrolled_ms", person.enrolled_ms},
                     {"verified", person.verified},
                     {"new_key", person.new_key},
                     {"revoked", person.revoked},
                     {"me", person.me}});
    auto text = person.id.substr(0, 12) + "  " + printable(person.name);
    if (!person.title.empty()) text += ", " + printable(person.title);
    if (person.role == api::Role::administrator) text += "  [administrator]";
    if (person.verified) text += "  [verified]";
    if (person.new_key) text += "  [another key than before]";
    if (person.revoked) text += "  [revoked]";
    if (person.me) text += "  [you]";
    return text;
}

std::string format(const api::Device& device, Format format)
{
    if (format == Format::json)
        return line({{"id", device.id},
                     {"name", device.name},
                     {"created_ms", device.created_ms},
                     {"seen_ms", device.seen_ms},
                     {"seen_day_only", device.seen_day_only},
                     {"shared", device.shared},
                     {"revoked", device.revoked},
                     {"here", device.here}});
    auto text = device.id.substr(0, 12) + "  " + (device.name.empty() ? "(the first device)" : printable(device.name)) + "  since " + utc(device.created_ms);
    if (device.seen_ms != 0) text += ", last seen " + utc(device.seen_ms).substr(0, device.seen_day_only ? 10 : std::string::npos);
    if (device.shared) text += "  [a shared machine]";
    if (device.revoked) text += "  [signed out]";
    if (device.here) text += "  [this one]";
    return text;
}

std::string format(const api::ConversationSummary& conversation, const Names& names, Format format)
{
    if (format == Format::json) {
        Json members = Json::array();
        for (const auto& id : conversation.members) members.push_back({{"id", id}, {"name", name_in(names, id)}});
        return line({{"id", conversation.id},
                     {"kind", conversation.kind == api::ConversationKind::direct ? "direct" : "group"},
                     {"title", conversation.title},
                     {"members", std::move(members)},
                     {"active", conversation.active},
                     {"closed", conversation.closed},
                     {"unread", conversation.unread},
                     {"changed_ms", conversation.changed_ms}});
    }
    auto text = conversation.id.substr(0, 12) + "  " + printable(conversation.title) + "  ";
    std::string separator = "(";
    for (const auto& id : conversation.members) text += std::exchange(separator, ", ") + printable(name_in(names, id));
    if (!conversation.members.empty()) text += ")";
    if (conversation.unread > 0) text += "  [" + std::to_string(conversation.unread) + " unread]";
    if (!conversation.active) text += "  [you were removed]";
    else if (conversation.closed) text += "  [its board is closed]";
    return text;
}

std::string format(const api::Board& board, Format format)
{
    const char* const level = board.level == api::Level::mixed ? "mixed" : "prompt";
    const char* const suite = board.post_quantum ? "post-quantum" : "classical";
    if (format == Format::json)
        return line({{"board", board.number},
                     {"name", board.name},
                     {"level", level},
                     {"suite", suite},
                     {"retention_days", board.retention_days},
                     {"signed", board.is_signed},
                     {"waiting", board.waiting},
                     {"closed", board.closed}});
    auto text = std::to_string(board.number) + "  " + (board.name.empty() ? "(no name)" : printable(board.name)) + "  " + level + ", " + suite + ", kept ";
    text += board.retention_days == 0 ? std::string("for ever") : std::to_string(board.retention_days) + " days";
    if (!board.is_signed && !board.waiting) text += "  [no administrator has signed this]";
    if (board.closed) text += "  [closed]";
    if (board.waiting) text += "  [waits for the relay]";
    return text;
}

std::string format(const api::Message& message, const api::ConversationSummary* conversation, const Names& names, bool say_title, Format format)
{
    const auto title = conversation == nullptr ? std::string() : conversation->title;
    if (format == Format::json) {
        Json json{{"id", message.id},
                  {"kind", kind_name(message.kind)},
                  {"sender", message.sender},
                  {"sender_name", name_in(names, message.sender)},
                  {"delivery", delivery_name(message.delivery)},
                  {"text", message.text},
                  {"sent", utc(message.sent_ms)},
                  {"sent_ms", message.sent_ms},
                  {"title", title}};
        if (conversation != nullptr) json["conversation"] = conversation->id;
        if (message.delivery != api::Delivery::waiting) json["order"] = message.order;
        if (!message.subject.empty()) {
            json["subject"] = message.subject;
            json["subject_name"] = name_in(names, message.subject);
        }
        return line(json);
    }
    auto text = utc(message.sent_ms) + "  ";
    if (say_title) text += "[" + printable(title) + "]  ";
    text += words_of(message, names);
    if (message.delivery == api::Delivery::waiting) text += "  [waiting]";
    return text;
}

}  // namespace sinetti::cli
