#pragma once
// GroupContext (RFC 9420 §8.1): what the members of an epoch agree on.

#include "mls/leaf_node.h"

namespace sinetti::mls {

struct GroupContext {
    std::uint16_t cipher_suite = 0;
    Bytes group_id;
    Epoch epoch;
    Bytes tree_hash;
    Bytes confirmed_transcript_hash;
    Extensions extensions;

    static codec::Result<GroupContext> read(codec::Reader& reader);   // bad_value for a version other than mls10
    void write(codec::Writer& writer) const;
    Bytes serialize() const;
    friend bool operator==(const GroupContext&, const GroupContext&) = default;
};

}  // namespace sinetti::mls
