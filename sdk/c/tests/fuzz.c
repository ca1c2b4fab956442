/// Throws damaged JSON at the parser: whatever it makes a value of must read again as the same.
///
/// Every input has memory of its own, of its own length, so that a byte read too much is found.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

static uint32_t state = 2463534242;

static uint32_t draw(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

static const char *const seeds[] = {
    "{\"appointments\":[{\"id\":\"a1\",\"minutes\":30,\"x\":[null,true,false,-1.5e+10,\"\\u00e9\"]}"
    "]}",
    "[[[[{\"a\":{\"b\":[{\"c\":\"\\ud83d\\ude00\\n\\\"\"}]}}]]]]",
    " [ 0 , -0.0 , 1E5, \"\xc3\xa9\\\\\", {} , [] , { \"\" : \"\" } ]\r\n\t",
    "\"2026-05-05T10:00:00.25Z\"",
    "-1767225600.25E-2",
    "\"</../a?p=2>; rel=\\\"prev next\\\", <http://a:80/b/./c>; title=x; rel=next\"",
};

static const char pieces[] = "{}[]\",:\\u0d8cefE+-.019ntrfalse \t\n\x01\x80\xff";

/// A seed with some bytes changed, added, taken or repeated.
static size_t damage(const char *seed, char *into, size_t room) {
  size_t length = strlen(seed);
  memcpy(into, seed, length);
  for (uint32_t i = draw(6); i-- && length && length + 64 < room;) {
    size_t at = draw((uint32_t)length);
    size_t run = 1 + draw(32);
    run = run < length - at ? run : length - at;
    switch (draw(4)) {
    case 0:
      into[at] = pieces[draw(sizeof pieces - 1)];
      break;
    case 1:
      memmove(into + at + run, into + at, length - at);
      length += run;
      break;
    case 2:
      memmove(into + at, into + at + run, length - at - run);
      length -= run;
      break;
    default:
      length = at;
    }
  }
  return length;
}

static void use(rounds_text text) {
  const rounds_json *value = rounds_parse(text);
  if (!value) {
    if (!rounds_failed())
      abort();
    return;
  }
  rounds_text once = rounds_compact(value);
  if (!rounds_same(once, rounds_compact(rounds_parse(once))))
    abort();
  rounds_time time;
  rounds_read_time(rounds_string(value), &time);
  rounds_string(rounds_member(rounds_item(rounds_member(value, "appointments"), 0), "id"));
  rounds_below(rounds_text_of("http://a/b"), once);
  rounds_text link = rounds_string(value);
  rounds_header header = {rounds_text_of("link"), text};
  const rounds_response answer = {200, &header, 1, text, true};
  rounds_next_link(&answer);
  rounds_link_in_header(&answer, "Link");
  rounds_resolve_link(rounds_text_of("http://a/b"), rounds_or(link, text), text);
  rounds_parse_epoch_seconds(text);
  rounds_forgive();
}

int main(int count, char **arguments) {
  enum { ROOM = 4096 };
  long rounds = count > 1 ? atol(arguments[1]) : 5000;
  char damaged[ROOM];
  for (long i = 0; i < rounds; i++) {
    size_t length = damage(seeds[i % (sizeof seeds / sizeof *seeds)], damaged, ROOM);
    char *exact = malloc(length ? length : 1);
    memcpy(exact, damaged, length);
    use((rounds_text){exact, length});
    rounds_end_call();
    free(exact);
  }
  printf("%ld inputs\n", rounds);
  return 0;
}
