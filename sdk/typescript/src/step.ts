import { encodeJson } from "./json.js";
import type { Request } from "./request.js";

/** What is told of one change. */
export interface Notification {
  readonly kind: "notify";
  /** Data model and event type, as `Scheduling.Reschedule`: one that the action declares. */
  readonly event: string;
  /** JSON text. */
  readonly payload: string;
  /** What the connector wants to know at the record's next change; no patient's data. */
  readonly memo: string | null;
}

/** What is passed over, and why. */
export interface Skipped {
  readonly kind: "skip";
  /** Why nobody should hear of it; no patient's data. */
  readonly reason: string;
  /** As a notification's; `null` leaves the record's memo as it is. */
  readonly memo: string | null;
}

/** What is to be asked before `collect` is called again. */
export interface Fetch {
  readonly kind: "fetch";
  readonly requests: readonly Request[];
}

/** What `collect` answers: ask more, tell, or pass over. */
export type Step = Fetch | Notification | Skipped;

/** Makes steps. */
export const Step = {
  /** Send these, and call `collect` again with the answers added. */
  fetch: (...requests: Request[]): Step => ({ kind: "fetch", requests }),

  /** Tell this: a payload of a model, or any other JSON. A memo has 1 KiB at most. */
  notify: (event: string, payload: unknown, memo: string | null = null): Step => {
    return {
      kind: "notify",
      event,
      payload: encodeJson(payload, "a notification's payload"),
      memo,
    };
  },

  /** Tell this: a payload that is JSON text already. */
  notifyRaw: (event: string, payload: string, memo: string | null = null): Step => {
    return { kind: "notify", event, payload, memo };
  },

  /** Nothing that anyone should hear of. */
  skip: (reason: string, memo: string | null = null): Step => ({ kind: "skip", reason, memo }),
};
