/**
 * A clinic whose API says which appointments changed since a time, and who a patient is.
 *
 * It answers oldest change first and no more than so many, with no link to the next page. So
 * every page asks from the newest time seen, that time included, and what comes twice has a
 * version that the host has seen. Where more records share one time than a page holds, the
 * page grows until it reaches past them. A time that lies ahead is told and not asked from:
 * nothing before it would be told again.
 */
import {
  Action,
  Change,
  connector,
  type Context,
  encode,
  Failure,
  fingerprint,
  Page,
  Request,
  shape,
  type Shaped,
  Step,
  Time,
} from "rounds-sdk";

import { Appointment, Changed, eventOf, Patient, told } from "./appointment.js";

const LARGEST_PAGE = 10_000;
const DAY = 86_400;
const EVENTS = ["New", "Reschedule", "Modification", "Cancel", "NoShow"];

const Settings = shape.object({ page_size: shape.optional(shape.count) });
const Answer = shape.object({ appointments: shape.list(Changed) });

export default connector({
  describe: () => ({
    name: "clinic",
    version: "0.1.0",
    summary: "Appointments of a clinic, with their patients",
    actions: [
      Action.feed(
        "appointments",
        "Appointments",
        EVENTS.map((it) => `Scheduling.${it}`),
        60,
      ),
    ],
    settingsSchema: {
      type: "object",
      properties: { page_size: { type: "integer", minimum: 1, maximum: 1000 } },
      additionalProperties: false,
    },
    auth: ["none", "basic", "bearer"],
    requests: ["GET /appointments", "GET /patient/*"],
  }),

  poll(context, cursor) {
    const { since, limit } = position(context, cursor);
    return Request.get("/appointments").query("changedsince", since).query("limit", limit);
  },

  changes(context, cursor, answer) {
    const { since, limit } = position(context, cursor);
    const { appointments } = answer.ok().json(Answer);
    const isFull = appointments.length >= limit;
    const newest = newestOf(since, appointments, Time.parse(context.now));
    const changes = appointments.map(changeOf);
    const next = `${newest} ${pageSize(context)}`;
    if (!isFull) {
      return Page.last(next, changes);
    }
    const hasMoved = Time.parse(newest) > Time.parse(since);
    return Page.more(hasMoved ? next : `${since} ${larger(limit)}`, changes);
  },

  collect(_context, change, memo, collected) {
    const appointment = change.json(Appointment);
    const [answer] = collected;
    if (answer === undefined) {
      return Step.fetch(Request.get(`/patient/${encode(appointment.patientId)}`));
    }
    const isGone = answer.status === 404 || answer.status === 410;
    const patient = isGone ? null : answer.ok().json(Patient);
    const start = fingerprint([appointment.start ?? ""]);
    const event = eventOf(appointment, memo === null ? null : memo === start);
    return Step.notify(event, told(appointment, patient), start);
  },
});

/** From when to ask, and for how many. */
function position(context: Context, cursor: string | null): { since: string; limit: number } {
  if (cursor === null) {
    return { since: context.since, limit: pageSize(context) };
  }
  const [, since = "", digits] = /^(\S+) (\d{1,5})$/.exec(cursor) ?? [];
  const limit = Number(digits);
  const time = timeOf(since);
  if (time === null || !(limit >= 1 && limit <= LARGEST_PAGE)) {
    throw Failure.cursorLost("not a cursor of this connector");
  }
  if (isAhead(time, Time.parse(context.now))) {
    throw Failure.cursorLost("the cursor lies in the future");
  }
  return { since, limit };
}

function timeOf(text: string): Time | null {
  try {
    return Time.parse(text);
  } catch {
    return null;
  }
}

/** Whether a time is further ahead than a clock goes wrong. */
function isAhead(time: Time, now: Time): boolean {
  return time.minusSeconds(DAY) > now;
}

function pageSize(context: Context): number {
  return context.settings(Settings).page_size ?? 100;
}

/** The latest instant that is not ahead, in the clinic's own words; of equal ones the last. */
function newestOf(since: string, appointments: Shaped<typeof Changed>[], now: Time): string {
  let [newest, instant] = [since, Time.parse(since)];
  for (const { changedAt } of appointments) {
    const at = Time.parse(changedAt);
    if (at >= instant && !isAhead(at, now)) {
      [newest, instant] = [changedAt, at];
    }
  }
  return newest;
}

function changeOf(record: Shaped<typeof Changed>): Change {
  const { id, patientId, changedAt } = record;
  const details = { version: changedAt, key: `patient/${patientId}`, occurredAt: changedAt };
  return Change.upserted(id, record, details);
}

/** The page that may reach past so many of one time. */
function larger(limit: number): number {
  if (limit >= LARGEST_PAGE) {
    throw Failure.unexpectedResponse("more than 10000 appointments changed at one instant");
  }
  return Math.min(2 * limit, LARGEST_PAGE);
}
