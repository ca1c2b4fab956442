#include "connector.h"

#include "failure.h"

const rounds_json *rounds_settings(const rounds_context *context) {
  return rounds_parse_or(context->settings, ROUNDS_INVALID_SETTINGS);
}

rounds_step *rounds_collect_nothing(const rounds_context *context, const rounds_change *change,
                                    rounds_text memo, const rounds_response *collected,
                                    size_t count) {
  (void)memo, (void)collected, (void)count;
  rounds_text event = rounds_only_event_of(rounds_exported.describe(), context->action);
  if (!event.at)
    return rounds_fail_internal("several events, and no collect to choose one");
  return rounds_notify(rounds_c_string(event), change->data);
}

rounds_step *rounds_collected(const rounds_context *context, const rounds_change *change,
                              rounds_text memo, const rounds_response *collected, size_t count) {
  if (change->kind != ROUNDS_MOVED_AWAY)
    return rounds_exported.collect(context, change, memo, collected, count);
  if (!rounds_exported.moved_away)
    return rounds_skip("it has another key from now on");
  return rounds_exported.moved_away(context, change, memo, collected, count);
}

rounds_credentials *rounds_credentials_of(const char *name, rounds_text value) {
  rounds_header *header = rounds_new(rounds_header, 1);
  *header = (rounds_header){rounds_text_of(name), value};
  rounds_credentials *credentials = rounds_new(rounds_credentials, 1);
  credentials->headers = header;
  credentials->header_count = 1;
  return credentials;
}
