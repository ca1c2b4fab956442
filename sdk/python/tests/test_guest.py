"""What the component does before and after the author's code: finds it, and tells of its end."""

import unittest
from collections.abc import Callable, Mapping
from types import ModuleType

from rounds_sdk import Connector, Context, Manifest, Page, Request, Response
from rounds_sdk.guest.found import connector_of, session_of
from rounds_sdk.guest.last_words import last_words

PATIENT: Mapping[str, str] = {"name": "Doe"}
CODES: Mapping[str, int] = {}


class Whole(Connector):
    """A connector."""

    def describe(self) -> Manifest:
        return Manifest("whole", "0.1.0", "", actions=[], requests=[])

    def poll(self, context: Context, cursor: str | None) -> Request:
        return Request.get("/")

    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        return Page.last("")


class Half(Connector):
    """A connector that is not written to its end."""

    def describe(self) -> Manifest:
        return Manifest("half", "0.1.0", "", actions=[], requests=[])


def fixed() -> None:
    """Raise words of its own."""
    raise ValueError("words of the program")


def made() -> None:
    """Raise words with a patient in them."""
    raise TypeError(f"no {PATIENT['name']}")


def checked() -> None:
    """Assert with a patient as its words."""
    assert not PATIENT, PATIENT["name"]


def words_of(call: Callable[[], object]) -> str:
    """Say what is said of what a call raises."""
    try:
        call()
    except BaseException as error:
        return last_words(error)
    return "nothing was raised"


class LastWordsTest(unittest.TestCase):
    """What is said of an exception."""

    def test_says_what_is_fixed_in_the_program(self) -> None:
        for call, begins in [
            (fixed, "ValueError: words of the program in test_guest.py, line "),
            (lambda: PATIENT["start"], "KeyError: 'start' in test_guest.py, line "),
            (lambda: 1 // int(not PATIENT), "ZeroDivisionError: "),
            (lambda: PATIENT.start, "AttributeError: 'dict' object has no attribute 'start'"),  # type: ignore[attr-defined]
            (lambda: next(iter(())), "StopIteration in test_guest.py"),
        ]:
            self.assertTrue(words_of(call).startswith(begins), words_of(call))

    def test_never_says_what_may_be_a_patients(self) -> None:
        for call in (made, checked, lambda: CODES[PATIENT["name"]], lambda: int(PATIENT["name"])):
            words = words_of(call)
            self.assertNotIn("Doe", words)
            self.assertIn("test_guest.py, line ", words)


class FoundTest(unittest.TestCase):
    """Which class is the connector."""

    def found(self, *classes: object) -> Connector:
        module = ModuleType(__name__)
        vars(module).update({str(it): it for it in (Connector, *classes)})
        return connector_of(module)

    def test_takes_the_one_that_is_whole(self) -> None:
        self.assertIsInstance(self.found(Half, Whole), Whole)

    def test_says_why_there_is_none(self) -> None:
        with self.assertRaisesRegex(ImportError, "no class that derives from"):
            self.found()
        with self.assertRaisesRegex(ImportError, "Half has no changes, poll"):
            self.found(Half)

    def test_a_session_is_one_on_both_sides(self) -> None:
        self.assertIsNone(session_of(Whole(), is_wanted=False))
        with self.assertRaisesRegex(ImportError, "Whole is no Session"):
            session_of(Whole(), is_wanted=True)
