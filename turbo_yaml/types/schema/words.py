"""Values and types in the words of the person who reads the message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from turbo_yaml.types.schema.shapes import type_of

_LONGEST: Final = 40

_AS_VALUE: Final = {
    "string": "text",
    "integer": "a number",
    "number": "a number",
    "boolean": "a boolean",
    "array": "a list",
    "object": "a map",
    "null": "null",
}
_AS_WANTED: Final = {**_AS_VALUE, "integer": "an integer", "boolean": "true or false"}


def shown(value: Any) -> str:
    """Return a short value as JSON, cut where it is long; of lists and maps only their shape."""
    match value:
        case str():
            cut = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
            return json.dumps(cut, ensure_ascii=not cut.isprintable())
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a map of {len(value)}"
        case None | bool() | float():
            return json.dumps(value)
        case int():
            return str(value) if value.bit_length() < 200 else "a number of many digits"
    return f"a Python `{type(value).__name__}`"


def kind_of(value: Any) -> str:
    """Return what a value is: `text`, `a list`."""
    return _AS_VALUE.get(type_of(value), f"a Python `{type(value).__name__}`")


def wanted_type(names: Iterable[str]) -> str:
    """Return what a type asks for: `an integer`, `text or null`."""
    words = list(dict.fromkeys(_AS_WANTED.get(name, name) for name in names))
    return joined(words, "or")


def joined(words: Sequence[str], last: str) -> str:
    """Return words as a person lists them: `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def wrong_type(value: Any, names: Iterable[str]) -> str:
    """Say what a value is, and what it should have been."""
    if isinstance(value, list | dict) or value is None:
        return f"{kind_of(value)}, not {wanted_type(names)}"
    if isinstance(value, float) and value - value != 0:
        return f"{shown(value)} is not a number that JSON can carry"
    if isinstance(value, float) and "integer" in (wanted := list(names)):
        return f"{shown(value)} is not {wanted_type(wanted)}"
    if isinstance(value, bool | int | float | str):
        return f"{shown(value)} is {kind_of(value)}, not {wanted_type(names)}"
    return f"{shown(value)}, not {wanted_type(names)}"


def some_of(values: Sequence[Any], most: int = 8) -> str:
    """Return legal values as a list in backticks, cut where there are many."""
    words = [f"`{each}`" if isinstance(each, str) else f"`{shown(each)}`" for each in values[:most]]
    if len(values) > most:
        return f"{', '.join(words)} and {len(values) - most} more"
    return joined(words, "or")


def counted(number: int | float, one: str, many: str) -> str:
    """Return `1 character`, `3 characters`."""
    return f"{number:g} {one if number == 1 else many}" if number < 1e6 else f"{int(number)} {many}"


def place(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `address.lines[2]`; empty at the top."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier():
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def pointer(path: Iterable[str | int]) -> str:
    """Return a path as a JSON pointer: `/address/lines/2`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
