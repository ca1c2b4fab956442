#include "write.h"

#include <string.h>

#include "arena.h"
#include "node.h"

struct rounds_writer {
  char *text;
  size_t length;
  size_t capacity;
};

rounds_writer *rounds_writer_new(void) {
  enum { FIRST_CAPACITY = 256 };
  rounds_writer *writer = rounds_new(rounds_writer, 1);
  writer->text = rounds_arena_take(FIRST_CAPACITY);
  writer->capacity = FIRST_CAPACITY;
  return writer;
}

rounds_text rounds_written(const rounds_writer *writer) {
  return (rounds_text){writer->text, writer->length};
}

static void put(rounds_writer *writer, const char *at, size_t length) {
  if (writer->capacity - writer->length < length) {
    writer->capacity = (writer->capacity + length) * 2;
    char *grown = rounds_arena_take(writer->capacity);
    memcpy(grown, writer->text, writer->length);
    writer->text = grown;
  }
  if (length)
    memcpy(writer->text + writer->length, at, length);
  writer->length += length;
}

static void put_byte(rounds_writer *writer, char byte) { put(writer, &byte, 1); }

/// A comma, where a value or a name follows a value.
static void separate(rounds_writer *writer) {
  if (writer->length && !memchr("{[:", writer->text[writer->length - 1], 3))
    put_byte(writer, ',');
}

static void put_escape(rounds_writer *writer, char byte) {
  static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *found = byte ? strchr(escaped, byte) : NULL;
  if (found) {
    char escape[] = {'\\', letters[found - escaped]};
    put(writer, escape, sizeof escape);
    return;
  }
  static const char digits[] = "0123456789abcdef";
  char escape[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
  put(writer, escape, sizeof escape);
}

static void put_quoted(rounds_writer *writer, rounds_text text) {
  put_byte(writer, '"');
  size_t done = 0;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.at[i];
    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;
    put(writer, text.at + done, i - done);
    put_escape(writer, (char)byte);
    done = i + 1;
  }
  if (done < text.length)
    put(writer, text.at + done, text.length - done);
  put_byte(writer, '"');
}

void rounds_write_object(rounds_writer *writer) {
  separate(writer);
  put_byte(writer, '{');
}

void rounds_end_object(rounds_writer *writer) { put_byte(writer, '}'); }

void rounds_write_list(rounds_writer *writer) {
  separate(writer);
  put_byte(writer, '[');
}

void rounds_end_list(rounds_writer *writer) { put_byte(writer, ']'); }

static void write_name(rounds_writer *writer, rounds_text name) {
  separate(writer);
  put_quoted(writer, name);
  put_byte(writer, ':');
}

void rounds_write_name(rounds_writer *writer, const char *name) {
  write_name(writer, rounds_text_of(name));
}

void rounds_write_raw(rounds_writer *writer, rounds_text json) {
  separate(writer);
  rounds_text written = rounds_or(json, rounds_text_of("null"));
  put(writer, written.at, written.length);
}

void rounds_write_string(rounds_writer *writer, rounds_text text) {
  if (!text.at) {
    rounds_write_raw(writer, text);
    return;
  }
  separate(writer);
  put_quoted(writer, text);
}

void rounds_write_integer(rounds_writer *writer, int64_t number) {
  rounds_write_raw(writer, rounds_decimal(number));
}

void rounds_write_boolean(rounds_writer *writer, rounds_truth truth) {
  static const char *const words[] = {"null", "false", "true"};
  rounds_write_raw(writer, rounds_text_of(words[truth]));
}

static void write_members(rounds_writer *writer, const rounds_json *object) {
  rounds_write_object(writer);
  for (const rounds_json *it = object->first; it; it = it->next) {
    write_name(writer, it->name);
    rounds_write_json(writer, it);
  }
  rounds_end_object(writer);
}

static void write_items(rounds_writer *writer, const rounds_json *list) {
  rounds_write_list(writer);
  for (const rounds_json *it = list->first; it; it = it->next)
    rounds_write_json(writer, it);
  rounds_end_list(writer);
}

// Calls itself no deeper than the parser lets a document be.
void rounds_write_json(rounds_writer *writer, const rounds_json *value) {
  switch (rounds_kind_of(value)) {
  case ROUNDS_NULL:
    rounds_write_raw(writer, rounds_none());
    break;
  case ROUNDS_BOOLEAN:
  case ROUNDS_NUMBER:
    rounds_write_raw(writer, value->content);
    break;
  case ROUNDS_STRING:
    rounds_write_string(writer, value->content);
    break;
  case ROUNDS_LIST:
    write_items(writer, value);
    break;
  case ROUNDS_OBJECT:
    write_members(writer, value);
    break;
  }
}
