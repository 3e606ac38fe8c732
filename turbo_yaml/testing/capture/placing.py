"""A file with tests, or that is to have some, to its text with one more; all else in it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.diagnostics.edits import Edit, applied
from turbo_yaml.errors import UsageError
from turbo_yaml.formatting.pieces import Piece, read_pieces
from turbo_yaml.formatting.shape import shape_of
from turbo_yaml.formatting.text import comments
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.testing.capture.block import to_block

_KEY: Final = "tests"
_END: Final = re.compile(r"\r\n|\n|\r")


def with_test(text: str, test: Mapping[str, Any], name: str) -> str:
    """Return the text of a flow or of a file of tests with a test at the end of its `tests`.

    `name` is the file's. `UsageError` where that cannot be without changing what stands there.
    """
    found = _END.search(text)
    end = "\n" if found is None else found[0]
    plain = _END.sub("\n", text)
    root = read_pieces(plain).root
    if root is None or root.kind != "map" or root.flow:
        raise _odd(name)
    new = applied(plain, _edits(plain, root, to_block({_KEY: [test]})))
    if not _keeps(plain, new):
        raise _odd(name)
    return new if end == "\n" else new.replace("\n", end)


def _odd(name: str) -> UsageError:
    return UsageError(
        f"no test can be added to `{name}` without changing what stands there",
        hint="write it to a file of its own: `--out FILE.test.yaml`",
    )


def _edits(text: str, root: Piece, block: str) -> list[Edit]:
    tests = next((pair for pair in root.entries if pair[0].text == _KEY), None)
    margin = " " * _column(text, root.content)
    if tests is None:
        return [_at_the_end(text, _moved(block, margin))]
    key, value = tests
    items = block.partition("\n")[2]
    if value.kind == "list" and not value.flow:
        items = _moved(items, " " * _column(text, value.content), base=2)
        return [_after(text, value.end, items)]
    own = "".join(f"  - {text[child.start : child.end]}\n" for child in value.children)
    brackets = Span(text.index(":", key.end) + 1, value.end)
    return [Edit(brackets, ""), _after(text, value.end, _moved(own, margin) + _moved(items, margin))]


def _column(text: str, place: int) -> int:
    return place - (text.rfind("\n", 0, place) + 1)


def _moved(block: str, margin: str, *, base: int = 0) -> str:
    """Return lines that begin at the column `base`, moved to a margin."""
    lines = block.split("\n")
    return "\n".join(margin + line[base:] if line else line for line in lines)


def _at_the_end(text: str, block: str) -> Edit:
    before = text.rstrip("\n")
    return Edit(Span(len(before), len(text)), ("\n" if before else "") + block)


def _after(text: str, place: int, lines: str) -> Edit:
    """Put lines below the line that a place is on."""
    at = text.find("\n", place)
    if at < 0:
        return Edit(Span(len(text), len(text)), "\n" + lines)
    return Edit(Span(at + 1, at + 1), lines)


def _keeps(before: str, after: str) -> bool:
    """Tell whether a text says what it said, and one test more; and keeps its comments."""
    old, wrong = parse_yaml(Source("", before))
    new, found = parse_yaml(Source("", after))
    if wrong or found or old is None or new is None or comments(before) != comments(after):
        return False
    then, now = _entries(before), _entries(after)
    tests, more = then.pop(_KEY, None) or [], now.pop(_KEY)
    return then == now and more[:-1] == tests


def _entries(text: str) -> dict[str, Any]:
    """Return what each key of a text at its top says; of `tests`, a list."""
    node, _ = parse_yaml(Source("", text))
    entries = node.entries  # type: ignore[union-attr]
    return {
        key: [shape_of(item) for item in getattr(entry.value, "items", ())]
        if key == _KEY
        else shape_of(entry.value)
        for key, entry in entries.items()
    }
