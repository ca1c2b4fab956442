/** Playing recordings: what is told, and what is known and told to nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Action,
  Change,
  connector,
  Failure,
  Page,
  readEach,
  Request,
  Step,
} from "../dist/index.js";
import { play } from "../dist/test.js";
import { Known } from "../dist/test/known.js";

/** Does what the answers say: `{ changes: [[id, version, data, key, content], …], odd, notices }`. */
const lab = connector({
  describe: () => ({
    name: "lab",
    version: "0.1.0",
    summary: "Results",
    actions: [
      Action.feed("results", "Results", ["Results.New"], 1, { lists: true }),
      Action.feed("orders", "Orders", ["Order.New"], 1),
    ],
    requests: ["GET /changes"],
  }),
  poll: ({ listing }, cursor) =>
    Request.get(listing ? "/all" : "/changes").query("at", cursor ?? "0"),
  changes(_context, _cursor, answer) {
    const { changes, odd = [], notices, cursor } = answer.ok().json();
    const change = ([id, version, data, key, content]) =>
      Change.upserted(id, data, { version, key, content });
    const none = () => {
      throw Failure.unexpectedResponse("no id");
    };
    return Page.last(cursor, [...changes.map(change), ...readEach("odd", odd, none)], { notices });
  },
  collect: (_context, { data }, memo) => Step.notify("Results.New", [data, memo], "told"),
  movedAway: (_context, { key }, memo) => Step.notify("Results.New", [`gone from ${key}`, memo]),
});

function recording(...polls) {
  const exchange = ({ at = "0", path = "/changes", ...body }) => {
    return { request: `GET ${path}?at=${at}`, body: { changes: [], cursor: "0", ...body } };
  };
  const whole = polls.map(({ answers, ...rest }) => ({
    exchanges: answers.map(exchange),
    ...rest,
  }));
  return JSON.stringify({ action: "results", polls: whole });
}

const told = (data, memo = null, more = {}) => {
  return { record: "7", event: "Results.New", version: "1", data: [data, memo], ...more };
};

test("a state is version and content, and is told once", () => {
  const known = new Known();
  const nothing = { content: null, key: null, occurredAt: null };
  const change = (version, data, more = {}) => {
    return { id: "1", kind: "upserted", version, data, ...nothing, ...more };
  };
  for (const [it, count, what] of [
    [change("v1", "a"), 1, "new"],
    [change("v1", "a"), 0, "again"],
    [change("v1", "b"), 1, "something else under that version"],
    [change("v2", "b"), 1, "another version, with no word of what counts"],
    [change("v3", "x", { content: "c" }), 1, "a content"],
    [change("v4", "y", { content: "c" }), 0, "another version that says the same"],
    [change("v4", "y", { content: "d" }), 1, "something else under that version"],
    [change("v3", "x", { content: "c" }), 0, "an old state, late"],
    [change(null, "x", { content: "e" }), 1, "a content without a version"],
    [change(null, "x", { content: "e" }), 0, "a content without a version, again"],
    [change(null, "a"), 1, "neither, always"],
    [change(null, "a"), 1, "neither, again"],
    [change("v5", "null", { kind: "deleted" }), 1, "gone"],
    [change("v6", "null", { kind: "deleted" }), 0, "gone as before"],
  ]) {
    assert.equal(known.news(it).length, count, what);
  }
});

test("who loses a record hears of it first, and no key is the last one", () => {
  const [ada, ben] = [{ key: "ada" }, { key: "ben" }];
  play(
    lab,
    recording(
      { answers: [{ changes: [["7", "1", 1, "ada"]] }], notifications: [told("1", null, ada)] },
      {
        answers: [{ changes: [["7", "1", 2, "ben"]] }],
        notifications: [told("gone from ada", "told", ada), told("2", null, ben)],
      },
      { answers: [{ changes: [["7", "1", 3]] }], notifications: [told("3", "told", ben)] },
    ),
  );
});

test("what cannot be read and notices are told once, and are missed where they are recorded", () => {
  const answers = [{ odd: [{ id: "8" }, 7], notices: ["It does not sort."] }];
  const unreadable = [
    { place: "odd[0]", id: "8", reason: "no id" },
    { place: "odd[1]", reason: "no id" },
  ];
  const whole = { answers, unreadable, notices: ["It does not sort."] };
  play(lab, recording(whole, { answers }));
  assert.throws(() => play(lab, recording({ answers })), /what cannot be read/);
  assert.throws(() => play(lab, recording({ answers, unreadable })), /the notices/);
  assert.throws(() => play(lab, recording(whole, whole)), /what cannot be read/);
});

test("a silent listing has its own cursor and tells nobody", () => {
  const all = { path: "/all", changes: [["7", "1", 1]], cursor: "9" };
  play(
    lab,
    recording(
      { answers: [all], listing: true, silent: true, cursor: "9" },
      { answers: [{ changes: [["7", "1", 1]] }], cursor: "0" },
      {
        answers: [{ changes: [["7", "2", 2]] }],
        notifications: [told("2", "told", { version: "2" })],
      },
      { answers: [{ ...all, at: "9" }], listing: true },
    ),
  );
  const orders = recording({ answers: [all], listing: true }).replace("results", "orders");
  assert.throws(() => play(lab, orders), /orders does not say that it lists/);
});
