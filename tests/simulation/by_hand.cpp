#include "tests/simulation/by_hand.h"

#include "chat/shared_tree.h"
#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

namespace sinetti::simulation {

namespace {

void write(World& world, const chat::SenderSecret& secret, std::uint64_t& counter, base::ByteView payload)
{
    for (const auto& fragment : chat::split(world.random.array<16>(), payload)) world.relay.append_raw(kBoard, chat::seal_cell(secret, counter++, kBoard, fragment));
    world.settle();
}

}  // namespace

std::size_t cells(World& world) { return world.relay.board(kBoard).entries.size(); }

ByHand::ByHand(World& world, const Client& member, const Client& invited, std::string title, std::uint64_t& contact_counter, mls::RatchetTreeExtension welcome_tree) : m_world(world)
{
    const auto account = chat::Account(account_of(member));
    const auto& own = account.device.public_key();
    const auto& other = *world.relay.directory().device(account_of(invited).device.public_key());
    const auto suite = chat::kConversationSuites[0];
    m_group.emplace(std::move(*mls::Group::create(suite, base::to_bytes(world.random.array<32>()), chat::leaf_identity_of(account), world.random)));
    mls::CommitRequest request;
    request.add.push_back(std::move(*chat::published_key_package(other.key_packages, suite)));
    request.welcome_tree = welcome_tree;
    const auto output = m_group->commit(request, world.random);
    REQUIRE(output.has_value());
    REQUIRE(m_group->merge_pending().has_value());
    const chat::Invitation invitation{.board = kBoard, .from_position = cells(world), .title = std::move(title), .welcome = *output->welcome};
    const auto contact = chat::first_contact_sender_secret(account.contact, other.contact_public_key, own, other.public_key);
    write(world, *contact, contact_counter, *chat::seal_invitation(invitation, other.contact_public_key, own, other.public_key, world.random));
}

void ByHand::write_where_the_tree_belongs(base::ByteView payload) { write(m_world, chat::tree_secret(*m_group), m_tree_counter, payload); }

void ByHand::write_in_conversation(base::ByteView payload)
{
    const auto secret = m_group->export_secret("sinetti cells v1", {}, 32);   // docs/protocol.md §5
    REQUIRE(secret.has_value());
    write(m_world, chat::conversation_sender_secret(chat::CellSecret(secret->view()), m_group->own_leaf()), m_counter, payload);
}

}  // namespace sinetti::simulation
