/// Writing JSON: compact, commas set by themselves.
#ifndef ROUNDS_WRITE_H
#define ROUNDS_WRITE_H

#include "json.h"
#include "text.h"

ROUNDS_BEGIN

/// JSON under way.
typedef struct rounds_writer rounds_writer;

/// Nothing written yet.
rounds_writer *rounds_writer_new(void);

/// What has been written.
rounds_text rounds_written(const rounds_writer *writer);

/// `{`.
void rounds_write_object(rounds_writer *writer);

/// `}`.
void rounds_end_object(rounds_writer *writer);

/// `[`.
void rounds_write_list(rounds_writer *writer);

/// `]`.
void rounds_end_list(rounds_writer *writer);

/// A member's name, before its value.
void rounds_write_name(rounds_writer *writer, const char *name);

/// A string; none is null.
void rounds_write_string(rounds_writer *writer, rounds_text text);

/// A whole number.
void rounds_write_integer(rounds_writer *writer, int64_t number);

/// A truth; unknown is null.
void rounds_write_boolean(rounds_writer *writer, rounds_truth truth);

/// Something that is JSON already, as a number's digits; none is null.
void rounds_write_raw(rounds_writer *writer, rounds_text json);

/// A value that was read.
void rounds_write_json(rounds_writer *writer, const rounds_json *value);

ROUNDS_END

#endif
