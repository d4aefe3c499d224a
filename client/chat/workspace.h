#pragma once
// Everything that exists while the vault is open and this device is enrolled: people, boards, conversations, first contact,
// invitations. It reacts to commands and to what the session brings, changes its state, and says what follows through
// Effects. Split by verb: workspace.cpp opens, follows and reports; _commands does what people ask; _search finds messages, and shows
// what stands around one; _receive reads cells;
// _send writes them, _trees what several newcomers share, and _mixing those that go through an ingress that batches; _errands does what needs our name; _vault what of it concerns the vault; _devices keeps groups and the devices of
// their people together; _administration says who comes, goes and may say so; _boards what boards there are and how they are used; _history holds the relay to what it has signed, and goes on where it has let old entries go; _releases compares
// which app runs here with what others' messages say of theirs; _archive leaves what was said for one's other devices, and
// _long_history what was said long ago for new ones.

#include "api/command.h"
#include "api/event.h"
#include "chat/board.h"
#include "chat/contact.h"
#include "chat/content.h"
#include "chat/conversation.h"
#include "chat/effects.h"
#include "chat/evidence.h"
#include "chat/invitations.h"
#include "chat/key_packages.h"
#include "chat/long_history.h"
#include "chat/mixing.h"
#include "chat/people.h"
#include "chat/release_ledger.h"
#include "chat/shared_tree.h"
#include "chat/token_wallet.h"
#include "chat/vault_keeper.h"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace sinetti::chat {

inline constexpr std::size_t kAppendsInFlightMax = 64;
inline constexpr std::size_t kTimelinePage = 50;

class WorkspaceHost {
public:
    virtual ~WorkspaceHost() = default;
    virtual void on_fork() = 0;              // the relay contradicts what it showed us before
    virtual void on_fraud(Evidence&& evidence) = 0;   // and has signed both
    virtual void on_later_self() = 0;        // what we hold is an older copy: this device has said what is not in it
    virtual void on_garbled() = 0;           // the relay sent what makes no sense here
    virtual void on_follow_again() = 0;      // following must start again from an earlier block
    virtual void on_follow_refused() = 0;
    virtual void on_errands_done() = 0;      // the device session has nothing left to do
    virtual void on_errands_failed(wire::Refusal code) = 0;
    virtual void on_errands_garbled() = 0;   // as on_garbled, in the session beside
    virtual void on_archive_done() = 0;      // the session beside has nothing left to do, or cannot go on
    virtual void on_kept() = 0;              // the vault keeps something that was not known here, perhaps
    virtual void on_vault_change_ended(VaultChange change, api::Code error) = 0;   // none: it is done
};

struct WorkspaceEnvironment {
    const base::Clock& clock;
    base::Random& random;
    Effects& effects;
    net::Session& session;
    WorkspaceHost& host;
    net::Session* errands = nullptr;         // a session beside, for errands; nullptr: there is none
    crypto::PasswordKeyFunction password_key = crypto::password_key;
};

struct ArchivedConversation;

class Workspace {
public:
    // nullptr: a record is missing or damaged.
    static std::unique_ptr<Workspace> load(const WorkspaceEnvironment& environment, Account&& account, const store::Records& records);
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const Account& account() const { return m_account; }
    bool is_caught_up() const;
    std::optional<PublicKey> owner_of(const base::ByteArray<32>& fingerprint) const { return m_people.owner_of(fingerprint); }   // of whom is still there
    std::uint32_t waiting_messages() const;  // that can go
    std::uint32_t unsent_items() const;
    std::uint32_t held_items() const;        // of those, what is for a board that is closed
    api::Level level() const;

    void announce();                         // every event that describes us
    void execute(const api::Command& command);
    void on_accepted(const wire::Accepted& accepted);
    void on_refused(const wire::Refused& refused);
    void on_appended(const wire::Appended& appended);
    void on_entries(wire::Entries&& entries);
    void on_signed_head(const wire::SignedHead& statement);
    void on_gone(const wire::Gone& gone);
    void on_token_response(const wire::TokenResponse& response);
    void on_session_closed();
    void on_not_mixed();                     // the relay got a mixed message on its way to no ingress
    void stop_mixing();
    bool is_short_of_tokens() const;         // somebody waits for one
    void end_turn();                         // sends what can be sent, stores what changed, reports

