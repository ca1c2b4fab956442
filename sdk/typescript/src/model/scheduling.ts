import { list, model, nested, text, type Whole } from "./field.js";
import { Patient } from "./patient.js";
import { Visit } from "./visit.js";

/** Something said of an appointment. */
export const AppointmentInfo = model("AppointmentInfo", {
  /** The code. */
  Code: text,
  /** The code system. */
  Codeset: text,
  /** What it means, for people. */
  Description: text,
  /** A value, where it has one. */
  Value: text,
});
export type AppointmentInfo = Whole<typeof AppointmentInfo>;

/** The `data` of `Scheduling.*`. */
export const Scheduling = model("Scheduling", {
  /** Who comes; without identifiers where a slot is held or blocked. */
  Patient: nested(Patient),
  /** The appointment itself. */
  Visit: nested(Visit),
  /** What else the EHR says of it, as its service type. */
  AppointmentInfo: list(AppointmentInfo),
});
export type Scheduling = Whole<typeof Scheduling>;
