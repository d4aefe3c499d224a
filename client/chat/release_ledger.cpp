#include "chat/release_ledger.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kLedgerVersion = 1;
constexpr std::int64_t kLedgerDay = 24ll * 3600 * 1000;   // milliseconds
constexpr std::size_t kLedgerSizeMax = 64 << 10;          // bytes; more than anything bounded as above takes

std::uint32_t ledger_day(base::UnixMilliseconds now) { return static_cast<std::uint32_t>(std::max<std::int64_t>(now.value, 0) / kLedgerDay); }

void write_release(codec::SecretWriter& writer, const Release& release) { writer.u64(release.number).raw(release.hash); }

codec::Result<Release> read_release(codec::Reader& reader)
{
    Release release;
    release.number = TRY(reader.u64());
    if (release.number == 0 || release.number > kReleaseNumberMax) return base::Unexpected(codec::Error::bad_value);
    release.hash = TRY(reader.array<32>());
    return release;
}

codec::Result<ReleaseAlarm> read_alarm(codec::Reader& reader)
{
    ReleaseAlarm alarm;
    const auto kind = TRY(reader.u8());
    if (kind < 1 || kind > 2) return base::Unexpected(codec::Error::bad_value);
    alarm.kind = static_cast<ReleaseAlarm::Kind>(kind);
    alarm.release = TRY(read_release(reader));
    if (TRY(reader.optional_marker())) alarm.other = TRY(reader.array<32>());
    alarm.other_is_ours = TRY(reader.optional_marker());
    auto people = TRY(reader.vector(kAlarmPeopleMax * sizeof(PublicKey)));
    while (!people.empty()) alarm.people.push_back(TRY(people.array<32>()));
    alarm.day = TRY(reader.u32());
    alarm.told = TRY(reader.optional_marker());
    return alarm;
}

}  // namespace

bool ReleaseLedger::is_own(const Release& release) const { return std::ranges::find(m_own, release) != m_own.end(); }

const Release* ReleaseLedger::own_with(std::uint64_t number) const
{
    const auto found = std::ranges::find(m_own, number, &Release::number);
    return found == m_own.end() ? nullptr : &*found;
}

void ReleaseLedger::look(const Releases& ours, base::UnixMilliseconds now)
{
    const auto day = ledger_day(now);
    m_reported_anew = m_reported_anew || m_ours != ours;
    m_ours = ours;
    m_looked_at = now;
    for (const auto& release : {ours.running, ours.offered})
        if (release) keep_own(*release, day);
    if (!ours.offered || day <= m_last_look) return;
    m_last_look = day;
    m_changed = true;
    for (auto& claim : m_claims)
        if (claim.offered && claim.day < day && claim.looks < api::kLonelyReleaseDays && !is_own(claim.release)) ++claim.looks;
    judge_lonely(day);
    if (std::erase_if(m_alarms, [&](const ReleaseAlarm& alarm) { return alarm.told && day >= alarm.day + kAlarmKeptDays; }) > 0) set_changed();
}

void ReleaseLedger::keep_own(const Release& release, std::uint32_t day)
{
    if (is_own(release)) return;
    if (const auto* known = own_with(release.number))
        raise({.kind = ReleaseAlarm::Kind::fork, .release = release, .other = known->hash, .other_is_ours = true, .people = {}, .day = day});
    if (m_own.size() == kOwnReleasesMax) m_own.erase(m_own.begin());
    m_own.push_back(release);
    set_changed();
    for (const auto& claim : m_claims)
        if (claim.release.number == release.number) compare(claim, day);
}

void ReleaseLedger::hear(const PublicKey& person, const Releases& said, base::UnixMilliseconds now)
{
    const auto day = ledger_day(now);
    const auto hear_one = [&](const std::optional<Release>& release, bool offered) {
        if (!release || release->number == 0 || release->number > kReleaseNumberMax) return;
        const auto known = std::ranges::find_if(m_claims, [&](const Claim& claim) { return claim.person == person && claim.release == *release; });
        if (known == m_claims.end()) {
            keep_claim({.person = person, .release = *release, .day = day, .looks = 0, .offered = offered});
            compare(m_claims.back(), day);
        } else if (offered && !known->offered) {
            known->offered = true;
            known->day = day;
            known->looks = 0;
            m_changed = true;
        }
    };
    hear_one(said.running, false);
    hear_one(said.offered, true);
}

