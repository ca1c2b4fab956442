/** The contract's types, as componentize-qjs hands them over and wants them back. */

export interface Context {
  readonly action: string;
  readonly settings: string;
  readonly baseUrl: string;
  readonly allowOrigins: string[];
  readonly since: string;
  readonly now: string;
  readonly interrupted: boolean;
  readonly listing: boolean;
  readonly silent: boolean;
  readonly lastTry: boolean;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

export type Body = { tag: "text"; val: string } | { tag: "bytes"; val: Uint8Array };

export interface Request {
  readonly method: "get" | "post";
  readonly target: string;
  readonly headers: Header[];
  readonly body: Body | null;
}

export interface Response {
  readonly status: number;
  readonly headers: Header[];
  readonly body: Body;
}

export interface Change {
  readonly id: string;
  readonly kind: "upserted" | "deleted" | "moved-away";
  readonly version: string | null;
  readonly content: string | null;
  readonly key: string | null;
  readonly occurredAt: string | null;
  readonly data: string;
}

export interface Unreadable {
  readonly place: string;
  readonly id: string | null;
  readonly reason: string;
  readonly data: string;
}

export interface Page {
  readonly changes: Change[];
  readonly unreadable: Unreadable[];
  readonly notices: string[];
  readonly cursor: string;
  readonly more: boolean;
}

export type Step =
  | { tag: "fetch"; val: Request[] }
  | { tag: "notify"; val: { event: string; payload: string; memo: string | null } }
  | { tag: "skip"; val: { reason: string; memo: string | null } };

export interface Failure {
  readonly tag: string;
  readonly val: string | number | null;
}

export interface RecordTime {
  readonly field: string;
  readonly form: "rfc3339" | "date" | "epoch-seconds" | "epoch-milliseconds" | "sequence";
  readonly unique: boolean;
}

export interface Action {
  readonly name: string;
  readonly summary: string;
  readonly events: string[];
  readonly detection: "feed" | "consuming-feed" | "snapshot";
  readonly fastest: number;
  readonly lists: boolean;
  readonly recordTime: RecordTime | null;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly actions: Action[];
  readonly settingsSchema: string;
  readonly auth: string[];
  readonly requests: string[];
  readonly readsHeaders: string[];
}

export interface Credentials {
  readonly headers: Header[];
  readonly expiresIn: number | null;
}
