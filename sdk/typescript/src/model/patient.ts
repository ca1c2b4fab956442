import { Address, PhoneNumber } from "./common.js";
import { flag, list, maybe, model, nested, rare, text, texts, type Whole } from "./field.js";
import { Visit } from "./visit.js";

/** A name under which a patient or a provider is known to some system. */
export const Identifier = model("Identifier", {
  /** The identifier. */
  ID: text,
  /** Which kind it is: `MR`, `EHRID`, `NPI`, … */
  IDType: text,
});
export type Identifier = Whole<typeof Identifier>;

/** Who a patient is. */
export const Demographics = model("Demographics", {
  /** First given name. */
  FirstName: text,
  /** Further given names. */
  MiddleName: text,
  /** Family name. */
  LastName: text,
  /** `YYYY-MM-DD`, or as much of it as is known. */
  DOB: text,
  /** Social security number. */
  SSN: text,
  /** `Female`, `Male`, `Other` or `Unknown`. */
  Sex: text,
  /** As the EHR words it. */
  Race: text,
  /** Whether the EHR says so. */
  IsHispanic: flag,
  /** As the EHR words it. */
  MaritalStatus: text,
  /** Whether the EHR says so. */
  IsDeceased: flag,
  /** RFC 3339, or as much as is known. */
  DeathDateTime: text,
  /** Telephone numbers. */
  PhoneNumber: nested(PhoneNumber),
  /** E-mail addresses. */
  EmailAddresses: texts,
  /** A code, as `en`. */
  Language: text,
  /** Countries. */
  Citizenship: texts,
  /** The address. */
  Address: nested(Address),
});
export type Demographics = Whole<typeof Demographics>;

/** Someone to be called about a patient. */
export const Contact = model("Contact", {
  /** Given names. */
  FirstName: text,
  /** Always `null` where the EHR has no such field. */
  MiddleName: text,
  /** Family name. */
  LastName: text,
  /** Where they live. */
  Address: nested(Address),
  /** Telephone numbers. */
  PhoneNumber: nested(PhoneNumber),
  /** As the EHR words it. */
  RelationToPatient: text,
  /** E-mail addresses. */
  EmailAddresses: texts,
  /** As `Emergency contact`. */
  Roles: texts,
});
export type Contact = Whole<typeof Contact>;

/** A patient. */
export const Patient = model("Patient", {
  /** The EHR's own (`EHRID`), a medical record number (`MR`), and others. */
  Identifiers: list(Identifier),
  /**
   * Those of the patients that were merged into this one: of `PatientAdmin.PatientMerge` alone, and
   * not there where it is empty.
   */
  PreviousIdentifiers: rare(Identifier),
  /** Name, birth date, address and so on. */
  Demographics: nested(Demographics),
  /** Free text. */
  Notes: texts,
  /** Who else is to be called. */
  Contacts: list(Contact),
});
export type Patient = Whole<typeof Patient>;

/** The `data` of `PatientAdmin.*`. */
export const PatientAdmin = model("PatientAdmin", {
  /** Who it is about. */
  Patient: nested(Patient),
  /** The visit, where the event is one of a visit; `null` otherwise. */
  Visit: maybe(Visit),
});
export type PatientAdmin = Whole<typeof PatientAdmin>;
