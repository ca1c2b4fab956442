/// What the SDK's parts do, natively.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

#define T rounds_text_of

static int failures;

static void same_at(int line, const char *wanted, rounds_text found) {
  if (rounds_is(found, wanted))
    return;
  fprintf(stderr, "sdk_test.c:%d: wanted %s, found %s\n", line, wanted,
          found.at ? rounds_c_string(found) : "(none)");
  failures++;
}

static void true_at(int line, const char *claim, bool holds) {
  if (holds)
    return;
  fprintf(stderr, "sdk_test.c:%d: %s\n", line, claim);
  failures++;
}

#define SAME(wanted, found) same_at(__LINE__, (wanted), (found))
#define TRUE(claim) true_at(__LINE__, #claim, (claim))

static rounds_text words(void) {
  const rounds_failure *failure = rounds_failed();
  rounds_text words = failure ? failure->words : rounds_none();
  rounds_forgive();
  return words;
}

static rounds_text without_space(const char *json) { return rounds_compact(rounds_parse(T(json))); }

static void test_text(void) {
  SAME("2026-05-05T10:00:00.5%2B02:00", rounds_encode(T("2026-05-05T10:00:00.5+02:00")));
  SAME("a%20b%26c%3Dd%23e%3Ff%2Fg%25", rounds_encode(T("a b&c=d#e?f/g%")));
  SAME("%C3%9Cnal", rounds_encode(T("Ünal")));
  SAME("-9223372036854775808", rounds_decimal(INT64_MIN));
  SAME("16ac15f4ef184374", ROUNDS_FINGERPRINT(T("2022-05-06T09:00:00Z"), T("ü"), T("")));
  SAME("cbf29ce484222325", rounds_fingerprint(NULL, 0));
  TRUE(rounds_number_of(T("4294967296"), UINT32_MAX) == -1);
  TRUE(rounds_number_of(T("4294967295"), UINT32_MAX) == UINT32_MAX);
  TRUE(rounds_number_of(T(""), 9) == -1 && rounds_number_of(T("1a"), 99) == -1);
  TRUE(!rounds_same(rounds_none(), T("")) && rounds_same(rounds_none(), rounds_none()));
}

static void test_json(void) {
  SAME("{\"a\":[1,-2.50e+3,true,false,null],\"\":{}}",
       without_space(" {\"a\" : [ 1 ,-2.50e+3, true,false,\n null ] , \"\": { } } "));
  SAME("\"é😀\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"",
       without_space("\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\x7f\""));
  SAME("123456789012345678901234567890.10",
       rounds_digits(rounds_parse(T("123456789012345678901234567890.10"))));
  const rounds_json *object = rounds_parse(T("{\"a\":1,\"b\":null,\"a\":\"x\",\"\\u0061b\":2}"));
  SAME("x", rounds_string(rounds_member(object, "a")));
  TRUE(rounds_member(object, "b") == NULL && rounds_member(object, "c") == NULL);
  TRUE(rounds_unsigned(rounds_member(object, "ab")).value == 2);
  TRUE(rounds_real(rounds_parse(T("-2.5e2")), 0) == -250.0);
  TRUE(rounds_integer(rounds_parse(T("-7")), 0) == -7);
  TRUE(rounds_failed() == NULL);
}

static void test_bad_json(void) {
  static const char *const bad[] = {"",
                                    " ",
                                    "[1,",
                                    "[1,]",
                                    "{\"a\"}",
                                    "{a:1}",
                                    "{\"a\":1,}",
                                    "[1}",
                                    "]",
                                    "[] []",
                                    "01",
                                    "1.",
                                    "-",
                                    "+1",
                                    ".5",
                                    "1e",
                                    "tru",
                                    "nulll",
                                    "\"",
                                    "\"\\x\"",
                                    "\"\\u12\"",
                                    "\"\\u12g4\"",
                                    "\"\n\"",
                                    "\"\\ud800\"",
                                    "\"\\udc00\"",
                                    "\"\\ud800\\u0041\"",
                                    "\"\\ud800\\ud800\"",
                                    "'a'",
                                    "NaN",
                                    "[1 2]"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    TRUE(rounds_parse(T(bad[i])) == NULL);
    TRUE(rounds_starts_with(words(), "no valid JSON at line "));
  }
  rounds_parse(T("[1,"));
  SAME("no valid JSON at line 1, column 3", words());
  rounds_parse(T("{\n \"name\": Jane}"));
  SAME("no valid JSON at line 2, column 10", words());
}

