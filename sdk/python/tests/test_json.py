"""JSON that goes out is the same bytes as from the other SDKs; what comes in is JSON, and fits."""

import json
import unittest
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from rounds_sdk import Context, Internal, InvalidSettings, Response, UnexpectedResponse, _json


class Name(TypedDict):
    """A name, of which more may be known."""

    family: str
    given: NotRequired[str | None]


class Kind(TypedDict):
    """One of two."""

    kind: Literal["a", "b"]


@dataclass
class Settings:
    """What a connection may set."""

    size: int = 100
    names: tuple[str, ...] = ()


class WriteTest(unittest.TestCase):
    """What goes out."""

    def test_writes_as_serde_json_does(self) -> None:
        for value, text in [
            (
                {"b": [1, None, True], "a": "ü\u2028😀/<>&"},
                '{"b":[1,null,true],"a":"ü\u2028😀/<>&"}',
            ),
            ('"\\\b\f\n\r\t\x00\x1f\x7f', r'"\"\\\b\f\n\r\t\u0000\u001f' + '\x7f"'),
            ([1.0, 0.1, 1e15, 1e16, 1.5e22], "[1.0,0.1,1000000000000000.0,1e+16,1.5e+22]"),
            ([0.0001, 1e-5, -1.25e-5, 1e-6, 1e-10], "[0.0001,0.00001,-0.0000125,1e-6,1e-10]"),
            (["1e-05", 'a"1e-05', 1e-7], r'["1e-05","a\"1e-05",1e-7]'),
        ]:
            with self.subTest(text):
                self.assertEqual(_json.write(value), text)

    def test_what_json_cannot_hold_is_the_connectors_fault(self) -> None:
        itself: list[Any] = []
        itself.append(itself)
        for value in (float("nan"), {1, 2}, object(), "\ud800", itself):
            with self.assertRaises(Internal):
                _json.write(value)


class ReadTest(unittest.TestCase):
    """What comes in."""

    def test_nothing_but_json_is_read(self) -> None:
        for text in (
            "",
            "[1,",
            "[NaN]",
            "[Infinity]",
            "[1e999]",
            "1" * 5000,
            r'"\ud800"',
            "[" * 300 + "]" * 300,
            '["]",' * 300 + "1" + "]" * 300,
            '{"a":' * 10_000,
        ):
            with self.subTest(text[:10]), self.assertRaises(UnexpectedResponse):
                Response(200, text).json()

    def test_what_looks_deep_or_halved_and_is_not_is_read(self) -> None:
        for value in (["[[[" * 300] * 900, [["]"], ['\\"[']] * 900, "😀", "\\ud800"):
            self.assertEqual(Response(200, json.dumps(value)).json(), value)

    def test_says_where_and_never_what(self) -> None:
        for shape, text, says in [
            (list[int], '["Jane"]', "other JSON than expected at [0]"),
            (int, "true", "other JSON than expected"),
            (dict[str, int], '{"Jane": "x"}', "other JSON than expected at *"),
            (Name, '{"given": "Jane"}', "other JSON than expected at family"),
            (list[Name], '[{"family": "D", "given": 1}]', "other JSON than expected at [0].given"),
            (tuple[str, int], '["a"]', "other JSON than expected"),
            (int, "[1,\n?]", "no valid JSON at line 2, column 1 (status 200, media type none)"),
        ]:
            with self.subTest(says), self.assertRaises(UnexpectedResponse) as raised:
                Response(200, text).json(shape)
            self.assertEqual(raised.exception.text, says)

    def test_reads_shapes(self) -> None:
        name = '{"family": "Doe", "given": null, "more": [1]}'
        self.assertEqual(Response(200, name).json(Name), json.loads(name))
        pairs = Response(200, '[["a", 1]]').json(list[tuple[str, float]])
        self.assertEqual(pairs, [("a", 1)])
        settings = Context(action="a", settings_json='{"size": 2}').settings(Settings)
        self.assertEqual(settings, Settings(size=2))

    def test_settings_that_do_not_fit_are_invalid(self) -> None:
        context = Context(action="a", settings_json='{"size": "2"}')
        with self.assertRaisesRegex(InvalidSettings, "at size"):
            context.settings(Settings)

    def test_a_shape_that_json_cannot_have_is_a_mistake(self) -> None:
        with self.assertRaises(TypeError):
            Response(200, "1").json(bytes)

    def test_reads_literals(self) -> None:
        self.assertEqual(Response(200, '{"kind": "a"}').json(Kind), {"kind": "a"})
        with self.assertRaises(UnexpectedResponse):
            Response(200, '{"kind": "c"}').json(Kind)
