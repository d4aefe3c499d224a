// The phases: which keys are here, and what a session is for.
//
//   starting ─► no_account ─OpenLink─► founder / invited ─Found / Enrol─► opening ─on the relay─► open
//      └──────► locked ─Unlock─► opening ─► open ─Lock─► locked

#include "chat/core.h"

#include "chat/workspace.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "directory/session_auth.h"

#include <deque>

namespace sinetti::chat {

namespace {

constexpr std::string_view kSettingsRecord = "settings";
constexpr std::size_t kSettingMax = 256;
constexpr std::size_t kSettingsMax = 64;

// Tokens are fetched long before they are needed, at a random moment that has nothing to do with when a connection began.
constexpr std::int64_t kErrandDelayMax = 30 * 60 * 1000;   // milliseconds
constexpr std::int64_t kErrandDelayUrgent = 60 * 1000;     // milliseconds; when there is no token, as after a revocation, which is so for everybody
constexpr std::int64_t kErrandPostponed = 10 * 1000;       // milliseconds, while messages wait to be sent
constexpr std::int64_t kErrandsMax = 60 * 1000;            // milliseconds, of one device session
constexpr std::int64_t kErrandsRetry = 10 * 60 * 1000;     // milliseconds, before urgent errands that failed are urgent again

enum EnrolmentRequest : std::uint32_t { kOrganisationRequest = 1, kEnrolmentRequest = 2 };

using Settings = std::map<std::string, std::string>;

base::SecretBytes serialize(const Settings& settings)
{
    codec::SecretWriter writer;
    for (const auto& [key, value] : settings) writer.text(key).text(value);
    return std::move(writer).take();
}

std::optional<Settings> parse_settings(base::ByteView record)
{
    codec::Reader reader(record);
    Settings settings;
    while (!reader.empty()) {
        auto key = reader.text(kSettingMax);
        auto value = reader.text(kSettingMax);
        if (!key || !value || settings.size() == kSettingsMax) return std::nullopt;
        settings.insert_or_assign(std::move(*key), std::move(*value));
    }
    return settings;
}

api::Code code_of(wire::Refusal refusal)
{
    switch (refusal) {
    case wire::Refusal::already_founded: return api::Code::already_founded;
    case wire::Refusal::invite_used: return api::Code::link_used;
    case wire::Refusal::invite_expired: return api::Code::link_expired;
    case wire::Refusal::invite_invalid: return api::Code::link_revoked;
    case wire::Refusal::not_founded: return api::Code::link_other_organisation;
    case wire::Refusal::storage_full: return api::Code::relay_full;
    case wire::Refusal::too_many_requests: return api::Code::rate_limited;
    case wire::Refusal::revoked: return api::Code::device_revoked;
    case wire::Refusal::too_many_devices: return api::Code::too_many_devices;
    case wire::Refusal::no_tokens_left:
    case wire::Refusal::unknown_issuer: return api::Code::no_tokens;
    default: return api::Code::relay_refused;
    }
}

bool is_final(wire::Refusal refusal)
{
    switch (refusal) {
    case wire::Refusal::storage_full:
    case wire::Refusal::too_many_requests:
    case wire::Refusal::overloaded:
    case wire::Refusal::internal:
    case wire::Refusal::token_invalid:
    case wire::Refusal::token_spent: return false;
    default: return true;
    }
}

}  // namespace

class Core::Implementation final : private net::SessionListener, private WorkspaceHost {
public:
    explicit Implementation(const CoreEnvironment& environment)
        : m_environment(environment),
          m_session(environment.clock, environment.random, environment.transport, *this),
          m_errand_session(environment.clock, environment.random, environment.errand_transport != nullptr ? *environment.errand_transport : environment.transport, m_errand_listener),
          m_effects(environment.clock, environment.random, environment.backend, m_session, environment.events, [this] { const Turn turn(*this); })
    {
    }

    void submit(api::Command&& command, base::SecretBytes&& passphrase);
    void on_alarm();

private:
    // One visit from outside: what it decided is stored, sent and reported when it ends.
    class Turn {
    public:
        explicit Turn(Implementation& core) : m_core(core) { ++m_core.m_depth; }
        ~Turn()
        {
            if (m_core.m_depth == 1)
                m_core.end_turn();
            else
                m_core.m_turn_again = true;
            --m_core.m_depth;
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Implementation& m_core;
    };

    void run(const api::Start& command);
    void run(const api::OpenLink& command);
    void run(const api::Found& command);
    void run(const api::Enrol& command);
    void run(const api::Unlock& command);
    void run(const api::Lock& command);
    void run(const api::ForgetDevice& command);
    void run(const api::SetSetting& command);

    void set_phase(api::Phase phase, api::Code error = api::Code::none);
    void on_loaded(base::Result<std::vector<store::StoredRecord>, store::BackendError> records);
    void open_vault(const std::vector<store::StoredRecord>& records);
    bool passphrase_is_long_enough();
    void begin_account(NewAccountResult&& created);
    void complete_enrolment();
    void abandon_enrolment(api::Code reason);
    void report_settings();
    void report_connection();
    bool stop_if_revoked();
    void end_turn();
    const PendingEnrolment& pending() const { return *m_account->pending; }

