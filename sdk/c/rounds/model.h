/// The data models that integration teams know from Redox, each the `data` of a notification.
///
/// They keep the convention of those models: what is absent is there all the same, a scalar as
/// null, a list as `[]`, a nested object with its own fields null. So a struct of zeros is a model
/// of which nothing is known, and one sets what is. The exceptions are objects that either are or
/// aren't, as a provider who isn't known: those are pointers, and NULL is null; and a patient's
/// previous identifiers, which only a merge has.
///
/// Lists point to memory that must last until the model is printed: rounds_new gives such.
#ifndef ROUNDS_MODEL_H
#define ROUNDS_MODEL_H

#include "json.h"
#include "text.h"

ROUNDS_BEGIN

/// A name under which a patient or a provider is known to some system.
typedef struct rounds_identifier {
  rounds_text id;
  /// Which kind it is: `MR`, `EHRID`, `NPI`, …
  rounds_text id_type;
} rounds_identifier;

typedef struct rounds_identifiers {
  const rounds_identifier *items;
  size_t count;
} rounds_identifiers;

/// A postal address.
typedef struct rounds_address {
  /// All lines, separated by a comma.
  rounds_text street_address;
  rounds_text city;
  rounds_text state;
  rounds_text zip;
  rounds_text county;
  /// As the EHR writes it.
  rounds_text country;
} rounds_address;

/// Telephone numbers, as the EHR writes them.
typedef struct rounds_phone_number {
  rounds_text home;
  rounds_text office;
  rounds_text mobile;
} rounds_phone_number;

/// A coded concept.
typedef struct rounds_code {
  rounds_text code;
  /// The code system: a name or a URI.
  rounds_text codeset;
  rounds_text description;
} rounds_code;

/// Who a patient is.
typedef struct rounds_demographics {
  rounds_text first_name;
  rounds_text middle_name;
  rounds_text last_name;
  /// `YYYY-MM-DD`, or as much of it as is known.
  rounds_text dob;
  /// Social security number.
  rounds_text ssn;
  /// `Female`, `Male`, `Other` or `Unknown`.
  rounds_text sex;
  rounds_text race;
  rounds_truth is_hispanic;
  rounds_text marital_status;
  rounds_truth is_deceased;
  /// RFC 3339, or as much as is known.
  rounds_text death_date_time;
  rounds_phone_number phone_number;
  rounds_texts email_addresses;
  /// A code, as `en`.
  rounds_text language;
  /// Countries.
  rounds_texts citizenship;
  rounds_address address;
} rounds_demographics;

/// Someone to be called about a patient.
typedef struct rounds_contact {
  rounds_text first_name;
  rounds_text middle_name;
  rounds_text last_name;
  rounds_address address;
  rounds_phone_number phone_number;
  rounds_text relation_to_patient;
  rounds_texts email_addresses;
  /// As `Emergency contact`.
  rounds_texts roles;
} rounds_contact;

typedef struct rounds_contacts {
  const rounds_contact *items;
  size_t count;
} rounds_contacts;

/// A patient.
typedef struct rounds_patient {
  /// The EHR's own, a medical record number, and others.
  rounds_identifiers identifiers;
  /// Those of the patients that were merged into this one: of `PatientAdmin.PatientMerge` alone,
  /// and not written where it is empty.
  rounds_identifiers previous_identifiers;
  rounds_demographics demographics;
  /// Free text.
  rounds_texts notes;
  rounds_contacts contacts;
} rounds_patient;

/// A place.
typedef struct rounds_location {
  rounds_text type;
  /// The house.
  rounds_text facility;
  /// The ward or practice.
  rounds_text department;
  rounds_text room;
} rounds_location;

/// Someone who cares for patients.
typedef struct rounds_provider {
  /// The identifier, an NPI where there is one.
  rounds_text id;
  /// Which kind it is: `NPI`, `EHRID`, …
  rounds_text id_type;
  rounds_text first_name;
  /// The whole name where the EHR gives no parts.
  rounds_text last_name;
  /// As `MD`.
  rounds_texts credentials;
  rounds_address address;
  rounds_texts email_addresses;
  rounds_phone_number phone_number;
  rounds_location location;
} rounds_provider;

/// A visit, planned or under way.
typedef struct rounds_visit {
  /// What stays the same through all changes of a visit.
  rounds_text visit_number;
  /// The account that it is billed to.
  rounds_text account_number;
  /// When it begins, RFC 3339.
  rounds_text visit_date_time;
  /// As `Inpatient` or `Outpatient`, in the EHR's words.
  rounds_text patient_class;
  rounds_text status;
  /// Minutes.
  rounds_u32 duration;
  /// Why the patient comes.
  rounds_text reason;
  /// Why it was cancelled.
  rounds_text cancel_reason;
  /// RFC 3339.
  rounds_text discharge_date_time;
  rounds_text type;
  /// For the patient.
  rounds_texts instructions;
  /// Who sees the patient.
  const rounds_provider *attending_provider;
  /// Who is consulted.
  const rounds_provider *consulting_provider;
  /// Who sent the patient.
  const rounds_provider *referring_provider;
  rounds_location location;
} rounds_visit;

/// Something said of an appointment.
typedef struct rounds_appointment_info {
  rounds_text code;
  rounds_text codeset;
  rounds_text description;
  rounds_text value;
} rounds_appointment_info;

