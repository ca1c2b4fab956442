/**
 * The data models that integration teams know from Redox: {@link Scheduling},
 * {@link PatientAdmin}, {@link Order} and {@link Results}, each the payload of a notification.
 *
 * They keep the convention of those models: what is absent is there all the same, a scalar as
 * `null`, a list as `[]`, a nested object with its own fields `null`. `Scheduling.of({ … })`
 * takes what is known and makes it whole. So a hold or a block of an appointment book, which
 * has no patient, carries a `Patient` without identifiers and with no name. The exceptions
 * are objects that either are or aren't, as a provider who isn't known: `null`; and
 * `Patient.PreviousIdentifiers`, which only a merge has.
 *
 * `Meta` is not here: who told what, and when, is the host's to say.
 */
export * from "./model/common.js";
export type { Field, Given, Model, Whole } from "./model/field.js";
export * from "./model/order.js";
export * from "./model/patient.js";
export * from "./model/results.js";
export * from "./model/scheduling.js";
export * from "./model/visit.js";
