"""The connector against the exchanges that it shares with its kin in the other languages."""

import unittest
from pathlib import Path

from rounds_sdk import CursorLost, UnexpectedResponse
from rounds_sdk.test import Harness, play

from connector import Clinic

EXCHANGES = Path(__file__).parent.parent / "exchanges"
NONE = '{"appointments":[]}'
RECORD = '{"id":"a","patientId":"p","changedAt":"2026-01-01T00:00:00Z"}'


class ClinicTest(unittest.TestCase):
    """What the clinic's connector does."""

    def test_what_is_told_is_what_the_scenarios_say(self) -> None:
        scenarios = sorted(EXCHANGES.glob("*.json"))
        self.assertGreater(len(scenarios), 5)
        for scenario in scenarios:
            with self.subTest(scenario.name):
                play(Clinic(), scenario)

    def test_more_of_one_instant_than_the_largest_page_is_not_passed_over(self) -> None:
        clinic = Harness(Clinic(), "appointments")
        clinic.cursor = "2026-01-01T00:00:00Z 5000"
        for limit in (5_000, 10_000):
            page = ",".join([RECORD] * limit)
            asked = f"GET /appointments?changedsince=2026-01-01T00:00:00Z&limit={limit}"
            clinic.on(asked, body=f'{{"appointments":[{page}]}}')
        with self.assertRaisesRegex(UnexpectedResponse, "more than 10000 appointments"):
            clinic.poll()

    def test_a_text_that_is_no_cursor_is_lost(self) -> None:
        for text in ("", "7", "2026-01-01T00:00:00Z", "yesterday 100", "2026-01-01T00:00:00Z 0"):
            clinic = Harness(Clinic(), "appointments")
            clinic.cursor = text
            with self.subTest(text), self.assertRaises(CursorLost):
                clinic.poll()

    def test_a_cursor_from_the_future_is_lost(self) -> None:
        clinic = Harness(Clinic(), "appointments").at("2026-01-01T00:01:00Z")
        clinic.on("GET /appointments?changedsince=2026-01-02T01:01:00%2B01:00&limit=100", body=NONE)
        clinic.cursor = "2026-01-02T01:01:00+01:00 100"
        clinic.poll()
        clinic.cursor = "2026-01-02T00:01:00.001Z 100"
        with self.assertRaisesRegex(CursorLost, "the cursor lies in the future"):
            clinic.poll()


if __name__ == "__main__":
    unittest.main()
