"""What `collect` answers: ask more, tell, or pass over."""

from dataclasses import dataclass, field

from rounds_sdk import _json
from rounds_sdk.request import Request


class Step:
    """What is to be done next about one change: made by `fetch`, `notify` or `skip`."""

    __slots__ = ()

    @staticmethod
    def fetch(*requests: Request) -> "Fetch":
        """Send these, and call `collect` again with the answers added."""
        return Fetch(requests)

    @staticmethod
    def notify(event: str, payload: object, memo: str | None = None) -> "Notify":
        """Tell this event, its payload written as JSON: one of `rounds_sdk.model`, or any other.

        The memo is for the record's next change: at most 1 KiB, no patient's data.
        """
        return Notify(event, _json.write(payload), memo)

    @staticmethod
    def skip(reason: str, memo: str | None = None) -> "Skip":
        """Pass over what nobody should hear of, for this reason; no patient's data.

        Without a memo, the record's memo stays as it is.
        """
        return Skip(reason, memo)


@dataclass(frozen=True, slots=True)
class Fetch(Step):
    """Requests to send before `collect` is called again."""

    requests: tuple[Request, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Notify(Step):
    """What is told of one change. Its `repr` shows the event alone."""

    event: str
    """Data model and event type, as `Scheduling.Reschedule`: one that the action declares."""
    payload: str = field(repr=False)
    """JSON text."""
    memo: str | None = field(default=None, repr=False)
    """What the connector wants to know at the record's next change."""


@dataclass(frozen=True, slots=True)
class Skip(Step):
    """What is passed over, and why."""

    reason: str
    """Why nobody should hear of it."""
    memo: str | None = field(default=None, repr=False)
    """As a notification's; `None` leaves the record's memo as it is."""
