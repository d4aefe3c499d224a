#include "chat/vault_keeper.h"

#include "chat/effects.h"
#include "chat/stored_keys.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "vault/access.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kKeeperVersion = 4;     // 1 knew of no root key, 2 of no days, 3 kept nothing
constexpr std::size_t kSecretMax = 64;
constexpr unsigned kConflictsMax = 8;           // of one change in one session: devices of one person are few, and a relay may lie
constexpr std::uint32_t kSameNamesMax = 1000;

// Stored: numbers are pinned.
constexpr api::Code kLastingTroubles[] = {api::Code::vault_elsewhere_changed, api::Code::vault_damaged, api::Code::vault_rolled_back};   // from 1; 0: none

std::string numbered(const std::string& name, std::uint32_t number) { return number == 1 ? name : name + " " + std::to_string(number); }

codec::Result<vault::VaultSecret> read_secret(codec::Reader& reader)
{
    auto secret = TRY(reader.secret(kSecretMax));
    if (secret.size() != kSecretMax) return base::Unexpected(codec::Error::bad_value);
    return vault::VaultSecret(std::move(secret));
}

codec::Result<vault::RecoveryCode> read_code(codec::Reader& reader)
{
    const auto entropy = TRY(reader.secret(vault::RecoveryCode::kEntropySize));
    if (entropy.size() != vault::RecoveryCode::kEntropySize) return base::Unexpected(codec::Error::bad_value);
    return vault::RecoveryCode::from_entropy(entropy.view().first<vault::RecoveryCode::kEntropySize>());
}

bool same_person(const PersonKeys& person, const Account& account)
{
    return person.identity.public_key() == account.identity.public_key() && person.root_public_key == account.root_public_key &&
           person.relay_keys == account.relay_keys;
}

}  // namespace

VaultKeeper::VaultKeeper(Known&& known)
    : m_sign_in_name(std::move(known.sign_in_name)), m_version(known.version), m_secret(std::move(known.secret)), m_code(std::move(known.code)),
      m_code_shown(known.code_shown), m_seen(std::move(known.seen)), m_kept(std::move(known.kept)), m_partial(known.partial),
      m_change(m_secret ? VaultChange::none : VaultChange::passphrase)
{
}

std::optional<VaultKeeper::Known> VaultKeeper::known() const
{
    if (state() != api::VaultState::saved || !m_secret || !m_code || m_version == 0) return std::nullopt;
    return Known{m_sign_in_name, m_version, m_secret->clone(), m_code->clone(), m_code_shown, m_seen, m_kept, m_partial};
}

// --- at rest -------------------------------------------------------------------------------------------------------------

base::SecretBytes VaultKeeper::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kKeeperVersion).text(m_sign_in_name).text(m_name).u32(m_number).u64(m_version);
    writer.optional_marker(m_secret.has_value());
    if (m_secret) writer.opaque(m_secret->view());
    writer.optional_marker(m_code.has_value());
    if (m_code) writer.opaque(m_code->entropy());
    const auto trouble = std::ranges::find(kLastingTroubles, m_trouble);
    writer.optional_marker(m_code_shown).u8(trouble == std::end(kLastingTroubles) ? 0 : static_cast<std::uint8_t>(1 + (trouble - std::begin(kLastingTroubles))));
    // What only somebody who waits for it wants is not taken up again.
    const bool lasts = m_made || (m_change != VaultChange::showing && m_change != VaultChange::code && m_change != VaultChange::root && m_change != VaultChange::looking);
    writer.u8(static_cast<std::uint8_t>(lasts ? m_change : VaultChange::none)).optional_marker(m_made.has_value());
    if (m_made) writer.u64(m_made->previous).u64(m_made->version).opaque(m_made->secret.view()).opaque(m_made->code.entropy()).opaque(m_made->sealed);
    writer.optional_marker(lasts && m_root);
    if (lasts && m_root) writer.opaque(m_root->seed());
    write_seen_days(writer, m_seen);
    write_kept(writer, m_kept);
    writer.optional_marker(m_partial);
    return std::move(writer).take();
}

void VaultKeeper::persist(Effects& effects) const { effects.put(kVaultRecord, serialize().view()); }

