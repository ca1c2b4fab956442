"""What a host knows of records from poll to poll, and so what it has collected."""

from dataclasses import dataclass, field, replace

from rounds_sdk.change import Change, ChangeKind, Unreadable

State = tuple[str | None, str | None, str, ChangeKind]


@dataclass(slots=True)
class _Record:
    last: tuple[str | None, ChangeKind] | None = None
    key: str | None = None
    seen: set[State] = field(default_factory=set)


class Known:
    """What was read so far."""

    def __init__(self) -> None:
        """Begin without any."""
        self._records: dict[str, _Record] = {}
        self._unreadable: set[tuple[str | None, str]] = set()
        self._notices: set[str] = set()

    def to_collect(self, change: Change) -> list[Change]:
        """List what is to be collected of a change: nothing where it says what is known.

        Else the change with its key, behind the one that tells of a key that it had before.
        """
        record = self._records.setdefault(change.id, _Record())
        is_gone = change.kind is ChangeKind.DELETED
        content = None if is_gone else change.content
        says = (content, change.kind)
        is_same = record.last == says and (content is not None or is_gone)
        is_always = change.version is None and content is None and not is_gone
        is_known = _state(change) in record.seen and not is_always
        if is_same or is_known:
            return []
        record.seen.add(_state(change))
        record.last = says
        return _in_line(record, change)

    def is_new(self, unreadable: Unreadable) -> bool:
        """Tell whether a record that cannot be read was not told before."""
        known = (unreadable.id, unreadable.data)
        is_new = known not in self._unreadable
        self._unreadable.add(known)
        return is_new

    def is_news(self, notice: str) -> bool:
        """Tell whether a notice was not told before."""
        is_news = notice not in self._notices
        self._notices.add(notice)
        return is_news


def _state(change: Change) -> State:
    at = change.occurred_at if change.version is None else None
    says = change.data if change.content is None else change.content
    return change.version, at, says, change.kind


def _in_line(record: _Record, change: Change) -> list[Change]:
    before = record.key
    if change.key is None:
        change = replace(change, key=before)
    record.key = change.key
    if before is None or before == change.key or change.kind is not ChangeKind.UPSERTED:
        return [change]
    return [replace(change, kind=ChangeKind.MOVED_AWAY, key=before), change]