    std::optional<directory::RelayKeys> relay_keys() override;
    std::optional<wire::ClientFrame> on_challenge(const wire::Challenge& challenge) override;
    std::optional<wire::ClientFrame> answer_as_member(const wire::Challenge& challenge);
    std::optional<wire::ClientFrame> answer_as_device(const wire::Challenge& challenge, const Account& account);
    std::optional<wire::ClientFrame> answer_as_newcomer(const wire::Challenge& challenge);
    std::optional<wire::ClientFrame> answer_with_link(const wire::Challenge& challenge);
    void on_accepted(const wire::Accepted& accepted) override;
    void on_refused(const wire::Refused& refused) override;
    void on_newcomer_refused(const wire::Refused& refused);
    void on_token_refused(const wire::Refused& refused);
    void draw_token();
    void plan_errands();
    void keep_or_plan_errands_anew();
    std::optional<base::UnixMilliseconds> errands_wake() const;
    bool is_member_session() const { return m_session.is_ready() && m_session_kind == wire::SessionKind::token; }
    void on_appended(const wire::Appended& appended) override;
    void on_entries(wire::Entries&& entries) override;
    void on_signed_head(const wire::SignedHead& statement) override;
    void on_gone(const wire::Gone& gone) override;
    void on_token_response(const wire::TokenResponse& response) override;
    void on_session_closed(net::CloseReason reason) override;
    void on_wrong_key();

    void on_fork() override;
    void on_fraud(Evidence&& evidence) override;
    void refuse_relay(api::Code reason);
    void on_garbled() override;
    void on_follow_again() override { m_follow_again = true; }
    void on_follow_refused() override;
    void on_errands_done() override;
    void on_errands_failed(wire::Refusal code) override;
    void on_errands_garbled() override { m_errand_session.close_garbled(); }
    void end_errands();
    void fail_errands();

    // The session beside the one in which we read and write. It opens with our name, runs errands and ends.
    class ErrandListener final : public net::SessionListener {
    public:
        explicit ErrandListener(Implementation& core) : m_core(core) {}

    private:
        std::optional<directory::RelayKeys> relay_keys() override { return m_core.relay_keys(); }
        std::optional<wire::ClientFrame> on_challenge(const wire::Challenge& challenge) override;
        void on_accepted(const wire::Accepted& accepted) override;
        void on_refused(const wire::Refused& refused) override;
        void on_appended(const wire::Appended& appended) override;
        void on_entries(wire::Entries&&) override { m_core.m_errand_session.close_garbled(); }   // it follows nothing
        void on_signed_head(const wire::SignedHead&) override { m_core.m_errand_session.close_garbled(); }
        void on_gone(const wire::Gone&) override { m_core.m_errand_session.close_garbled(); }
        void on_token_response(const wire::TokenResponse& response) override;
        void on_session_closed(net::CloseReason reason) override;

        Implementation& m_core;
    };

    CoreEnvironment m_environment;
    net::Session m_session;
    ErrandListener m_errand_listener{*this};
    net::Session m_errand_session;                                  // never started without a transport of its own
    Effects m_effects;
    api::Phase m_phase = api::Phase::starting;
    unsigned m_depth = 0;
    bool m_turn_again = false;
    bool m_started = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);   // a callback that comes after our end finds nobody

    struct Waiting {
        api::Command command;
        base::SecretBytes passphrase;
    };
    std::deque<Waiting> m_before_load;                              // commands that came while the store was loading
    base::SecretBytes m_passphrase;                                 // of the command being run
    std::optional<std::vector<store::StoredRecord>> m_stored;       // as loaded at the start, for the first unlock
    std::optional<std::variant<directory::FounderLink, directory::InviteLink>> m_link;
    std::optional<Account> m_account;                               // until its enrolment is complete
    std::optional<base::SecretBytes> m_first_key_packages;          // its record, for the workspace
    bool m_try_device = false;                                      // our invite is used: perhaps by ourselves
    std::unique_ptr<Workspace> m_workspace;
    Settings m_settings;

    api::Code m_connection_reason = api::Code::none;
    bool m_refused = false;
    bool m_follow_again = false;
    std::optional<Evidence> m_evidence;                             // against this relay: it is not spoken to any more

