/// From text to values, by RFC 8259 to the letter.
///
/// The parser keeps the objects and lists that are open in a stack of its own with an end, so no
/// answer of an EHR can exhaust the machine's.
#include <string.h>

#include "arena.h"
#include "node.h"

enum { DEEPEST = 127 };

typedef struct parser {
  const rounds_document *document;
  const char *text;
  size_t length;
  size_t at;
  rounds_json *open[DEEPEST];
  size_t depth;
} parser;

/// The byte at hand; at the end a NUL, which no JSON holds.
static char peek(const parser *p) { return p->at < p->length ? p->text[p->at] : 0; }

static bool take(parser *p, char byte) {
  bool is_there = p->at < p->length && p->text[p->at] == byte;
  p->at += is_there;
  return is_there;
}

static void skip_space(parser *p) {
  while (p->at < p->length && memchr(" \t\n\r", p->text[p->at], 4))
    p->at++;
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static bool skip_digits(parser *p) {
  size_t start = p->at;
  while (is_digit(peek(p)))
    p->at++;
  return p->at > start;
}

static bool skip_number(parser *p) {
  take(p, '-');
  if (!take(p, '0') && !skip_digits(p))
    return false;
  if (take(p, '.') && !skip_digits(p))
    return false;
  if (!take(p, 'e') && !take(p, 'E'))
    return true;
  if (!take(p, '+'))
    take(p, '-');
  return skip_digits(p);
}

static int hex_value(char byte) {
  if (is_digit(byte))
    return byte - '0';
  char lower = (char)(byte | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Four hexadecimal digits, or -1.
static int32_t take_unit(parser *p) {
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_value(peek(p));
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
    p->at++;
  }
  return unit;
}

/// The character of a `\u` whose digits are at hand, be it in two halves, or -1.
static int32_t take_character(parser *p) {
  int32_t unit = take_unit(p);
  if (unit < 0xD800 || unit > 0xDFFF)
    return unit;
  if (unit > 0xDBFF || !take(p, '\\') || !take(p, 'u'))
    return -1;
  int32_t low = take_unit(p);
  if (low < 0xDC00 || low > 0xDFFF)
    return -1;
  return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static char *put_utf8(char *to, int32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
    return to;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
  *to++ = (char)(marks[more] | (c >> (6 * more)));
  while (more--)
    *to++ = (char)(0x80 | ((c >> (6 * more)) & 0x3F));
  return to;
}

/// What stands for itself or a control character behind a backslash; 0 for all else.
static char simple_escape(char byte) {
  static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *found = byte ? strchr(escapes, byte) : NULL;
  return found ? meanings[found - escapes] : 0;
}

/// Resolves an escape whose backslash is taken. Answers where to write on, or NULL.
static char *take_escape(parser *p, char *to) {
  char simple = simple_escape(peek(p));
  if (simple) {
    p->at++;
    *to++ = simple;
    return to;
  }
  if (!take(p, 'u'))
    return NULL;
  int32_t c = take_character(p);
  return c < 0 ? NULL : put_utf8(to, c);
}

static bool is_plain(char byte) {
  return (unsigned char)byte >= 0x20 && byte != '"' && byte != '\\';
}

/// How far a string reaches whose text begins here: up to its quote, or to what ends it badly.
static size_t find_quote(const parser *p) {
  size_t at = p->at;
  while (at < p->length && p->text[at] != '"')
    at += p->text[at] == '\\' ? 2 : 1;
  return at < p->length ? at : p->length;
}

/// The rest of a string from its first escape on; what stands before it begins at `start`.
static bool take_escaped(parser *p, size_t start, rounds_text *string) {
  // No escape is shorter than what it stands for.
  char *resolved = rounds_arena_take(find_quote(p) - start), *to = resolved;
  memcpy(to, p->text + start, p->at - start);
  to += p->at - start;
  while (!take(p, '"')) {
    if (take(p, '\\')) {
      to = take_escape(p, to);
    } else if (is_plain(peek(p))) {
      *to++ = p->text[p->at++];
    } else {
      return false;
    }
    if (!to)
      return false;
  }
  *string = (rounds_text){resolved, (size_t)(to - resolved)};
  return true;
}

/// Where plain text ends that begins at `at`: most of a document is read here.
static size_t plain_end(const char *text, size_t at, size_t end) {
  while (at < end && is_plain(text[at]))
    at++;
  return at;
}

/// A string: the document's own bytes where nothing in it is escaped.
static bool take_string(parser *p, rounds_text *string) {
  if (!take(p, '"'))
    return false;
  size_t start = p->at;
  p->at = plain_end(p->text, start, p->length);
  if (take(p, '"')) {
    *string = (rounds_text){p->text + start, p->at - 1 - start};
    return true;
  }
  return peek(p) == '\\' && take_escaped(p, start, string);
}

static bool take_word(parser *p, const char *word) {
  size_t length = strlen(word);
  if (p->length - p->at < length || memcmp(p->text + p->at, word, length) != 0)
    return false;
  p->at += length;
  return true;
}

static bool take_scalar(parser *p, rounds_json *value) {
  size_t start = p->at;
  if (peek(p) == '"') {
    value->kind = ROUNDS_STRING;
    return take_string(p, &value->content);
  }
  if (take_word(p, "null"))
    return true;
  value->kind = ROUNDS_BOOLEAN;
  if (!take_word(p, "true") && !take_word(p, "false")) {
    value->kind = ROUNDS_NUMBER;
    if (!skip_number(p))
      return false;
  }
  value->content = (rounds_text){p->text + start, p->at - start};
  return true;
}

static bool take_name(parser *p, rounds_text *name) {
  skip_space(p);
  if (!take_string(p, name))
    return false;
  skip_space(p);
  return take(p, ':');
}

/// Opens a list or an object. It stays open where anything is in it.
static bool take_opening(parser *p, rounds_json *value) {
  value->kind = p->text[p->at++] == '{' ? ROUNDS_OBJECT : ROUNDS_LIST;
  if (p->depth == DEEPEST)
    return false;
  skip_space(p);
  if (!take(p, value->kind == ROUNDS_OBJECT ? '}' : ']'))
    p->open[p->depth++] = value;
  return true;
}

/// A value, whose contents still come where it is left open.
static rounds_json *take_value(parser *p, rounds_text name) {
  skip_space(p);
  rounds_json *value = rounds_new(rounds_json, 1);
  value->name = name;
  value->at = p->at;
  value->document = p->document;
  bool opens = peek(p) == '{' || peek(p) == '[';
  return (opens ? take_opening(p, value) : take_scalar(p, value)) ? value : NULL;
}

/// Closes what ends behind a value. Answers whether a comma follows instead; then `last` is what
/// the comma stands behind.
static bool take_comma(parser *p, rounds_json **last) {
  while (p->depth) {
    skip_space(p);
    if (take(p, ','))
      return true;
    rounds_json *ends = p->open[p->depth - 1];
    if (!take(p, ends->kind == ROUNDS_OBJECT ? '}' : ']'))
      return false;
    p->depth--;
    *last = ends;
  }
  return false;
}

static rounds_json *take_all(parser *p) {
  rounds_json *root = take_value(p, rounds_none()), *last = root;
  bool goes_on = last && p->depth;
  while (goes_on) {
    rounds_json *parent = p->open[p->depth - 1];
    rounds_json **slot = parent == last ? &parent->first : &last->next;
    rounds_text name = rounds_none();
    if (parent->kind == ROUNDS_OBJECT && !take_name(p, &name))
      return NULL;
    size_t depth = p->depth;
    last = take_value(p, name);
    if (!last)
      return NULL;
    *slot = last;
    goes_on = p->depth > depth || take_comma(p, &last);
  }
  skip_space(p);
  return p->depth || p->at < p->length ? NULL : root;
}

const rounds_json *rounds_parse_or(rounds_text text, rounds_case fault) {
  rounds_document *document = rounds_new(rounds_document, 1);
  *document = (rounds_document){text, fault};
  parser p = {.document = document, .text = text.at, .length = text.length};
  const rounds_json *root = take_all(&p);
  return root ? root : rounds_fail_at(document, p.at, "no valid JSON");
}

const rounds_json *rounds_parse(rounds_text text) {
  return rounds_parse_or(text, ROUNDS_UNEXPECTED_RESPONSE);
}
