"""A clinic whose API says which appointments changed since a time, and who a patient is.

It answers oldest change first and no more than so many, with no link to the next page. So every
page asks from the newest time seen, that time included, and what comes twice the host knows. Where
more records share one time than a page holds, the page grows until it reaches past them. A time
that lies ahead is told and not asked from: nothing before it would be told again. A record that
cannot be read takes no other along, and one that another patient has from now on is cancelled for
the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Required, TypedDict

from rounds_sdk import (
    Action,
    Change,
    Connector,
    Context,
    CursorLost,
    Failure,
    Manifest,
    Page,
    Request,
    Response,
    Step,
    Time,
    UnexpectedResponse,
    encode,
    fingerprint,
    fit,
    read_each,
)

from appointment import Appointment, Patient, cancelled, content_of, event_of, told_with

EVENTS = [
    "Scheduling.New",
    "Scheduling.Reschedule",
    "Scheduling.Modification",
    "Scheduling.Cancel",
    "Scheduling.NoShow",
]
SETTINGS = {
    "type": "object",
    "properties": {"page_size": {"type": "integer", "minimum": 1, "maximum": 1000}},
    "additionalProperties": False,
}
LARGEST_PAGE = 10_000
DAY = 86_400
GONE = (404, 410)
UNREADABLE = "an appointment without what each must have, or with it otherwise"


@dataclass(frozen=True)
class Settings:
    """The connection's settings."""

    page_size: int = 100


class Changed(Appointment):
    """A record, and when it changed."""

    changedAt: Required[str]


class Answer(TypedDict):
    """A page of appointments, each as it came."""

    appointments: list[object]


class Clinic(Connector):
    """The connector."""

    def describe(self) -> Manifest:
        return Manifest(
            "clinic",
            "0.1.0",
            "Appointments of a clinic, with their patients",
            actions=[Action.feed("appointments", "Appointments", EVENTS, fastest=60)],
            settings_schema=SETTINGS,
            auth=["none", "basic", "bearer"],
            requests=["GET /appointments", "GET /patient/*"],
        )

    def poll(self, context: Context, cursor: str | None) -> Request:
        since, limit = position(context, cursor)
        return Request.get("/appointments").query("changedsince", since).query("limit", limit)

    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        since, limit = position(context, cursor)
        records = answer.ok().json(Answer)["appointments"]
        found = read_each("appointments", records, change_of)
        changes = [it for it in found if isinstance(it, Change)]
        newest = newest_of(since, changes, Time.parse(context.now))
        page_size = context.settings(Settings).page_size
        if len(records) < limit:
            return Page.last(f"{newest} {page_size}", found)
        if Time.parse(newest) > Time.parse(since):
            return Page.more(f"{newest} {page_size}", found)
        return Page.more(f"{since} {larger(limit)}", found)

    def collect(
        self, context: Context, change: Change, memo: str | None, collected: Sequence[Response]
    ) -> Step:
        appointment = change.json(Appointment)
        if not collected:
            return ask(appointment["patientId"])
        patient = patient_of(collected[0])
        start = fingerprint([appointment.get("start") or ""])
        event = event_of(appointment, same_start=None if memo is None else memo == start)
        return Step.notify(event, told_with(appointment, patient), memo=start)

    def moved_away(
        self, context: Context, change: Change, memo: str | None, collected: Sequence[Response]
    ) -> Step:
        kind, _, before = (change.key or "").partition("/")
        if memo is None or kind != "patient":
            return Step.skip("nobody was told of it")
        if not collected:
            return ask(before)
        told = told_with(cancelled(change.id, before), patient_of(collected[0]))
        # Without a memo, as it is another's from now on: that one hears of it as new.
        return Step.notify("Scheduling.Cancel", told)


def position(context: Context, cursor: str | None) -> tuple[str, int]:
    """From when to ask, and for how many."""
    if cursor is None:
        return context.since, context.settings(Settings).page_size
    since, _, limit = cursor.partition(" ")
    try:
        time = Time.parse(since)
    except Failure:
        raise CursorLost("not a cursor of this connector") from None
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= LARGEST_PAGE):
        raise CursorLost("not a cursor of this connector")
    if is_ahead(time, Time.parse(context.now)):
        raise CursorLost("the cursor lies in the future")
    return since, int(limit)


def is_ahead(time: Time, now: Time) -> bool:
    """Whether a time is further ahead than a clock goes wrong."""
    return time.minus_seconds(DAY) > now


def newest_of(since: str, changes: Sequence[Change], now: Time) -> str:
    """The latest time that is not ahead, in the clinic's own writing; of equal ones, the last."""
    newest, latest = since, Time.parse(since)
    for change in changes:
        at = change.version or since
        if Time.parse(at) >= latest and not is_ahead(Time.parse(at), now):
            newest, latest = at, Time.parse(at)
    return newest


def change_of(record: object) -> Change:
    """The change that a record tells of."""
    try:
        it = fit(record, Changed)
        at, key = it["changedAt"], f"patient/{it['patientId']}"
        Time.parse(at)
    except UnexpectedResponse:
        raise UnexpectedResponse(UNREADABLE) from None
    content = content_of(it)
    return Change.upserted(it["id"], it, version=at, content=content, key=key, occurred_at=at)


def ask(patient: str) -> Step:
    """Ask for a patient."""
    return Step.fetch(Request.get(f"/patient/{encode(patient)}"))


def patient_of(answer: Response) -> Patient | None:
    """The patient, where the clinic still knows that one."""
    return None if answer.status in GONE else answer.ok().json(Patient)


def larger(limit: int) -> int:
    """The page that may reach past so many of one time."""
    if limit >= LARGEST_PAGE:
        raise UnexpectedResponse("more than 10000 appointments changed at one instant")
    return min(limit * 2, LARGEST_PAGE)
