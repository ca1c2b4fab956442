/** What is read of an answer, and what is written: shapes and models. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Change, Context, model, Response, shape } from "../dist/index.js";

const Answer = shape.object({
  items: shape.list(shape.object({ id: shape.text, size: shape.optional(shape.count) })),
});

test("reads what has the shape", () => {
  const body = {
    items: [
      { id: "1", more: true },
      { id: "2", size: 3 },
      { id: "3", size: null },
    ],
  };
  assert.deepEqual(Response.of(200, body).json(Answer), body);
});

test("never quotes what it cannot read", () => {
  for (const [body, place] of [
    [{ items: [{ id: 7, name: "Jane Doe" }] }, "/items/0/id is no text"],
    [{ items: [{ id: "7", size: -1 }] }, "/items/0/size is no whole number from 0 on"],
    [{ error: "Jane Doe" }, "/items is no list"],
    [["Jane Doe"], "/ is no object"],
  ]) {
    const message = `unexpected response: other JSON than expected: ${place}`;
    assert.throws(() => Response.of(200, body).json(Answer), { message });
  }
  for (const body of ['{"items":[', '{"id":Jane}', '"\\ud800"', '{"\\udc00":1}']) {
    const isSilent = ({ tag, message }) => {
      return (
        tag === "unexpected-response" &&
        /^unexpected response: no valid JSON( at line \d+, column \d+)? \(status 200, media type none\)$/.test(
          message,
        )
      );
    };
    assert.throws(() => Response.of(200, body).json(), isSilent, body);
  }
});

test("never parses what is nested too deep", () => {
  const lists = (depth) => "[".repeat(depth) + "]".repeat(depth);
  const message = "unexpected response: JSON nested too deep";
  for (const body of [
    lists(501),
    lists(100_000),
    '{"a":'.repeat(501) + "1" + "}".repeat(501),
    '["]]",'.repeat(501),
    '["\\\\\\"]",'.repeat(501),
  ]) {
    assert.throws(() => Response.of(200, body).json(), { message });
    assert.throws(() => Response.of(200, body).json(shape.any), { message });
  }
  for (const body of [lists(500), `["${'[{\\"'.repeat(501)}"]`, `[${"[{}],".repeat(501)}1]`]) {
    assert.deepEqual(Response.of(200, body).json(shape.any), JSON.parse(body));
  }
  const settings = { message: "invalid settings: JSON nested too deep" };
  assert.throws(() => new Context({ settings: lists(501) }).settings(), settings);
});

test("a record is passed on as it came, as far as the engine can", () => {
  const text = '{"items":[{"id":"a/\\"ü","n":1.5,"x":null,"s":"\\u0000\\b\\u001f\u2028\u007f"}]}';
  const { items } = Response.of(200, text).json(Answer);
  assert.equal(Change.upserted("1", items[0]).data, text.slice(10, -2));
});

test("digits stay", { skip: JSON.rawJSON === undefined && "this Node has no JSON.rawJSON" }, () => {
  const text = '{"a":1.0,"b":12345678901234567890,"c":-0,"d":1e2}';
  const value = Response.of(200, text).json(shape.any);
  assert.equal(Change.upserted("1", value).data, text);
  assert.equal(Response.of(200, "[6.30]").json(shape.tuple(shape.numeral))[0].digits, "6.30");
});

test("models are whole, in the models' order", () => {
  const told = model.Scheduling.of({ Visit: { Duration: 30, VisitNumber: "7" } });
  assert.equal(
    JSON.stringify(told.Visit).slice(0, 96),
    '{"VisitNumber":"7","AccountNumber":null,"VisitDateTime":null,"PatientClass":null,"Status":null,"',
  );
  assert.deepEqual(told.Patient.Identifiers, []);
  assert.equal(told.Patient.Demographics.Address.ZIP, null);
  assert.equal(told.Visit.AttendingProvider, null);
  assert.deepEqual(Object.keys(told), ["Patient", "Visit", "AppointmentInfo"]);
});

test("previous identifiers are there where there are any", () => {
  const keys = (given) => Object.keys(model.Patient.of(given));
  assert.ok(!keys({ PreviousIdentifiers: [] }).includes("PreviousIdentifiers"));
  const merged = { PreviousIdentifiers: [{ ID: "7" }] };
  assert.deepEqual(keys(merged).slice(0, 2), ["Identifiers", "PreviousIdentifiers"]);
});

test("a model refuses what is not its own", () => {
  assert.throws(() => model.Visit.of({ Number: "7" }), { message: "Visit has no field Number" });
  const message = "Scheduling.Visit.Duration is no whole number from 0 on";
  assert.throws(() => model.Scheduling.of({ Visit: { Duration: "Jane Doe" } }), { message });
});
