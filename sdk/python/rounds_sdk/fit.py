"""One record of an answer, fitted by itself, so that an odd one does not take its page along."""

from typing import TypeVar

from rounds_sdk import _json

T = TypeVar("T")


def fit(value: object, shape: type[T]) -> T:
    """Fit what JSON held to a shape (see `Response.json`).

    Raises `UnexpectedResponse` with the place within it, never with what stands there.
    """
    fitted: T = _json.fitted(value, shape)
    return fitted
