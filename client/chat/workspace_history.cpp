// What the relay has signed of its boards, and what it does not keep any more. Every statement is held against what we have
// computed and against the other statements under its key; two that contradict each other are proof, and the end.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint64_t kWidenedContactTagsMax = 131072;   // of all contacts together

}  // namespace

bool Workspace::is_signed(directory::StatementKind kind, const wire::SignedHead& statement) const
{
    return directory::verify_board_statement(m_account.relay_keys.signing_public_key, kind, statement.board, statement.position, statement.head,
                                             statement.signature);
}

// True: nothing is wrong. A contradiction with a statement of our own is proof; one with what we have computed is a fork.
bool Workspace::accept(const Board::Agreement& agreement, directory::StatementKind kind, const wire::SignedHead& statement)
{
    if (agreement.agrees) return true;
    if (!agreement.other) {
        m_environment.host.on_fork();
        return false;
    }
    m_environment.host.on_fraud({.relay = m_account.relay_keys.signing_public_key,
                                 .statements = {Evidence::Statement{directory::StatementKind::head, *agreement.other}, Evidence::Statement{kind, statement}}});
    return false;
}

void Workspace::on_signed_head(const wire::SignedHead& statement)
{
    const auto board = m_boards.find(statement.board);
    if (!m_session_ready || board == m_boards.end() || !is_signed(directory::StatementKind::head, statement)) return m_environment.host.on_garbled();
    accept(board->second.hold_to(statement), directory::StatementKind::head, statement);
}

// A head somebody saw at a block boundary. With the relay's signature the relay is held to it, whoever passed it on. Without
// one, a head that is not ours may also be a lie of theirs: it is reported and not acted upon.
void Workspace::compare_head(const SeenHead& seen, const Conversation& conversation)
{
    const auto found = m_boards.find(seen.board);
    if (found == m_boards.end() || seen.position % wire::kBlockEntries != 0) return;
    auto& board = found->second;
    const auto* ours = board.head_at(seen.position);
    if (ours != nullptr && *ours == seen.head) return;
    if (seen.signature) {
        const wire::SignedHead statement{seen.board, seen.position, seen.head, *seen.signature};
        if (is_signed(directory::StatementKind::head, statement)) {
            accept(board.hold_to(statement), directory::StatementKind::head, statement);
            return;
        }
    }
    if (ours != nullptr) notice(api::Code::relay_fork, api::Severity::error, {}, &conversation);
}

// What decides whose keys are whose: a relay that shows one person another directory is found out by the first message between
// that person and somebody else.
void Workspace::compare_directory(const wire::SignedHead& statement)
{
    auto& board = m_boards.at(wire::kDirectoryBoard);
    const auto* ours = board.head_at(statement.position);
    if (ours != nullptr ? *ours == statement.head : statement.position < board.position()) return;   // the same, or not kept any more
    if (is_signed(directory::StatementKind::head, statement)) accept(board.hold_to(statement), directory::StatementKind::head, statement);
}

void Workspace::on_gone(const wire::Gone& gone)
{
    const auto& cut = gone.cut;
    const auto found = m_boards.find(cut.board);
    const auto garbled = [this] { m_environment.host.on_garbled(); };
    if (!m_session_ready || found == m_boards.end() || cut.board == wire::kDirectoryBoard) return garbled();
    auto& board = found->second;
    const auto request = m_requests.find(gone.request_id);
    if (gone.request_id != wire::kNoRequest) {
        const auto* about = request == m_requests.end() ? nullptr : std::get_if<FollowRequest>(&request->second);
        if (about == nullptr || about->board != cut.board) return garbled();
        m_requests.erase(request);
    }
    if (!board.is_following() || cut.position % wire::kBlockEntries != 0 || cut.position <= board.stream_position() ||
        !is_signed(directory::StatementKind::cut, cut))
        return garbled();

    const bool had_begun = board.has_begun();
    board.end_stream();
    const auto skipped = board.skip_to(cut);
    if (!accept(skipped.agreement, directory::StatementKind::cut, cut)) return;
    bool missed = false;
    for (auto& [id, conversation] : m_conversations) {
        if (conversation->board != cut.board || !conversation->active) continue;
        const bool replay_missed = conversation->replay_from && *conversation->replay_from < cut.position;
        if (replay_missed) {
            conversation->replay_from = cut.position;
            conversation->changed = true;
        }
        if (!skipped.missed && !replay_missed) continue;
        missed = true;
        miss(*conversation, cut.position);
    }
    if (skipped.missed && had_begun) look_further_for_invitations();
    if (missed || (skipped.missed && had_begun)) notice(api::Code::messages_gone, api::Severity::warning);
    follow(board);
}

void Workspace::miss(Conversation& conversation, std::uint64_t order)
{
    if (!conversation.uncertain) add_line(conversation, api::MessageKind::messages_gone, me(), {}, {}, order);
    conversation.become_uncertain(m_tags);
    conversation.changed_at = now();
    m_conversations_changed = true;
}

// Invitations may have been among what was missed, and each took some of its sender's counters.
void Workspace::look_further_for_invitations()
{
    if (m_contacts.empty()) return;
    const auto width = std::clamp(kWidenedContactTagsMax / m_contacts.size(), kTagWindow, kTagWindowMax);
    for (auto& [device, contact] : m_contacts) {
        m_tags.widen(*contact->incoming, width);
        contact->changed = true;
    }
}

}  // namespace sinetti::chat
