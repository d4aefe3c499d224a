#pragma once
// Times, dates and numbers as each language writes them.

#include "ui/host.h"
#include "ui/strings.h"

#include <string>

namespace sinetti::ui {

std::string time_of_day(Language language, const LocalTime& t);                                      // 14.36 · 14.36 · 14:36
std::string short_date(Language language, const LocalTime& t);                                       // 25.11. · 25.11 · 25 Nov
std::string long_date(Language language, const LocalTime& t, const LocalTime& now);                  // keskiviikko 25.11. (year when it is not this one)
std::string list_time(Language language, const LocalTime& t, const LocalTime& now);                  // time today, yesterday, weekday within a week, date
std::string day_heading(Language language, const LocalTime& t, const LocalTime& now);
std::string date_and_time(Language language, const LocalTime& t);                                    // 25.11. klo 14.36 · 25.11 kl. 14.36 · 25 Nov, 14:36
long day_number(const LocalTime& t);                                                                 // days since 1970-01-01 of the calendar date

std::string initials_of(std::string_view name);                                                      // one or two letters, upper case
std::string first_name_of(std::string_view name);
std::string digits_of(std::string_view fingerprint_hex);                                             // twelve groups of five, separated by spaces
std::string release_number(std::uint64_t number);                                                    // 20261127-181529

}  // namespace sinetti::ui