    wire::SessionKind m_session_kind = wire::SessionKind::device;   // of the session that is ready
    std::optional<tokens::Token> m_token;                           // taken out of the wallet for the next session
    std::optional<tokens::Token> m_token_shown;                     // in this connection, until the relay has answered
    bool m_errands_now = false;                                     // the next session is a device session
    std::optional<base::UnixMilliseconds> m_errands_at;             // when a device session begins; or, in one, when it has lasted too long
    bool m_errands_finished = false;                                // the device session may end
    std::optional<base::UnixMilliseconds> m_no_hurry_until;         // urgent errands have failed just now
    std::optional<api::ConnectionEvent> m_reported_connection;
};

// --- turns -------------------------------------------------------------------------------------------------------------

void Core::Implementation::submit(api::Command&& command, base::SecretBytes&& passphrase)
{
    const Turn turn(*this);
    const bool is_start = std::holds_alternative<api::Start>(command);
    if (m_phase == api::Phase::starting && !is_start) {
        m_before_load.push_back({std::move(command), std::move(passphrase)});
        return;
    }
    m_passphrase = std::move(passphrase);
    std::visit(
        [this](const auto& known) {
            if constexpr (requires { run(known); })
                run(known);
            else if (m_workspace)
                m_workspace->execute(known);
        },
        command);
    m_passphrase.clear();
}

void Core::Implementation::on_alarm()
{
    const Turn turn(*this);
    m_session.on_wake();
    m_errand_session.on_wake();
    m_effects.on_wake();
    if (m_workspace) m_workspace->on_wake();
    plan_errands();
}

void Core::Implementation::end_turn()
{
    do {
        m_turn_again = false;
        if (m_workspace) m_workspace->end_turn();
        stop_if_revoked();
        plan_errands();
        draw_token();
        if (std::exchange(m_follow_again, false) && m_session.is_started()) {
            m_session.restart();
            m_turn_again = true;
        }
        report_connection();
        m_effects.end_turn();
    } while (m_turn_again);

    std::optional<base::UnixMilliseconds> wake;
    for (const auto& due : {m_session.next_wake(), m_errand_session.next_wake(), m_effects.next_wake(), m_workspace ? m_workspace->next_wake() : std::nullopt, errands_wake()})
        if (due && (!wake || *due < *wake)) wake = due;
    if (wake) m_environment.alarm.wake_after(std::max<std::int64_t>(0, wake->value - m_environment.clock.now().value));
}

// --- phases ------------------------------------------------------------------------------------------------------------

void Core::Implementation::set_phase(api::Phase phase, api::Code error)
{
    m_phase = phase;
    api::SessionEvent event{.phase = phase, .error = error};
    if (phase == api::Phase::invited && m_link) {
        const auto& link = std::get<directory::InviteLink>(*m_link);
        event.organisation = link.organisation_name;
        event.invitee = link.invitee_name;
        event.inviter = link.inviter_name;
    }
    if (m_workspace) {
        const auto& account = m_workspace->account();
        event.organisation = account.organisation;
        event.me = person_id(account.identity.public_key());
        event.administrator = account.root.has_value();
    }
    m_effects.emit(std::move(event));
}

void Core::Implementation::run(const api::Start&)
{
    if (m_started) {
        if (m_phase == api::Phase::starting) return;
        set_phase(m_phase);
        report_settings();
        m_reported_connection.reset();
        if (m_workspace) m_workspace->announce();
        if (m_evidence) m_effects.emit(api::EvidenceEvent{m_evidence->text()});
        return;
    }
    m_started = true;
    m_environment.backend.load([this, alive = std::weak_ptr(m_alive)](auto records) {
        if (!alive.expired()) on_loaded(std::move(records));
    });
}

void Core::Implementation::on_loaded(base::Result<std::vector<store::StoredRecord>, store::BackendError> records)
{
    const Turn turn(*this);
    if (!records) {
        m_started = false;   // another Start tries again
        set_phase(api::Phase::failed, chat::code_of(records.error()));
    } else if (records->empty()) {
        set_phase(api::Phase::no_account);
    } else {
        m_stored = std::move(*records);
        set_phase(api::Phase::locked);
    }
    for (auto waiting = std::exchange(m_before_load, {}); !waiting.empty(); waiting.pop_front())
        submit(std::move(waiting.front().command), std::move(waiting.front().passphrase));
}

void Core::Implementation::run(const api::OpenLink& command)
{
    using enum api::Phase;
    if (m_phase == failed) return;
    if (m_phase != no_account && m_phase != founder && m_phase != invited) return set_phase(m_phase, api::Code::already_enrolled);
    m_session.stop();
    m_link.reset();
    auto founder_link = directory::parse_founder_link(command.fragment);
    auto invite_link = directory::parse_invite_link(command.fragment);
    if (founder_link) {
        m_link.emplace(std::move(*founder_link));
        set_phase(founder);
    } else if (invite_link) {
        if (invite_link->certificate.expires <= m_environment.clock.now()) return set_phase(no_account, api::Code::link_expired);
        m_link.emplace(std::move(*invite_link));
        set_phase(invited);
    } else {
        const bool outdated = founder_link.error() == directory::Error::unknown_version || invite_link.error() == directory::Error::unknown_version;
        return set_phase(no_account, outdated ? api::Code::link_outdated : api::Code::link_mangled);
    }
    m_session.start();   // the relay knows whether the link is still good
}

bool Core::Implementation::passphrase_is_long_enough()
{
    if (m_passphrase.size() >= api::kPassphraseMin && m_passphrase.size() <= api::kPassphraseMax) return true;
    set_phase(m_phase, api::Code::passphrase_too_short);
    return false;
}

void Core::Implementation::run(const api::Found& command)
{
    if (m_phase != api::Phase::founder || !passphrase_is_long_enough()) return;
    begin_account(found_organisation(std::get<directory::FounderLink>(*m_link), command.organisation, command.name, command.title,
                                     m_environment.clock.now(), m_environment.random));
}

void Core::Implementation::run(const api::Enrol& command)
{
    if (m_phase != api::Phase::invited || !passphrase_is_long_enough()) return;
    begin_account(enrol_with(std::get<directory::InviteLink>(*m_link), command.name, command.title, m_environment.clock.now(), m_environment.random));
}

// Everything is stored, sealed, before the relay hears of it; whatever happens next, the next Unlock goes on from here.
void Core::Implementation::begin_account(NewAccountResult&& created)
{
    if (!created) return set_phase(m_phase, created.error());
    const auto before = m_phase;
    set_phase(api::Phase::opening);
    m_effects.end_turn();   // Argon2id takes a while: the screen should say so first
    auto vault = store::create_vault(m_passphrase.view(), m_environment.password, m_environment.random, m_environment.password_key);
    if (!vault) return set_phase(before, api::Code::internal);
    m_effects.use_sealer(store::RecordSealer(vault->master_key));
    m_effects.put_unsealed(store::kVaultHeaderId, vault->header.serialize());
    m_account.emplace(std::move(created->account));
    m_first_key_packages = KeyPackages(std::move(created->key_packages), m_environment.clock.now()).serialize();
    m_effects.put(kAccountRecord, m_account->serialize().view());
    m_effects.put(kKeyPackagesRecord, m_first_key_packages->view());
    m_effects.put(kSettingsRecord, serialize(m_settings).view());
    m_link.reset();
    m_session.restart();
}

void Core::Implementation::run(const api::Unlock&)
{
    if (m_phase != api::Phase::locked) return;
    // What is not stored yet would be missing from what is loaded.
    if (!m_effects.is_stored()) return set_phase(api::Phase::locked, api::Code::store_unavailable);
    set_phase(api::Phase::opening);
    m_effects.end_turn();
    if (m_stored) return open_vault(*m_stored);
    m_environment.backend.load([this, alive = std::weak_ptr(m_alive), passphrase = std::make_shared<base::SecretBytes>(std::move(m_passphrase))](auto records) {
        if (alive.expired() || m_phase != api::Phase::opening) return;
        const Turn turn(*this);
        if (!records) return set_phase(api::Phase::locked, chat::code_of(records.error()));
        m_passphrase = std::move(*passphrase);
        open_vault(*records);
        m_passphrase.clear();
    });
}

void Core::Implementation::open_vault(const std::vector<store::StoredRecord>& records)
{
    const auto broken = [this](api::Code code = api::Code::store_broken) {
        m_effects.forget();
        m_effects.use_sealer(std::nullopt);
        m_account.reset();
        m_workspace.reset();
        set_phase(api::Phase::locked, code);
    };
    const auto header_record = std::ranges::find(records, store::kVaultHeaderId, &store::StoredRecord::id);
    if (header_record == records.end()) return broken();
    const auto header = store::VaultHeader::parse(header_record->value);
    if (!header) return broken();
    const auto master_key = store::open_vault(*header, m_passphrase.view(), m_environment.password_key);
    if (!master_key) return set_phase(api::Phase::locked, master_key.error() == store::Error::wrong_passphrase ? api::Code::wrong_passphrase : api::Code::internal);

    store::RecordSealer sealer(*master_key);
    auto opened = store::open_records(sealer, records);
    if (!opened) return broken();
    const auto account_record = opened->find(kAccountRecord);
    if (account_record == opened->end()) return broken();
    auto account = Account::parse(account_record->second.view());
    if (!account) return broken(account.error());
    const auto settings_record = opened->find(kSettingsRecord);
    auto settings = settings_record == opened->end() ? Settings() : parse_settings(settings_record->second.view());
    const auto evidence_record = opened->find(kEvidenceRecord);
    auto evidence = evidence_record == opened->end() ? std::nullopt : Evidence::parse(evidence_record->second.view());
    if (!settings || (evidence_record != opened->end() && !evidence)) return broken();
    m_effects.use_sealer(std::move(sealer));
    m_settings = std::move(*settings);
    if (account->stage == AccountStage::complete) {
        m_workspace = Workspace::load({m_environment.clock, m_environment.random, m_effects, m_session, *this, &m_errand_session}, std::move(*account), *opened);
        if (!m_workspace) return broken();
        set_phase(api::Phase::open);
        m_workspace->announce();
    } else {
        const auto key_packages = opened->find(kKeyPackagesRecord);
        if (key_packages == opened->end()) return broken();
        m_first_key_packages = key_packages->second.clone();
        m_account = std::move(*account);
    }
    m_stored.reset();
    report_settings();
    m_evidence = std::move(evidence);
    if (stop_if_revoked()) return;
    if (!m_evidence) return m_session.start();
    m_effects.emit(api::EvidenceEvent{m_evidence->text()});
    refuse_relay(api::Code::relay_fraud);
}

void Core::Implementation::run(const api::Lock&)
{
    if (!m_workspace && !m_account) return;
    m_session.stop();
    if (m_workspace && m_token) m_workspace->wallet().put_back(std::move(*m_token));   // it was never shown
    if (m_workspace) m_workspace->end_turn();
    m_workspace.reset();
    m_account.reset();
    m_first_key_packages.reset();
    m_effects.end_turn();
    m_effects.use_sealer(std::nullopt);
    m_settings.clear();
    m_stored.reset();
    m_evidence.reset();
    m_refused = false;
    m_token.reset();
    m_errands_now = false;
    m_connection_reason = api::Code::none;
    set_phase(api::Phase::locked);
}

void Core::Implementation::run(const api::ForgetDevice&) { abandon_enrolment(api::Code::none); }

// Erases everything: also when it turned out that somebody else has enrolled with our link.
void Core::Implementation::abandon_enrolment(api::Code reason)
{
    m_session.stop();
    m_workspace.reset();
    m_account.reset();
    m_first_key_packages.reset();
    m_link.reset();
    m_stored.reset();
    m_settings.clear();
    m_try_device = false;
    m_evidence.reset();
    m_refused = false;
    m_token.reset();
    m_errands_now = false;
    m_connection_reason = api::Code::none;
    m_effects.forget();
    m_effects.use_sealer(std::nullopt);
    m_environment.backend.wipe([this, reason, alive = std::weak_ptr(m_alive)](base::Result<void, store::BackendError> result) {
        if (alive.expired()) return;
        const Turn turn(*this);
        if (result)
            set_phase(api::Phase::no_account, reason);
        else
            set_phase(api::Phase::failed, chat::code_of(result.error()));
    });
}

void Core::Implementation::run(const api::SetSetting& command)
{
    if (command.key.empty() || command.key.size() > kSettingMax || command.value.size() > kSettingMax) return;
    if (!m_settings.contains(command.key) && m_settings.size() == kSettingsMax) return;
    m_settings.insert_or_assign(command.key, command.value);
    if (m_effects.sealer() != nullptr) m_effects.put(kSettingsRecord, serialize(m_settings).view());
    report_settings();
}

void Core::Implementation::report_settings()
{
    m_effects.emit(api::SettingsEvent{{m_settings.begin(), m_settings.end()}});
}

// --- the session: what for? ----------------------------------------------------------------------------------------------

std::optional<directory::RelayKeys> Core::Implementation::relay_keys()
{
    if (m_workspace) return m_workspace->account().relay_keys;
    if (m_account) return m_account->relay_keys;
    if (m_link) return std::visit([](const auto& link) { return link.relay_keys; }, *m_link);
    return std::nullopt;
}

std::optional<wire::ClientFrame> Core::Implementation::on_challenge(const wire::Challenge& challenge)
{
    const Turn turn(*this);
    if (m_workspace) return answer_as_member(challenge);
    if (m_account) return m_try_device ? answer_as_device(challenge, *m_account) : answer_as_newcomer(challenge);
    if (m_link) return answer_with_link(challenge);
    m_session.stop();
    return std::nullopt;
}

// With a token, as somebody; without one, or for errands, as this device.
std::optional<wire::ClientFrame> Core::Implementation::answer_as_member(const wire::Challenge& challenge)
{
    const auto& account = m_workspace->account();
    if (m_errands_now || !m_token || challenge.organisation != account.root_public_key) return answer_as_device(challenge, account);
    // That this token is no longer ours to use must be durable first; if the store is slower than the relay, we come again.
    if (!m_effects.is_stored()) return std::nullopt;
    m_token_shown = std::move(*std::exchange(m_token, std::nullopt));
    wire::AuthenticateToken answer;
    std::ranges::copy(m_token_shown->view(), answer.token.begin());
    return answer;
}

// A token for the next session leaves the wallet before that session begins.
void Core::Implementation::draw_token()
{
    if (!m_workspace || m_token || m_token_shown || m_errands_now || !m_session.is_started() || m_session.is_ready()) return;
    m_token = m_workspace->wallet().take(m_environment.clock.now());
    m_workspace->wallet().persist(m_effects);
}

void Core::Implementation::plan_errands()
{
    const auto now = m_environment.clock.now();
    if (!m_workspace || !m_session.is_started()) return end_errands();
    if (m_session.is_ready() && m_session_kind == wire::SessionKind::device) {
        if (std::exchange(m_errands_finished, false)) {
            m_errands_now = false;
            m_errands_at.reset();
            if (!m_workspace->wallet().is_empty() || m_token) return m_session.restart();
            return on_errands_failed(wire::Refusal::no_tokens_left);
        }
        if (!m_errands_at) m_errands_at = base::UnixMilliseconds{now.value + kErrandsMax};
        if (*m_errands_at <= now) on_errands_failed(wire::Refusal::no_tokens_left);
        return;
    }
    if (m_errand_session.is_started()) {
        if (std::exchange(m_errands_finished, false)) return end_errands();
        if (*m_errands_at <= now) fail_errands();
        return;
    }
    if (!m_workspace->has_errands()) return m_errands_at.reset();
    if (!is_member_session() || !m_workspace->is_caught_up()) return;
    const bool is_urgent = m_workspace->has_revocations() && (!m_no_hurry_until || *m_no_hurry_until <= now);
    const auto delay_max = m_workspace->wallet().is_empty() ? kErrandDelayUrgent : kErrandDelayMax;
    if (is_urgent)
        m_errands_at = now;
    else if (!m_errands_at || m_errands_at->value > now.value + delay_max)
        m_errands_at = base::UnixMilliseconds{now.value + static_cast<std::int64_t>(m_environment.random.below(static_cast<std::uint64_t>(delay_max)))};
    if (*m_errands_at > now) return;
    if (m_environment.errand_transport != nullptr) {
        m_errands_at = base::UnixMilliseconds{now.value + kErrandsMax};
        m_errand_session.start();
    } else if (!is_urgent && m_workspace->waiting_messages() > 0) {
        m_errands_at = base::UnixMilliseconds{now.value + kErrandPostponed};
    } else {
        m_errands_at.reset();
        m_errands_now = true;
        m_session.restart();
    }
}

// While nothing could be begun or ended, nobody need be woken for it.
std::optional<base::UnixMilliseconds> Core::Implementation::errands_wake() const
{
    const bool matters = m_errand_session.is_started() || (m_session.is_ready() && (!is_member_session() || m_workspace->is_caught_up()));
    return matters ? m_errands_at : std::nullopt;
}

void Core::Implementation::on_errands_done() { m_errands_finished = true; }

// The moment was drawn without regard to when connections end and begin, and stays. One that went by meanwhile would fall
// together with this connection: another is drawn.
void Core::Implementation::keep_or_plan_errands_anew()
{
    if (m_errand_session.is_started()) return;
    m_errands_finished = false;
    if (m_errands_at && (m_session_kind == wire::SessionKind::device || *m_errands_at <= m_environment.clock.now())) m_errands_at.reset();
}

void Core::Implementation::end_errands()
{
    m_errand_session.stop();
    if (m_workspace) m_workspace->on_errands_closed();
    m_errands_at.reset();
    m_errands_finished = false;
}

// At another moment again; there are tokens meanwhile.
void Core::Implementation::fail_errands()
{
    end_errands();
    m_no_hurry_until = base::UnixMilliseconds{m_environment.clock.now().value + kErrandsRetry};
}

void Core::Implementation::on_errands_failed(wire::Refusal code)
{
    if (m_errand_session.is_started()) return fail_errands();
    m_errands_now = false;
    m_errands_at.reset();
    m_no_hurry_until = base::UnixMilliseconds{m_environment.clock.now().value + kErrandsRetry};
    // Tokens that are left open sessions still; without any this is what people should know.
    if (m_workspace->wallet().is_empty() && !m_token) {
        const auto reason = code_of(code);
        if (m_connection_reason != reason) m_effects.emit(api::NoticeEvent{.code = reason, .severity = api::Severity::warning});
        m_connection_reason = reason;
    }
    m_session.close();
}

std::optional<wire::ClientFrame> Core::Implementation::answer_as_device(const wire::Challenge& challenge, const Account& account)
{
    if (challenge.organisation != account.root_public_key) {
        m_refused = true;
        m_connection_reason = api::Code::link_other_organisation;
        return std::nullopt;
    }
    return wire::AuthenticateDevice{account.device.public_key(), directory::sign_session(account.device, challenge.nonce)};
}

std::optional<wire::ClientFrame> Core::Implementation::answer_as_newcomer(const wire::Challenge& challenge)
{
    if (m_account->stage == AccountStage::founding && !challenge.organisation) {
        wire::AuthenticateFounder answer;
        std::ranges::copy(pending().founder_token->view(), answer.token.begin());
        return answer;
    }
    if (challenge.organisation != m_account->root_public_key) {
        abandon_enrolment(m_account->stage == AccountStage::founding ? api::Code::already_founded : api::Code::link_other_organisation);
        return std::nullopt;
    }
    if (m_account->stage == AccountStage::adding_device)
        return wire::AuthenticateIdentity{m_account->identity.public_key(), directory::sign_session(m_account->identity, challenge.nonce)};
    const auto& invite = *pending().invite;
    return wire::AuthenticateInvite{directory::encode(invite.certificate), directory::sign_session(invite.key, challenge.nonce)};
}

std::optional<wire::ClientFrame> Core::Implementation::answer_with_link(const wire::Challenge& challenge)
{
    const auto give_up = [this](api::Code reason) -> std::optional<wire::ClientFrame> {
        m_session.stop();
        m_link.reset();
        set_phase(api::Phase::no_account, reason);
        return std::nullopt;
    };
    if (const auto* link = std::get_if<directory::FounderLink>(&*m_link)) {
        if (challenge.organisation) return give_up(api::Code::already_founded);
        wire::AuthenticateFounder answer;
        std::ranges::copy(link->token.view(), answer.token.begin());
        return answer;
    }
    const auto& link = std::get<directory::InviteLink>(*m_link);
    if (challenge.organisation != link.certificate.root_public_key) return give_up(api::Code::link_other_organisation);
    const auto invite_key = crypto::SignaturePrivateKey::from_seed(link.invite_seed.view());
    if (!invite_key) return give_up(api::Code::link_mangled);
    return wire::AuthenticateInvite{directory::encode(link.certificate), directory::sign_session(*invite_key, challenge.nonce)};
}

void Core::Implementation::on_accepted(const wire::Accepted& accepted)
{
    const Turn turn(*this);
    m_refused = false;
    m_session_kind = accepted.session_kind;
    m_token_shown.reset();
    if (m_session_kind == wire::SessionKind::device) end_errands();   // they are what this one is for
    keep_or_plan_errands_anew();
    if (!m_workspace || m_session_kind == wire::SessionKind::token) m_connection_reason = api::Code::none;
    if (m_workspace) return m_workspace->on_accepted(accepted);
    if (!m_account) return m_session.mark_healthy();   // a link, and the relay takes it
    switch (accepted.session_kind) {
    case wire::SessionKind::founder:
        return m_effects.send(wire::Append{kOrganisationRequest, wire::kDirectoryBoard, pending().organisation_record});
    case wire::SessionKind::invite:
    case wire::SessionKind::identity: return m_effects.send(wire::Append{kEnrolmentRequest, wire::kDirectoryBoard, pending().enrolment_record});
    case wire::SessionKind::device: return complete_enrolment();   // it was us who used the invite
    case wire::SessionKind::token: return on_garbled();            // nobody has one who has not enrolled
    case wire::SessionKind::vault: return on_garbled();
    }
}

void Core::Implementation::on_appended(const wire::Appended& appended)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_appended(appended);
    if (!m_account) return on_garbled();
    if (appended.request_id == kOrganisationRequest && m_account->stage == AccountStage::founding) {
        m_account->stage = AccountStage::enrolling;
        m_effects.put(kAccountRecord, m_account->serialize().view());
        m_effects.send(wire::Append{kEnrolmentRequest, wire::kDirectoryBoard, pending().enrolment_record});
    } else if (appended.request_id == kEnrolmentRequest) {
        complete_enrolment();
    } else {
        on_garbled();
    }
}

