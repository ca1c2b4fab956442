"""From when to ask next, where a record may be dated in the future."""

from collections.abc import Iterable

from rounds_sdk.context import Context
from rounds_sdk.failure import CursorLost
from rounds_sdk.response import Response
from rounds_sdk.time import Time

_DAY = 86_400
"""How far the EHR's clock may be from the host's before its `Date` is taken for a mistake, and how
far ahead a record may be dated where there is no `Date`."""


def go_on_from(context: Context, answer: Response, since: Time, seen: Iterable[Time]) -> Time:
    """Choose the time from which to ask next.

    It is the latest of those `seen` on this page, or `since`, from which was asked, where none is
    later. A time that is ahead of the EHR's clock does not count: what changes until then would
    never be told. That clock is the answer's `Date`, unless it is more than a day from the host's;
    and `since` itself is put back to it where it is ahead. Without such a `Date`, what is dated
    more than a day ahead of the host's clock does not count. So what this answers is the EHR's own
    word or `since`, and never the host's clock.

    What does not count is told all the same: it is only not asked from.

    Raises `CursorLost` where `since` is more than a day ahead and no `Date` says from when.
    """
    now = Time.parse(context.now)
    clock = Time.from_http(answer.header("date") or "")
    if clock and (clock.minus_seconds(_DAY) > now or now.minus_seconds(_DAY) > clock):
        clock = None

    def is_ahead(time: Time) -> bool:
        # `Date` is cut to the second.
        return time.floor_to_second() > clock if clock else time.minus_seconds(_DAY) > now

    if is_ahead(since):
        if not clock:
            raise CursorLost("a cursor of the future")
        since = clock
    return max([since, *(time for time in seen if not is_ahead(time))])