static rounds_text nested(size_t depth) {
  char *text = rounds_alloc(depth * 2);
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  return (rounds_text){text, depth * 2};
}

static void test_depth(void) {
  TRUE(rounds_parse(nested(127)) != NULL);
  TRUE(rounds_parse(nested(128)) == NULL && words().at);
  TRUE(rounds_parse(nested(1000000)) == NULL && words().at);
}

static void test_misreading(void) {
  const rounds_json *object = rounds_parse(T("{\"name\": \"Jane Doe\",\n \"age\": -1.5}"));
  rounds_unsigned(rounds_member(object, "name"));
  SAME("other JSON than expected at line 1, column 10", words());
  rounds_unsigned(rounds_member(object, "age"));
  SAME("other JSON than expected at line 2, column 9", words());
  rounds_need(object, "id");
  SAME("other JSON than expected at line 1, column 1", words());
  rounds_first(object);
  rounds_fail_internal("a later failure");
  SAME("other JSON than expected at line 1, column 1", words());
  rounds_parse_or(T("[}"), ROUNDS_INVALID_SETTINGS);
  TRUE(rounds_failed()->kind == ROUNDS_INVALID_SETTINGS);
  SAME("unreadable at line 1, column 2", words());
}

static void test_answers(void) {
  static const struct {
    uint16_t status;
    const char *type, *body, *words;
    int kind;
  } cases[] = {
      {200, "application/json", "{}", NULL, -1},
      {204, "", "", NULL, -1},
      {200, "text/HTML; charset=utf-8", "x", "HTML with status 200", ROUNDS_UNEXPECTED_RESPONSE},
      {200, "", " \n<!DOCTYPE html><p>", "HTML with status 200", ROUNDS_UNEXPECTED_RESPONSE},
      {401, "", "", "status 401", ROUNDS_UNAUTHORIZED},
      {403, "", "", "status 403", ROUNDS_UNAUTHORIZED},
      {404, "", "", "status 404", ROUNDS_UNEXPECTED_RESPONSE},
      {408, "", "", "status 408", ROUNDS_UNAVAILABLE},
      {503, "", "", "status 503", ROUNDS_UNAVAILABLE},
      {429, "", "", "", ROUNDS_THROTTLED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rounds_header headers[] = {{T("content-type"), T(cases[i].type)},
                               {T("retry-after"), T(" 30 ")}};
    rounds_response answer = {cases[i].status, headers, 2, T(cases[i].body), true};
    bool is_ok = rounds_ok(&answer) != NULL;
    const rounds_failure *failure = rounds_failed();
    TRUE(is_ok == !failure && is_ok == (cases[i].kind < 0));
    TRUE(!failure || ((int)failure->kind == cases[i].kind));
    TRUE(!failure || failure->kind != ROUNDS_THROTTLED || failure->pause == 30);
    rounds_text found = words();
    TRUE(is_ok || rounds_is(found, cases[i].words));
  }
}

static void test_requests(void) {
  rounds_request *request = rounds_segment(rounds_get("/Patient"), T("7/8"));
  rounds_query(rounds_query(request, "_count", rounds_decimal(100)), "date", T("ge2026+1"));
  SAME("/Patient/7%2F8?_count=100&date=ge2026%2B1", request->target);
  rounds_body(rounds_add_header(request, "Accept", T("a")), "text/plain", T("x"));
  SAME("accept", request->headers[0].name);
  SAME("text/plain", request->headers[1].value);
}

static void test_times(void) {
  static const char *const good[][2] = {
      {"2026-05-05T10:00:00Z", "2026-05-05T10:00:00Z"},
      {"2026-05-05t10:00:00.123456789z", "2026-05-05T10:00:00.123456789Z"},
      {"2026-05-05 10:00:00-05:30", "2026-05-05T15:30:00Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
      {"2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z"},
      {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
      {"1600-02-29T00:00:00+23:59", "1600-02-28T00:01:00Z"},
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    SAME(good[i][1], rounds_print_time(rounds_parse_time(T(good[i][0]))));
  static const char *const bad[] = {"",
                                    "2026-05-05T10:00:00",
                                    "2026-05-05",
                                    "2023-02-29T00:00:00Z",
                                    "2026-13-01T00:00:00Z",
                                    "2026-05-05T24:00:00Z",
                                    "2026-05-05T10:00:00.Z",
                                    "2026-05-05T10:00:00.1234567890Z",
                                    "2026-05-05T10:00:00+0200",
                                    "0000-01-01T00:00:00+00:01",
                                    "9999-12-31T23:59:59-00:01",
                                    "2026-05-05T10:00:00Zx"};
  rounds_time time;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    TRUE(!rounds_read_time(T(bad[i]), &time));
  rounds_time quarter = rounds_parse_time(T("2026-05-05T10:00:00.25Z"));
  SAME("2026-05-05T09:59:55.25Z", rounds_print_time(rounds_minus_seconds(quarter, 5)));
  SAME("2026-05-05T09:59:59.95Z", rounds_print_time(rounds_minus_millis(quarter, 300)));
  TRUE(rounds_millis_since(quarter, rounds_minus_millis(quarter, 2001)) == 2001);
  TRUE(rounds_millis_since(rounds_floor_to_second(quarter), quarter) == -250);
  TRUE(rounds_read_http_time(T("Tue, 05 May 2026 10:00:00 GMT"), &time));
  TRUE(rounds_compare_times(time, rounds_floor_to_second(quarter)) == 0);
  TRUE(!rounds_read_http_time(T("Tue, 31 Feb 2026 10:00:00 GMT"), &time));
}

static void test_pages(void) {
  rounds_page *page = rounds_no_changes();
  TRUE(page->first_unreadable == NULL && page->first_notice == NULL);
  rounds_unread(page, T("entry 1"), T("7"), T("no id"));
  rounds_unread(page, T("entry 3"), T("{}"), T("no time"))->id = T("9");
  rounds_add_notice(page, "It does not sort.");
  rounds_add_notice(page, "Its clock is behind.");
  rounds_upserted(page, T("7"), T("{}"))->content = T("c");
  rounds_deleted(page, T("8"));
  TRUE(page->count == 2 && page->unreadable_count == 2 && page->notice_count == 2);
  SAME("c", page->first->content);
  TRUE(!rounds_is_some(page->last->content) && !rounds_is_some(page->first_unreadable->id));
  SAME("entry 3", page->last_unreadable->place);
  SAME("9", page->first_unreadable->next->id);
  SAME("no id", page->first_unreadable->reason);
  SAME("{}", page->last_unreadable->data);
  SAME("Its clock is behind.", page->first_notice->next->words);
}

static void read_known(rounds_page *page, const rounds_json *record, void *context) {
  rounds_text id = rounds_string(rounds_need(record, "id"));
  rounds_upserted(page, id, rounds_compact(record));
  ++*(int *)context;
  if (rounds_is(id, "3"))
    rounds_fail_unexpected_response("the third");
  if (rounds_is(id, "5"))
    rounds_fail_unavailable("later");
}

static void test_records(void) {
  int read = 0;
  rounds_page *page = rounds_no_changes();
  rounds_read_each(page, "list",
                   rounds_parse(T("[null,{\"id\":2},{\"id\":\"1\"},{\"id\":\"3\",\"x\":1.0},7]")),
                   read_known, &read);
  TRUE(read == 5 && page->count == 1 && page->unreadable_count == 4 && !rounds_failed());
  TRUE(page->first == page->last && page->first->next == NULL);
  SAME("1", page->first->id);
  const rounds_unreadable *odd = page->first_unreadable;
  SAME("list[0]", odd->place);
  SAME("null", odd->data);
  TRUE(!rounds_is_some(odd->next->id));
  SAME("other JSON than expected at line 1, column 13", odd->next->reason);
  SAME("3", odd->next->next->id);
  SAME("the third", odd->next->next->reason);
  SAME("{\"id\":\"3\",\"x\":1.0}", odd->next->next->data);
  rounds_read_each(page, "list", rounds_parse(T("[{\"id\":\"5\"},{\"id\":\"6\"}]")), read_known,
                   &read);
  TRUE(read == 6 && rounds_failed()->kind == ROUNDS_UNAVAILABLE);
  rounds_read_each(page, "list", rounds_parse(T("[{\"id\":\"6\"}]")), read_known, &read);
  TRUE(read == 6);
  SAME("later", words());
}

static void test_moves(void) {
  const rounds_context context = {.action = T("patients")};
  const rounds_change moved = {
      .id = T("7"), .kind = ROUNDS_MOVED_AWAY, .key = T("before"), .data = T("{}")};
  const rounds_step *step = rounds_collected(&context, &moved, rounds_none(), NULL, 0);
  TRUE(step->kind == ROUNDS_SKIP);
  SAME("it has another key from now on", step->reason);
  const rounds_change changed = {.id = T("7"), .data = T("{}")};
  TRUE(rounds_collected(&context, &changed, rounds_none(), NULL, 0)->kind == ROUNDS_NOTIFY);
}

/// A line of models.jsonl, which is what the SDK of Rust writes.
static rounds_text golden(size_t line) {
  static char text[64 * 1024];
  FILE *file = fopen("models.jsonl", "rb");
  for (size_t i = 0; file && i <= line; i++)
    if (!fgets(text, sizeof text, file))
      abort();
  fclose(file);
  return (rounds_text){text, strcspn(text, "\n")};
}

static void test_models(void) {
  rounds_identifier identifier = {0};
  rounds_contact contact = {0};
  rounds_text note = T("n"), degree = T("MD"), instruction = T("i");
  rounds_patient patient = {
      .identifiers = {&identifier, 1}, .notes = {&note, 1}, .contacts = {&contact, 1}};
  rounds_provider provider = {.credentials = {&degree, 1}};
  rounds_visit visit = {.duration = {true, 15},
                        .instructions = {&instruction, 1},
                        .attending_provider = &provider,
                        .consulting_provider = &provider,
                        .referring_provider = &provider};
  rounds_appointment_info info = {0};
  rounds_scheduling scheduling = {patient, visit, {&info, 1}};
  TRUE(rounds_same(golden(0), rounds_scheduling_json(&scheduling)));
  rounds_patient_admin patient_admin = {patient, &visit};
  TRUE(rounds_same(golden(1), rounds_patient_admin_json(&patient_admin)));
  const rounds_patient_admin merge = {.patient = {.previous_identifiers = {&identifier, 1}}};
  TRUE(rounds_starts_with(rounds_patient_admin_json(&merge),
                          "{\"Patient\":{\"Identifiers\":[],\"PreviousIdentifiers\":[{\"ID\":null,"
                          "\"IDType\":null}],\"Demographics\":{"));
  rounds_diagnosis diagnosis = {0};
  rounds_clinical_info clinical = {0};
  rounds_order order = {.order = {.provider = &provider,
                                  .diagnoses = {&diagnosis, 1},
                                  .clinical_info = {&clinical, 1}}};
  TRUE(rounds_same(golden(2), rounds_order_json(&order)));
  rounds_observation observation = {.performer = &provider};
  rounds_result_order result = {.results = {&observation, 1}};
  rounds_results results = {.orders = {&result, 1}};
  TRUE(rounds_same(golden(3), rounds_results_json(&results)));
}

int main(void) {
  static void (*const tests[])(void) = {test_text,       test_json,    test_bad_json, test_depth,
                                        test_misreading, test_answers, test_requests, test_times,
                                        test_pages,      test_records, test_moves,    test_models};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    tests[i]();
    TRUE(rounds_failed() == NULL);
    rounds_end_call();
  }
  printf("%d failures\n", failures);
  return failures != 0;
}
