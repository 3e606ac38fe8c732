"""Runs that were found to what is printed of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from turbo_yaml.cli.conversation.output import to_json, to_text
from turbo_yaml.cli.files import read_file
from turbo_yaml.cli.history import run_facts, run_line
from turbo_yaml.errors import UsageError
from turbo_yaml.journal.journal import Run
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.types.shorthand import parse_type

_LONGEST: Final = 100
"""Letters of a text that is cut."""
_BLOCK: Final = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^`\n]*\n(?P<code>.*?)^(?P=fence)[`~]*[ \t]*$", re.M | re.S
)


def listed(runs: Sequence[Run], form: str | None, *, cut: bool = False) -> str:
    """Return what a list of runs prints: `form` is `json`, `data`, `response`, `first`, `last`, or None.

    `UsageError` where nothing came of any of them, or no block of code.
    """
    if form == "json":
        facts = [run_facts(run) for run in runs]
        return to_json(_cut(facts) if cut else facts, indent=2) + "\n"
    if form is None:
        return "".join(run_line(run) + "\n" for run in runs)
    outcomes = [run.outcome for run in runs if run.outcome is not None]
    if form == "data":
        return "".join(to_json(_cut(outcome) if cut else outcome) + "\n" for outcome in outcomes)
    if not outcomes:
        raise UsageError("there is no such run of which something came", hint="`turbo-yaml runs` lists all")
    if form == "response":
        return to_text(outcomes[0])
    return _code(outcomes, -1 if form == "last" else 0)


def _code(outcomes: Sequence[Any], which: int) -> str:
    """Return a block of code of the newest outcome that has one."""
    for outcome in outcomes:
        blocks = _BLOCK.findall(to_text(outcome))
        if blocks:
            return to_text(blocks[which][1])
    raise UsageError("what came of these runs has no block of code", hint="`-r` prints it as it is")


def _cut(value: Any) -> Any:
    """Return data whose long texts are cut."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value] if isinstance(value, list) else value


def schema_of(text: str) -> dict[str, Any]:
    """Return the JSON Schema of a type as flows have it, of a JSON Schema, or of a file with either."""
    name, written = "--schema", text
    if Path(text).suffix in (".json", ".yaml", ".yml"):
        name, written = text, read_file(text)
    source = Source(name, written)
    node, problems = parse_yaml(source)
    schema: dict[str, Any] = {}
    if node is not None and not problems:
        schema, problems = parse_type(node, source)
    if problems or node is None:
        what = problems[0].message if problems else "there is nothing in it"
        raise UsageError(f"`{text:.60}` is no type: {what}", hint="`--schema '{name: string, age: integer}'`")
    return schema
