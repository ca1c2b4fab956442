/// The smallest connector: its EHR answers `GET /patients?since=…` with who changed since, as pairs
/// of id and version, and with from when to ask next.
#include "rounds.h"

static rounds_manifest *describe(void) {
  rounds_manifest *it = rounds_manifest_of("hello", "0.1.0", "Tells which patients changed");
  rounds_feed(it, "patients", "Patients", 1, "PatientAdmin.PatientUpdate", NULL);
  rounds_requests(it, "GET /patients", NULL);
  return it;
}

static rounds_request *poll(const rounds_context *context, rounds_text cursor) {
  return rounds_query(rounds_get("/patients"), "since", rounds_or(cursor, context->since));
}

static void read_pair(rounds_page *page, const rounds_json *pair, void *context) {
  (void)context;
  rounds_text id = rounds_string(rounds_need_item(pair, 0));
  rounds_change *change = rounds_upserted(page, id, rounds_text_of("{}"));
  change->version = rounds_string(rounds_need_item(pair, 1));
}

static rounds_page *changes(const rounds_context *context, rounds_text cursor,
                            const rounds_response *answer) {
  (void)context, (void)cursor;
  const rounds_json *body = rounds_body_json(rounds_ok(answer));
  rounds_page *page = rounds_no_changes();
  rounds_read_each(page, "patients", rounds_need(body, "patients"), read_pair, NULL);
  return rounds_last(page, rounds_string(rounds_need(body, "until")));
}

ROUNDS_EXPORT(describe, poll, changes, rounds_collect_nothing)
