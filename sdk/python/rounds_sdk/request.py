"""A request for the host to send."""

from dataclasses import dataclass, replace
from typing import Literal

from rounds_sdk import _json
from rounds_sdk.percent import encode


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A request for the host to send, which adds credentials, `host` and `content-length`.

    Its `repr` shows the path alone, as a query may name a patient.
    """

    method: Literal["GET", "POST"]
    """How it asks: a POST reads too, by a search or a call whose arguments are a body."""
    target: str
    """Path and query under the connection's base URL, or a whole URL that it allows."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case, and values."""
    body: str | bytes | None = None
    """What a POST carries."""

    @classmethod
    def get(cls, target: str) -> "Request":
        """Make a GET of this target."""
        return cls("GET", target)

    @classmethod
    def post(cls, target: str) -> "Request":
        """Make a POST to this target, still without a body."""
        return cls("POST", target)

    def query(self, name: str, value: object) -> "Request":
        """Add `name=value` to the query, both encoded. The name may repeat."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        mark = "&" if "?" in self.target else "?"
        return replace(self, target=f"{self.target}{mark}{encode(name)}={encode(text)}")

    def header(self, name: str, value: str) -> "Request":
        """Add a header, its name in lower case."""
        return replace(self, headers=(*self.headers, (name.lower(), value)))

    def content(self, media_type: str, body: str | bytes) -> "Request":
        """Set a body of this media type."""
        return replace(self, body=body).header("content-type", media_type)

    def json(self, value: object) -> "Request":
        """Set a JSON body."""
        return self.content("application/json", _json.write(value))

    def __repr__(self) -> str:
        """Show the path alone."""
        return f"Request({self.method} {self.target.partition('?')[0]})"
