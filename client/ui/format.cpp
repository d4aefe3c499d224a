#include "ui/format.h"

#include "base/bytes.h"
#include "gfx/clusters.h"

#include <array>
#include <cstdio>

namespace sinetti::ui {

namespace {

const char* weekday_short(Language language, int weekday)
{
    static constexpr const char* kNames[3][7] = {
        {"su", "ma", "ti", "ke", "to", "pe", "la"},
        {"sön", "mån", "tis", "ons", "tor", "fre", "lör"},
        {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
    };
    return kNames[static_cast<int>(language)][weekday % 7];
}

const char* weekday_long(Language language, int weekday)
{
    static constexpr const char* kNames[3][7] = {
        {"Sunnuntai", "Maanantai", "Tiistai", "Keskiviikko", "Torstai", "Perjantai", "Lauantai"},
        {"Söndag", "Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag"},
        {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
    };
    return kNames[static_cast<int>(language)][weekday % 7];
}

const char* month_short(int month)
{
    static constexpr const char* kNames[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return kNames[(month + 11) % 12];
}

template<typename... Values>
std::string print(const char* pattern, Values... values)
{
    std::array<char, 96> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), pattern, values...);
    return std::string(buffer.data(), size < 0 ? 0 : std::min(static_cast<std::size_t>(size), buffer.size() - 1));
}

char32_t upper(char32_t c)
{
    if (c >= 'a' && c <= 'z') return c - 32;
    if ((c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) || (c >= 0x430 && c <= 0x44F)) return c - 32;
    if (c >= 0x450 && c <= 0x45F) return c - 80;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c & ~1u;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c - (c % 2 == 0 ? 1 : 0);
    return c;
}

void append_utf8(std::string& out, char32_t c)
{
    if (c < 0x80) {
        out.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (c >> 6)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | (c >> 12)));
        out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xF0 | (c >> 18)));
        out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
}

void append_initial(std::string& out, std::string_view text, const gfx::Cluster& cluster)
{
    if (cluster.single != 0) {
        append_utf8(out, upper(cluster.single));
    } else {
        out.append(text.substr(cluster.begin, cluster.end - cluster.begin));
    }
}

}  // namespace

std::string time_of_day(Language language, const LocalTime& t)
{
    return language == Language::english ? print("%02d:%02d", t.hour, t.minute) : print("%d.%02d", t.hour, t.minute);
}

std::string short_date(Language language, const LocalTime& t)
{
    switch (language) {
        case Language::finnish: return print("%d.%d.", t.day, t.month);
        case Language::swedish: return print("%d.%d", t.day, t.month);
        case Language::english: break;
    }
    return print("%d %s", t.day, month_short(t.month));
}

std::string long_date(Language language, const LocalTime& t, const LocalTime& now)
{
    const std::string day = std::string(weekday_long(language, t.weekday)) + ' ';
    if (t.year == now.year) return day + short_date(language, t);
    if (language == Language::english) return day + short_date(language, t) + print(" %d", t.year);
    return day + print("%d.%d.%d", t.day, t.month, t.year);
}

// Howard Hinnant's days_from_civil, for dates after 1970.
long day_number(const LocalTime& t)
{
    const long y = t.month <= 2 ? t.year - 1 : t.year;
    const long era = y / 400;
    const long year_of_era = y - era * 400;
    const long day_of_year = (153 * (t.month + (t.month > 2 ? -3 : 9)) + 2) / 5 + t.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::string list_time(Language language, const LocalTime& t, const LocalTime& now)
{
    const long age = day_number(now) - day_number(t);
    if (age <= 0) return time_of_day(language, t);
    if (age == 1) return say(language, Say::yesterday);
    if (age < 7) return weekday_short(language, t.weekday);
    return short_date(language, t);
}

std::string day_heading(Language language, const LocalTime& t, const LocalTime& now)
{
    const long age = day_number(now) - day_number(t);
    if (age == 0) return say(language, Say::today_heading);
    if (age == 1) return say(language, Say::yesterday_heading);
    return long_date(language, t, now);
}

std::string date_and_time(Language language, const LocalTime& t)
{
    const std::string time = time_of_day(language, t);
    switch (language) {
        case Language::finnish: return short_date(language, t) + " klo " + time;
        case Language::swedish: return short_date(language, t) + " kl. " + time;
        case Language::english: break;
    }
    return short_date(language, t) + ", " + time;
}

std::string first_name_of(std::string_view name)
{
    return std::string(name.substr(0, name.find(' ')));
}

std::string initials_of(std::string_view name)
{
    std::string out;
    int taken = 0;
    bool at_start = true;
    std::size_t words = 0;
    for (std::size_t at = 0; at < name.size();) {
        const gfx::Cluster cluster = gfx::cluster_at(name, at);
        at = cluster.end;
        if (cluster.kind == gfx::ClusterKind::space || cluster.kind == gfx::ClusterKind::newline || cluster.kind == gfx::ClusterKind::invisible) {
            at_start = true;
            continue;
        }
        if (at_start && taken < 2) {
            append_initial(out, name, cluster);
            ++taken;
            ++words;
        }
        at_start = false;
    }
    if (words == 1) {   // one word: its first two letters, unless the first is a picture
        const gfx::Cluster first = gfx::cluster_at(name, name.find_first_not_of(' '));
        if (first.single != 0 && first.kind == gfx::ClusterKind::glyph && first.end < name.size()) {
            const gfx::Cluster second = gfx::cluster_at(name, first.end);
            if (second.single != 0 && second.kind == gfx::ClusterKind::glyph) append_initial(out, name, second);
        }
    }
    return out;
}

std::string digits_of(std::string_view fingerprint_hex)
{
    // Each group comes from a window of five bytes, modulo 100,000; the windows start at 0, 3, 5, 8, 10 … 28, so all 32 bytes count.
    const auto bytes = base::from_hex(fingerprint_hex);
    if (!bytes || bytes->size() < 32) return {};
    std::string out;
    for (std::size_t group = 0; group < 12; ++group) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 5; ++i) value = value << 8 | (*bytes)[(group * 5 / 2 + group % 2 + i) % 32];
        if (!out.empty()) out.push_back(' ');
        out += print("%05u", static_cast<unsigned>(value % 100000));
    }
    return out;
}

// The date and the time of its sources, apart.
std::string release_number(std::uint64_t number)
{
    constexpr std::size_t kDate = 8;
    std::string digits = std::to_string(number);
    if (digits.size() == kDate + 6) digits.insert(kDate, "-");
    return digits;
}

}  // namespace sinetti::ui
