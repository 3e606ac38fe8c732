"""Good flows to bad ones: the mistakes of `mistakes/`, each one change with the place where it is told.

A file there belongs to the flow of its name. A mistake is the rule after `=`, and then lines as in a patch:
` ` as it is, `-` taken away, `+` put in. A line that begins with `^` has carets below what is underlined in
the line above it. `...` passes over lines, `@ FILE` goes on in another file beside the flow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.playing import FLOWS

MISTAKES = Path(__file__).parent / "mistakes"
_MARK = re.compile(r"\^ *\^+")


@dataclass
class Mistake:
    """One mistake: the flow it is in, the files as they then are, and the one finding that is wanted."""

    name: str
    rule: str
    files: dict[str, str] = field(default_factory=dict)
    """The text of each file that is changed, by its path below `flows/`."""
    place: tuple[str, int, int, int] = ("", 0, 0, 0)
    """File, line, first column, and the column after the last that is underlined."""


def mistakes() -> list[Mistake]:
    """Return all of them."""
    return [mistake for path in sorted(MISTAKES.rglob("*.txt")) for mistake in _read(path)]


def _read(path: Path) -> Iterator[Mistake]:
    flow = path.relative_to(MISTAKES).with_suffix(".yaml").as_posix()
    blocks = re.split(r"^= ", path.read_text("utf-8"), flags=re.MULTILINE)
    assert not blocks[0], f"{path.name} begins with no rule"
    for number, block in enumerate(blocks[1:], 1):
        rule, _, change = block.partition("\n")
        mistake = Mistake(f"{path.stem} {number} {rule}", rule)
        parts = re.split(r"^@ (.+)\n", f"@ {flow}\n{change.rstrip()}\n", flags=re.MULTILINE)
        for name, hunks in zip(parts[1::2], parts[2::2], strict=True):
            _change(mistake, name, hunks)
        assert mistake.place[0], f"nothing is marked in {mistake.name}"
        mistake.files.setdefault(flow, (FLOWS / flow).read_text("utf-8"))
        yield mistake


def _change(mistake: Mistake, name: str, hunks: str) -> None:
    """Make the changes of one file, and note what is marked in it."""
    lines = mistake.files.get(name, (FLOWS / name).read_text("utf-8")).split("\n")
    for hunk in re.split(r"^\.\.\.\n", hunks, flags=re.MULTILINE):
        rows = [row for row in hunk.split("\n") if row]
        was = [row[1:] for row in rows if row[0] in " -"]
        if not rows:
            continue
        found = [at for at in range(len(lines)) if lines[at : at + len(was)] == was]
        assert len(found) == 1, f"{mistake.name}: {len(found)} places fit {was}"
        at = found[0]
        lines[at : at + len(was)] = [row[1:] for row in rows if row[0] in " +"]
        for row in rows:
            if _MARK.fullmatch(row):
                assert not mistake.place[0], f"two places are marked in {mistake.name}"
                mistake.place = (name, at, row.index("^", 1), len(row))
            elif row[0] != "-":
                at += 1
    mistake.files[name] = "\n".join(lines)
