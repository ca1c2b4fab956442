"""Finds the author's connector in the author's module."""

import inspect
from types import ModuleType

from rounds_sdk.connector import Connector, Session


def connector_of(module: ModuleType) -> Connector:
    """Make the one connector that a module defines."""
    found = [
        it
        for it in vars(module).values()
        if inspect.isclass(it) and issubclass(it, Connector) and it.__module__ == module.__name__
    ]
    whole = [it for it in found if not inspect.isabstract(it)]
    if len(whole) == 1:
        return whole[0]()
    raise ImportError(f"{module.__name__}.py: {_why(found, whole)}")


def session_of(connector: Connector, *, is_wanted: bool) -> Session | None:
    """Answer the connector as a session, where the component is to be one as well."""
    session = connector if isinstance(connector, Session) else None
    if is_wanted == bool(session):
        return session
    has, is_one = ("a", "no") if is_wanted else ("no", "a")
    name = type(connector).__name__
    raise ImportError(f"pyproject.toml has {has} `session = true`, and {name} is {is_one} Session")


def _why(found: list[type[Connector]], whole: list[type[Connector]]) -> str:
    if whole:
        return "several connectors: " + ", ".join(it.__name__ for it in whole)
    if not found:
        return "no class that derives from rounds_sdk.Connector"
    return "; ".join(
        f"{it.__name__} has no {', '.join(sorted(it.__abstractmethods__))}" for it in found
    )
