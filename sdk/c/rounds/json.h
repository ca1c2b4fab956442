/// Reading JSON.
#ifndef ROUNDS_JSON_H
#define ROUNDS_JSON_H

#include "failure.h"
#include "text.h"

ROUNDS_BEGIN

/// A value within a JSON document. All functions take NULL, which is a value that isn't there.
///
/// They answer none, or the value given, where a value isn't there or is null. Where it is of
/// another kind than asked for, the call fails by its line and column, never by what stands there.
typedef struct rounds_json rounds_json;

/// What a value is.
typedef enum rounds_kind {
  ROUNDS_NULL,
  ROUNDS_BOOLEAN,
  ROUNDS_NUMBER,
  ROUNDS_STRING,
  ROUNDS_LIST,
  ROUNDS_OBJECT,
} rounds_kind;

/// A whole number that may be absent.
typedef struct rounds_u32 {
  bool is_some;
  uint32_t value;
} rounds_u32;

/// A truth that may be absent.
typedef enum rounds_truth { ROUNDS_UNKNOWN, ROUNDS_NO, ROUNDS_YES } rounds_truth;

/// The value that a JSON text holds, at most 127 levels deep. Where it is no JSON, or holds a lone
/// surrogate, the call fails as an unexpected response.
const rounds_json *rounds_parse(rounds_text text);

/// The same for a text whose faults are of another case, as settings.
const rounds_json *rounds_parse_or(rounds_text text, rounds_case fault);

/// What a value is; one that isn't there is null.
rounds_kind rounds_kind_of(const rounds_json *value);

/// A member of an object, or NULL where it isn't there or is null. Of several of one name, the
/// last.
const rounds_json *rounds_member(const rounds_json *object, const char *name);

/// A member that must be there and not null, or the call fails.
const rounds_json *rounds_need(const rounds_json *object, const char *name);

/// An item of a list, or NULL where there are fewer or it is null.
const rounds_json *rounds_item(const rounds_json *list, size_t index);

/// An item that must be there and not null, or the call fails.
const rounds_json *rounds_need_item(const rounds_json *list, size_t index);

/// How many items a list has.
size_t rounds_count(const rounds_json *list);

/// The first item of a list, or NULL.
const rounds_json *rounds_first(const rounds_json *list);

/// The item after this one, or NULL.
const rounds_json *rounds_next(const rounds_json *item);

/// Goes through the items of a list: `ROUNDS_EACH(item, list) { … }`.
#define ROUNDS_EACH(item, list)                                                                    \
  for (const rounds_json *item = rounds_first(list); item; item = rounds_next(item))

/// A string's text, its escapes resolved.
rounds_text rounds_string(const rounds_json *string);

/// A number exactly as it is written.
rounds_text rounds_digits(const rounds_json *number);

/// A number that is whole and not beyond 32 bits.
rounds_u32 rounds_unsigned(const rounds_json *number);

/// A number that is whole and not beyond 64 bits.
int64_t rounds_integer(const rounds_json *number, int64_t otherwise);

/// A number, as near as a double comes to it.
double rounds_real(const rounds_json *number, double otherwise);

/// A truth.
rounds_truth rounds_boolean(const rounds_json *truth);

/// The value as JSON without white space: numbers as they are written, strings with no more escapes
/// than needed. "null" where there is none.
rounds_text rounds_compact(const rounds_json *value);

/// Makes the call fail at this value's line and column, as for a value of the wrong kind.
rounds_nothing rounds_misread(const rounds_json *value);

ROUNDS_END

#endif
