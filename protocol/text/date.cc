#include "protocol/text/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

#include "core/ascii.h"
#include "core/number_in.h"
#include "protocol/text/header_lexer.h"

namespace postbag::protocol {

namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 12> months = {"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
constexpr std::int64_t seconds_of_day = 86'400;

bool is_number(std::string_view word) { return !word.empty() && is_ascii_digit(word[0]); }

/// 1 to 12 for the first three or more letters of a month's name; 0 for anything else.
int month_written(std::string_view word) {
  if (word.size() < 3) return 0;
  for (std::size_t i = 0; i < months.size(); ++i)
    if (ascii_iequal(months[i].substr(0, word.size()), word)) return static_cast<int>(i) + 1;
  return 0;
}

/// The number in `digits`; nothing for anything else. At most 9 digits.
std::optional<int> number(std::string_view digits) {
  const auto value = digits.size() > 9 ? std::nullopt : number_in<unsigned>(digits);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

/// The tokens of a Date field: runs of letters, runs of digits, "+hhmm", ':'. Comments, white space and other
/// bytes are skipped. More than 16 tokens are no date.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (HeaderLexer in(text); words.size() < 16;) {
    in.skip_space();
    if (in.at_end()) break;
    const std::string_view from = in.rest();
    const char c = in.next();
    const bool word = is_ascii_letter(c) || is_ascii_digit(c) || c == '+' || c == '-';
    const auto same = is_ascii_letter(c) ? is_ascii_letter : is_ascii_digit;
    while (word && same(in.peek())) in.skip();
    if (word || c == ':') words.push_back(from.substr(0, from.size() - in.rest().size()));
  }
  return words;
}

/// Two and three digit years. RFC 5322 section 4.3.
int full_year(int year, std::size_t digits) {
  if (digits == 2) return year < 50 ? year + 2000 : year + 1900;
  return digits == 3 ? year + 1900 : year;
}

/// Zones by name. RFC 5322 section 4.3; all others are "-0000" by its rule.
int named_zone(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    int hours;
  } zones[] = {{"EDT", -4}, {"EST", -5}, {"CDT", -5}, {"CST", -6},
               {"MDT", -6}, {"MST", -7}, {"PDT", -7}, {"PST", -8}};
  for (const auto& zone : zones)
    if (ascii_iequal(zone.name, name)) return zone.hours * 60;
  return 0;
}

/// Minutes east of UTC; 0 for an invalid zone.
int zone_of(std::string_view word) {
  if (word.empty() || is_ascii_letter(word[0])) return named_zone(word);
  const auto hhmm = word.size() == 5 ? number(word.substr(1)) : std::nullopt;
  if (!hhmm || *hhmm % 100 > 59 || *hhmm > 2359) return 0;
  const int minutes = *hhmm / 100 * 60 + *hhmm % 100;
  return word[0] == '-' ? -minutes : minutes;
}

/// Reads tokens one after another.
class Words {
 public:
  explicit Words(const std::vector<std::string_view>& words) : words_(&words) {}
  std::string_view peek() const { return at_ < words_->size() ? (*words_)[at_] : std::string_view{}; }
  /// True when a number follows the next token.
  bool number_follows() const {
    const auto following = words_->begin() + static_cast<std::ptrdiff_t>(std::min(at_ + 1, words_->size()));
    return std::any_of(following, words_->end(), is_number);
  }
  std::string_view take() {
    const std::string_view word = peek();
    if (!word.empty()) ++at_;
    return word;
  }
  bool take_if(std::string_view word) {
    const bool is = peek() == word;
    if (is) ++at_;
    return is;
  }

 private:
  const std::vector<std::string_view>* words_;
  std::size_t at_ = 0;
};

/// Removes the "-" before the month and the year in dates like 7-Feb-94.
std::string_view without_dash(std::string_view word) { return word.starts_with('-') ? word.substr(1) : word; }

/// day month year, month day year, or month day (asctime, with the year last). False for anything else.
bool take_date(Words& words, Civil& civil, bool& year_is_last) {
  if (!words.peek().empty() && is_ascii_letter(words.peek()[0]) && month_written(words.peek()) == 0) words.take();
  const bool month_first = month_written(words.peek()) != 0;
  if (month_first) civil.month = month_written(words.take());
  const auto day = number(words.take());
  if (!day) return false;
  civil.day = *day;
  year_is_last = month_first && words.peek().size() != 4;
  if (year_is_last) return true;
  words.take_if("-");
  if (!month_first) civil.month = month_written(words.take());
  const std::string_view year = without_dash(words.take());
  const auto value = number(year);
  civil.year = full_year(value.value_or(0), year.size());
  return civil.month != 0 && value.has_value();
}

bool is_time(const Civil& civil) { return civil.hour < 24 && civil.minute < 60 && civil.second <= 60; }

/// hh:mm[:ss]. False when it is anything else.
bool take_time(Words& words, Civil& civil) {
  Words in = words;
  const auto hour = number(in.take());
  if (!hour || !in.take_if(":")) return false;
  const auto minute = number(in.take());
  const auto second = in.take_if(":") ? number(in.take()) : 0;
  if (!minute || !second) return false;
  Civil read = civil;
  read.hour = *hour;
  read.minute = *minute;
  read.second = *second;
  if (!is_time(read)) return false;
  civil = read;
  words = in;
  return true;
}

