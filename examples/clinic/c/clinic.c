/// A connector to the EHR of a clinic, made up for the examples: appointments, with their patients.
#include "clinic.h"

static rounds_manifest *describe(void) {
  rounds_manifest *it =
      rounds_manifest_of("clinic", "0.1.0", "Appointments of a clinic, with their patients");
  rounds_feed(it, "appointments", "Appointments", 60, "Scheduling.New", "Scheduling.Reschedule",
              "Scheduling.Modification", "Scheduling.Cancel", "Scheduling.NoShow", NULL);
  rounds_auth(it, "none", "basic", "bearer", NULL);
  rounds_requests(it, "GET /appointments", "GET /patient/*", NULL);
  it->settings_schema = rounds_text_of(
      "{\"type\":\"object\",\"properties\":{\"page_size\":{\"type\":\"integer\",\"minimum\":1,"
      "\"maximum\":1000}},\"additionalProperties\":false}");
  return it;
}

/// The memo of an appointment: it differs when the start does.
static rounds_text memo_of(const rounds_json *appointment) {
  rounds_text start = rounds_string(rounds_member(appointment, "start"));
  return ROUNDS_FINGERPRINT(rounds_or(start, rounds_text_of("")));
}

static const char *event_of(const rounds_json *appointment, rounds_text memo) {
  rounds_text status = rounds_string(rounds_member(appointment, "status"));
  if (rounds_is(status, "cancelled"))
    return "Scheduling.Cancel";
  if (rounds_is(status, "noshow"))
    return "Scheduling.NoShow";
  if (!rounds_is_some(memo))
    return "Scheduling.New";
  return rounds_same(memo, memo_of(appointment)) ? "Scheduling.Modification"
                                                 : "Scheduling.Reschedule";
}

/// The patient, or NULL where the EHR no longer has them.
static const rounds_json *patient_of(const rounds_response *answer) {
  if (answer->status == 404 || answer->status == 410)
    return NULL;
  const rounds_json *patient = rounds_body_json(rounds_ok(answer));
  rounds_string(rounds_need(patient, "id"));
  return patient;
}

static rounds_step *collect(const rounds_context *context, const rounds_change *change,
                            rounds_text memo, const rounds_response *collected, size_t count) {
  (void)context;
  const rounds_json *appointment = rounds_parse(change->data);
  rounds_text patient_id = rounds_string(rounds_need(appointment, "patientId"));
  if (count == 0)
    return rounds_fetch(rounds_segment(rounds_get("/patient"), patient_id));
  rounds_text payload = clinic_scheduling(appointment, patient_of(&collected[0]));
  return rounds_memo(rounds_notify(event_of(appointment, memo), payload), memo_of(appointment));
}

/// Without a memo, as it is another's from now on: that one hears of it as new.
static rounds_step *moved_away(const rounds_context *context, const rounds_change *change,
                               rounds_text memo, const rounds_response *collected, size_t count) {
  (void)context;
  rounds_text before;
  rounds_text kind = rounds_before(rounds_or(change->key, rounds_text_of("")), '/', &before);
  if (!rounds_is_some(memo) || !rounds_is(kind, "patient"))
    return rounds_skip("nobody was told of it");
  if (count == 0)
    return rounds_fetch(rounds_segment(rounds_get("/patient"), before));
  return rounds_notify("Scheduling.Cancel",
                       clinic_cancelled(change->id, before, patient_of(&collected[0])));
}

ROUNDS_EXPORT(describe, clinic_poll, clinic_changes, collect, moved_away)