void Core::Implementation::complete_enrolment()
{
    m_account->stage = AccountStage::complete;
    m_account->pending.reset();
    m_try_device = false;
    m_effects.put(kAccountRecord, m_account->serialize().view());
    store::Records records;
    records.emplace(kKeyPackagesRecord, std::move(*std::exchange(m_first_key_packages, std::nullopt)));
    m_workspace = Workspace::load({m_environment.clock, m_environment.random, m_effects, m_session, *this, &m_errand_session}, std::move(*std::exchange(m_account, std::nullopt)), records);
    CHECK_INVARIANT(m_workspace != nullptr);
    set_phase(api::Phase::open);
    report_settings();
    m_workspace->announce();
    m_session.restart();
}

void Core::Implementation::on_refused(const wire::Refused& refused)
{
    const Turn turn(*this);
    if (m_account) return on_newcomer_refused(refused);
    if (m_workspace && refused.request_id != wire::kNoRequest) return m_workspace->on_refused(refused);
    if (m_workspace) {
        if (m_token_shown) return on_token_refused(refused);
        if (!is_final(refused.code)) return;
        m_refused = true;
        m_connection_reason = code_of(refused.code);
        return m_session.close();
    }
    if (!is_final(refused.code)) return;
    const bool founder_link = m_link && std::holds_alternative<directory::FounderLink>(*m_link);
    m_session.stop();
    m_link.reset();
    // A token this relay does not know was made by another one.
    set_phase(api::Phase::no_account, founder_link && refused.code == wire::Refusal::not_authorised ? api::Code::link_other_organisation : code_of(refused.code));
}