// What only says what we know goes before what somebody may have to be told of.
void ReleaseLedger::keep_claim(Claim&& claim)
{
    const auto of_person = [&](const Claim& known) { return known.person == claim.person; };
    if (static_cast<std::size_t>(std::ranges::count_if(m_claims, of_person)) == kClaimsPerPerson) m_claims.erase(std::ranges::find_if(m_claims, of_person));
    if (m_claims.size() == kReleaseClaimsMax) {
        const auto known = std::ranges::find_if(m_claims, [this](const Claim& one) { return is_own(one.release); });
        m_claims.erase(known == m_claims.end() ? m_claims.begin() : known);
    }
    m_claims.push_back(std::move(claim));
    set_changed();
}

void ReleaseLedger::compare(const Claim& claim, std::uint32_t day)
{
    if (is_own(claim.release)) return;
    std::optional<base::ByteArray<32>> other;
    const auto* own = own_with(claim.release.number);
    if (own != nullptr) other = own->hash;
    for (const auto& known : m_claims)
        if (!other && known.release.number == claim.release.number && known.release.hash != claim.release.hash) other = known.release.hash;
    if (other)
        raise({.kind = ReleaseAlarm::Kind::fork, .release = claim.release, .other = other, .other_is_ours = own != nullptr, .people = {claim.person}, .day = day});
}

// A roll-out reaches everybody within days. What only one person was offered, or what is newer than all we ever were, has not.
void ReleaseLedger::judge_lonely(std::uint32_t day)
{
    const auto newest = m_own.empty() ? 0 : std::ranges::max(m_own, {}, &Release::number).number;
    for (auto& claim : m_claims) {
        if (!claim.offered || claim.looks < api::kLonelyReleaseDays || is_own(claim.release)) continue;
        if (std::ranges::find(m_alarms, claim.release, &ReleaseAlarm::release) != m_alarms.end()) continue;   // that it is a fork
        const auto claimed_by = std::ranges::count(m_claims, claim.release, &Claim::release);
        if (claimed_by > 1 && claim.release.number < newest) continue;
        claim.offered = false;   // said; unless it is offered to them again
        raise({.kind = ReleaseAlarm::Kind::lonely, .release = claim.release, .other = {}, .other_is_ours = false, .people = {claim.person}, .day = day});
    }
}

// One alarm for each thing that is wrong, with whoever speaks of it.
void ReleaseLedger::raise(ReleaseAlarm&& alarm)
{
    const auto known = std::ranges::find_if(m_alarms, [&](const ReleaseAlarm& one) { return one.kind == alarm.kind && one.release == alarm.release; });
    if (known != m_alarms.end()) {
        if (alarm.other_is_ours && !known->other_is_ours) {
            known->other = alarm.other;
            known->other_is_ours = true;
            set_changed();
        }
        for (const auto& person : alarm.people) {
            if (std::ranges::find(known->people, person) != known->people.end() || known->people.size() == kAlarmPeopleMax) continue;
            known->people.push_back(person);
            set_changed();
        }
        return;
    }
    // Two others of whom one is right: it was said when the second one spoke.
    const auto is_said = [&](const ReleaseAlarm& one) { return one.release.number == alarm.release.number && one.other == alarm.release.hash && alarm.other == one.release.hash; };
    if (!alarm.other_is_ours && std::ranges::any_of(m_alarms, is_said)) return;
    const auto begun_by = [&](const ReleaseAlarm& one) { return !one.people.empty() && one.people.front() == alarm.people.front(); };
    if (!alarm.people.empty() && static_cast<std::size_t>(std::ranges::count_if(m_alarms, begun_by)) >= kAlarmsPerPerson) return;
    if (m_alarms.size() == kReleaseAlarmsMax) return;
    m_alarms.push_back(std::move(alarm));
    set_changed();
}