    // Tokens open the sessions in which we read and write. A device session runs errands: the session above when there is no token,
    // otherwise one beside it that knows from the first what there is to do, and follows nothing.
    TokenWallet& wallet() { return m_wallet; }
    bool has_errands() const;
    bool has_urgent_errands() const { return !m_revocations.empty() || (wants_vault() && m_vault.change() != VaultChange::seen); }   // that do not wait
    bool is_administrator() const;           // may invite and remove members
    bool is_revoked() const;                 // this device, or its person, as board 0 has it
    void on_errands_accepted();
    void on_errand_appended(const wire::Appended& appended);
    void on_errand_refused(const wire::Refused& refused);
    void on_errand_token_response(const wire::TokenResponse& response);
    void on_errands_closed();

    // The archive is written and fetched in a session beside that is opened with a token.
    bool is_archive_due() const;
    void postpone_archive();
    std::optional<base::UnixMilliseconds> archive_wake() const;
    void on_archive_accepted();
    void on_archive_refused(const wire::Refused& refused);
    void on_blob_state(const wire::BlobState& state);
    void on_blob_data(wire::BlobData&& data);
    void on_archive_closed();

    // The vault is asked about in device sessions, whose challenges carry what requests are signed over.
    VaultKeeper& vault() { return m_vault; }
    void on_vault_changed();                 // by who called vault()
    void keep(std::string_view key, std::string_view value);   // for all of this person's devices
    void set_session_nonce(const wire::Nonce& nonce) { m_session_nonce = nonce; }
    void set_errand_nonce(const wire::Nonce& nonce) { m_errand_nonce = nonce; }
    void on_vault_answer(net::VaultAnswer&& answer);
    void on_errand_vault_answer(net::VaultAnswer&& answer);
    void on_releases(const api::ReportReleases& report, base::UnixMilliseconds looked_at);
    struct Parting {                         // what is left of us for the last session of a shared machine
        Account account;
        VaultKeeper vault;
        VaultKeeper::Today today;
    };
    Parting part();
    void sign_out_shared_devices() { m_signs_out_shared = true; }   // of ours, when the directory is read: their tabs were closed

    std::optional<base::UnixMilliseconds> next_wake() const;
    void on_wake();

private:
    struct KeyPackageRequest {};
    using CellRequest = CellPlace;
    struct FollowRequest {
        std::uint32_t board = 0;
    };
    struct TokenRequestFor {
        tokens::ElementBytes issuer{};
    };
    struct RevocationRequest {
        directory::RecordTag record{};
    };
    struct VaultRequest {};
    using Request = std::variant<KeyPackageRequest, CellRequest, FollowRequest, TokenRequestFor, RevocationRequest, VaultRequest>;
    using Requests = std::unordered_map<std::uint32_t, Request>;

    Workspace(const WorkspaceEnvironment& environment, Account&& account, KeyPackages&& key_packages);

    // workspace.cpp
    bool load_conversations(const store::Records& records);
    bool load_outbox(const store::Records& records);
    bool load_partial_messages(const store::Records& records);
    void follow(Board& board);
    void apply_directory(std::uint64_t position, base::ByteView record);
    void ensure_contact(const directory::Device& device);
    void read_recent_again();                    // a cell may have overtaken the record that lets us recognise it
    void read_cells(Board& board, const wire::Entries& entries);
    void finish_replays(const Board& board);
    void report();
    void notice(api::Code code, api::Severity severity, std::string subject = {}, const Conversation* conversation = nullptr);
    const PublicKey& me() const { return m_me; }
    base::UnixMilliseconds now() const { return m_environment.clock.now(); }

