#pragma once
// The access tokens this device has, by issuer key, and the requests for more that are under way. Everything here is stored
// before it is used: a request before it is sent, so that a crash costs nothing; a token's absence before the token is shown.
//
// Which keys count is board 0's to say: tokens of a key that has been replaced or is no longer among the latest are thrown away.

#include "base/clock.h"
#include "directory/record.h"
#include "store/record_sealer.h"
#include "tokens/token.h"

#include <optional>
#include <vector>

namespace sinetti::chat {

class Effects;

inline constexpr std::string_view kTokensRecord = "tokens";              // and the tokens themselves in "tokens/…", kTokensPerRecord in each
inline constexpr std::size_t kIssuersAskedFor = 1 + directory::kTokenPeriodsAhead;   // the latest, by the relay's calendar and not by our clock
inline constexpr std::size_t kIssuersFollowed = 1 + kIssuersAskedFor;                // and yesterday's, whose tokens are good for half a day more
inline constexpr std::size_t kTokensLow = 8;             // fewer than these: time to ask for more
inline constexpr std::size_t kTokensForSessions = 8;     // the last ones open sessions; cells wait
inline constexpr std::size_t kTokensPerRecord = 32;

class TokenWallet {
public:
    static std::optional<TokenWallet> load(const store::Records& records);   // nullopt: damaged
    void persist(Effects& effects);                      // when it has changed

    void follow_issuers(const std::vector<directory::TokenIssuer>& issuers);   // those in force, oldest first

    // So many are fetched under each key, whether they are used or not: how many somebody uses is nobody's business. 0: as they are needed.
    void set_supply(std::size_t supply) { m_supply = supply; }

    bool is_empty() const;
    // One token less, of today's key, which everybody has tokens of, or else of the one that expires first. Persist, and show the
    // token only when that is durable.
    std::optional<tokens::Token> take(base::UnixMilliseconds now);
    std::optional<tokens::Token> take_for_cell(base::UnixMilliseconds now);   // the same, but for kTokensForSessions
    void put_back(tokens::Token&& token);                // it was not taken from us after all
    void drop_tokens_like(const tokens::Token& token);   // its key is not in force any more, and so no older one

    std::vector<tokens::ElementBytes> issuers_to_ask(bool brief) const;   // brief: without regard to the supply
    // The request for this issuer: the one under way, or a new one. nullptr: it is not followed, or its key is none.
    const tokens::TokenBatch* request_for(const tokens::ElementBytes& issuer, const tokens::ChallengeDigest& challenge, base::Random& random);
    // The answer. False: it was not made with the issuer's key; nothing has changed.
    bool finish_request(const tokens::ElementBytes& issuer, std::span<const tokens::ElementBytes> evaluated, const crypto::DleqProof& proof);
    void mark_used_up(const tokens::ElementBytes& issuer);   // the relay gives us no more under this key

private:
    struct Purse {
        tokens::ElementBytes issuer{};
        base::UnixMilliseconds expires;
        bool used_up = false;
        std::vector<tokens::Token> tokens;
        std::uint32_t fetched = 0;                       // under this key, so far
        std::size_t stored = 0;                          // so many are in records,
        std::size_t unchanged = 0;                       // the first of them as they are here
        std::optional<tokens::TokenBatch> request;
    };
    Purse* find(const tokens::ElementBytes& issuer);
    Purse* find(const tokens::Token& token);

    void persist_tokens(Purse& purse, Effects& effects);

    std::size_t m_supply = 0;
    std::vector<Purse> m_gone;                           // whose records are still to be erased
    std::vector<Purse> m_purses;                         // oldest key first, at most kIssuersFollowed
    bool m_changed = false;
};

}  // namespace sinetti::chat
