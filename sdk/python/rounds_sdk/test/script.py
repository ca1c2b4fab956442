"""The answers of an EHR that isn't there."""

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from rounds_sdk.response import Response


class Refused(AssertionError):
    """The connector did what a host refuses, or asked what nothing answers."""


class Script:
    """Answers to be given, each once."""

    def __init__(self) -> None:
        """Begin without answers."""
        self._answers: deque[tuple[str, Response]] = deque()

    def add(self, request: str, answer: Response) -> None:
        """Answer the request of this name, as `GET /Patient/7`."""
        self._answers.append((request, answer))

    def answer(self, request: str) -> Response:
        """Take the first answer to a request."""
        for at, (known, answer) in enumerate(self._answers):
            if known == request:
                del self._answers[at]
                return answer
        left = "\n  ".join(self.left()) or "nothing"
        raise Refused(f"no answer to\n  {request}\nthere are answers left to\n  {left}")

    def left(self) -> list[str]:
        """Name the requests whose answers nobody took."""
        return [request for request, _ in self._answers]


def recorded(exchange: Mapping[str, Any]) -> tuple[str, Response]:
    """Read an exchange of a scenario: the request's name, and the answer."""
    body = exchange.get("body", "")
    headers = dict(exchange.get("headers", {}))
    if not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        headers.setdefault("content-type", "application/json")
    if "body_bytes" in exchange:
        body = _bytes(exchange["body_bytes"]["base64"])
    status: int = exchange.get("status", 200)
    return exchange["request"], Response(status, body, list(headers.items()))


def _bytes(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text, validate=True)
