#include "link.h"

#include <string.h>
#include <strings.h>

#include "arena.h"

/// What of a URL two are compared by; the path has its query.
typedef struct url_parts {
  rounds_text scheme;
  rounds_text host;
  rounds_text port;
  rounds_text path;
} url_parts;

static rounds_text from(rounds_text text, size_t start) {
  return (rounds_text){text.at + start, text.length - start};
}

static bool is_one_of(char byte, const char *bytes) { return byte && strchr(bytes, byte); }

/// What stands before the first of these, or all of it.
static rounds_text up_to(rounds_text text, const char *ends) {
  size_t length = 0;
  while (length < text.length && !is_one_of(text.at[length], ends))
    length++;
  return (rounds_text){text.at, length};
}

static rounds_text without_start(rounds_text text, const char *bytes) {
  while (text.length && is_one_of(text.at[0], bytes))
    text = from(text, 1);
  return text;
}

static rounds_text without_end(rounds_text text, const char *bytes) {
  while (text.length && is_one_of(text.at[text.length - 1], bytes))
    text.length--;
  return text;
}

/// Whether two texts are the same but for the case of ASCII's letters.
static bool is_alike(rounds_text a, rounds_text b) {
  return a.length == b.length && (!a.length || strncasecmp(a.at, b.at, a.length) == 0);
}

/// What stands before the first such byte that is not within quotes, or all of it. `rest` becomes
/// what stands behind.
static rounds_text part_before(rounds_text text, char byte, rounds_text *rest) {
  bool is_quoted = false;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == byte && !is_quoted) {
      *rest = from(text, i + 1);
      return (rounds_text){text.at, i};
    }
    if (text.at[i] == '"')
      is_quoted = !is_quoted;
    else if (text.at[i] == '\\' && is_quoted)
      i++;
  }
  *rest = from(text, text.length);
  return text;
}

static bool names_next(rounds_text relations) {
  relations = without_end(without_start(rounds_trimmed(relations), "\""), "\"");
  while (relations.length) {
    relations = without_start(relations, " \t");
    rounds_text relation = up_to(relations, " \t");
    if (is_alike(relation, rounds_text_of("next")))
      return true;
    relations = from(relations, relation.length);
  }
  return false;
}

/// Whether the first `rel` of a link's parameters names `next`, be it among others.
static bool is_next(rounds_text parameters) {
  while (parameters.length) {
    rounds_text parameter = part_before(parameters, ';', &parameters), value = rounds_text_of("");
    rounds_text name = rounds_or(rounds_before(parameter, '=', &value), parameter);
    if (is_alike(rounds_trimmed(name), rounds_text_of("rel")))
      return names_next(value);
  }
  return false;
}

/// The next link among those of one header.
static rounds_text next_in(rounds_text links) {
  while ((links = without_start(links, " \t,")).length) {
    rounds_text url = rounds_none(), rest = links;
    if (links.at[0] == '<') {
      url = rounds_before(from(links, 1), '>', &rest);
      if (!url.at)
        return url;
    }
    if (is_next(part_before(rest, ',', &links)) && url.length)
      return rounds_trimmed(url);
  }
  return rounds_none();
}

rounds_text rounds_next_link(const rounds_response *response) {
  for (size_t i = 0; response && i < response->header_count; i++) {
    bool is_link = rounds_is(response->headers[i].name, "link");
    rounds_text url = is_link ? next_in(response->headers[i].value) : rounds_none();
    if (url.at)
      return url;
  }
  return rounds_none();
}

rounds_text rounds_link_in_header(const rounds_response *response, const char *name) {
  for (size_t i = 0; response && i < response->header_count; i++) {
    if (!is_alike(response->headers[i].name, rounds_text_of(name)))
      continue;
    rounds_text link = rounds_trimmed(response->headers[i].value);
    if (link.length > 1 && link.at[0] == '<' && link.at[link.length - 1] == '>')
      link = rounds_trimmed((rounds_text){link.at + 1, link.length - 2});
    return link.length ? link : rounds_none();
  }
  return rounds_none();
}

