"""A text to how many characters of it are certain before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from jinja2 import nodes

from turbo_yaml.template import Text

_DEEPEST: Final = 20
"""Of texts included in one another deeper than this nothing is counted."""


class FixedText:
    """Counts what texts print in every run. `data` holds what is known by its names, such as data files."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._lengths: dict[str, int] = {}

    def of(self, text: Text, depth: int = 0) -> int:
        """Return how many characters a text has at least."""
        if text.tree is None:
            return len(text.plain)
        if depth > _DEEPEST:
            return 0
        return self._statements(text.tree.body, text, depth)

    def _statements(self, body: Iterable[nodes.Node], text: Text, depth: int) -> int:
        return sum(self._statement(node, text, depth) for node in body)

    def _statement(self, node: nodes.Node, text: Text, depth: int) -> int:
        match node:
            case nodes.Output():
                return sum(self._printed(part, text) for part in node.nodes)
            case nodes.If():
                ways = [node.body, *(branch.body for branch in node.elif_), node.else_]
                return min(self._statements(way, text, depth) for way in ways)
            case nodes.With():
                return self._statements(node.body, text, depth)
            case nodes.Include():
                included = text.includes.get(id(node))
                return 0 if included is None else self.of(included, depth + 1)
        return 0

    def _printed(self, node: nodes.Node, text: Text) -> int:
        match node:
            case nodes.TemplateData():
                return len(node.data)
            case nodes.Const() if isinstance(node.value, str):
                return len(node.value)
            case nodes.Name() if node.name in self._data and not _sets(text, node.name):
                return self._length(node.name)
        return 0

    def _length(self, name: str) -> int:
        """Return how long data is that a text prints."""
        if name not in self._lengths:
            value = self._data[name]
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            self._lengths[name] = len(shown)
        return self._lengths[name]


def _sets(text: Text, name: str) -> bool:
    """Tell whether a text gives a name a value of its own."""
    assert text.tree is not None
    return any(found.name == name and found.ctx != "load" for found in text.tree.find_all(nodes.Name))
