"""The harness does what the host does, and refuses what the host refuses."""

import json
import tempfile
import unittest
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rounds_sdk import (
    Action,
    Change,
    ChangeKind,
    Connector,
    Context,
    Manifest,
    Page,
    Request,
    Response,
    Step,
    fit,
    read_each,
)
from rounds_sdk.test import Differs, Harness, Refused, play

FIRST = "GET /changes?at=0"


class Lab(Connector):
    """Does what the answers say: `{"id": …, "more": …}`, then what is collected."""

    def describe(self) -> Manifest:
        results = Action.feed("results", "Results", ["Results.New"], fastest=1, lists=True)
        orders = Action.feed("orders", "Orders", ["Order.New"], fastest=1)
        requests = ["GET /changes", "GET /result/*"]
        return Manifest("lab", "0.1.0", "", actions=[results, orders], requests=requests)

    def poll(self, context: Context, cursor: str | None) -> Request:
        request = Request.get("/changes").query("at", cursor or "0")
        return request.query("all", True) if context.listing else request

    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        page = answer.ok().json()
        says = page.get("says", "")
        change = Change.upserted("7", page, version="v1", content=says, key=page.get("key"))
        make = Page.more if page.get("more") else Page.last
        odd = read_each("odd", page.get("odd", []), lambda it: Change.upserted(fit(it, str)))
        return make(page["cursor"], [change, *odd], notices=page.get("notices", []))

    def collect(
        self, context: Context, change: Change, memo: str | None, collected: Sequence[Response]
    ) -> Step:
        if not collected:
            return Step.fetch(Request.get(change.json().get("ask", "/result/7")))
        return Step.notify(collected[0].text(), {"memo": memo}, memo="told")

    def moved_away(
        self, context: Context, change: Change, memo: str | None, collected: Sequence[Response]
    ) -> Step:
        return Step.notify("Results.New", {"gone from": change.key, "memo": memo})


class HarnessTest(unittest.TestCase):
    """Polls."""

    def test_a_version_is_told_once(self) -> None:
        lab = Harness(Lab(), "results").on(FIRST, body='{"cursor": "1", "more": true}')
        lab.on("GET /changes?at=1", body='{"cursor": "2"}').on("GET /result/7", body="Results.New")
        poll = lab.poll()
        self.assertEqual(poll.events(), [("7", "Results.New")])
        self.assertEqual([told.payload for told in poll.notifications], ['{"memo":null}'])
        self.assertEqual(poll.cursor, "2")

    def test_what_says_something_else_is_told_under_a_version_seen_before(self) -> None:
        lab = Harness(Lab(), "results").on("GET /result/7", body="Results.New")
        lab.on(FIRST, body='{"cursor": "0"}').on(FIRST, body='{"cursor": "0", "says": "more"}')
        lab.on("GET /result/7", body="Results.New").on(FIRST, body='{"cursor": "0"}')
        told = [lab.poll().events() for _ in range(3)]
        self.assertEqual(told, [[("7", "Results.New")], [("7", "Results.New")], []])

    def test_who_loses_a_record_to_another_key_hears_of_it_first(self) -> None:
        lab = Harness(Lab(), "results").on(FIRST, body='{"cursor": "0", "key": "ada"}')
        lab.on(FIRST, body='{"cursor": "0", "key": "ben", "says": "x"}')
        lab.on(FIRST, body='{"cursor": "0", "says": "y"}')
        for _ in range(3):
            lab.on("GET /result/7", body="Results.New")
        told = [it for _ in range(3) for it in lab.poll().notifications]
        moved = (ChangeKind.MOVED_AWAY, "ada", '{"gone from":"ada","memo":"told"}')
        ben = (ChangeKind.UPSERTED, "ben")
        found = [(it.change.kind, it.change.key, it.payload) for it in told]
        self.assertEqual(found[1], moved)
        self.assertEqual(found[2], (*ben, '{"memo":null}'), "its memo is that of the move")
        self.assertEqual(found[3], (*ben, '{"memo":"told"}'), "no key is the last one")

    def test_what_cannot_be_read_and_notices_are_told_once(self) -> None:
        page = '{"cursor": "0", "odd": [{"id": "8"}, 9], "notices": ["It does not sort."]}'
        lab = Harness(Lab(), "results").on("GET /result/7", body="Results.New")
        poll = lab.on(FIRST, body=page).poll()
        why = "other JSON than expected"
        odd = [("odd[0]", "8", why, '{"id":"8"}'), ("odd[1]", None, why, "9")]
        found = [(it.place, it.id, it.reason, it.data) for it in poll.unreadable]
        self.assertEqual((found, poll.notices), (odd, ["It does not sort."]))
        again = lab.on(FIRST, body=page).poll()
        self.assertEqual((again.unreadable, again.notices), ([], []))

    def test_a_silent_listing_has_its_own_cursor_and_tells_nobody(self) -> None:
        lab = Harness(Lab(), "results").on("GET /changes?at=0&all=true", body='{"cursor": "9"}')
        lab.context = replace(lab.context, listing=True, silent=True)
        lab.on("GET /result/7", body="Results.New")
        self.assertEqual((lab.poll().notifications, lab.cursor, lab.listed), ([], None, "9"))
        lab.context = replace(lab.context, listing=False, silent=False)
        lab.on(FIRST, body='{"cursor": "1", "says": "x"}').on("GET /result/7", body="Results.New")
        told = lab.poll().notifications
        self.assertEqual([it.payload for it in told], ['{"memo":"told"}'], "the memo stayed")
        orders = Harness(Lab(), "orders")
        orders.context = replace(orders.context, listing=True)
        with self.assertRaisesRegex(Refused, "orders does not say that it `lists`"):
            orders.poll()

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
