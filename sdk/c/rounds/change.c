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
                                 const char *reason) {
  rounds_unreadable *unreadable = rounds_new(rounds_unreadable, 1);
  unreadable->place = place;
  unreadable->reason = rounds_text_of(reason);
  unreadable->data = data;
  if (page->last_unreadable)
    page->last_unreadable->next = unreadable;
  else
    page->first_unreadable = unreadable;
  page->last_unreadable = unreadable;
  page->unreadable_count++;
  return unreadable;
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
