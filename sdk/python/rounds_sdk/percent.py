"""Percent-encoding of what goes into a path or a query."""

from urllib.parse import quote


def encode(text: str) -> str:
    """Encode one segment of a path or one value of a query.

    Letters, digits and `-._~:,@$` stay, as all of them may stand in either.
    """
    return quote(text, safe="-._~:,@$")
