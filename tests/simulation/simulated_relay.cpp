#include "tests/simulation/simulated_relay.h"

#include "blobs/address.h"
#include "channel/mixed_message.h"
#include "crypto/hash.h"
#include "directory/relay_document.h"
#include "directory/session_auth.h"
#include "tests/simulation/durations.h"

#include <algorithm>

namespace sinetti::simulation {

namespace {

wire::Tag tag_of(std::uint32_t board, base::ByteView entry)
{
    wire::Tag tag;
    if (board == wire::kDirectoryBoard) return directory::record_tag(entry);
    std::copy_n(entry.begin(), tag.size(), tag.begin());
    return tag;
}

wire::Refusal refusal_of(directory::Error error)
{
    switch (error) {
    case directory::Error::already_founded: return wire::Refusal::already_founded;
    case directory::Error::not_founded: return wire::Refusal::not_founded;
    case directory::Error::invite_used: return wire::Refusal::invite_used;
    case directory::Error::invite_expired: return wire::Refusal::invite_expired;
    case directory::Error::invite_revoked:
    case directory::Error::wrong_organisation: return wire::Refusal::invite_invalid;
    case directory::Error::revoked: return wire::Refusal::revoked;
    case directory::Error::not_administrator: return wire::Refusal::not_authorised;
    case directory::Error::too_many_devices: return wire::Refusal::too_many_devices;
    default: return wire::Refusal::bad_record;
    }
}

}  // namespace

SimulatedRelay::SimulatedRelay(const base::Clock& clock, std::uint64_t seed) : vaults(clock, seed), meetings(clock), m_clock(clock), m_random(seed), m_token(m_random.array<32>()),
      m_channel_key(crypto::DhPrivateKey::generate(m_random)), m_signing_key(crypto::SignaturePrivateKey::generate(m_random))
{
    for (const std::uint32_t number : {wire::kDirectoryBoard, wire::kFirstCellBoard}) m_boards[number].heads = {directory::initial_head(number)};
}

void SimulatedRelay::connect(RelayConnection& connection)
{
    m_connections.insert(&connection);
    connection.channel.reset();
}

void SimulatedRelay::open(RelayConnection& connection, base::ByteView message)
{
    auto accepted = channel::RelayChannel::accept(m_channel_key, keys(), message);
    if (!accepted) {
        connection.deliver(channel::noise(m_random));
        m_connections.erase(&connection);
        return connection.drop();
    }
    connection.channel.emplace(std::move(accepted->channel));
    connection.nonce = m_random.array<32>();
    wire::Challenge challenge{.nonce = connection.nonce};
    if (m_directory.founded()) challenge.organisation = m_directory.organisation()->root_public_key;
    send(connection, challenge);
}

void SimulatedRelay::restart()
{
    for (auto* connection : std::exchange(m_connections, {})) connection->drop();
}

void SimulatedRelay::refuse(RelayConnection& connection, std::uint32_t request, wire::Refusal code, bool close)
{
    send(connection, wire::Refused{request, code});
    if (!close) return;
    m_connections.erase(&connection);
    connection.drop();
}

void SimulatedRelay::receive(RelayConnection& connection, base::ByteView bytes)
{
    if (!m_connections.contains(&connection)) return;
    if (!connection.channel) return open(connection, bytes);
    if (bytes.size() == wire::kMixedMessageSize) return receive_mixed(connection, bytes);
    const auto frame = connection.channel->receive(bytes);
    if (!frame) return refuse(connection, wire::kNoRequest, wire::Refusal::bad_frame, true);
    const bool authenticates = frame->index() <= 2 || std::holds_alternative<wire::AuthenticateIdentity>(*frame) || std::holds_alternative<wire::AuthenticateToken>(*frame) ||
                               std::holds_alternative<wire::AuthenticateVault>(*frame);
    if (authenticates == connection.kind.has_value()) return refuse(connection, wire::kNoRequest, wire::Refusal::bad_frame, true);
    std::visit([&](const auto& known) { handle(connection, known); }, *frame);
}

void SimulatedRelay::accept(RelayConnection& connection, wire::SessionKind kind, const directory::PublicKey& key)
{
    connection.kind = kind;
    connection.key = key;
    wire::Accepted accepted{kind, {{0, wire::BoardKind::directory, wire::SendingLevel::prompt}}};
    for (const auto& [number, board] : m_boards)
        if (number != wire::kDirectoryBoard) accepted.boards.push_back(policy(number));
    if (misreports) misreports(accepted.boards);
    send(connection, accepted);
}

wire::BoardInfo SimulatedRelay::policy(std::uint32_t number) const
{
    const auto* wanted = m_directory.board(number);
    if (wanted == nullptr) return {number, wire::BoardKind::cells, level, cipher_suite, 30};
    return {number, wire::BoardKind::cells, wire::SendingLevel(std::uint8_t(wanted->level)), std::uint16_t(wanted->suite), wanted->retention_days};
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateDevice& frame)
{
    const auto* device = m_directory.device(frame.device_public_key);
    if (device == nullptr || !directory::verify_session(frame.device_public_key, connection.nonce, frame.signature))
        return refuse(connection, wire::kNoRequest, wire::Refusal::not_authorised, true);
    if (device->revoked) return refuse(connection, wire::kNoRequest, wire::Refusal::revoked, true);
    ensure_issuers();
    ++sessions_by_device;
    accept(connection, wire::SessionKind::device, frame.device_public_key);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateInvite& frame)
{
    const auto invite = directory::decode_invite_certificate(frame.invite_certificate);
    if (!invite) return refuse(connection, wire::kNoRequest, wire::Refusal::bad_frame, true);
    if (const auto good = m_directory.check_invite(*invite, m_clock.now()); !good)
        return refuse(connection, wire::kNoRequest, good.error() == directory::Error::not_administrator ? wire::Refusal::invite_invalid : refusal_of(good.error()), true);
    if (!directory::verify_session(invite->invite_public_key, connection.nonce, frame.signature))
        return refuse(connection, wire::kNoRequest, wire::Refusal::not_authorised, true);
    accept(connection, wire::SessionKind::invite, invite->invite_public_key);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateFounder& frame)
{
    if (m_directory.founded()) return refuse(connection, wire::kNoRequest, wire::Refusal::already_founded, true);
    if (frame.token != m_token) return refuse(connection, wire::kNoRequest, wire::Refusal::not_authorised, true);
    accept(connection, wire::SessionKind::founder, {});
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateIdentity& frame)
{
    const auto* identity = m_directory.identity(frame.identity_public_key);
    if (identity == nullptr || !directory::verify_session(frame.identity_public_key, connection.nonce, frame.signature))
        return refuse(connection, wire::kNoRequest, wire::Refusal::not_authorised, true);
    if (identity->revoked) return refuse(connection, wire::kNoRequest, wire::Refusal::revoked, true);
    accept(connection, wire::SessionKind::identity, frame.identity_public_key);
}

bool SimulatedRelay::is_genuine(base::ByteView token) const
{
    const auto claims = tokens::claims_of(token);
    for (const auto& record : m_directory.token_issuers(m_signing_key.public_key()))
        for (const auto& issuer : issuers)
            if (issuer.record == record && m_clock.now() < record.expires && tokens::token_key_id(record.issuer_public_key) == claims.key_id)
                return tokens::verify(issuer.key, token);
    return false;
}

void SimulatedRelay::receive_mixed(RelayConnection& connection, base::ByteView message)
{
    if (!has_mixing_ingress) return refuse(connection, wire::kNoRequest, wire::Refusal::not_mixed);
    const auto opened = channel::open_mixed(m_channel_key, keys(), message);
    CHECK_INVARIANT(opened.has_value());
    mixed.push_back({&connection, m_clock.now(), opened->has_value()});
    if (!*opened || loses_mixed()) return;
    const auto& cell = **opened;
    if (m_directory.is_closed(cell.board)) {
        ++cells_refused_closed;
        return;
    }
    const auto claims = tokens::claims_of(cell.token.view());
    if (!is_genuine(cell.token.view())) return;
    if (!m_spent.insert(claims.nonce).second) {
        ++tokens_shown_twice;
        return;
    }
    if (storage_full || intercepts_cell(cell.cell)) return;
    const auto& target = m_boards.at(cell.board);
    if (const auto known = target.tags.find(tag_of(cell.board, cell.cell)); known != target.tags.end()) {
        if (target.entries[known->second] != cell.cell) ++tags_refused;
        return;
    }
    append_raw(cell.board, cell.cell);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateToken& frame)
{
    const auto claims = tokens::claims_of(frame.token);
    if (!is_genuine(frame.token)) return refuse(connection, wire::kNoRequest, wire::Refusal::token_invalid, true);
    if (m_spent.contains(claims.nonce)) {
        ++tokens_shown_twice;
        return refuse(connection, wire::kNoRequest, wire::Refusal::token_spent, true);
    }
    if (storage_full) return refuse(connection, wire::kNoRequest, wire::Refusal::storage_full, true);
    m_spent.insert(claims.nonce);
    ++sessions_by_token;
    accept(connection, wire::SessionKind::token, {});
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::TokenRequest& frame)
{
    if (connection.kind != wire::SessionKind::device) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    ensure_issuers();
    const Issuer* chosen = nullptr;
    for (const auto& issuer : issuers)
        if (tokens::truncated(tokens::token_key_id(issuer.record.issuer_public_key)) == frame.truncated_token_key_id) chosen = &issuer;
    if (chosen == nullptr) return refuse(connection, frame.request_id, wire::Refusal::unknown_issuer);
    auto& requests = m_requests[{connection.key, chosen->record.issuer_public_key}];
    crypto::Sha256 digest;
    for (const auto& element : frame.blinded_elements) digest.update(element);
    const auto request = digest.finish();
    if (!requests.contains(request) && (requests.size() + 1) * tokens::kTokensPerRequest > tokens_per_device)
        return refuse(connection, frame.request_id, wire::Refusal::no_tokens_left);
    requests.insert(request);
    tokens_issued += frame.blinded_elements.size();
    const auto own = crypto::OprfPrivateKey::generate(m_random);
    const auto issued = tokens::issue(issues_with_own_key ? own : chosen->key, frame.blinded_elements, m_random);
    if (!issued) return refuse(connection, frame.request_id, wire::Refusal::bad_record);
    send(connection, wire::TokenResponse{frame.request_id, issued->evaluated, issued->proof});
}

void SimulatedRelay::ensure_issuers()
{
    const auto now = m_clock.now().value;
    const auto today = now - now % directory::kTokenPeriod;
    for (std::int64_t ahead = 0; ahead <= directory::kTokenPeriodsAhead; ++ahead) {
        const auto period = today + ahead * directory::kTokenPeriod;
        const auto published = m_directory.token_issuers(m_signing_key.public_key());
        const bool there = std::ranges::any_of(published, [&](const auto& record) { return record.not_before.value == period; });
        if (!there) publish_issuer({period});
    }
}

void SimulatedRelay::publish_issuer(base::UnixMilliseconds period)
{
    auto key = crypto::OprfPrivateKey::generate(m_random);
    const auto name = [](const auto& issuer_public_key) { return tokens::truncated(tokens::token_key_id(issuer_public_key)); };
    while (std::ranges::any_of(issuers, [&](const Issuer& issuer) { return name(issuer.record.issuer_public_key) == name(key.public_key().bytes()); }))
        key = crypto::OprfPrivateKey::generate(m_random);
    const auto record = directory::sign_token_issuer(m_signing_key, period, key.public_key().bytes());
    issuers.push_back({record, std::move(key)});
    append_raw(wire::kDirectoryBoard, directory::encode(directory::Record(record)));
}

void SimulatedRelay::drop_old_blobs()
{
    std::erase_if(blobs, [today = m_clock.now().value / kDay](const auto& blob) { return blob.second.last_day < today; });
}

void SimulatedRelay::send_blob_state(RelayConnection& connection, std::uint32_t request, const Blob& blob)
{
    send(connection, wire::BlobState{request, static_cast<std::uint32_t>(blob.chunks.size()), blob.size_class, 30});
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::BlobCreate& frame)
{
    if (connection.kind != wire::SessionKind::token) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    if (refuses_blobs) {
        ++blobs_refused;
        return refuse(connection, frame.request_id, *refuses_blobs);
    }
    drop_old_blobs();
    const auto [blob, is_new] = blobs.try_emplace(blobs::address_of(frame.upload_key), Blob{.size_class = frame.size_class, .last_day = 0, .chunks = {}});
    blob->second.last_day = std::max(blob->second.last_day, m_clock.now().value / kDay + frame.days - 1);
    if (blob->second.size_class != frame.size_class) return refuse(connection, frame.request_id, wire::Refusal::blob_conflict);
    send_blob_state(connection, frame.request_id, blob->second);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::BlobWrite& frame)
{
    if (connection.kind != wire::SessionKind::token) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    const auto found = blobs.find(blobs::address_of(frame.upload_key));
    if (found == blobs.end()) return refuse(connection, frame.request_id, wire::Refusal::unknown_blob);
    auto& blob = found->second;
    const auto total = wire::blob_chunks(blob.size_class);
    if (frame.chunk > blob.chunks.size() || frame.chunk >= total) return refuse(connection, frame.request_id, wire::Refusal::bad_position);
    if (frame.chunk < blob.chunks.size() && blob.chunks[frame.chunk] != frame.data) return refuse(connection, frame.request_id, wire::Refusal::blob_conflict);
    if (frame.chunk == blob.chunks.size()) {
        blob.chunks.push_back(frame.data);
        if (blob.chunks.size() == total) ++blobs_completed;
    }
    send_blob_state(connection, frame.request_id, blob);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::BlobRead& frame)
{
    if (connection.kind != wire::SessionKind::token) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    drop_old_blobs();
    const auto found = blobs.find(frame.address);
    if (found == blobs.end() || found->second.chunks.size() < wire::blob_chunks(found->second.size_class)) {
        ++blobs_missed;
        return refuse(connection, frame.request_id, wire::Refusal::unknown_blob);
    }
    if (frame.chunk >= found->second.chunks.size()) return refuse(connection, frame.request_id, wire::Refusal::bad_position);
    wire::BlobData data{.request_id = frame.request_id, .data = {}};
    for (std::uint32_t i = 0; i < wire::kBlobChunksRead; ++i) {
        const auto& chunk = found->second.chunks[frame.chunk + i];
        data.data.insert(data.data.end(), chunk.begin(), chunk.end());
    }
    send(connection, data);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::BlobDelete& frame)
{
    if (connection.kind != wire::SessionKind::token) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    const auto found = blobs.find(blobs::address_of(frame.upload_key));
    if (found == blobs.end()) return refuse(connection, frame.request_id, wire::Refusal::unknown_blob);
    send(connection, wire::BlobState{frame.request_id, 0, found->second.size_class, 0});
    blobs.erase(found);
}

std::optional<wire::Refusal> SimulatedRelay::check_record(RelayConnection& connection, base::ByteView entry)
{
    const auto record = directory::decode_record(entry);
    if (!record) return wire::Refusal::bad_record;
    const bool may = std::visit(
        [&](const auto& body) {
            using Body = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Body, directory::Organisation>) return connection.kind == wire::SessionKind::founder;
            if constexpr (std::is_same_v<Body, directory::Enrolment>)
                return connection.kind == wire::SessionKind::founder ||
                       (connection.kind == wire::SessionKind::invite && body.invite.invite_public_key == connection.key);
            if constexpr (std::is_same_v<Body, directory::KeyPackageUpdate>)
                return connection.kind == wire::SessionKind::device && body.device_public_key == connection.key;
            if constexpr (std::is_same_v<Body, directory::DeviceEnrolment>)
                return connection.kind == wire::SessionKind::identity && body.device.identity_public_key == connection.key;
            if constexpr (std::is_same_v<Body, directory::SignOut>) {
                if (connection.kind == wire::SessionKind::identity) return body.identity_public_key == connection.key;
                return connection.kind == wire::SessionKind::device && m_directory.device(connection.key)->identity_public_key == body.identity_public_key;
            }
            return (std::is_same_v<Body, directory::Revocation> || std::is_same_v<Body, directory::RoleChange> || std::is_same_v<Body, directory::BoardRecord>) && connection.kind == wire::SessionKind::device;
        },
        *record);
    if (!may) return wire::Refusal::not_authorised;
    const auto checked = m_directory.check(*record, m_clock.now());
    if (!checked) return refusal_of(checked.error());
    return std::nullopt;
}

