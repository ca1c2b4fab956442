/// Instants as numbers: seconds or milliseconds since 1970, as many EHRs count them.
#ifndef ROUNDS_EPOCH_H
#define ROUNDS_EPOCH_H

#include "time.h"

ROUNDS_BEGIN

/// The instant that is so many seconds after 1970: digits, or JSON of a number or of a quoted one,
/// as `1767225600`, `-1.5`, `1.7672256E9` and `"1767225600.25"`; rounds_compact gives either of a
/// value. For what is no number, not of the years 1 to 9999, or finer than nanoseconds, the call
/// fails as an unexpected response.
rounds_time rounds_parse_epoch_seconds(rounds_text number);

/// The same for milliseconds.
rounds_time rounds_parse_epoch_millis(rounds_text number);

/// Seconds since 1970, with no more decimals than there are: rounds_floor_to_second first where the
/// EHR wants whole ones.
rounds_text rounds_print_epoch_seconds(rounds_time time);

/// Milliseconds since 1970, with no more decimals than there are: rounds_floor_to_milli first where
/// the EHR wants whole ones.
rounds_text rounds_print_epoch_millis(rounds_time time);

ROUNDS_END

#endif