/// Reads the time up to the zone or asctime's year. An invalid time is midnight, as in RFC 5256 section 2.2: the
/// day is still used.
void take_any_time(Words& words, Civil& civil, bool year_is_last) {
  take_time(words, civil);
  const auto is_more = [&] {  // fractions of a second, 10.11.12, a zone before asctime's year
    return year_is_last ? words.number_follows() : is_number(words.peek()) || words.peek() == ":";
  };
  while (is_more()) words.take();
}

/// The number in `count` characters known to be digits, or spaces, which count as 0.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) value = value * 10 + (c == ' ' ? 0 : c - '0');
  return value;
}

void append_padded(std::string& out, int value, std::size_t width, char pad) {
  const std::string digits = std::to_string(value);
  out.append(width > digits.size() ? width - digits.size() : 0, pad);
  out.append(digits);
}

}  // namespace

std::optional<Day> day_of(int year, int month, int day) {
  if (year < -32'767 || year > 32'767 || month < 1 || day < 1) return std::nullopt;
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (month > 12 || day > 31 || !date.ok()) return std::nullopt;
  return static_cast<Day>(chrono::sys_days(date).time_since_epoch().count());
}

Day local_day(const DateTime& t) {
  const std::int64_t local = t.seconds + std::int64_t{60} * t.zone_minutes;
  return static_cast<Day>(local / seconds_of_day - (local % seconds_of_day < 0 ? 1 : 0));
}

Civil civil_of(const DateTime& t) {
  const Day day = local_day(t);
  const auto second =
      static_cast<int>(t.seconds + std::int64_t{60} * t.zone_minutes - std::int64_t{day} * seconds_of_day);
  const chrono::year_month_day date{chrono::sys_days(chrono::days(day))};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = second / 3600,
          .minute = second / 60 % 60,
          .second = second % 60};
}

std::optional<DateTime> date_time_of(const Civil& civil, int zone_minutes) {
  const auto day = day_of(civil.year, civil.month, civil.day);
  const bool positive = civil.hour >= 0 && civil.minute >= 0 && civil.second >= 0;
  if (!day || !positive || !is_time(civil) || zone_minutes <= -24 * 60 || zone_minutes >= 24 * 60)
    return std::nullopt;
  const int second = (civil.hour * 60 + civil.minute - zone_minutes) * 60 + civil.second;
  return DateTime{.seconds = *day * seconds_of_day + second,
                  .zone_minutes = static_cast<std::int16_t>(zone_minutes)};
}

int month_number(std::string_view name) {
  for (std::size_t i = 0; i < months.size(); ++i)
    if (ascii_iequal(months[i].substr(0, 3), name)) return static_cast<int>(i) + 1;
  return 0;
}

std::string_view month_name(int month) { return months[static_cast<std::size_t>(month - 1)].substr(0, 3); }

std::optional<DateTime> parse_rfc5322_date(std::string_view value) {
  const std::vector<std::string_view> list = words_of(value);
  Words words(list);
  Civil civil;
  bool year_is_last = false;
  if (!take_date(words, civil, year_is_last)) return std::nullopt;
  take_any_time(words, civil, year_is_last);
  if (year_is_last) {
    const std::string_view year = words.take();
    const auto number_of_year = number(year);
    if (!number_of_year) return std::nullopt;
    civil.year = full_year(*number_of_year, year.size());
  }
  return date_time_of(civil, zone_of(words.take()));
}

std::string internal_date(const DateTime& t) {
  const Civil civil = civil_of(t);
  const int zone = t.zone_minutes < 0 ? -t.zone_minutes : t.zone_minutes;
  std::string out;
  append_padded(out, civil.day, 2, ' ');
  out.append("-").append(month_name(civil.month)).append("-");
  append_padded(out, civil.year, 4, '0');
  out.push_back(' ');
  append_padded(out, civil.hour, 2, '0');
  out.push_back(':');
  append_padded(out, civil.minute, 2, '0');
  out.push_back(':');
  append_padded(out, civil.second, 2, '0');
  out.append(t.zone_minutes < 0 ? " -" : " +");
  append_padded(out, zone / 60 * 100 + zone % 60, 4, '0');
  return out;
}

std::optional<DateTime> parse_internal_date(std::string_view text) {
  // 0         1         2
  // 01234567890123456789012345
  //  7-Feb-1994 21:52:25 -0800
  constexpr std::string_view shape = "dd-mmm-dddd dd:dd:dd sdddd";
  if (text.size() != shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool ok = shape[i] == 'd'   ? is_ascii_digit(text[i]) || (i == 0 && text[i] == ' ')
                    : shape[i] == 's' ? text[i] == '+' || text[i] == '-'
                                      : shape[i] == 'm' || text[i] == shape[i];
    if (!ok) return std::nullopt;
  }
  const Civil civil{.year = digits_at(text, 7, 4),
                    .month = month_number(text.substr(3, 3)),
                    .day = digits_at(text, 0, 2),
                    .hour = digits_at(text, 12, 2),
                    .minute = digits_at(text, 15, 2),
                    .second = digits_at(text, 18, 2)};
  const int zone = digits_at(text, 22, 4);
  if (zone % 100 > 59 || zone / 100 > 23) return std::nullopt;
  return date_time_of(civil, (text[21] == '-' ? -1 : 1) * (zone / 100 * 60 + zone % 100));
}

}  // namespace postbag::protocol
