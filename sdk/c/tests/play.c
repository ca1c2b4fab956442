/// Plays recorded exchanges to a connector that is linked natively, as `rounds connector test` does
/// to a component: for running them under a sanitizer or a debugger.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

enum { MOST = 20000, MOST_STEPS = 8 };

/// What is carried on from poll to poll.
typedef struct record {
  rounds_text id, key, memo;
  /// What its last state says, and all its states with a version, each a fingerprint.
  rounds_text says, states;
} record;

static record records[MOST];
static size_t record_count;
static rounds_text cursor, listed;
/// What cannot be read and what a user should know, each by its fingerprint: told once.
static rounds_text told;

/// The poll that is played.
static rounds_context context;
static const rounds_json *poll, *exchanges[MOST];
static bool used[MOST];
static size_t exchange_count, next_exchange;
static const rounds_change *changes[MOST];
static size_t change_count;

static _Noreturn void differs(const char *what, rounds_text wanted, rounds_text found) {
  fprintf(stderr, "%s\n  recorded: %s\n  now:      %s\n", what, rounds_c_string(wanted),
          rounds_c_string(found));
  exit(1);
}

static void expect(const char *what, rounds_text wanted, rounds_text found) {
  if (!rounds_same(wanted, found))
    differs(what, wanted, found);
}

static rounds_text text(const rounds_json *object, const char *name) {
  return rounds_string(rounds_member(object, name));
}

/// The strings of a list.
static rounds_texts texts(const rounds_json *list) {
  static rounds_text items[MOST];
  size_t count = 0;
  ROUNDS_EACH(item, list) { items[count++] = rounds_string(item); }
  return (rounds_texts){items, count};
}

static record *record_of(rounds_text id) {
  for (size_t i = 0; i < record_count; i++)
    if (rounds_same(records[i].id, id))
      return &records[i];
  assert(record_count < MOST);
  records[record_count] = (record){.id = id};
  return &records[record_count++];
}

static rounds_response answer_of(const rounds_json *exchange) {
  const rounds_json *body = rounds_member(exchange, "body");
  const rounds_json *headers = rounds_member(exchange, "headers");
  const rounds_json *retry = rounds_member(headers, "retry-after");
  const rounds_json *type = rounds_member(headers, "content-type");
  rounds_header *all = rounds_new(rounds_header, 2);
  all[0] = (rounds_header){rounds_text_of("retry-after"), rounds_string(retry)};
  all[1] = (rounds_header){rounds_text_of("content-type"), rounds_string(type)};
  bool is_text = rounds_kind_of(body) == ROUNDS_STRING;
  return (rounds_response){
      .status = (uint16_t)rounds_integer(rounds_member(exchange, "status"), 200),
      .headers = all,
      .header_count = 2,
      .body = is_text ? rounds_string(body) : rounds_compact(body),
      .is_text = true,
  };
}

static rounds_text named(const rounds_request *request) {
  rounds_text method = rounds_text_of(request->method == ROUNDS_POST ? "POST " : "GET ");
  return ROUNDS_JOIN(method, request->target);
}

/// The answer to a page's request, which must be the next recorded.
static rounds_response answer_page(const rounds_request *request) {
  while (next_exchange < exchange_count && used[next_exchange])
    next_exchange++;
  rounds_text asked = named(request);
  if (next_exchange == exchange_count)
    differs("a request beyond the recorded", rounds_none(), asked);
  expect("request", text(exchanges[next_exchange], "request"), asked);
  used[next_exchange] = true;
  return answer_of(exchanges[next_exchange]);
}

/// The answer to a request of `collect`, wherever it stands.
static rounds_response answer_any(const rounds_request *request) {
  rounds_text asked = named(request);
  for (size_t i = 0; i < exchange_count; i++) {
    if (rounds_same(text(exchanges[i], "request"), asked)) {
      used[i] = true;
      return answer_of(exchanges[i]);
    }
  }
  differs("a request that is not recorded", rounds_none(), asked);
}

static void keep(const rounds_change *change) {
  changes[change_count++] = change;
  assert(change_count < MOST);
}

/// Whether fingerprints, one after another, do not hold this one yet; they do from now on.
static bool is_first(rounds_text *all, rounds_text fingerprint) {
  enum { DIGITS = 16 };
  assert(fingerprint.length == DIGITS);
  for (size_t at = 0; at < all->length; at += DIGITS)
    if (!memcmp(all->at + at, fingerprint.at, DIGITS))
      return false;
  *all = ROUNDS_JOIN(rounds_or(*all, rounds_text_of("")), fingerprint);
  return true;
}

