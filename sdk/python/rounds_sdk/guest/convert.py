"""Between the generated types and the SDK's: the only place.

What goes out is checked here, for a field of another type than the contract's would end the guest
without a word.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from wit_world.exports import connector as exported
from wit_world.imports import types

from rounds_sdk import _json
from rounds_sdk.change import Change, ChangeKind, Page, Unreadable
from rounds_sdk.connector import Credentials
from rounds_sdk.context import Context
from rounds_sdk.failure import Failure, Internal, Throttled
from rounds_sdk.manifest import Action, Detection, Manifest, RecordTime, TimeForm
from rounds_sdk.request import Request
from rounds_sdk.response import Response
from rounds_sdk.step import Fetch, Notify, Skip, Step

T = TypeVar("T")

_LARGEST = 0xFFFFFFFF
_METHODS = {"GET": types.Method.GET, "POST": types.Method.POST}
_KINDS = {
    ChangeKind.UPSERTED: types.ChangeKind.UPSERTED,
    ChangeKind.DELETED: types.ChangeKind.DELETED,
    ChangeKind.MOVED_AWAY: types.ChangeKind.MOVED_AWAY,
}
_KINDS_BACK = {theirs: ours for ours, theirs in _KINDS.items()}
_DETECTIONS = {
    Detection.FEED: exported.Detection.FEED,
    Detection.CONSUMING_FEED: exported.Detection.CONSUMING_FEED,
    Detection.SNAPSHOT: exported.Detection.SNAPSHOT,
}
_FORMS = {
    TimeForm.RFC3339: exported.TimeForm.RFC3339,
    TimeForm.DATE: exported.TimeForm.DATE,
    TimeForm.EPOCH_SECONDS: exported.TimeForm.EPOCH_SECONDS,
    TimeForm.EPOCH_MILLISECONDS: exported.TimeForm.EPOCH_MILLISECONDS,
    TimeForm.SEQUENCE: exported.TimeForm.SEQUENCE,
}
_FAILURES: dict[str, Callable[[str], Any]] = {
    "invalid-settings": types.Failure_InvalidSettings,
    "unauthorized": types.Failure_Unauthorized,
    "unavailable": types.Failure_Unavailable,
    "cursor-lost": types.Failure_CursorLost,
    "unexpected-response": types.Failure_UnexpectedResponse,
    "internal": types.Failure_Internal,
}


def context(it: types.Context) -> Context:
    """Take a context in."""
    return Context(
        action=it.action,
        settings_json=it.settings,
        base_url=it.base_url,
        allow_origins=tuple(it.allow_origins),
        since=it.since,
        now=it.now,
        interrupted=it.interrupted,
        listing=it.listing,
        silent=it.silent,
        last_try=it.last_try,
    )


def response(it: types.Response) -> Response:
    """Take an answer in."""
    return Response(
        it.status, it.body.value, [(header.name, header.value) for header in it.headers]
    )


def change(it: types.Change) -> Change:
    """Take a change in."""
    return Change(
        id=it.id,
        kind=_KINDS_BACK[it.kind],
        version=it.version,
        content=it.content,
        key=it.key,
        occurred_at=it.occurred_at,
        data=it.data,
    )


def manifest(it: Manifest) -> Any:
    """Give a manifest out."""
    it = _a(Manifest, it, "describe's answer")
    return exported.Manifest(
        _text(it.name, "the manifest's name"),
        _text(it.version, "the manifest's version"),
        _text(it.summary, "the manifest's summary"),
        [_action(action) for action in it.actions],
        _json.write(it.settings_schema),
        _texts(it.auth, "the manifest's auth"),
        _texts(it.requests, "the manifest's requests"),
        _texts(it.reads_headers, "the manifest's reads_headers"),
    )


def request(it: Request) -> types.Request:
    """Give a request out."""
    it = _a(Request, it, "a request")
    if it.method not in _METHODS:
        raise Internal("a request's method is neither GET nor POST")
    return types.Request(
        _METHODS[it.method],
        _text(it.target, "a request's target"),
        _headers(it.headers),
        None if it.body is None else _body(it.body),
    )


def page(it: Page) -> types.Page:
    """Give a page out."""
    it = _a(Page, it, "the answer of changes")
    return types.Page(
        [_change(change) for change in it.changes],
        [_unreadable(record) for record in it.unreadable],
        _texts(it.notices, "a page's notices"),
        _text(it.cursor, "a page's cursor"),
        _a(bool, it.has_more, "more"),
    )


def step(it: Step) -> Any:
    """Give a step out."""
    match it:
        case Fetch():
            return types.Step_Fetch([request(one) for one in it.requests])
        case Notify():
            event, payload = _text(it.event, "an event"), _text(it.payload, "a payload")
            return types.Step_Notify(types.Notification(event, payload, _memo(it.memo)))
        case Skip():
            return types.Step_Skip(types.Skipped(_text(it.reason, "a reason"), _memo(it.memo)))
    raise Internal(f"collect answered {type(it).__name__}, not a Step")


def credentials(it: Credentials) -> Any:
    """Give credentials out."""
    from wit_world.exports import session

    it = _a(Credentials, it, "the answer of signed_in")
    return session.Credentials(_headers(it.headers), _seconds(it.expires_in, "expires_in"))


def failure(it: Failure) -> Any:
    """Give a failure out; it never fails itself."""
    if isinstance(it, Throttled):
        is_count = type(it.seconds) is int and 0 <= it.seconds <= _LARGEST
        return types.Failure_Throttled(it.seconds if is_count else None)
    text = str(it.text).encode(errors="replace").decode()
    return _FAILURES.get(it.case, types.Failure_Internal)(text)


def _action(it: Action) -> Any:
    it = _a(Action, it, "an action")
    return exported.Action(
        _text(it.name, "an action's name"),
        _text(it.summary, "an action's summary"),
        _texts(it.events, "an action's events"),
        _DETECTIONS[it.detection],
        _seconds(it.fastest, "an action's fastest"),
        _a(bool, it.lists, "an action's lists"),
        None if it.record_time is None else _record_time(it.record_time),
    )


def _record_time(it: RecordTime) -> Any:
    it = _a(RecordTime, it, "an action's record_time")
    form = _FORMS[_a(TimeForm, it.form, "a record_time's form")]
    unique = _a(bool, it.unique, "a record_time's unique")
    return exported.RecordTime(_text(it.field, "a record_time's field"), form, unique)


def _change(it: Change) -> types.Change:
    it = _a(Change, it, "a change")
    return types.Change(
        _text(it.id, "a change's id"),
        _KINDS[it.kind],
        _optional(it.version, "a change's version"),
        _optional(it.content, "a change's content"),
        _optional(it.key, "a change's key"),
        _optional(it.occurred_at, "a change's occurred_at"),
        _text(it.data, "a change's data"),
    )


def _unreadable(it: Unreadable) -> types.Unreadable:
    it = _a(Unreadable, it, "an unreadable record")
    return types.Unreadable(
        _text(it.place, "an unreadable record's place"),
        _optional(it.id, "an unreadable record's id"),
        _text(it.reason, "an unreadable record's reason"),
        _text(it.data, "an unreadable record's data"),
    )


def _body(it: str | bytes) -> Any:
    if isinstance(it, bytes):
        return types.Body_Bytes(it)
    return types.Body_Text(_text(it, "a request's body"))


def _headers(it: Iterable[tuple[str, str]]) -> list[types.Header]:
    return [types.Header(_text(name, "a header"), _text(value, "a header")) for name, value in it]


def _memo(it: str | None) -> str | None:
    return _optional(it, "a memo")


def _optional(it: str | None, what: str) -> str | None:
    return None if it is None else _text(it, what)


def _texts(it: Iterable[str], what: str) -> list[str]:
    if isinstance(it, str):
        raise Internal(f"{what} is one str, not a list of them")
    return [_text(one, what) for one in it]


def _text(it: str, what: str) -> str:
    text = _a(str, it, what)
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise Internal(f"{what} holds half a surrogate pair") from None
    return text


def _seconds(it: int | None, what: str) -> int | None:
    if it is None or 0 <= _a(int, it, what) <= _LARGEST:
        return it
    raise Internal(f"{what} is no number of seconds")


def _a(kind: type[T], it: object, what: str) -> T:
    if isinstance(it, kind):
        return it
    raise Internal(f"{what} is {type(it).__name__}, not {kind.__name__}")
