import { Address, PhoneNumber } from "./common.js";
import { count, maybe, model, nested, text, texts, type Whole } from "./field.js";

/** A place. */
export const Location = model("Location", {
  /** As the EHR words it. */
  Type: text,
  /** The house. */
  Facility: text,
  /** The ward or practice. */
  Department: text,
  /** The room. */
  Room: text,
});
export type Location = Whole<typeof Location>;

/** Someone who cares for patients. */
export const Provider = model("Provider", {
  /** The identifier, an NPI where there is one. */
  ID: text,
  /** Which kind it is: `NPI`, `EHRID`, … */
  IDType: text,
  /** Given names. */
  FirstName: text,
  /** Family name; the whole name where the EHR gives no parts. */
  LastName: text,
  /** As `MD`. */
  Credentials: texts,
  /** Where they practise. */
  Address: nested(Address),
  /** E-mail addresses. */
  EmailAddresses: texts,
  /** Telephone numbers. */
  PhoneNumber: nested(PhoneNumber),
  /** Where they see patients. */
  Location: nested(Location),
});
export type Provider = Whole<typeof Provider>;

/** A visit, planned or under way. */
export const Visit = model("Visit", {
  /** What stays the same through all changes of a visit. */
  VisitNumber: text,
  /** The account that it is billed to. */
  AccountNumber: text,
  /** When it begins, RFC 3339. */
  VisitDateTime: text,
  /** As `Inpatient` or `Outpatient`, in the EHR's words. */
  PatientClass: text,
  /** As the EHR words it. */
  Status: text,
  /** Minutes. */
  Duration: count,
  /** Why the patient comes. */
  Reason: text,
  /** Why it was cancelled. */
  CancelReason: text,
  /** When the patient was discharged, RFC 3339. */
  DischargeDateTime: text,
  /** As the EHR words it. */
  Type: text,
  /** For the patient. */
  Instructions: texts,
  /** Who sees the patient. */
  AttendingProvider: maybe(Provider),
  /** Who is consulted. */
  ConsultingProvider: maybe(Provider),
  /** Who sent the patient. */
  ReferringProvider: maybe(Provider),
  /** Where it takes place. */
  Location: nested(Location),
});
export type Visit = Whole<typeof Visit>;
