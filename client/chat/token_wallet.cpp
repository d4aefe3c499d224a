#include "chat/token_wallet.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kWalletVersion = 2;
constexpr std::uint16_t kWalletVersionInOneRecord = 1;          // with the tokens in it
constexpr std::size_t kTokensMax = 1024;                  // of one issuer
constexpr std::size_t kRequestSizeMax = 8192;

std::string wallet_record_name(const tokens::ElementBytes& issuer, std::size_t part)
{
    return std::string(kTokensRecord) + "/" + base::to_hex(base::ByteView(issuer).first(8)) + "/" + std::to_string(part);
}

bool read_tokens(codec::Reader& reader, std::vector<tokens::Token>& tokens)
{
    while (!reader.empty()) {
        const auto token = reader.raw(tokens::kTokenSize);
        if (!token || tokens.size() == kTokensMax) return false;
        tokens.emplace_back(token->first<tokens::kTokenSize>());
    }
    return true;
}

}  // namespace

std::optional<TokenWallet> TokenWallet::load(const store::Records& records)
{
    TokenWallet wallet;
    const auto record = records.find(kTokensRecord);
    if (record == records.end()) return wallet;
    codec::Reader reader(record->second.view());
    const auto version = reader.u16();
    if (!version || (*version != kWalletVersion && *version != kWalletVersionInOneRecord)) return std::nullopt;
    const bool in_one_record = *version == kWalletVersionInOneRecord;
    while (!reader.empty()) {
        Purse purse;
        const auto issuer = reader.array<crypto::kGroupElementSize>();
        const auto expires = reader.u64();
        const auto used_up = reader.optional_marker();
        auto tokens = in_one_record ? reader.vector(kTokensMax * tokens::kTokenSize) : codec::Result<codec::Reader>(codec::Reader({}));
        const auto counts = in_one_record ? codec::Result<std::uint64_t>(0) : reader.u64();   // u32 fetched ‖ u32 stored
        const auto has_request = reader.optional_marker();
        if (!issuer || !expires || !used_up || !tokens || !counts || !has_request || wallet.m_purses.size() == kIssuersFollowed) return std::nullopt;
        purse.issuer = *issuer;
        purse.expires = {static_cast<std::int64_t>(*expires)};
        purse.used_up = *used_up;
        if (!read_tokens(*tokens, purse.tokens)) return std::nullopt;
        if (in_one_record) {
            purse.fetched = static_cast<std::uint32_t>(purse.tokens.size());
            wallet.m_changed = true;
        } else {
            purse.fetched = static_cast<std::uint32_t>(*counts >> 32);
            purse.stored = purse.unchanged = static_cast<std::uint32_t>(*counts);
            if (purse.stored > kTokensMax) return std::nullopt;
            for (std::size_t part = 0; part * kTokensPerRecord < purse.stored; ++part) {
                const auto part_record = records.find(wallet_record_name(purse.issuer, part));
                if (part_record == records.end()) return std::nullopt;
                codec::Reader part_reader(part_record->second.view());
                if (!read_tokens(part_reader, purse.tokens)) return std::nullopt;
            }
            if (purse.tokens.size() != purse.stored) return std::nullopt;
        }
        if (*has_request) {
            const auto request = reader.opaque_view(kRequestSizeMax);
            if (!request) return std::nullopt;
            purse.request = tokens::TokenBatch::parse(*request);
            if (!purse.request) return std::nullopt;
        }
        wallet.m_purses.push_back(std::move(purse));
    }
    return wallet;
}

void TokenWallet::persist(Effects& effects)
{
    if (!std::exchange(m_changed, false)) return;
    for (auto& purse : std::exchange(m_gone, {})) {
        purse.tokens.clear();
        purse.unchanged = 0;
        persist_tokens(purse, effects);
    }
    codec::SecretWriter writer;
    writer.u16(kWalletVersion);
    for (auto& purse : m_purses) {
        persist_tokens(purse, effects);
        writer.raw(purse.issuer).u64(static_cast<std::uint64_t>(purse.expires.value)).optional_marker(purse.used_up);
        writer.u64(std::uint64_t{purse.fetched} << 32 | purse.stored);
        writer.optional_marker(purse.request.has_value());
        if (purse.request) writer.opaque(purse.request->serialize().view());
    }
    effects.put(kTokensRecord, writer.view());
}

// What has changed: the last part as a rule, since tokens are taken from the end.
void TokenWallet::persist_tokens(Purse& purse, Effects& effects)
{
    const auto size = purse.tokens.size();
    if (purse.unchanged == size && purse.stored == size) return;
    for (auto part = purse.unchanged / kTokensPerRecord; part * kTokensPerRecord < std::max(size, purse.stored); ++part) {
        const auto begin = part * kTokensPerRecord;
        if (begin >= size) {
            effects.erase(wallet_record_name(purse.issuer, part));
            continue;
        }
        codec::SecretWriter writer;
        for (auto i = begin; i < std::min(size, begin + kTokensPerRecord); ++i) writer.raw(purse.tokens[i].view());
        effects.put(wallet_record_name(purse.issuer, part), writer.view());
    }
    purse.stored = purse.unchanged = size;
}

