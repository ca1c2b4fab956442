#include "change.h"

#include "failure.h"

rounds_page *rounds_no_changes(void) { return rounds_new(rounds_page, 1); }

rounds_change *rounds_upserted(rounds_page *page, rounds_text id, rounds_text data) {
  if (!id.at)
    rounds_fail_unexpected_response("a record without an identifier");
  rounds_change *change = rounds_new(rounds_change, 1);
  change->id = id;
  change->data = data;
  if (page->last)
    page->last->next = change;
  else
    page->first = change;
  page->last = change;
  page->count++;
  return change;
}

rounds_change *rounds_deleted(rounds_page *page, rounds_text id) {
  rounds_change *change = rounds_upserted(page, id, rounds_text_of("null"));
  change->kind = ROUNDS_DELETED;
  return change;
}

rounds_unreadable *rounds_unread(rounds_page *page, rounds_text place, rounds_text data,
                                 rounds_text reason) {
  rounds_unreadable *unreadable = rounds_new(rounds_unreadable, 1);
  unreadable->place = place;
  unreadable->reason = reason;
  unreadable->data = data;
  if (page->last_unreadable)
    page->last_unreadable->next = unreadable;
  else
    page->first_unreadable = unreadable;
  page->last_unreadable = unreadable;
  page->unreadable_count++;
  return unreadable;
}

/// Takes back what was added after a change.
static void cut_after(rounds_page *page, rounds_change *last, size_t count) {
  if (last)
    last->next = NULL;
  else
    page->first = NULL;
  page->last = last;
  page->count = count;
}

static void add_unread(rounds_page *page, const char *list, size_t at, const rounds_json *record,
                       rounds_text reason) {
  rounds_text place = ROUNDS_JOIN(rounds_text_of(list), rounds_text_of("["),
                                  rounds_decimal((int64_t)at), rounds_text_of("]"));
  rounds_unreadable *odd = rounds_unread(page, place, rounds_compact(record), reason);
  bool is_object = rounds_kind_of(record) == ROUNDS_OBJECT;
  const rounds_json *id = is_object ? rounds_member(record, "id") : NULL;
  if (rounds_kind_of(id) == ROUNDS_STRING)
    odd->id = rounds_string(id);
}

void rounds_read_each(rounds_page *page, const char *list, const rounds_json *records,
                      rounds_read_fn *read, void *context) {
  size_t at = 0;
  ROUNDS_EACH(record, records) {
    rounds_change *last = page->last;
    size_t count = page->count;
    if (rounds_failed())
      return;
    read(page, record, context);
    const rounds_failure *failure = rounds_failed();
    if (failure && failure->kind == ROUNDS_UNEXPECTED_RESPONSE) {
      rounds_text reason = failure->words;
      rounds_forgive();
      cut_after(page, last, count);
      add_unread(page, list, at, record, reason);
    }
    at++;
  }
}

void rounds_add_notice(rounds_page *page, const char *words) {
  rounds_notice *notice = rounds_new(rounds_notice, 1);
  notice->words = rounds_text_of(words);
  if (page->last_notice)
    page->last_notice->next = notice;
  else
    page->first_notice = notice;
  page->last_notice = notice;
  page->notice_count++;
}

static rounds_page *ended(rounds_page *page, rounds_text cursor, bool more) {
  if (!cursor.at)
    rounds_fail_internal("a page without a cursor");
  page->cursor = cursor;
  page->more = more;
  return page;
}

rounds_page *rounds_last(rounds_page *page, rounds_text cursor) {
  return ended(page, cursor, false);
}

rounds_page *rounds_more(rounds_page *page, rounds_text cursor) {
  return ended(page, cursor, true);
}
