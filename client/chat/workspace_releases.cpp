// Which release of the app runs here, and what others' messages say of theirs.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::int64_t kDayMs = 24ll * 3600 * 1000;

std::optional<Release> known_release(const api::Release& said)
{
    const auto hash = key_from_hex(said.hash);   // 32 bytes, as a key is
    if (!hash || said.number == 0 || said.number > kReleaseNumberMax) return std::nullopt;
    return Release{said.number, *hash};
}

}  // namespace

void Workspace::on_releases(const api::ReportReleases& report, base::UnixMilliseconds looked_at)
{
    m_release_report = report;
    m_releases.look({known_release(report.running), known_release(report.offered)}, looked_at);
}

void Workspace::run(const api::SawReleaseAlarms&) { m_releases.set_told(); }

// In the first message of a day, and of this session, to a conversation, and whenever it is something new.
Releases Workspace::releases_to_say(const Conversation& conversation)
{
    const auto releases = m_releases.to_say(now());
    const std::pair said{now().value / kDayMs, releases};
    const auto [last, is_first] = m_releases_said.try_emplace(conversation.id, said);
    if (!is_first && last->second == said) return {};
    last->second = said;
    return releases;
}

void Workspace::report_releases()
{
    if (!m_releases.take_changed()) return;
    const auto ours = m_releases.to_say(now());
    const auto& compared = ours.running ? ours.running : ours.offered;
    api::ReleasesEvent event{.running = m_release_report.running,
                             .offered = m_release_report.offered,
                             .others = compared ? m_releases.others_with(*compared, me()) : 0,
                             .alarms = {}};
    for (const auto& alarm : m_releases.alarms()) {
        api::ReleaseAlarm shown{.kind = alarm.kind == ReleaseAlarm::Kind::fork ? api::ReleaseAlarmKind::fork : api::ReleaseAlarmKind::lonely,
                                .number = alarm.release.number,
                                .hash = base::to_hex(alarm.release.hash),
                                .other = alarm.other ? base::to_hex(*alarm.other) : std::string(),
                                .ours = alarm.other_is_ours,
                                .people = {},
                                .found_ms = static_cast<std::int64_t>(alarm.day) * kDayMs,
                                .told = alarm.told};
        std::ranges::transform(alarm.people, std::back_inserter(shown.people), person_id);
        event.alarms.push_back(std::move(shown));
    }
    m_effects.emit_latest(std::move(event));
}

}  // namespace sinetti::chat
