"""Bytes to the loader: a tree or findings in the text, and the tree that PyYAML reads where both read one."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from tests.cli.mutants import GOOD, PIECES
from tests.hostile.corpus.yaml_texts import BY_HAND, by_program
from tests.hostile.fuzz.target import Target
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.source.files import UnreadableText, decode_text
from turbo_yaml.syntax import Mapping, Node, Scalar, Sequence
from turbo_yaml.syntax.loader import parse_yaml

_LONG = 2000
YAML = (
    *PIECES,
    b"|\n", b">-\n", b"|2+\n", b"!t ", b"!!str ", b"%YAML 1.1\n", b"...\n", b"\\x41", b"\\u00e9", b'"a": ', b"''",
    b"~", b"null", b"[]", b"{}", b", ", b"\n  ", b"\n- ", b"? a\n: b\n", b"\xe2\x80\xa8", b": |\n  x\n", b"%",
)  # fmt: skip


class Loader(Target):
    """The loader of YAML."""

    words = YAML

    def seeds(self) -> Iterable[bytes]:
        """Return good flows, and small hostile texts."""
        texts = [text for _, text in (*BY_HAND.items(), *by_program()) if len(text) < _LONG]
        return [*GOOD, *(text.encode("utf-8", "surrogatepass") for text in texts)]

    def tried(self, data: bytes) -> None:
        """Read: findings lie in the text, and there is a tree or a reason why not."""
        try:
            text = decode_text(data, "text.yaml")
        except UnreadableText as problem:
            assert problem.message and "\n" not in problem.message
            return
        root, found = parse_yaml(Source("text.yaml", text))
        placed(found)
        assert root is not None or found
        if root is not None:
            inside(root, len(text))
        if not found and root is not None and "{{" not in text and "{%" not in text:
            same(root, text)


def placed(found: Iterable[Diagnostic]) -> None:
    """Hold that findings lie in their texts, and can be shown."""
    for finding in found:
        assert 0 <= finding.span.start <= finding.span.end <= len(finding.source.text), finding
        assert finding.message and finding.where()


def inside(root: Node, length: int) -> None:
    """Hold that each node lies in the text; one that an alias stands for lies elsewhere in it."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        assert 0 <= node.start <= node.end <= length, (node.start, node.end, length)
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for entry in node.entries.values():
                waiting += [entry.key, entry.value]


def same(root: Node, text: str) -> None:
    """Hold a tree against what PyYAML reads, all scalars as text."""
    try:
        theirs = yaml.load(text, yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as problem:
        # That an anchor is named anew is nothing to YAML itself.
        assert "duplicate anchor" in str(problem), f"PyYAML refuses what is read here: {problem}"
        return
    assert plain(root) == theirs


def plain(node: Node) -> Any:
    """Return a tree as data, all scalars as text."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {name: plain(entry.value) for name, entry in node.entries.items()}
