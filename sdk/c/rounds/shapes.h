/// What the models are made of: every field by its place, in the order in which it is written.
#ifndef ROUNDS_SHAPES_H
#define ROUNDS_SHAPES_H

#include "model.h"

/// How a field lies in its struct.
typedef enum field_kind {
  FIELD_TEXT,
  FIELD_RAW,
  FIELD_U32,
  FIELD_TRUTH,
  FIELD_TEXTS,
  FIELD_OBJECT,
  FIELD_POINTER,
  FIELD_LIST,
  /// A list that is not written where it is empty.
  FIELD_RARE_LIST,
} field_kind;

typedef struct shape shape;

typedef struct field {
  const char *name;
  size_t offset;
  field_kind kind;
  /// Of what an object, a pointer or a list's items are.
  const shape *shape;
} field;

struct shape {
  const field *fields;
  size_t count;
  size_t size;
};

#define FIELD(type, member, name, kind, shape) {name, offsetof(type, member), kind, shape}
#define TEXT(type, member, name) FIELD(type, member, name, FIELD_TEXT, NULL)
#define RAW(type, member, name) FIELD(type, member, name, FIELD_RAW, NULL)
#define U32(type, member, name) FIELD(type, member, name, FIELD_U32, NULL)
#define TRUTH(type, member, name) FIELD(type, member, name, FIELD_TRUTH, NULL)
#define TEXTS(type, member, name) FIELD(type, member, name, FIELD_TEXTS, NULL)
#define OBJECT(type, member, name, of) FIELD(type, member, name, FIELD_OBJECT, &of##_shape)
#define POINTER(type, member, name, of) FIELD(type, member, name, FIELD_POINTER, &of##_shape)
#define LIST(type, member, name, of) FIELD(type, member, name, FIELD_LIST, &of##_shape)
#define RARE_LIST(type, member, name, of) FIELD(type, member, name, FIELD_RARE_LIST, &of##_shape)
#define SHAPE(type, fields) {fields, sizeof(fields) / sizeof(field), sizeof(type)}

static const field identifier_fields[] = {
    TEXT(rounds_identifier, id, "ID"),
    TEXT(rounds_identifier, id_type, "IDType"),
};
static const shape identifier_shape = SHAPE(rounds_identifier, identifier_fields);

static const field address_fields[] = {
    TEXT(rounds_address, street_address, "StreetAddress"),
    TEXT(rounds_address, city, "City"),
    TEXT(rounds_address, state, "State"),
    TEXT(rounds_address, zip, "ZIP"),
    TEXT(rounds_address, county, "County"),
    TEXT(rounds_address, country, "Country"),
};
static const shape address_shape = SHAPE(rounds_address, address_fields);

static const field phone_number_fields[] = {
    TEXT(rounds_phone_number, home, "Home"),
    TEXT(rounds_phone_number, office, "Office"),
    TEXT(rounds_phone_number, mobile, "Mobile"),
};
static const shape phone_number_shape = SHAPE(rounds_phone_number, phone_number_fields);

static const field code_fields[] = {
    TEXT(rounds_code, code, "Code"),
    TEXT(rounds_code, codeset, "Codeset"),
    TEXT(rounds_code, description, "Description"),
};
static const shape code_shape = SHAPE(rounds_code, code_fields);

static const field demographics_fields[] = {
    TEXT(rounds_demographics, first_name, "FirstName"),
    TEXT(rounds_demographics, middle_name, "MiddleName"),
    TEXT(rounds_demographics, last_name, "LastName"),
    TEXT(rounds_demographics, dob, "DOB"),
    TEXT(rounds_demographics, ssn, "SSN"),
    TEXT(rounds_demographics, sex, "Sex"),
    TEXT(rounds_demographics, race, "Race"),
    TRUTH(rounds_demographics, is_hispanic, "IsHispanic"),
    TEXT(rounds_demographics, marital_status, "MaritalStatus"),
    TRUTH(rounds_demographics, is_deceased, "IsDeceased"),
    TEXT(rounds_demographics, death_date_time, "DeathDateTime"),
    OBJECT(rounds_demographics, phone_number, "PhoneNumber", phone_number),
    TEXTS(rounds_demographics, email_addresses, "EmailAddresses"),
    TEXT(rounds_demographics, language, "Language"),
    TEXTS(rounds_demographics, citizenship, "Citizenship"),
    OBJECT(rounds_demographics, address, "Address", address),
};
static const shape demographics_shape = SHAPE(rounds_demographics, demographics_fields);

