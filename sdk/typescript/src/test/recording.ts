import { parseJson } from "../json.js";
import type * as wit from "../guest/wit.js";

/** A recorded scenario: one file of `exchanges/`. */
export interface Recording {
  readonly about?: string;
  readonly action: string;
  readonly settings?: object;
  readonly base_url?: string;
  readonly allow_origins?: readonly string[];
  readonly since?: string;
  readonly polls: readonly Play[];
}

/** One poll of a recording: what is asked and answered, and what comes of it. */
export interface Play {
  readonly now?: string;
  /** Whether the whole listing is read, with its own cursor. */
  readonly listing?: boolean;
  /** Whether nobody hears of what is found. */
  readonly silent?: boolean;
  /** Whether what the EHR refuses is to be left out. */
  readonly last_try?: boolean;
  readonly exchanges: readonly Exchange[];
  /** That after its last page. */
  readonly cursor?: string;
  readonly notifications?: readonly Notified[];
  readonly skipped?: readonly { readonly record: string; readonly reason: string }[];
  readonly unreadable?: readonly Odd[];
  readonly notices?: readonly string[];
  /** The case of the failure that it ends with, and perhaps `: ` and its text. */
  readonly fails?: string;
}

/** A request, as `GET /Patient/7`, and its answer. */
export interface Exchange {
  readonly request: string;
  /** Headers that the request must have; others are not compared. */
  readonly request_headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is the body as it is; anything else is sent as JSON. */
  readonly body?: unknown;
}

/** A notification that is to come. */
export interface Notified {
  readonly record: string;
  readonly event: string;
  readonly key?: string;
  readonly version?: string | null;
  readonly data: unknown;
}

/** A record that cannot be read. */
export interface Odd {
  readonly place: string;
  readonly id?: string | null;
  readonly reason: string;
}

/** Reads a recording. */
export function recordingOf(text: string): Recording {
  return parseJson(text, false) as Recording;
}

/** The answer of an exchange. */
export function answerOf({ status = 200, headers = {}, body = "" }: Exchange): wit.Response {
  const isText = typeof body === "string";
  const usual = isText ? {} : { "content-type": "application/json" };
  const list = Object.entries({ ...usual, ...headers }).map(([name, value]) => ({ name, value }));
  return {
    status,
    headers: list,
    body: { tag: "text", val: isText ? body : JSON.stringify(body) },
  };
}
