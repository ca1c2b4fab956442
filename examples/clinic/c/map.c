/// From the EHR's appointment and patient to the model that everyone knows.
#include "clinic.h"

static rounds_text text(const rounds_json *object, const char *name) {
  return rounds_string(rounds_member(object, name));
}

static rounds_text sex_of(const rounds_json *patient) {
  rounds_text sex = text(patient, "sex");
  if (rounds_is(sex, "F"))
    return rounds_text_of("Female");
  return rounds_text_of(rounds_is(sex, "M") ? "Male" : "Unknown");
}

static rounds_identifiers identifiers_of(rounds_text mrn, rounds_text patient_id) {
  rounds_identifier *items = rounds_new(rounds_identifier, 2);
  size_t count = 0;
  if (mrn.length)
    items[count++] = (rounds_identifier){mrn, rounds_text_of("MR")};
  items[count++] = (rounds_identifier){patient_id, rounds_text_of("EHR")};
  return (rounds_identifiers){items, count};
}

static rounds_demographics demographics_of(const rounds_json *patient) {
  const rounds_json *address = rounds_member(patient, "address");
  return (rounds_demographics){
      .first_name = text(patient, "given"),
      .last_name = text(patient, "family"),
      .dob = text(patient, "birthDate"),
      .sex = sex_of(patient),
      .phone_number = {.home = text(patient, "phone")},
      .address = {.street_address = text(address, "street"),
                  .city = text(address, "city"),
                  .state = text(address, "state"),
                  .zip = text(address, "zip")},
  };
}

static const rounds_provider *provider_of(const rounds_json *provider) {
  if (!provider)
    return NULL;
  rounds_provider *it = rounds_new(rounds_provider, 1);
  it->id = text(provider, "id");
  it->id_type = rounds_text_of("EHR");
  it->first_name = text(provider, "given");
  it->last_name = text(provider, "family");
  return it;
}

static rounds_text status_of(const rounds_json *appointment) {
  rounds_text status = text(appointment, "status");
  if (rounds_is(status, "booked"))
    return rounds_text_of("Scheduled");
  if (rounds_is(status, "cancelled"))
    return rounds_text_of("Cancelled");
  return rounds_is(status, "noshow") ? rounds_text_of("No Show") : status;
}

static rounds_visit visit_of(const rounds_json *appointment) {
  const rounds_json *location = rounds_member(appointment, "location");
  return (rounds_visit){
      .visit_number = text(appointment, "id"),
      .visit_date_time = text(appointment, "start"),
      .status = status_of(appointment),
      .duration = rounds_unsigned(rounds_member(appointment, "minutes")),
      .reason = text(appointment, "reason"),
      .cancel_reason = text(appointment, "cancelReason"),
      .attending_provider = provider_of(rounds_member(appointment, "provider")),
      .location = {.facility = text(location, "facility"), .room = text(location, "room")},
  };
}

rounds_text clinic_content(const rounds_json *appointment) {
  const rounds_json *provider = rounds_member(appointment, "provider");
  const rounds_json *location = rounds_member(appointment, "location");
  rounds_u32 minutes = rounds_unsigned(rounds_member(appointment, "minutes"));
  rounds_text parts[] = {
      text(appointment, "patientId"),
      text(appointment, "status"),
      text(appointment, "start"),
      minutes.is_some ? rounds_decimal(minutes.value) : rounds_none(),
      text(appointment, "reason"),
      text(appointment, "cancelReason"),
      text(appointment, "type"),
      text(provider, "id"),
      text(provider, "given"),
      text(provider, "family"),
      text(location, "facility"),
      text(location, "room"),
  };
  enum { COUNT = sizeof parts / sizeof *parts };
  for (size_t i = 0; i < COUNT; i++)
    parts[i] = rounds_or(parts[i], rounds_text_of(""));
  return rounds_fingerprint(parts, COUNT);
}

static rounds_text scheduling_json(rounds_scheduling scheduling, rounds_text patient_id,
                                   const rounds_json *patient) {
  scheduling.patient.identifiers = identifiers_of(text(patient, "mrn"), patient_id);
  if (patient)
    scheduling.patient.demographics = demographics_of(patient);
  return rounds_scheduling_json(&scheduling);
}

rounds_text clinic_cancelled(rounds_text id, rounds_text patient_id, const rounds_json *patient) {
  rounds_scheduling scheduling = {
      .visit = {.visit_number = id, .status = rounds_text_of("Cancelled")},
  };
  return scheduling_json(scheduling, patient_id, patient);
}

rounds_text clinic_scheduling(const rounds_json *appointment, const rounds_json *patient) {
  rounds_appointment_info info = {.description = text(appointment, "type")};
  rounds_scheduling scheduling = {
      .visit = visit_of(appointment),
      .appointment_info = {&info, rounds_is_some(info.description)},
  };
  return scheduling_json(scheduling, text(appointment, "patientId"), patient);
}
