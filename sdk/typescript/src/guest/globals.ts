/**
 * What a component's runtime lacks, as far as code that also runs natively leans on it: a
 * silent `console`, and a clock that stands at the poll's `now`. The runtime's own clock traps.
 *
 * Only inside a component: natively, these are there and stay as they are.
 */

let now = 0;

/** Sets the clock to the time of the poll; to 1970 where there is none. */
export function setClock(time: string | null): void {
  now = time === null ? 0 : OwnDate.parse(time) || 0;
}

const OwnDate = Date;

/** A `Date` whose present is the poll's. */
class PollDate extends OwnDate {
  constructor(...parts: []) {
    super(...((parts.length === 0 ? [now] : parts) as []));
  }

  static override now(): number {
    return now;
  }
}

const scope = globalThis as Record<string, unknown>;

if (scope["console"] === undefined) {
  const silent = () => undefined;
  scope["console"] = { debug: silent, error: silent, info: silent, log: silent, warn: silent };
  scope["Date"] = PollDate;
  // It measures with the same clock, and nothing in a poll takes time.
  scope["performance"] = { now: () => 0 };
}
