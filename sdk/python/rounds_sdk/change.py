"""One changed record, and a page of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar, overload

from rounds_sdk import _json
from rounds_sdk.failure import UnexpectedResponse

T = TypeVar("T")


class ChangeKind(Enum):
    """What became of a record."""

    UPSERTED = "upserted"
    """It is new, or differs."""
    DELETED = "deleted"
    """It is gone. Where a whole listing lacks it, the host says so, with the key that it had last
    and `null` for `data`."""
    MOVED_AWAY = "moved-away"
    """It has another key from now on, as an appointment that is another patient's.

    `key` is the one that it had, `data` says what it is now. The host makes it of a change of key
    and has `Connector.moved_away` tell it before that change; no page holds one.
    """


@dataclass(slots=True, kw_only=True)
class Change:
    """One changed record, as the poll reported it. Its `repr` shows its kind alone."""

    id: str = field(repr=False)
    """The record's identifier in the EHR."""
    kind: ChangeKind = ChangeKind.UPSERTED
    """What became of it."""
    version: str | None = field(default=None, repr=False)
    """What the EHR tells two of its states apart by.

    A state is this and its content; one seen before is not notified again, unless the record said
    something else under this version since. `None`, in a feed: each reading of it is another state,
    but where the host reads a stretch of the feed again.
    """
    content: str | None = field(default=None, repr=False)
    """What the record says, as a `fingerprint` of it.

    Without version, time of change and whatever else differs though nothing changed. What says the
    same as the record's last state is told to nobody, what says something else is told even under a
    version seen before. `None`: `data` stands for it where a version was seen before, and another
    version is always news.
    """
    key: str | None = field(default=None, repr=False)
    """Records of one key are notified in order, as those of one patient.

    `None` is the key that the record had last, or its id.
    """
    occurred_at: str | None = field(default=None, repr=False)
    """When it changed, by the EHR's clock (RFC 3339)."""
    data: str = field(default="null", repr=False)
    """What `collect` needs of it: JSON text."""

    @classmethod
    def upserted(
        cls,
        id: str,
        data: object = None,
        *,
        version: str | None = None,
        content: str | None = None,
        key: str | None = None,
        occurred_at: str | None = None,
    ) -> "Change":
        """Tell of a record that is new or differs; `data` is written as JSON."""
        text = _json.write(data)
        return cls(
            id=id, version=version, content=content, key=key, occurred_at=occurred_at, data=text
        )

    @classmethod
    def deleted(
        cls,
        id: str,
        *,
        version: str | None = None,
        key: str | None = None,
        occurred_at: str | None = None,
    ) -> "Change":
        """Tell of a record that is gone; its data is `null`."""
        kind = ChangeKind.DELETED
        return cls(id=id, kind=kind, version=version, key=key, occurred_at=occurred_at)

    @overload
    def json(self) -> Any: ...
    @overload
    def json(self, shape: type[T]) -> T: ...

    def json(self, shape: type[Any] = object) -> Any:
        """Read the data again, in this shape (see `Response.json`)."""
        return _json.of_ehr(self.data, shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record of an answer that cannot be read as one, while others can.

    The host makes a dead letter of it, once, and goes on. Its `repr` shows its place and the
    reason alone.
    """

    place: str
    """Where it stands in the answer, as `entry 3`."""
    id: str | None = field(default=None, repr=False)
    """Its identifier in the EHR, where that can be read."""
    reason: str
    """Why it cannot be read; no patient's data."""
    data: str = field(repr=False)
    """What `collect` would be given for it, should a person have it tried again: JSON text."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer said: changes, and where the next request starts."""

    changes: tuple[Change, ...]
    """In the order in which they are to be told."""
    cursor: str
    """Stored in one step with the changes, so it holds all there is to know."""
    has_more: bool
    """Whether to ask on at once. Then the cursor must differ from the one before."""
    unreadable: tuple[Unreadable, ...] = ()
    """What stands among the changes and cannot be read."""
    notices: tuple[str, ...] = ()
    """What a user should know of this EHR's answers, as that it does not sort.

    A sentence each, always the same for the same: the host tells each once. No patient's data.
    """

    @classmethod
    def last(
        cls, cursor: str, found: Iterable[Change | Unreadable] = (), *, notices: Iterable[str] = ()
    ) -> "Page":
        """Make the last page of a poll, of changes and of what cannot be read."""
        return cls(*_apart(found, cursor, has_more=False), tuple(notices))

    @classmethod
    def more(
        cls, cursor: str, found: Iterable[Change | Unreadable] = (), *, notices: Iterable[str] = ()
    ) -> "Page":
        """Make a page after which the host asks on at once."""
        return cls(*_apart(found, cursor, has_more=True), tuple(notices))


def _apart(
    found: Iterable[Change | Unreadable], cursor: str, *, has_more: bool
) -> tuple[tuple[Change, ...], str, bool, tuple[Unreadable, ...]]:
    found = tuple(found)
    unreadable = tuple(it for it in found if isinstance(it, Unreadable))
    # What is neither is told where the page leaves the connector.
    changes = tuple(it for it in found if not isinstance(it, Unreadable))
    return changes, cursor, has_more, unreadable


def read_each(
    place: str, records: Iterable[object], read: Callable[[Any], Change]
) -> list[Change | Unreadable]:
    """Read records one by one, so that an odd one takes no other along.

    Where `read` raises `UnexpectedResponse`, that record cannot be read, for that reason. `place`
    is where they stand in the answer, as `appointments`.
    """
    return [_read(f"{place}[{at}]", record, read) for at, record in enumerate(records)]


def _read(place: str, record: object, read: Callable[[Any], Change]) -> Change | Unreadable:
    try:
        return read(record)
    except UnexpectedResponse as failure:
        data = _json.write(record)
        id = record.get("id") if isinstance(record, dict) else None
        known = id if isinstance(id, str) else None
        return Unreadable(place=place, id=known, reason=failure.text, data=data)