std::optional<VaultKeeper> VaultKeeper::load(const store::Records& records)
{
    const auto record = records.find(kVaultRecord);
    if (record == records.end()) return VaultKeeper();
    const auto read = [&]() -> codec::Result<VaultKeeper> {
        codec::Reader reader(record->second.view());
        const auto written_by = TRY(reader.u16());
        if (written_by < 1 || written_by > kKeeperVersion) return base::Unexpected(codec::Error::bad_value);
        VaultKeeper keeper;
        keeper.m_sign_in_name = TRY(reader.text(vault::kSignInNameMax));
        keeper.m_name = TRY(reader.text(vault::kSignInNameMax));
        keeper.m_number = TRY(reader.u32());
        keeper.m_version = TRY(reader.u64());
        if (TRY(reader.optional_marker())) keeper.m_secret = TRY(read_secret(reader));
        if (TRY(reader.optional_marker())) keeper.m_code = TRY(read_code(reader));
        keeper.m_code_shown = TRY(reader.optional_marker());
        const auto trouble = TRY(reader.u8());
        const auto change = TRY(reader.u8());
        if (trouble > std::size(kLastingTroubles) || change > static_cast<std::uint8_t>(VaultChange::seen) ||
            change == static_cast<std::uint8_t>(VaultChange::looking))
            return base::Unexpected(codec::Error::bad_value);
        if (trouble > 0) keeper.m_trouble = kLastingTroubles[trouble - 1];
        keeper.m_change = static_cast<VaultChange>(change);
        if (TRY(reader.optional_marker())) {
            const auto previous = TRY(reader.u64());
            const auto version = TRY(reader.u64());
            auto secret = TRY(read_secret(reader));
            auto code = TRY(read_code(reader));
            auto sealed = TRY(reader.opaque(vault::kSealedVaultMax));   // before the braces: a return out of them would not wipe what stands there already
            keeper.m_made.emplace(Made{previous, version, std::move(secret), std::move(code), std::move(sealed)});
        }
        if (written_by > 1 && TRY(reader.optional_marker())) keeper.m_root = TRY(read_signature_key(reader));
        if (written_by > 2) keeper.m_seen = TRY(read_seen_days(reader));
        if (written_by > 3) {
            keeper.m_kept = TRY(read_kept(reader));
            keeper.m_partial = TRY(reader.optional_marker());
        }
        TRY(reader.finish());
        // There is a vault, and then its code is known, or one is being made.
        const bool is_making = keeper.m_change == VaultChange::making;
        if (is_making == (keeper.m_version > 0) || is_making == keeper.m_code.has_value()) return base::Unexpected(codec::Error::bad_value);
        if (!keeper.m_secret && (keeper.m_change == VaultChange::code || keeper.m_change == VaultChange::showing)) return base::Unexpected(codec::Error::bad_value);
        if (keeper.m_made && keeper.m_change == VaultChange::none) return base::Unexpected(codec::Error::bad_value);
        if (keeper.m_change == VaultChange::root && !(keeper.m_made && keeper.m_root && keeper.m_secret)) return base::Unexpected(codec::Error::bad_value);
        if (keeper.m_change == VaultChange::seen && !(keeper.m_made && keeper.m_secret)) return base::Unexpected(codec::Error::bad_value);
        return keeper;
    };
    auto keeper = read();
    if (!keeper) return std::nullopt;
    return std::move(*keeper);
}

// --- what its person wants -----------------------------------------------------------------------------------------------

api::VaultState VaultKeeper::state() const
{
    constexpr VaultChange kNothingToSave[] = {VaultChange::none, VaultChange::showing, VaultChange::looking, VaultChange::seen};
    if (std::ranges::find(kNothingToSave, m_change) != std::end(kNothingToSave)) return api::VaultState::saved;
    return m_change == VaultChange::making && !m_made && m_passphrase.empty() ? api::VaultState::none : api::VaultState::saving;
}

bool VaultKeeper::needs_hardening() const
{
    return m_change == VaultChange::making || m_change == VaultChange::passphrase || m_change == VaultChange::adopting;
}

bool VaultKeeper::wants_passphrase() const { return needs_hardening() && !m_made; }

void VaultKeeper::give_passphrase(base::SecretBytes&& passphrase) { m_passphrase = std::move(passphrase); }

bool VaultKeeper::keep(std::string_view key, std::string_view value, base::UnixMilliseconds now)
{
    const bool changed = chat::keep(m_kept, key, value, now);
    m_unsaved = m_unsaved || changed;
    return changed;
}

bool VaultKeeper::keep_old(const Kept& old)
{
    const bool changed = merge(m_kept, old);
    m_unsaved = m_unsaved || changed;
    return changed;
}

// A day that was on its way, perhaps there already, is let go of: the relay's conflict tells.
void VaultKeeper::begin(VaultChange change)
{
    drop_change();
    m_change = change;
    m_given_up = false;
}

void VaultKeeper::begin_passphrase(base::SecretBytes&& passphrase)
{
    begin(m_trouble == api::Code::vault_elsewhere_changed ? VaultChange::adopting : VaultChange::passphrase);
    m_passphrase = std::move(passphrase);
}