std::uint64_t SimulatedRelay::store(std::uint32_t number, base::ByteView entry)
{
    auto& target = m_boards.at(number);
    const auto position = target.entries.size();
    target.tags.emplace(tag_of(number, entry), position);
    target.heads.push_back(directory::next_head(target.heads.back(), position, entry));
    target.entries.push_back(base::to_bytes(entry));
    if (number == wire::kDirectoryBoard) {
        const auto record = directory::decode_record(entry);
        const auto applied = record ? m_directory.apply(position, *record) : base::Unexpected(record.error());
        CHECK_INVARIANT(applied || takes_any_record);
        if (const auto* set = applied ? std::get_if<directory::BoardSet>(&*applied) : nullptr; set != nullptr && !m_boards.contains(set->board))
            m_boards[set->board].heads = {directory::initial_head(set->board)};
    }
    ++appended;
    return position;
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::Append& frame)
{
    const auto found = m_boards.find(frame.board);
    if (found == m_boards.end()) return refuse(connection, frame.request_id, wire::Refusal::unknown_board);
    if (frame.board != wire::kDirectoryBoard) {
        if (connection.kind == wire::SessionKind::device) ++cells_by_device;
        if (connection.kind != wire::SessionKind::token) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
        if (frame.entry.size() != wire::kCellSize) return refuse(connection, frame.request_id, wire::Refusal::wrong_size);
        if (policy(frame.board).level == wire::SendingLevel::mixed) {
            ++cells_in_sessions;
            return refuse(connection, frame.request_id, wire::Refusal::not_mixed);
        }
    }
    const auto known = found->second.tags.find(tag_of(frame.board, frame.entry));
    if (known != found->second.tags.end()) {
        if (found->second.entries[known->second] == frame.entry) return send(connection, wire::Appended{frame.request_id, frame.board, known->second});
        ++tags_refused;
        return refuse(connection, frame.request_id, wire::Refusal::tag_taken);
    }
    if (storage_full) return refuse(connection, frame.request_id, wire::Refusal::storage_full);
    if (frame.board != wire::kDirectoryBoard && (says_closed || m_directory.is_closed(frame.board))) {
        ++cells_refused_closed;
        return refuse(connection, frame.request_id, wire::Refusal::board_closed);
    }
    if (frame.board == wire::kDirectoryBoard)
        if (const auto refusal = check_record(connection, frame.entry)) return refuse(connection, frame.request_id, *refusal);
    const auto position = store(frame.board, frame.entry);
    send(connection, wire::Appended{frame.request_id, frame.board, position});
    publish(frame.board);
}

