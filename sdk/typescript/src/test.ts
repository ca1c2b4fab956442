/**
 * Plays recorded exchanges to a connector, natively, as `rounds connector test` plays them to
 * its component. It goes through the border that a component's calls go through, so what cannot
 * pass there fails here.
 *
 * @module
 */
import type { Connector } from "./connector.js";
import { type Guest, guest } from "./guest.js";
import type * as wit from "./guest/wit.js";
import { below } from "./link.js";
import { Known } from "./test/known.js";
import {
  answerOf,
  type Exchange,
  type Notified,
  type Odd,
  type Play,
  recordingOf,
} from "./test/recording.js";

export type { Exchange, Notified, Odd, Play, Recording } from "./test/recording.js";

/** What the host remembers from poll to poll. */
interface Memory {
  cursor: string | null;
  /** The listing's own. */
  listed: string | null;
  readonly memos: Map<string, string>;
  readonly known: Known;
}

/** One poll under way: what the EHR has still to answer, and what it answered `collect`. */
interface Poll {
  readonly context: wit.Context;
  readonly left: Exchange[];
  readonly answers: Map<string, wit.Response>;
  readonly told: Notified[];
  readonly skipped: { record: string; reason: string }[];
  readonly unreadable: Odd[];
  readonly notices: string[];
}

/**
 * Plays a recording, which is a file's JSON text, to its end.
 *
 * @throws `Error` that says in which poll the connector left it, and how.
 */
export function play(connector: Connector, recording: string): void {
  const {
    action,
    settings = {},
    base_url: baseUrl = "http://ehr.example",
    allow_origins: origins = [],
    ...rest
  } = recordingOf(recording);
  const { since = "2026-01-01T00:00:00Z", polls } = rest;
  const allowOrigins = [...origins];
  const memory: Memory = { cursor: null, listed: null, memos: new Map(), known: new Known() };
  for (const [at, expected] of polls.entries()) {
    const minutes = (at + 1) * 60_000;
    const now = expected.now ?? new Date(Date.parse(since) + minutes).toISOString();
    const { listing = false, silent = false, last_try: lastTry = false } = expected;
    const mode = { interrupted: false, listing, silent, lastTry };
    const text = JSON.stringify(settings);
    const context = { action, settings: text, baseUrl, allowOrigins, since, now, ...mode };
    const [left, found] = [[...expected.exchanges], { unreadable: [], notices: [] }];
    const poll: Poll = { context, left, answers: new Map(), told: [], skipped: [], ...found };
    const failed = run(guest(connector).connector, poll, memory);
    const cursor = listing ? memory.listed : memory.cursor;
    check(`poll ${at + 1}`, expected, { ...poll, failed, cursor });
  }
}

/** Whether a poll went as it was to go. */
function check(
  where: string,
  expected: Play,
  poll: Poll & { failed: string | null; cursor: string | null },
): void {
  const [fails = null] = expected.fails?.split(": ") ?? [];
  same(`${where}: what failed`, poll.failed?.split(": ")[0] ?? null, fails);
  same(
    `${where}: requests never sent`,
    poll.left.map((it) => it.request),
    [],
  );
  if (expected.cursor !== undefined) {
    same(`${where}: the cursor`, poll.cursor, expected.cursor);
  }
  same(`${where}: what was skipped`, poll.skipped, expected.skipped ?? []);
  same(`${where}: what cannot be read`, poll.unreadable, (expected.unreadable ?? []).map(odd));
  same(`${where}: the notices`, poll.notices, expected.notices ?? []);
  const told = (expected.notifications ?? []).map(({ record, event, key, version, data }) => {
    return { record, event, key: key ?? record, version: version ?? null, data };
  });
  same(`${where}: what was told`, poll.told, told);
}

/** Where a record that cannot be read stands, and why. */
function odd({ place, id, reason }: Odd): Odd {
  return typeof id === "string" ? { place, id, reason } : { place, reason };
}

/** One poll to its end; answers the failure that ended it. */
function run(connector: Guest["connector"], poll: Poll, memory: Memory): string | null {
  try {
    for (const change of changes(connector, poll, memory)) {
      collect(connector, poll, memory, change);
    }
    return null;
  } catch (thrown) {
    if (thrown instanceof Error) {
      throw thrown;
    }
    const { tag, val } = thrown as wit.Failure;
    return `${tag}: ${val}`;
  }
}