void VaultKeeper::begin_code()
{
    begin(VaultChange::code);
    m_asked_for = true;
}

void VaultKeeper::begin_showing() { begin(VaultChange::showing); }

void VaultKeeper::begin_root(crypto::SignaturePrivateKey&& root)
{
    begin(VaultChange::root);
    m_root = std::move(root);
}

bool VaultKeeper::can_look() const { return m_change == VaultChange::none && m_secret && m_trouble != api::Code::vault_elsewhere_changed; }

bool VaultKeeper::begin_look()
{
    if (!can_look()) return false;
    begin(VaultChange::looking);
    return true;
}

void VaultKeeper::cancel()
{
    CHECK_INVARIANT(!m_made && m_change != VaultChange::making);
    drop_change();
}

void VaultKeeper::set_name(const std::string& name, std::uint32_t number)
{
    m_name = name;
    m_number = number;
    m_sign_in_name = numbered(m_name, m_number);
    if (vault::normalised_name(m_sign_in_name)) return;
    m_trouble = api::Code::name_missing;   // nothing in it that could be compared
    m_given_up = true;
}

void VaultKeeper::drop_change()
{
    m_change = VaultChange::none;
    m_unsaved = m_unsaved || m_made;   // what was to save it
    m_made.reset();
    m_root.reset();
    m_passphrase.clear();
    m_hardening.reset();
    m_hardened.reset();
    m_conflict = false;
    m_asked_for = false;
}

// --- in a device session -------------------------------------------------------------------------------------------------

vault::VaultId VaultKeeper::id(const Account& account) const
{
    const auto normalised = vault::normalised_name(m_sign_in_name);
    CHECK_INVARIANT(normalised.has_value());
    return vault::vault_id(account.root_public_key, *normalised);
}

bool VaultKeeper::wants_relay() const
{
    return m_change != VaultChange::none && !m_given_up && (m_made || !needs_hardening() || !m_passphrase.empty() || m_hardened);
}

void VaultKeeper::forget_request()
{
    m_waiting = false;
    m_conflicts = 0;
    m_hardening.reset();
    if (m_change == VaultChange::looking) drop_change();   // another session looks, when there is one
}

vault::VaultSecret VaultKeeper::fetch_secret(const vault::VaultId& id) const
{
    if (m_change == VaultChange::adopting) return m_hardened->clone();
    if (m_change == VaultChange::making) return m_made->secret.clone();
    return m_secret ? m_secret->clone() : m_code->secret(id);
}

crypto::SignaturePrivateKey VaultKeeper::store_key(const vault::VaultId& id) const
{
    if (m_made->previous == 0) return vault::access_key(m_made->secret);
    return vault::access_key(m_change == VaultChange::passphrase ? m_code->secret(id) : m_secret->clone());
}

void VaultKeeper::make(const Account& account, vault::VaultSecret&& secret, base::Random& random)
{
    const bool new_code = m_change == VaultChange::code || !m_code;
    auto code = new_code ? vault::RecoveryCode::generate(random) : m_code->clone();
    const bool shown = m_change == VaultChange::code || m_change == VaultChange::showing || m_code_shown;
    auto person = person_keys_of(account);
    if (m_root && !person.root) person.root = m_root->clone();
    const auto contents = PersonVault{std::move(person), shown, m_seen, m_kept}.serialize();
    auto sealed = vault::seal_vault(id(account), m_version + 1, secret, code, contents.view(), random);
    m_made.emplace(Made{m_version, m_version + 1, std::move(secret), std::move(code), std::move(sealed)});
    m_unsaved = false;
}

std::optional<VaultKeeper::Request> VaultKeeper::next_request(const Account& account, const wire::Nonce& nonce, base::Random& random)
{
    if (m_waiting || !wants_relay() || m_sign_in_name.empty()) return std::nullopt;
    m_waiting = true;
    const auto vault = id(account);
    const bool knows_too_little = m_conflict || (m_partial && (m_made || !needs_hardening()));
    if (knows_too_little || (m_hardened && !m_made) || (m_change == VaultChange::showing && !m_made) || m_change == VaultChange::looking) {
        m_asked = Asked::fetch;
        const auto key = vault::access_key(fetch_secret(vault));
        return wire::VaultFetch{.request_id = 0, .vault = vault, .access_public_key = key.public_key(), .signature = vault::sign_fetch(key, nonce, vault)};
    }
    if (!m_made && needs_hardening()) {
        m_asked = Asked::evaluate;
        m_hardening.emplace(vault::Hardening::begin(vault, m_passphrase.clone(), random));
        return wire::VaultEvaluate{.request_id = 0, .vault = vault, .blinded_element = m_hardening->blinded_element()};
    }
    if (!m_made) make(account, m_secret->clone(), random);
    m_asked = Asked::store;
    const auto key = store_key(vault);
    const vault::AccessKeys access{vault::access_key(m_made->secret).public_key(), vault::access_key(m_made->code.secret(vault)).public_key()};
    const auto signature = vault::sign_store(key, nonce, {vault, m_made->previous, m_made->version, access, m_made->sealed});
    return wire::VaultStore{.request_id = 0,
                            .vault = vault,
                            .previous = m_made->previous,
                            .version = m_made->version,
                            .passphrase_access_key = access.passphrase,
                            .recovery_access_key = access.recovery,
                            .sealed = m_made->sealed,
                            .access_public_key = key.public_key(),
                            .signature = signature};
}

