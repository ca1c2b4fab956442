/// What the SDKs of all languages do alike, by the tables of sdk/tables.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

#define T rounds_text_of

static int failures, rows;

static void same(const rounds_json *row, rounds_text wanted, rounds_text found) {
  rows++;
  if (rounds_same(wanted, found))
    return;
  fprintf(stderr, "%s: wanted %s, found %s\n", rounds_c_string(rounds_compact(row)),
          wanted.at ? rounds_c_string(wanted) : "(none)",
          found.at ? rounds_c_string(found) : "(none)");
  failures++;
}

static rounds_text of(const rounds_json *row, const char *name) {
  return rounds_string(rounds_member(row, name));
}

/// The failure as other languages print it, or none; it is forgotten.
static rounds_text said(void) {
  static const char *const cases[] = {"invalid settings", "unauthorized", "throttled",
                                      "unavailable",      "cursor lost",  "unexpected response",
                                      "internal"};
  const rounds_failure *failure = rounds_failed();
  rounds_text text = rounds_none();
  if (failure)
    text = ROUNDS_JOIN(T(cases[failure->kind]), T(": "), failure->words);
  rounds_forgive();
  return text;
}

static const rounds_json *table(const char *path) {
  enum { LARGEST = 64 * 1024 };
  static char text[LARGEST];
  FILE *file = fopen(path, "rb");
  if (!file)
    abort();
  size_t length = fread(text, 1, LARGEST, file);
  fclose(file);
  const rounds_json *read = length < LARGEST ? rounds_parse((rounds_text){text, length}) : NULL;
  if (!read)
    abort();
  return read;
}

static void test_epoch(void) {
  ROUNDS_EACH(row, table("../../tables/epoch.json")) {
    bool is_seconds = rounds_is(of(row, "unit"), "seconds");
    rounds_text number = of(row, "number");
    rounds_time time =
        is_seconds ? rounds_parse_epoch_seconds(number) : rounds_parse_epoch_millis(number);
    rounds_text failure = said();
    if (!of(row, "time").at) {
      same(row, T("unexpected response: no epoch time of the years 1 to 9999"), failure);
      continue;
    }
    same(row, of(row, "time"), rounds_or(failure, rounds_print_time(time)));
    same(row, of(row, "printed"),
         is_seconds ? rounds_print_epoch_seconds(time) : rounds_print_epoch_millis(time));
  }
  rounds_time fine = rounds_floor_to_milli(rounds_parse_epoch_millis(T("-1.25")));
  same(NULL, T("-2"), rounds_print_epoch_millis(fine));
  rounds_parse_epoch_seconds(rounds_none());
  same(NULL, T("unexpected response: no epoch time of the years 1 to 9999"), said());
}

static void test_ahead(void) {
  enum { MOST = 8 };
  ROUNDS_EACH(row, table("../../tables/ahead.json")) {
    const rounds_context context = {.now = of(row, "now")};
    rounds_header date = {T("date"), of(row, "date")};
    const rounds_response answer = {200, &date, date.value.at ? 1 : 0, T(""), true};
    rounds_time seen[MOST];
    size_t count = 0;
    ROUNDS_EACH(time, rounds_member(row, "seen")) {
      if (count < MOST)
        seen[count++] = rounds_parse_time(rounds_string(time));
    }
    rounds_time since = rounds_parse_time(of(row, "since"));
    rounds_time from = rounds_go_on_from(&context, &answer, since, seen, count);
    rounds_text failure = said(), lost = T("cursor lost: a cursor of the future");
    same(row, rounds_or(of(row, "from"), lost), rounds_or(failure, rounds_print_time(from)));
  }
}

static void test_headers(const rounds_json *tables) {
  ROUNDS_EACH(row, rounds_need(tables, "next")) {
    const rounds_json *links = rounds_member(row, "links");
    rounds_header *headers = rounds_new(rounds_header, rounds_count(links) + 1);
    headers[0] = (rounds_header){T("date"), T("<x>; rel=next")};
    size_t count = 1;
    ROUNDS_EACH(link, links) { headers[count++] = (rounds_header){T("link"), rounds_string(link)}; }
    const rounds_response answer = {200, headers, count, T(""), true};
    same(row, of(row, "next"), rounds_next_link(&answer));
  }
  ROUNDS_EACH(row, rounds_need(tables, "in_header")) {
    rounds_header header = {T("x-next-page"), of(row, "value")};
    const rounds_response answer = {200, &header, header.value.at ? 1 : 0, T(""), true};
    same(row, of(row, "link"), rounds_link_in_header(&answer, "X-Next-Page"));
  }
}

static void test_links(void) {
  const rounds_json *tables = table("../../tables/links.json");
  test_headers(tables);
  ROUNDS_EACH(row, rounds_need(tables, "resolve")) {
    same(row, of(row, "target"),
         rounds_resolve_link(of(row, "base"), of(row, "asked"), of(row, "link")));
  }
  same(NULL, T("/A"), rounds_resolve_link(T("http://a"), T("/A"), rounds_none()));
  same(NULL, T("/A?p=2"), rounds_resolve_link(T("http://a"), rounds_none(), T("A?p=2")));
}

/// `*` stands for a place, which each language's reader of JSON has its own words for.
static void check_said(const rounds_json *row, rounds_text wanted) {
  rounds_text end = rounds_none(), found = said();
  rounds_text start = rounds_before(wanted, '*', &end);
  bool is_alike = start.at && found.length >= start.length + end.length &&
                  memcmp(found.at, start.at, start.length) == 0 &&
                  memcmp(found.at + found.length - end.length, end.at, end.length) == 0;
  same(row, wanted, is_alike ? wanted : found);
}

static void test_answers(void) {
  ROUNDS_EACH(row, table("../../tables/answers.json")) {
    const rounds_json *bytes = rounds_member(row, "bytes");
    char *body = rounds_alloc(rounds_count(bytes));
    size_t length = 0;
    ROUNDS_EACH(byte, bytes) { body[length++] = (char)rounds_integer(byte, 0); }
    rounds_header type = {T("content-type"), of(row, "media_type")};
    const rounds_response answer = {.status =
                                        (uint16_t)rounds_integer(rounds_member(row, "status"), 0),
                                    .headers = &type,
                                    .header_count = type.value.at ? 1 : 0,
                                    .body = bytes ? (rounds_text){body, length} : of(row, "body"),
                                    .is_text = !bytes};
    rounds_ok(&answer);
    check_said(row, of(row, "ok"));
    rounds_body_json(&answer);
    check_said(row, of(row, "json"));
  }
}

int main(void) {
  static void (*const tests[])(void) = {test_epoch, test_ahead, test_links, test_answers};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    tests[i]();
    rounds_end_call();
  }
  printf("%d rows, %d failures\n", rows, failures);
  return failures != 0 || rows < 100;
}