    // workspace_commands.cpp
    void run(const api::CreateInvitation& command);
    void run(const api::CreateConversation& command);
    void run(const api::OpenConversation& command);
    void run(const api::Look& command);
    void run(const api::LoadOlder& command);
    void run(const api::LoadNewer& command);
    void run(const api::OpenMessage& command);
    void run(const api::Search& command);
    void run(const api::SendText& command);
    void run(const api::SaveDraft& command);
    void run(const api::AddMembers& command);
    void run(const api::RemoveMember& command);
    void run(const api::RenameConversation& command);
    void run(const api::SetVerified& command);
    void run(const api::SignOutDevice& command);
    void run(const api::RemovePerson& command);
    void run(const api::SetRole& command);
    void run(const api::SetBoard& command);
    void run(const api::CreateInvitations& command);
    void run(const api::WatchConversations& command);
    void run(const api::ExportConversation& command);
    void run(const api::SawReleaseAlarms& command);
    Conversation* find(const api::ConversationId& id);           // with a notice when it is unknown
    Conversation* find_active(const api::ConversationId& id);    // and when we are not in it any more, or its board is closed
    std::optional<std::vector<PublicKey>> known_people(const std::vector<api::PersonId>& ids);
    void show_timeline(Conversation& conversation, std::uint32_t unread, const api::MessageId& target = {});
    void show_to(const Conversation& conversation, std::size_t end);   // that many of its messages, and no newer ones
    std::uint32_t mark_read(Conversation& conversation);         // answers how many were unread
    bool reads_newest(const Conversation& conversation) const { return conversation.id == m_open && !m_shown_to && m_looks; }
    OutboxItem make_item(Intent&& intent);

    // workspace_receive.cpp
    enum class Pass : std::uint8_t { live, again };   // an entry for the first time, or one that was processed before
    void process_cell(const Board& board, std::uint64_t position, base::ByteView cell, Pass pass, const Conversation* only = nullptr);
    bool is_own(const Channel& channel) const;
    void mark_seen(const TagTable::Hit& hit);
    std::optional<base::Bytes> reassemble(Channel& channel, Fragment&& fragment);
    void receive_in_conversation(Conversation& conversation, mls::LeafIndex leaf, std::uint64_t epoch, const MessageNumber& message,
                                 base::Bytes&& payload, std::uint64_t position);
    void receive_commit(Conversation& conversation, mls::StagedCommit&& staged, std::uint64_t position);
    void receive_content(Conversation& conversation, const mls::ApplicationMessage& message, std::uint64_t position);
    void receive_title(Conversation& conversation, const PublicKey& sender, std::string&& title, base::UnixMilliseconds sent, std::uint64_t position);
    void receive_invitation(Contact& contact, base::ByteView payload, std::uint32_t board, std::uint64_t position);
    bool join(const ReceivedInvitation& received, const std::optional<base::Bytes>& ratchet_tree);   // false: with this tree it does not open
    void enter(const ReceivedInvitation& received, mls::Group&& group);
    void replay_recent(Conversation& conversation);
    bool is_acceptable(const Conversation& conversation, const mls::StagedCommit& staged) const;
    void add_line(Conversation& conversation, api::MessageKind kind, const PublicKey& sender, const std::string& text, const std::string& subject,
                  std::uint64_t order);
    void add_membership_lines(Conversation& conversation, const std::vector<mls::Member>& before, const PublicKey& committer, std::uint64_t order);

    // workspace_history.cpp
    bool is_signed(directory::StatementKind kind, const wire::SignedHead& statement) const;
    bool accept(const Board::Agreement& agreement, directory::StatementKind kind, const wire::SignedHead& statement);
    void compare_head(const SeenHead& seen, const Conversation& conversation);
    void compare_directory(const wire::SignedHead& statement);
    void miss(Conversation& conversation, std::uint64_t order);
    void look_further_for_invitations();

    // workspace_releases.cpp
    Releases releases_to_say(const Conversation& conversation);
    void report_releases();

    // workspace_devices.cpp
    struct Upkeep {
        std::vector<mls::KeyPackage> add;        // of the devices
        std::vector<PublicKey> devices;
        std::vector<mls::Member> remove;
        bool is_needed() const { return !add.empty() || !remove.empty(); }
    };
    Upkeep upkeep_of(const Conversation& conversation) const;
    std::int64_t upkeep_delay(const Conversation& conversation, const Upkeep& upkeep) const;   // milliseconds
    bool takes_upkeep(const Conversation& conversation) const;
    void look_after(Conversation& conversation);
    std::optional<Flight> make_upkeep(Conversation& conversation);
    void on_device_enrolled(const directory::DeviceEnrolled& enrolled);
    void on_revoked(const directory::Revoked& revoked);
    void look_after_all();

