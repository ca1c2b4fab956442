"""The harness does what the host does, and refuses what the host refuses."""

import json
import tempfile
import unittest
from collections.abc import Sequence
from pathlib import Path

from rounds_sdk import (
    Action,
    Change,
    Connector,
    Context,
    Manifest,
    Page,
    Request,
    Response,
    Step,
)
from rounds_sdk.test import Differs, Harness, Refused, play

FIRST = "GET /changes?at=0"


class Lab(Connector):
    """Does what the answers say: `{"id": …, "more": …}`, then what is collected."""

    def describe(self) -> Manifest:
        results = Action.feed("results", "Results", ["Results.New"], fastest=1)
        requests = ["GET /changes", "GET /result/*"]
        return Manifest("lab", "0.1.0", "", actions=[results], requests=requests)

    def poll(self, context: Context, cursor: str | None) -> Request:
        return Request.get("/changes").query("at", cursor or "0")

    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        page = answer.ok().json()
        changes = [Change.upserted("7", page, version="v1")]
        make = Page.more if page.get("more") else Page.last
        return make(page["cursor"], changes)

    def collect(
        self, context: Context, change: Change, memo: str | None, collected: Sequence[Response]
    ) -> Step:
        if not collected:
            return Step.fetch(Request.get(change.json().get("ask", "/result/7")))
        return Step.notify(collected[0].text(), {"memo": memo}, memo="told")


class HarnessTest(unittest.TestCase):
    """Polls."""

    def test_a_version_is_told_once(self) -> None:
        lab = Harness(Lab(), "results").on(FIRST, body='{"cursor": "1", "more": true}')
        lab.on("GET /changes?at=1", body='{"cursor": "2"}').on("GET /result/7", body="Results.New")
        poll = lab.poll()
        self.assertEqual(poll.events(), [("7", "Results.New")])
        self.assertEqual([told.payload for told in poll.notifications], ['{"memo":null}'])
        self.assertEqual(poll.cursor, "2")

    def test_refuses_what_the_host_refuses(self) -> None:
        for page, result, why in [
            ('{"cursor": "1", "ask": "/admin"}', "", "GET /admin is not among"),
            ('{"cursor": "1", "ask": "/result/7/more"}', "", "is not among"),
            ('{"cursor": "1"}', "Results.Odd", "does not declare the event Results.Odd"),
            ('{"cursor": "0", "more": true}', "", "left the cursor as it was"),
            ('{"cursor": "' + "x" * 20_000 + '"}', "", "20000 bytes of cursor"),
        ]:
            lab = Harness(Lab(), "results").on(FIRST, body=page).on("GET /result/7", body=result)
            lab.cursor = "0"
            with self.subTest(why), self.assertRaisesRegex(Refused, why):
                lab.poll()

    def test_a_scenario_that_says_something_else_differs(self) -> None:
        exchanges = [
            {"request": FIRST, "body": {"cursor": "1"}},
            {"request": "GET /result/7", "body": "Results.New"},
        ]
        told = {"record": "7", "event": "Results.New", "data": {"memo": None}}
        polls: list[tuple[dict[str, object], str]] = [
            ({}, "notifications"),
            ({"notifications": [told], "cursor": "2"}, "cursor"),
            ({"notifications": [{**told, "data": {}}]}, "notifications"),
            ({"notifications": [told], "fails": "unavailable"}, "failure"),
        ]
        for poll, why in polls:
            with self.subTest(why), self.assertRaisesRegex(Differs, f"poll 1: {why}"):
                self.play({"exchanges": exchanges, **poll})
        self.play({"exchanges": exchanges, "notifications": [told], "cursor": "1"})

    def play(self, poll: object) -> None:
        with tempfile.TemporaryDirectory() as folder:
            scenario = Path(folder) / "scenario.json"
            scenario.write_text(json.dumps({"action": "results", "polls": [poll]}))
            play(Lab(), scenario)
