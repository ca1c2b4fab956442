import { model, text, type Whole } from "./field.js";

/** A postal address. */
export const Address = model("Address", {
  /** All lines, separated by a comma. */
  StreetAddress: text,
  /** Town. */
  City: text,
  /** State or region. */
  State: text,
  /** Postal code. */
  ZIP: text,
  /** County or district. */
  County: text,
  /** Country, as the EHR writes it. */
  Country: text,
});
export type Address = Whole<typeof Address>;

/** Telephone numbers, as the EHR writes them. */
export const PhoneNumber = model("PhoneNumber", {
  /** At home. */
  Home: text,
  /** At work. */
  Office: text,
  /** In the pocket. */
  Mobile: text,
});
export type PhoneNumber = Whole<typeof PhoneNumber>;

/** A coded concept. */
export const Code = model("Code", {
  /** The code. */
  Code: text,
  /** The code system: a name or a URI. */
  Codeset: text,
  /** What it means, for people. */
  Description: text,
});
export type Code = Whole<typeof Code>;