typedef struct rounds_appointment_infos {
  const rounds_appointment_info *items;
  size_t count;
} rounds_appointment_infos;

/// The `data` of `Scheduling.*`.
typedef struct rounds_scheduling {
  /// Who comes; without identifiers where a slot is held or blocked.
  rounds_patient patient;
  rounds_visit visit;
  /// What else the EHR says of it, as its service type.
  rounds_appointment_infos appointment_info;
} rounds_scheduling;

/// The `data` of `PatientAdmin.*`.
typedef struct rounds_patient_admin {
  rounds_patient patient;
  /// Where the event is one of a visit.
  const rounds_visit *visit;
} rounds_patient_admin;

/// A reason for an order.
typedef struct rounds_diagnosis {
  rounds_text code;
  rounds_text codeset;
  rounds_text name;
  /// As `Working`.
  rounds_text type;
} rounds_diagnosis;

typedef struct rounds_diagnoses {
  const rounds_diagnosis *items;
  size_t count;
} rounds_diagnoses;

/// A question that an order answers.
typedef struct rounds_clinical_info {
  rounds_text code;
  rounds_text codeset;
  rounds_text description;
  /// The answer.
  rounds_text value;
  rounds_text units;
} rounds_clinical_info;

typedef struct rounds_clinical_infos {
  const rounds_clinical_info *items;
  size_t count;
} rounds_clinical_infos;

/// What is ordered.
typedef struct rounds_order_details {
  /// What stays the same through all changes of an order.
  rounds_text id;
  rounds_text status;
  /// When it was placed, RFC 3339.
  rounds_text transaction_date_time;
  /// When it is to be done, RFC 3339.
  rounds_text collection_date_time;
  /// When it ends, RFC 3339.
  rounds_text expiration;
  /// As `routine` or `stat`.
  rounds_text priority;
  /// What is to be done.
  rounds_code procedure;
  /// Who ordered it.
  const rounds_provider *provider;
  rounds_diagnoses diagnoses;
  rounds_clinical_infos clinical_info;
  /// Free text.
  rounds_texts notes;
  /// A remark for whoever carries it out.
  rounds_text comments;
} rounds_order_details;

/// The `data` of `Order.*`.
typedef struct rounds_order {
  rounds_patient patient;
  /// The visit that it was placed in, where the EHR names one.
  const rounds_visit *visit;
  rounds_order_details order;
} rounds_order;

/// What is usual for a value.
typedef struct rounds_reference_range {
  /// A number's digits, as rounds_digits gives them.
  rounds_text low;
  /// As `low`.
  rounds_text high;
  /// In words.
  rounds_text text;
} rounds_reference_range;

/// One value.
typedef struct rounds_observation {
  rounds_text code;
  rounds_text codeset;
  rounds_text description;
  /// Digit for digit as the EHR writes it.
  rounds_text value;
  /// `Numeric`, `String`, `Coded Entry` or `DateTime`.
  rounds_text value_type;
  rounds_text units;
  /// When it was observed, RFC 3339.
  rounds_text date_time;
  /// As `High`, or the EHR's code.
  rounds_text abnormal_flag;
  rounds_text status;
  /// Who observed it.
  const rounds_provider *performer;
  rounds_reference_range reference_range;
  /// How it was observed.
  rounds_text observation_method;
  /// Free text.
  rounds_texts notes;
} rounds_observation;

typedef struct rounds_observations {
  const rounds_observation *items;
  size_t count;
} rounds_observations;

/// An order, and what came of it.
typedef struct rounds_result_order {
  /// The order's identifier, or the report's where no order is named.
  rounds_text id;
  /// The report's identifier in the laboratory or department.
  rounds_text application_order_id;
  /// When it was reported, RFC 3339.
  rounds_text transaction_date_time;
  /// When the sample was taken or the patient examined, RFC 3339.
  rounds_text collection_date_time;
  /// When it was finished, RFC 3339.
  rounds_text completion_date_time;
  /// The report's status, as the EHR words it.
  rounds_text results_status;
  /// The order's own status.
  rounds_text status;
  /// What was done.
  rounds_code procedure;
  /// Who ordered or answers for it.
  const rounds_provider *provider;
  /// Free text, as a conclusion.
  rounds_texts notes;
  rounds_observations results;
} rounds_result_order;

typedef struct rounds_result_orders {
  const rounds_result_order *items;
  size_t count;
} rounds_result_orders;

/// The `data` of `Results.*`.
typedef struct rounds_results {
  rounds_patient patient;
  /// The visit that they belong to, where the EHR names one.
  const rounds_visit *visit;
  /// The orders that they answer: one a report.
  rounds_result_orders orders;
} rounds_results;

/// The payload of a `Scheduling.*`.
rounds_text rounds_scheduling_json(const rounds_scheduling *scheduling);

/// The payload of a `PatientAdmin.*`.
rounds_text rounds_patient_admin_json(const rounds_patient_admin *patient_admin);

/// The payload of an `Order.*`.
rounds_text rounds_order_json(const rounds_order *order);

/// The payload of a `Results.*`.
rounds_text rounds_results_json(const rounds_results *results);

ROUNDS_END

#endif
