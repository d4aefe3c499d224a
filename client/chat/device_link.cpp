#include "chat/device_link.h"

namespace sinetti::chat {

using base::Unexpected;

namespace {

constexpr std::int64_t kAskInterval = 2 * 1000;   // milliseconds, between two looks for what comes next
enum MeetingMessage : std::uint8_t { kOffer = 0, kAnswer = 1, kHandOver = 2 };

crypto::HpkeKeyPair one_time_key(base::Random& random) { return crypto::kem_generate_key_pair(crypto::KemId::xwing, random); }
base::UnixMilliseconds later(base::UnixMilliseconds now, std::int64_t milliseconds) { return {now.value + milliseconds}; }

}  // namespace

// --- the device that is signed in ----------------------------------------------------------------------------------------

LinkHost::LinkHost(vault::LinkCode&& code, vault::LinkKeys&& keys, store::PassphraseKey&& passphrase_key, base::UnixMilliseconds until, base::Random& random)
    : m_code(std::move(code)), m_keys(std::move(keys)), m_passphrase_key(std::move(passphrase_key)), m_key(one_time_key(random)),
      m_offer(seal_offer(m_keys, m_key.public_key, random)), m_until(until)
{
}

base::Result<LinkHost, api::Code> LinkHost::begin(const directory::RelayDocument& relay, store::PassphraseKey&& passphrase_key, base::UnixMilliseconds now,
                                                  const crypto::PasswordKeyFunction& password_key, base::Random& random)
{
    auto code = vault::LinkCode::generate(random);
    auto keys = TRY_OR(code.keys(relay_identity(relay), password_key), api::Code::internal);
    return LinkHost(std::move(code), std::move(keys), std::move(passphrase_key), later(now, kLinkLifetime), random);
}

api::LinkState LinkHost::state() const
{
    switch (m_stage) {
    case Stage::offering: return api::LinkState::preparing;
    case Stage::offered: return api::LinkState::offered;
    case Stage::asked: return api::LinkState::asked;
    case Stage::handing_over: return m_admitted ? api::LinkState::handing_over : api::LinkState::none;
    case Stage::ending: return api::LinkState::none;
    case Stage::over: return m_admitted ? api::LinkState::done : api::LinkState::none;
    }
    return api::LinkState::none;
}

std::optional<MeetingRequest> LinkHost::next_request(base::UnixMilliseconds now)
{
    if (m_waiting || m_ask_at > now) return std::nullopt;
    const auto ask = [this](auto&& request) -> std::optional<MeetingRequest> {
        m_waiting = true;
        return request;
    };
    switch (m_stage) {
    case Stage::offering: m_placed = true; return ask(wire::MeetingPut{kMeetingRequest, m_keys.address, kOffer, m_offer});
    case Stage::offered: return ask(wire::MeetingGet{kMeetingRequest, m_keys.address, kAnswer});
    case Stage::handing_over: return ask(wire::MeetingPut{kMeetingRequest, m_keys.address, kHandOver, m_hand_over});
    case Stage::ending: return ask(wire::MeetingEnd{kMeetingRequest, m_keys.address});
    case Stage::asked:
    case Stage::over: return std::nullopt;
    }
    return std::nullopt;
}

base::UnixMilliseconds LinkHost::wake(bool connected) const
{
    if (connected && m_stage == Stage::offered && !m_waiting) return std::min(m_ask_at, m_until);
    return m_until;
}

api::Code LinkHost::on_state(wire::MeetingState&& state, base::UnixMilliseconds now)
{
    if (state.request_id != kMeetingRequest || !m_waiting) return api::Code::relay_garbled;
    m_waiting = false;
    switch (m_stage) {
    case Stage::offering: m_stage = Stage::offered; break;
    case Stage::offered: {
        m_ask_at = later(now, kAskInterval);
        if (state.message.empty()) break;
        m_applicant = open_answer(m_keys, m_offer, m_key.private_key, state.message);
        if (!m_applicant) {
            cancel();
            return api::Code::device_link_damaged;
        }
        m_answer = std::move(state.message);
        m_stage = Stage::asked;
        break;
    }
    case Stage::handing_over:
    case Stage::ending: m_stage = Stage::over; break;
    case Stage::asked:
    case Stage::over: break;
    }
    return api::Code::none;
}

api::Code LinkHost::on_refused(wire::Refusal refusal)
{
    const bool was_ending = m_stage == Stage::ending || (m_stage == Stage::handing_over && !m_admitted);
    m_stage = Stage::over;
    m_admitted = false;
    if (was_ending) return api::Code::none;
    switch (refusal) {
    case wire::Refusal::unknown_meeting: return api::Code::device_code_expired;
    case wire::Refusal::meeting_taken: return api::Code::device_link_damaged;
    case wire::Refusal::too_many_requests:
    case wire::Refusal::overloaded: return api::Code::rate_limited;
    case wire::Refusal::storage_full: return api::Code::relay_full;
    default: return api::Code::relay_refused;
    }
}

bool LinkHost::admit(const HandOver* contents, base::Random& random)
{
    CHECK_INVARIANT(m_stage == Stage::asked);
    auto message = seal_hand_over(m_keys, m_offer, m_answer, m_applicant->public_key, contents, random);
    if (!message) return false;
    m_hand_over = std::move(*message);
    m_admitted = contents != nullptr;
    m_stage = Stage::handing_over;
    m_ask_at = {};
    return true;
}

void LinkHost::cancel()
{
    m_stage = m_placed ? Stage::ending : Stage::over;
    m_ask_at = {};
    m_waiting = false;
}

// --- the new device ------------------------------------------------------------------------------------------------------

base::Result<LinkGuest, api::Code> LinkGuest::begin(const api::JoinDevice& command, base::ByteView code_text, base::UnixMilliseconds now)
{
    auto relay = directory::parse_relay_document(command.relay);
    if (!relay) return Unexpected(relay.error() == directory::Error::unknown_version ? api::Code::link_outdated : api::Code::link_mangled);
    LinkGuest guest(std::move(*relay), TRY_OR(vault::LinkCode::parse(code_text), api::Code::device_code_mistyped));
    const bool has_name = !command.device.empty() && command.device.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(command.device));
    guest.m_device = has_name ? command.device : std::string(kUnnamedDevice);
    guest.m_shared = command.shared;
    guest.m_until = later(now, kLinkLifetime);
    return guest;
}

