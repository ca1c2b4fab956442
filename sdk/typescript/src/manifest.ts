/** How an action finds changes. */
export type Detection =
  /** The EHR says what changed since a cursor. */
  | "feed"
  /** Reading takes changes off the EHR's list. */
  | "consuming-feed"
  /** The EHR only lists what there is; the host compares. */
  | "snapshot";

/** Ways to sign in that an EHR may offer. */
export type Auth =
  | "none"
  | "basic"
  | "bearer"
  | "header"
  | "oauth2-client-credentials"
  | "smart-backend-services"
  | "session";

/** How a time of change is written. */
export type TimeForm =
  /** A day and a time of it, as RFC 3339 and ISO 8601 write them; without a zone as well. */
  | "rfc3339"
  /** A day alone, as `2026-05-01`. */
  | "date"
  /** Seconds since 1970, as a number or as its digits, with decimals maybe. */
  | "epoch-seconds"
  /** Milliseconds since 1970, as a number or as its digits. */
  | "epoch-milliseconds"
  /** A number that is no time and only grows, as a journal counts. */
  | "sequence";

/**
 * Where records say when they changed: what `rounds connector test` tries and recordings replace
 * goes by it.
 */
export interface RecordTime {
  /**
   * Where in a record, as the EHR answers it: the names that lead there from the record inwards,
   * with dots between, as `changedAt` or `meta.lastUpdated`.
   */
  readonly field: string;
  /** How it is written. */
  readonly form: TimeForm;
  /** Whether no two changes share one. */
  readonly unique?: boolean | undefined;
}

/** What can be polled of an EHR. */
export interface Action {
  /** As `appointments`. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** The events that it can notify. */
  readonly events: readonly string[];
  /** How it finds changes. */
  readonly detection: Detection;
  /** Polling more often than this many seconds is refused. */
  readonly fastest: number;
  /** Whether its whole listing can be read beside what changed: see {@link Context.listing}. */
  readonly lists?: boolean | undefined;
  /** Its records' time of change, where they have one. */
  readonly recordTime?: RecordTime | undefined;
}

/** What else is said of an action. */
export type ActionDetails = Pick<Action, "lists" | "recordTime">;

/** Makes actions: name, a line for people, the events, and the fastest interval in seconds. */
export const Action = {
  /** The EHR says what changed since a cursor. */
  feed: making("feed"),
  /** Reading takes changes off the EHR's list. */
  consumingFeed: making("consuming-feed"),
  /** The EHR only lists what there is; the host compares. */
  snapshot: making("snapshot"),
};

function making(detection: Detection) {
  return (
    name: string,
    summary: string,
    events: readonly string[],
    fastest: number,
    details: ActionDetails = {},
  ): Action => ({ ...details, name, summary, events, detection, fastest });
}

/** What a connector says of itself. */
export interface Manifest {
  /** The connector's name, as configurations give it. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** One line for people. */
  readonly summary: string;
  /** What can be polled. */
  readonly actions: readonly Action[];
  /** JSON Schema of the connection's settings; without one it takes none. */
  readonly settingsSchema?: object;
  /** Ways to sign in that the EHR offers; `["none"]` unless said. */
  readonly auth?: readonly Auth[];
  /**
   * All that it will ever ask for: a method and a path each, where `*` stands for one segment
   * and `**` at the end for any number.
   */
  readonly requests: readonly (`GET /${string}` | `POST /${string}`)[];
  /**
   * Headers of answers that it reads, in lower case, as `x-next-page`: recordings keep them, beside
   * `content-type`, `link`, `etag`, `last-modified`, `date` and `retry-after`. What carries
   * credentials is never kept.
   */
  readonly readsHeaders?: readonly string[];
}

/** The schema of a connector that takes no settings. */
export const NO_SETTINGS = { type: "object", additionalProperties: false };

/** The event of an action that has only one. */
export function onlyEvent(manifest: Manifest, action: string): string | null {
  const events = manifest.actions.find((known) => known.name === action)?.events ?? [];
  return events.length === 1 ? (events[0] ?? null) : null;
}
