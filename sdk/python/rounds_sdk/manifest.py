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

    @classmethod
    def feed(
        cls, name: str, summary: str, events: Sequence[str], fastest: int, *, lists: bool = False
    ) -> "Action":
        """Make an action whose EHR says what changed since a cursor."""
        return cls(name, summary, events, Detection.FEED, fastest, lists)

    @classmethod
    def consuming_feed(
        cls, name: str, summary: str, events: Sequence[str], fastest: int, *, lists: bool = False
    ) -> "Action":
        """Make an action whose reading takes changes off the EHR's list."""
        return cls(name, summary, events, Detection.CONSUMING_FEED, fastest, lists)

    @classmethod
    def snapshot(cls, name: str, summary: str, events: Sequence[str], fastest: int) -> "Action":
        """Make an action whose EHR only lists what there is."""
        return cls(name, summary, events, Detection.SNAPSHOT, fastest)


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
