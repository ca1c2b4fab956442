"""Short, stable fingerprints for memos and versions."""

from collections.abc import Iterable

_OFFSET = 0xCBF29CE484222325
_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def fingerprint(parts: Iterable[str]) -> str:
    """Make a fingerprint of these parts, 16 hexadecimal digits.

    It is FNV-1a of 64 bits, after each part its length, so that `["ab", "c"]` and `["a", "bc"]`
    differ. It never changes between versions of the SDK, so a memo may hold it.

    It tells two states of one record apart and nothing more: it is no secret-keeping hash, and a
    value that one could guess (a birth date, a name) can be guessed from it.
    """
    state = _OFFSET
    for part in parts:
        text = part.encode()
        state = _add(_add(state, text), len(text).to_bytes(8, "little"))
    return f"{state:016x}"


def _add(state: int, text: bytes) -> int:
    for byte in text:
        state = ((state ^ byte) * _PRIME) & _MASK
    return state
