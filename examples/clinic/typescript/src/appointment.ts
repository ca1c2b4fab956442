/** What the clinic answers, and what the data model makes of it. */
import { fingerprint, model, shape, type Shaped } from "rounds-sdk";

const text = shape.optional(shape.text);

/** When a record changed. */
export const Changed = shape.object({ changedAt: shape.text });

/** An appointment, with whatever of it the clinic knows. */
export const Appointment = shape.object({
  id: shape.text,
  patientId: shape.text,
  status: text,
  start: text,
  minutes: shape.optional(shape.count),
  reason: text,
  cancelReason: text,
  type: text,
  provider: shape.optional(shape.object({ id: text, given: text, family: text })),
  location: shape.optional(shape.object({ facility: text, room: text })),
});
export type Appointment = Shaped<typeof Appointment>;

/** A patient. What has no id is none. */
export const Patient = shape.object({
  id: shape.text,
  mrn: text,
  given: text,
  family: text,
  birthDate: text,
  sex: text,
  phone: text,
  address: shape.optional(shape.object({ street: text, city: text, state: text, zip: text })),
});
export type Patient = Shaped<typeof Patient>;

const STATUS = new Map([
  ["booked", "Scheduled"],
  ["cancelled", "Cancelled"],
  ["noshow", "No Show"],
]);
const SEX = new Map([
  ["F", "Female"],
  ["M", "Male"],
]);

/** The event, by whether the start is the one last told; `null` where none was told. */
export function eventOf({ status }: Appointment, isSameStart: boolean | null): string {
  if (status === "cancelled") {
    return "Scheduling.Cancel";
  }
  if (status === "noshow") {
    return "Scheduling.NoShow";
  }
  if (isSameStart === null) {
    return "Scheduling.New";
  }
  return isSameStart ? "Scheduling.Modification" : "Scheduling.Reschedule";
}

/** An appointment of which nothing is told but that it is off. */
export function cancelled(id: string, patientId: string): Appointment {
  return { id, patientId, status: "cancelled" };
}

/** A fingerprint of all that is told of it: when it was changed is not. */
export function contentOf(appointment: Appointment): string {
  const { patientId, minutes, provider, location } = appointment;
  const parts = [
    patientId,
    appointment.status,
    appointment.start,
    minutes?.toString(),
    appointment.reason,
    appointment.cancelReason,
    appointment.type,
    provider?.id,
    provider?.given,
    provider?.family,
    location?.facility,
    location?.room,
  ];
  return fingerprint(parts.map((part) => part ?? ""));
}

/** What is told of it; without a patient where the clinic knows that one no more. */
export function told(appointment: Appointment, patient: Patient | null): model.Scheduling {
  const { patientId, type } = appointment;
  const mrn = patient?.mrn ? [{ ID: patient.mrn, IDType: "MR" }] : [];
  return model.Scheduling.of({
    Patient: {
      Identifiers: [...mrn, { ID: patientId, IDType: "EHR" }],
      Demographics: patient && demographics(patient),
    },
    Visit: visit(appointment),
    AppointmentInfo: typeof type === "string" ? [{ Description: type }] : [],
  });
}

function demographics(patient: Patient): model.Given<typeof model.Demographics> {
  const { address } = patient;
  return {
    FirstName: patient.given,
    LastName: patient.family,
    DOB: patient.birthDate,
    Sex: SEX.get(patient.sex ?? "") ?? "Unknown",
    PhoneNumber: { Home: patient.phone },
    Address: {
      StreetAddress: address?.street,
      City: address?.city,
      State: address?.state,
      ZIP: address?.zip,
    },
  };
}

function visit(appointment: Appointment): model.Given<typeof model.Visit> {
  const { provider, location, status } = appointment;
  return {
    VisitNumber: appointment.id,
    VisitDateTime: appointment.start,
    Status: STATUS.get(status ?? "") ?? status,
    Duration: appointment.minutes,
    Reason: appointment.reason,
    CancelReason: appointment.cancelReason,
    AttendingProvider: provider && {
      ID: provider.id,
      IDType: "EHR",
      FirstName: provider.given,
      LastName: provider.family,
    },
    Location: { Facility: location?.facility, Room: location?.room },
  };
}
