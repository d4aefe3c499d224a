#include "relay/session.h"

#include "blobs/address.h"

#include <algorithm>

namespace sinetti::relay {

using wire::Refusal;

namespace {

Party party_of(const SessionRights& rights)
{
    return std::holds_alternative<TokenSession>(rights) ? Party::member : Party::newcomer;
}

}  // namespace

Session::Session(SessionEnvironment environment, Connection& connection) : m_environment(environment), m_connection(&connection) {}

Session::~Session()
{
    on_closed();
}

void Session::send(const wire::RelayFrame& frame)
{
    if (m_connection != nullptr && m_channel) m_connection->send(std::make_shared<const base::Bytes>(m_channel->seal(frame)));
}

void Session::send_shared(const SharedBytes& message)
{
    if (m_connection == nullptr) return;
    m_channel->count_shared();
    m_connection->send_shared(message);
}

void Session::send_all(const Frames& frames)
{
    if (m_connection == nullptr) return;
    if (frames.key) send(*frames.key);
    for (const auto& frame : frames.frames) {
        if (frames.key)
            send_shared(frame);
        else
            m_connection->send(std::make_shared<const base::Bytes>(m_channel->seal_encoded(*frame)));
    }
}

void Session::refuse(std::uint32_t request_id, Refusal refusal)
{
    m_environment.metrics.refused(refusal);
    if (m_connection != nullptr) observe({.operation = "refused", .kind = wire::name_of(refusal), .board = {}, .sequence = {}, .bytes = {}});
    send(wire::Refused{request_id, refusal});
}

void Session::observe(const Observation& observation)
{
    if (m_environment.observer != nullptr) m_environment.observer->observe(m_environment.connection, observation);
}

void Session::refuse_and_close(Refusal refusal)
{
    if (m_closing || m_connection == nullptr) return;
    refuse(wire::kNoRequest, refusal);
    if (!m_channel) m_connection->send(std::make_shared<const base::Bytes>(channel::noise(m_environment.random)));
    m_closing = true;
    m_connection->close(CloseCode::policy_error);
}

void Session::on_garbage()
{
    refuse_and_close(Refusal::bad_frame);
}

void Session::on_message(base::ByteView message)
{
    if (m_closing || m_connection == nullptr) return;
    if (!m_channel) return open_channel(message);
    // A mixed message belongs to no session. Who sends one here has no ingress that batches before them, and is told so.
    if (message.size() == wire::kMixedMessageSize && m_rights) return refuse(wire::kNoRequest, Refusal::not_mixed);
    auto frame = m_channel->receive(message);
    if (!frame) return refuse_and_close(Refusal::bad_frame);

    const bool authenticates = std::holds_alternative<wire::AuthenticateDevice>(*frame) || std::holds_alternative<wire::AuthenticateInvite>(*frame) ||
                               std::holds_alternative<wire::AuthenticateFounder>(*frame) || std::holds_alternative<wire::AuthenticateIdentity>(*frame) ||
                               std::holds_alternative<wire::AuthenticateToken>(*frame) ||
                               std::holds_alternative<wire::AuthenticateVault>(*frame);
    // Before it is accepted a session may only authenticate, and after that never again. A ping is always welcome.
    const bool is_ping = std::holds_alternative<wire::Ping>(*frame);
    if ((m_authenticating || authenticates == m_rights.has_value()) && !is_ping) return refuse_and_close(Refusal::bad_frame);
    if (m_rights && !may_send(*m_rights, *frame)) return refuse_and_close(Refusal::bad_frame);
    std::visit([&](auto& body) { handle(body); }, *frame);
}

void Session::open_channel(base::ByteView message)
{
    auto accepted = channel::RelayChannel::accept(m_environment.keys.channel, m_environment.keys.public_keys(), message);
    if (!accepted) return refuse_and_close(Refusal::bad_frame);
    m_channel.emplace(std::move(accepted->channel));
    if (accepted->hello.version != wire::kProtocolVersion) return refuse_and_close(Refusal::unsupported_version);
    m_nonce = m_environment.random.array<32>();
    wire::Challenge challenge{.nonce = m_nonce};
    if (const auto& organisation = m_environment.hub.directory().organisation()) challenge.organisation = organisation->root_public_key;
    send(challenge);
}

AuthenticationContext Session::context() const
{
    return {m_environment.hub.directory(), m_nonce, m_environment.clock.now(), m_environment.founder_token_hash};
}

void Session::finish_authentication(Allowed<SessionRights>&& rights)
{
    if (!rights) return refuse_and_close(rights.error());
    accept(std::move(*rights));
    if (std::holds_alternative<DeviceSession>(*m_rights)) m_environment.tokens.wanted();
    send(wire::Accepted{kind_of(*m_rights), m_environment.hub.board_infos()});
}

void Session::accept(SessionRights&& rights)
{
    m_rights = std::move(rights);
    m_accepted_at = m_environment.clock.now();
    const auto kind = kind_of(*m_rights);
    m_environment.metrics.accepted(kind);
    observe({.operation = "session", .kind = name_of(kind), .board = {}, .sequence = {}, .bytes = {}, .key = key_of(*m_rights)});
}

void Session::handle(const wire::Ping& frame)
{
    observe({.operation = "ping", .board = {}, .sequence = {}, .bytes = {}});
    send(wire::Pong{frame.value});
}

// --- tokens --------------------------------------------------------------------------------------------------------

void Session::handle(const wire::AuthenticateToken& frame)
{
    if (m_environment.draining) return refuse_and_close(Refusal::overloaded);   // the token opens a session elsewhere, or later
    m_authenticating = true;
    m_environment.tokens.spend(frame.token, [weak = weak_from_this()](std::optional<Refusal> refusal) {
        const auto self = weak.lock();
        if (!self || self->m_connection == nullptr) return;
        self->m_authenticating = false;
        if (refusal) return self->refuse_and_close(*refusal);
        ++self->m_environment.metrics.tokens_spent;
        self->observe({.operation = "token", .board = {}, .sequence = {}, .bytes = wire::kTokenSize});
        self->finish_authentication(SessionRights(TokenSession{}));
    });
}

void Session::handle(wire::TokenRequest& frame)
{
    const auto request_id = frame.request_id;
    const auto* device = std::get_if<DeviceSession>(&*m_rights);
    if (device == nullptr) return refuse(request_id, Refusal::not_authorised);
    if (m_environment.draining) return refuse(request_id, Refusal::overloaded);
    if (m_outstanding_token_requests >= kOutstandingTokenRequestsMax) return refuse(request_id, Refusal::too_many_requests);
    ++m_outstanding_token_requests;
    m_environment.tokens.issue(device->device_public_key, std::move(frame), [weak = weak_from_this(), request_id](base::Result<wire::TokenResponse, Refusal> answer) {
        const auto self = weak.lock();
        if (!self) return;
        --self->m_outstanding_token_requests;
        if (!answer) return self->refuse(request_id, answer.error());
        self->m_environment.metrics.tokens_issued += answer->evaluated_elements.size();
        self->observe({.operation = "token", .board = {}, .sequence = {}, .bytes = 32 * answer->evaluated_elements.size()});
        self->send(std::move(*answer));
    });
}

void Session::end_if_old()
{
    if (!m_rights || !std::holds_alternative<TokenSession>(*m_rights)) return;
    if (m_environment.clock.now().value - m_accepted_at.value >= kTokenSessionLifetime) refuse_and_close(Refusal::token_spent);
}

// --- vaults ------------------------------------------------------------------------------------------------------

void Session::handle(const wire::AuthenticateVault&)
{
    if (!m_environment.hub.directory().founded()) return refuse_and_close(Refusal::not_founded);
    m_vault_place = m_environment.vault_sessions.admit(m_environment.from, [this] {
        m_vault_place.reset();
        refuse_and_close(Refusal::overloaded);
    });
    if (m_vault_place == nullptr) return refuse_and_close(Refusal::overloaded);
    accept(VaultSession{});
    send(wire::Accepted{.session_kind = wire::SessionKind::vault, .boards = {}});
}

bool Session::may_ask_for_vault(std::uint32_t request_id)
{
    if (!may_use_vaults(*m_rights)) return refuse(request_id, Refusal::not_authorised), false;
    if (m_environment.draining) return refuse(request_id, Refusal::overloaded), false;
    if (!m_vault_requests.take(m_environment.clock.now())) return refuse(request_id, Refusal::too_many_requests), false;
    if (m_vault_place) m_vault_place->requested();
    return true;
}

template<typename Answer>
std::function<void(base::Result<Answer, Refusal>)> Session::vault_callback(std::uint32_t request_id, const Observation& observation)
{
    observe(observation);
    ++m_environment.metrics.vault_requests;
    return [weak = weak_from_this(), request_id](base::Result<Answer, Refusal> answer) {
        const auto self = weak.lock();
        if (!self) return;
        if (!answer && answer.error() == Refusal::bad_frame) return self->refuse_and_close(Refusal::bad_frame);
        if (!answer) return self->refuse(request_id, answer.error());
        self->send(std::move(*answer));
    };
}

void Session::handle(const wire::VaultEvaluate& frame)
{
    if (!may_ask_for_vault(frame.request_id)) return;
    const Observation seen{.operation = "vault", .kind = "evaluate", .board = {}, .sequence = {}, .bytes = 0, .vault = frame.vault};
    m_environment.vaults.evaluate(frame, vault_callback<wire::VaultEvaluated>(frame.request_id, seen));
}

void Session::handle(const wire::VaultFetch& frame)
{
    if (!may_ask_for_vault(frame.request_id)) return;
    const Observation seen{.operation = "vault", .kind = "fetch", .board = {}, .sequence = {}, .bytes = 0, .key = frame.access_public_key, .vault = frame.vault};
    m_environment.vaults.fetch(frame, m_nonce, vault_callback<wire::VaultFetched>(frame.request_id, seen));
}

void Session::handle(wire::VaultStore& frame)
{
    if (!may_ask_for_vault(frame.request_id)) return;
    if (!may_store_vaults(*m_rights)) return refuse(frame.request_id, Refusal::not_authorised);
    if (frame.previous == 0 && ++m_vault_creations > kVaultCreationsPerSession) return refuse(frame.request_id, Refusal::too_many_requests);
    const Observation seen{.operation = "vault", .kind = "store", .board = {}, .sequence = {}, .bytes = frame.sealed.size(), .key = frame.access_public_key, .vault = frame.vault};
    auto done = vault_callback<wire::VaultStored>(frame.request_id, seen);
    m_environment.vaults.store(std::move(frame), m_nonce, std::move(done));
}

// --- blobs -------------------------------------------------------------------------------------------------------

bool Session::may_ask_for_blob(std::uint32_t request_id)
{
    if (!may_use_blobs(*m_rights)) return refuse(request_id, Refusal::not_authorised), false;
    if (m_environment.draining) return refuse(request_id, Refusal::overloaded), false;
    if (m_outstanding_blob_requests >= kOutstandingBlobRequestsMax) return refuse(request_id, Refusal::too_many_requests), false;
    return true;
}

template<typename Answer>
std::function<void(base::Result<Answer, Refusal>)> Session::blob_callback(std::uint32_t request_id, const Observation& observation)
{
    observe(observation);
    ++m_environment.metrics.blob_requests;
    ++m_outstanding_blob_requests;
    return [weak = weak_from_this(), request_id](base::Result<Answer, Refusal> answer) {
        const auto self = weak.lock();
        if (!self) return;
        --self->m_outstanding_blob_requests;
        if (!answer) return self->refuse(request_id, answer.error());
        self->send(std::move(*answer));
    };
}

void Session::handle(const wire::BlobCreate& frame)
{
    if (!may_ask_for_blob(frame.request_id)) return;
    const auto size = std::uint64_t{wire::blob_chunks(frame.size_class)} * wire::kBlobChunkSize;
    if (size > kBlobAllowance - m_blob_bytes) return refuse(frame.request_id, Refusal::blob_allowance_spent);
    m_blob_bytes += size;
    const Observation seen{.operation = "blob", .kind = "create", .board = {}, .sequence = {}, .bytes = size, .blob = blobs::address_of(frame.upload_key)};
    m_environment.blobs.create(frame, blob_callback<wire::BlobState>(frame.request_id, seen));
}

void Session::handle(wire::BlobWrite& frame)
{
    if (!may_ask_for_blob(frame.request_id)) return;
    const Observation seen{.operation = "blob", .kind = "write", .board = {}, .sequence = frame.chunk, .bytes = frame.data.size(), .blob = blobs::address_of(frame.upload_key)};
    auto done = blob_callback<wire::BlobState>(frame.request_id, seen);
    m_environment.blobs.write(std::move(frame), std::move(done));
}

void Session::handle(const wire::BlobRead& frame)
{
    if (!may_ask_for_blob(frame.request_id)) return;
    const Observation seen{.operation = "blob", .kind = "read", .board = {}, .sequence = frame.chunk, .bytes = 0, .blob = frame.address};
    m_environment.blobs.read(frame, blob_callback<wire::BlobData>(frame.request_id, seen));
}

void Session::handle(const wire::BlobDelete& frame)
{
    if (!may_ask_for_blob(frame.request_id)) return;
    const Observation seen{.operation = "blob", .kind = "delete", .board = {}, .sequence = {}, .bytes = 0, .blob = blobs::address_of(frame.upload_key)};
    m_environment.blobs.remove(frame, blob_callback<wire::BlobState>(frame.request_id, seen));
}

// --- meetings ----------------------------------------------------------------------------------------------------

bool Session::may_ask_for_meeting(std::uint32_t request_id, const Observation& observation)
{
    if (!may_meet(*m_rights)) return refuse(request_id, Refusal::not_authorised), false;
    if (m_environment.draining) return refuse(request_id, Refusal::overloaded), false;
    observe(observation);
    ++m_environment.metrics.meeting_requests;
    return true;
}

void Session::answer_for_meeting(std::uint32_t request_id, Meetings::Answer&& answer)
{
    if (!answer) return refuse(request_id, answer.error());
    if (m_vault_place) m_vault_place->requested();
    send(std::move(*answer));
}

void Session::handle(wire::MeetingPut& frame)
{
    const auto request_id = frame.request_id;
    if (may_ask_for_meeting(request_id, {.operation = "meeting", .kind = "put", .board = {}, .sequence = frame.number, .bytes = frame.message.size(), .meeting = frame.meeting}))
        answer_for_meeting(request_id, m_environment.meetings.put(std::move(frame), party_of(*m_rights), m_meetings));
}

void Session::handle(const wire::MeetingGet& frame)
{
    if (may_ask_for_meeting(frame.request_id, {.operation = "meeting", .kind = "get", .board = {}, .sequence = frame.number, .bytes = 0, .meeting = frame.meeting}))
        answer_for_meeting(frame.request_id, m_environment.meetings.get(frame, m_meetings));
}

void Session::handle(const wire::MeetingEnd& frame)
{
    if (may_ask_for_meeting(frame.request_id, {.operation = "meeting", .kind = "end", .board = {}, .sequence = {}, .bytes = 0, .meeting = frame.meeting}))
        answer_for_meeting(frame.request_id, m_environment.meetings.end(frame, party_of(*m_rights), m_meetings));
}

// --- Append --------------------------------------------------------------------------------------------------------

void Session::handle(wire::Append& frame)
{
    const auto request_id = frame.request_id;
    if (const auto refusal = start_append(frame)) refuse(request_id, *refusal);
}

std::optional<Refusal> Session::start_append(wire::Append& frame)
{
    if (m_environment.draining) return Refusal::overloaded;
    if (m_outstanding_appends + m_outstanding_reads >= kOutstandingRequestsMax) return Refusal::too_many_requests;
    if (frame.board != wire::kDirectoryBoard && !may_append_cells(*m_rights)) return Refusal::not_authorised;
    const auto* board = m_environment.hub.board(frame.board);
    if (board == nullptr) return Refusal::unknown_board;

    if (board->info.kind == wire::BoardKind::cells) {
        if (frame.entry.size() != wire::kCellSize) return Refusal::wrong_size;
        if (board->info.level == wire::SendingLevel::mixed) return Refusal::not_mixed;
        if (!m_cells.take(m_environment.clock.now())) return Refusal::too_many_requests;
        ++m_outstanding_appends;
        const auto size = frame.entry.size();
        m_environment.hub.append_cell(frame.board, std::move(frame.entry), append_callback(frame.request_id, frame.board, size));
        return {};
    }
    if (frame.entry.empty()) return Refusal::wrong_size;
    if (!m_records.take(m_environment.clock.now())) return Refusal::too_many_requests;
    auto record = directory::decode_record(frame.entry);
    if (!record) return Refusal::bad_record;
    if (!may_append(*m_rights, *record)) return Refusal::not_authorised;
    ++m_outstanding_appends;
    const auto size = frame.entry.size();
    m_environment.hub.append_record(std::move(frame.entry), std::move(*record), append_callback(frame.request_id, frame.board, size));
    return {};
}

AppendCallback Session::append_callback(std::uint32_t request_id, std::uint32_t board, std::size_t size)
{
    const auto start = std::chrono::steady_clock::now();
    return [weak = weak_from_this(), request_id, board, size, start](const AppendAnswer& answer) {
        const auto self = weak.lock();
        if (!self) return;
        --self->m_outstanding_appends;
        if (answer.refusal) {
            self->observe({.operation = "append", .board = board, .sequence = {}, .bytes = size});
            return self->refuse(request_id, *answer.refusal);
        }
        self->m_environment.metrics.appended(std::chrono::steady_clock::now() - start);
        self->observe({.operation = "append", .board = board, .sequence = answer.position, .bytes = size});
        self->send(wire::Appended{request_id, board, answer.position});
    };
}

// --- Read ----------------------------------------------------------------------------------------------------------

void Session::handle(const wire::Read& frame)
{
    if (!may_read(*m_rights, frame.board)) return refuse(frame.request_id, Refusal::not_authorised);
    const auto* board = m_environment.hub.board(frame.board);
    if (board == nullptr) return refuse(frame.request_id, Refusal::unknown_board);
    if (m_outstanding_reads >= kOutstandingReadsMax) return refuse(frame.request_id, Refusal::too_many_requests);
    if (frame.block > board->length / wire::kBlockEntries) return refuse(frame.request_id, Refusal::bad_position);
    if (frame.block < board->cut / wire::kBlockEntries) return send(m_environment.hub.gone(frame.request_id, frame.board));
    if (!m_reads.take(m_environment.clock.now())) return refuse(frame.request_id, Refusal::too_many_requests);
    ++m_outstanding_reads;
    observe({.operation = "read", .board = frame.board, .sequence = frame.block * wire::kBlockEntries, .bytes = {}});
    m_environment.hub.read(frame.request_id, frame.board, frame.block * wire::kBlockEntries,
                           [weak = weak_from_this(), frame](FramesResult result) {
                               const auto self = weak.lock();
                               if (!self) return;
                               --self->m_outstanding_reads;
                               auto& hub = self->m_environment.hub;
                               if (!result && frame.block < hub.board(frame.board)->cut / wire::kBlockEntries)
                                   return self->send(hub.gone(frame.request_id, frame.board));
                               if (!result) return self->refuse(frame.request_id, Refusal::internal);
                               self->send_all(*result);
                           });
}

// --- Follow --------------------------------------------------------------------------------------------------------

void Session::handle(const wire::Follow& frame)
{
    if (!may_read(*m_rights, frame.board)) return refuse(frame.request_id, Refusal::not_authorised);
    const auto* board = m_environment.hub.board(frame.board);
    if (board == nullptr) return refuse(frame.request_id, Refusal::unknown_board);
    if (m_following.contains(frame.board)) return refuse_and_close(Refusal::bad_frame);
    if (frame.from_position % wire::kBlockEntries != 0 || frame.from_position > board->length) {
        return refuse(frame.request_id, Refusal::bad_position);
    }
    if (frame.from_position < board->cut) return send(m_environment.hub.gone(frame.request_id, frame.board));
    observe({.operation = "follow", .board = frame.board, .sequence = frame.from_position, .bytes = {}});
    auto& following = m_following[frame.board];
    following.next = frame.from_position;
    continue_following(frame.board, following);
}

// Sends what there is, block by block, as fast as the client takes it; then joins the live followers. Nothing is missed in
// between: both happen on this thread, and the board's length is compared at the moment of joining.
//
// A session that follows the directory gets other boards only after it has caught up there: so it never sees a cell before
// the records that were durable before that cell.
void Session::continue_following(std::uint32_t number, Following& following)
{
    if (waits_for_directory(number)) return;
    while (!following.live && !following.reading && m_connection != nullptr && !m_connection->busy()) {
        const auto* board = m_environment.hub.board(number);
        if (following.next < board->cut) return end_following(number);
        if (following.next == board->length) {
            following.live = true;
            send(m_environment.hub.signed_head(number));
            send(m_environment.hub.caught_up_frame(number));
            send(m_environment.hub.follow(number, *this));
            if (number == wire::kDirectoryBoard) on_writable();
            return;
        }
        following.reading = true;
        m_environment.hub.read(wire::kNoRequest, number, following.next, [weak = weak_from_this(), number](FramesResult result) {
            const auto self = weak.lock();
            if (!self || self->m_connection == nullptr) return;
            auto& continued = self->m_following.at(number);
            continued.reading = false;
            if (!result && continued.next < self->m_environment.hub.board(number)->cut) return self->end_following(number);
            if (!result) return self->refuse_and_close(Refusal::internal);
            self->send_all(*result);
            continued.next = result->end;
            self->continue_following(number, continued);
        });
    }
}

bool Session::waits_for_directory(std::uint32_t number) const
{
    if (number == wire::kDirectoryBoard) return false;
    const auto directory = m_following.find(wire::kDirectoryBoard);
    return directory != m_following.end() && !directory->second.live;
}

// A client that takes too little of what is published goes back to reading, at its own pace.
bool Session::on_live(std::uint32_t board, std::uint64_t position, const SharedBytes& message)
{
    if (!m_connection->lagging() && !waits_for_directory(board)) {
        send_shared(message);
        return true;
    }
    ++m_environment.metrics.lagged;
    auto& following = m_following.at(board);
    following.live = false;
    following.next = position;
    return false;
}

// What comes next has gone while the client took what was before it.
void Session::end_following(std::uint32_t number)
{
    m_following.erase(number);
    send(m_environment.hub.gone(wire::kNoRequest, number));
}

void Session::on_writable()
{
    std::vector<std::uint32_t> boards;
    for (const auto& [number, following] : m_following) boards.push_back(number);
    for (const auto number : boards) {
        const auto following = m_following.find(number);   // it may have ended meanwhile
        if (following != m_following.end()) continue_following(number, following->second);
    }
}

void Session::on_closed()
{
    for (auto& [number, following] : m_following) {
        if (following.live) m_environment.hub.unfollow(number, *this);
    }
    m_following.clear();
    m_vault_place.reset();
    if (m_connection != nullptr && m_environment.observer != nullptr) m_environment.observer->closed(m_environment.connection);
    m_connection = nullptr;
}

void Session::on_directory_change(const directory::Applied& applied)
{
    if (!std::holds_alternative<directory::Revoked>(applied) || !m_rights) return;
    const auto& directory = m_environment.hub.directory();
    if (const auto* session = std::get_if<DeviceSession>(&*m_rights)) {
        const auto* device = directory.device(session->device_public_key);
        if (device == nullptr || device->revoked) refuse_and_close(Refusal::revoked);
    } else if (const auto* invited = std::get_if<InviteSession>(&*m_rights)) {
        if (directory.invite_revoked(invited->invite.invite_public_key)) refuse_and_close(Refusal::revoked);
    } else if (const auto* known = std::get_if<IdentitySession>(&*m_rights)) {
        const auto* identity = directory.identity(known->identity_public_key);
        if (identity == nullptr || identity->revoked) refuse_and_close(Refusal::revoked);
    }
}

}  // namespace sinetti::relay
