"""What a connector says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Detection(Enum):
    """How an action finds changes."""

    FEED = "feed"
    """The EHR says what changed since a cursor."""
    CONSUMING_FEED = "consuming-feed"
    """Reading takes changes off the EHR's list."""
    SNAPSHOT = "snapshot"
    """The EHR only lists what there is; the host compares."""


class TimeForm(Enum):
    """How a time of change is written."""

    RFC3339 = "rfc3339"
    """A day and a time of it, as RFC 3339 and ISO 8601 write them; without a zone as well."""
    DATE = "date"
    """A day alone, as `2026-05-01`."""
    EPOCH_SECONDS = "epoch-seconds"
    """Seconds since 1970, as a number or as its digits, with decimals maybe."""
    EPOCH_MILLISECONDS = "epoch-milliseconds"
    """Milliseconds since 1970, as a number or as its digits."""
    SEQUENCE = "sequence"
    """A number that is no time and only grows, as a journal counts."""


@dataclass(frozen=True, slots=True)
class RecordTime:
    """Where records say when they changed.

    What `rounds connector test` tries and recordings replace goes by it.
    """

    field: str
    """Where in a record, as the EHR answers it.

    The names that lead there from the record inwards, with dots between, as `changedAt` or
    `meta.lastUpdated`.
    """
    form: TimeForm
    """How it is written."""
    unique: bool = False
    """Whether no two changes share one."""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be polled of an EHR. Made by `feed`, `consuming_feed` or `snapshot`."""

    name: str
    """As `appointments`."""
    summary: str
    """One line for people."""
    events: Sequence[str]
    """The events that it can notify."""
    detection: Detection
    """How it finds changes."""
    fastest: int
    """Polling more often than this many seconds is refused."""
    lists: bool = False
    """Whether its whole listing can be read beside what changed: see `Context.listing`."""
    record_time: RecordTime | None = None
    """Its records' time of change, where they have one."""

    @classmethod
    def feed(
        cls,
        name: str,
        summary: str,
        events: Sequence[str],
        fastest: int,
        *,
        lists: bool = False,
        record_time: RecordTime | None = None,
    ) -> "Action":
        """Make an action whose EHR says what changed since a cursor."""
        return cls(name, summary, events, Detection.FEED, fastest, lists, record_time)

    @classmethod
    def consuming_feed(
        cls,
        name: str,
        summary: str,
        events: Sequence[str],
        fastest: int,
        *,
        lists: bool = False,
        record_time: RecordTime | None = None,
    ) -> "Action":
        """Make an action whose reading takes changes off the EHR's list."""
        return cls(name, summary, events, Detection.CONSUMING_FEED, fastest, lists, record_time)

    @classmethod
    def snapshot(
        cls,
        name: str,
        summary: str,
        events: Sequence[str],
        fastest: int,
        *,
        record_time: RecordTime | None = None,
    ) -> "Action":
        """Make an action whose EHR only lists what there is."""
        return cls(name, summary, events, Detection.SNAPSHOT, fastest, record_time=record_time)


def _no_settings() -> Mapping[str, object]:
    return {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector says of itself. It takes no settings unless it has a schema for them."""

    name: str
    """The connector's name, as configurations give it."""
    version: str
    """Semantic version."""
    summary: str
    """One line for people."""
    actions: Sequence[Action] = field(kw_only=True)
    """What can be polled."""
    requests: Sequence[str] = field(kw_only=True)
    """All that it will ever ask for, as `GET /Patient/*`.

    A method and a path each; `*` stands for one segment, `**` at the end for any number.
    """
    reads_headers: Sequence[str] = field(default=(), kw_only=True)
    """Headers of answers that it reads, in lower case, as `x-next-page`.

    Recordings keep them, beside `content-type`, `link`, `etag`, `last-modified`, `date` and
    `retry-after`. What carries credentials is never kept.
    """
    settings_schema: Mapping[str, object] = field(default_factory=_no_settings, kw_only=True)
    """JSON Schema of the connection's settings."""
    auth: Sequence[str] = field(default=("none",), kw_only=True)
    """Ways to sign in that the EHR offers.

    `none`, `basic`, `bearer`, `header`, `oauth2-client-credentials`, `smart-backend-services`,
    `session`.
    """

    def only_event_of(self, action: str) -> str | None:
        """Name the event of an action that has only one."""
        events = next((known.events for known in self.actions if known.name == action), ())
        return events[0] if len(events) == 1 else None
