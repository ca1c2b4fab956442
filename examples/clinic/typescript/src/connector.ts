/**
 * A clinic whose API says which appointments changed since a time, and who a patient is.
 *
 * It answers oldest change first and no more than so many, with no link to the next page. So
 * every page asks from the newest time seen, that time included, and what comes twice the host
 * knows. Where more records share one time than a page holds, the page grows until it reaches past
 * them. A time that lies ahead is told and not asked from: nothing before it would be told again.
 * A record that cannot be read takes no other along, and one that another patient has from now on
 * is cancelled for the one before.
 */
import {
  Action,
  Change,
  connector,
  type Context,
  encode,
  Failure,
  fingerprint,
  fit,
  Page,
  readEach,
  Request,
  type Response,
  shape,
  Step,
  Time,
} from "rounds-sdk";

import {
  Appointment,
  cancelled,
  Changed,
  contentOf,
  eventOf,
  Patient,
  told,
} from "./appointment.js";

const LARGEST_PAGE = 10_000;
const DAY = 86_400;
const UNREADABLE = "an appointment without what each must have, or with it otherwise";
const EVENTS = ["New", "Reschedule", "Modification", "Cancel", "NoShow"];

const Settings = shape.object({ page_size: shape.optional(shape.count) });
const Answer = shape.object({ appointments: shape.list(shape.any) });

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
    const found = readEach("appointments", appointments, changeOf);
    const changes = found.filter((it) => it instanceof Change);
    const newest = newestOf(since, changes, Time.parse(context.now));
    const next = `${newest} ${pageSize(context)}`;
    if (!isFull) {
      return Page.last(next, found);
    }
    const hasMoved = Time.parse(newest) > Time.parse(since);
    return Page.more(hasMoved ? next : `${since} ${larger(limit)}`, found);
  },

  collect(_context, change, memo, collected) {
    const appointment = change.json(Appointment);
    const [answer] = collected;
    if (answer === undefined) {
      return ask(appointment.patientId);
    }
    const patient = patientOf(answer);
    const start = fingerprint([appointment.start ?? ""]);
    const event = eventOf(appointment, memo === null ? null : memo === start);
    return Step.notify(event, told(appointment, patient), start);
  },

  movedAway(_context, { id, key }, memo, [answer]) {
    const [, before] = /^patient\/(.*)$/s.exec(key ?? "") ?? [];
    if (memo === null || before === undefined) {
      return Step.skip("nobody was told of it");
    }
    if (answer === undefined) {
      return ask(before);
    }
    // Without a memo, as it is another's from now on: that one hears of it as new.
    return Step.notify("Scheduling.Cancel", told(cancelled(id, before), patientOf(answer)));
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
function newestOf(since: string, changes: Change[], now: Time): string {
  let [newest, instant] = [since, Time.parse(since)];
  for (const { version } of changes) {
    const at = Time.parse(version ?? since);
    if (at >= instant && !isAhead(at, now)) {
      [newest, instant] = [version ?? since, at];
    }
  }
  return newest;
}

/** The change that a record tells of. */
function changeOf(record: unknown): Change {
  try {
    const [appointment, { changedAt }] = [fit(record, Appointment), fit(record, Changed)];
    Time.parse(changedAt);
    const { id, patientId } = appointment;
    const details = { version: changedAt, key: `patient/${patientId}`, occurredAt: changedAt };
    return Change.upserted(id, record, { ...details, content: contentOf(appointment) });
  } catch (error) {
    throw error instanceof Failure ? Failure.unexpectedResponse(UNREADABLE) : error;
  }
}

function ask(patient: string): Step {
  return Step.fetch(Request.get(`/patient/${encode(patient)}`));
}

/** The patient, where the clinic still knows that one. */
function patientOf(answer: Response): Patient | null {
  return answer.status === 404 || answer.status === 410 ? null : answer.ok().json(Patient);
}

/** The page that may reach past so many of one time. */
function larger(limit: number): number {
  if (limit >= LARGEST_PAGE) {
    throw Failure.unexpectedResponse("more than 10000 appointments changed at one instant");
  }
  return Math.min(2 * limit, LARGEST_PAGE);
}
