/** The connector against the exchanges that it shares with its kin in the other languages. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { Context, Response } from "rounds-sdk";
import { play } from "rounds-sdk/test";

import clinic from "../src/connector.js";

const folder = new URL("../../../exchanges/", import.meta.url);

for (const file of readdirSync(folder)) {
  test(file, () => play(clinic, readFileSync(new URL(file, folder), "utf8")));
}

const context = new Context({ action: "appointments" });

test("a text that is no cursor is lost", () => {
  for (const text of ["", "7", "2026-01-01T00:00:00Z", "yesterday 100", "2026-01-01T00:00:00Z 0"]) {
    assert.throws(() => clinic.poll(context, text), { tag: "cursor-lost" }, text);
  }
});

test("a cursor from the future is lost", () => {
  clinic.poll(context, "2026-01-02T01:01:00+01:00 100");
  const lost = { tag: "cursor-lost", message: /the cursor lies in the future/ };
  assert.throws(() => clinic.poll(context, "2026-01-02T00:01:00.001Z 100"), lost);
});

test("more of one instant than the largest page is told and not passed over", () => {
  const record = { id: "a", patientId: "p", changedAt: "2026-01-01T00:00:00Z" };
  const answer = Response.of(200, { appointments: Array(10_000).fill(record) });
  const cursor = "2026-01-01T00:00:00Z 10000";
  assert.throws(() => clinic.changes(context, cursor, answer), { tag: "unexpected-response" });
});