static bool is_letter(char byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

static bool is_port(rounds_text text) { return without_start(text, "0123456789").length == 0; }

/// Where the host begins in a whole URL; 0 in all else, as a scheme in a query makes no whole URL.
static size_t host_at(rounds_text link) {
  size_t length = 0;
  while (length < link.length &&
         (is_letter(link.at[length]) || (length && is_one_of(link.at[length], "0123456789+-."))))
    length++;
  bool is_whole = length && rounds_starts_with(from(link, length), "://");
  return is_whole ? length + 3 : 0;
}

/// Scheme, host and port.
static rounds_text origin_of(rounds_text url) {
  size_t host = host_at(url);
  return (rounds_text){url.at, host + up_to(from(url, host), "/?#").length};
}

/// The parts of a whole URL that has no user.
static bool read_parts(rounds_text url, url_parts *parts) {
  size_t host = host_at(url);
  rounds_text origin = origin_of(url), authority = from(origin, host);
  if (!host || up_to(authority, "@").length < authority.length)
    return false;
  parts->scheme = (rounds_text){url.at, host - 3};
  parts->path = from(url, origin.length);
  bool is_secure = is_alike(parts->scheme, rounds_text_of("https"));
  parts->port = rounds_text_of(is_secure ? "443" : "80");
  parts->host = authority;
  size_t colon = authority.length;
  while (colon && authority.at[colon - 1] != ':')
    colon--;
  rounds_text port = from(authority, colon);
  if (!colon || !is_port(port))
    return true;
  parts->host = (rounds_text){authority.at, colon - 1};
  parts->port = port.length ? port : parts->port;
  return true;
}

rounds_text rounds_below(rounds_text base_url, rounds_text url) {
  url_parts base, its;
  if (!read_parts(up_to(base_url, "?"), &base) || !read_parts(url, &its))
    return rounds_none();
  rounds_text path = without_end(base.path, "/");
  bool is_under = is_alike(base.scheme, its.scheme) && is_alike(base.host, its.host) &&
                  is_alike(base.port, its.port) && its.path.length >= path.length &&
                  memcmp(its.path.at, path.at, path.length) == 0;
  if (!is_under)
    return rounds_none();
  rounds_text below = from(its.path, path.length);
  return !below.length || is_one_of(below.at[0], "/?") ? below : rounds_none();
}

/// A path and its query, with `.` and `..` of the path gone along (RFC 3986, 5.2.4).
static rounds_text without_dots(rounds_text target) {
  rounds_text left = up_to(target, "?"), query = from(target, left.length);
  char *kept = rounds_arena_take(target.length);
  size_t length = 0;
  while (left.length) {
    rounds_text segment = up_to(from(left, 1), "/");
    bool is_up = rounds_is(segment, ".."), is_dot = is_up || rounds_is(segment, ".");
    left = from(left, 1 + segment.length);
    while (is_up && length && kept[--length] != '/')
      ;
    if (is_dot && left.length)
      continue;
    kept[length++] = '/';
    memcpy(kept + length, segment.at, is_dot ? 0 : segment.length);
    length += is_dot ? 0 : segment.length;
  }
  memcpy(kept + length, query.at, query.length);
  return (rounds_text){kept, length + query.length};
}

static rounds_text made_whole(rounds_text base_url, rounds_text asked, rounds_text link) {
  if (host_at(link))
    return link;
  rounds_text way = up_to(asked, "?"), base = without_end(up_to(base_url, "?"), "/");
  rounds_text url = host_at(way) ? way : ROUNDS_JOIN(base, way);
  rounds_text origin = origin_of(url), folder = from(url, origin.length);
  if (rounds_starts_with(link, "//"))
    return ROUNDS_JOIN(up_to(origin, ":"), rounds_text_of(":"), link);
  if (rounds_starts_with(link, "/"))
    return ROUNDS_JOIN(origin, without_dots(link));
  if (rounds_starts_with(link, "?"))
    return ROUNDS_JOIN(url, link);
  // What is asked of the base URL itself is taken for a folder of it.
  while (way.length && folder.length && folder.at[--folder.length] != '/')
    ;
  return ROUNDS_JOIN(origin, without_dots(ROUNDS_JOIN(folder, rounds_text_of("/"), link)));
}

rounds_text rounds_resolve_link(rounds_text base_url, rounds_text asked, rounds_text link) {
  asked = rounds_or(asked, rounds_text_of(""));
  link = up_to(rounds_trimmed(rounds_or(link, rounds_text_of(""))), "#");
  if (!link.length)
    return asked;
  rounds_text whole = made_whole(base_url, asked, link), below = rounds_below(base_url, whole);
  bool is_path = link.at[0] == '/' && !rounds_starts_with(link, "//") && !host_at(asked);
  return rounds_or(below, is_path ? link : whole);
}
