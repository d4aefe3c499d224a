#include "cli/names.h"

#include "cli/printing.h"

#include <algorithm>

namespace sinetti::cli {

namespace {

// An identifier wins over a name that looks like one.
template<typename T>
Result<const T*> find(const std::vector<const T*>& all, std::string_view name, std::string_view what, auto&& name_of)
{
    std::vector<const T*> by_id, by_name;
    for (const auto* one : all) {
        if (name.size() >= kIdPrefixMin && one->id.starts_with(name)) by_id.push_back(one);
        if (!name.empty() && name_of(*one) == name) by_name.push_back(one);
    }
    const auto& found = by_id.empty() ? by_name : by_id;
    if (found.size() == 1) return found.front();
    if (found.empty()) return base::Unexpected(Failure{Exit::failed, "there is no " + std::string(what) + " \"" + printable(name) + "\""});
    std::string sentence = "\"" + printable(name) + "\" is more than one " + std::string(what) + "; use the identifier:";
    for (const auto* one : found) sentence += " " + one->id.substr(0, 2 * kIdPrefixMin);
    return base::Unexpected(Failure{Exit::failed, std::move(sentence)});
}

template<typename T>
Result<const T*> find(const std::vector<T>& all, std::string_view name, std::string_view what, auto&& name_of)
{
    std::vector<const T*> pointers;
    for (const auto& one : all) pointers.push_back(&one);
    return find(pointers, name, what, name_of);
}

}  // namespace

Result<const api::Person*> find_person(const std::vector<api::Person>& people, std::string_view name)
{
    return find(people, name, "person", [](const api::Person& person) { return person.revoked ? std::string_view() : std::string_view(person.name); });
}

Result<const api::ConversationSummary*> find_conversation(const std::vector<api::ConversationSummary>& conversations, std::string_view title)
{
    return find(conversations, title, "conversation", [](const api::ConversationSummary& conversation) { return std::string_view(conversation.title); });
}

Result<const api::Device*> find_device(const std::vector<api::Person>& people, std::string_view name)
{
    std::vector<const api::Device*> devices, ours;
    for (const auto& person : people)
        for (const auto& device : person.devices) {
            if (device.revoked) continue;
            devices.push_back(&device);
            if (person.me) ours.push_back(&device);
        }
    return find(devices, name, "device", [&](const api::Device& device) { return std::ranges::find(ours, &device) == ours.end() ? std::string_view() : std::string_view(device.name); });
}

Result<const api::Board*> find_board(const std::vector<api::Board>& boards, std::string_view name)
{
    std::vector<const api::Board*> found;
    for (const auto& board : boards) {
        if (name == std::to_string(board.number)) return &board;
        if (!name.empty() && board.name == name) found.push_back(&board);
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) return base::Unexpected(Failure{Exit::failed, "there is no board \"" + printable(name) + "\""});
    return base::Unexpected(Failure{Exit::failed, "\"" + printable(name) + "\" is more than one board; use the number, as board list shows it"});
}

}  // namespace sinetti::cli
