"""What the EHR answered, and the ways to read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from rounds_sdk import _json, _shape
from rounds_sdk.failure import (
    Failure,
    Throttled,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

T = TypeVar("T")

_LONGEST_PAUSE = 0xFFFFFFFF

# The media types that a failure names. One text, so that the host finds its words in the component,
# and knows them for the connector's own.
_MEDIA_TYPES = (
    "application/json, application/fhir+json, text/html, text/plain, "
    "application/xml, text/xml, application/fhir+xml, application/pdf"
)
_REFUSED = {
    406: "status 406: the EHR has nothing of the media type that the accept header asks for; "
    "set another in the connection's headers",
    415: "status 415: the EHR does not know a media type that was sent or asked for; "
    "set another accept header in the connection's headers",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What the EHR answered, whatever its status. Its `repr` leaves headers and body out."""

    status: int
    """The HTTP status."""
    body: str | bytes = field(default="", repr=False)
    """The body, after decompression: text where it is valid UTF-8."""
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """Names in lower case, and values."""

    def header(self, name: str) -> str | None:
        """Look up the first header of this name, which is to be in lower case."""
        return next((value for known, value in self.headers if known == name), None)

    def ok(self) -> "Response":
        """Answer itself, where the status is 2xx and the body is no web page.

        Statuses that mean something to a connector are for it to look at first: a 404 of one record,
        a 204 where it says that nothing changed, a 202 where it says that an answer is not ready
        yet. The last two have no JSON. Raises `Unauthorized` at 401 and 403, `Throttled` at 429, `Unavailable` at 408 and
        5xx; at everything else `UnexpectedResponse`, as at HTML, which is what a sign-in page or
        a proxy answers.
        """
        if not 200 <= self.status <= 299:
            raise self._failure()
        if self._is_html():
            raise UnexpectedResponse(f"HTML with status {self.status}")
        return self

    def text(self) -> str:
        """Read the body as text, without the mark that UTF-8 may begin with.

        Raises `UnexpectedResponse` where it is no UTF-8, with the media type that came.
        """
        try:
            text = self.body if isinstance(self.body, str) else self.body.decode()
        except UnicodeDecodeError:
            raise self._no_json("the body is no UTF-8 text") from None
        return text.removeprefix("\ufeff")

    @overload
    def json(self) -> Any: ...
    @overload
    def json(self, shape: type[T]) -> T: ...

    def json(self, shape: type[Any] = object) -> Any:
        """Read the body as JSON of this shape, or of any where none is given.

        A shape is a `TypedDict` or a dataclass, a list, tuple, dict or union of shapes, or one of
        `str`, `int`, `float`, `bool`. Raises `UnexpectedResponse` with the place, never with what
        stands there; of what is no JSON at all with status and media type as well.
        """
        text = self.text()
        try:
            return _json.shaped(text, shape)
        except _json.NotJson as misfit:
            is_empty = not text.strip(" \t\r\n")
            raise self._no_json("the body is empty" if is_empty else str(misfit)) from None
        except _shape.Misfit as misfit:
            raise UnexpectedResponse(str(misfit)) from None

    def _failure(self) -> Failure:
        words = f"status {self.status}"
        match self.status:
            case 401 | 403:
                return Unauthorized(words)
            case 429:
                return Throttled(self._retry_after())
            case status if status == 408 or 500 <= status <= 599:
                return Unavailable(words)
        return UnexpectedResponse(_REFUSED.get(self.status, words))

    def _no_json(self, what: str) -> Failure:
        """Say what is wrong, and what came instead."""
        return UnexpectedResponse(f"{what} (status {self.status}, {self._media_type()})")

    def _media_type(self) -> str:
        """Say the media type, where it is one that EHRs and what stands before them answer."""
        named = (self.header("content-type") or "").partition(";")[0].strip().lower()
        if not named:
            return "media type none"
        is_known = named in _MEDIA_TYPES.split(", ")
        return f"media type {named}" if is_known else "another media type"

    def _retry_after(self) -> int | None:
        """Read the pause that the EHR asks for, where it says it in seconds."""
        text = (self.header("retry-after") or "").strip().removeprefix("+")
        if not (text.isascii() and text.isdigit()):
            return None
        return int(text) if len(text) <= 10 and int(text) <= _LONGEST_PAUSE else None

    def _is_html(self) -> bool:
        if (self.header("content-type") or "").lower().startswith("text/html"):
            return True
        text = self.body if isinstance(self.body, str) else ""
        start = text.removeprefix("\ufeff").lstrip()[:14].lower()
        return start.startswith(("<!doctype html", "<html"))
