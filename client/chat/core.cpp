// The phases: which keys are here, and what a session is for.
//
//   starting ─► no_account ─OpenLink─► founder / invited ─Found / Enrol─► opening ─on the relay─► open
//      │            ├─SignIn─► opening ─the vault is open─► (recovering ─ChoosePassphrase─►) opening ─on the relay─► open
//      │            └─JoinDevice─► opening ─► linking ─the other device says yes─► opening ─on the relay─► open
//      └──────► locked ─Unlock─► opening ─► open ─Lock─► locked

#include "chat/core_implementation.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "store/calibration.h"

namespace sinetti::chat {

namespace {

constexpr std::string_view kSettingsRecord = "settings";
constexpr std::string_view kFingerprintPrefix = "#v=";   // of a code on somebody's screen (docs/protocol.md §4)
constexpr std::size_t kSettingMax = 256;
constexpr std::size_t kSettingsMax = 64;

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

}  // namespace

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
    if (m_farewell && m_farewell->until <= m_environment.clock.now()) end_farewell();
    forget_old_proof();
    if (m_guest) ask_as_guest();
    plan_errands();
    plan_archive();
    plan_link();
}

void Core::Implementation::end_turn()
{
    do {
        m_turn_again = false;
        if (m_workspace) m_workspace->end_turn();
        stop_if_revoked();
        if (m_workspace && m_phase == api::Phase::open && (m_workspace->is_administrator() != m_reported_administrator || m_workspace->account().root.has_value() != m_reported_founder))
            set_phase(api::Phase::open);
        plan_errands();
        plan_archive();
        plan_link();
        draw_token();
        report_scanned();
        if (std::exchange(m_follow_again, false) && m_session.is_started()) {
            m_session.restart();
            m_turn_again = true;
        }
        report_connection();
        m_effects.end_turn();
    } while (m_turn_again);

    std::optional<base::UnixMilliseconds> wake;
    const auto farewell_wake = m_farewell ? std::optional(m_farewell->until) : std::nullopt;
    const auto proof_wake = m_proof ? std::optional(m_proof_until) : std::nullopt;
    for (const auto& due : {m_session.next_wake(), m_errand_session.next_wake(), m_effects.next_wake(), m_workspace ? m_workspace->next_wake() : std::nullopt,
                            errands_wake(), archive_wake(), link_wake(), farewell_wake, proof_wake})
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
    event.shared = m_shared || (m_sign_in && m_sign_in->is_shared()) || (m_guest && m_guest->is_shared());
    if (phase == api::Phase::recovering && m_sign_in) event.organisation = m_sign_in->organisation();
    if (m_workspace) {
        const auto& account = m_workspace->account();
        event.organisation = account.organisation;
        event.me = person_id(account.identity.public_key());
        event.administrator = m_workspace->is_administrator();
        event.founder = account.root.has_value();
    }
    m_reported_administrator = event.administrator;
    m_reported_founder = event.founder;
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
        if (m_host) report_link();
        if (m_guest) report_guest();
        if (!m_given_code.empty()) report_given();
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
    if (command.fragment.starts_with(kFingerprintPrefix)) return open_fingerprint(std::string_view(command.fragment).substr(kFingerprintPrefix.size()));
    if (m_phase != no_account && m_phase != founder && m_phase != invited) return set_phase(m_phase, api::Code::already_enrolled);
    m_session.stop();
    m_link.reset();
    m_given_code.clear();
    if (is_device_code(command.fragment)) return open_device_code(command.fragment);
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

// Whoever is not in yet, or has not read everything, learns it then.
void Core::Implementation::open_fingerprint(std::string_view hex)
{
    const auto bytes = base::from_hex(hex);
    if (!bytes || bytes->size() != std::tuple_size_v<base::ByteArray<32>>)
        return m_effects.emit(api::NoticeEvent{.code = api::Code::link_mangled, .severity = api::Severity::warning});
    m_scanned.emplace();
    std::ranges::copy(*bytes, m_scanned->begin());
}

void Core::Implementation::report_scanned()
{
    if (!m_scanned || !m_workspace || m_phase != api::Phase::open) return;
    const auto owner = m_workspace->owner_of(*m_scanned);
    if (!owner && !m_workspace->is_caught_up()) return;   // they may have come since
    m_scanned.reset();
    m_effects.emit(api::ScannedEvent{owner ? person_id(*owner) : std::string()});
}

// What follows the first byte of a character in UTF-8 is none of its own.
bool Core::Implementation::passphrase_fits() const
{
    const auto characters = std::ranges::count_if(m_passphrase.view(), [](std::uint8_t byte) { return (byte & 0xc0) != 0x80; });
    return static_cast<std::size_t>(characters) >= api::kPassphraseMin && m_passphrase.size() <= api::kPassphraseMax;
}

bool Core::Implementation::passphrase_is_long_enough()
{
    if (passphrase_fits()) return true;
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
void Core::Implementation::begin_account(NewAccountResult&& created, const VaultKeeper* vault_keeper, const store::PassphraseKey* passphrase_key)
{
    if (!created) return set_phase(m_phase, created.error());
    const auto before = m_phase == api::Phase::opening ? m_home : m_phase;
    set_phase(api::Phase::opening);
    m_effects.end_turn();   // Argon2id takes a while: the screen should say so first
    auto vault = passphrase_key != nullptr
                     ? store::create_vault(*passphrase_key, m_environment.random)
                     : store::create_vault(m_passphrase.view(), store::calibrated(m_shared ? 0 : m_environment.password_time, m_environment.clock, m_environment.password_key),
                                           m_environment.random, m_environment.password_key);
    if (!vault) {
        if (std::exchange(m_shared, false)) m_effects.use_backend(m_environment.backend);
        return set_phase(before, api::Code::internal);
    }
    m_effects.use_sealer(store::RecordSealer(vault->master_key));
    m_header = std::move(vault->header);
    put_header();
    m_vault_passphrase = std::move(m_passphrase);
    m_account.emplace(std::move(created->account));
    m_first_records.emplace();
    m_first_records->emplace(kKeyPackagesRecord, KeyPackages(std::move(created->key_packages), m_environment.clock.now()).serialize());
    if (vault_keeper != nullptr) m_first_records->emplace(kVaultRecord, vault_keeper->serialize());
    m_effects.put(kAccountRecord, m_account->serialize().view());
    for (const auto& [name, record] : *m_first_records) m_effects.put(name, record.view());
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
        m_header.reset();
        m_vault_passphrase.clear();
        set_phase(api::Phase::locked, code);
    };
    const auto header_record = std::ranges::find(records, store::kVaultHeaderId, &store::StoredRecord::id);
    if (header_record == records.end()) return broken();
    const auto header = store::VaultHeader::parse(header_record->value);
    if (!header) return broken();
    const auto vault = store::open_vault(*header, m_passphrase.view(), m_environment.password_key);
    if (!vault) return set_phase(api::Phase::locked, vault.error() == store::Error::wrong_passphrase ? api::Code::wrong_passphrase : api::Code::internal);

    store::RecordSealer sealer(vault->master_key);
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
    m_header = *header;
    m_vault_passphrase = std::move(m_passphrase);
    if (account->stage == AccountStage::complete) {
        m_workspace = load_workspace(std::move(*account), *opened);
        if (!m_workspace) return broken();
        begin_vault(vault->with_next);
        set_phase(api::Phase::open);
        m_workspace->announce();
    } else {
        if (!opened->contains(kKeyPackagesRecord)) return broken();
        m_first_records.emplace();
        for (const auto name : {kKeyPackagesRecord, kVaultRecord})
            if (const auto record = opened->find(name); record != opened->end()) m_first_records->emplace(name, record->second.clone());
        m_account = std::move(*account);
    }
    m_stored.reset();
    report_settings();
    m_evidence = std::move(evidence);
    m_rolled_back = opened->contains(kRolledBackRecord);
    if (stop_if_revoked()) return;
    if (m_rolled_back) return stop_talking(api::Code::store_rolled_back);
    if (!m_evidence) return m_session.start();
    m_effects.emit(api::EvidenceEvent{m_evidence->text()});
    refuse_relay(api::Code::relay_fraud);
}

std::unique_ptr<Workspace> Core::Implementation::load_workspace(Account&& account, const store::Records& records)
{
    auto workspace = Workspace::load({m_environment.clock, m_environment.random, m_effects, m_session, *this, &m_errand_session, m_environment.password_key}, std::move(account), records);
    if (workspace && m_releases) workspace->on_releases(m_releases->first, m_releases->second);
    if (workspace) take_up_kept(*workspace);
    return workspace;
}

void Core::Implementation::run(const api::Lock&)
{
    if (m_sign_in) return end_sign_in(api::Code::none);
    if (m_guest) return end_guest(api::Code::none);
    if (!m_workspace && !m_account) return;
    if (m_shared) return leave_shared();
    m_session.stop();
    if (m_workspace) m_workspace->stop_mixing();
    if (m_workspace && m_token) m_workspace->wallet().put_back(std::move(*m_token));   // it was never shown
    if (m_workspace) m_workspace->end_turn();
    close_account();
    m_effects.end_turn();
    m_effects.use_sealer(std::nullopt);
    set_phase(api::Phase::locked);
}

void Core::Implementation::run(const api::ForgetDevice&)
{
    if (m_shared) return leave_shared();
    m_sign_in.reset();
    m_guest.reset();
    prepare_farewell();
    abandon_enrolment(api::Code::none);
}

// Erases everything: also when it turned out that somebody else has enrolled with our link.
void Core::Implementation::abandon_enrolment(api::Code reason)
{
    m_session.stop();
    m_link.reset();
    m_try_device = false;
    close_account();
    m_effects.forget();
    m_effects.use_sealer(std::nullopt);
    const auto home = std::exchange(m_shared, false) ? m_home : api::Phase::no_account;
    m_effects.backend().wipe([this, reason, home, alive = std::weak_ptr(m_alive)](base::Result<void, store::BackendError> result) {
        if (alive.expired()) return;
        const Turn turn(*this);
        m_effects.use_backend(m_environment.backend);
        if (!result) {
            m_farewell.reset();   // it would end with the gate, and what is here is not gone
            return set_phase(api::Phase::failed, chat::code_of(result.error()));
        }
        if (!m_farewell) return set_phase(home, reason);
        m_home = home;
        begin_farewell();
    });
}

// What only an open or beginning account has.
void Core::Implementation::close_account()
{
    if (m_beside == Beside::archive) end_archive();
    end_link();
    m_workspace.reset();
    m_account.reset();
    m_first_records.reset();
    m_vault_passphrase.clear();
    m_header.reset();
    m_proof.reset();
    m_code_awaited = false;
    m_root_share.reset();
    m_stored.reset();
    m_settings.clear();
    m_evidence.reset();
    m_rolled_back = false;
    m_refused = false;
    m_token.reset();
    m_errands_now = false;
    m_connection_reason = api::Code::none;
}

void Core::Implementation::run(const api::SetSetting& command)
{
    if (command.key.empty() || command.key.size() > kSettingMax || command.value.size() > kSettingMax) return;
    if (!m_settings.contains(command.key) && m_settings.size() == kSettingsMax) return;
    m_settings.insert_or_assign(command.key, command.value);
    if (m_effects.sealer() != nullptr) m_effects.put(kSettingsRecord, serialize(m_settings).view());
    if (m_workspace && is_kept_setting(command.key)) m_workspace->keep(command.key, command.value);
    report_settings();
}

// Settings of before the vault kept them go there, and are older than those that it keeps; those become ours.
void Core::Implementation::take_up_kept(Workspace& workspace)
{
    Kept old;
    for (const auto& [key, value] : m_settings)
        if (is_kept_setting(key) && value.size() <= kKeptTextMax) old.emplace(key, KeptValue{0, value});
    if (workspace.vault().keep_old(old)) workspace.on_vault_changed();
    bool changed = false;
    for (const auto& [key, kept] : workspace.vault().kept()) {
        if (is_of_person(key) || (!m_settings.contains(key) && m_settings.size() == kSettingsMax)) continue;
        changed = std::exchange(m_settings[key], kept.value) != kept.value || changed;
    }
    if (!changed) return;
    m_effects.put(kSettingsRecord, serialize(m_settings).view());
    report_settings();
}

void Core::Implementation::run(const api::ReportReleases& command)
{
    m_releases.emplace(command, m_environment.clock.now());
    if (m_workspace) m_workspace->on_releases(command, m_releases->second);
}

void Core::Implementation::report_settings()
{
    m_effects.emit(api::SettingsEvent{{m_settings.begin(), m_settings.end()}});
}

void Core::Implementation::report_connection()
{
    if (!m_workspace && !m_account && !m_link) {
        m_reported_connection.reset();
        return;
    }
    api::ConnectionEvent event{.state = api::ConnectionState::offline, .reason = m_connection_reason, .waiting = 0, .level = api::Level::prompt, .unsent = 0, .caught_up = false, .held = 0};
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
        event.held = m_workspace->held_items();
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
