#pragma once
// The releases of the app that this device has run or was offered, those that others' messages speak of, and what does not go
// together among them. The record "releases"; what is in it is bounded, whatever anybody claims.
//
//   look(): what the page has seen, several times a day ─┐
//                                                        ├─► the same number with another hash: a fork
//   hear(): what a message says ─────────────────────────┘   offered to one person, and never here for days: lonely

#include "chat/account.h"
#include "chat/release.h"
#include "store/record_sealer.h"

#include <utility>
#include <vector>

namespace sinetti::chat {

class Effects;

inline constexpr std::string_view kReleasesRecord = "releases";
inline constexpr std::size_t kOwnReleasesMax = 64;           // the oldest goes
inline constexpr std::size_t kReleaseClaimsMax = 256;        // of everybody together
inline constexpr std::size_t kClaimsPerPerson = 4;           // the oldest of theirs goes
inline constexpr std::size_t kReleaseAlarmsMax = 16;         // more are not kept before some are old
inline constexpr std::size_t kAlarmsPerPerson = 2;           // that begin with a message of theirs
inline constexpr std::size_t kAlarmPeopleMax = 8;            // named in one
inline constexpr std::uint32_t kAlarmKeptDays = 90;
inline constexpr std::int64_t kOfferFresh = 12ll * 3600 * 1000;   // milliseconds; an older look is not told as what is offered

struct ReleaseAlarm {
    enum class Kind : std::uint8_t { fork = 1, lonely = 2 };
    Kind kind = Kind::fork;
    Release release;                        // the one it is about
    std::optional<base::ByteArray<32>> other;   // of a fork: the other hash of that number
    bool other_is_ours = false;
    std::vector<PublicKey> people;          // whose messages speak of `release`; nobody: the relay offered it to ourselves
    std::uint32_t day = 0;                  // since 1970
    bool told = false;
    friend bool operator==(const ReleaseAlarm&, const ReleaseAlarm&) = default;
};

class ReleaseLedger {
public:
    void look(const Releases& ours, base::UnixMilliseconds now);
    void hear(const PublicKey& person, const Releases& said, base::UnixMilliseconds now);
    void set_told();                        // every alarm has been on a screen

    Releases to_say(base::UnixMilliseconds now) const;   // what a message of now may tell of us
    const std::vector<ReleaseAlarm>& alarms() const { return m_alarms; }   // oldest first
    std::uint32_t others_with(const Release& release, const PublicKey& me) const;
    void announce() { m_reported_anew = true; }
    bool take_changed() { return std::exchange(m_reported_anew, false); }   // for what is reported

    void persist(Effects& effects);
    base::SecretBytes serialize() const;
    static std::optional<ReleaseLedger> parse(base::ByteView record);
    static std::optional<ReleaseLedger> load(const store::Records& records);   // nullopt: damaged
    friend bool operator==(const ReleaseLedger& a, const ReleaseLedger& b)
    {
        return a.m_last_look == b.m_last_look && a.m_own == b.m_own && a.m_claims == b.m_claims && a.m_alarms == b.m_alarms;
    }

private:
    struct Claim {
        PublicKey person{};
        Release release;
        std::uint32_t day = 0;              // on which we heard of it
        std::uint8_t looks = 0;             // days on which we have looked since
        bool offered = false;               // and not only run
        friend bool operator==(const Claim&, const Claim&) = default;
    };

    bool is_own(const Release& release) const;
    const Release* own_with(std::uint64_t number) const;
    void keep_own(const Release& release, std::uint32_t day);
    void keep_claim(Claim&& claim);
    void compare(const Claim& claim, std::uint32_t day);
    void judge_lonely(std::uint32_t day);
    void raise(ReleaseAlarm&& alarm);
    void set_changed() { m_changed = m_reported_anew = true; }

    std::uint32_t m_last_look = 0;          // day
    std::vector<Release> m_own;             // oldest first
    std::vector<Claim> m_claims;            // oldest first; one of a person and release
    std::vector<ReleaseAlarm> m_alarms;
    bool m_changed = false;
    bool m_reported_anew = false;

    Releases m_ours;                        // as the page has said last; not stored
    base::UnixMilliseconds m_looked_at;
};

}  // namespace sinetti::chat
