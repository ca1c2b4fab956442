#include "epoch.h"

#include <string.h>

#include "arena.h"
#include "failure.h"

/// How many digits the largest number of nanoseconds has, and those of them within a second.
enum { LONGEST_EPOCH = 21, OF_SECONDS = 9, OF_MILLIS = 6 };

/// Where the year 1 begins, and where the year 9999 has ended.
static const int64_t first_second = -62135596800, end_second = 253402300800;

/// A decimal number: its digits without zeros around them, and how many zeros follow them.
typedef struct decimal {
  bool is_negative;
  rounds_text digits;
  int64_t zeros;
} decimal;

static rounds_text behind(rounds_text text, size_t start) {
  return (rounds_text){text.at + start, text.length - start};
}

static rounds_text without_quotes(rounds_text text) {
  bool is_quoted = text.length > 1 && text.at[0] == '"' && text.at[text.length - 1] == '"';
  return is_quoted ? (rounds_text){text.at + 1, text.length - 2} : text;
}

static bool all_digits(rounds_text text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < '0' || text.at[i] > '9')
      return false;
  return text.length > 0;
}

static rounds_text without_zeros(rounds_text digits) {
  while (digits.length && digits.at[digits.length - 1] == '0')
    digits.length--;
  while (digits.length && digits.at[0] == '0')
    digits = behind(digits, 1);
  return digits;
}

/// What follows an `e`.
static bool read_exponent(rounds_text text, int64_t *exponent) {
  bool has_sign = text.length && (text.at[0] == '-' || text.at[0] == '+');
  int64_t size = rounds_number_of(behind(text, has_sign), INT32_MAX);
  *exponent = has_sign && text.at[0] == '-' ? -size : size;
  return size >= 0;
}

static bool read_decimal(rounds_text number, decimal *read) {
  rounds_text left = without_quotes(rounds_or(number, rounds_text_of("")));
  rounds_text power = rounds_none(), fraction = rounds_none();
  read->is_negative = left.length && left.at[0] == '-';
  left = behind(left, read->is_negative);
  int64_t exponent = 0;
  rounds_text before = rounds_before(left, 'e', &power);
  if (!before.at)
    before = rounds_before(left, 'E', &power);
  if (power.at && !read_exponent(power, &exponent))
    return false;
  left = rounds_or(before, left);
  rounds_text whole = rounds_or(rounds_before(left, '.', &fraction), left);
  if (!all_digits(whole) || (fraction.at && !all_digits(fraction)))
    return false;
  rounds_text all = ROUNDS_JOIN(whole, fraction);
  read->digits = without_zeros(all);
  const char *end = read->digits.at + read->digits.length;
  read->zeros = exponent + (all.at + all.length - end) - (int64_t)fraction.length;
  return true;
}

/// A number that has so many decimal places.
static rounds_time parse_epoch(rounds_text number, int places) {
  char nanoseconds[LONGEST_EPOCH];
  decimal read = {0};
  bool is_time = read_decimal(number, &read);
  int64_t length = (int64_t)read.digits.length, zeros = length ? read.zeros + places : 0;
  is_time = is_time && zeros >= 0 && length + zeros <= LONGEST_EPOCH;
  memset(nanoseconds, '0', LONGEST_EPOCH);
  if (is_time && length)
    memcpy(nanoseconds + LONGEST_EPOCH - zeros - length, read.digits.at, (size_t)length);
  enum { WHOLE = LONGEST_EPOCH - OF_SECONDS };
  rounds_time time = {
      rounds_number_of((rounds_text){nanoseconds, WHOLE}, INT64_MAX),
      (int32_t)rounds_number_of((rounds_text){nanoseconds + WHOLE, OF_SECONDS}, INT32_MAX)};
  if (read.is_negative) {
    bool has_rest = time.nanoseconds > 0;
    time.seconds = -time.seconds - has_rest;
    time.nanoseconds = has_rest ? 1000000000 - time.nanoseconds : 0;
  }
  if (is_time && time.seconds >= first_second && time.seconds < end_second)
    return time;
  rounds_fail_unexpected_response("no epoch time of the years 1 to 9999");
  return (rounds_time){0, 0};
}

static rounds_text print_epoch(rounds_time time, int places) {
  enum { SIGN_AND_POINT = 2 };
  bool is_negative = time.seconds < 0, has_rest = is_negative && time.nanoseconds > 0;
  int64_t seconds = is_negative ? -time.seconds - has_rest : time.seconds;
  int64_t rest = has_rest ? 1000000000 - time.nanoseconds : time.nanoseconds;
  char digits[LONGEST_EPOCH], *at = digits + LONGEST_EPOCH;
  for (int i = 0; i < OF_SECONDS; i++, rest /= 10)
    *--at = (char)('0' + rest % 10);
  for (; at > digits; seconds /= 10)
    *--at = (char)('0' + seconds % 10);
  const char *point = digits + LONGEST_EPOCH - places, *end = digits + LONGEST_EPOCH,
             *start = digits;
  while (start < point - 1 && *start == '0')
    start++;
  while (end > point && end[-1] == '0')
    end--;
  char *printed = rounds_arena_take(LONGEST_EPOCH + SIGN_AND_POINT), *to = printed;
  if (is_negative)
    *to++ = '-';
  for (; start < end; start++) {
    if (start == point)
      *to++ = '.';
    *to++ = *start;
  }
  return (rounds_text){printed, (size_t)(to - printed)};
}

rounds_time rounds_parse_epoch_seconds(rounds_text number) {
  return parse_epoch(number, OF_SECONDS);
}

rounds_time rounds_parse_epoch_millis(rounds_text number) { return parse_epoch(number, OF_MILLIS); }

rounds_text rounds_print_epoch_seconds(rounds_time time) { return print_epoch(time, OF_SECONDS); }

rounds_text rounds_print_epoch_millis(rounds_time time) { return print_epoch(time, OF_MILLIS); }
