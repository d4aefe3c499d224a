#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace sinetti::directory {

enum class Error : std::uint8_t {
    malformed = 1,         // does not decode, or exceeds a limit
    unknown_version,       // a record or link of a version or type this program does not know
    bad_signature,
    wrong_organisation,    // signed under another root than this directory's
    already_founded,
    not_founded,           // the directory does not begin with an organisation record
    invite_used,
    invite_expired,
    invite_revoked,
    key_taken,             // the identity or device key is in the directory already
    key_mismatch,          // keys that must agree inside one record do not
    unknown_key,           // no such device or identity
    revoked,               // the device or its identity was revoked
    name_too_long,
    open_failed,           // a sealed name that does not open under this directory key
    link_mangled,          // not a whole, unchanged link
    too_many_devices,      // the identity has kLiveDevicesMax devices that are not revoked
    not_administrator,     // signed by somebody who is no administrator, or about one, whom only the root may revoke
    bad_role,              // not the next role of this identity, or the one it has already
    bad_policy,            // not the next policy of this board, or the one it has already
    too_many_boards,       // kSignedBoardsMax have a policy that was signed
    last_open_board,       // no other board with a signed policy is open
    bad_period,            // a token issuer key for a period that is over or far ahead, or one too many for its period
};

template<typename T>
using Result = base::Result<T, Error>;

}  // namespace sinetti::directory
