"""What the host says at every call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from rounds_sdk import _json, _shape
from rounds_sdk.failure import InvalidSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the host says at every call. Its `repr` shows the action alone."""

    action: str
    """The action polled: a name from the manifest."""
    settings_json: str = field(default="{}", repr=False)
    """The connection's settings: JSON, valid under the manifest's schema."""
    base_url: str = field(default="http://ehr.example", repr=False)
    """The connection's base URL, without a slash at its end."""
    allow_origins: Sequence[str] = field(default=(), repr=False)
    """Further origins that the user lets this connection ask by whole URL.

    As `https://ehr.example:8443`: other names of the EHR.
    """
    since: str = field(default="2026-01-01T00:00:00Z", repr=False)
    """From when changes are wanted while there is no cursor (RFC 3339, UTC)."""
    now: str = field(default="2026-01-01T00:01:00Z", repr=False)
    """The host's clock when this poll began (RFC 3339, UTC). Not to make a cursor of."""
    interrupted: bool = field(default=False, repr=False)
    """Whether the action's last request got no answer that the host has on disk."""
    listing: bool = field(default=False, repr=False)
    """Whether all records are wanted, whenever they changed.

    Asked only of an action that `lists`, with a cursor of that listing's own.
    """
    silent: bool = field(default=False, repr=False)
    """Whether nobody will hear of what is found, as it was there before.

    Then `collect` need ask for nothing but what a memo takes.
    """
    last_try: bool = field(default=False, repr=False)
    """Whether what the EHR refuses of a record is to be left out, and the rest told.

    It has refused something that `collect` asked for, for as long as the user wants to wait: what
    is missing now is to be left out, whatever the status of its answer.
    """

    @overload
    def settings(self) -> Any: ...
    @overload
    def settings(self, shape: type[T]) -> T: ...

    def settings(self, shape: type[Any] = object) -> Any:
        """Read the settings, best as a dataclass: its defaults stand for what is not set.

        Raises `InvalidSettings` with the place, never with what stands there.
        """
        try:
            return _json.shaped(self.settings_json, shape)
        except _shape.Misfit as misfit:
            raise InvalidSettings(str(misfit)) from None