    // workspace_boards.cpp
    struct WantedBoard {
        directory::BoardRecord record;           // its number is that of the next one about this board
        bool waits = false;                      // the relay may not have it yet
    };
    bool load_boards(const store::Records& records);
    void persist_boards();
    void remember_boards(const std::vector<wire::BoardInfo>& boards);
    void take_up(const wire::BoardInfo& info);
    void set_token_supply();
    void settle_doubt(std::uint32_t board);
    void tell_of_doubts();
    void tell_of_mixing();
    void on_board_set(const directory::BoardSet& set);
    void on_closed_or_opened(std::uint32_t board);
    void restart_all_flights();
    bool is_closed(std::uint32_t board) const { return m_people.directory().is_closed(board); }
    bool is_held(const OutboxItem& item) const;                                // of a contact's lane: it is for a board that is closed
    std::optional<wire::BoardInfo> signed_policy(std::uint32_t board) const;   // what administrators have signed, if they have
    const wire::BoardInfo* board_info(std::uint32_t board) const;              // nullptr: there is none
    // Where a new conversation goes, if nobody has chosen: the first that is open; nullptr before the first session, or if it is no board of cells.
    const wire::BoardInfo* cell_board(std::uint32_t chosen = api::kAnyBoard) const;
    api::Level level_of(std::uint32_t board) const;
    std::map<std::uint32_t, WantedBoard> wanted_boards() const;
    std::vector<api::Board> board_list() const;

    // workspace_administration.cpp
    base::Result<directory::Revocation, api::Code> revocation(directory::RevokedKind kind, const PublicKey& key, const PublicKey& person) const;
    void on_role_changed(const directory::RoleChanged& changed);
    bool load_revocations(const store::Records& records);
    void append(const directory::Record& record, api::Code done, std::string subject);
    void append_revocations();
    void finish_revocation(const RevocationRequest& request, std::optional<wire::Refusal> refusal);
    void persist_revocations();

    // workspace_send.cpp
    void pump();
    bool take_off(Conversation& conversation);               // false: the first item waits
    std::optional<Flight> make_flight(Conversation& conversation, const Intent& intent);
    std::optional<Flight> make_commit(Conversation& conversation, mls::CommitRequest& request);
    std::vector<mls::KeyPackage> key_packages_of(const PublicKey& identity, mls::CipherSuite suite, const Conversation* already_in,
                                                 std::vector<PublicKey>& devices) const;
    void take_off(Contact& contact);
    void send_flight(Lane& lane, const SenderSecret& secret);
    void land_in_conversation(Conversation& conversation, const MessageNumber& message, base::ByteView payload, std::uint64_t position);
    void land_commit(Conversation& conversation, const Intent& intent, Flight&& flight, std::uint64_t position);
    void invite(const Conversation& conversation, const std::vector<PublicKey>& devices, const base::Bytes& welcome, std::uint64_t from_position);
    Lane* find_lane(const LaneName& name);
    void replace_cell(const CellRequest& request);
    bool waits_for_opening(const CellRequest& request);
    void pause(api::Code reason);
    template<typename T>
    void request(T&& frame, Request&& about);

    // workspace_trees.cpp
    bool load_trees(const store::Records& records);
    std::string share_tree(const Conversation& conversation);              // answers its name
    void take_off(SharedTree& tree);
    void land_tree(SharedTree& tree, const MessageNumber& message, base::ByteView payload);
    bool await_tree(const ReceivedInvitation& received, const mls::KeyPackagePrivate& key_package);
    void receive_tree(AwaitedTree& tree, const base::Bytes& ratchet_tree);
    void forget(const AwaitedTree& tree);

