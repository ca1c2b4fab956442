"""The answers of an EHR that isn't there."""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from rounds_sdk.response import Response


class Refused(AssertionError):
    """The connector did what a host refuses, or asked what nothing answers."""


class Script:
    """Answers to be given, each once."""

    def __init__(self) -> None:
        """Begin without answers."""
        self._answers: deque[tuple[str, Response, Mapping[str, str]]] = deque()

    def add(
        self, request: str, answer: Response, request_headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer the request of this name, as `GET /Patient/7`, that has these headers."""
        self._answers.append((request, answer, request_headers or {}))

    def answer(self, request: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
        """Take the first answer to a request with these headers."""
        sent = {(name.lower(), value) for name, value in headers}
        for at, (known, answer, wanted) in enumerate(self._answers):
            if known == request and wanted.items() <= sent:
                del self._answers[at]
                return answer
        left = "\n  ".join(self.left()) or "nothing"
        raise Refused(f"no answer to\n  {request}\nthere are answers left to\n  {left}")

    def left(self) -> list[str]:
        """Name the requests whose answers nobody took."""
        return [request for request, _, _ in self._answers]


def recorded(exchange: Mapping[str, Any]) -> tuple[str, Response, Mapping[str, str]]:
    """Read an exchange of a scenario: the request's name, the answer, the request's headers."""
    body = exchange.get("body", "")
    headers = dict(exchange.get("headers", {}))
    if not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        headers.setdefault("content-type", "application/json")
    if "body_bytes" in exchange:
        body = _bytes(exchange["body_bytes"]["base64"])
    status: int = exchange.get("status", 200)
    answer = Response(status, body, list(headers.items()))
    return exchange["request"], answer, exchange.get("request_headers", {})


def _bytes(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text, validate=True)
