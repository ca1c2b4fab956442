"""What a host knows of records from poll to poll, and so what it has collected."""

from dataclasses import dataclass, field, replace

from rounds_sdk.change import Change, ChangeKind, Unreadable

Says = tuple[ChangeKind, str]


@dataclass(slots=True)
class _Record:
    last: Says | None = None
    key: str | None = None
    seen: set[tuple[str, Says]] = field(default_factory=set)


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
        says = (change.kind, change.data if change.content is None else change.content)
        if change.version is not None:
            state, is_same = (change.version, says), record.last == says
            is_known = state in record.seen
            record.seen.add(state)
            if is_known or is_same:
                return []
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


def _in_line(record: _Record, change: Change) -> list[Change]:
    before = record.key
    if change.key is None and before != change.id:
        change = replace(change, key=before)
    record.key = change.id if change.key is None else change.key
    if before is None or before == record.key:
        return [change]
    return [replace(change, kind=ChangeKind.MOVED_AWAY, key=before), change]