    // workspace_mixing.cpp
    bool is_mixed(std::uint32_t board) const;
    bool mixes() const;                      // some board's cells go through an ingress that batches
    void start_mixing();
    void prepare_mixed();
    void drop_ready_cell();
    void note_stored();
    void send_mixed();                       // if the clock says so
    void on_own_cell(const Channel& channel, std::uint64_t counter, std::uint32_t board, base::ByteView cell);
    const Channel* own_channel(const Lane& lane) const;   // of the flight at its front
    const SenderSecret* secret_of(const Lane& lane) const;
    Lane* lane_in_the_air(const CellPlace& place);
    std::optional<CellPlace> next_fragment(Lane& lane) const;
    std::optional<CellPlace> next_cell();

    // workspace_errands.cpp
    void run_errands();
    void publish_key_package();
    bool wants_key_package_published() const;
    void request_tokens();
    void forget_errands_sent();
    template<typename T>
    void errand(T&& frame, Request&& about);
    bool finish_token_request(Requests& requests, const wire::TokenResponse& response);   // false: garbled
    void follow_issuers();
    void on_token_request_refused(const tokens::ElementBytes& issuer, wire::Refusal code);

    // workspace_archive.cpp
    struct SegmentRead {
        archive::Name name;
        base::Bytes blob;                        // as much of it as has come
    };
    struct SegmentDelete {};
    struct SegmentCreate {};
    struct SegmentWrite {
        std::uint32_t chunk = 0;
    };
    using ArchiveRequest = std::variant<SegmentRead, SegmentDelete, SegmentCreate, SegmentWrite>;
    struct ArchiveRun {                          // while the session beside is there for it
        archive::HistoryKey key;
        bool fetches = false;
        std::deque<archive::Name> wanted;
        std::size_t restored = 0;                // messages
        bool damaged = false;
        bool writing = false;
        archive::Name name;                      // of the segment being written, sealed in `blob`
        base::Bytes blob;
        ArchiveState::Reached reached;           // with it
        LongHistory::Place long_reached;         // or, if it is of the long history, this
        bool long_is_all = false;                // and nothing is older
        std::uint32_t next_chunk = 0;
        std::uint32_t written = 0;               // segments
        std::uint32_t next_request = 1;
        std::unordered_map<std::uint32_t, ArchiveRequest> requests;
    };
    void plan_archive();
    bool writes_archive() const;
    void hurry_archive();
    base::UnixMilliseconds archive_due() const;
    base::UnixMilliseconds archive_moment(std::int64_t least, std::int64_t most);
    std::vector<PublicKey> other_devices() const;
    void continue_archive();
    template<typename T>
    void archive_request(T&& frame, ArchiveRequest&& about);
    void read_segment(SegmentRead&& read);
    void finish_read(const archive::Name& name);
    void finish_fetching();
    std::int64_t oldest_kept(std::uint32_t board) const;                             // when it was sent
    std::size_t restore(ArchivedConversation&& archived, const PublicKey& device);   // answers how many messages were new
    static ArchivedConversation archived(const Conversation& conversation);          // without messages
    base::SecretBytes gather_archive(ArchiveState::Reached& reached) const;          // as much as fits, and how far that is
    void begin_segment();
    void put_segment(bool may_be_there);
    void create_segment();
    void finish_segment();
    // workspace_long_history.cpp
    bool keeps_long(std::uint32_t board) const;                                      // for longer than the archive reaches
    bool keeps_long() const;                                                         // some board does
    void leave_long_history(const PublicKey& reader);
    void want_long_history();
    base::SecretBytes gather_long_history(LongHistory::Place& reached, bool& is_all) const;
    bool begin_long_part();                                                          // false: there is nothing to write
    void finish_long_part(const archive::LongName& name);

    // workspace_vault.cpp
    bool wants_vault() const;
    void look_at_vault();
    VaultKeeper::Today today() const;
    bool is_look_due() const;
    bool take_over_verified(const store::Records& records);   // false: damaged
    void take_up_vault();
    void ask_for_vault();
    void choose_sign_in_name();
    bool finish_vault_request(Requests& requests, net::VaultAnswer&& answer);   // false: garbled
    bool take_vault_step(VaultKeeper::Step&& step);                             // the same
    void sign_out_left_behind();

