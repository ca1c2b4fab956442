/** From the SDK's types to the contract's. */
import type * as sdk from "../index.js";
import { encodeJson } from "../json.js";
import { NO_SETTINGS } from "../manifest.js";
import * as check from "./check.js";
import type * as wit from "./wit.js";

export function manifest(from: sdk.Manifest): wit.Manifest {
  const it = check.object(from, "describe's answer");
  const schema = encodeJson(it.settingsSchema ?? NO_SETTINGS, "the settings' schema");
  return {
    name: check.text(it.name, "the manifest's name"),
    version: check.text(it.version, "the manifest's version"),
    summary: check.text(it.summary, "the manifest's summary"),
    actions: check.list(it.actions, "the manifest's actions", action),
    settingsSchema: check.text(schema, "the settings' schema"),
    auth: texts(it.auth ?? ["none"], "the manifest's auth"),
    requests: texts(it.requests, "the manifest's requests"),
    readsHeaders: texts(it.readsHeaders ?? [], "the manifest's headers"),
  };
}

function action(from: sdk.Action): wit.Action {
  const detections = ["feed", "consuming-feed", "snapshot"] as const;
  return {
    name: check.text(from.name, "an action's name"),
    summary: check.text(from.summary, "an action's summary"),
    events: texts(from.events, "an action's events"),
    detection: check.oneOf(detections, from.detection, "an action's detection"),
    fastest: check.count(from.fastest, "an action's fastest interval"),
    lists: Boolean(from.lists),
    recordTime: from.recordTime === undefined ? null : recordTime(from.recordTime),
  };
}

const FORMS = ["rfc3339", "date", "epoch-seconds", "epoch-milliseconds", "sequence"] as const;

function recordTime(from: sdk.RecordTime): wit.RecordTime {
  const it = check.object(from, "an action's time");
  return {
    field: check.text(it.field, "the field of an action's time"),
    form: check.oneOf(FORMS, it.form, "the form of an action's time"),
    unique: Boolean(it.unique),
  };
}

export function request(from: sdk.Request | undefined): wit.Request {
  const it = check.object(from, "a request");
  return {
    method: check.oneOf(["get", "post"] as const, it.method, "a request's method"),
    target: check.text(it.target, "a request's target"),
    headers: check.list(it.headers, "a request's headers", header),
    body: it.content === null ? null : body(it.content),
  };
}

function header(from: sdk.Header): wit.Header {
  return {
    name: check.text(from.name, "a header's name"),
    value: check.text(from.value, "a header's value"),
  };
}

function body(from: sdk.Body): wit.Body {
  if (from instanceof Uint8Array) {
    return { tag: "bytes", val: from };
  }
  return { tag: "text", val: check.text(from, "a request's body") };
}

export function page(from: sdk.Page): wit.Page {
  const it = check.object(from, "changes' answer");
  return {
    changes: check.list(it.changes, "a page's changes", change),
    unreadable: check.list(it.unreadable ?? [], "a page's unreadable", unreadable),
    notices: texts(it.notices ?? [], "a page's notices"),
    cursor: check.text(it.cursor, "a page's cursor"),
    more: Boolean(it.more),
  };
}

function unreadable(from: sdk.Unreadable): wit.Unreadable {
  return {
    place: check.text(from.place, "an unreadable record's place"),
    id: check.optional(from.id, "an unreadable record's id"),
    reason: check.text(from.reason, "an unreadable record's reason"),
    data: check.text(from.data, "an unreadable record's data"),
  };
}

const KINDS = ["upserted", "deleted", "moved-away"] as const;

function change(from: sdk.Change): wit.Change {
  return {
    id: check.text(from.id, "a change's id"),
    kind: check.oneOf(KINDS, from.kind, "a change's kind"),
    version: check.optional(from.version, "a change's version"),
    content: check.optional(from.content, "a change's content"),
    key: check.optional(from.key, "a change's key"),
    occurredAt: check.optional(from.occurredAt, "a change's time"),
    data: check.text(from.data, "a change's data"),
  };
}

export function step(from: sdk.Step): wit.Step {
  const it = check.object(from, "collect's answer");
  switch (check.oneOf(["fetch", "notify", "skip"] as const, it.kind, "a step's kind")) {
    case "fetch":
      return { tag: "fetch", val: check.list((it as sdk.Fetch).requests, "a fetch", request) };
    case "notify":
      return { tag: "notify", val: notification(it as sdk.Notification) };
    case "skip":
      return { tag: "skip", val: skipped(it as sdk.Skipped) };
  }
}

function notification(from: sdk.Notification) {
  return {
    event: check.text(from.event, "a notification's event"),
    payload: check.text(from.payload, "a notification's payload"),
    memo: check.optional(from.memo, "a notification's memo"),
  };
}

function skipped(from: sdk.Skipped) {
  return {
    reason: check.text(from.reason, "a skip's reason"),
    memo: check.optional(from.memo, "a skip's memo"),
  };
}

export function credentials(from: sdk.Credentials | undefined): wit.Credentials {
  const it = check.object(from, "signedIn's answer");
  const headers = Object.entries(it.headers).map(([name, value]) => header({ name, value }));
  const seconds = it.expiresIn ?? null;
  const expiresIn = seconds === null ? null : check.count(seconds, "the credentials' time");
  return { headers, expiresIn };
}

export function failure(from: sdk.Failure): wit.Failure {
  const { tag, value } = from;
  if (tag !== "throttled") {
    return { tag, val: String(value).toWellFormed() };
  }
  const isSeconds = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff_ffff;
  return { tag, val: isSeconds ? value : null };
}

function texts(from: readonly string[], what: string): string[] {
  return check.list(from, what, (text) => check.text(text, what));
}
