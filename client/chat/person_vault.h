#pragma once
// What a person's vault at the relay holds: all that a machine which knows nothing needs to be theirs. Conversations are not in it:
// members' clients let the new device into them.
//
//   u16 version = 1 ‖ identity seed<V> ‖ directory key<V> ‖ root public key[32] ‖ RelayKeys ‖ optional root seed<V>
//   ‖ organisation<V> ‖ name<V> ‖ title<V> ‖ u8 whether the recovery code has been shown

#include "chat/account.h"

namespace sinetti::chat {

struct PersonVault {
    PersonKeys person;
    bool code_shown = false;

    base::SecretBytes serialize() const;
    // nullopt: damaged, or of a later version.
    static std::optional<PersonVault> parse(base::ByteView contents);
};

}  // namespace sinetti::chat
