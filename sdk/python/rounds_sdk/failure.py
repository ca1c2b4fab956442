"""Why a call came to nothing: the contract's seven cases, as exceptions.

The host acts on the case, never on the text, which stands in logs and must hold no patient's data.
"""

from typing import ClassVar


class Failure(Exception):
    """What all cases derive from; raise one of them."""

    case: ClassVar[str] = "internal"
    """The contract's name of the case."""

    def __init__(self, text: str) -> None:
        """Take the words that stand in logs; no patient's data."""
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        """Put the case before the words."""
        return f"{self.case.replace('-', ' ')}: {self.text}"


class InvalidSettings(Failure):
    """The settings cannot work. Polling stops until they change."""

    case = "invalid-settings"


class Unauthorized(Failure):
    """The EHR refused the credentials. The host renews them once."""

    case = "unauthorized"


class Throttled(Failure):
    """The EHR asks for a pause, of so many seconds where it says."""

    case = "throttled"

    def __init__(self, seconds: int | None = None) -> None:
        """Take the pause in seconds, where it is known."""
        super().__init__("" if seconds is None else f"for {seconds} s")
        self.seconds = seconds

    def __str__(self) -> str:
        """Say how long, where that is known."""
        return f"{self.case} {self.text}".rstrip()


class Unavailable(Failure):
    """A fault that may pass. The host tries again, later and later."""

    case = "unavailable"


class CursorLost(Failure):
    """The EHR no longer knows the cursor. The task stops until a person sets one."""

    case = "cursor-lost"


class UnexpectedResponse(Failure):
    """The EHR answered what this connector cannot read, as an error inside a 200."""

    case = "unexpected-response"


class Internal(Failure):
    """A fault of the connector's own. Every other exception becomes one of these."""
