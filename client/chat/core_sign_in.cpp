// From a name and a passphrase, or the recovery code, to an account on a machine that knew nothing; and machines that are to know
// nothing afterwards either.

#include "chat/core_implementation.h"
#include "directory/session_auth.h"

namespace sinetti::chat {

namespace {

enum FarewellRequest : std::uint32_t { kSignOutRequest = 1, kLeaveKeptRequest = 2 };
constexpr std::int64_t kFarewellMax = 10 * 1000;   // milliseconds, for signing a device out that is forgotten, or a shared machine before it is given back

}  // namespace

void Core::Implementation::run(const api::SignIn& command)
{
    using enum api::Phase;
    if (!may_sign_in(command.shared)) return;
    auto attempt = SignInAttempt::begin(command, std::move(m_passphrase));
    if (!attempt) return set_phase(m_phase, attempt.error());
    leave_for_sign_in();
    m_sign_in = std::move(*attempt);
    set_phase(opening);
    m_session.start();
}

// Says why not, where there is something to say.
bool Core::Implementation::may_sign_in(bool shared)
{
    using enum api::Phase;
    if (m_phase == locked && !shared) return set_phase(m_phase, api::Code::already_enrolled), false;
    if (m_phase != no_account && m_phase != founder && m_phase != invited && m_phase != recovering && m_phase != locked) return false;
    // What is not stored yet belongs to the account that was here.
    if (shared && (m_environment.shared_backend == nullptr || !m_effects.is_stored())) return set_phase(m_phase, api::Code::store_unavailable), false;
    return true;
}

void Core::Implementation::leave_for_sign_in()
{
    using enum api::Phase;
    m_session.stop();
    m_link.reset();
    m_home = m_phase == locked || (m_phase == recovering && m_home == locked) ? locked : no_account;
}

// As somebody unknown who signs in, or as a shared machine that signs itself out.
std::optional<wire::ClientFrame> Core::Implementation::answer_without_account(const wire::Challenge& challenge)
{
    const auto& root = m_sign_in ? m_sign_in->relay().root_public_key : m_guest ? m_guest->relay().root_public_key : m_farewell->from.account.root_public_key;
    if (challenge.organisation != root) {
        m_sign_in ? end_sign_in(api::Code::relay_key) : m_guest ? end_guest(api::Code::relay_key) : end_farewell();
        return std::nullopt;
    }
    if (m_guest) return wire::AuthenticateVault{};
    if (!m_sign_in) {
        m_farewell->nonce = challenge.nonce;
        return answer_as_device(challenge, m_farewell->from.account);
    }
    m_sign_in->set_nonce(challenge.nonce);
    return wire::AuthenticateVault{};
}

void Core::Implementation::ask_for_sign_in(SignInAttempt::Request&& request)
{
    std::visit([this](auto& frame) { m_effects.send(std::move(frame)); }, request);
}

void Core::Implementation::on_sign_in_answer(net::VaultAnswer&& answer)
{
    auto next = m_sign_in->on_answer(std::move(answer), m_environment.password_key);
    if (!next) return end_sign_in(next.error());
    if (*next) return ask_for_sign_in(std::move(**next));
    if (!m_sign_in->with_code()) {
        m_passphrase = m_sign_in->take_passphrase();
        begin_device();
        return m_passphrase.clear();
    }
    m_session.stop();
    set_phase(api::Phase::recovering);
}

void Core::Implementation::run(const api::ChoosePassphrase&)
{
    if (m_phase != api::Phase::recovering || !passphrase_is_long_enough()) return;
    set_phase(api::Phase::opening);
    begin_device();
}

// The vault is open: this machine becomes a device of its person's. Where nothing may be kept, records go to memory.
void Core::Implementation::begin_device()
{
    auto created = m_sign_in->add_device(m_environment.clock.now(), m_environment.random);
    if (!created) return end_sign_in(created.error());
    const auto vault = m_sign_in->take_vault();
    m_shared = m_sign_in->is_shared();
    m_sign_in.reset();
    if (m_shared) m_effects.use_backend(*m_environment.shared_backend);
    begin_account(std::move(created), &vault);
}

void Core::Implementation::on_sign_in_closed(net::CloseReason reason)
{
    if (m_sign_in->is_open()) return;
    switch (reason) {
    case net::CloseReason::ours: return;
    case net::CloseReason::wrong_key: return end_sign_in(api::Code::relay_key);
    case net::CloseReason::garbled: return end_sign_in(api::Code::relay_garbled);
    case net::CloseReason::version: return end_sign_in(api::Code::relay_version);
    case net::CloseReason::refused: return end_sign_in(api::Code::relay_refused);
    case net::CloseReason::unreachable:
    case net::CloseReason::lost: return end_sign_in(api::Code::relay_unreachable);
    }
}

void Core::Implementation::end_sign_in(api::Code reason)
{
    m_sign_in.reset();
    m_session.stop();
    set_phase(m_home, reason);
}

// --- leaving a machine ---------------------------------------------------------------------------------------------------

// Before everything is erased: with what is kept here in memory this is, for a moment, a device that only signs itself out, and leaves in
// the vault what that does not keep yet.
void Core::Implementation::prepare_farewell()
{
    m_farewell.reset();
    if (!m_workspace || m_workspace->is_revoked()) return;
    m_session.stop();
    end_errands();
    auto from = m_workspace->part();
    const auto record = directory::sign_sign_out(from.account.identity, from.account.device.public_key());
    const bool leaves_kept = from.vault.change() == VaultChange::seen || (from.vault.is_unsaved() && from.vault.begin_look());
    m_farewell.emplace(Farewell{std::move(from), directory::encode(directory::Record(record)),
                                base::UnixMilliseconds{m_environment.clock.now().value + kFarewellMax}, {}, leaves_kept});
}

void Core::Implementation::begin_farewell()
{
    set_phase(api::Phase::opening);
    m_session.start();
}

// Nothing is left at once.
void Core::Implementation::leave_shared()
{
    prepare_farewell();
    m_session.stop();
    close_account();
    m_effects.forget();
    m_effects.use_sealer(std::nullopt);
    m_effects.backend().wipe([](auto) {});
    m_effects.use_backend(m_environment.backend);
    m_shared = false;
    if (!m_farewell) return set_phase(m_home);
    begin_farewell();
}

void Core::Implementation::go_on_with_farewell()
{
    auto& [account, vault, today] = m_farewell->from;
    auto request = m_farewell->leaves_kept ? vault.next_request(account, m_farewell->nonce, m_environment.random) : std::nullopt;
    if (!request) return m_effects.send(wire::Append{kSignOutRequest, wire::kDirectoryBoard, m_farewell->record});
    std::visit(
        [this](auto& frame) {
            frame.request_id = kLeaveKeptRequest;
            m_effects.send(std::move(frame));
        },
        *request);
}

void Core::Implementation::on_farewell_step(const VaultKeeper::Step& step)
{
    m_farewell->leaves_kept = step.outcome == VaultKeeper::Outcome::again;
    go_on_with_farewell();
}

void Core::Implementation::end_farewell()
{
    m_farewell.reset();
    m_session.stop();
    set_phase(m_home);
}

}  // namespace sinetti::chat
