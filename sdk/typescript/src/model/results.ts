import { Code } from "./common.js";
import { list, maybe, model, nested, number, text, texts, type Whole } from "./field.js";
import { Patient } from "./patient.js";
import { Provider, Visit } from "./visit.js";

/** What is usual for a value. */
export const ReferenceRange = model("ReferenceRange", {
  /** The lower end. */
  Low: number,
  /** The upper end. */
  High: number,
  /** In words. */
  Text: text,
});
export type ReferenceRange = Whole<typeof ReferenceRange>;

/** One value. */
export const Observation = model("Observation", {
  /** The code. */
  Code: text,
  /** The code system. */
  Codeset: text,
  /** What it means, for people. */
  Description: text,
  /** The value, digit for digit as the EHR writes it; `null` where it has none. */
  Value: text,
  /** `Numeric`, `String`, `Coded Entry` or `DateTime`. */
  ValueType: text,
  /** Its unit. */
  Units: text,
  /** When it was observed, RFC 3339. */
  DateTime: text,
  /** As `High`, or the EHR's code. */
  AbnormalFlag: text,
  /** As the EHR words it. */
  Status: text,
  /** Who observed it. */
  Performer: maybe(Provider),
  /** What is usual. */
  ReferenceRange: nested(ReferenceRange),
  /** How it was observed. */
  ObservationMethod: text,
  /** Free text. */
  Notes: texts,
});
export type Observation = Whole<typeof Observation>;

/** An order, and what came of it. */
export const ResultOrder = model("ResultOrder", {
  /** The order's identifier, or the report's where no order is named. */
  ID: text,
  /** The report's identifier in the laboratory or department. */
  ApplicationOrderID: text,
  /** When it was reported, RFC 3339. */
  TransactionDateTime: text,
  /** When the sample was taken or the patient examined, RFC 3339. */
  CollectionDateTime: text,
  /** When it was finished, RFC 3339. */
  CompletionDateTime: text,
  /** The report's status, as the EHR words it. */
  ResultsStatus: text,
  /** The order's own status. */
  Status: text,
  /** What was done. */
  Procedure: nested(Code),
  /** Who ordered or answers for it. */
  Provider: maybe(Provider),
  /** Free text, as a conclusion. */
  Notes: texts,
  /** The values. */
  Results: list(Observation),
});
export type ResultOrder = Whole<typeof ResultOrder>;

/** The `data` of `Results.*`. */
export const Results = model("Results", {
  /** Whose they are. */
  Patient: nested(Patient),
  /** The visit that they belong to; `null` where the EHR names none. */
  Visit: maybe(Visit),
  /** The orders that they answer: one a report. */
  Orders: list(ResultOrder),
});
export type Results = Whole<typeof Results>;
