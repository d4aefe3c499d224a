// Trees that several newcomers share (shared_tree.h): those that we owe, and those that we wait for.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

template<typename Tree>
bool load_each(const store::Records& records, std::string_view prefix, std::map<std::string, Tree, std::less<>>& trees, TagTable& tags)
{
    for (auto record = records.lower_bound(prefix); record != records.end() && record->first.starts_with(prefix); ++record) {
        auto tree = Tree::parse(record->second.view());
        if (!tree) return false;
        auto name = tree->name();
        tags.watch(trees.emplace(std::move(name), std::move(*tree)).first->second.channel);
    }
    return true;
}

}  // namespace

bool Workspace::load_trees(const store::Records& records)
{
    return load_each(records, kSharedTreePrefix, m_shared_trees, m_tags) && load_each(records, kAwaitedTreePrefix, m_awaited_trees, m_tags);
}

// --- those that we owe ---------------------------------------------------------------------------------------------------

std::string Workspace::share_tree(const Conversation& conversation)
{
    SharedTree made(tree_secret(*conversation.group), conversation.board);
    auto name = made.name();
    auto& tree = m_shared_trees.emplace(name, std::move(made)).first->second;
    m_tags.watch(tree.channel);
    tree.lane.push(make_item(TreeIntent{conversation.group->ratchet_tree()}), m_effects);
    return name;
}

// Not before all who need it know what to look for.
void Workspace::take_off(SharedTree& tree)
{
    const auto waits = [&tree](const OutboxItem& item) {
        const auto* invitation = std::get_if<InviteIntent>(&item.intent);
        return invitation != nullptr && invitation->tree == tree.name();
    };
    if (is_closed(tree.board) || std::ranges::any_of(m_contacts, [&](const auto& entry) { return std::ranges::any_of(entry.second->lane.items, waits); })) return;
    auto& item = tree.lane.items.front();
    if (!item.flight) {
        Flight flight{.message = m_environment.random.array<16>(), .board = tree.board, .payload = std::get<TreeIntent>(item.intent).ratchet_tree};
        tree.take_counters((flight.payload.size() + kFragmentDataMax - 1) / kFragmentDataMax, flight.counters);
        item.flight = std::move(flight);
        tree.lane.persist_front(m_effects);
    }
    send_flight(tree.lane, tree.channel.secret);
}

void Workspace::land_tree(SharedTree& tree, const MessageNumber& message, base::ByteView payload)
{
    auto& item = tree.lane.items.front();
    if (!item.flight || item.flight->message != message) return;
    if (!base::equal(item.flight->payload, payload)) {   // a member has forged a part of it: nobody could use that
        item.flight.reset();
        return tree.lane.persist_front(m_effects);
    }
    std::erase(m_mixable, &tree.lane);
    tree.lane.pop(m_effects);
    m_tags.unwatch(tree.channel);
    const auto name = tree.name();
    m_effects.erase(std::string(kSharedTreePrefix) + name);
    m_shared_trees.erase(name);
}

// --- those that we wait for ----------------------------------------------------------------------------------------------

bool Workspace::await_tree(const ReceivedInvitation& received, const mls::KeyPackagePrivate& key_package)
{
    auto secret = tree_secret(received.invitation.welcome, key_package);
    if (!secret) return false;
    AwaitedTree awaited(std::move(*secret), ReceivedInvitation(received));
    if (m_awaited_trees.contains(awaited.name())) return true;   // an invitation that came again
    const auto same_device = [&](const auto& entry) { return entry.second.received.device == received.device; };
    if (std::ranges::count_if(m_awaited_trees, same_device) >= static_cast<std::ptrdiff_t>(kAwaitedTreesMax)) {
        const AwaitedTree* oldest = nullptr;
        for (const auto& [name, tree] : m_awaited_trees)
            if (tree.received.device == received.device && (oldest == nullptr || tree.received.position < oldest->received.position)) oldest = &tree;
        forget(*oldest);
    }
    auto name = awaited.name();
    m_tags.watch(m_awaited_trees.emplace(std::move(name), std::move(awaited)).first->second.channel);
    return true;
}

// Everybody in that epoch can write there: what is no tree of it, or another, is said once, and the right one may still come.
void Workspace::receive_tree(AwaitedTree& tree, const base::Bytes& ratchet_tree)
{
    if (join(tree.received, ratchet_tree)) return forget(tree);
    if (std::exchange(tree.refusal_said, true)) return;
    const auto* device = m_people.directory().device(tree.received.device);
    notice(api::Code::conversation_damaged, api::Severity::warning, device == nullptr ? std::string() : m_people.name(device->identity_public_key));
}

void Workspace::forget(const AwaitedTree& tree)
{
    m_tags.unwatch(tree.channel);
    const auto name = tree.name();
    m_effects.erase(std::string(kAwaitedTreePrefix) + name);
    m_awaited_trees.erase(name);
}

}  // namespace sinetti::chat
