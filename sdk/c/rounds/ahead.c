#include "ahead.h"

#include "failure.h"

/// How far the EHR's clock may be from the host's before its `Date` is taken for a mistake, and how
/// far ahead a record may be dated where there is no `Date`, in seconds.
enum { A_DAY = 86400 };

/// What is known of the present.
typedef struct present {
  rounds_time now;
  /// The EHR's clock.
  bool has_clock;
  rounds_time clock;
} present;

static bool is_later(rounds_time time, rounds_time than) {
  return rounds_compare_times(time, than) > 0;
}

static bool is_beyond_a_day(rounds_time time, rounds_time than) {
  return is_later(rounds_minus_seconds(time, A_DAY), than);
}

static present present_of(const rounds_context *context, const rounds_response *answer) {
  present it = {.now = rounds_parse_time(context->now)};
  it.has_clock = rounds_read_http_time(rounds_header_of(answer, "date"), &it.clock) &&
                 !is_beyond_a_day(it.clock, it.now) && !is_beyond_a_day(it.now, it.clock);
  return it;
}

static bool is_ahead(const present *it, rounds_time time) {
  // `Date` is cut to the second.
  return it->has_clock ? is_later(rounds_floor_to_second(time), it->clock)
                       : is_beyond_a_day(time, it->now);
}

rounds_time rounds_go_on_from(const rounds_context *context, const rounds_response *answer,
                              rounds_time since, const rounds_time *seen, size_t count) {
  const present it = present_of(context, answer);
  rounds_time from = since;
  if (is_ahead(&it, since)) {
    if (!it.has_clock)
      rounds_fail_cursor_lost("a cursor of the future");
    from = it.clock;
  }
  for (size_t i = 0; i < count; i++)
    if (is_later(seen[i], from) && !is_ahead(&it, seen[i]))
      from = seen[i];
  return from;
}