/// Whether a change says what is not known.
static bool is_news(record *known, const rounds_change *it) {
  rounds_text gone = rounds_text_of("gone"), none = rounds_text_of(""), says = rounds_none();
  if (it->kind == ROUNDS_DELETED)
    says = gone;
  else if (rounds_is_some(it->content))
    says = ROUNDS_JOIN(rounds_text_of("content "), it->content);
  if (rounds_is_some(says) && rounds_same(known->says, says))
    return false;
  rounds_text sort = rounds_text_of(rounds_is_some(it->version) ? "version" : "at");
  rounds_text value = rounds_or(it->version, rounds_or(it->occurred_at, none));
  rounds_text content = rounds_or(it->content, it->data);
  rounds_text state = ROUNDS_FINGERPRINT(sort, value, rounds_decimal(it->kind), content);
  bool is_always = !rounds_is_some(it->version) && !rounds_is_some(says);
  if (!is_first(&known->states, state) && !is_always)
    return false;
  known->says = says;
  return true;
}

/// A change with its key, behind the one that tells of a key that the record had before.
static void keep_in_line(record *known, const rounds_change *it) {
  rounds_change *change = rounds_new(rounds_change, 1);
  *change = *it;
  rounds_text before = known->key;
  change->key = rounds_or(it->key, before);
  known->key = change->key;
  bool has_moved = rounds_is_some(before) && !rounds_same(before, known->key);
  if (has_moved && it->kind == ROUNDS_UPSERTED && !context.silent) {
    rounds_change *moved = rounds_new(rounds_change, 1);
    *moved = *change;
    moved->kind = ROUNDS_MOVED_AWAY;
    moved->key = before;
    keep(moved);
  }
  keep(change);
}

static void keep_new(const rounds_page *page) {
  for (const rounds_change *it = page->first; it; it = it->next) {
    record *known = record_of(it->id);
    if (is_news(known, it))
      keep_in_line(known, it);
  }
}

/// Compares what cannot be read and the notices of a page with the next that are recorded.
static void check_odd(const rounds_page *page, const rounds_json **unreadable,
                      const rounds_json **notices) {
  for (const rounds_unreadable *it = page->first_unreadable; it; it = it->next) {
    if (!is_first(&told, ROUNDS_FINGERPRINT(rounds_or(it->id, rounds_text_of("")), it->data)))
      continue;
    expect("unreadable place", text(*unreadable, "place"), it->place);
    expect("unreadable id", text(*unreadable, "id"), it->id);
    expect("unreadable reason", text(*unreadable, "reason"), it->reason);
    *unreadable = rounds_next(*unreadable);
  }
  for (const rounds_notice *it = page->first_notice; it; it = it->next) {
    if (!is_first(&told, ROUNDS_FINGERPRINT(it->words)))
      continue;
    expect("notice", rounds_string(*notices), it->words);
    *notices = rounds_next(*notices);
  }
}

/// Answers whether there is more to ask for.
static bool play_page(const rounds_json **unreadable, const rounds_json **notices) {
  rounds_text *place = context.listing ? &listed : &cursor;
  const rounds_request *request = rounds_exported.poll(&context, *place);
  if (rounds_failed())
    return false;
  rounds_response answer = answer_page(request);
  const rounds_page *page = rounds_exported.changes(&context, *place, &answer);
  if (rounds_failed())
    return false;
  keep_new(page);
  check_odd(page, unreadable, notices);
  *place = page->cursor;
  return page->more;
}

static void play_pages(void) {
  const rounds_json *unreadable = rounds_first(rounds_member(poll, "unreadable"));
  const rounds_json *notices = rounds_first(rounds_member(poll, "notices"));
  while (play_page(&unreadable, &notices))
    ;
  if (unreadable || notices)
    differs("unreadable or notice is missing", rounds_compact(unreadable ? unreadable : notices),
            rounds_none());
}

static const rounds_step *step_of(const rounds_change *change) {
  rounds_response answers[MOST_STEPS];
  rounds_text memo = record_of(change->id)->memo;
  for (size_t count = 0; count < MOST_STEPS;) {
    const rounds_step *step = rounds_collected(&context, change, memo, answers, count);
    if (rounds_failed() || step->kind != ROUNDS_FETCH)
      return step;
    for (size_t i = 0; i < step->request_count; i++)
      answers[count++] = answer_any(step->requests[i]);
  }
  return NULL;
}

