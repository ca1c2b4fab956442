"""Whether JSON is nested deeper than a component's stack can take: that would end it by a trap."""

import re

_LIMIT = 128
_NO_MARK = bytes(set(range(256)) - set(b'[]{}"'))
_STRING = re.compile(rb'"[^"]*"')


def is_deep(text: str) -> bool:
    """Tell whether JSON is nested more than 256 deep; from 128 on it may say so.

    Python's own reader has no such limit that holds in a component. All steps are ones that
    Python takes at once for the whole text, so that a page of 500 records costs a millisecond.
    """
    marks = _brackets(text.encode(errors="replace"))
    for _ in range(_LIMIT):
        shorter = marks.replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(marks):
            break
        marks = shorter
    return marks.count(b"[") + marks.count(b"{") > _LIMIT


def _brackets(text: bytes) -> bytes:
    """Leave the brackets that stand outside of strings."""
    unescaped = text.replace(rb"\\", b"").replace(rb"\"", b"")
    # As quotes alternate, any two in a row can go: what is left begins and ends strings as before.
    return _STRING.sub(b"", unescaped.translate(None, _NO_MARK).replace(b'""', b""))
