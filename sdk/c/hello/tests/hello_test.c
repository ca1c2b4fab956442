/// The functions of the connector, called as the host calls them. In the project's folder:
///
///     cc -g @compile_flags.txt hello.c tests/hello_test.c vendor/rounds-sdk/rounds.c -o build/test
///     build/test
#include <assert.h>
#include <stdio.h>

#include "rounds.h"

static rounds_response answer(uint16_t status, const char *body) {
  return (rounds_response){.status = status, .body = rounds_text_of(body), .is_text = true};
}

static void asks_from_the_cursor_on(void) {
  const rounds_context context = {.since = rounds_text_of("2026-05-05T10:00:00Z")};
  const rounds_request *first = rounds_exported.poll(&context, rounds_none());
  assert(rounds_is(first->target, "/patients?since=2026-05-05T10:00:00Z"));
  const rounds_request *next = rounds_exported.poll(&context, rounds_text_of("a&b"));
  assert(rounds_is(next->target, "/patients?since=a%26b"));
}

static void tells_who_changed(void) {
  const rounds_response said = answer(200, "{\"patients\":[[\"7\",\"v1\"]],\"until\":\"8\"}");
  const rounds_page *page = rounds_exported.changes(NULL, rounds_none(), &said);
  assert(!rounds_failed() && page->count == 1 && !page->more);
  assert(rounds_is(page->first->id, "7") && rounds_is(page->first->version, "v1"));
  assert(rounds_is(page->cursor, "8"));
}

static void an_error_is_no_empty_page(void) {
  const rounds_response said = answer(200, "{\"error\":\"come back later\"}");
  rounds_exported.changes(NULL, rounds_none(), &said);
  assert(rounds_failed() && rounds_failed()->kind == ROUNDS_UNEXPECTED_RESPONSE);
  rounds_end_call();
  const rounds_response down = answer(503, "");
  rounds_exported.changes(NULL, rounds_none(), &down);
  assert(rounds_failed() && rounds_failed()->kind == ROUNDS_UNAVAILABLE);
  rounds_end_call();
}

int main(void) {
  asks_from_the_cursor_on();
  tells_who_changed();
  an_error_is_no_empty_page();
  rounds_end_call();
  puts("hello: ok");
  return 0;
}
