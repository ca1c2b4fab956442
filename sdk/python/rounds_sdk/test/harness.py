"""A connection of one action of a connector, without a host."""

from dataclasses import dataclass, field, replace

from rounds_sdk import _json
from rounds_sdk.change import Change, ChangeKind, Page, Unreadable
from rounds_sdk.connector import Connector
from rounds_sdk.context import Context
from rounds_sdk.request import Request
from rounds_sdk.response import Response
from rounds_sdk.step import Fetch, Notify, Skip
from rounds_sdk.test import check
from rounds_sdk.test.known import Known
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
    unreadable: list[Unreadable] = field(default_factory=list)
    """What could not be read, and was not told before."""
    notices: list[str] = field(default_factory=list)
    """What a user is told of the EHR, and was not told before."""
    cursor: str = ""
    """The cursor after the last page."""

    def events(self) -> list[tuple[str, str]]:
        """List record and event of each notification."""
        return [(told.change.id, told.event) for told in self.notifications]


class Harness:
    """A connection whose cursor, memos and records known are kept from poll to poll.

    Whether it reads the listing, is silent or tries for the last time stands in its `context`.
    """

    def __init__(self, connector: Connector, action: str, settings: object = None) -> None:
        """Poll this action, from 2026-01-01 on unless `context` is replaced."""
        self.context = Context(action=action, settings_json=_json.write(settings or {}))
        self.cursor: str | None = None
        self.listed: str | None = None
        self.script = Script()
        self._connector = connector
        self._manifest = connector.describe()
        self._memos: dict[str, str] = {}
        self._known = Known()

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
        check.listing(self._manifest, self.context)
        poll = Poll()
        for _ in range(check.PAGES):
            page = self._page(poll)
            self._commit(page, poll)
            if not page.has_more:
                self._collect_all(poll)
                return poll
        raise Refused(f"more than {check.PAGES} pages")

    def _page(self, poll: Poll) -> Page:
        cursor = self.listed if self.context.listing else self.cursor
        request = self._connector.poll(self.context, cursor)
        answer = self.script.answer(self._name(request), request.headers)
        poll.requests.append(self._name(request))
        page = self._connector.changes(self.context, cursor, answer)
        check.page(cursor, page)
        return page

    def _commit(self, page: Page, poll: Poll) -> None:
        poll.cursor = page.cursor
        if self.context.listing:
            self.listed = page.cursor
        else:
            self.cursor = page.cursor
        poll.changes.extend(page.changes)
        poll.unreadable.extend(it for it in page.unreadable if self._known.is_new(it))
        poll.notices.extend(it for it in page.notices if self._known.is_news(it))

    def _collect_all(self, poll: Poll) -> None:
        answers: dict[str, Response] = {}
        for change in poll.changes:
            for news in self._known.to_collect(change):
                # Of what nobody hears of, nobody hears that it moved.
                if not (self.context.silent and news.kind is ChangeKind.MOVED_AWAY):
                    self._collect(news, answers, poll)

    def _collect(self, change: Change, answers: dict[str, Response], poll: Poll) -> None:
        is_moved = change.kind is ChangeKind.MOVED_AWAY
        collect = self._connector.moved_away if is_moved else self._connector.collect
        collected: list[Response] = []
        for _ in range(check.STEPS + 1):
            memo = self._memos.get(change.id)
            match collect(self.context, change, memo, collected):
                case Fetch() as step:
                    check.step(step)
                    collected += [self._fetch(request, answers, poll) for request in step.requests]
                case Notify() as told:
                    check.notification(self._manifest, self.context.action, told)
                    self._memos.pop(change.id, None)
                    self._remember(change, told.memo)
                    if not self.context.silent:
                        poll.notifications.append(Told(change, told.event, told.payload))
                    return
                case Skip() as skipped:
                    self._remember(change, skipped.memo)
                    if not self.context.silent:
                        poll.skipped.append((change.id, skipped.reason))
                    return
        raise Refused(f"more than {check.STEPS} steps to collect a change")

    def _fetch(self, request: Request, answers: dict[str, Response], poll: Poll) -> Response:
        """Answer one request; equal ones of a poll are sent once."""
        name = self._name(request)
        if name not in answers:
            answers[name] = self.script.answer(name, request.headers)
            poll.requests.append(name)
        return answers[name]

    def _name(self, request: Request) -> str:
        return check.request(self._manifest, self.context, request)

    def _remember(self, change: Change, memo: str | None) -> None:
        if memo is not None:
            self._memos[change.id] = memo