static void check_notification(const rounds_change *change, const rounds_step *step,
                               const rounds_json *wanted) {
  expect("record", text(wanted, "record"), change->id);
  expect("event", text(wanted, "event"), step->event);
  expect("version", rounds_or(text(wanted, "version"), change->version), change->version);
  expect("key", rounds_or(text(wanted, "key"), rounds_or(change->key, change->id)),
         rounds_or(change->key, change->id));
  expect("data", rounds_compact(rounds_member(wanted, "data")), step->payload);
}

static void play_changes(void) {
  const rounds_json *wanted = rounds_first(rounds_member(poll, "notifications"));
  for (size_t i = 0; i < change_count && !rounds_failed(); i++) {
    const rounds_step *step = step_of(changes[i]);
    if (rounds_failed())
      continue;
    if (step->kind == ROUNDS_NOTIFY || rounds_is_some(step->memo))
      record_of(changes[i]->id)->memo = step->memo;
    if (step->kind == ROUNDS_SKIP || context.silent)
      continue;
    check_notification(changes[i], step, wanted);
    wanted = rounds_next(wanted);
  }
  if (wanted)
    differs("a notification is missing", rounds_compact(wanted), rounds_none());
}

static rounds_text case_of(const rounds_failure *failure) {
  static const char *const cases[] = {"invalid-settings", "unauthorized", "throttled",
                                      "unavailable",      "cursor-lost",  "unexpected-response",
                                      "internal"};
  return failure ? rounds_text_of(cases[failure->kind]) : rounds_none();
}

static bool is_set(const char *name) {
  return rounds_boolean(rounds_member(poll, name)) == ROUNDS_YES;
}

static void play_poll(const rounds_json *scenario) {
  next_exchange = exchange_count = change_count = 0;
  memset(used, 0, sizeof used);
  ROUNDS_EACH(exchange, rounds_member(poll, "exchanges")) {
    exchanges[exchange_count++] = exchange;
  }
  rounds_text since = text(scenario, "since");
  const rounds_json *settings = rounds_member(scenario, "settings");
  context = (rounds_context){
      .action = text(scenario, "action"),
      .settings = settings ? rounds_compact(settings) : rounds_text_of("{}"),
      .base_url = rounds_or(text(scenario, "base_url"), rounds_text_of("http://ehr.example")),
      .allow_origins = texts(rounds_member(scenario, "allow_origins")),
      .since = rounds_or(since, rounds_text_of("2026-01-01T00:00:00Z")),
      .now = rounds_or(text(poll, "now"), rounds_text_of("2026-01-01T00:01:00Z")),
      .listing = is_set("listing"),
      .silent = is_set("silent"),
      .last_try = is_set("last_try"),
  };
  play_pages();
  play_changes();
  rounds_text fails = case_of(rounds_failed());
  rounds_forgive();
  rounds_text wanted = text(poll, "fails"), words;
  expect("failure", rounds_or(rounds_before(wanted, ':', &words), wanted), fails);
  rounds_text place = context.listing ? listed : cursor;
  expect("cursor", rounds_or(text(poll, "cursor"), place), place);
  for (size_t i = 0; i < exchange_count; i++)
    if (!used[i])
      differs("not asked", text(exchanges[i], "request"), rounds_none());
}

static rounds_text contents(const char *path) {
  FILE *file = fopen(path, "rb");
  assert(file && fseek(file, 0, SEEK_END) == 0);
  size_t length = (size_t)ftell(file);
  rewind(file);
  char *bytes = rounds_alloc(length);
  size_t read = fread(bytes, 1, length, file);
  fclose(file);
  assert(read == length);
  return (rounds_text){bytes, length};
}

int main(int count, char **paths) {
  for (int i = 1; i < count; i++) {
    const rounds_json *scenario = rounds_parse(contents(paths[i]));
    assert(scenario);
    record_count = 0;
    cursor = listed = told = rounds_none();
    size_t polls = 0;
    ROUNDS_EACH(it, rounds_need(scenario, "polls")) {
      poll = it;
      play_poll(scenario);
      polls++;
    }
    printf("%s: %zu polls\n", paths[i], polls);
    rounds_end_call();
  }
  return 0;
}