void ReleaseLedger::set_told()
{
    for (auto& alarm : m_alarms) {
        if (alarm.told) continue;
        alarm.told = true;
        set_changed();
    }
}

Releases ReleaseLedger::to_say(base::UnixMilliseconds now) const
{
    auto releases = m_ours;
    if (now.value - m_looked_at.value > kOfferFresh) releases.offered.reset();
    return releases;
}

std::uint32_t ReleaseLedger::others_with(const Release& release, const PublicKey& me) const
{
    return static_cast<std::uint32_t>(std::ranges::count_if(m_claims, [&](const Claim& claim) { return claim.release == release && claim.person != me; }));
}

// --- the record ----------------------------------------------------------------------------------------------------------

base::SecretBytes ReleaseLedger::serialize() const
{
    codec::SecretWriter writer;
    writer.u16(kLedgerVersion).u32(m_last_look);
    writer.vector([&](auto& own) {
        for (const auto& release : m_own) write_release(own, release);
    });
    writer.vector([&](auto& claims) {
        for (const auto& claim : m_claims) {
            claims.raw(claim.person);
            write_release(claims, claim.release);
            claims.u32(claim.day).u8(claim.looks).optional_marker(claim.offered);
        }
    });
    writer.vector([&](auto& alarms) {
        for (const auto& alarm : m_alarms) {
            write_release(alarms.u8(static_cast<std::uint8_t>(alarm.kind)), alarm.release);
            alarms.optional_marker(alarm.other.has_value());
            if (alarm.other) alarms.raw(*alarm.other);
            alarms.optional_marker(alarm.other_is_ours);
            alarms.vector([&](auto& people) {
                for (const auto& person : alarm.people) people.raw(person);
            });
            alarms.u32(alarm.day).optional_marker(alarm.told);
        }
    });
    return std::move(writer).take();
}

std::optional<ReleaseLedger> ReleaseLedger::parse(base::ByteView record)
{
    const auto read = [&]() -> codec::Result<ReleaseLedger> {
        codec::Reader reader(record);
        ReleaseLedger ledger;
        if (TRY(reader.u16()) != kLedgerVersion) return base::Unexpected(codec::Error::bad_value);
        ledger.m_last_look = TRY(reader.u32());
        auto own = TRY(reader.vector(kLedgerSizeMax));
        while (!own.empty()) {
            if (ledger.m_own.size() == kOwnReleasesMax) return base::Unexpected(codec::Error::too_large);
            ledger.m_own.emplace_back() = TRY(read_release(own));
        }
        auto claims = TRY(reader.vector(kLedgerSizeMax));
        while (!claims.empty()) {
            if (ledger.m_claims.size() == kReleaseClaimsMax) return base::Unexpected(codec::Error::too_large);
            auto& claim = ledger.m_claims.emplace_back();
            claim.person = TRY(claims.array<32>());
            claim.release = TRY(read_release(claims));
            claim.day = TRY(claims.u32());
            claim.looks = TRY(claims.u8());
            claim.offered = TRY(claims.optional_marker());
        }
        auto alarms = TRY(reader.vector(kLedgerSizeMax));
        while (!alarms.empty()) {
            if (ledger.m_alarms.size() == kReleaseAlarmsMax) return base::Unexpected(codec::Error::too_large);
            ledger.m_alarms.emplace_back() = TRY(read_alarm(alarms));
        }
        TRY(reader.finish());
        return ledger;
    };
    auto ledger = read();
    if (!ledger) return std::nullopt;
    return std::move(*ledger);
}

void ReleaseLedger::persist(Effects& effects)
{
    if (std::exchange(m_changed, false)) effects.put(kReleasesRecord, serialize().view());
}

std::optional<ReleaseLedger> ReleaseLedger::load(const store::Records& records)
{
    const auto record = records.find(kReleasesRecord);
    return record == records.end() ? ReleaseLedger() : parse(record->second.view());
}

}  // namespace sinetti::chat
