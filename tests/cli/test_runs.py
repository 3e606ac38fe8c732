"""`runs list` as a person types it: what it finds, and what it prints of that."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]

DESK = """\
turbo: 1
settings: {model: script}
tools:
  find: {with: {id: integer}}
  pay: {with: {id: integer}}
inputs: {say: string}
steps:
  - user: "{{ say }}"
  - generate: {tools: [find, pay]}
"""
SORT = """\
turbo: 1
settings: {model: script, script: [{data: {kind: bill}}]}
steps:
  - user: sort this
  - generate: {output: {kind: string, urgent?: boolean}}
"""
BOOK = """\
turbo: 1
settings: {model: echo}
steps:
  - tool: book
    with: {id: 3}
  - return: "Look:\\n\\n```py\\nprint(1)\\n```\\nor\\n~~~\\nprint(2)\\n~~~\\nso."
tools:
  book: {with: {id: integer}}
"""
TOOLS = """\
def find(id: int) -> str:
    return f"{id} is here"

def pay(id: int) -> str:
    return f"{id} is paid"

def book(id: int) -> str:
    return "booked"
"""


@pytest.fixture
def names(turbo: Command, folder: Path) -> dict[str, str]:
    """The runs of a journal by what they are about, the oldest first."""
    for name, text in (("desk", DESK), ("sort", SORT), ("book", BOOK)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "tools.py").write_text(TOOLS, encoding="utf-8")
    scripts = {
        "found": "[{tool: find, with: {id: 7}}, It is here.]",
        "paid": "[[{tool: find, with: {id: 7}}, {tool: pay, with: {id: 7}}], It is paid.]",
        "nothing": "[There was nothing to do.]",
    }
    recorded = ("--journal", "--tools", "tools.py")
    for about, script in scripts.items():
        done = turbo("desk.yaml", *recorded, "--set", f"script={script}", "-p", "say", about)
        assert done[0] == 0, done
    assert turbo("sort.yaml", "--journal")[0] == 0
    assert turbo("book.yaml", *recorded)[0] == 0
    listed = [run["run"] for run in json.loads(turbo("runs", "--json")[1])]
    return dict(zip([*scripts, "sorted", "booked"], reversed(listed), strict=True))


def found(turbo: Command, *words: str) -> list[str]:
    """Return the names of the runs that are listed."""
    code, out, err = turbo("runs", *words)
    assert (code, err) == (0, "")
    return [line[:8] for line in out.splitlines()]


def test_runs_are_found_by_the_tools_that_they_called(turbo: Command, names: dict[str, str]) -> None:
    assert found(turbo, "-T", "find") == [names["paid"], names["found"]]
    assert found(turbo, "-T", "find", "--tool", "pay") == [names["paid"]]
    assert found(turbo, "--tool", "book") == [names["booked"]]
    assert found(turbo, "--tools") == [names["booked"], names["paid"], names["found"]]
    assert found(turbo, "--tool", "sell") == []


@pytest.mark.parametrize(
    "schema",
    [
        "{kind: string, urgent?: boolean}",
        '{"type": "object", "properties": {"urgent": {"type": "boolean"}, "kind": {"type": "string"}}, '
        '"required": ["kind"], "additionalProperties": false}',
        "type.yaml",
    ],
    ids=["a type", "a JSON Schema", "a file"],
)
def test_runs_are_found_by_the_type_of_a_reply(
    turbo: Command, folder: Path, names: dict[str, str], schema: str
) -> None:
    (folder / "type.yaml").write_text("kind: string\nurgent?: boolean\n", encoding="utf-8")
    assert found(turbo, "--schema", schema) == [names["sorted"]]
    assert found(turbo, "--schema", "{kind: string}") == []


def test_what_is_no_type_is_told(turbo: Command, names: dict[str, str]) -> None:
    code, _, err = turbo("runs", "--schema", "{kind: strin}")
    assert code == 2 and "`{kind: strin}` is no type" in err and "--schema" in err
    assert turbo("runs", "--schema", "nowhere.json")[0] == 2


def test_runs_are_found_that_began_after_another(turbo: Command, names: dict[str, str]) -> None:
    assert found(turbo, "--id-gt", names["nothing"]) == [names["booked"], names["sorted"]]
    assert found(turbo, "--id-gte", names["nothing"], "-m", "script") == [names["sorted"], names["nothing"]]
    assert turbo("runs", "--id-gt", "4prrdws9")[0] == 2


def test_what_came_of_runs_is_printed_alone(turbo: Command, names: dict[str, str]) -> None:
    assert turbo("runs", "-r", "-q", "paid") == (0, "It is paid.\n", "")
    assert turbo("runs", "--flow", "desk.yaml", "--data")[1].splitlines() == [
        '"There was nothing to do."',
        '"It is paid."',
        '"It is here."',
    ]
    assert turbo("runs", "--data", "--schema", "type.json")[0] == 2
    code, out, err = turbo("runs", "-r", "-q", "unheard")
    assert (code, out) == (2, "") and "no such run of which something came" in err


def test_blocks_of_code_are_taken_out(turbo: Command, names: dict[str, str]) -> None:
    assert turbo("runs", "-x") == (0, "print(1)\n", "")
    assert turbo("runs", "--xl") == (0, "print(2)\n", "")
    code, _, err = turbo("runs", "-x", "--flow", "desk")
    assert code == 2 and "has no block of code" in err


def test_long_texts_are_cut(turbo: Command, folder: Path) -> None:
    (folder / "long.yaml").write_text("turbo: 1\nsteps: [{return: \"{{ 'long' * 90 }}\"}]\n")
    turbo("long.yaml", "--journal", "-m", "echo")
    cut = json.loads(turbo("runs", "--data", "-t", "-n", "1")[1])
    assert len(cut) == 100 and cut.endswith("longlon…")
