"""What every language's SDK does alike."""

import unittest

from rounds_sdk import (
    Change,
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
    link,
    model,
)

BASE = "https://ehr.example/fhir"


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

    def test_bytes_are_no_text(self) -> None:
        with self.assertRaisesRegex(UnexpectedResponse, "no UTF-8"):
            Response(200, b"\xff").text()


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


class LinkTest(unittest.TestCase):
    """Links to a next page."""

    def test_makes_links_whole(self) -> None:
        for found, whole in [
            ("https://ehr.example/fhir?_getpages=1", "https://ehr.example/fhir?_getpages=1"),
            ("HTTPS://EHR.example/fhir/A?p=2", "HTTPS://EHR.example/fhir/A?p=2"),
            ("//ehr.example/fhir/A", "https://ehr.example/fhir/A"),
            ("/fhir/A?p=2", "https://ehr.example/fhir/A?p=2"),
            ("?p=2", "https://ehr.example/fhir/A?p=2"),
            ("A?p=2", "https://ehr.example/fhir/A?p=2"),
        ]:
            self.assertEqual(link.resolve(BASE, "/A", found), whole)

    def test_refuses_links_that_lead_away(self) -> None:
        for found in (
            "https://evil.example/fhir/A",
            "https://ehr.example.evil.example/fhir/A",
            "https://ehr.example@evil.example/fhir",
            "http://ehr.example/fhir/A",
            "https://ehr.example/fhir-other/A",
            "/admin",
            "//evil.example/fhir",
        ):
            with self.subTest(found), self.assertRaises(UnexpectedResponse):
                link.resolve(BASE, "/A", found)

    def test_finds_the_next_link_in_headers(self) -> None:
        value = '</a?p=1>; rel=prev, </a?p=3>; rel="next"'
        self.assertEqual(link.next(Response(200, "", [("link", value)])), "/a?p=3")
        self.assertIsNone(link.next(Response(200)))


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
