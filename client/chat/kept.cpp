#include "chat/kept.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

// As the user interface calls them. When and how a machine locks and what it notifies of is that machine's.
constexpr std::string_view kKeptSettings[] = {"language", "theme", "density", "root_paper"};
constexpr std::int64_t kClockMax = 32'503'680'000'000;   // milliseconds: the year 3000. A clock beyond it leaves room to count on

bool can_be_kept(std::string_view key, const KeptValue& kept)
{
    if (kept.set > kKeptTimeMax || !base::is_valid_utf8(base::view_of(kept.value))) return false;
    if (is_of_person(key)) return kept.value == kVerified || kept.value == kNotVerified;
    return !key.empty() && key.size() <= kKeptNameMax && base::is_valid_utf8(base::view_of(key)) && kept.value.size() <= kKeptTextMax;
}

std::size_t count(const Kept& kept, bool people)
{
    return static_cast<std::size_t>(std::ranges::count_if(kept, [&](const auto& entry) { return is_of_person(entry.first) == people; }));
}

bool drop_oldest_of(Kept& kept, bool people)
{
    auto oldest = kept.end();
    for (auto at = kept.begin(); at != kept.end(); ++at)
        if (is_of_person(at->first) == people && (oldest == kept.end() || at->second < oldest->second)) oldest = at;
    if (oldest == kept.end()) return false;
    kept.erase(oldest);
    return true;
}

void drop_surplus(Kept& kept)
{
    for (auto surplus = count(kept, true); surplus > kKeptPeopleMax; --surplus) drop_oldest_of(kept, true);
    for (auto surplus = count(kept, false); surplus > kKeptSettingsMax; --surplus) drop_oldest_of(kept, false);
}

}  // namespace

std::string kept_key(const directory::PublicKey& identity) { return base::to_text(identity); }

bool is_kept_setting(std::string_view name) { return std::ranges::find(kKeptSettings, name) != std::end(kKeptSettings); }

std::set<directory::PublicKey> verified_people(const Kept& kept)
{
    std::set<directory::PublicKey> people;
    for (const auto& [key, known] : kept) {
        if (!is_of_person(key) || known.value != kVerified) continue;
        directory::PublicKey identity;
        std::ranges::copy(base::view_of(key), identity.begin());
        people.insert(identity);
    }
    return people;
}

bool keep(Kept& kept, std::string_view key, std::string_view value, base::UnixMilliseconds now)
{
    KeptValue next{static_cast<std::uint64_t>(std::clamp<std::int64_t>(now.value, 0, kClockMax)), std::string(value)};
    if (const auto before = kept.find(key); before != kept.end()) {
        if (before->second.value == value) return false;
        next.set = std::min(std::max(next.set, before->second.set + 1), kKeptTimeMax);
    }
    if (!can_be_kept(key, next)) return false;
    kept.insert_or_assign(std::string(key), std::move(next));
    drop_surplus(kept);
    return true;
}

bool merge(Kept& kept, const Kept& others)
{
    const auto before = kept;
    for (const auto& [key, other] : others) {
        auto& ours = kept.try_emplace(key, other).first->second;
        ours = std::max(ours, other);
    }
    drop_surplus(kept);
    return kept != before;
}

bool drop_oldest(Kept& kept) { return drop_oldest_of(kept, true) || drop_oldest_of(kept, false); }

void write_kept(codec::SecretWriter& writer, const Kept& kept)
{
    writer.vector([&](auto& entries) {
        for (const auto& [key, known] : kept) entries.text(key).text(known.value).u64(known.set);
    });
}

codec::Result<Kept> read_kept(codec::Reader& reader)
{
    auto entries = TRY(reader.vector(kKeptSizeMax));
    Kept kept;
    while (!entries.empty()) {
        auto key = base::to_text(TRY(entries.opaque_view(std::tuple_size_v<directory::PublicKey>)));
        auto value = TRY(entries.text(kKeptTextMax));
        KeptValue known{TRY(entries.u64()), std::move(value)};
        if (!can_be_kept(key, known) || (!kept.empty() && kept.rbegin()->first >= key)) return base::Unexpected(codec::Error::bad_value);
        kept.emplace_hint(kept.end(), std::move(key), std::move(known));
    }
    if (count(kept, true) > kKeptPeopleMax || count(kept, false) > kKeptSettingsMax) return base::Unexpected(codec::Error::too_large);
    return kept;
}

}  // namespace sinetti::chat
