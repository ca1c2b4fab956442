"""JSON as the contract wants it: compact, UTF-8, and the same bytes from every language's SDK."""

import json
import re
from typing import Any, NoReturn

from rounds_sdk import _shape
from rounds_sdk._depth import is_deep
from rounds_sdk.failure import Internal, UnexpectedResponse
from rounds_sdk.model.base import Model

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(-?)([0-9])(?:\.([0-9]+))?e-0([5-9])')


class NotJson(_shape.Misfit):
    """What is no JSON at all, rather than other JSON than expected."""


def read(text: str) -> Any:
    """Read JSON, and nothing more than JSON: Python's own reader also takes NaN and half a pair.

    Raises `NotJson` with the place, never with what stands there, and `_shape.Misfit` for JSON that
    is nested too deep.
    """
    if is_deep(text):
        raise _shape.Misfit("JSON nested too deep")
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where = f" at line {error.lineno}, column {error.colno}"
        raise NotJson("no valid JSON" + where) from None
    except (ValueError, RecursionError):
        raise NotJson("no valid JSON") from None
    return value


def shaped(text: str, shape: type[Any]) -> Any:
    """Read JSON of this shape; raises `_shape.Misfit`."""
    return _shape.fit(read(text), shape)


def of_ehr(text: str, shape: type[Any]) -> Any:
    """Read what the EHR wrote; what does not fit is an unexpected response."""
    try:
        return shaped(text, shape)
    except _shape.Misfit as misfit:
        raise UnexpectedResponse(str(misfit)) from None


def fitted(value: object, shape: type[Any]) -> Any:
    """Fit what the EHR wrote and was read; what does not fit is an unexpected response."""
    try:
        return _shape.fit(value, shape)
    except _shape.Misfit as misfit:
        raise UnexpectedResponse(str(misfit)) from None


def write(value: object) -> str:
    """Write JSON; models are written in the models' own spelling."""
    try:
        text = _ENCODER.encode(value)
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise Internal("JSON cannot hold half a surrogate pair") from None
    except (ValueError, RecursionError):
        raise Internal("JSON cannot hold a number that is none, nor what holds itself") from None
    return _TOKEN.sub(_plain_number, text) if "e-0" in text else text


def _plain(value: object) -> dict[str, object]:
    if isinstance(value, Model):
        return value.plain()
    raise Internal(f"JSON cannot hold a {type(value).__name__}")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
)


def _plain_number(token: re.Match[str]) -> str:
    """Write a small number as the other SDKs do: `1e-7` for Python's `1e-07`, `0.00001` in full."""
    sign, first, rest, exponent = token.groups()
    if exponent is None:
        return token[0]
    if exponent == "5":
        return f"{sign}0.0000{first}{rest or ''}"
    return f"{sign}{first}{'.' + rest if rest else ''}e-{exponent}"


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _refused(_: str) -> NoReturn:
    raise ValueError
