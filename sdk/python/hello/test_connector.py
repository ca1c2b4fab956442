"""The connector, driven as a host would."""

import unittest
from pathlib import Path

from rounds_sdk import UnexpectedResponse
from rounds_sdk.test import Harness, play

from connector import Hello

EXCHANGES = Path(__file__).parent / "exchanges"


class HelloTest(unittest.TestCase):
    """What the connector does."""

    def test_what_is_told_is_what_was_recorded(self) -> None:
        play(Hello(), EXCHANGES / "patients.json")

    def test_an_answer_that_is_no_list_of_patients_is_an_error(self) -> None:
        ehr = Harness(Hello(), "patients")
        ehr.on("GET /patients?since=2026-01-01T00:00:00Z", body='{"error": "closed"}')
        with self.assertRaisesRegex(UnexpectedResponse, "other JSON than expected at patients"):
            ehr.poll()


if __name__ == "__main__":
    unittest.main()
