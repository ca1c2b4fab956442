/// The component's side of the contract, by hand: the Component Model's canonical ABI.
///
/// A generator would make this file longer, hand its own types with a `free` each to authors, and
/// be one more program to have. The contract is six functions without imports or resources, and in
/// linear memory a string or a list of the canonical ABI is an address and a length, which is what
/// rounds_text is; what is left are options and variants, a byte before their value. The structs
/// of abi.h mirror the records of wit/0.1.0/connector.wit, and their sizes are checked.
///
/// Everything that the host passes comes through cabi_realloc and so lies in the call's memory,
/// which ends when the host has read the answer and calls `cabi_post_…`.
#include "abi.h"
#include "arena.h"
#include "connector.h"
#include "failure.h"

#define CONNECTOR "rounds:connector/connector@0.1.0#"

// From the host.

/// An empty text may come without an address, which among texts is none.
static rounds_text of_text(rounds_text text) { return rounds_or(text, rounds_text_of("")); }

static rounds_text of_option(abi_option option) {
  return option.is_some ? of_text(option.value) : rounds_none();
}

static rounds_texts of_texts(abi_list list) {
  const rounds_text *from = list.items;
  rounds_text *texts = rounds_new(rounds_text, list.count);
  for (size_t i = 0; i < list.count; i++)
    texts[i] = of_text(from[i]);
  return (rounds_texts){texts, list.count};
}

static rounds_context of_context(const abi_context *it) {
  return (rounds_context){.action = of_text(it->action),
                          .settings = of_text(it->settings),
                          .base_url = of_text(it->base_url),
                          .allow_origins = of_texts(it->allow_origins),
                          .since = of_text(it->since),
                          .now = of_text(it->now),
                          .interrupted = it->interrupted,
                          .listing = it->listing,
                          .silent = it->silent,
                          .last_try = it->last_try};
}

static const rounds_header *of_headers(abi_list list) {
  const rounds_header *from = list.items;
  rounds_header *headers = rounds_new(rounds_header, list.count);
  for (size_t i = 0; i < list.count; i++)
    headers[i] = (rounds_header){of_text(from[i].name), of_text(from[i].value)};
  return headers;
}

static rounds_response of_response(const abi_response *it) {
  return (rounds_response){.status = it->status,
                           .headers = of_headers(it->headers),
                           .header_count = it->headers.count,
                           .body = of_text(it->body.content),
                           .is_text = !it->body.is_bytes};
}

static rounds_change of_change(const abi_change *it) {
  return (rounds_change){.id = of_text(it->id),
                         .kind = (rounds_change_kind)it->kind,
                         .version = of_option(it->version),
                         .content = of_option(it->content),
                         .key = of_option(it->key),
                         .occurred_at = of_option(it->occurred_at),
                         .data = of_text(it->data)};
}

static const rounds_response *of_responses(abi_list list) {
  const abi_response *items = list.items;
  rounds_response *responses = rounds_new(rounds_response, list.count);
  for (size_t i = 0; i < list.count; i++)
    responses[i] = of_response(&items[i]);
  return responses;
}

// To the host.

static abi_option to_option(rounds_text text) { return (abi_option){text.at != NULL, text}; }

static abi_list to_texts(rounds_texts texts) { return (abi_list){texts.items, texts.count}; }

static abi_request to_request(const rounds_request *it) {
  return (abi_request){.method = (uint8_t)it->method,
                       .target = it->target,
                       .headers = {it->headers, it->header_count},
                       .has_body = it->body.at != NULL,
                       .body = {0, it->body}};
}

static abi_list to_requests(const rounds_step *step) {
  abi_request *requests = rounds_new(abi_request, step->request_count);
  for (size_t i = 0; i < step->request_count; i++)
    requests[i] = to_request(step->requests[i]);
  return (abi_list){requests, step->request_count};
}

