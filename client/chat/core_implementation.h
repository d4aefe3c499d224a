#pragma once
// The inside of the core, in eight files:
//   core.cpp          turns, phases, what the person asks for
//   core_session.cpp  the session with the relay: who we are in it, and what it says
//   core_errands.cpp  what needs our name: when, and in which session
//   core_archive.cpp  what our other devices shall be able to read: when
//   core_sign_in.cpp  from a name and a passphrase to an account; sessions on shared machines
//   core_link.cpp     one device lets another in by a code
//   core_vault.cpp    the passphrase, here and at the relay, and the recovery code
//   core_root.cpp     the organisation's root key on paper

#include "chat/core.h"
#include "chat/device_link.h"
#include "chat/sign_in.h"
#include "chat/workspace.h"
#include "vault/root_share.h"

#include <deque>

namespace sinetti::chat {

using Settings = std::map<std::string, std::string>;

api::Code code_of(wire::Refusal refusal);

inline constexpr std::string_view kRolledBackRecord = "rolled back";   // that it was found to be so

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

    // core.cpp
    void run(const api::Start& command);
    void run(const api::OpenLink& command);
    void open_fingerprint(std::string_view hex);
    void run(const api::Found& command);
    void run(const api::Enrol& command);
    void run(const api::Unlock& command);
    void run(const api::Lock& command);
    void run(const api::ForgetDevice& command);
    void run(const api::SetSetting& command);
    void run(const api::ReportReleases& command);
    void set_phase(api::Phase phase, api::Code error = api::Code::none);
    void on_loaded(base::Result<std::vector<store::StoredRecord>, store::BackendError> records);
    void open_vault(const std::vector<store::StoredRecord>& records);
    bool passphrase_fits() const;
    bool passphrase_is_long_enough();
    void begin_account(NewAccountResult&& created, const VaultKeeper* vault = nullptr, const store::PassphraseKey* passphrase_key = nullptr);
    std::unique_ptr<Workspace> load_workspace(Account&& account, const store::Records& records);
    void abandon_enrolment(api::Code reason);
    void close_account();
    void put_header() { m_effects.put_unsealed(store::kVaultHeaderId, m_header->serialize()); }
    void report_settings();
    void take_up_kept(Workspace& workspace);
    void report_scanned();
    void report_connection();
    void end_turn();
    const PendingEnrolment& pending() const { return *m_account->pending; }

    // core_session.cpp
    std::optional<directory::RelayKeys> relay_keys() override;
    std::optional<wire::ClientFrame> on_challenge(const wire::Challenge& challenge) override;
    std::optional<wire::ClientFrame> answer_as_member(const wire::Challenge& challenge);
    std::optional<wire::ClientFrame> answer_as_device(const wire::Challenge& challenge, const Account& account);
    std::optional<wire::ClientFrame> answer_as_newcomer(const wire::Challenge& challenge);
    std::optional<wire::ClientFrame> answer_with_link(const wire::Challenge& challenge);
    std::optional<wire::ClientFrame> answer_without_account(const wire::Challenge& challenge);
    bool is_member_session() const { return m_session.is_ready() && m_session_kind == wire::SessionKind::token; }
    void on_accepted(const wire::Accepted& accepted) override;
    void on_refused(const wire::Refused& refused) override;
    void on_newcomer_refused(const wire::Refused& refused);
    void on_token_refused(const wire::Refused& refused);
    void on_appended(const wire::Appended& appended) override;
    void complete_enrolment();
    void on_entries(wire::Entries&& entries) override;
    void on_signed_head(const wire::SignedHead& statement) override;
    void on_gone(const wire::Gone& gone) override;
    void on_token_response(const wire::TokenResponse& response) override;
    void on_blob_state(const wire::BlobState&) override { on_garbled(); }   // blobs are asked for beside
    void on_blob_data(wire::BlobData&&) override { on_garbled(); }
    void on_vault_answer(net::VaultAnswer&& answer) override;
    void on_meeting_state(wire::MeetingState&& state) override;
    void on_session_closed(net::CloseReason reason) override;
    void on_wrong_key();
    void on_fork() override;
    void on_fraud(Evidence&& evidence) override;
    void on_later_self() override;
    void stop_talking(api::Code reason);   // with the relay: nothing is sent any more
    void refuse_relay(api::Code reason);   // the same, and a notice of it
    void on_garbled() override;
    void on_follow_again() override { m_follow_again = true; }
    void on_follow_refused() override;
    bool stop_if_revoked();

    // core_errands.cpp
    void draw_token();
    void plan_errands();
    void keep_or_plan_errands_anew();
    std::optional<base::UnixMilliseconds> errands_wake() const;
    void on_errands_done() override;
    void on_errands_failed(wire::Refusal code) override;
    void on_errands_garbled() override { m_errand_session.close_garbled(); }
    void end_errands();
    void fail_errands();

    // core_archive.cpp
    void plan_archive();
    std::optional<base::UnixMilliseconds> archive_wake() const;
    void on_archive_done() override { m_archive_finished = true; }
    void end_archive();
    bool take_token_beside();
    std::optional<wire::ClientFrame> answer_beside();
    void on_archive_closed(net::CloseReason reason);

    // core_sign_in.cpp
    void run(const api::SignIn& command);
    void run(const api::ChoosePassphrase& command);
    bool may_sign_in(bool shared);
    void leave_for_sign_in();
    void ask_for_sign_in(SignInAttempt::Request&& request);
    void on_sign_in_answer(net::VaultAnswer&& answer);
    void on_sign_in_closed(net::CloseReason reason);
    void begin_device();
    void end_sign_in(api::Code reason);
    void prepare_farewell();
    void begin_farewell();
    void leave_shared();
    void go_on_with_farewell();
    void on_farewell_step(const VaultKeeper::Step& step);
    void end_farewell();

