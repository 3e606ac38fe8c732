"""The good flows, and how each is run: with the inputs, answers and replies of the tests that it holds."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import turbo_yaml
from tests.language.running import Story, story_of
from tests.language.shown_flows import scripted_tools
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
    tools: dict[str, list[Any]] = field(default_factory=dict)
    """What each tool gives back, one after another."""
    settings: dict[str, Any] = field(default_factory=dict)
    flow: Path | None = None
    """The flow that is run, where it is not the spoilt file but one that uses it."""


def plays_of(path: Path) -> list[Play]:
    """Return the runs that a good flow is put through; one without steps, those of its users."""
    text = path.read_text("utf-8")
    if "\nsteps:" not in text:
        users = [user for user in GOOD if f"./parts/{path.name}" in user.read_text("utf-8")]
        users = [user for user in users if user.parent == path.parent.parent]
        return [replace(play, flow=user) for user in users for play in plays_of(user)]
    if path.parent == SHOWN:
        script = json.loads((ROOT / "tests" / "golden" / "flows" / f"{path.stem}.json").read_text("utf-8"))
        tools, settings = script.get("tools", {}), script.get("settings", {})
        return [Play(script["with"], script["input"], script["model"], tools, settings)]
    source = Source(path.name, text)
    tree = parse_yaml(source)[0]
    written = tree.get("tests") if isinstance(tree, Mapping) else None
    tests = [] if written is None else data_of(written, source)[0]
    return [Play(test.get("with", {}), test.get("input", ()), test.get("model", ())) for test in tests]


@contextmanager
def placed(text: str, path: Path, told: Play) -> Iterator[Path]:
    """Put a text where the file at `path` is, in a copy of the folder; yield the flow that is run."""
    assert told.flow is not None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "flows")
        shutil.copytree(told.flow.parent, copy)
        (copy / path.relative_to(told.flow.parent)).write_text(text, "utf-8")
        yield copy / told.flow.name


def play(text: str, path: Path, told: Play) -> Story:
    """Run a flow that is text and stands for the file at `path`."""
    if told.flow is not None:
        with placed(text, path, told) as flow:
            return _played(turbo_yaml.load(flow, cache=False), told)
    tools = {name: given for name, given in told.tools.items() if f"\n  {name}:" in text}
    fn = turbo_yaml.loads(text, name=path.name, root=path.parent, tools=scripted_tools(tools))
    with _as_from_the_root() if "allow" in told.settings else nullcontext():
        return _played(fn, told)


@contextmanager
def _as_from_the_root() -> Iterator[None]:
    """Let servers be found as by somebody who tries a flow: from the root, with this Python."""
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        with chdir(ROOT):
            yield
    finally:
        os.environ["PATH"] = before


def _played(fn: turbo_yaml.TurboGenFn, told: Play) -> Story:
    settings = {"model": "script", "retries": 0, **told.settings}
    fn = fn.configure(settings).using(script=[*told.replies])
    return asyncio.run(story_of(fn, [*told.answers], dict(told.inputs)))
