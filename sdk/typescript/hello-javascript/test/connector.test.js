import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Context, Response } from "rounds-sdk";
import { play } from "rounds-sdk/test";

import connector from "../src/connector.js";

const context = new Context({ action: "patients" });

test("asks from the cursor on", () => {
  const { target } = connector.poll(context, "2026-05-05T10:00:00+02:00");
  assert.equal(target, "/patients?since=2026-05-05T10:00:00%2B02:00");
});

test("an error is no empty page", () => {
  for (const answer of [Response.of(503), Response.of(200, { error: "come back later" })]) {
    assert.throws(() => connector.changes(context, null, answer), { name: "Failure" });
  }
});

test("does what was recorded", () => {
  play(connector, readFileSync("exchanges/two-polls.json", "utf8"));
});
