"""What a host refuses, and its default limits."""

import re

from rounds_sdk import _json, link
from rounds_sdk._shape import Misfit
from rounds_sdk.change import ChangeKind, Page
from rounds_sdk.context import Context
from rounds_sdk.manifest import Manifest
from rounds_sdk.request import Request
from rounds_sdk.step import Fetch, Notify
from rounds_sdk.test.script import Refused

PAGES = 1_000
STEPS = 8
_REQUESTS = 32
_CHANGES = 10_000
_CURSOR = 16 * 1024
_MEMO = 1024
_PAYLOAD = 1024 * 1024


def request(manifest: Manifest, context: Context, asked: Request) -> str:
    """Name a request, as `GET /Patient/7`, where the manifest allows it."""
    is_relative = asked.target.startswith("/")
    target = asked.target if is_relative else link.below(context.base_url, asked.target)
    rests = [
        asked.target.removeprefix(origin)
        for origin in context.allow_origins
        if asked.target.startswith((f"{origin}/", f"{origin}?"))
    ]
    path = (target or next(iter(rests), "")).partition("?")[0]
    target = target or asked.target
    allowed = (pattern.partition(" ") for pattern in manifest.requests)
    if any(method == asked.method and _matches(pattern, path) for method, _, pattern in allowed):
        return f"{asked.method} {target}"
    raise Refused(f"{asked.method} {asked.target} is not among the manifest's requests")


def listing(manifest: Manifest, context: Context) -> None:
    """Check that a whole listing is asked only of an action that has one."""
    if context.listing and not any(
        it.lists for it in manifest.actions if it.name == context.action
    ):
        raise Refused(f"{context.action} does not say that it `lists`")


def page(before: str | None, made: Page) -> None:
    """Check that a page is within the limits, and moves the cursor if more is to come."""
    _within("changes in a page", len(made.changes), _CHANGES)
    _within("unreadable records in a page", len(made.unreadable), _CHANGES)
    _within("bytes of cursor", len(made.cursor.encode()), _CURSOR)
    if any(change.kind is ChangeKind.MOVED_AWAY for change in made.changes):
        raise Refused("a page with a `moved-away`, which only a host makes")
    if not all(_is_json(it.data) for it in made.unreadable):
        raise Refused("an unreadable record whose data are no JSON")
    if made.has_more and before == made.cursor:
        raise Refused("a page with more to come left the cursor as it was")


def step(made: Fetch) -> None:
    """Check that a step asks for something, and not for too much."""
    if not made.requests:
        raise Refused("a step that fetches nothing")
    _within("requests in a step", len(made.requests), _REQUESTS)


def notification(manifest: Manifest, action: str, told: Notify) -> None:
    """Check that the action declares a notification, and that it is within the limits."""
    if not any(told.event in it.events for it in manifest.actions if it.name == action):
        raise Refused(f"{action} does not declare the event {told.event}")
    _within("bytes of memo", len((told.memo or "").encode()), _MEMO)
    _within("bytes of payload", len(told.payload.encode()), _PAYLOAD)


def _is_json(text: str) -> bool:
    try:
        _json.read(text)
    except Misfit:
        return False
    return True


def _matches(pattern: str, path: str) -> bool:
    segments = [re.escape(part) for part in pattern.strip("/").split("/")]
    known = "/".join(segments).replace(r"/\*\*", "(/.*)?").replace(r"\*", "[^/]+")
    return re.fullmatch(known, path.strip("/")) is not None


def _within(what: str, found: int, limit: int) -> None:
    if found > limit:
        raise Refused(f"{found} {what}, where {limit} is the limit")
