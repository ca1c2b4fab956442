#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "write.h"

rounds_nothing rounds_fail_at(const rounds_document *document, size_t at, const char *what) {
  rounds_text text = document->text;
  int64_t line = 1, column = 0;
  for (size_t i = 0; i < text.length && i <= at; i++) {
    bool is_break = text.at[i] == '\n';
    line += is_break;
    column = is_break ? 0 : column + 1;
  }
  const char *says = document->fault == ROUNDS_INVALID_SETTINGS ? "unreadable" : what;
  rounds_text words =
      ROUNDS_JOIN(rounds_text_of(says), rounds_text_of(" at line "), rounds_decimal(line),
                  rounds_text_of(", column "), rounds_decimal(column));
  return rounds_fail(document->fault, words);
}

rounds_nothing rounds_misread(const rounds_json *value) {
  static const char what[] = "other JSON than expected";
  return value ? rounds_fail_at(value->document, value->at, what)
               : rounds_fail_unexpected_response(what);
}

rounds_kind rounds_kind_of(const rounds_json *value) { return value ? value->kind : ROUNDS_NULL; }

/// The value where it is of a kind; NULL where it is null or, with a failure, of another kind.
static const rounds_json *of_kind(const rounds_json *value, rounds_kind kind) {
  if (rounds_kind_of(value) == kind)
    return value;
  if (rounds_kind_of(value) != ROUNDS_NULL)
    rounds_misread(value);
  return NULL;
}

static const rounds_json *not_null(const rounds_json *value) {
  return rounds_kind_of(value) == ROUNDS_NULL ? NULL : value;
}

const rounds_json *rounds_member(const rounds_json *object, const char *name) {
  const rounds_json *found = NULL;
  const rounds_json *whole = of_kind(object, ROUNDS_OBJECT);
  rounds_text wanted = rounds_text_of(name);
  for (const rounds_json *it = whole ? whole->first : NULL; it; it = it->next)
    found = rounds_same(it->name, wanted) ? it : found;
  return not_null(found);
}

const rounds_json *rounds_need(const rounds_json *object, const char *name) {
  const rounds_json *member = rounds_member(object, name);
  return member ? member : rounds_misread(object);
}

const rounds_json *rounds_first(const rounds_json *list) {
  const rounds_json *whole = of_kind(list, ROUNDS_LIST);
  return whole ? whole->first : NULL;
}

const rounds_json *rounds_next(const rounds_json *item) { return item ? item->next : NULL; }

const rounds_json *rounds_item(const rounds_json *list, size_t index) {
  const rounds_json *item = rounds_first(list);
  while (item && index--)
    item = item->next;
  return not_null(item);
}

const rounds_json *rounds_need_item(const rounds_json *list, size_t index) {
  const rounds_json *item = rounds_item(list, index);
  return item ? item : rounds_misread(list);
}

size_t rounds_count(const rounds_json *list) {
  size_t count = 0;
  ROUNDS_EACH(item, list) { count++; }
  return count;
}

rounds_text rounds_string(const rounds_json *string) {
  const rounds_json *it = of_kind(string, ROUNDS_STRING);
  return it ? it->content : rounds_none();
}

rounds_text rounds_digits(const rounds_json *number) {
  const rounds_json *it = of_kind(number, ROUNDS_NUMBER);
  return it ? it->content : rounds_none();
}

rounds_u32 rounds_unsigned(const rounds_json *number) {
  rounds_text digits = rounds_digits(number);
  if (!digits.at)
    return (rounds_u32){false, 0};
  int64_t value = rounds_number_of(digits, UINT32_MAX);
  if (value < 0)
    rounds_misread(number);
  return (rounds_u32){value >= 0, value < 0 ? 0 : (uint32_t)value};
}

int64_t rounds_integer(const rounds_json *number, int64_t otherwise) {
  rounds_text digits = rounds_digits(number);
  if (!digits.at)
    return otherwise;
  bool is_negative = digits.at[0] == '-';
  int64_t value = rounds_number_of(
      (rounds_text){digits.at + is_negative, digits.length - is_negative}, INT64_MAX);
  if (value < 0)
    rounds_misread(number);
  return is_negative ? -value : value;
}

double rounds_real(const rounds_json *number, double otherwise) {
  rounds_text digits = rounds_digits(number);
  return digits.at ? strtod(rounds_c_string(digits), NULL) : otherwise;
}

rounds_truth rounds_boolean(const rounds_json *truth) {
  const rounds_json *it = of_kind(truth, ROUNDS_BOOLEAN);
  if (!it)
    return ROUNDS_UNKNOWN;
  return it->content.at[0] == 't' ? ROUNDS_YES : ROUNDS_NO;
}

rounds_text rounds_compact(const rounds_json *value) {
  rounds_writer *writer = rounds_writer_new();
  rounds_write_json(writer, value);
  return rounds_written(writer);
}