VaultKeeper::Step VaultKeeper::on_answer(const Account& account, const Today& today, net::VaultAnswer&& answer, const crypto::PasswordKeyFunction& password_key,
                                         base::Random& random)
{
    if (!std::exchange(m_waiting, false)) return {Outcome::garbled};
    if (const auto* evaluated = std::get_if<wire::VaultEvaluated>(&answer); evaluated != nullptr && m_asked == Asked::evaluate)
        return on_evaluated(account, *evaluated, password_key, random);
    if (const auto* fetched = std::get_if<wire::VaultFetched>(&answer); fetched != nullptr && m_asked == Asked::fetch) return on_fetched(account, today, *fetched, random);
    if (const auto* stored = std::get_if<wire::VaultStored>(&answer); stored != nullptr && m_asked == Asked::store) return on_stored(*stored);
    return {Outcome::garbled};
}

VaultKeeper::Step VaultKeeper::on_evaluated(const Account& account, const wire::VaultEvaluated& answer, const crypto::PasswordKeyFunction& password_key,
                                            base::Random& random)
{
    const auto hardening = std::exchange(m_hardening, std::nullopt);
    auto secret = hardening->finish(answer.evaluated_element, password_key);
    if (!secret && secret.error() == vault::Error::bad_answer) return {Outcome::garbled};
    if (!secret) return postpone(api::Code::internal);
    if (m_change == VaultChange::adopting)
        m_hardened = std::move(*secret);
    else
        make(account, std::move(*secret), random);
    return {};
}

VaultKeeper::Step VaultKeeper::on_fetched(const Account& account, const Today& today, const wire::VaultFetched& answer, base::Random& random)
{
    const auto vault = id(account);
    auto opened = vault::open_vault(vault, answer.sealed, fetch_secret(vault), m_version);
    const auto refuse = [this](api::Code trouble) {
        m_trouble = trouble;
        return fail(trouble);
    };
    if (!opened) return refuse(opened.error() == vault::Error::rolled_back ? api::Code::vault_rolled_back : api::Code::vault_damaged);
    auto contents = PersonVault::parse(opened->contents.view());
    if (!contents || opened->version != answer.version || opened->version >= wire::kVaultVersionMax) return refuse(api::Code::vault_damaged);
    if (!same_person(contents->person, account)) return m_change == VaultChange::making ? try_next_name() : refuse(api::Code::vault_damaged);

    m_conflict = false;
    m_version = opened->version;
    m_code = std::move(opened->recovery_code);
    m_code_shown = contents->code_shown;
    m_seen = std::move(contents->seen);
    merge(m_kept, contents->kept);
    m_unsaved = m_kept != contents->kept;
    m_partial = false;
    const bool has_root = contents->person.root.has_value();
    if (has_root && !account.root) m_root = std::move(contents->person.root);   // another device of ours was given it
    switch (m_change) {
    case VaultChange::making:   // another device of ours was faster
        m_secret = std::move(m_made->secret);
        m_made.reset();
        return finish();
    case VaultChange::adopting: m_secret = std::move(*m_hardened); return finish();
    case VaultChange::passphrase: make(account, std::move(m_made->secret), random); return {};
    case VaultChange::code: make(account, m_secret->clone(), random); return {};
    case VaultChange::showing:
        if (m_code_shown) return finish();
        make(account, m_secret->clone(), random);
        return {};
    case VaultChange::root:
        if (has_root) return finish();
        make(account, m_secret->clone(), random);
        return {};
    case VaultChange::looking:
    case VaultChange::seen: return leave(account, today, random);
    case VaultChange::none: break;
    }
    return {Outcome::garbled};
}

