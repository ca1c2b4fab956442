"""The border: every field of the contract's records is handed over, in the contract's order."""

import re
import sys
import unittest
from dataclasses import make_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import rounds_sdk
from rounds_sdk import (
    Action,
    Change,
    ChangeKind,
    Manifest,
    Page,
    RecordTime,
    TimeForm,
    Unreadable,
)

WIT = Path(rounds_sdk.__file__).parent / "wit" / "connector.wit"


def generated() -> tuple[Any, Any]:
    """Make what componentize-py makes of the contract: records in their order, and enums."""
    text = re.sub(r"//.*", "", WIT.read_text(encoding="utf-8"))
    made: dict[str, Any] = {"Failure_" + case: Exception for case in _FAILURES}
    for kind, name, body in re.findall(r"(record|enum) ([\w-]+) \{(.*?)\n?\s*\}", text, re.DOTALL):
        words = re.findall(r"([\w-]+)(?::|\s*(?:,|$))", body) if kind == "enum" else []
        fields = re.findall(r"^\s*([\w-]+):", body, re.MULTILINE)
        called = "".join(part.title() for part in name.split("-"))
        if kind == "record":
            made[called] = make_dataclass(called, [it.replace("-", "_") for it in fields])
        else:
            cases = {word.replace("-", "_").upper(): word for word in words}
            made[called] = Enum(called, cases)
    types, exported = ModuleType("types"), ModuleType("connector")
    for module in (types, exported):
        vars(module).update(made)
    return types, exported


_FAILURES = (
    "InvalidSettings",
    "Unauthorized",
    "Unavailable",
    "CursorLost",
    "UnexpectedResponse",
    "Internal",
)


class ConvertTest(unittest.TestCase):
    """Both ways, with a value of its own in every field."""

    def setUp(self) -> None:
        """Put what is generated in its place."""
        self.types, exported = generated()
        imports, exports = ModuleType("wit_world.imports"), ModuleType("wit_world.exports")
        vars(imports)["types"], vars(exports)["connector"] = self.types, exported
        modules = {"wit_world": ModuleType("wit_world"), imports.__name__: imports}
        modules[exports.__name__] = exports
        sys.modules.update(modules)
        self.convert = import_module("rounds_sdk.guest.convert")
        for name in (*modules, "rounds_sdk.guest.convert"):
            self.addCleanup(sys.modules.pop, name)

    def test_a_context_comes_in(self) -> None:
        flags = ("interrupted", "listing", "silent", "last_try")
        for one in flags:
            texts = {"action": "a", "settings": "{}", "base_url": "b", "since": "s", "now": "n"}
            origins = ["https://b"]
            theirs = self.types.Context(**texts, allow_origins=origins, **{flag: flag == one for flag in flags})
            ours = self.convert.context(theirs)
            self.assertEqual(ours.allow_origins, ("https://b",))
            self.assertEqual([flag for flag in flags if getattr(ours, flag)], [one])

    def test_a_change_goes_out_and_comes_back(self) -> None:
        for kind in ChangeKind:
            change = Change(
                id="i", kind=kind, version="v", content="c", key="k", occurred_at="o", data="1"
            )
            theirs = self.convert.page(Page.last("9", [change])).changes[0]
            self.assertEqual((theirs.kind.value, theirs.content), (kind.value, "c"))
            self.assertEqual(self.convert.change(theirs), change)

    def test_a_page_goes_out(self) -> None:
        odd = [
            Unreadable(place="entry 3", reason="no id", data='{"a":1}'),
            Unreadable(place="4", id="x", reason="no", data="[]"),
        ]
        page = self.convert.page(Page.more("9", odd, notices=["It does not sort."]))
        found = [(it.place, it.id, it.reason, it.data) for it in page.unreadable]
        self.assertEqual(found, [("entry 3", None, "no id", '{"a":1}'), ("4", "x", "no", "[]")])
        self.assertEqual((page.notices, page.cursor, page.more), (["It does not sort."], "9", True))

    def test_an_action_goes_out(self) -> None:
        actions = [Action.feed("a", "A", ["A.B"], fastest=7, lists=it) for it in (False, True)]
        made = self.convert.manifest(Manifest("m", "1", "", actions=actions, requests=[]))
        self.assertEqual([(it.fastest, it.lists) for it in made.actions], [(7, False), (7, True)])

    def test_where_records_have_their_time_goes_out(self) -> None:
        for form in TimeForm:
            time = RecordTime("meta.at", form, unique=True)
            actions = [Action.feed("a", "A", ["A.B"], fastest=7, record_time=time)]
            headers = ["x-next"]
            made = self.convert.manifest(
                Manifest("m", "1", "", actions=actions, requests=[], reads_headers=headers)
            )
            theirs = made.actions[0].record_time
            found = (theirs.field, theirs.form.value, theirs.unique, made.reads_headers)
            self.assertEqual(found, ("meta.at", form.value, True, headers))
