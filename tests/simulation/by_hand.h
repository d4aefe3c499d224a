#pragma once
// What a member's device could do by hand: invite somebody into a group of two, and write there what it likes.

#include "mls/group.h"
#include "tests/simulation/world.h"

namespace sinetti::simulation {

inline constexpr std::uint32_t kBoard = 1;
std::size_t cells(World& world);   // on that board

class ByHand {
public:
    // `contact_counter`: of cells from this member to the invited one, in all groups.
    ByHand(World& world, const Client& member, const Client& invited, std::string title, std::uint64_t& contact_counter,
           mls::RatchetTreeExtension welcome_tree = mls::RatchetTreeExtension::left_out);

    mls::Group& group() { return *m_group; }
    base::Bytes tree() const { return m_group->ratchet_tree(); }
    void write_where_the_tree_belongs(base::ByteView payload);
    void write_in_conversation(base::ByteView payload);

private:
    World& m_world;
    std::optional<mls::Group> m_group;
    std::uint64_t m_tree_counter = 0, m_counter = 0;
};

}  // namespace sinetti::simulation
