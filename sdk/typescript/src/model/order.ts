import { Code } from "./common.js";
import { list, maybe, model, nested, text, texts, type Whole } from "./field.js";
import { Patient } from "./patient.js";
import { Provider, Visit } from "./visit.js";

/** A reason for an order. */
export const Diagnosis = model("Diagnosis", {
  /** The code. */
  Code: text,
  /** The code system. */
  Codeset: text,
  /** What it means, for people. */
  Name: text,
  /** As `Working`. */
  Type: text,
});
export type Diagnosis = Whole<typeof Diagnosis>;

/** A question that an order answers. */
export const ClinicalInfo = model("ClinicalInfo", {
  /** The code. */
  Code: text,
  /** The code system. */
  Codeset: text,
  /** What it means, for people. */
  Description: text,
  /** The answer. */
  Value: text,
  /** Its unit. */
  Units: text,
});
export type ClinicalInfo = Whole<typeof ClinicalInfo>;

/** What is ordered. */
export const OrderDetails = model("OrderDetails", {
  /** What stays the same through all changes of an order. */
  ID: text,
  /** As the EHR words it. */
  Status: text,
  /** When it was placed, RFC 3339. */
  TransactionDateTime: text,
  /** When it is to be done, RFC 3339. */
  CollectionDateTime: text,
  /** When it ends, RFC 3339. */
  Expiration: text,
  /** As `routine` or `stat`. */
  Priority: text,
  /** What is to be done. */
  Procedure: nested(Code),
  /** Who ordered it. */
  Provider: maybe(Provider),
  /** Why. */
  Diagnoses: list(Diagnosis),
  /** What else is to be known. */
  ClinicalInfo: list(ClinicalInfo),
  /** Free text. */
  Notes: texts,
  /** A remark for whoever carries it out. */
  Comments: text,
});
export type OrderDetails = Whole<typeof OrderDetails>;

/** The `data` of `Order.*`. */
export const Order = model("Order", {
  /** Whom it is for. */
  Patient: nested(Patient),
  /** The visit that it was placed in; `null` where the EHR names none. */
  Visit: maybe(Visit),
  /** The order itself. */
  Order: nested(OrderDetails),
});
export type Order = Whole<typeof Order>;
