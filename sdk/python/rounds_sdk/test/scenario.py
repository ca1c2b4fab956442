"""A scenario: a file of exchanges, and what must come of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rounds_sdk import _json
from rounds_sdk.change import Unreadable
from rounds_sdk.connector import Connector
from rounds_sdk.failure import Failure, Throttled
from rounds_sdk.test.harness import Harness, Poll, Told
from rounds_sdk.test.script import recorded
from rounds_sdk.time import Time

_MINUTE = 60


class Differs(AssertionError):
    """Something else came of a scenario than it says."""


def play(connector: Connector, scenario: str | Path) -> None:
    """Play the scenario of this file from its first poll to its last.

    Raises `Differs` with what was expected and what came.
    """
    told: dict[str, Any] = _json.read(Path(scenario).read_text(encoding="utf-8"))
    harness = Harness(connector, told["action"], told.get("settings"))
    fields = ("base_url", "allow_origins", "since")
    known = {name: told[name] for name in fields if name in told}
    harness.context = replace(harness.context, **known)
    since = Time.parse(harness.context.since)
    for number, expected in enumerate(told["polls"], start=1):
        now = expected.get("now", str(since.minus_seconds(-number * _MINUTE)))
        mode = {name: expected.get(name, False) for name in ("listing", "silent", "last_try")}
        harness.context = replace(harness.context, **mode)
        _play(harness.at(now), expected, f"poll {number}: ")


def _play(harness: Harness, expected: Mapping[str, Any], where: str) -> None:
    for exchange in expected.get("exchanges", []):
        harness.script.add(*recorded(exchange))
    try:
        poll = harness.poll()
    except Failure as failure:
        if "fails" not in expected:
            raise
        _same(where + "failure", expected["fails"], _named(failure, expected["fails"]))
    else:
        _same(where + "failure", expected.get("fails"), None)
        _as_expected(poll, expected, where)
    _same(where + "exchanges left over", [], harness.script.left())


def _as_expected(poll: Poll, expected: Mapping[str, Any], where: str) -> None:
    _same(where + "cursor", expected.get("cursor", poll.cursor), poll.cursor)
    notifications = expected.get("notifications", [])
    told = [_told(it, as_in) for it, as_in in zip(poll.notifications, notifications, strict=False)]
    more = [_told(it, {}) for it in poll.notifications[len(told) :]]
    _same(where + "notifications", notifications, told + more)
    skipped = [{"record": record, "reason": reason} for record, reason in poll.skipped]
    _same(where + "skipped", expected.get("skipped", []), skipped)
    unreadable = [_unreadable(it) for it in poll.unreadable]
    _same(where + "unreadable", expected.get("unreadable", []), unreadable)
    _same(where + "notices", expected.get("notices", []), poll.notices)


def _told(told: Told, as_in: Mapping[str, Any]) -> dict[str, Any]:
    """Show what was told, with the fields that the scenario gives of it, in its order."""
    change = told.change
    always = {"record": change.id, "event": told.event}
    fields = {**always, "key": change.key or change.id, "version": change.version}
    fields["data"] = json.loads(told.payload)
    names = as_in.keys() | always.keys() | {"data"}
    return {name: fields[name] for name in [*as_in, *fields] if name in names & fields.keys()}


def _unreadable(it: Unreadable) -> dict[str, str]:
    id = {} if it.id is None else {"id": it.id}
    return {"place": it.place, **id, "reason": it.reason}


def _named(failure: Failure, as_in: str) -> str:
    """Name a failure as a scenario does, with its words where the scenario has some."""
    words = failure.text
    if isinstance(failure, Throttled):
        words = "" if failure.seconds is None else str(failure.seconds)
    return f"{failure.case}: {words}" if ": " in as_in else failure.case


def _same(what: str, expected: object, found: object) -> None:
    """Compare as text, so that the order of an object's fields counts as well."""
    if _json.write(expected) != _json.write(found):
        pretty = [json.dumps(it, indent=2, ensure_ascii=False) for it in (expected, found)]
        raise Differs(f"{what}: expected\n{pretty[0]}\nfound\n{pretty[1]}")
