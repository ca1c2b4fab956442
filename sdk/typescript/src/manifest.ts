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
}

/** What else is said of an action. */
export type ActionDetails = Pick<Action, "lists">;

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
}

/** The schema of a connector that takes no settings. */
export const NO_SETTINGS = { type: "object", additionalProperties: false };

/** The event of an action that has only one. */
export function onlyEvent(manifest: Manifest, action: string): string | null {
  const events = manifest.actions.find((known) => known.name === action)?.events ?? [];
  return events.length === 1 ? (events[0] ?? null) : null;
}
