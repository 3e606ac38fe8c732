"""Every promise of SECURITY.md names the tests that show it, and those are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`(tests/[\w/.]+)`|`(test_\w+)`")
MUST = (
    "runs no code", "reads no file", "becomes a template", "file, line and column",
    "is whole or it is an error", "No paid call is repeated", "A crash loses nothing", "within a second",
    "Deadlines are total", "Keys reach no file and no screen", "only as constants",
)  # fmt: skip
"""What has to be promised, come what may."""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


PROMISES = rows("What is promised")
TRUSTED = rows("Who is trusted with what")


def wrongly_named(cell: str) -> list[str]:
    """Return the files of tests, and the tests, that a cell names and that are not there."""
    wrong = []
    here = ""
    for path, name in _NAMED.findall(cell):
        if path:
            file = ROOT / path
            here = file.read_text(encoding="utf-8") if file.is_file() else ""
            wrong += [] if re.search(r"^(async )?def test_", here, re.MULTILINE) else [path]
        elif f"def {name}(" not in here:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("row", [*PROMISES, *TRUSTED[1:]], ids=lambda row: row[0][:40])
def test_what_is_promised_is_shown_by_tests_that_are_there(row: list[str]) -> None:
    assert _NAMED.search(row[-1]), row[0]
    assert wrongly_named(row[-1]) == []
    assert all(row)


def test_a_test_that_is_not_there_is_noticed() -> None:
    assert wrongly_named("`tests/nowhere.py`") == ["tests/nowhere.py"]
    assert wrongly_named("`tests/docs/test_security.py`: `test_of_nothing`") == ["test_of_nothing"]


@pytest.mark.parametrize("words", MUST)
def test_nothing_that_was_promised_is_dropped(words: str) -> None:
    assert any(words in row[0] for row in PROMISES)
