#include "manifest.h"

#include <stdarg.h>
#include <string.h>

rounds_manifest *rounds_manifest_of(const char *name, const char *version, const char *summary) {
  rounds_manifest *manifest = rounds_new(rounds_manifest, 1);
  manifest->name = rounds_text_of(name);
  manifest->version = rounds_text_of(version);
  manifest->summary = rounds_text_of(summary);
  manifest->settings_schema =
      rounds_text_of("{\"type\":\"object\",\"additionalProperties\":false}");
  rounds_auth(manifest, "none", NULL);
  return manifest;
}

static size_t count_of(va_list strings) {
  va_list copy;
  va_copy(copy, strings);
  size_t count = 0;
  while (va_arg(copy, const char *))
    count++;
  va_end(copy);
  return count;
}

static rounds_texts texts_of(va_list strings) {
  size_t count = count_of(strings);
  rounds_text *items = rounds_new(rounds_text, count);
  for (size_t i = 0; i < count; i++)
    items[i] = rounds_text_of(va_arg(strings, const char *));
  return (rounds_texts){items, count};
}

static rounds_action *add_action(rounds_manifest *manifest) {
  rounds_action *actions = rounds_new(rounds_action, manifest->action_count + 1);
  if (manifest->action_count)
    memcpy(actions, manifest->actions, manifest->action_count * sizeof *actions);
  manifest->actions = actions;
  return &actions[manifest->action_count++];
}

rounds_action *rounds_feed(rounds_manifest *manifest, const char *name, const char *summary,
                           uint32_t fastest, ...) {
  va_list events;
  va_start(events, fastest);
  rounds_action *action = add_action(manifest);
  action->name = rounds_text_of(name);
  action->summary = rounds_text_of(summary);
  action->events = texts_of(events);
  action->fastest = fastest;
  va_end(events);
  return action;
}

rounds_record_time rounds_record_time_of(const char *field, rounds_time_form form, bool unique) {
  return (rounds_record_time){rounds_text_of(field), form, unique};
}

void rounds_auth(rounds_manifest *manifest, ...) {
  va_list ways;
  va_start(ways, manifest);
  manifest->auth = texts_of(ways);
  va_end(ways);
}

void rounds_requests(rounds_manifest *manifest, ...) {
  va_list requests;
  va_start(requests, manifest);
  manifest->requests = texts_of(requests);
  va_end(requests);
}

void rounds_reads_headers(rounds_manifest *manifest, ...) {
  va_list names;
  va_start(names, manifest);
  manifest->reads_headers = texts_of(names);
  va_end(names);
}

rounds_text rounds_only_event_of(const rounds_manifest *manifest, rounds_text action) {
  for (size_t i = 0; i < manifest->action_count; i++) {
    const rounds_action *it = &manifest->actions[i];
    if (rounds_same(it->name, action))
      return it->events.count == 1 ? it->events.items[0] : rounds_none();
  }
  return rounds_none();
}
