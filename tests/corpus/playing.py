"""The good flows, and how each is run: with the inputs, answers and replies of the tests that it holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import turbo_yaml
from tests.language.running import Story, story_of
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.syntax.scalars import data_of

ROOT = Path(__file__).parents[2]
FLOWS = Path(__file__).parent / "flows"
SHOWN = ROOT / "flows"
GOOD = [
    path
    for folder in (FLOWS, SHOWN)
    for path in sorted(folder.glob("**/*.yaml"))
    if "turbo: 1\n" in path.read_text("utf-8")
]
"""The good flows: those that are here to be spoilt, and those that the project shows."""


@dataclass(frozen=True)
class Play:
    """What one run of a flow is told."""

    inputs: dict[str, Any] = field(default_factory=dict)
    answers: Sequence[Any] = ()
    replies: Sequence[Any] = ()


def plays_of(path: Path) -> list[Play]:
    """Return the runs that a good flow is put through; none where it takes tools, which the host has."""
    text = path.read_text("utf-8")
    if "\ntools:" in text:
        return []
    if path.parent == SHOWN:
        script = json.loads((ROOT / "tests" / "golden" / "flows" / f"{path.stem}.json").read_text("utf-8"))
        return [Play(script["with"], script["input"], script["model"])]
    source = Source(path.name, text)
    tree = parse_yaml(source)[0]
    written = tree.get("tests") if isinstance(tree, Mapping) else None
    tests = [] if written is None else data_of(written, source)[0]
    return [Play(test.get("with", {}), test.get("input", ()), test.get("model", ())) for test in tests]


def play(text: str, path: Path, told: Play) -> Story:
    """Run a flow that is text and stands for the file at `path`."""
    fn = turbo_yaml.loads(text, name=path.name, root=path.parent)
    fn = fn.configure({"model": "script", "retries": 0}).using(script=[*told.replies])
    return asyncio.run(story_of(fn, [*told.answers], dict(told.inputs)))
