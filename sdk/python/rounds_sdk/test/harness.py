"""A connection of one action of a connector, without a host."""

from dataclasses import dataclass, field, replace

from rounds_sdk import _json
from rounds_sdk.change import Change, Page
from rounds_sdk.connector import Connector
from rounds_sdk.context import Context
from rounds_sdk.request import Request
from rounds_sdk.response import Response
from rounds_sdk.step import Fetch, Notify, Skip
from rounds_sdk.test import check
from rounds_sdk.test.script import Refused, Script

__all__ = ["Harness", "Poll", "Refused", "Told"]


@dataclass(frozen=True, slots=True)
class Told:
    """A notification, with the change that it is of."""

    change: Change
    """The change."""
    event: str
    """The event."""
    payload: str = field(repr=False)
    """JSON text, byte for byte what is delivered as `data`."""


@dataclass(slots=True)
class Poll:
    """What one poll did."""

    requests: list[str] = field(default_factory=list)
    """Every request that was sent, as `GET /Patient/7`."""
    changes: list[Change] = field(default_factory=list)
    """Every change of every page, those seen before included."""
    notifications: list[Told] = field(default_factory=list)
    """What was told, in order."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """What was passed over: the record's id, and why."""
    cursor: str = ""
    """The cursor after the last page."""

    def events(self) -> list[tuple[str, str]]:
        """List record and event of each notification."""
        return [(told.change.id, told.event) for told in self.notifications]


class Harness:
    """A connection whose cursor, memos and versions seen are kept from poll to poll."""

    def __init__(self, connector: Connector, action: str, settings: object = None) -> None:
        """Poll this action, from 2026-01-01 on unless `context` is replaced."""
        self.context = Context(action=action, settings_json=_json.write(settings or {}))
        self.cursor: str | None = None
        self.script = Script()
        self._connector = connector
        self._manifest = connector.describe()
        self._memos: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()

    def on(self, request: str, status: int = 200, body: str = "") -> "Harness":
        """Answer this request, as `GET /Patient/7`, once."""
        self.script.add(request, Response(status, body))
        return self

    def at(self, now: str) -> "Harness":
        """Move the host's clock."""
        self.context = replace(self.context, now=now)
        return self

    def poll(self) -> Poll:
        """Poll once, to the end. After an exception, the pages before it stay committed.

        Raises the connector's failure, or `Refused` at what a host would refuse.
        """
        poll = Poll()
        for _ in range(check.PAGES):
            page = self._page(poll)
            self.cursor = poll.cursor = page.cursor
            poll.changes.extend(page.changes)
            if not page.has_more:
                self._collect_all(poll)
                return poll
        raise Refused(f"more than {check.PAGES} pages")

    def _page(self, poll: Poll) -> Page:
        request = self._connector.poll(self.context, self.cursor)
        answer = self.script.answer(self._name(request))
        poll.requests.append(self._name(request))
        page = self._connector.changes(self.context, self.cursor, answer)
        check.page(self.cursor, page)
        return page

    def _collect_all(self, poll: Poll) -> None:
        answers: dict[str, Response] = {}
        for change in poll.changes:
            if change.version is not None:
                if (change.id, change.version) in self._seen:
                    continue
                self._seen.add((change.id, change.version))
            self._collect(change, answers, poll)

    def _collect(self, change: Change, answers: dict[str, Response], poll: Poll) -> None:
        collected: list[Response] = []
        for _ in range(check.STEPS + 1):
            memo = self._memos.get(change.id)
            match self._connector.collect(self.context, change, memo, collected):
                case Fetch() as step:
                    check.step(step)
                    collected += [self._fetch(request, answers, poll) for request in step.requests]
                case Notify() as told:
                    check.notification(self._manifest, self.context.action, told)
                    self._remember(change, told.memo)
                    poll.notifications.append(Told(change, told.event, told.payload))
                    return
                case Skip() as skipped:
                    self._remember(change, skipped.memo)
                    poll.skipped.append((change.id, skipped.reason))
                    return
        raise Refused(f"more than {check.STEPS} steps to collect a change")

    def _fetch(self, request: Request, answers: dict[str, Response], poll: Poll) -> Response:
        """Answer one request; equal ones of a poll are sent once."""
        name = self._name(request)
        if name not in answers:
            answers[name] = self.script.answer(name)
            poll.requests.append(name)
        return answers[name]

    def _name(self, request: Request) -> str:
        return check.request(self._manifest, self.context.base_url, request)

    def _remember(self, change: Change, memo: str | None) -> None:
        if memo is not None:
            self._memos[change.id] = memo