    WorkspaceEnvironment m_environment;
    Effects& m_effects;
    Account m_account;
    PublicKey m_me;
    KeyPackages m_key_packages;
    People m_people;
    Invitations m_invitations;
    TagTable m_tags;
    std::map<std::uint32_t, Board> m_boards;
    std::vector<wire::BoardInfo> m_board_infos;                                          // by number
    std::map<std::uint32_t, wire::BoardInfo> m_doubtful;     // of boards with a signed policy: what the relay said instead when the session began
    std::set<std::uint32_t> m_doubts_said;
    std::set<std::uint32_t> m_mixing_ended;                  // boards that were mixed, are not any more, and nobody has been told
    bool m_board_list_changed = false;
    std::map<std::string, std::unique_ptr<Contact>, std::less<>> m_contacts;             // by device, hex
    std::map<std::string, std::unique_ptr<Conversation>, std::less<>> m_conversations;   // by id
    std::map<std::string, SharedTree, std::less<>> m_shared_trees;                       // by name
    std::map<std::string, AwaitedTree, std::less<>> m_awaited_trees;
    std::uint64_t m_next_item = 0;

    api::ConversationId m_open;              // the conversation on the screen, or empty
    std::size_t m_shown = kTimelinePage;
    std::optional<Timeline::Place> m_shown_to;   // the last message shown, where the newest are not
    bool m_looks = true;                     // somebody looks at it
    bool m_watching = false;                 // whoever listens wants to hear of every conversation
    bool m_everybody_wanted = false;         // the whole list of people, not only who has changed
    bool m_directory_refusal_said = false;
    bool m_conversations_changed = false;
    bool m_invitations_changed = false;

    TokenWallet m_wallet;
    std::vector<directory::TokenIssuer> m_issuers;
    bool m_on_errands = false;               // the session is a device session
    bool m_errands_beside = false;           // there is one beside it
    bool m_errands_failed = false;           // in the device session
    bool m_errands_brief = false;            // it is the first: with a few tokens we can begin
    Requests m_errand_requests;              // of the session beside, numbered on their own: a count that went on would tie the two together
    std::uint32_t m_next_errand = 1;

    VaultKeeper m_vault;
    bool m_vault_changed = false;
    std::optional<base::UnixMilliseconds> m_vault_not_before;   // the relay could not
    std::optional<base::UnixMilliseconds> m_vault_looked;       // since the seal was opened
    wire::Nonce m_session_nonce{};
    wire::Nonce m_errand_nonce{};
    bool m_signs_out_shared = false;

    bool m_session_ready = false;
    std::uint32_t m_next_request = 1;
    Requests m_requests;
    net::Backoff m_pause;
    std::optional<base::UnixMilliseconds> m_paused_until;
    bool m_key_package_sent = false;         // in the device session

    MixClock m_mix_clock;                    // runs while a session is there, and an ingress that batches before it
    MixedCells m_mixed_cells;
    std::vector<Lane*> m_mixable;            // of this turn: those with a flight that goes this way
    std::optional<ReadyCell> m_ready_cell;
    base::Bytes m_cover;                     // the next message without a cell
    LaneName m_last_lane;                    // whose turn it was
    bool m_mixing_refused = false;           // in this session
    bool m_mixing_refused_said = false, m_unheard_said = false;
    bool m_cells_used_up = false;            // no token is left for a cell that waits

    ReleaseLedger m_releases;
    api::ReportReleases m_release_report;
    std::map<std::string, std::pair<std::int64_t, Releases>, std::less<>> m_releases_said;   // in each conversation: on which day, and what

    ArchiveState m_archive;
    LongHistory m_long_history;
    std::optional<ArchiveRun> m_archive_run;

    // What this person has revoked, whom they have given a role, what boards are to be, and the relay may not have yet.
    struct PendingRevocation {
        base::Bytes record;
        api::Code done = api::Code::none;    // what is said when it is on the board
        std::string subject;
        bool sent = false;                   // in the device session; not stored, nor is what follows
        bool full_said = false;
    };
    std::vector<PendingRevocation> m_revocations;
};

}  // namespace sinetti::chat
