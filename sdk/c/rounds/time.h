/// RFC 3339 times as EHRs write them: instants to compare and to shift, nothing more.
#ifndef ROUNDS_TIME_H
#define ROUNDS_TIME_H

#include "text.h"

ROUNDS_BEGIN

/// An instant: seconds since 1970 in UTC, and the nanoseconds above them.
typedef struct rounds_time {
  int64_t seconds;
  int32_t nanoseconds;
} rounds_time;

/// The instant that an EHR's answer gives, with an offset or `Z`. For all else the call fails as an
/// unexpected response.
rounds_time rounds_parse_time(rounds_text text);

/// The same without a failure: false, and nothing in `time`.
bool rounds_read_time(rounds_text text, rounds_time *time);

/// The instant that an HTTP header as `Date` gives.
bool rounds_read_http_time(rounds_text text, rounds_time *time);

/// The instant in UTC, with no more decimals than it has.
rounds_text rounds_print_time(rounds_time time);

/// Less than 0, 0 or more than 0, as `a` is before, at or after `b`.
int rounds_compare_times(rounds_time a, rounds_time b);

/// The whole second that it lies in.
rounds_time rounds_floor_to_second(rounds_time time);

/// The whole millisecond that it lies in.
rounds_time rounds_floor_to_milli(rounds_time time);

/// So much earlier, but not before the year 0.
rounds_time rounds_minus_millis(rounds_time time, int64_t millis);

/// So many seconds earlier.
rounds_time rounds_minus_seconds(rounds_time time, uint32_t seconds);

/// Milliseconds from `earlier` to `time`, rounded down; negative where it is later.
int64_t rounds_millis_since(rounds_time time, rounds_time earlier);

ROUNDS_END

#endif
