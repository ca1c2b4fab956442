/// The feed of appointments. The EHR answers those changed at a time or later, so a page that is
/// full may end in the middle of many that changed at one instant; then a larger one is asked for.
/// A time that lies ahead is told and not asked from: nothing before it would be told again. A
/// record that cannot be read takes no other along.
#include "clinic.h"

enum { PAGE_SIZE = 100, LARGEST_PAGE = 10000, DAY = 86400 };

/// From when, and how many at most.
typedef struct position {
  rounds_text since;
  int64_t limit;
} position;

static int64_t page_size(const rounds_context *context) {
  return rounds_integer(rounds_member(rounds_settings(context), "page_size"), PAGE_SIZE);
}

static rounds_text cursor_of(rounds_text since, int64_t limit) {
  return ROUNDS_JOIN(since, rounds_text_of(" "), rounds_decimal(limit));
}

/// Whether a time is further ahead than a clock goes wrong.
static bool is_ahead(rounds_time time, const rounds_context *context) {
  rounds_time now = rounds_parse_time(context->now);
  return !rounds_failed() && rounds_compare_times(rounds_minus_seconds(time, DAY), now) > 0;
}

static position position_of(const rounds_context *context, rounds_text cursor) {
  if (!rounds_is_some(cursor))
    return (position){context->since, page_size(context)};
  rounds_text limit = rounds_none();
  position it = {.since = rounds_before(cursor, ' ', &limit)};
  it.limit = rounds_number_of(limit, LARGEST_PAGE);
  rounds_time time;
  if (it.limit < 1 || !rounds_read_time(it.since, &time))
    rounds_fail_cursor_lost("not a cursor of this connector");
  else if (is_ahead(time, context))
    rounds_fail_cursor_lost("the cursor lies in the future");
  return it;
}

rounds_request *clinic_poll(const rounds_context *context, rounds_text cursor) {
  position from = position_of(context, cursor);
  rounds_request *request = rounds_query(rounds_get("/appointments"), "changedsince", from.since);
  return rounds_query(request, "limit", rounds_decimal(from.limit));
}

/// The later of two times, of equal ones the second; the first where the second lies ahead.
static rounds_text later_of(rounds_text first, rounds_text second, const rounds_context *context) {
  rounds_time a = rounds_parse_time(first), b = rounds_parse_time(second);
  return rounds_compare_times(a, b) > 0 || is_ahead(b, context) ? first : second;
}

/// What reading a page comes to beside changes.
typedef struct reading {
  const rounds_context *context;
  /// The latest time.
  rounds_text last;
} reading;

static void read(rounds_page *page, const rounds_json *record, void *into) {
  reading *so_far = into;
  rounds_text id = rounds_string(rounds_need(record, "id"));
  rounds_text patient_id = rounds_string(rounds_need(record, "patientId"));
  rounds_text changed_at = rounds_string(rounds_need(record, "changedAt"));
  rounds_text content = clinic_content(record);
  rounds_time time;
  if (rounds_failed() || !rounds_read_time(changed_at, &time)) {
    rounds_forgive();
    rounds_fail_unexpected_response(
        "an appointment without what each must have, or with it otherwise");
    return;
  }
  rounds_change *change = rounds_upserted(page, id, rounds_compact(record));
  change->version = changed_at;
  change->content = content;
  change->key = ROUNDS_JOIN(rounds_text_of("patient/"), patient_id);
  change->occurred_at = changed_at;
  so_far->last = later_of(so_far->last, changed_at, so_far->context);
}

static rounds_page *ask_for_more(rounds_page *page, position from) {
  if (from.limit >= LARGEST_PAGE)
    return rounds_fail_unexpected_response("more than 10000 appointments changed at one instant");
  int64_t doubled = from.limit * 2;
  return rounds_more(page, cursor_of(from.since, doubled < LARGEST_PAGE ? doubled : LARGEST_PAGE));
}

rounds_page *clinic_changes(const rounds_context *context, rounds_text cursor,
                            const rounds_response *answer) {
  position from = position_of(context, cursor);
  const rounds_json *records = rounds_need(rounds_body_json(rounds_ok(answer)), "appointments");
  rounds_page *page = rounds_no_changes();
  reading so_far = {context, from.since};
  rounds_read_each(page, "appointments", records, read, &so_far);
  if (rounds_failed())
    return NULL;
  rounds_text last = so_far.last;
  if ((int64_t)(page->count + page->unreadable_count) < from.limit)
    return rounds_last(page, cursor_of(last, page_size(context)));
  bool is_later = rounds_compare_times(rounds_parse_time(last), rounds_parse_time(from.since)) > 0;
  return is_later ? rounds_more(page, cursor_of(last, page_size(context)))
                  : ask_for_more(page, from);
}
