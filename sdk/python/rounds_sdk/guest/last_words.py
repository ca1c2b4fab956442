"""What is said of an exception that nobody caught: its type, its words, and its place.

An exception's words may quote the EHR's answer, as those of `int("Jane")` do, and they go to a
log. So they are said only where they are fixed in the program (a literal of it, as the key of
`record["start"]`), or the interpreter's own about types and names.
"""

import opcode
import sys
import traceback
from types import CodeType, TracebackType

_ABOUT_TYPES = (
    ArithmeticError,
    AttributeError,
    ImportError,
    IndexError,
    NameError,
    RecursionError,
    TypeError,
)
_RAISE = opcode.opmap["RAISE_VARARGS"]
_UNSAID = "(its words may hold a patient's data)"


def last_words(error: BaseException) -> str:
    """Say what is known of an exception, without a patient's data."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    codes = [frame.f_code for frame in frames]
    words = traceback.format_exception_only(error) if _is_fixed(error, codes) else []
    said = words[-1].strip() if words else f"{type(error).__name__} {_UNSAID}"
    return said + _place(error.__traceback__)


def _is_fixed(error: BaseException, codes: list[CodeType]) -> bool:
    literals = [literal for code in codes for literal in code.co_consts]
    if all(argument in literals for argument in error.args):
        return True
    return isinstance(error, _ABOUT_TYPES) and not _is_raised(error.__traceback__)


def _is_raised(place: TracebackType | None) -> bool:
    """Tell a `raise` from an exception of the interpreter's own."""
    while place and place.tb_next:
        place = place.tb_next
    return place is not None and place.tb_frame.f_code.co_code[place.tb_lasti] == _RAISE


def _place(place: TracebackType | None) -> str:
    """Name the innermost line that the author wrote."""
    places = [
        f" in {frame.f_code.co_filename.rpartition('/')[2]}, line {line}"
        for frame, line in traceback.walk_tb(place)
        if _is_authors(frame.f_globals.get("__name__", ""))
    ]
    return places[-1] if places else ""


def _is_authors(module: str) -> bool:
    package = module.partition(".")[0]
    return package != "rounds_sdk" and package not in sys.stdlib_module_names
