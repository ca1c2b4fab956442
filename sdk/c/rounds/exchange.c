#include "exchange.h"

#include <string.h>
#include <strings.h>

#include "arena.h"
#include "failure.h"

static rounds_request *request_of(rounds_method method, rounds_text target) {
  rounds_request *request = rounds_new(rounds_request, 1);
  request->method = method;
  request->target = target;
  return request;
}

rounds_request *rounds_get(const char *target) {
  return request_of(ROUNDS_GET, rounds_text_of(target));
}

rounds_request *rounds_get_link(rounds_text link) { return request_of(ROUNDS_GET, link); }

rounds_request *rounds_post(const char *target) {
  return request_of(ROUNDS_POST, rounds_text_of(target));
}

rounds_request *rounds_segment(rounds_request *request, rounds_text segment) {
  request->target = ROUNDS_JOIN(request->target, rounds_text_of("/"), rounds_encode(segment));
  return request;
}

rounds_request *rounds_query(rounds_request *request, const char *name, rounds_text value) {
  rounds_text target = request->target;
  bool goes_on = target.length && memchr(target.at, '?', target.length);
  request->target =
      ROUNDS_JOIN(target, rounds_text_of(goes_on ? "&" : "?"), rounds_encode(rounds_text_of(name)),
                  rounds_text_of("="), rounds_encode(value));
  return request;
}

static rounds_text lower_case(const char *name) {
  size_t length = strlen(name);
  char *lower = rounds_arena_take(length);
  for (size_t i = 0; i < length; i++)
    lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
  return (rounds_text){lower, length};
}

rounds_request *rounds_add_header(rounds_request *request, const char *name, rounds_text value) {
  rounds_header *headers = rounds_new(rounds_header, request->header_count + 1);
  if (request->header_count)
    memcpy(headers, request->headers, request->header_count * sizeof *headers);
  headers[request->header_count++] = (rounds_header){lower_case(name), value};
  request->headers = headers;
  return request;
}

rounds_request *rounds_body(rounds_request *request, const char *media_type, rounds_text body) {
  request->body = body;
  return rounds_add_header(request, "content-type", rounds_text_of(media_type));
}

rounds_text rounds_header_of(const rounds_response *response, const char *name) {
  for (size_t i = 0; response && i < response->header_count; i++)
    if (rounds_is(response->headers[i].name, name))
      return response->headers[i].value;
  return rounds_none();
}

static bool begins(rounds_text text, const char *with) {
  size_t length = strlen(with);
  return text.length >= length && strncasecmp(text.at, with, length) == 0;
}

/// A body without the mark that UTF-8 may begin with.
static rounds_text unmarked(rounds_text body) {
  bool is_marked = rounds_starts_with(body, "\xEF\xBB\xBF");
  return is_marked ? (rounds_text){body.at + 3, body.length - 3} : body;
}

/// The media type in words, where it is one that EHRs and what stands before them answer.
static rounds_text media_type_of(const rounds_response *response) {
  static const char *const known[] = {"application/json",     "application/fhir+json", "text/html",
                                      "text/plain",           "application/xml",       "text/xml",
                                      "application/fhir+xml", "application/pdf"};
  rounds_text value = rounds_header_of(response, "content-type");
  rounds_text named = rounds_trimmed(rounds_or(rounds_before(value, ';', NULL), value));
  if (!named.length)
    return rounds_text_of("media type none");
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (begins(named, known[i]) && strlen(known[i]) == named.length)
      return ROUNDS_JOIN(rounds_text_of("media type "), rounds_text_of(known[i]));
  return rounds_text_of("another media type");
}

/// Says what is wrong, and what came instead.
static rounds_nothing fail_as_no_json(const rounds_response *response, rounds_text what) {
  return rounds_fail(ROUNDS_UNEXPECTED_RESPONSE,
                     ROUNDS_JOIN(what, rounds_text_of(" (status "),
                                 rounds_decimal(response->status), rounds_text_of(", "),
                                 media_type_of(response), rounds_text_of(")")));
}

static bool is_html(const rounds_response *response) {
  rounds_text body = rounds_trimmed(unmarked(response->body));
  return begins(rounds_header_of(response, "content-type"), "text/html") ||
         begins(body, "<!doctype html") || begins(body, "<html");
}

/// The pause that the EHR asks for, where it says it in seconds; -1 otherwise.
static int64_t retry_after(const rounds_response *response) {
  return rounds_number_of(rounds_trimmed(rounds_header_of(response, "retry-after")), UINT32_MAX);
}

static rounds_nothing fail_with_status(rounds_case kind, const char *what, uint16_t status) {
  return rounds_fail(kind, ROUNDS_JOIN(rounds_text_of(what), rounds_decimal(status)));
}

static const char not_acceptable[] = "status 406: the EHR has nothing of the media type that the "
                                     "accept header asks for; set another "
                                     "in the connection's headers";
static const char unsupported[] =
    "status 415: the EHR does not know a media type that was sent or asked for; set another accept "
    "header in the connection's headers";

const rounds_response *rounds_ok(const rounds_response *response) {
  if (!response)
    return rounds_fail_internal("an answer that is not there");
  uint16_t status = response->status;
  if (status >= 200 && status <= 299 && is_html(response))
    return fail_with_status(ROUNDS_UNEXPECTED_RESPONSE, "HTML with status ", status);
  if (status >= 200 && status <= 299)
    return response;
  if (status == 401 || status == 403)
    return fail_with_status(ROUNDS_UNAUTHORIZED, "status ", status);
  if (status == 429)
    return rounds_fail_throttled(retry_after(response));
  if (status == 408 || (status >= 500 && status <= 599))
    return fail_with_status(ROUNDS_UNAVAILABLE, "status ", status);
  if (status == 406)
    return rounds_fail_unexpected_response(not_acceptable);
  if (status == 415)
    return rounds_fail_unexpected_response(unsupported);
  return fail_with_status(ROUNDS_UNEXPECTED_RESPONSE, "status ", status);
}

rounds_text rounds_body_text(const rounds_response *response) {
  if (!response)
    return rounds_none();
  // The host hands over as bytes only what is no UTF-8.
  if (response->is_text)
    return unmarked(response->body);
  fail_as_no_json(response, rounds_text_of("the body is no UTF-8 text"));
  return rounds_none();
}

const rounds_json *rounds_body_json(const rounds_response *response) {
  rounds_text text = rounds_body_text(response);
  bool had_failed = rounds_failed() != NULL;
  const rounds_json *value = text.at ? rounds_parse(text) : NULL;
  if (value || !text.at || had_failed)
    return value;
  rounds_text what = rounds_failed()->words;
  rounds_forgive();
  return fail_as_no_json(response,
                         rounds_trimmed(text).length ? what : rounds_text_of("the body is empty"));
}
