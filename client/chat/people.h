#pragma once
// The directory as people: board 0 applied record by record, the names opened with the directory key, and whom we have
// verified. Records are kept as they came and applied again when the vault opens.

#include "api/event.h"
#include "chat/person_vault.h"
#include "directory/state.h"
#include "mls/group.h"
#include "store/record_sealer.h"

#include <algorithm>
#include <set>
#include <vector>

namespace sinetti::chat {

class Effects;

struct DeviceIdentity {
    PublicKey identity{};
    PublicKey device{};
};
// What a credential claims: identity key ‖ device key. nullopt: not of that shape.
std::optional<DeviceIdentity> claimed_identity(const mls::Credential& credential);
std::vector<PublicKey> identities_of(const std::vector<mls::Member>& members);   // in leaf order, each once

inline bool contains(const std::vector<PublicKey>& keys, const PublicKey& key) { return std::ranges::find(keys, key) != keys.end(); }

std::string person_id(const PublicKey& identity);
std::optional<PublicKey> key_from_hex(std::string_view hex);

class People {
public:
    People(const directory::DirectoryKey& key, const PublicKey& root, const PublicKey& me, const PublicKey& here);   // our identity and device

    bool load(const store::Records& records);   // false: damaged
    // The next record of board 0. A record the directory's rules refuse changes nothing: the relay should not have taken it.
    directory::Result<directory::Applied> apply(std::uint64_t position, base::ByteView record, Effects& effects);

    const directory::DirectoryState& directory() const { return m_directory; }
    // The device certified by board 0 that this member claims to be; nullptr: not certified, or not with this key.
    const directory::Device* certified(const mls::Member& member) const;

    api::PeopleEvent everybody();               // by name; nothing has changed since then
    std::optional<api::PeopleEvent> changes();  // the same of those only who have changed since the last of either; nullopt: nobody
    std::string name(const PublicKey& identity) const;
    bool has_new_key(const PublicKey& identity) const;        // somebody of the same name was here before, with another key
    // Whose key has this fingerprint; nullopt: nobody's who is still there.
    std::optional<PublicKey> owner_of(const base::ByteArray<32>& fingerprint) const;
    std::string device_name(const PublicKey& device) const;   // empty: the one its person enrolled with
    std::string open_board_name(base::ByteView sealed) const;  // empty: it does not open
    std::string board_name(std::uint32_t board) const;         // empty: nobody has given it one
    bool is_shared(const PublicKey& device) const;            // on a machine that is not its person's own
    void set_verified(std::set<PublicKey>&& verified);        // the vault keeps whom
    // One of our person's other devices wrote something, and was there to do it; kept to the hour.
    void note_written(const DeviceIdentity& by, base::UnixMilliseconds sent, Effects& effects);
    // The days that our person's devices have left in the vault, none of them after today.
    void set_seen_days(const SeenDays& seen, std::uint32_t today);

private:
    api::Person person(const PublicKey& identity) const;
    void note_change(const directory::Applied& applied);
    void set_last_seen(api::Device& device, const PublicKey& key) const;
    directory::Result<directory::Applied> apply_record(std::uint64_t position, base::ByteView record);

    directory::DirectoryKey m_key;
    PublicKey m_root;
    PublicKey m_me;
    PublicKey m_here;
    directory::DirectoryState m_directory;
    std::map<PublicKey, directory::Name> m_names;            // of people and of devices
    std::map<std::string, PublicKey> m_first_of_name;        // who enrolled under it first
    std::set<PublicKey> m_changed;                           // people, since they were last told of
    std::set<PublicKey> m_verified;
    std::map<PublicKey, base::UnixMilliseconds> m_last_written;   // by our person's other devices
    SeenDays m_seen_days;                                         // the vault's: it is stored with that
};

}  // namespace sinetti::chat
