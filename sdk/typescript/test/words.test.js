/** The helpers, by tables; the tables are those of the Rust SDK where it has them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure, Numeral, Request, Response, Time } from "../dist/index.js";
import { decodeUtf8, encode, encodeUtf8, fingerprint, hash, link } from "../dist/index.js";

const BASE = "https://ehr.example/fhir";

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

test("makes links whole", () => {
  for (const [from, whole] of [
    ["https://ehr.example/fhir?_getpages=1", "https://ehr.example/fhir?_getpages=1"],
    ["HTTPS://EHR.example/fhir/A?p=2", "HTTPS://EHR.example/fhir/A?p=2"],
    ["//ehr.example/fhir/A", "https://ehr.example/fhir/A"],
    ["/fhir/A?p=2", "https://ehr.example/fhir/A?p=2"],
    ["?p=2", "https://ehr.example/fhir/A?p=2"],
    ["A?p=2", "https://ehr.example/fhir/A?p=2"],
  ]) {
    assert.equal(link.resolve(BASE, "/A", from), whole);
  }
});

test("refuses links that lead away", () => {
  for (const away of [
    "https://evil.example/fhir/A",
    "https://ehr.example.evil.example/fhir/A",
    "https://ehr.example@evil.example/fhir",
    "http://ehr.example/fhir/A",
    "https://ehr.example/fhir-other/A",
    "/admin",
    "//evil.example/fhir",
  ]) {
    assert.throws(() => link.resolve(BASE, "/A", away), { tag: "unexpected-response" }, away);
  }
});

test("finds the next link in headers", () => {
  const value = '</a?p=1>; rel=prev, </a?p=3>; rel="next"';
  assert.equal(link.next(Response.of(200)), null);
  assert.equal(link.next(Response.of(200, "", { link: value })), "/a?p=3");
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
