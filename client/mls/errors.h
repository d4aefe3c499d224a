#pragma once
// What can be wrong with an MLS message, tree, key package or stored record. Each failing call returns one of these and
// leaves everything as it was. Decryption failures deliberately say no more than that.

#include "base/result.h"

#include <cstdint>

namespace sinetti::mls {

enum class Error : std::uint8_t {
    // the bytes
    malformed = 1,               // not what RFC 9420 says it should look like, or above a named limit
    unsupported_version,         // a protocol version other than mls10
    unsupported_suite,           // a cipher suite we do not have
    unsupported_wire_format,     // an MLSMessage of a kind this call does not take

    // whose and when
    wrong_group,                 // another group's message
    stale_epoch,                 // a handshake for an epoch that is over (it lost the race), or an epoch no longer kept
    future_epoch,                // an epoch we have not reached
    own_message,                 // our own application message or proposal coming back; we do not keep the keys to read it
    replayed,                    // this generation was used already: the message was read before
    generation_too_far,          // further ahead of, or behind, the sender's ratchet than the window allows
    unknown_sender,              // a leaf that is blank or outside the tree
    removed_from_group,          // we are no longer a member
    reinitialized,               // the group has ended in favour of its successor (§11.2)

    // authenticity
    decryption_failed,
    bad_signature,
    bad_membership_tag,
    bad_confirmation_tag,

    // content that a member may not send
    invalid_key_package,
    invalid_leaf_node,
    lifetime_out_of_range,       // a leaf that is not valid now, or valid for too long
    invalid_tree,                // tree hash, parent hash or structure
    invalid_path,                // an update path that does not fit the tree
    invalid_proposal,            // one proposal that cannot be applied
    invalid_proposal_list,       // proposals that cannot stand together (§12.2)
    path_required,               // a commit without a path where §12.4 demands one
    unknown_proposal,            // a reference to a proposal we have not seen in this epoch
    too_many_proposals,          // more standalone proposals in one epoch than we keep, in number or in bytes
    invalid_group_info,
    missing_psk,                 // a pre-shared key we do not hold
    no_matching_key_package,     // a Welcome that is not for this key package
    missing_ratchet_tree,        // a Welcome without a tree, and none was handed in

    // our own use
    no_pending_commit,
    no_reinit,                   // a successor of a group that has not ended
    wrong_base,                  // a staged commit that was made for another state of this group
    nothing_to_remove,           // a remove of ourselves, of a blank leaf, or of the same leaf twice
    bad_length,                  // an exporter length this suite cannot give
    bad_record,                  // a stored record that is missing, damaged or of an unknown version
    commit_required,             // proposals wait: no application data before a commit (§12.4)
    last_epoch,                  // the epoch has the greatest number there is, so no commit follows it
};

template<typename T>
using Result = base::Result<T, Error>;

using base::Unexpected;

}  // namespace sinetti::mls
