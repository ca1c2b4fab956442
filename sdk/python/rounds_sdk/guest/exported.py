"""What componentize-py exports.

Built as `componentize-py -w connector-plugin componentize rounds_sdk.guest.exported -p …`, it
finds the author's module `connector` and the bindings that componentize-py generates. The manifest
is asked for at build time, so a `describe` that fails is a build that fails, with its words.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import connector as author
from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import types

from rounds_sdk import Failure, Internal
from rounds_sdk import Session as SdkSession
from rounds_sdk.guest import convert, late
from rounds_sdk.guest.found import connector_of, session_of
from rounds_sdk.guest.last_words import last_words

T = TypeVar("T")

# What a guest writes to stderr is its log; nobody reads its stdout.
sys.stdout = sys.stderr
late.load()

_connector = connector_of(author)
_manifest = convert.manifest(_connector.describe())


class Connector(exports.Connector):
    """Hands the host's calls to the author's connector."""

    def describe(self) -> Any:
        """Answer what was asked for at build time."""
        return _manifest

    def poll(self, context: types.Context, cursor: str | None) -> types.Request:
        """Shape a request."""
        return _answer(
            lambda: convert.request(_connector.poll(convert.context(context), cursor)),
        )

    def changes(
        self, context: types.Context, cursor: str | None, answer: types.Response
    ) -> types.Page:
        """Read an answer."""
        return _answer(
            lambda: convert.page(
                _connector.changes(convert.context(context), cursor, convert.response(answer))
            ),
        )

    def collect(
        self,
        context: types.Context,
        change: types.Change,
        memo: str | None,
        collected: Sequence[types.Response],
    ) -> types.Step:
        """Ask more, or tell."""
        is_moved = change.kind == types.ChangeKind.MOVED_AWAY
        collect = _connector.moved_away if is_moved else _connector.collect
        return _answer(
            lambda: convert.step(
                collect(
                    convert.context(context),
                    convert.change(change),
                    memo,
                    [convert.response(answer) for answer in collected],
                )
            ),
        )


if session := session_of(_connector, is_wanted=hasattr(exports, "Session")):
    _session: SdkSession = session

    class Session(exports.Session):
        """Hands the host's calls to the author's session."""

        def login(self, context: types.Context) -> types.Request:
            """Shape the request that signs in."""
            return _answer(lambda: convert.request(_session.login(convert.context(context))))

        def signed_in(self, context: types.Context, answer: types.Response) -> Any:
            """Read what was answered to it."""
            return _answer(
                lambda: convert.credentials(
                    _session.signed_in(convert.context(context), convert.response(answer))
                ),
            )


def _answer(call: Callable[[], T]) -> T:
    """Answer a call, with the contract's failure in place of any exception."""
    try:
        return call()
    except Failure as failure:
        raise Err(convert.failure(failure)) from None
    except BaseException as error:
        raise Err(convert.failure(Internal(last_words(error)))) from None