std::uint64_t SimulatedRelay::append_raw(std::uint32_t number, base::ByteView entry)
{
    const auto position = store(number, entry);
    publish(number);
    return position;
}

wire::SignedHead SimulatedRelay::statement(directory::StatementKind kind, std::uint32_t number, std::uint64_t position) const
{
    const auto& head = m_boards.at(number).heads[position];
    return {number, position, head, directory::sign_board_statement(m_signing_key, kind, number, position, head)};
}

void SimulatedRelay::cut(std::uint32_t number, std::uint64_t position)
{
    auto& target = m_boards.at(number);
    target.cut = position;
    std::erase_if(target.tags, [&](const auto& tag) { return tag.second < position; });
}

std::vector<wire::RelayFrame> SimulatedRelay::frames(std::uint32_t number, std::uint32_t request, std::uint64_t from, std::uint64_t to) const
{
    const auto& source = m_boards.at(number);
    std::vector<wire::RelayFrame> frames;
    do {
        const auto block_end = (from / wire::kBlockEntries + 1) * wire::kBlockEntries;
        const auto end = std::min({to, block_end, from + entries_per_frame});
        if (signs_heads && request == wire::kNoRequest && end > from && end == block_end) frames.push_back(statement(directory::StatementKind::head, number, end));
        wire::Entries frame{.request_id = request, .board = number, .first_position = from, .last = end == to, .head = source.heads[end]};
        for (auto position = from; position < end; ++position) frame.entries.push_back(source.entries[position]);
        frames.emplace_back(std::move(frame));
        from = end;
    } while (from < to);
    return frames;
}