static const field contact_fields[] = {
    TEXT(rounds_contact, first_name, "FirstName"),
    TEXT(rounds_contact, middle_name, "MiddleName"),
    TEXT(rounds_contact, last_name, "LastName"),
    OBJECT(rounds_contact, address, "Address", address),
    OBJECT(rounds_contact, phone_number, "PhoneNumber", phone_number),
    TEXT(rounds_contact, relation_to_patient, "RelationToPatient"),
    TEXTS(rounds_contact, email_addresses, "EmailAddresses"),
    TEXTS(rounds_contact, roles, "Roles"),
};
static const shape contact_shape = SHAPE(rounds_contact, contact_fields);

static const field patient_fields[] = {
    LIST(rounds_patient, identifiers, "Identifiers", identifier),
    RARE_LIST(rounds_patient, previous_identifiers, "PreviousIdentifiers", identifier),
    OBJECT(rounds_patient, demographics, "Demographics", demographics),
    TEXTS(rounds_patient, notes, "Notes"),
    LIST(rounds_patient, contacts, "Contacts", contact),
};
static const shape patient_shape = SHAPE(rounds_patient, patient_fields);

static const field location_fields[] = {
    TEXT(rounds_location, type, "Type"),
    TEXT(rounds_location, facility, "Facility"),
    TEXT(rounds_location, department, "Department"),
    TEXT(rounds_location, room, "Room"),
};
static const shape location_shape = SHAPE(rounds_location, location_fields);

static const field provider_fields[] = {
    TEXT(rounds_provider, id, "ID"),
    TEXT(rounds_provider, id_type, "IDType"),
    TEXT(rounds_provider, first_name, "FirstName"),
    TEXT(rounds_provider, last_name, "LastName"),
    TEXTS(rounds_provider, credentials, "Credentials"),
    OBJECT(rounds_provider, address, "Address", address),
    TEXTS(rounds_provider, email_addresses, "EmailAddresses"),
    OBJECT(rounds_provider, phone_number, "PhoneNumber", phone_number),
    OBJECT(rounds_provider, location, "Location", location),
};
static const shape provider_shape = SHAPE(rounds_provider, provider_fields);

static const field visit_fields[] = {
    TEXT(rounds_visit, visit_number, "VisitNumber"),
    TEXT(rounds_visit, account_number, "AccountNumber"),
    TEXT(rounds_visit, visit_date_time, "VisitDateTime"),
    TEXT(rounds_visit, patient_class, "PatientClass"),
    TEXT(rounds_visit, status, "Status"),
    U32(rounds_visit, duration, "Duration"),
    TEXT(rounds_visit, reason, "Reason"),
    TEXT(rounds_visit, cancel_reason, "CancelReason"),
    TEXT(rounds_visit, discharge_date_time, "DischargeDateTime"),
    TEXT(rounds_visit, type, "Type"),
    TEXTS(rounds_visit, instructions, "Instructions"),
    POINTER(rounds_visit, attending_provider, "AttendingProvider", provider),
    POINTER(rounds_visit, consulting_provider, "ConsultingProvider", provider),
    POINTER(rounds_visit, referring_provider, "ReferringProvider", provider),
    OBJECT(rounds_visit, location, "Location", location),
};
static const shape visit_shape = SHAPE(rounds_visit, visit_fields);

static const field appointment_info_fields[] = {
    TEXT(rounds_appointment_info, code, "Code"),
    TEXT(rounds_appointment_info, codeset, "Codeset"),
    TEXT(rounds_appointment_info, description, "Description"),
    TEXT(rounds_appointment_info, value, "Value"),
};
static const shape appointment_info_shape = SHAPE(rounds_appointment_info, appointment_info_fields);

static const field scheduling_fields[] = {
    OBJECT(rounds_scheduling, patient, "Patient", patient),
    OBJECT(rounds_scheduling, visit, "Visit", visit),
    LIST(rounds_scheduling, appointment_info, "AppointmentInfo", appointment_info),
};
static const shape scheduling_shape = SHAPE(rounds_scheduling, scheduling_fields);

static const field patient_admin_fields[] = {
    OBJECT(rounds_patient_admin, patient, "Patient", patient),
    POINTER(rounds_patient_admin, visit, "Visit", visit),
};
static const shape patient_admin_shape = SHAPE(rounds_patient_admin, patient_admin_fields);

static const field diagnosis_fields[] = {
    TEXT(rounds_diagnosis, code, "Code"),
    TEXT(rounds_diagnosis, codeset, "Codeset"),
    TEXT(rounds_diagnosis, name, "Name"),
    TEXT(rounds_diagnosis, type, "Type"),
};
static const shape diagnosis_shape = SHAPE(rounds_diagnosis, diagnosis_fields);