void Core::Implementation::on_token_refused(const wire::Refused& refused)
{
    auto token = std::move(*std::exchange(m_token_shown, std::nullopt));
    switch (refused.code) {
    case wire::Refusal::token_spent: return;
    case wire::Refusal::storage_full:
    case wire::Refusal::overloaded:
    case wire::Refusal::internal:   // it was not written down as spent
        m_connection_reason = code_of(refused.code);
        return m_workspace->wallet().put_back(std::move(token));
    default: return m_workspace->wallet().drop_tokens_like(token);
    }
}

void Core::Implementation::on_newcomer_refused(const wire::Refused& refused)
{
    if (!is_final(refused.code)) {
        m_connection_reason = code_of(refused.code);
        if (m_connection_reason == api::Code::relay_full) m_effects.emit(api::NoticeEvent{.code = m_connection_reason, .severity = api::Severity::warning});
        return m_session.close();
    }
    if (m_try_device) return abandon_enrolment(api::Code::link_used);   // and not by us
    switch (refused.code) {
    case wire::Refusal::invite_used:
        m_try_device = true;
        return m_session.restart();
    case wire::Refusal::already_founded: return m_session.restart();   // the challenge will say by whom
    default: return abandon_enrolment(code_of(refused.code));
    }
}

void Core::Implementation::on_entries(wire::Entries&& entries)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_entries(std::move(entries));
    on_garbled();
}

