"""What every language's SDK does alike."""

import unittest
from collections.abc import Callable

from rounds_sdk import (
    Change,
    Context,
    CursorLost,
    Failure,
    Request,
    Response,
    Throttled,
    Time,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
    encode,
    fingerprint,
    go_on_from,
    link,
    model,
)
from tests.tables import table


class RequestTest(unittest.TestCase):
    """Requests and what goes into them."""

    def test_encodes_what_would_change_the_meaning(self) -> None:
        for text, encoded in [
            ("2026-05-05T10:00:00.5+02:00", "2026-05-05T10:00:00.5%2B02:00"),
            ("a b&c=d#e?f/g%", "a%20b%26c%3Dd%23e%3Ff%2Fg%25"),
            ("Ünal", "%C3%9Cnal"),
        ]:
            self.assertEqual(encode(text), encoded)

    def test_builds_queries_and_shows_none(self) -> None:
        request = Request.get("/A").query("_count", 100).query("all", True)
        self.assertEqual(request.target, "/A?_count=100&all=true")
        self.assertEqual(repr(request), "Request(GET /A)")

    def test_sends_json(self) -> None:
        request = Request.post("/A").header("X-A", "b").json({"ü": 1})
        self.assertEqual(request.body, '{"ü":1}')
        self.assertEqual(request.headers, (("x-a", "b"), ("content-type", "application/json")))


class ResponseTest(unittest.TestCase):
    """Answers, and what they mean."""

    def test_tells_statuses_apart(self) -> None:
        for status, failure in [
            (401, Unauthorized),
            (403, Unauthorized),
            (408, Unavailable),
            (503, Unavailable),
            (302, UnexpectedResponse),
            (404, UnexpectedResponse),
        ]:
            with self.subTest(status), self.assertRaisesRegex(failure, f"status {status}"):
                Response(status).ok()
        self.assertEqual(Response(204).ok().text(), "")

    def test_a_pause_is_obeyed_where_it_is_in_seconds(self) -> None:
        for value, seconds in [("30", 30), (" 0 ", 0), ("tomorrow", None), ("99999999999", None)]:
            with self.subTest(value), self.assertRaises(Throttled) as raised:
                Response(429, "", [("retry-after", value)]).ok()
            self.assertEqual(raised.exception.seconds, seconds)

    def test_a_web_page_is_no_answer(self) -> None:
        for answer in (
            Response(200, "x", [("content-type", "text/HTML; charset=utf-8")]),
            Response(200, " \n<!DOCTYPE html><p>"),
        ):
            with self.assertRaisesRegex(UnexpectedResponse, "HTML with status 200"):
                answer.ok()

    def test_says_what_came_instead(self) -> None:
        for row in table("answers"):
            headers = [("content-type", row["media_type"])] if "media_type" in row else []
            body = bytes(row["bytes"]) if "bytes" in row else row["body"]
            answer = Response(row["status"], body, headers)
            for read, expected in ((answer.ok, row.get("ok")), (answer.json, row.get("json"))):
                with self.subTest(row):
                    self.assertSaid(read, expected)
        self.assertEqual(Response(200, b"\xef\xbb\xbf[1]").json(), [1])

    def assertSaid(self, read: Callable[[], object], expected: str | None) -> None:  # noqa: N802
        """Compare a failure; `*` is a place, which each reader of JSON has its own words for."""
        if expected is None:
            read()
            return
        with self.assertRaises(Failure) as raised:
            read()
        start, _, end = expected.partition("*")
        said = str(raised.exception)
        self.assertTrue(said.startswith(start) and said.endswith(end), said)


