#pragma once
// First contact with one other device: a secret both can derive from the directory alone, one direction each way. It carries
// invitations and nothing else.

#include "chat/outbox.h"
#include "chat/tag_table.h"
#include "directory/state.h"
#include "store/record_sealer.h"

#include <memory>

namespace sinetti::chat {

struct Contact {
    // nullptr: the other's contact key is unusable. The incoming direction is watched at once.
    static std::unique_ptr<Contact> create(const Account& account, const directory::Device& device, TagTable& tags);
    bool load(const store::Records& records, TagTable& tags);   // false: damaged

    PublicKey device{};
    PublicKey identity{};
    crypto::DhPublicKey contact_public_key{};
    std::unique_ptr<Channel> incoming;
    std::unique_ptr<Channel> outgoing;     // watched once we have sent something
    std::uint64_t outgoing_counter = 0;    // the next cell of ours; stored before it is used
    Lane lane;
    bool changed = false;

    void take_counters(std::size_t count, std::vector<std::uint64_t>& counters, TagTable& tags);
    void persist(Effects& effects);
};

}  // namespace sinetti::chat