void Core::Implementation::on_signed_head(const wire::SignedHead& statement)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_signed_head(statement);
    on_garbled();
}

void Core::Implementation::on_gone(const wire::Gone& gone)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_gone(gone);
    on_garbled();
}

void Core::Implementation::on_token_response(const wire::TokenResponse& response)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_token_response(response);
    on_garbled();
}

void Core::Implementation::on_session_closed(net::CloseReason reason)
{
    const Turn turn(*this);
    if (m_workspace) m_workspace->on_session_closed();
    m_token_shown.reset();   // perhaps it was spent, perhaps not: we shall not show it twice
    keep_or_plan_errands_anew();
    switch (reason) {
    case net::CloseReason::unreachable:
    case net::CloseReason::lost:
        m_refused = false;
        m_connection_reason = api::Code::relay_unreachable;
        break;
    case net::CloseReason::garbled:
        m_connection_reason = api::Code::relay_garbled;
        m_effects.emit(api::NoticeEvent{.code = api::Code::relay_garbled, .severity = api::Severity::warning});
        break;
    case net::CloseReason::wrong_key: return on_wrong_key();
    case net::CloseReason::version:
        m_refused = true;
        m_connection_reason = api::Code::relay_version;
        break;
    case net::CloseReason::refused:
    case net::CloseReason::ours: break;
    }
}

