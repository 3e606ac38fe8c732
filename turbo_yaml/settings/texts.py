"""The text of a variable or a flag to a patch, read by the kind of the setting that it is for."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.records import replace
from turbo_yaml.settings.keys import FILE, LayerKind
from turbo_yaml.settings.kinds import Either, Kind, ListOf, Maybe, Text, Words, child
from turbo_yaml.settings.patch import EMPTY, Merge, Place
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.settings.secrets import covered, is_secret_name, is_secret_value
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Entry, Mapping, Node, Scalar

_TAGGED: Final = re.compile(r"!(?:reset|override|append|prepend|env)(?![A-Za-z])")


def read_text(
    source: Source, keys: list[str], spans: list[Span], start: int, kind: LayerKind, place: Place
) -> tuple[Merge, list[Diagnostic]]:
    """Return the patch of one setting, and what is wrong with it.

    `spans` are the places of its keys in the source, whose text from `start` on is the value.
    """
    if not all(keys):
        whole = Span(spans[0].start, spans[-1].end)
        help = "name a setting: `turbo-yaml settings list` shows every one"
        return EMPTY, [Diagnostic("unknown-setting", f"`{place}` names no setting", source, whole, help)]
    value_kind: Kind | None = FILE
    for key in keys:
        value_kind = None if value_kind is None else child(value_kind, key)
    node, found = node_of_text(value_kind, source, start)
    if node is not None:
        for key, span in zip(reversed(keys), reversed(spans), strict=True):
            node = Mapping({key: Entry(Scalar(key, *span, ""), node)}, span.start, node.end, flow=False)
        patch, problems = read_settings(node, source, kind, place)
        found = [*found, *problems]
    else:
        patch = EMPTY
    if found and (is_secret_name(keys[-1]) or is_secret_value(source.text[start:])):
        found = covered(found, source, [Span(start, len(source.text))])
    return patch, found


def split_key(text: str, separator: str, start: int) -> tuple[list[str], list[Span]]:
    """Return the keys of a path such as `a.b`, and their spans where the path begins at `start`."""
    keys = text.split(separator)
    spans = []
    for key in keys:
        spans.append(Span(start, start + len(key)))
        start += len(key) + len(separator)
    return keys, spans


def node_of_text(
    kind: Kind | None, source: Source, start: int = 0, *, tags: bool = True
) -> tuple[Node | None, list[Diagnostic]]:
    """Return what the text from `start` on says: for a setting that is text the text itself, else YAML.

    A list, a map and quotes are written as in YAML, with `tags` also `!append [x]` and its like.
    """
    text = source.text[start:]
    if tags and _TAGGED.match(text):
        return _yaml(source, start)
    if _is_text(kind):
        null = isinstance(kind, Maybe) and text == "null"
        return Scalar(text, start, len(source.text), "" if null else '"'), []
    if text[:1] in ("[", "{", '"', "'"):
        return _yaml(source, start)
    return Scalar(text, start, len(source.text), '"' if _is_lone_text(kind) else ""), []


def _yaml(source: Source, start: int) -> tuple[Node | None, list[Diagnostic]]:
    from turbo_yaml.syntax.loader import parse_yaml

    # Blanks for what stands before the text keep every offset what it is in the source.
    node, found = parse_yaml(Source(source.name, " " * start + source.text[start:]))
    return node, [replace(diagnostic, source=source) for diagnostic in found]


def _is_lone_text(kind: Kind | None) -> bool:
    match kind:
        case ListOf(item, lone):
            return lone and _is_text(item)
        case Maybe(inner):
            return _is_lone_text(inner)
        case _:
            return False


def _is_text(kind: Kind | None) -> bool:
    match kind:
        case Text() | Words():
            return True
        case Maybe(inner) | Either(other=inner):
            return _is_text(inner)
        case _:
            return False
