/** The border: what leaves a connector is the contract's, whatever the connector does. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { guest } from "../dist/guest.js";
import {
  Action,
  Change,
  connector,
  Failure,
  fit,
  Page,
  readEach,
  Request,
  shape,
  Step,
} from "../dist/index.js";

const context = {
  action: "patients",
  settings: "{}",
  baseUrl: "http://ehr.example",
  allowOrigins: ["https://b"],
  since: "2026-01-01T00:00:00Z",
  now: "2026-01-01T00:01:00Z",
  interrupted: false,
  listing: false,
  silent: false,
  lastTry: false,
};
const answer = { status: 200, headers: [], body: { tag: "text", val: "{}" } };

const some = {
  describe: () => ({
    name: "some",
    version: "0.1.0",
    summary: "Some",
    actions: [Action.feed("patients", "Patients", ["A.B"], 60)],
    requests: ["GET /x"],
  }),
  poll: (_context, cursor) => Request.get("/x").query("since", cursor ?? "none"),
  changes: () => Page.last("1", [Change.upserted("7", { a: 1 }, { version: "\ud800v" })]),
};

test("hands over the contract's types", () => {
  const { connector: it, world } = guest(connector({ ...some }));
  assert.equal(world, "connector-plugin");
  assert.equal(it.describe().settingsSchema, '{"type":"object","additionalProperties":false}');
  const request = { method: "get", target: "/x?since=none", headers: [], body: null };
  assert.deepEqual(it.poll(context, null), request);
  const [change] = it.changes(context, null, answer).changes;
  assert.equal(change.version, "\ufffdv");
  const step = it.collect(context, change, null, []);
  assert.deepEqual(step, { tag: "notify", val: { event: "A.B", payload: '{"a":1}', memo: null } });
});

test("every field of the contract goes both ways", () => {
  const seen = [];
  const actions = [
    Action.feed("a", "A", ["A.B"], 7, {
      lists: true,
      recordTime: { field: "at", form: "date", unique: true },
    }),
    Action.snapshot("b", "B", [], 8),
  ];
  const odd = [
    { place: "entry 3", reason: "no id", data: '{"a":1}' },
    { place: "4", id: "x", reason: "no", data: "null" },
  ];
  const details = { version: "v", content: "c", key: "k", occurredAt: "o" };
  const found = [Change.upserted("7", 1, details), ...odd, Change.deleted("8")];
  const page = Page.more("9", found, { notices: ["It does not sort."] });
  const { connector: it } = guest({
    describe: () => ({ ...some.describe(), actions, readsHeaders: ["x-next"] }),
    poll: (given) => (seen.push(given), Request.get("/x")),
    changes: () => page,
    collect: (_context, change) => (seen.push(change), Step.skip("collected")),
    movedAway: (_context, change) => (seen.push(change), Step.skip("moved")),
  });
  assert.deepEqual(
    it.describe().actions.map(({ fastest, lists }) => [fastest, lists]),
    [
      [7, true],
      [8, false],
    ],
  );
  assert.deepEqual(it.describe().readsHeaders, ["x-next"]);
  assert.deepEqual(
    it.describe().actions.map(({ recordTime }) => recordTime),
    [{ field: "at", form: "date", unique: true }, null],
  );
  it.poll(context, null);
  assert.deepEqual(seen.pop().allowOrigins, ["https://b"]);
  for (const flag of ["interrupted", "listing", "silent", "lastTry"]) {
    it.poll({ ...context, [flag]: true }, null);
    const { interrupted, listing, silent, lastTry } = seen.pop();
    const flags = { interrupted, listing, silent, lastTry };
    assert.deepEqual(
      Object.entries(flags).filter(([, is]) => is),
      [[flag, true]],
    );
  }
  const { changes, unreadable, notices } = it.changes(context, null, answer);
  assert.deepEqual(unreadable, [
    { place: "entry 3", id: null, reason: "no id", data: '{"a":1}' },
    { place: "4", id: "x", reason: "no", data: "null" },
  ]);
  assert.deepEqual(notices, ["It does not sort."]);
  assert.deepEqual(changes[0], { id: "7", kind: "upserted", ...details, data: "1" });
  assert.equal(changes[1].content, null);
  assert.equal(it.collect(context, changes[0], null, []).val.reason, "collected");
  assert.deepEqual({ ...seen.pop() }, { ...changes[0] });
  const moved = { ...changes[0], kind: "moved-away" };
  assert.equal(it.collect(context, moved, null, []).val.reason, "moved");
  assert.deepEqual({ ...seen.pop() }, moved);
  const usual = guest({ ...some }).connector.collect(context, moved, null, []);
  assert.equal(usual.val.reason, "it has another key from now on");
});

test("a page without more is whole", () => {
  const { unreadable, notices } = guest({ ...some }).connector.changes(context, null, answer);
  assert.deepEqual([unreadable, notices], [[], []]);
});

test("a record that does not fit is told by its place", () => {
  const Record = shape.object({ id: shape.text });
  assert.deepEqual(fit({ id: "7", more: 1 }, Record), { id: "7", more: 1 });
  const said = { tag: "unexpected-response", message: /other JSON than expected: \/id is no text/ };
  assert.throws(() => fit({ id: 7 }, Record), said);
});

test("an odd record takes no other along", () => {
  const read = (record) =>
    Change.upserted(fit(record, shape.object({ id: shape.text })).id, record);
  const found = readEach("list", [{ id: "1" }, null, { id: 2, x: 1 }, 7], read);
  const [{ changes, unreadable }] = [Page.last("9", found)];
  assert.deepEqual(
    changes.map(({ id }) => id),
    ["1"],
  );
  const told = unreadable.map(({ place, id, data }) => [place, id, data]);
  assert.deepEqual(told, [
    ["list[1]", null, "null"],
    ["list[2]", null, '{"id":2,"x":1}'],
    ["list[3]", null, "7"],
  ]);
  const broken = () => {
    throw new TypeError("x");
  };
  assert.throws(() => readEach("list", [1], broken), TypeError);
});

test("takes a class, and a sign-in", () => {
  class Clinic {
    describe = some.describe;
    login = () => Request.post("/login").body("text/plain", "{{secret.password}}");
    signedIn = () => ({ headers: { authorization: "Session 1" }, expiresIn: 60 });
  }
  const { session, world } = guest(Clinic);
  assert.equal(world, "session-connector-plugin");
  assert.equal(session.login(context).body.val, "{{secret.password}}");
  const headers = [{ name: "authorization", value: "Session 1" }];
  assert.deepEqual(session.signedIn(context, answer), { headers, expiresIn: 60 });
});

test("every exception is a failure of the contract", () => {
  for (const [poll, tag, val] of [
    [
      () => {
        throw Failure.throttled(17);
      },
      "throttled",
      17,
    ],
    [
      () => {
        throw Failure.cursorLost("gone");
      },
      "cursor-lost",
      "gone",
    ],
    [
      () => {
        throw new Error("words 🩺");
      },
      "internal",
      /^Error: words 🩺 \(at .*guest\.test\.js:\d+:\d+\)$/,
    ],
    [() => undefined.x, "internal", /^TypeError: .*undefined/],
    [() => JSON.parse('{"name": Jane}'), "internal", /^SyntaxError( \(.*)?$/],
    [
      () => {
        throw "Jane Doe";
      },
      "internal",
      "threw string, no error",
    ],
    [() => undefined, "internal", "a request is undefined"],
    [async () => Request.get("/x"), "internal", /not async/],
    [
      () => ({ method: "get", target: 7, headers: [], content: null }),
      "internal",
      "a request's target is number, no text",
    ],
    [
      () => ({ method: "put", target: "/x", headers: [], content: null }),
      "internal",
      "a request's method is none of get, post",
    ],
  ]) {
    const thrown = catching(() => guest({ ...some, poll }).connector.poll(context, null));
    assert.equal(thrown.tag, tag);
    val instanceof RegExp ? assert.match(thrown.val, val) : assert.equal(thrown.val, val);
  }
});

test("what is no connector is told at once", () => {
  assert.throws(() => guest(undefined), /no connector/);
  assert.throws(() => guest({}), /no connector/);
});

function catching(call) {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return assert.fail("nothing was thrown");
}
