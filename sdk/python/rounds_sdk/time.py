"""RFC 3339 times as EHRs write them: instants to compare and to shift, nothing more."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rounds_sdk import _epoch
from rounds_sdk.failure import UnexpectedResponse

_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_HTTP = re.compile(r"(?:\w{3}, )?(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_SECOND = 1_000_000_000
_FIRST = (date.min.toordinal() - _EPOCH) * _DAY * _SECOND
_END = (date.max.toordinal() + 1 - _EPOCH) * _DAY * _SECOND
# How many decimal places a nanosecond is behind a second, and behind a millisecond.
_OF_SECONDS, _OF_MILLIS = 9, 6


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """An instant.

    It is parsed from RFC 3339 with an offset or `Z`, and printed in UTC with no more decimals than
    it has.
    """

    nanoseconds: int
    """Since 1970, in UTC."""

    @classmethod
    def parse(cls, text: str) -> "Time":
        """Read the instant that an EHR's answer gives.

        Raises `UnexpectedResponse` for a time without an offset, or no time at all.
        """
        found = _RFC_3339.fullmatch(text)
        try:
            return cls(_nanoseconds(found)) if found else _no_time()
        except ValueError:
            return _no_time()

    @classmethod
    def from_http(cls, text: str) -> "Time | None":
        """Read the instant that an HTTP header as `Date` gives, where it is one."""
        found = _HTTP.fullmatch(text)
        if not found or found[2] not in _MONTHS:
            return None
        day, name, year, clock = found.groups()
        month = _MONTHS.index(name) + 1
        try:
            return cls.parse(f"{year}-{month:02}-{int(day):02}T{clock}Z")
        except UnexpectedResponse:
            return None

    @classmethod
    def from_epoch_seconds(cls, number: str | int | float) -> "Time":
        """Read the instant that is so many seconds after 1970.

        It is a number, its digits, or JSON of either, be it quoted, as `1767225600`, `-1.5`,
        `1.7672256E9` and `"1767225600.25"`. Digits are all kept; a float has fifteen. Raises
        `UnexpectedResponse` for what is no number, not of the years 1 to 9999, or finer than
        nanoseconds.
        """
        return _of_epoch(number, _OF_SECONDS)

    @classmethod
    def from_epoch_millis(cls, number: str | int | float) -> "Time":
        """Read the same in milliseconds."""
        return _of_epoch(number, _OF_MILLIS)

    def epoch_seconds(self) -> str:
        """Print the seconds since 1970, with no more decimals than there are.

        `floor_to_second` first where the EHR wants whole ones.
        """
        return _epoch.printed(self.nanoseconds, _OF_SECONDS)

    def epoch_millis(self) -> str:
        """Print the milliseconds since 1970, with no more decimals than there are.

        `floor_to_milli` first where the EHR wants whole ones.
        """
        return _epoch.printed(self.nanoseconds, _OF_MILLIS)

    def floor_to_milli(self) -> "Time":
        """Answer the whole millisecond that it lies in."""
        return Time(self.nanoseconds // 1_000_000 * 1_000_000)

    def floor_to_second(self) -> "Time":
        """Answer the whole second that it lies in."""
        return Time(self.nanoseconds // _SECOND * _SECOND)

    def minus_millis(self, millis: int) -> "Time":
        """Go so much earlier, as far as the year 1."""
        return Time(max(self.nanoseconds - millis * 1_000_000, _FIRST))

    def minus_seconds(self, seconds: int) -> "Time":
        """Go so many seconds earlier."""
        return self.minus_millis(seconds * 1000)

    def millis_since(self, earlier: "Time") -> int:
        """Count the milliseconds from `earlier` to here; negative where it is later."""
        nanoseconds = self.nanoseconds - earlier.nanoseconds
        millis = abs(nanoseconds) // 1_000_000
        return millis if nanoseconds >= 0 else -millis

    def __str__(self) -> str:
        """Print it in UTC."""
        seconds, rest = divmod(self.nanoseconds, _SECOND)
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        decimals = f".{rest:09}".rstrip("0").rstrip(".")
        return f"{moment.isoformat()}{decimals}Z"


def _of_epoch(number: str | int | float, places: int) -> Time:
    try:
        nanoseconds = _epoch.nanoseconds(str(number), places)
    except ValueError:  # an int that is too long to be printed
        nanoseconds = None
    if nanoseconds is None or not _FIRST <= nanoseconds < _END:
        raise UnexpectedResponse("no epoch time of the years 1 to 9999")
    return Time(nanoseconds)


def _nanoseconds(found: re.Match[str]) -> int:
    day, hour, minute, second, decimals, sign, hours, minutes = found.groups()
    days = date.fromisoformat(day).toordinal() - _EPOCH
    # A leap second is the last whole one of its minute.
    seconds = _seconds(hour, minute) + (59 if second == "60" else _below(60, second))
    offset = _seconds(hours, minutes) if sign else 0
    whole = days * _DAY + seconds - (offset if sign == "+" else -offset)
    return max(whole * _SECOND + int((decimals or "").ljust(9, "0")), _FIRST)


def _seconds(hour: str, minute: str) -> int:
    return _below(24, hour) * 3600 + _below(60, minute) * 60


def _below(limit: int, digits: str) -> int:
    number = int(digits)
    if number >= limit:
        raise ValueError
    return number


def _no_time() -> "Time":
    raise UnexpectedResponse("no RFC 3339 time with an offset")