static const field clinical_info_fields[] = {
    TEXT(rounds_clinical_info, code, "Code"),
    TEXT(rounds_clinical_info, codeset, "Codeset"),
    TEXT(rounds_clinical_info, description, "Description"),
    TEXT(rounds_clinical_info, value, "Value"),
    TEXT(rounds_clinical_info, units, "Units"),
};
static const shape clinical_info_shape = SHAPE(rounds_clinical_info, clinical_info_fields);

static const field order_details_fields[] = {
    TEXT(rounds_order_details, id, "ID"),
    TEXT(rounds_order_details, status, "Status"),
    TEXT(rounds_order_details, transaction_date_time, "TransactionDateTime"),
    TEXT(rounds_order_details, collection_date_time, "CollectionDateTime"),
    TEXT(rounds_order_details, expiration, "Expiration"),
    TEXT(rounds_order_details, priority, "Priority"),
    OBJECT(rounds_order_details, procedure, "Procedure", code),
    POINTER(rounds_order_details, provider, "Provider", provider),
    LIST(rounds_order_details, diagnoses, "Diagnoses", diagnosis),
    LIST(rounds_order_details, clinical_info, "ClinicalInfo", clinical_info),
    TEXTS(rounds_order_details, notes, "Notes"),
    TEXT(rounds_order_details, comments, "Comments"),
};
static const shape order_details_shape = SHAPE(rounds_order_details, order_details_fields);

static const field order_fields[] = {
    OBJECT(rounds_order, patient, "Patient", patient),
    POINTER(rounds_order, visit, "Visit", visit),
    OBJECT(rounds_order, order, "Order", order_details),
};
static const shape order_shape = SHAPE(rounds_order, order_fields);

static const field reference_range_fields[] = {
    RAW(rounds_reference_range, low, "Low"),
    RAW(rounds_reference_range, high, "High"),
    TEXT(rounds_reference_range, text, "Text"),
};
static const shape reference_range_shape = SHAPE(rounds_reference_range, reference_range_fields);

static const field observation_fields[] = {
    TEXT(rounds_observation, code, "Code"),
    TEXT(rounds_observation, codeset, "Codeset"),
    TEXT(rounds_observation, description, "Description"),
    TEXT(rounds_observation, value, "Value"),
    TEXT(rounds_observation, value_type, "ValueType"),
    TEXT(rounds_observation, units, "Units"),
    TEXT(rounds_observation, date_time, "DateTime"),
    TEXT(rounds_observation, abnormal_flag, "AbnormalFlag"),
    TEXT(rounds_observation, status, "Status"),
    POINTER(rounds_observation, performer, "Performer", provider),
    OBJECT(rounds_observation, reference_range, "ReferenceRange", reference_range),
    TEXT(rounds_observation, observation_method, "ObservationMethod"),
    TEXTS(rounds_observation, notes, "Notes"),
};
static const shape observation_shape = SHAPE(rounds_observation, observation_fields);

static const field result_order_fields[] = {
    TEXT(rounds_result_order, id, "ID"),
    TEXT(rounds_result_order, application_order_id, "ApplicationOrderID"),
    TEXT(rounds_result_order, transaction_date_time, "TransactionDateTime"),
    TEXT(rounds_result_order, collection_date_time, "CollectionDateTime"),
    TEXT(rounds_result_order, completion_date_time, "CompletionDateTime"),
    TEXT(rounds_result_order, results_status, "ResultsStatus"),
    TEXT(rounds_result_order, status, "Status"),
    OBJECT(rounds_result_order, procedure, "Procedure", code),
    POINTER(rounds_result_order, provider, "Provider", provider),
    TEXTS(rounds_result_order, notes, "Notes"),
    LIST(rounds_result_order, results, "Results", observation),
};
static const shape result_order_shape = SHAPE(rounds_result_order, result_order_fields);

static const field results_fields[] = {
    OBJECT(rounds_results, patient, "Patient", patient),
    POINTER(rounds_results, visit, "Visit", visit),
    LIST(rounds_results, orders, "Orders", result_order),
};
static const shape results_shape = SHAPE(rounds_results, results_fields);
#undef FIELD
#undef TEXT
#undef RAW
#undef U32
#undef TRUTH
#undef TEXTS
#undef OBJECT
#undef POINTER
#undef LIST
#undef RARE_LIST
#undef SHAPE

#endif
