#include "tokens/token.h"

#include "base/check.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/hash.h"

#include <algorithm>

namespace sinetti::tokens {

using base::Unexpected;
using crypto::Error;

namespace {

constexpr std::uint16_t kBatchVersion = 1;
constexpr std::size_t kInputSize = 2 + kTokenNonceSize + 32 + 32;   // RFC 9578 §5.1 token_input

Result<std::vector<crypto::GroupElement>> decode_all(std::span<const ElementBytes> elements)
{
    std::vector<crypto::GroupElement> decoded;
    decoded.reserve(elements.size());
    for (const auto& element : elements) decoded.push_back(TRY(crypto::GroupElement::decode(element)));
    return decoded;
}

}  // namespace

TokenKeyId token_key_id(base::ByteView issuer_public_key) { return crypto::sha256(issuer_public_key); }

ChallengeDigest access_challenge(base::ByteView root_public_key)
{
    return crypto::Sha256().update(base::view_of("sinetti access v1")).update(root_public_key).finish();
}

// --- client ----------------------------------------------------------------------------------------------------------

base::ByteArray<kInputSize> TokenBatch::input_of(const TokenNonce& nonce) const
{
    codec::Writer writer;
    writer.u16(kTokenType).raw(nonce).raw(m_challenge).raw(token_key_id(m_issuer));
    base::ByteArray<kInputSize> input;
    std::ranges::copy(writer.view(), input.begin());
    return input;
}

Result<void> TokenBatch::add(Pending&& pending)
{
    const auto element = TRY(crypto::oprf_blinded_element(crypto::OprfMode::voprf, input_of(pending.nonce), pending.blind));
    m_blinded.push_back(element.bytes());
    m_pending.push_back(std::move(pending));
    return {};
}

Result<TokenBatch> TokenBatch::create(const ElementBytes& issuer_public_key, const ChallengeDigest& challenge, base::Random& random)
{
    (void)TRY(crypto::GroupElement::decode(issuer_public_key));
    TokenBatch batch;
    batch.m_issuer = issuer_public_key;
    batch.m_challenge = challenge;
    for (std::size_t i = 0; i < kTokensPerRequest; ++i) {
        const auto nonce = random.array<kTokenNonceSize>();
        TRY(batch.add({nonce, crypto::OprfBlind::random(random)}));
    }
    return batch;
}

Result<std::vector<Token>> TokenBatch::finalize(std::span<const ElementBytes> evaluated, const crypto::DleqProof& proof) const
{
    const auto server = TRY(crypto::GroupElement::decode(m_issuer));
    const auto blinded = TRY(decode_all(m_blinded));
    auto elements = TRY(decode_all(evaluated));
    const crypto::OprfEvaluation evaluation{std::move(elements), proof};
    std::vector<base::ByteArray<kInputSize>> token_inputs;
    for (const auto& pending : m_pending) token_inputs.push_back(input_of(pending.nonce));
    std::vector<crypto::OprfInput> inputs;
    for (std::size_t i = 0; i < m_pending.size(); ++i) inputs.push_back({token_inputs[i], &m_pending[i].blind, blinded[i]});
    const auto authenticators = TRY(crypto::voprf_finalize(server, inputs, evaluation));
    std::vector<Token> result;
    result.reserve(authenticators.size());
    for (std::size_t i = 0; i < authenticators.size(); ++i) {
        Token token;
        std::ranges::copy(token_inputs[i], token.data());
        std::ranges::copy(authenticators[i].view(), token.data() + kInputSize);
        result.push_back(std::move(token));
    }
    return result;
}

base::SecretBytes TokenBatch::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kBatchVersion).raw(m_issuer).raw(m_challenge);
    for (const auto& pending : m_pending) writer.raw(pending.nonce).raw(pending.blind.bytes());
    return std::move(writer).take();
}

std::optional<TokenBatch> TokenBatch::parse(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    TokenBatch batch;
    const auto version = reader.u16();
    const auto issuer = reader.array<crypto::kGroupElementSize>();
    const auto challenge = reader.array<32>();
    if (!version || *version != kBatchVersion || !issuer || !challenge) return std::nullopt;
    batch.m_issuer = *issuer;
    batch.m_challenge = *challenge;
    for (std::size_t i = 0; i < kTokensPerRequest; ++i) {
        const auto nonce = reader.array<kTokenNonceSize>();
        const auto scalar = reader.raw(crypto::kScalarSize);
        if (!nonce || !scalar) return std::nullopt;
        auto blind = crypto::OprfBlind::from_bytes(*scalar);
        if (!blind || !batch.add({*nonce, std::move(*blind)})) return std::nullopt;
    }
    if (!reader.empty()) return std::nullopt;
    return batch;
}

// --- relay -----------------------------------------------------------------------------------------------------------

Result<Issued> issue(const crypto::OprfPrivateKey& key, std::span<const ElementBytes> blinded, base::Random& random)
{
    const auto elements = TRY(decode_all(blinded));
    const auto evaluation = TRY(crypto::voprf_blind_evaluate(key, elements, random));
    Issued issued{.evaluated = {}, .proof = evaluation.proof};
    for (const auto& element : evaluation.elements) issued.evaluated.push_back(element.bytes());
    return issued;
}

TokenClaims claims_of(base::ByteView token)
{
    CHECK_INVARIANT(token.size() == kTokenSize);
    TokenClaims claims;
    claims.type = static_cast<std::uint16_t>(token[0] << 8 | token[1]);
    auto rest = token.subspan(2);
    for (auto* part : {&claims.nonce, &claims.challenge, &claims.key_id}) {
        std::ranges::copy(rest.first(32), part->begin());
        rest = rest.subspan(32);
    }
    return claims;
}

bool verify(const crypto::OprfPrivateKey& key, base::ByteView token)
{
    CHECK_INVARIANT(token.size() == kTokenSize);
    const auto expected = crypto::oprf_evaluate(crypto::OprfMode::voprf, key, token.first(kInputSize));
    return expected && base::equal_constant_time(expected->view(), token.subspan(kInputSize));
}

}  // namespace sinetti::tokens
