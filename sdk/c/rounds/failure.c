#include "failure.h"

#include "arena.h"

static rounds_failure failure;
static bool has_failed;

rounds_nothing rounds_fail(rounds_case kind, rounds_text words) {
  if (!has_failed)
    failure = (rounds_failure){.kind = kind, .words = rounds_or(words, rounds_text_of(""))};
  has_failed = true;
  return NULL;
}

rounds_nothing rounds_fail_invalid_settings(const char *words) {
  return rounds_fail(ROUNDS_INVALID_SETTINGS, rounds_text_of(words));
}

rounds_nothing rounds_fail_unauthorized(const char *words) {
  return rounds_fail(ROUNDS_UNAUTHORIZED, rounds_text_of(words));
}

rounds_nothing rounds_fail_throttled(int64_t seconds) {
  bool is_first = !has_failed;
  rounds_fail(ROUNDS_THROTTLED, rounds_none());
  if (is_first && seconds >= 0 && seconds <= UINT32_MAX) {
    failure.has_pause = true;
    failure.pause = (uint32_t)seconds;
  }
  return NULL;
}

rounds_nothing rounds_fail_unavailable(const char *words) {
  return rounds_fail(ROUNDS_UNAVAILABLE, rounds_text_of(words));
}

rounds_nothing rounds_fail_cursor_lost(const char *words) {
  return rounds_fail(ROUNDS_CURSOR_LOST, rounds_text_of(words));
}

rounds_nothing rounds_fail_unexpected_response(const char *words) {
  return rounds_fail(ROUNDS_UNEXPECTED_RESPONSE, rounds_text_of(words));
}

rounds_nothing rounds_fail_internal(const char *words) {
  return rounds_fail(ROUNDS_INTERNAL, rounds_text_of(words));
}

const rounds_failure *rounds_failed(void) { return has_failed ? &failure : NULL; }

void rounds_forgive(void) { has_failed = false; }

void rounds_end_call(void) {
  rounds_forgive();
  rounds_arena_reset();
}

#ifndef __wasm__
#include <stdio.h>
#include <stdlib.h>

void rounds_log(const char *line) { fprintf(stderr, "%s\n", line); }

void rounds_panic_at(const char *words, const char *file, int line) {
  fprintf(stderr, "panicked at %s:%d: %s\n", file, line, words);
  abort();
}
#endif