static abi_change to_change(const rounds_change *it) {
  return (abi_change){.id = it->id,
                      .kind = (uint8_t)it->kind,
                      .version = to_option(it->version),
                      .content = to_option(it->content),
                      .key = to_option(it->key),
                      .occurred_at = to_option(it->occurred_at),
                      .data = it->data};
}

static abi_list to_changes(const rounds_page *page) {
  abi_change *changes = rounds_new(abi_change, page->count), *to = changes;
  for (const rounds_change *it = page->first; it; it = it->next)
    *to++ = to_change(it);
  return (abi_list){changes, page->count};
}

static abi_list to_unreadable(const rounds_page *page) {
  abi_unreadable *unreadable = rounds_new(abi_unreadable, page->unreadable_count), *to = unreadable;
  for (const rounds_unreadable *it = page->first_unreadable; it; it = it->next)
    *to++ = (abi_unreadable){it->place, to_option(it->id), it->reason, it->data};
  return (abi_list){unreadable, page->unreadable_count};
}

static abi_list to_notices(const rounds_page *page) {
  rounds_text *notices = rounds_new(rounds_text, page->notice_count), *to = notices;
  for (const rounds_notice *it = page->first_notice; it; it = it->next)
    *to++ = it->words;
  return (abi_list){notices, page->notice_count};
}

static abi_page to_page(const rounds_page *page) {
  return (abi_page){.changes = to_changes(page),
                    .unreadable = to_unreadable(page),
                    .notices = to_notices(page),
                    .cursor = page->cursor,
                    .more = page->more};
}

static abi_step to_step(const rounds_step *it) {
  abi_step step = {.kind = (uint8_t)it->kind};
  switch (it->kind) {
  case ROUNDS_FETCH:
    step.requests = to_requests(it);
    break;
  case ROUNDS_NOTIFY:
    step.notification = (abi_notification){it->event, it->payload, to_option(it->memo)};
    break;
  case ROUNDS_SKIP:
    step.skipped = (abi_skipped){it->reason, to_option(it->memo)};
    break;
  }
  return step;
}

static abi_credentials to_credentials(const rounds_credentials *it) {
  return (abi_credentials){{it->headers, it->header_count},
                           {it->expires_in.is_some, it->expires_in.value}};
}

static abi_failure to_failure(const rounds_failure *it) {
  abi_failure failure = {.kind = (uint8_t)it->kind};
  if (it->kind == ROUNDS_THROTTLED)
    failure.pause = (abi_u32_option){it->has_pause, it->pause};
  else
    failure.words = it->words;
  return failure;
}

static abi_record_time_option to_record_time(rounds_record_time it) {
  abi_record_time time = {it.field, (uint8_t)it.form, it.unique};
  return (abi_record_time_option){rounds_is_some(it.field), time};
}

static abi_list to_actions(const rounds_manifest *manifest) {
  abi_action *actions = rounds_new(abi_action, manifest->action_count);
  for (size_t i = 0; i < manifest->action_count; i++) {
    const rounds_action *it = &manifest->actions[i];
    actions[i] = (abi_action){.name = it->name,
                              .summary = it->summary,
                              .events = to_texts(it->events),
                              .detection = (uint8_t)it->detection,
                              .fastest = it->fastest,
                              .lists = it->lists,
                              .record_time = to_record_time(it->record_time)};
  }
  return (abi_list){actions, manifest->action_count};
}

static abi_manifest to_manifest(const rounds_manifest *it) {
  return (abi_manifest){.name = it->name,
                        .version = it->version,
                        .summary = it->summary,
                        .actions = to_actions(it),
                        .settings_schema = it->settings_schema,
                        .auth = to_texts(it->auth),
                        .requests = to_texts(it->requests),
                        .reads_headers = to_texts(it->reads_headers)};
}