void SimulatedRelay::renew_stream_key(std::uint32_t number)
{
    auto& board = m_boards.at(number);
    if (board.stream_key && m_random.below(16) != 0) return;
    board.stream_key = std::make_shared<channel::SharedKey>(channel::SharedKey::generate(number, m_random));
    for (auto* follower : m_connections)
        if (follower->following.contains(number)) send(*follower, board.stream_key->frame());
}

void SimulatedRelay::publish(std::uint32_t number)
{
    const auto end = m_boards.at(number).entries.size();
    renew_stream_key(number);
    for (const auto& frame : frames(number, wire::kNoRequest, end - 1, end)) {
        const auto message = m_boards.at(number).stream_key->seal(wire::encode(frame, wire::Seal::shared));
        for (auto* follower : m_connections) {
            if (!follower->following.contains(number)) continue;
            follower->channel->count_shared();
            follower->deliver(message);
        }
    }
    if (number == wire::kDirectoryBoard) shut_out_revoked();
}

void SimulatedRelay::shut_out_revoked()
{
    const auto connections = m_connections;
    for (auto* connection : connections) {
        const auto* device = m_directory.device(connection->key);
        const auto* identity = m_directory.identity(connection->key);
        if ((device != nullptr && device->revoked) || (identity != nullptr && identity->revoked))
            refuse(*connection, wire::kNoRequest, wire::Refusal::revoked, true);
    }
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::Read& frame)
{
    const auto found = m_boards.find(frame.board);
    if (found == m_boards.end()) return refuse(connection, frame.request_id, wire::Refusal::unknown_board);
    if (connection.kind != wire::SessionKind::token && frame.board != wire::kDirectoryBoard) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    const auto from = frame.block * wire::kBlockEntries;
    const auto size = found->second.entries.size();
    if (from > size) return refuse(connection, frame.request_id, wire::Refusal::bad_position);
    for (const auto& entries : frames(frame.board, frame.request_id, from, std::min<std::uint64_t>(size, from + wire::kBlockEntries))) send(connection, entries);
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::Follow& frame)
{
    const auto found = m_boards.find(frame.board);
    if (found == m_boards.end()) return refuse(connection, frame.request_id, wire::Refusal::unknown_board);
    if (connection.kind != wire::SessionKind::token && frame.board != wire::kDirectoryBoard) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    if (frame.from_position % wire::kBlockEntries != 0 || frame.from_position > found->second.entries.size())
        return refuse(connection, frame.request_id, wire::Refusal::bad_position);
    if (frame.from_position < found->second.cut)
        return send(connection, wire::Gone{frame.request_id, statement(directory::StatementKind::cut, frame.board, found->second.cut)});
    if (connection.following.contains(frame.board)) return refuse(connection, frame.request_id, wire::Refusal::bad_frame, true);
    if (signs_heads) send(connection, statement(directory::StatementKind::head, frame.board, found->second.entries.size()));
    for (const auto& entries : frames(frame.board, wire::kNoRequest, frame.from_position, found->second.entries.size())) send(connection, entries);
    renew_stream_key(frame.board);
    connection.following.insert(frame.board);
    send(connection, found->second.stream_key->frame());
}