// Another relay answers, or somebody in between does. Nothing of ours was shown to it; it may be the right one next time.
void Core::Implementation::on_wrong_key()
{
    if (!m_workspace && !m_account) {
        m_session.stop();
        m_link.reset();
        return set_phase(api::Phase::no_account, api::Code::relay_key);
    }
    m_refused = true;
    if (std::exchange(m_connection_reason, api::Code::relay_key) != api::Code::relay_key)
        m_effects.emit(api::NoticeEvent{.code = api::Code::relay_key, .severity = api::Severity::error});
}

void Core::Implementation::refuse_relay(api::Code reason)
{
    m_session.stop();
    m_refused = true;
    m_connection_reason = reason;
    m_effects.emit(api::NoticeEvent{.code = reason, .severity = api::Severity::error});
}

void Core::Implementation::on_fork() { refuse_relay(api::Code::relay_fork); }

void Core::Implementation::on_fraud(Evidence&& evidence)
{
    if (m_evidence) return;
    m_evidence = std::move(evidence);
    m_effects.put(kEvidenceRecord, m_evidence->serialize().view());
    m_effects.emit(api::EvidenceEvent{m_evidence->text()});
    refuse_relay(api::Code::relay_fraud);
}

void Core::Implementation::on_garbled() { m_session.close_garbled(); }

