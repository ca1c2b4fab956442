/// How a JSON value lies in memory, for the SDK's own files.
#ifndef ROUNDS_NODE_H
#define ROUNDS_NODE_H

#include "json.h"

/// The text that values were read from.
typedef struct rounds_document {
  rounds_text text;
  /// Of which case its faults are.
  rounds_case fault;
} rounds_document;

struct rounds_json {
  rounds_kind kind;
  /// A number's digits, a string's text, `true` or `false`.
  rounds_text content;
  /// The member's name, within an object.
  rounds_text name;
  rounds_json *first;
  rounds_json *next;
  /// Where it begins in the document.
  size_t at;
  const rounds_document *document;
};

/// Makes the call fail at a place of a document.
rounds_nothing rounds_fail_at(const rounds_document *document, size_t at, const char *what);

#endif
