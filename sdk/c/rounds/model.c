#include "model.h"

#include "shapes.h"
#include "write.h"

/// As every list of a model lies in memory.
typedef struct any_list {
  const char *items;
  size_t count;
} any_list;

_Static_assert(sizeof(any_list) == sizeof(rounds_texts), "lists of a model are alike");

static void write_shape(rounds_writer *writer, const shape *of, const char *at);

static void write_texts(rounds_writer *writer, const rounds_texts *texts) {
  rounds_write_list(writer);
  for (size_t i = 0; i < texts->count; i++)
    rounds_write_string(writer, texts->items[i]);
  rounds_end_list(writer);
}

static void write_list(rounds_writer *writer, const shape *of, const any_list *list) {
  rounds_write_list(writer);
  for (size_t i = 0; i < list->count; i++)
    write_shape(writer, of, list->items + i * of->size);
  rounds_end_list(writer);
}

static void write_u32(rounds_writer *writer, const rounds_u32 *number) {
  rounds_write_raw(writer, number->is_some ? rounds_decimal(number->value) : rounds_none());
}

static void write_pointed(rounds_writer *writer, const shape *of, const char *at) {
  if (at)
    write_shape(writer, of, at);
  else
    rounds_write_raw(writer, rounds_none());
}

static void write_field(rounds_writer *writer, const field *it, const void *at) {
  switch (it->kind) {
  case FIELD_TEXT:
    rounds_write_string(writer, *(const rounds_text *)at);
    break;
  case FIELD_RAW:
    rounds_write_raw(writer, *(const rounds_text *)at);
    break;
  case FIELD_U32:
    write_u32(writer, at);
    break;
  case FIELD_TRUTH:
    rounds_write_boolean(writer, *(const rounds_truth *)at);
    break;
  case FIELD_TEXTS:
    write_texts(writer, at);
    break;
  case FIELD_OBJECT:
    write_shape(writer, it->shape, at);
    break;
  case FIELD_POINTER:
    write_pointed(writer, it->shape, *(const char *const *)at);
    break;
  case FIELD_LIST:
  case FIELD_RARE_LIST:
    write_list(writer, it->shape, at);
    break;
  }
}

static void write_shape(rounds_writer *writer, const shape *of, const char *at) {
  rounds_write_object(writer);
  for (size_t i = 0; i < of->count; i++) {
    const field *it = &of->fields[i];
    if (it->kind == FIELD_RARE_LIST && !((const any_list *)(at + it->offset))->count)
      continue;
    rounds_write_name(writer, it->name);
    write_field(writer, it, at + it->offset);
  }
  rounds_end_object(writer);
}

static rounds_text json_of(const shape *of, const void *model) {
  rounds_writer *writer = rounds_writer_new();
  write_shape(writer, of, model);
  return rounds_written(writer);
}

rounds_text rounds_scheduling_json(const rounds_scheduling *scheduling) {
  return json_of(&scheduling_shape, scheduling);
}

rounds_text rounds_patient_admin_json(const rounds_patient_admin *patient_admin) {
  return json_of(&patient_admin_shape, patient_admin);
}

rounds_text rounds_order_json(const rounds_order *order) { return json_of(&order_shape, order); }

rounds_text rounds_results_json(const rounds_results *results) {
  return json_of(&results_shape, results);
}
