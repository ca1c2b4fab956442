#include "time.h"

#include <string.h>

#include "arena.h"
#include "failure.h"

enum { NANOS = 1000000000, NANOS_PER_MILLI = 1000000, DAY = 86400 };

/// The days on which the years 0 and 10000 begin: beyond them, RFC 3339 has no form.
enum { YEAR_0 = -719528, YEAR_10000 = 2932897 };

/// A calendar's day: no instant, as it has no zone.
typedef struct calendar_date {
  int64_t year;
  int month;
  int day;
} calendar_date;

/// A time of day, and how far its zone is ahead of UTC, in seconds.
typedef struct clock_time {
  int hour;
  int minute;
  int second;
  int32_t nanoseconds;
  int offset;
} clock_time;

/// What is still to be read, and whether all before was as it should be.
typedef struct reader {
  rounds_text left;
  bool is_good;
} reader;

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int days_in(int64_t year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/// Days since 1970, by Howard Hinnant's days_from_civil: years begin in March, so that a leap day
/// is a year's last.
static int64_t days_of(calendar_date date) {
  int64_t year = date.year - (date.month <= 2), era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400, month = (date.month + 9) % 12;
  int64_t day = (153 * month + 2) / 5 + date.day - 1 + of_era * 365 + of_era / 4 - of_era / 100;
  return era * 146097 + day - 719468;
}

/// The inverse, civil_from_days.
static calendar_date date_of(int64_t days) {
  int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day = shifted - era * 146097;
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int64_t of_year = day - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
  calendar_date date = {.month = (int)(month < 10 ? month + 3 : month - 9)};
  date.day = (int)(of_year - (153 * month + 2) / 5 + 1);
  date.year = year + era * 400 + (date.month <= 2);
  return date;
}

static char next_byte(const reader *r) { return r->left.length ? r->left.at[0] : 0; }

static bool skip_one_of(reader *r, const char *bytes) {
  char byte = next_byte(r);
  if (!byte || !strchr(bytes, byte))
    return false;
  r->left.at++;
  r->left.length--;
  return true;
}

static void expect(reader *r, const char *bytes) { r->is_good &= skip_one_of(r, bytes); }

static void expect_word(reader *r, const char *word) {
  for (; *word; word++)
    expect(r, (const char[]){*word, 0});
}

/// A number of so many digits, within these bounds.
static int take_number(reader *r, int digits, int lowest, int highest) {
  int number = 0;
  for (int i = 0; i < digits; i++) {
    number = number * 10 + (next_byte(r) - '0');
    expect(r, "0123456789");
  }
  r->is_good &= number >= lowest && number <= highest;
  return r->is_good ? number : lowest;
}

static calendar_date take_date(reader *r) {
  calendar_date date = {.year = take_number(r, 4, 0, 9999)};
  expect(r, "-");
  date.month = take_number(r, 2, 1, 12);
  expect(r, "-");
  date.day = take_number(r, 2, 1, days_in(date.year, date.month));
  return date;
}

/// Hours, minutes and seconds; a leap second is the one before it.
static clock_time take_clock(reader *r) {
  clock_time time = {.hour = take_number(r, 2, 0, 23)};
  expect(r, ":");
  time.minute = take_number(r, 2, 0, 59);
  expect(r, ":");
  time.second = take_number(r, 2, 0, 60);
  time.second = time.second == 60 ? 59 : time.second;
  return time;
}

static int32_t take_fraction(reader *r) {
  int32_t nanoseconds = 0;
  if (!skip_one_of(r, "."))
    return nanoseconds;
  nanoseconds = take_number(r, 1, 0, 9) * (NANOS / 10);
  for (int32_t place = NANOS / 100; next_byte(r) >= '0' && next_byte(r) <= '9'; place /= 10) {
    nanoseconds += take_number(r, 1, 0, 9) * place;
    r->is_good &= place > 0;
  }
  return nanoseconds;
}

static int take_offset(reader *r) {
  if (skip_one_of(r, "Zz"))
    return 0;
  int sign = next_byte(r) == '-' ? -1 : 1;
  expect(r, "+-");
  int hours = take_number(r, 2, 0, 23);
  expect(r, ":");
  return sign * (hours * 3600 + take_number(r, 2, 0, 59) * 60);
}

static rounds_time time_of(calendar_date date, clock_time clock) {
  int64_t of_day = clock.hour * 3600 + clock.minute * 60 + clock.second - clock.offset;
  return (rounds_time){days_of(date) * DAY + of_day, clock.nanoseconds};
}

/// Whether all was read and was a time; then it is kept.
static bool keep(const reader *r, rounds_time read, rounds_time *time) {
  bool is_time = r->is_good && r->left.length == 0;
  is_time &= read.seconds >= (int64_t)YEAR_0 * DAY && read.seconds < (int64_t)YEAR_10000 * DAY;
  if (is_time)
    *time = read;
  return is_time;
}

bool rounds_read_time(rounds_text text, rounds_time *time) {
  reader r = {text, true};
  calendar_date date = take_date(&r);
  expect(&r, "Tt ");
  clock_time clock = take_clock(&r);
  clock.nanoseconds = take_fraction(&r);
  clock.offset = take_offset(&r);
  return keep(&r, time_of(date, clock), time);
}

rounds_time rounds_parse_time(rounds_text text) {
  rounds_time time = {0, 0};
  if (!rounds_read_time(text, &time))
    rounds_fail_unexpected_response("no RFC 3339 time with an offset");
  return time;
}

static int take_month(reader *r) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int month = 0; month < 12; month++) {
    if (r->left.length >= 3 && memcmp(r->left.at, months + month * 3, 3) == 0) {
      r->left = (rounds_text){r->left.at + 3, r->left.length - 3};
      return month + 1;
    }
  }
  r->is_good = false;
  return 1;
}