/** What is to be collected of all pages. */
function changes(connector: Guest["connector"], poll: Poll, memory: Memory): wit.Change[] {
  const [{ context }, { known }, found] = [poll, memory, [] as wit.Change[]];
  const place = context.listing ? "listed" : "cursor";
  lists(connector, context);
  for (let more = true; more;) {
    const request = connector.poll(context, memory[place]);
    const answer = take(poll, 0, request);
    const page = connector.changes(context, memory[place], answer);
    const news = page.changes.flatMap((change) => known.news(change));
    // Of what nobody hears of, nobody hears that it moved.
    found.push(...news.filter(({ kind }) => !context.silent || kind !== "moved-away"));
    poll.unreadable.push(...page.unreadable.filter((it) => known.isNew(it)).map(odd));
    poll.notices.push(...page.notices.filter((it) => known.isNews(it)));
    memory[place] = page.cursor;
    more = page.more;
  }
  return found;
}

/** A whole listing is asked only of an action that has one. */
function lists(connector: Guest["connector"], { listing, action }: wit.Context): void {
  const { actions } = connector.describe();
  if (listing && !actions.some((it) => it.name === action && it.lists)) {
    throw new Error(`${action} does not say that it lists`);
  }
}

/** Asks on about one change until it is told or passed over. */
function collect(
  connector: Guest["connector"],
  poll: Poll,
  memory: Memory,
  change: wit.Change,
): void {
  const { id, key, version } = change;
  const memo = memory.memos.get(id) ?? null;
  const collected: wit.Response[] = [];
  let step = connector.collect(poll.context, change, memo, collected);
  while (step.tag === "fetch") {
    collected.push(...step.val.map((request) => fetch(poll, request)));
    step = connector.collect(poll.context, change, memo, collected);
  }
  remember(memory, id, step);
  if (poll.context.silent) {
    return;
  }
  if (step.tag === "skip") {
    poll.skipped.push({ record: id, reason: step.val.reason });
    return;
  }
  const { event, payload } = step.val;
  const data: unknown = JSON.parse(payload);
  poll.told.push({ record: id, event, key: key ?? id, version, data });
}

/** A notification without a memo takes the record's away; a skip leaves it. */
function remember({ memos }: Memory, id: string, step: Exclude<wit.Step, { tag: "fetch" }>): void {
  if (step.tag === "notify") {
    memos.delete(id);
  }
  if (step.val.memo !== null) {
    memos.set(id, step.val.memo);
  }
}

/** The answer to a request of `collect`; equal ones of a poll are sent once. */
function fetch(poll: Poll, request: wit.Request): wit.Response {
  const name = nameOf(request, poll.context);
  const at = poll.left.findIndex((exchange) => exchange.request === name);
  const answer = poll.answers.get(name) ?? take(poll, at, request);
  poll.answers.set(name, answer);
  return answer;
}

function take({ left, context }: Poll, at: number, request: wit.Request): wit.Response {
  const [exchange, name] = [left[at], nameOf(request, context)];
  if (exchange?.request !== name) {
    const known = left.map((it) => it.request).join(", ") || "nothing more";
    throw new Error(`asked ${name}, the recording has ${known}`);
  }
  for (const [header, value] of Object.entries(exchange.request_headers ?? {})) {
    const sent = request.headers.find((it) => it.name.toLowerCase() === header)?.value ?? null;
    same(`the header ${header} of ${name}`, sent, value);
  }
  left.splice(at, 1);
  return answerOf(exchange);
}

/** A request as recordings have it: `GET /Patient/7`. */
function nameOf({ method, target }: wit.Request, { baseUrl }: wit.Context): string {
  return `${method.toUpperCase()} ${below(baseUrl, target) ?? target}`;
}

function same(what: string, found: unknown, expected: unknown): void {
  const [is, wanted] = [found, expected].map((value) => JSON.stringify(value, null, 2));
  if (is !== wanted) {
    throw new Error(`${what}\nis ${is}\nand is to be ${wanted}`);
  }
}