// --- the session beside ------------------------------------------------------------------------------------------------

std::optional<wire::ClientFrame> Core::Implementation::ErrandListener::on_challenge(const wire::Challenge& challenge)
{
    const Turn turn(m_core);
    if (!m_core.m_workspace || challenge.organisation != m_core.m_workspace->account().root_public_key) return std::nullopt;
    return m_core.answer_as_device(challenge, m_core.m_workspace->account());
}

void Core::Implementation::ErrandListener::on_accepted(const wire::Accepted& accepted)
{
    const Turn turn(m_core);
    if (!m_core.m_workspace || accepted.session_kind != wire::SessionKind::device) return m_core.on_errands_garbled();
    m_core.m_errand_session.mark_healthy();
    m_core.m_workspace->on_errands_accepted();
}

void Core::Implementation::ErrandListener::on_refused(const wire::Refused& refused)
{
    const Turn turn(m_core);
    if (m_core.m_workspace && refused.request_id != wire::kNoRequest) m_core.m_workspace->on_errand_refused(refused);
}

void Core::Implementation::ErrandListener::on_appended(const wire::Appended& appended)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errand_appended(appended);
}

void Core::Implementation::ErrandListener::on_token_response(const wire::TokenResponse& response)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errand_token_response(response);
}

void Core::Implementation::ErrandListener::on_session_closed(net::CloseReason reason)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errands_closed();
    if (reason == net::CloseReason::garbled) m_core.m_effects.emit(api::NoticeEvent{.code = api::Code::relay_garbled, .severity = api::Severity::warning});
    if (reason != net::CloseReason::ours) m_core.fail_errands();
}

void Core::Implementation::on_follow_refused()
{
    m_connection_reason = api::Code::relay_refused;
    m_session.close();
}

// Signed out, or its person was removed: there is nobody to talk to any more, and what is here can only be read or erased.
bool Core::Implementation::stop_if_revoked()
{
    if (!m_workspace || !m_workspace->is_revoked()) return false;
    m_session.stop();
    m_refused = true;
    m_connection_reason = api::Code::device_revoked;
    return true;
}

void Core::Implementation::report_connection()
{
    if (!m_workspace && !m_account && !m_link) {
        m_reported_connection.reset();
        return;
    }
    api::ConnectionEvent event{.state = api::ConnectionState::offline, .reason = m_connection_reason, .waiting = 0, .level = api::Level::prompt, .unsent = 0, .caught_up = false};
    const bool running_errands = m_workspace && m_session.is_ready() && m_session_kind == wire::SessionKind::device;
    if (m_session.is_ready() && !running_errands)
        event.state = api::ConnectionState::connected;
    else if (m_refused)
        event.state = api::ConnectionState::refused;
    else if (m_session.is_connecting() || running_errands)
        event.state = api::ConnectionState::connecting;
    if (m_workspace) {
        event.waiting = m_workspace->waiting_messages();
        event.level = m_workspace->level();
        event.unsent = m_workspace->unsent_items();
        event.caught_up = m_workspace->is_caught_up();
    }
    if (m_reported_connection == event) return;
    m_reported_connection = event;
    m_effects.emit(event);
}

// --- the outside ---------------------------------------------------------------------------------------------------------

Core::Core(const CoreEnvironment& environment) : m_implementation(std::make_unique<Implementation>(environment)) {}
Core::~Core() = default;
void Core::submit(api::Command&& command, base::SecretBytes&& passphrase) { m_implementation->submit(std::move(command), std::move(passphrase)); }
void Core::on_alarm() { m_implementation->on_alarm(); }

}  // namespace sinetti::chat
