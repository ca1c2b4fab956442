"""What the EHR answered, and the ways to read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from rounds_sdk import _json
from rounds_sdk.failure import (
    Failure,
    Throttled,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

T = TypeVar("T")

_LONGEST_PAUSE = 0xFFFFFFFF


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

        Statuses that mean something to a connector, as a 404 of one record, are for it to look at
        first. Raises `Unauthorized` at 401 and 403, `Throttled` at 429, `Unavailable` at 408 and
        5xx; at everything else `UnexpectedResponse`, as at HTML, which is what a sign-in page or
        a proxy answers.
        """
        if not 200 <= self.status <= 299:
            raise self._failure()
        if self._is_html():
            raise UnexpectedResponse(f"HTML with status {self.status}")
        return self

    def text(self) -> str:
        """Read the body as text; raises `UnexpectedResponse` where it is no UTF-8."""
        if isinstance(self.body, str):
            return self.body
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise UnexpectedResponse("the body is no UTF-8 text") from None

    @overload
    def json(self) -> Any: ...
    @overload
    def json(self, shape: type[T]) -> T: ...

    def json(self, shape: type[Any] = object) -> Any:
        """Read the body as JSON of this shape, or of any where none is given.

        A shape is a `TypedDict` or a dataclass, a list, tuple, dict or union of shapes, or one of
        `str`, `int`, `float`, `bool`. Raises `UnexpectedResponse` with the place, never with what
        stands there.
        """
        return _json.of_ehr(self.text(), shape)

    def _failure(self) -> Failure:
        words = f"status {self.status}"
        match self.status:
            case 401 | 403:
                return Unauthorized(words)
            case 429:
                return Throttled(self._retry_after())
            case status if status == 408 or 500 <= status <= 599:
                return Unavailable(words)
        return UnexpectedResponse(words)

    def _retry_after(self) -> int | None:
        """Read the pause that the EHR asks for, where it says it in seconds."""
        text = (self.header("retry-after") or "").strip().removeprefix("+")
        if not (text.isascii() and text.isdigit()):
            return None
        return int(text) if len(text) <= 10 and int(text) <= _LONGEST_PAUSE else None

    def _is_html(self) -> bool:
        if (self.header("content-type") or "").lower().startswith("text/html"):
            return True
        start = self.body.lstrip()[:14].lower() if isinstance(self.body, str) else ""
        return start.startswith(("<!doctype html", "<html"))
