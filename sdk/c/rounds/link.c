#include "link.h"

#include <string.h>
#include <strings.h>

#include "failure.h"

static rounds_text from(rounds_text text, size_t start) {
  return (rounds_text){text.at + start, text.length - start};
}

static rounds_text trimmed(rounds_text text) {
  while (text.length && memchr(" \t", text.at[0], 2))
    text = from(text, 1);
  while (text.length && memchr(" \t", text.at[text.length - 1], 2))
    text.length--;
  return text;
}

/// What stands before a byte, or all of it. `rest` becomes what stands behind, or none.
static rounds_text part_before(rounds_text text, char byte, rounds_text *rest) {
  *rest = rounds_none();
  rounds_text part = rounds_before(text, byte, rest);
  return rounds_or(part, text);
}

static bool is_next(rounds_text parameters) {
  while (parameters.at) {
    rounds_text parameter = trimmed(part_before(parameters, ';', &parameters));
    if (rounds_is(parameter, "rel=next") || rounds_is(parameter, "rel=\"next\""))
      return true;
  }
  return false;
}

/// The URL of one link, where it is the next.
static rounds_text next_of(rounds_text link) {
  rounds_text parameters = rounds_none();
  if (!rounds_starts_with(link, "<"))
    return rounds_none();
  rounds_text url = rounds_before(from(link, 1), '>', &parameters);
  return is_next(parameters) ? url : rounds_none();
}

/// One link of a header, and `rest`, which is what stands behind its comma.
static rounds_text link_before(rounds_text links, rounds_text *rest) {
  for (size_t i = 0; i + 1 < links.length; i++) {
    if (links.at[i] == ',' && links.at[i + 1] == ' ') {
      *rest = from(links, i + 2);
      return (rounds_text){links.at, i};
    }
  }
  *rest = rounds_none();
  return links;
}

rounds_text rounds_next_link(const rounds_response *response) {
  for (size_t i = 0; response && i < response->header_count; i++) {
    bool is_link = rounds_is(response->headers[i].name, "link");
    rounds_text links = is_link ? response->headers[i].value : rounds_none();
    while (links.at) {
      rounds_text url = next_of(trimmed(link_before(links, &links)));
      if (url.at)
        return url;
    }
  }
  return rounds_none();
}

/// Where a text first holds this word, or its length.
static size_t find(rounds_text text, const char *word, size_t start) {
  size_t length = strlen(word);
  for (size_t i = start; i + length <= text.length; i++)
    if (memcmp(text.at + i, word, length) == 0)
      return i;
  return text.length;
}

/// Scheme, host and port.
static rounds_text origin_of(rounds_text url) {
  size_t scheme = find(url, "://", 0);
  size_t host = scheme < url.length ? scheme + 3 : 0;
  return (rounds_text){url.at, find(url, "/", host)};
}

/// All of a path but what follows its last slash.
static rounds_text folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return (rounds_text){path, slash ? (size_t)(slash - path) : 0};
}

static rounds_text made_whole(rounds_text base_url, const char *path, rounds_text link) {
  rounds_text origin = origin_of(base_url);
  if (find(link, "://", 0) < link.length)
    return link;
  if (rounds_starts_with(link, "//"))
    return ROUNDS_JOIN(((rounds_text){origin.at, find(origin, "//", 0)}), link);
  if (rounds_starts_with(link, "/"))
    return ROUNDS_JOIN(origin, link);
  if (rounds_starts_with(link, "?"))
    return ROUNDS_JOIN(base_url, rounds_text_of(path), link);
  return ROUNDS_JOIN(base_url, folder_of(path), rounds_text_of("/"), link);
}

rounds_text rounds_below(rounds_text base_url, rounds_text url) {
  rounds_text origin = origin_of(base_url), path = from(base_url, origin.length);
  bool is_same = url.length >= base_url.length &&
                 strncasecmp(url.at, origin.at, origin.length) == 0 &&
                 memcmp(url.at + origin.length, path.at, path.length) == 0;
  if (!is_same)
    return rounds_none();
  rounds_text below = from(url, base_url.length);
  bool ends = below.length == 0 || below.at[0] == '/' || below.at[0] == '?';
  return ends ? below : rounds_none();
}

rounds_text rounds_resolve_link(rounds_text base_url, const char *path, rounds_text link) {
  rounds_text whole = made_whole(base_url, path, link);
  if (rounds_below(base_url, whole).at)
    return whole;
  rounds_fail_unexpected_response("a link leads away from the base URL");
  return rounds_none();
}