void TokenWallet::follow_issuers(const std::vector<directory::TokenIssuer>& issuers)
{
    std::vector<Purse> followed;
    for (auto i = issuers.size() - std::min(issuers.size(), kIssuersFollowed); i < issuers.size(); ++i) {
        if (auto* known = find(issuers[i].issuer_public_key)) {
            followed.push_back(std::move(*known));
            known->stored = 0;
        } else {
            followed.push_back({.issuer = issuers[i].issuer_public_key, .expires = issuers[i].expires});
            m_changed = true;
        }
    }
    for (auto& purse : m_purses) {
        if (purse.stored == 0) continue;
        m_gone.push_back(std::move(purse));
        m_changed = true;
    }
    m_changed = m_changed || followed.size() != m_purses.size();
    m_purses = std::move(followed);
}

TokenWallet::Purse* TokenWallet::find(const tokens::ElementBytes& issuer)
{
    const auto found = std::ranges::find(m_purses, issuer, &Purse::issuer);
    return found == m_purses.end() ? nullptr : &*found;
}

TokenWallet::Purse* TokenWallet::find(const tokens::Token& token)
{
    const auto key = tokens::claims_of(token.view()).key_id;
    const auto found = std::ranges::find(m_purses, key, [](const Purse& purse) { return tokens::token_key_id(purse.issuer); });
    return found == m_purses.end() ? nullptr : &*found;
}

bool TokenWallet::is_empty() const
{
    return std::ranges::all_of(m_purses, [](const Purse& purse) { return purse.tokens.empty(); });
}

std::optional<tokens::Token> TokenWallet::take(base::UnixMilliseconds now)
{
    const auto is_of_today = [&](const Purse& purse) {
        const auto begin = purse.expires.value - directory::kTokenLifetime;
        return !purse.tokens.empty() && begin <= now.value && now.value < begin + directory::kTokenPeriod;
    };
    const auto today = std::ranges::find_if(m_purses, is_of_today);
    Purse* chosen = today == m_purses.end() ? nullptr : &*today;
    for (auto purse = m_purses.begin(); today == m_purses.end() && purse != m_purses.end(); ++purse) {
        if (purse->tokens.empty()) continue;
        chosen = &*purse;
        if (now < purse->expires) break;   // should our clock be wrong, the latest key's it is
    }
    if (chosen == nullptr) return std::nullopt;
    auto token = std::move(chosen->tokens.back());
    chosen->tokens.pop_back();
    chosen->unchanged = std::min(chosen->unchanged, chosen->tokens.size());
    m_changed = true;
    return token;
}

std::optional<tokens::Token> TokenWallet::take_for_cell(base::UnixMilliseconds now)
{
    std::size_t left = 0;
    for (const auto& purse : m_purses)
        if (now < purse.expires) left += purse.tokens.size();
    if (left <= kTokensForSessions) return std::nullopt;
    return take(now);
}

void TokenWallet::put_back(tokens::Token&& token)
{
    auto* purse = find(token);
    if (purse == nullptr) return;
    purse->tokens.push_back(std::move(token));
    m_changed = true;
}

void TokenWallet::drop_tokens_like(const tokens::Token& token)
{
    const auto* dropped = find(token);
    if (dropped == nullptr) return;
    for (auto& purse : m_purses)
        if (purse.expires <= dropped->expires) {
            purse.tokens.clear();
            purse.unchanged = 0;
        }
    m_changed = true;
}

std::vector<tokens::ElementBytes> TokenWallet::issuers_to_ask(bool brief) const
{
    std::vector<tokens::ElementBytes> issuers;
    for (auto i = m_purses.size() - std::min(m_purses.size(), kIssuersAskedFor); i < m_purses.size(); ++i)
        if (const auto& purse = m_purses[i]; !purse.used_up && (purse.tokens.size() < kTokensLow || (!brief && purse.fetched < m_supply))) issuers.push_back(purse.issuer);
    return issuers;
}

const tokens::TokenBatch* TokenWallet::request_for(const tokens::ElementBytes& issuer, const tokens::ChallengeDigest& challenge, base::Random& random)
{
    auto* purse = find(issuer);
    if (purse == nullptr) return nullptr;
    if (!purse->request) {
        auto request = tokens::TokenBatch::create(issuer, challenge, random);
        if (!request) return nullptr;
        purse->request = std::move(*request);
        m_changed = true;
    }
    return &*purse->request;
}

bool TokenWallet::finish_request(const tokens::ElementBytes& issuer, std::span<const tokens::ElementBytes> evaluated, const crypto::DleqProof& proof)
{
    auto* purse = find(issuer);
    if (purse == nullptr || !purse->request) return true;   // its key was replaced meanwhile
    auto tokens = purse->request->finalize(evaluated, proof);
    if (!tokens) return false;
    purse->fetched += static_cast<std::uint32_t>(tokens->size());
    std::ranges::move(*tokens, std::back_inserter(purse->tokens));
    purse->request.reset();
    m_changed = true;
    return true;
}

void TokenWallet::mark_used_up(const tokens::ElementBytes& issuer)
{
    auto* purse = find(issuer);
    if (purse == nullptr) return;
    purse->used_up = true;
    purse->request.reset();
    m_changed = true;
}

}  // namespace sinetti::chat