/// As `Tue, 05 May 2026 10:00:00 GMT`, RFC 9110's only form to be written.
bool rounds_read_http_time(rounds_text text, rounds_time *time) {
  reader r = {rounds_none(), true};
  r.is_good = rounds_before(text, ' ', &r.left).length == strlen("Tue,");
  calendar_date date = {.day = take_number(&r, 2, 1, 31)};
  expect(&r, " ");
  date.month = take_month(&r);
  expect(&r, " ");
  date.year = take_number(&r, 4, 0, 9999);
  r.is_good &= date.day <= days_in(date.year, date.month);
  expect(&r, " ");
  clock_time clock = take_clock(&r);
  expect_word(&r, " GMT");
  return keep(&r, time_of(date, clock), time);
}

static char *put_number(char *to, int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; i--, number /= 10)
    to[i] = (char)('0' + number % 10);
  return to + digits;
}

static char *put_fraction(char *to, int32_t nanoseconds) {
  if (!nanoseconds)
    return to;
  *to = '.';
  char *end = put_number(to + 1, nanoseconds, 9);
  while (end[-1] == '0')
    end--;
  return end;
}

static char *put_part(char *to, int64_t number, char behind) {
  to = put_number(to, number, 2);
  *to = behind;
  return to + 1;
}

rounds_text rounds_print_time(rounds_time time) {
  enum { LONGEST = 48 };
  int64_t days = (time.seconds >= 0 ? time.seconds : time.seconds - (DAY - 1)) / DAY;
  int64_t second = time.seconds - days * DAY;
  calendar_date date = date_of(days);
  char *printed = rounds_arena_take(LONGEST);
  char *to = put_number(printed, date.year, 4);
  *to++ = '-';
  to = put_part(to, date.month, '-');
  to = put_part(to, date.day, 'T');
  to = put_part(to, second / 3600, ':');
  to = put_part(to, second / 60 % 60, ':');
  to = put_fraction(put_number(to, second % 60, 2), time.nanoseconds);
  *to++ = 'Z';
  return (rounds_text){printed, (size_t)(to - printed)};
}

int rounds_compare_times(rounds_time a, rounds_time b) {
  if (a.seconds != b.seconds)
    return a.seconds < b.seconds ? -1 : 1;
  return (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
}

rounds_time rounds_floor_to_second(rounds_time time) { return (rounds_time){time.seconds, 0}; }

rounds_time rounds_floor_to_milli(rounds_time time) {
  return (rounds_time){time.seconds, time.nanoseconds - time.nanoseconds % NANOS_PER_MILLI};
}

rounds_time rounds_minus_millis(rounds_time time, int64_t millis) {
  int64_t seconds = millis / 1000;
  int32_t nanoseconds = time.nanoseconds - (int32_t)(millis % 1000) * NANOS_PER_MILLI;
  int64_t carry = nanoseconds < 0 ? -1 : nanoseconds >= NANOS ? 1 : 0;
  int64_t shifted = time.seconds - seconds + carry, earliest = (int64_t)YEAR_0 * DAY;
  if (shifted < earliest)
    return (rounds_time){earliest, 0};
  return (rounds_time){shifted, nanoseconds - (int32_t)carry * NANOS};
}

rounds_time rounds_minus_seconds(rounds_time time, uint32_t seconds) {
  return rounds_minus_millis(time, (int64_t)seconds * 1000);
}

int64_t rounds_millis_since(rounds_time time, rounds_time earlier) {
  int64_t nanoseconds = (int64_t)time.nanoseconds - earlier.nanoseconds;
  int64_t below = nanoseconds < 0;
  int64_t millis = (nanoseconds + below * NANOS) / NANOS_PER_MILLI;
  return (time.seconds - earlier.seconds - below) * 1000 + millis;
}