/// A result that is the failure of this call, or that of answering nothing without one.
static abi_result *result_of(const void *answer) {
  if (!answer)
    rounds_fail_internal("the connector answered nothing");
  abi_result *result = rounds_new(abi_result, 1);
  const rounds_failure *failure = rounds_failed();
  result->is_failure = failure != NULL;
  if (failure)
    result->failure = to_failure(failure);
  return result;
}

// The exports.

/// The context of a call whose values came one by one.
#define FLAT_CONTEXT                                                                               \
  ((const abi_context){.action = {action, action_length},                                          \
                       .settings = {settings, settings_length},                                    \
                       .base_url = {base_url, base_url_length},                                    \
                       .allow_origins = {origins, origin_count},                                   \
                       .since = {since, since_length},                                             \
                       .now = {now, now_length},                                                   \
                       .interrupted = interrupted != 0,                                            \
                       .listing = listing != 0,                                                    \
                       .silent = silent != 0,                                                      \
                       .last_try = last_try != 0})

__attribute__((export_name("cabi_realloc"))) void *
rounds_cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
  // The host asks for new memory only, and the arena's alignment is beyond any of the contract's.
  (void)old, (void)old_size, (void)alignment;
  return rounds_arena_take(size);
}

ROUNDS_EXPORTED_AS(CONNECTOR "describe") void *rounds_exported_describe(void) {
  abi_manifest *manifest = rounds_new(abi_manifest, 1);
  *manifest = to_manifest(rounds_exported.describe());
  return manifest;
}

ROUNDS_EXPORTED_AS(CONNECTOR "poll") void *rounds_exported_poll(const void *arguments) {
  const poll_arguments *given = arguments;
  const rounds_context context = of_context(&given->context);
  const rounds_request *request = rounds_exported.poll(&context, of_option(given->cursor));
  abi_result *result = result_of(request);
  if (!result->is_failure)
    result->request = to_request(request);
  return result;
}

ROUNDS_EXPORTED_AS(CONNECTOR "changes") void *rounds_exported_changes(const void *arguments) {
  const changes_arguments *given = arguments;
  const rounds_context context = of_context(&given->context);
  const rounds_response answer = of_response(&given->answer);
  const rounds_page *page = rounds_exported.changes(&context, of_option(given->cursor), &answer);
  abi_result *result = result_of(page);
  if (!result->is_failure)
    result->page = to_page(page);
  return result;
}

ROUNDS_EXPORTED_AS(CONNECTOR "collect") void *rounds_exported_collect(const void *arguments) {
  const collect_arguments *given = arguments;
  const rounds_context context = of_context(&given->context);
  const rounds_change change = of_change(&given->change);
  const rounds_response *collected = of_responses(given->collected);
  const rounds_step *step = rounds_collected(&context, &change, of_option(given->memo), collected,
                                             given->collected.count);
  abi_result *result = result_of(step);
  if (!result->is_failure)
    result->step = to_step(step);
  return result;
}

void *rounds_call_login(rounds_login_fn *login, ROUNDS_FLAT_CONTEXT) {
  const rounds_context context = of_context(&FLAT_CONTEXT);
  const rounds_request *request = login(&context);
  abi_result *result = result_of(request);
  if (!result->is_failure)
    result->request = to_request(request);
  return result;
}

void *rounds_call_signed_in(rounds_signed_in_fn *signed_in, const void *arguments) {
  const signed_in_arguments *given = arguments;
  const rounds_context context = of_context(&given->context);
  const rounds_response answer = of_response(&given->answer);
  const rounds_credentials *credentials = signed_in(&context, &answer);
  abi_result *result = result_of(credentials);
  if (!result->is_failure)
    result->credentials = to_credentials(credentials);
  return result;
}

#define ENDED(call)                                                                                \
  ROUNDS_EXPORTED_AS("cabi_post_" CONNECTOR #call) void rounds_ended_##call(void *answer) {        \
    (void)answer;                                                                                  \
    rounds_end_call();                                                                             \
  }

ENDED(describe)
ENDED(poll)
ENDED(changes)
ENDED(collect)
