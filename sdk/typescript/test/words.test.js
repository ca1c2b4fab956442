/** The helpers, by tables; the tables are those of the Rust SDK where it has them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Context, Failure, goOnFrom, Numeral, Request, Response, Time } from "../dist/index.js";
import { decodeUtf8, encode, encodeUtf8, fingerprint, hash, link } from "../dist/index.js";

/** One of the tables that every language's SDK is tested by. */
function table(name) {
  return JSON.parse(readFileSync(new URL(`../../tables/${name}.json`, import.meta.url), "utf8"));
}

test("encodes what would change the meaning", () => {
  for (const [text, encoded] of [
    ["2026-05-05T10:00:00.5+02:00", "2026-05-05T10:00:00.5%2B02:00"],
    ["a b&c=d#e?f/g%", "a%20b%26c%3Dd%23e%3Ff%2Fg%25"],
    ["Ünal!'()*~", "%C3%9Cnal%21%27%28%29%2A~"],
    ["\ud800", "%EF%BF%BD"],
  ]) {
    assert.equal(encode(text), encoded);
  }
});

test("builds queries", () => {
  const request = Request.get("/Appointment").query("_count", 100).query("date", "ge2026+1");
  assert.equal(request.target, "/Appointment?_count=100&date=ge2026%2B1");
  const post = Request.post("/x").header("X-A", "1").json({ a: null });
  assert.deepEqual([post.method, post.content], ["post", '{"a":null}']);
  assert.deepEqual(
    post.headers.map(({ name }) => name),
    ["x-a", "content-type"],
  );
});

test("fingerprints keep parts apart and stay the same", () => {
  assert.equal(fingerprint([]), "cbf29ce484222325");
  assert.notEqual(hash(["ab", "c"]), hash(["a", "bc"]));
  assert.equal(fingerprint(["2026-05-05T10:00:00Z", "ü"]).length, 16);
});

test("reads and writes UTF-8", () => {
  for (const text of ["", "aü€🩺", "\u0000\u007f\u0080\u07ff\u0800\uffff\u{10ffff}"]) {
    assert.deepEqual(encodeUtf8(text), new TextEncoder().encode(text));
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
  }
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    assert.equal(decodeUtf8(Uint8Array.from(bytes)), null);
  }
});

test("finds the next link in headers", () => {
  for (const { links, next } of table("links").next) {
    const found = links.map((value) => ({ name: "link", value }));
    const headers = [{ name: "date", value: "<x>; rel=next" }, ...found];
    assert.equal(link.next(new Response(200, headers, "")), next, links);
  }
  for (const { value, link: found } of table("links").in_header) {
    const answer = Response.of(200, "", value === null ? {} : { "x-next-page": value });
    assert.equal(link.inHeader(answer, "X-Next-Page"), found, value);
  }
});

test("turns links into targets", () => {
  for (const { base, asked, link: found, target } of table("links").resolve) {
    assert.equal(link.resolve(base, asked, found), target, `${base} ${asked} ${found}`);
  }
});

test("numbers are the times that they are in every language", () => {
  for (const { unit, number, time, printed } of table("epoch")) {
    const [read, print] =
      unit === "seconds"
        ? [Time.fromEpochSeconds, (it) => it.epochSeconds()]
        : [Time.fromEpochMillis, (it) => it.epochMillis()];
    if (time === null) {
      const message = "unexpected response: no epoch time of the years 1 to 9999";
      assert.throws(() => read(number), { message }, number);
    } else {
      assert.deepEqual([`${read(number)}`, print(read(number))], [time, printed], number);
    }
  }
});

test("numbers of JavaScript and whole milliseconds", () => {
  assert.equal(`${Time.fromEpochSeconds(1767225600.123)}`, "2026-01-01T00:00:00.123Z");
  const numeral = new Numeral("1767225600.123456789");
  assert.equal(Time.fromEpochSeconds(numeral).epochSeconds(), `${numeral}`);
  assert.equal(Time.fromEpochMillis(1500n).compare(Time.fromEpochSeconds(1.5)), 0);
  assert.equal(Time.fromEpochMillis("-1.25").floorToMilli().epochMillis(), "-2");
  for (const number of [NaN, Infinity, 1e300, 10n ** 5000n]) {
    assert.throws(() => Time.fromEpochSeconds(number), { tag: "unexpected-response" });
  }
});