void SimulatedRelay::handle(RelayConnection& connection, const wire::AuthenticateVault&)
{
    if (!m_directory.founded()) return refuse(connection, wire::kNoRequest, wire::Refusal::not_founded, true);
    connection.kind = wire::SessionKind::vault;
    send(connection, wire::Accepted{wire::SessionKind::vault, {}});
}

template<typename VaultFrame>
void SimulatedRelay::handle(RelayConnection& connection, const VaultFrame& frame)
{
    const bool may = connection.kind == wire::SessionKind::device || (connection.kind == wire::SessionKind::vault && !std::is_same_v<VaultFrame, wire::VaultStore>);
    if (!may) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
    const auto answer = vaults.answer(frame, connection.nonce);
    if (!answer) return refuse(connection, frame.request_id, answer.error());
    send(connection, *answer);
}

std::string SimulatedRelay::document() const { return directory::encode(directory::RelayDocument{m_directory.organisation()->root_public_key, keys()}); }

void SimulatedRelay::handle(RelayConnection& connection, const wire::Hello&) { refuse(connection, wire::kNoRequest, wire::Refusal::bad_frame, true); }

void SimulatedRelay::handle(RelayConnection& connection, const wire::Ping& frame) { send(connection, wire::Pong{frame.value}); }

}  // namespace sinetti::simulation
