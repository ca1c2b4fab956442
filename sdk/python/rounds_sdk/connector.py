"""What a connector is: the contract's functions as classes to derive from."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from rounds_sdk.change import Change, Page
from rounds_sdk.context import Context
from rounds_sdk.failure import Internal
from rounds_sdk.manifest import Manifest
from rounds_sdk.request import Request
from rounds_sdk.response import Response
from rounds_sdk.step import Notify, Skip, Step


class Connector(ABC):
    """A connector. Its module is named `connector`, and has one.

    Every method is pure: equal arguments, equal answer, nothing kept in `self`. The host calls
    them in the order `poll`, `changes` (again while a page says `more`), then `collect` for every
    change.
    """

    @abstractmethod
    def describe(self) -> Manifest:
        """Say what this connector can poll, and all that it will ever ask for."""

    @abstractmethod
    def poll(self, context: Context, cursor: str | None) -> Request:
        """Say what to ask the EHR next, given the cursor of the last page.

        The cursor is `None` at the first poll, which starts at `context.since`.
        """

    @abstractmethod
    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        """Say what the EHR's answer tells of, and the cursor from which to go on.

        Called with the cursor that `poll` was given, and with every answer, those of an error
        status included: begin with `answer.ok()`.
        """

    def collect(
        self,
        context: Context,
        change: Change,
        memo: str | None,
        collected: Sequence[Response],
    ) -> Step:
        """Say what else to ask about one change, then what to tell.

        `memo` is what the record's last notification left, `collected` all answers so far, in the
        order of their requests. Unless written, it tells the change's own data as its action's
        only event.
        """
        event = self.describe().only_event_of(context.action)
        if event is None:
            raise Internal("several events, and no collect to choose one")
        return Notify(event=event, payload=change.data)

    def moved_away(
        self,
        context: Context,
        change: Change,
        memo: str | None,
        collected: Sequence[Response],
    ) -> Step:
        """Say what to tell those who knew the record under the key that it had.

        It has another from now on: the change is one of `ChangeKind.MOVED_AWAY`, its key the one
        before. The memo left here is that of the change that follows. Unless written, nobody is
        told.
        """
        return Skip("it has another key from now on")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a sign-in brought. Its `repr` shows nothing."""

    headers: Sequence[tuple[str, str]]
    """Added to every later request, as `("authorization", "Session …")`."""
    expires_in: int | None = None
    """Seconds that they last, where the EHR says."""


class Session(ABC):
    """What connectors of EHRs with a sign-in call of their own derive from as well.

    Say so in `pyproject.toml`: `session = true` below `[tool.rounds]`.
    """

    @abstractmethod
    def login(self, context: Context) -> Request:
        """Shape the request that signs in.

        `{{secret.NAME}}` in its headers or body stands for a secret, which only the host fills in.
        """

    @abstractmethod
    def signed_in(self, context: Context, answer: Response) -> Credentials:
        """Read what the EHR answered to `login`."""