    // core_link.cpp
    void run(const api::LinkDevice& command);
    void run(const api::AnswerLink& command);
    void run(const api::CancelLink& command);
    void plan_link();
    std::optional<base::UnixMilliseconds> link_wake() const;
    void cancel_link(api::Code reason);
    void give_up_link(api::Code reason);   // and its dialog says why
    void end_link();
    void close_link_session();
    void report_link();
    void on_link_state(wire::MeetingState&& state);
    void on_link_refused(wire::Refusal refusal);
    void on_link_closed(net::CloseReason reason);
    void open_device_code(std::string_view fragment);
    void report_given();
    void run(const api::JoinDevice& command);
    void ask_as_guest();
    void on_guest_state(wire::MeetingState&& state);
    void on_guest_closed(net::CloseReason reason);
    void report_guest();
    void begin_linked_device();
    void end_guest(api::Code reason);

    // core_vault.cpp
    void run(const api::ProvePassphrase& command);
    void run(const api::ChangePassphrase& command);
    void run(const api::ShowRecoveryCode& command);
    void run(const api::RenewRecoveryCode& command);
    void begin_vault(bool with_next);
    bool is_proven() const { return m_proof.has_value(); }
    api::Code why_not_change_vault();
    api::Code why_not_ask_for_vault() const;
    void forget_old_proof();
    void report_passphrase(api::PassphraseState state, api::Code error = api::Code::none);
    bool may_change_vault();
    void on_vault_change_ended(VaultChange change, api::Code error) override;
    void on_kept() override { take_up_kept(*m_workspace); }

    // core_root.cpp
    void run(const api::BackUpRoot& command);
    void run(const api::GiveRootShare& command);
    void run(const api::ForgetRootShares& command);
    void report_root(api::RootState state, api::Code error = api::Code::none, std::size_t line = 0);

    // The session beside the one in which we read and write. It opens with our name and runs errands, or with a token for the archive, and ends.
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
        void on_blob_state(const wire::BlobState& state) override;
        void on_blob_data(wire::BlobData&& data) override;
        void on_vault_answer(net::VaultAnswer&& answer) override;
        void on_meeting_state(wire::MeetingState&& state) override;
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
    std::optional<base::ByteArray<32>> m_scanned;   // a fingerprint that somebody's screen showed, not compared yet
    std::optional<Account> m_account;                               // until its enrolment is complete
    std::optional<store::Records> m_first_records;                  // what the workspace begins with then
    base::SecretBytes m_vault_passphrase;                           // for the vault, which the workspace keeps
    std::optional<store::VaultHeader> m_header;                     // of the store that is open
    std::optional<store::OpenedVault> m_proof;                      // the passphrase was typed just now: it opened this
    base::UnixMilliseconds m_proof_until;
    bool m_code_awaited = false;                                    // on the screen
    bool m_try_device = false;                                      // our invite is used: perhaps by ourselves
    std::optional<vault::RootShare> m_root_share;                   // the first of two
    std::unique_ptr<Workspace> m_workspace;
    Settings m_settings;
    std::optional<std::pair<api::ReportReleases, base::UnixMilliseconds>> m_releases;   // as the page has seen them last, and when

    std::optional<SignInAttempt> m_sign_in;
    std::optional<LinkGuest> m_guest;
    base::SecretBytes m_given_code;                                 // that the address brought
    std::optional<LinkHost> m_host;
    unsigned m_link_sessions = 0;                                   // that were opened for it
    bool m_shared = false;                                          // the account is on a machine that keeps nothing
    api::Phase m_home = api::Phase::no_account;                     // where signing in, or a session on a shared machine, began
    struct Farewell {                                               // what is erased here signs itself out
        Workspace::Parting from;
        base::Bytes record;
        base::UnixMilliseconds until;
        wire::Nonce nonce{};
        bool leaves_kept = false;                                   // in the vault, before it goes
    };
    std::optional<Farewell> m_farewell;

    api::Code m_connection_reason = api::Code::none;
    bool m_refused = false;
    bool m_follow_again = false;
    bool m_rolled_back = false;                                     // what is stored here is an older copy: the relay is not spoken to any more
    std::optional<Evidence> m_evidence;                             // against this relay: it is not spoken to any more

    wire::SessionKind m_session_kind = wire::SessionKind::device;   // of the session that is ready
    std::optional<tokens::Token> m_token;                           // taken out of the wallet for the next session
    std::optional<tokens::Token> m_token_shown;                     // in this connection, until the relay has answered
    bool m_errands_now = false;                                     // the next session is a device session
    std::optional<base::UnixMilliseconds> m_errands_at;             // when a device session begins; or, in one, when it has lasted too long
    bool m_errands_finished = false;                                // the device session may end
    enum class Beside : std::uint8_t { errands, archive, link } m_beside = Beside::errands;   // what the session beside is for, when it is there
    std::optional<tokens::Token> m_beside_token;                    // taken out of the wallet to open it with
    std::optional<base::UnixMilliseconds> m_archive_until;          // when that session has lasted too long
    bool m_archive_finished = false;                                // and may end
    std::optional<base::UnixMilliseconds> m_no_hurry_until;         // urgent errands have failed just now
    std::optional<api::ConnectionEvent> m_reported_connection;
    bool m_reported_administrator = false;
    bool m_reported_founder = false;
};

}  // namespace sinetti::chat
