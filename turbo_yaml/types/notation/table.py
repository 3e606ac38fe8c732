"""The words and the marks of the shorthand for types."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from turbo_yaml.syntax.tree import Mapping, Node, Scalar, Sequence

NAMES: Final[dict[str, dict[str, str]]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "any": {},
    "null": {"type": "null"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "str": {"type": "string"},
}

FOREIGN: Final = {
    "text": "text is `string`",
    "list": "a list of texts is `[string]`",
    "array": "a list of texts is `[string]`",
    "object": "a map is `{name: string, age: integer}`; one with any fields is `{type: object}`",
    "map": "a map is `{name: string, age: integer}`; one with any fields is `{type: object}`",
    "dict": "a map is `{name: string, age: integer}`; one with any fields is `{type: object}`",
    "enum": "one of some labels is `{enum: [a, b]}`",
    "double": "a number is `number`",
    "date": "a date is `{type: string, format: date}`",
    "datetime": "a moment is `{type: string, format: date-time}`",
}

_FIELD = re.compile(
    r"(?P<name>[^?()]+)(?P<optional>\?)?(?:\((?P<kind>[^(),]*)(?:,(?P<words>.*))?\))?", re.DOTALL
)
WILDCARD: Final = "(*)"
FIELD_KINDS: Final = ("array", "object", "enum")


class Field(NamedTuple):
    """The key of a field, taken apart: `tags?(array, the tags)`."""

    name: str
    optional: bool
    kind: str | None
    words: str | None


def is_type_name(text: str) -> bool:
    """Tell whether a text is a type, perhaps with a description."""
    return text.partition(",")[0].strip() in NAMES


def read_field(key: str) -> Field | None:
    """Take the key of a field apart; None where it is not written as one."""
    found = _FIELD.fullmatch(key)
    name = found["name"].strip() if found else ""
    if found is None or not name:
        return None
    kind = found["kind"]
    words = (found["words"] or "").strip()
    return Field(name, bool(found["optional"]), None if kind is None else kind.strip(), words or None)


def may_be_type(node: Node) -> bool:
    """Tell whether a node would be a type if it stood alone."""
    match node:
        case Scalar():
            return is_type_name(node.text)
        case Sequence():
            return len(node.items) == 1 and may_be_type(node.items[0])
        case Mapping():
            return bool(node.entries) and all(may_be_type(entry.value) for entry in node.entries.values())
