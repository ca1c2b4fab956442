"""Fits what JSON held to a type: the types of Python's own hints, checked once, at the border.

A shape is what JSON can hold (`str`, `int`, `float`, `bool`, `None`, a `Literal`, `Any`), a
list, tuple, dict or union of shapes, a `TypedDict` (which keeps fields that it does not name), or a
dataclass (which drops them).
"""

import dataclasses
import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

Reader = Callable[[Any], Any]


class Misfit(ValueError):
    """What was read is not of the shape. It says where, never what stands there."""

    def __init__(self, words: str = "") -> None:
        """Take the words where there is no place to tell."""
        super().__init__(words)
        self.words = words
        self.place = ""

    def below(self, step: str) -> "Misfit":
        """Tell it from one level further out."""
        self.place = step + self.place
        return self

    def __str__(self) -> str:
        """Name the place."""
        place = self.place.removeprefix(".")
        return self.words or "other JSON than expected" + (f" at {place}" if place else "")


def fit(value: object, shape: Any) -> Any:
    """Fit a value that was just read, which may be changed on the way; raises `Misfit`."""
    return _reader(shape)(value)


@cache
def _reader(shape: Any) -> Reader:
    if shape is Any or shape is object:
        return lambda value: value
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if origin in (typing.Union, types.UnionType):
        return _union([_reader(argument) for argument in arguments])
    if origin is typing.Literal:
        return _union([_one_of(argument) for argument in arguments])
    if origin in (list, tuple, dict):
        return _container(origin, arguments)
    if typing.is_typeddict(shape):
        return _typed_dict(shape)
    if dataclasses.is_dataclass(shape):
        return _dataclass(shape)
    return _scalar(shape)


def _scalar(shape: Any) -> Reader:
    wider: dict[Any, Any] = {None: types.NoneType, float: (int, float)}
    exact = wider.get(shape, shape)
    if shape not in (None, types.NoneType, str, int, float, bool, list, dict):
        raise TypeError(f"JSON has no shape {shape}")

    def read(value: Any) -> Any:
        # To Python a bool is an int; to JSON it is not.
        if not isinstance(value, exact) or (isinstance(value, bool) and shape is not bool):
            raise Misfit
        return value

    return read


def _one_of(literal: Any) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not type(literal) or value != literal:
            raise Misfit
        return value

    return read


def _union(readers: list[Reader]) -> Reader:
    def read(value: Any) -> Any:
        deepest = Misfit()
        for reader in readers:
            try:
                return reader(value)
            except Misfit as misfit:
                deepest = max(deepest, misfit, key=lambda it: len(it.place))
        raise deepest

    return read


def _container(origin: type, arguments: tuple[Any, ...]) -> Reader:
    if origin is dict:
        return _mapping(_reader(arguments[1]))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return _tuple([_reader(argument) for argument in arguments])
    return _list(_reader(arguments[0]), origin)


def _list(reader: Reader, make: type) -> Reader:
    def read(value: Any) -> Any:
        items = [_at(reader, item, f"[{at}]") for at, item in enumerate(_a(list, value))]
        return items if make is list else make(items)

    return read


def _tuple(readers: list[Reader]) -> Reader:
    def read(value: Any) -> Any:
        if len(_a(list, value)) != len(readers):
            raise Misfit
        pairs = enumerate(zip(readers, value, strict=True))
        return tuple(_at(reader, item, f"[{at}]") for at, (reader, item) in pairs)

    return read


def _mapping(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        # A name may be a patient's, so it is not told.
        return {name: _at(reader, item, ".*") for name, item in _a(dict, value).items()}

    return read


def _typed_dict(shape: Any) -> Reader:
    readers = {name: _reader(hint) for name, hint in typing.get_type_hints(shape).items()}
    required = shape.__required_keys__

    def read(value: Any) -> Any:
        found = _a(dict, value)
        for name, reader in readers.items():
            if name in found:
                found[name] = _at(reader, found[name], f".{name}")
            elif name in required:
                raise Misfit().below(f".{name}")
        return found

    return read


def _dataclass(shape: Any) -> Reader:
    hints = typing.get_type_hints(shape)
    fields = [field for field in dataclasses.fields(shape) if field.init]
    readers = {field.name: _reader(hints[field.name]) for field in fields}
    required = {field.name for field in fields if not _has_default(field)}

    def read(value: Any) -> Any:
        found = _a(dict, value)
        for name in sorted(required - found.keys()):
            raise Misfit().below(f".{name}")
        known = [name for name in readers if name in found]
        return shape(**{name: _at(readers[name], found[name], f".{name}") for name in known})

    return read


def _has_default(field: "dataclasses.Field[Any]") -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def _at(reader: Reader, value: Any, step: str) -> Any:
    try:
        return reader(value)
    except Misfit as misfit:
        raise misfit.below(step) from None


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise Misfit
    return value
