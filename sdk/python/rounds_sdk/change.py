"""One changed record, and a page of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar, overload

from rounds_sdk import _json

T = TypeVar("T")


class ChangeKind(Enum):
    """What became of a record."""

    UPSERTED = "upserted"
    """It is new, or differs."""
    DELETED = "deleted"
    """It is gone."""


@dataclass(slots=True, kw_only=True)
class Change:
    """One changed record, as the poll reported it. Its `repr` shows its kind alone."""

    id: str = field(repr=False)
    """The record's identifier in the EHR."""
    kind: ChangeKind = ChangeKind.UPSERTED
    """What became of it."""
    version: str | None = field(default=None, repr=False)
    """What tells two of its states apart. An (id, version) seen before is not notified again."""
    key: str | None = field(default=None, repr=False)
    """Records of one key are notified in order, as those of one patient; `None` is the id."""
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
        key: str | None = None,
        occurred_at: str | None = None,
    ) -> "Change":
        """Tell of a record that is new or differs; `data` is written as JSON."""
        text = _json.write(data)
        return cls(id=id, version=version, key=key, occurred_at=occurred_at, data=text)

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


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer said: changes, and where the next request starts."""

    changes: tuple[Change, ...]
    """In the order in which they are to be told."""
    cursor: str
    """Stored in one step with the changes, so it holds all there is to know."""
    has_more: bool
    """Whether to ask on at once. Then the cursor must differ from the one before."""

    @classmethod
    def last(cls, cursor: str, changes: Iterable[Change] = ()) -> "Page":
        """Make the last page of a poll."""
        return cls(tuple(changes), cursor, has_more=False)

    @classmethod
    def more(cls, cursor: str, changes: Iterable[Change] = ()) -> "Page":
        """Make a page after which the host asks on at once."""
        return cls(tuple(changes), cursor, has_more=True)