test("nothing is asked from the future", () => {
  for (const { now, date, since, seen, from } of table("ahead")) {
    const context = new Context({ now });
    const answer = Response.of(200, "", date === null ? {} : { date });
    const found = () => goOnFrom(context, answer, Time.parse(since), seen.map(Time.parse));
    if (from === null) {
      assert.throws(found, { message: "cursor lost: a cursor of the future" });
    } else {
      assert.equal(`${found()}`, from, `${now} ${date} ${since} ${seen}`);
    }
  }
});

test("says what came instead", () => {
  for (const { status, media_type, body, bytes, ok, json } of table("answers")) {
    const headers = media_type === undefined ? {} : { "content-type": media_type };
    const answer = Response.of(status, bytes ? Uint8Array.from(bytes) : body, headers);
    for (const [read, expected] of [
      [() => answer.ok(), ok],
      [() => answer.json(), json],
    ]) {
      // `*` stands for a place, which each reader of JSON has its own words for.
      const [start, end = ""] = expected?.split("*") ?? [];
      const said = failureOf(read)?.message;
      const isSaid = said?.startsWith(start) && said.endsWith(end);
      assert.ok(expected === undefined ? said === undefined : isSaid, `${said}: ${expected}`);
    }
  }
  assert.deepEqual(Response.of(200, Uint8Array.of(0xef, 0xbb, 0xbf, 0x5b, 0x5d)).json(), []);
});

test("compares instants, not texts", () => {
  const [berlin, utc] = ["2026-05-05T12:00:00+02:00", "2026-05-05T10:00:00.000Z"].map(Time.parse);
  assert.equal(berlin.compare(utc), 0);
  assert.ok(Time.parse("2026-05-05T10:00:00.000000001Z") > utc);
  for (const text of ["2026-05-05T10:00:00", "2026-02-29T10:00:00Z", "2026-05-05T24:00:00Z", ""]) {
    assert.throws(() => Time.parse(text), { tag: "unexpected-response" }, text);
  }
});

test("shifts and prints", () => {
  const time = Time.parse("2026-05-05T10:00:00.25Z");
  assert.equal(`${time.minusSeconds(5)}`, "2026-05-05T09:59:55.25Z");
  assert.equal(`${time.floorToSecond()}`, "2026-05-05T10:00:00Z");
  assert.equal(time.millisSince(time.minusSeconds(2)), 2000);
  assert.equal(`${Time.fromHttp("Tue, 05 May 2026 10:00:00 GMT")}`, "2026-05-05T10:00:00Z");
  assert.equal(Time.fromHttp("yesterday"), null);
  assert.equal(`${Time.parse("1969-12-31T23:59:59.9Z").floorToSecond()}`, "1969-12-31T23:59:59Z");
});

test("tells statuses apart", () => {
  const html = { "content-type": "text/HTML; charset=utf-8" };
  for (const [answer, message] of [
    [Response.of(200, {}), undefined],
    [Response.of(204), undefined],
    [Response.of(200, "x", html), "unexpected response: HTML with status 200"],
    [Response.of(200, " \n<!DOCTYPE html><p>"), "unexpected response: HTML with status 200"],
    [Response.of(401), "unauthorized: status 401"],
    [Response.of(403), "unauthorized: status 403"],
    [Response.of(404), "unexpected response: status 404"],
    [Response.of(302), "unexpected response: status 302"],
    [Response.of(429, "", { "retry-after": "30" }), "throttled for 30 s"],
    [Response.of(429, "", { "retry-after": "tomorrow" }), "throttled"],
    [Response.of(503), "unavailable: status 503"],
  ]) {
    assert.equal(failureOf(() => answer.ok())?.message, message);
  }
});

test("a numeral is a number of JSON", () => {
  assert.equal(new Numeral("1.0") + 1, 2);
  assert.equal(`${new Numeral("12345678901234567890")}`, "12345678901234567890");
  assert.throws(() => new Numeral('1,"a":2'), TypeError);
});

function failureOf(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Failure);
    return error;
  }
}