// Each device writes its own day, and that once: the others' are no reason to. A day that a clock was wrong about is put right. What is
// kept here and not there is another reason.
VaultKeeper::Step VaultKeeper::leave(const Account& account, const Today& today, base::Random& random)
{
    const auto& here = account.device.public_key();
    const auto is_there = [&](const PublicKey& device) { return std::ranges::find(today.devices, device) != today.devices.end(); };
    const auto ours = m_seen.find(here);
    m_made.reset();
    if (!is_there(here) || (!m_unsaved && ours != m_seen.end() && ours->second == today.day)) return finish();
    std::erase_if(m_seen, [&](const auto& seen) { return !is_there(seen.first); });
    m_seen[here] = today.day;
    m_change = VaultChange::seen;
    m_trouble = api::Code::none;   // the look is over, and has found nothing
    make(account, m_secret->clone(), random);
    return {Outcome::again, m_change, api::Code::none, std::exchange(m_root, std::nullopt)};
}

VaultKeeper::Step VaultKeeper::on_stored(const wire::VaultStored& answer)
{
    if (answer.version != m_made->version) return {Outcome::garbled};
    m_version = m_made->version;
    m_secret = std::move(m_made->secret);
    m_code = std::move(m_made->code);
    if (m_change == VaultChange::code) m_code_shown = m_asked_for;
    if (m_change == VaultChange::showing) m_code_shown = true;
    m_made.reset();
    return finish();
}

VaultKeeper::Step VaultKeeper::finish()
{
    const auto change = m_change;
    m_trouble = api::Code::none;
    auto root = std::move(m_root);
    drop_change();
    return {Outcome::done, change, api::Code::none, std::move(root)};
}

VaultKeeper::Step VaultKeeper::fail(api::Code error)
{
    const auto change = m_change;
    m_given_up = true;
    if (change != VaultChange::making) drop_change();
    return {Outcome::failed, change, error};
}

VaultKeeper::Step VaultKeeper::postpone(api::Code reason)
{
    if (m_change == VaultChange::looking || m_change == VaultChange::seen) return fail(reason);   // nobody waits for it at all
    if (std::ranges::find(kLastingTroubles, m_trouble) == std::end(kLastingTroubles)) m_trouble = reason;
    if (m_change == VaultChange::showing && !m_made) return fail(reason);   // somebody waits for it now
    return {Outcome::postponed, m_change, reason};
}

// Somebody else's stands there. Their guesses were spent on ours, which is why the first name is chosen with care.
VaultKeeper::Step VaultKeeper::try_next_name()
{
    m_made.reset();
    m_conflict = false;
    if (m_number >= kSameNamesMax) return fail(api::Code::name_missing);
    m_sign_in_name = numbered(m_name, ++m_number);
    return {};
}

VaultKeeper::Step VaultKeeper::fail_elsewhere()
{
    if (m_change == VaultChange::adopting) return fail(api::Code::sign_in_failed);
    m_trouble = api::Code::vault_elsewhere_changed;
    return fail(m_trouble);
}

VaultKeeper::Step VaultKeeper::on_refused(const Account& account, wire::Refusal refusal, base::Random& random)
{
    m_waiting = false;
    using enum wire::Refusal;
    switch (refusal) {
    case vault_conflict:
        if (m_asked != Asked::store) break;
        if (m_made->previous == 0 && m_change != VaultChange::making) return fail_elsewhere();   // it was not lost
        if (++m_conflicts > kConflictsMax) return postpone(api::Code::relay_refused);
        m_conflict = true;
        return {};
    case vault_guesses_spent:
        // A change that was asked for just now waits for no day; a vault that is not there yet, or has only its code, does.
        if (m_change == VaultChange::adopting || (m_change == VaultChange::passphrase && m_secret)) return fail(api::Code::guesses_spent);
        return postpone(api::Code::guesses_spent);
    case not_authorised:
        if (m_change == VaultChange::making && m_asked == Asked::fetch) return try_next_name();
        if (m_change == VaultChange::making) break;
        // Other keys stand there, or the relay has lost its vaults: then it takes a new one.
        if (m_change == VaultChange::passphrase && m_asked == Asked::store && m_made->previous > 0) {
            m_made->previous = 0;
            return {};
        }
        if (m_change == VaultChange::adopting && m_asked == Asked::fetch) {
            make(account, std::move(*m_hardened), random);
            m_hardened.reset();
            m_made->previous = 0;
            m_partial = false;
            return {};
        }
        return fail_elsewhere();
    case storage_full: return postpone(api::Code::relay_full);
    case too_many_requests: return postpone(api::Code::rate_limited);
    default: break;
    }
    return postpone(api::Code::relay_refused);
}

}  // namespace sinetti::chat