bool LinkGuest::prepare(const crypto::PasswordKeyFunction& password_key, base::Random& random)
{
    auto keys = m_code.keys(relay_identity(m_relay), password_key);
    if (!keys) return false;
    m_keys = std::move(*keys);
    m_key = one_time_key(random);
    return true;
}

std::optional<MeetingRequest> LinkGuest::next_request(base::UnixMilliseconds now)
{
    if (m_asking || m_ask_at > now || m_hand_over) return std::nullopt;
    m_asking = true;
    switch (m_stage) {
    case Stage::fetching: return wire::MeetingGet{kMeetingRequest, m_keys.address, kOffer};
    case Stage::answering: return wire::MeetingPut{kMeetingRequest, m_keys.address, kAnswer, m_answer};
    case Stage::answered: return wire::MeetingGet{kMeetingRequest, m_keys.address, kHandOver};
    }
    return std::nullopt;
}

base::UnixMilliseconds LinkGuest::wake(bool connected) const
{
    if (connected && m_stage == Stage::answered && !m_asking) return std::min(m_ask_at, m_until);
    return m_until;
}

api::Code LinkGuest::on_state(wire::MeetingState&& state, base::UnixMilliseconds now, base::Random& random)
{
    if (state.request_id != kMeetingRequest || !m_asking) return api::Code::relay_garbled;
    m_asking = false;
    switch (m_stage) {
    case Stage::fetching: {
        if (state.messages > 1) return api::Code::device_code_used;
        const auto host_key = open_offer(m_keys, state.message);
        if (!host_key) return api::Code::device_link_damaged;
        auto answer = seal_answer(m_keys, state.message, *host_key, {m_device, m_shared, m_key.public_key}, random);
        if (!answer) return api::Code::device_link_damaged;
        m_offer = std::move(state.message);
        m_answer = std::move(*answer);
        m_stage = Stage::answering;
        return api::Code::none;
    }
    case Stage::answering: m_stage = Stage::answered; return api::Code::none;
    case Stage::answered: {
        m_ask_at = later(now, kAskInterval);
        if (state.message.empty()) return api::Code::none;
        auto opened = open_hand_over(m_keys, m_offer, m_answer, m_key.private_key, state.message);
        if (!opened) return api::Code::device_link_damaged;
        if (!opened->admitted) return api::Code::device_not_admitted;
        auto hand_over = HandOver::parse(opened->contents.view());
        if (!hand_over) return api::Code::device_link_damaged;
        if (hand_over->person.person.root_public_key != m_relay.root_public_key || hand_over->person.person.relay_keys != m_relay.relay_keys) return api::Code::relay_key;
        m_hand_over = std::move(*hand_over);
        return api::Code::none;
    }
    }
    return api::Code::internal;
}

api::Code LinkGuest::code_of(wire::Refusal refusal) const
{
    switch (refusal) {
    case wire::Refusal::unknown_meeting: return m_stage == Stage::fetching ? api::Code::device_code_unknown : api::Code::device_code_expired;
    case wire::Refusal::meeting_taken: return api::Code::device_code_used;
    case wire::Refusal::too_many_requests:
    case wire::Refusal::overloaded: return api::Code::rate_limited;
    default: return api::Code::relay_refused;
    }
}

NewAccountResult LinkGuest::add_device(base::UnixMilliseconds now, base::Random& random)
{
    return chat::add_device(std::move(m_hand_over->person.person), m_device, now, random, m_shared ? DeviceOwner::shared : DeviceOwner::own);
}

VaultKeeper LinkGuest::take_vault() { return VaultKeeper(std::move(m_hand_over->vault)); }

}  // namespace sinetti::chat