class TimeTest(unittest.TestCase):
    """Instants."""

    def test_compares_instants_not_texts(self) -> None:
        berlin, utc = (
            Time.parse(it) for it in ("2026-05-05T12:00:00+02:00", "2026-05-05T10:00:00.000Z")
        )
        self.assertEqual(berlin, utc)
        self.assertGreater(Time.parse("2026-05-05T10:00:00.000000001Z"), utc)

    def test_refuses_what_is_no_instant(self) -> None:
        for text in (
            "",
            "2026-05-05",
            "2026-05-05T10:00:00",
            "2026-05-05 10:00",
            "2026-02-30T10:00:00Z",
            "2026-05-05T24:00:00Z",
            "2026-05-05T10:61:00Z",
            "2026-05-05T10:00:61Z",
            "2026-05-05T10:00:00+24:00",
            "0000-05-05T10:00:00Z",
            "٢٠٢٦-05-05T10:00:00Z",
        ):
            with self.subTest(text), self.assertRaises(UnexpectedResponse):
                Time.parse(text)

    def test_shifts_and_prints(self) -> None:
        time = Time.parse("2026-05-05T10:00:00.25Z")
        self.assertEqual(str(time.minus_seconds(5)), "2026-05-05T09:59:55.25Z")
        self.assertEqual(str(time.floor_to_second()), "2026-05-05T10:00:00Z")
        self.assertEqual(time.millis_since(time.minus_seconds(2)), 2000)
        self.assertEqual(str(Time.parse("2016-12-31T23:59:60Z")), "2016-12-31T23:59:59Z")
        self.assertEqual(str(time.minus_seconds(10**11)), "0001-01-01T00:00:00Z")
        self.assertEqual(str(Time.parse("1969-12-31T23:59:59.5Z")), "1969-12-31T23:59:59.5Z")

    def test_reads_dates_of_http(self) -> None:
        found = Time.from_http("Tue, 05 May 2026 10:00:00 GMT")
        self.assertEqual(str(found), "2026-05-05T10:00:00Z")
        for text in ("", "Tue, 05 Mai 2026 10:00:00 GMT", "Tue, 31 Feb 2026 10:00:00 GMT"):
            self.assertIsNone(Time.from_http(text))


    def test_numbers_are_the_times_that_they_are_in_every_language(self) -> None:
        for row in table("epoch"):
            number, is_seconds = row["number"], row["unit"] == "seconds"
            with self.subTest(number):
                read = Time.from_epoch_seconds if is_seconds else Time.from_epoch_millis
                if row["time"] is None:
                    with self.assertRaisesRegex(UnexpectedResponse, "no epoch time"):
                        read(number)
                    continue
                time = read(number)
                self.assertEqual(str(time), row["time"])
                printed = time.epoch_seconds() if is_seconds else time.epoch_millis()
                self.assertEqual(printed, row["printed"])

    def test_numbers_of_python_and_whole_milliseconds(self) -> None:
        self.assertEqual(Time.from_epoch_seconds(1.5), Time.from_epoch_millis(1500))
        self.assertEqual(str(Time.from_epoch_seconds(1767225600.123)), "2026-01-01T00:00:00.123Z")
        self.assertEqual(Time.from_epoch_millis("-1.25").floor_to_milli().epoch_millis(), "-2")
        for number in (float("nan"), float("inf"), 1e300, 10**5000, True):
            with self.subTest(type(number)), self.assertRaises(UnexpectedResponse):
                Time.from_epoch_seconds(number)

    def test_nothing_is_asked_from_the_future(self) -> None:
        for row in table("ahead"):
            context = Context(action="a", now=row["now"])
            answer = Response(200, "", [("date", row["date"])] if row["date"] else [])
            seen = [Time.parse(time) for time in row["seen"]]
            with self.subTest(row):
                if row["from"] is None:
                    with self.assertRaisesRegex(CursorLost, "a cursor of the future"):
                        go_on_from(context, answer, Time.parse(row["since"]), seen)
                    continue
                found = go_on_from(context, answer, Time.parse(row["since"]), seen)
                self.assertEqual(str(found), row["from"])


class LinkTest(unittest.TestCase):
    """Links to a next page."""

    def test_finds_the_next_link_in_headers(self) -> None:
        for row in table("links")["next"]:
            headers = [("date", "<x>; rel=next"), *(("link", value) for value in row["links"])]
            self.assertEqual(link.next(Response(200, "", headers)), row["next"], row)
        for row in table("links")["in_header"]:
            headers = [] if row["value"] is None else [("x-next-page", row["value"])]
            found = link.in_header(Response(200, "", headers), "X-Next-Page")
            self.assertEqual(found, row["link"], row)

    def test_turns_links_into_targets(self) -> None:
        for row in table("links")["resolve"]:
            target = link.resolve(row["base"], row["asked"], row["link"])
            self.assertEqual(target, row["target"], row)


class ModelTest(unittest.TestCase):
    """Fingerprints, models, and what they do not show."""

    def test_fingerprints_keep_parts_apart_and_stay_the_same(self) -> None:
        self.assertEqual(fingerprint([]), "cbf29ce484222325")
        self.assertNotEqual(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]))

    def test_models_spell_as_integration_teams_know_it(self) -> None:
        demographics = model.Demographics(dob="1906-12-09", address=model.Address(zip="22201"))
        plain = demographics.plain()
        self.assertEqual(plain["DOB"], "1906-12-09")
        self.assertEqual(plain["EmailAddresses"], [])
        order = model.ResultOrder().plain()
        self.assertIn("ApplicationOrderID", order)
        self.assertEqual(list(model.Location().plain()), ["Type", "Facility", "Department", "Room"])

    def test_previous_identifiers_are_there_where_there_are_any(self) -> None:
        self.assertNotIn("PreviousIdentifiers", model.Patient().plain())
        merged = model.Patient(previous_identifiers=[model.Identifier(id="7")])
        self.assertEqual(
            list(merged.plain()),
            ["Identifiers", "PreviousIdentifiers", "Demographics", "Notes", "Contacts"],
        )

    def test_nothing_of_a_patient_is_shown(self) -> None:
        shown = [
            model.Demographics(last_name="Doe"),
            Response(200, "Doe", [("x", "Doe")]),
            Change.upserted("Doe", "Doe", version="Doe", key="Doe"),
        ]
        for it in shown:
            self.assertNotIn("Doe", repr(it))

    def test_every_failure_is_one(self) -> None:
        self.assertEqual(str(Throttled(30)), "throttled for 30 s")
        self.assertEqual(str(Throttled()), "throttled")
        self.assertEqual(str(UnexpectedResponse("x")), "unexpected response: x")
        self.assertTrue(issubclass(Throttled, Failure))
