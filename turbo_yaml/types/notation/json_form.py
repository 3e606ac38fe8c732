"""A map that is JSON Schema as it is: told from a map of fields, and read with its places kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.scalars import data_of, slot_text
from turbo_yaml.syntax.tree import Mapping, Node, Scalar, Sequence
from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.schema.keywords import KEYWORDS, TYPE_NAMES, Path, is_keyword
from turbo_yaml.types.schema.words import pointer

HEADS: Final = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items")
"""A map is JSON Schema where every key is a keyword and one of these has a legal value."""


def is_json_schema(node: Mapping) -> bool:
    """Tell whether a map is JSON Schema as it is, or a map of fields."""
    return all(map(is_keyword, node.entries)) and has_legal_head(node)


def has_legal_head(node: Mapping) -> bool:
    """Tell whether one of the keywords that make a schema has a value that is legal for it."""
    return any((value := node.get(head)) is not None and _LEGAL[head](value) for head in HEADS)


def _is_type(node: Node) -> bool:
    if isinstance(node, Sequence):
        return bool(node.items) and all(isinstance(each, Scalar) and _is_type(each) for each in node.items)
    return isinstance(node, Scalar) and node.text in TYPE_NAMES


def _is_schema(node: Node) -> bool:
    if isinstance(node, Mapping):
        return not node.entries or is_json_schema(node)
    return is_flag(node)


def is_flag(node: Node) -> bool:
    """Tell whether a node is a plain `true` or `false`."""
    return isinstance(node, Scalar) and not node.style and node.text in ("true", "false")


_LEGAL: Final[dict[str, Callable[[Node], bool]]] = {
    "type": _is_type,
    "enum": lambda node: isinstance(node, Sequence) and bool(node.items),
    "const": lambda node: True,
    "$ref": lambda node: isinstance(node, Scalar) and ("#" in node.text or "/" in node.text),
    "anyOf": lambda node: isinstance(node, Sequence) and bool(node.items),
    "oneOf": lambda node: isinstance(node, Sequence) and bool(node.items),
    "allOf": lambda node: isinstance(node, Sequence) and bool(node.items),
    "properties": lambda node: (
        isinstance(node, Mapping) and all(_is_schema(e.value) for e in node.entries.values())
    ),
    "items": _is_schema,
}


class JsonForm:
    """Reads one piece of JSON Schema that begins at `base` in the whole type.

    `#` of its `$ref`s is the piece's own beginning. Text and lists where a schema stands are shorthand, which
    JSON Schema never has there; maps are JSON Schema.
    """

    def __init__(
        self,
        source: Source,
        base: Path,
        places: dict[Path, tuple[Span, Span]],
        found: list[Diagnostic],
        shorthand: Callable[[Node, Path], Any],
    ) -> None:
        self.source = source
        self.base = pointer(base)
        self.places = places
        self.found = found
        self.shorthand = shorthand

    def schema(self, node: Node, path: Path) -> Any:
        """Return what stands where a schema stands."""
        if is_flag(node):
            return isinstance(node, Scalar) and node.text == "true"
        if not isinstance(node, Mapping):
            return self.shorthand(node, path)
        read: dict[str, Any] = {}
        for key, (name, value) in node.entries.items():
            at = (*path, key)
            self.places[at] = (name.span, value.span)
            if "broken" in (name.style, getattr(value, "style", "")):
                continue
            if key == "$schema" or (key == "$id" and pointer(path) == self.base):
                continue  # they name the language and the document, and say nothing of values
            said = self.keyword(key, value, at)
            if said is not MISSING:
                read[key] = said
        return read

    def keyword(self, key: str, node: Node, path: Path) -> Any:
        """Return the value of a keyword: schemas as schemas, words as text, all else as YAML data.

        MISSING stands for what was reported already.
        """
        match KEYWORDS.get(key):
            case "schema":
                return self.schema(node, path)
            case "schemas" if isinstance(node, Sequence):
                return [self.part(each, (*path, i)) for i, each in enumerate(node.items)]
            case "schema map" if isinstance(node, Mapping):
                return {
                    name: self.part(entry.value, (*path, name), entry.key)
                    for name, entry in node.entries.items()
                }
            case "ref" if isinstance(node, Scalar) and node.text.startswith("#"):
                return f"#{self.base}{node.text[1:]}"
            case "types" | "labels" if isinstance(node, Sequence):
                self.places.update({(*path, i): (each.span, each.span) for i, each in enumerate(node.items)})
        match KEYWORDS.get(key):
            case "types" | "text" | "pattern" | "ref" | "names" | "names map":
                return _words(node)
        data, diagnostics = data_of(node, self.source)
        self.found.extend(diagnostics)
        return MISSING if diagnostics else data

    def part(self, node: Node, path: Path, key: Node | None = None) -> Any:
        self.places[path] = ((key or node).span, node.span)
        return self.schema(node, path)


def _words(node: Node) -> Any:
    """Return text as it is written: `type: null` is the word, not the value."""
    match node:
        case Scalar():
            return slot_text(node)
        case Sequence():
            return [_words(each) for each in node.items]
        case Mapping():
            return {key: _words(entry.value) for key, entry in node.entries.items()}
