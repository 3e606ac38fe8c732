"""The flows of `flows/`, each with inputs, answers and replies that take it to its end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import turbo_yaml

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Shown:
    """One of the flows, and what it is told."""

    path: Path
    inputs: dict[str, Any]
    answers: list[Any]
    replies: list[Any]
    tools: dict[str, list[Any]]

    def load(self) -> turbo_yaml.TurboGenFn:
        """Return it as a function that asks no server."""
        fn = turbo_yaml.load(self.path, cache=False, tools=scripted_tools(self.tools))
        return fn.configure({"model": "script", "retries": 0}).using(script=self.replies)


def scripted_tools(results: dict[str, list[Any]]) -> dict[str, Any]:
    """Return a function for each tool that gives back one of its results after another."""

    def scripted(name: str) -> Any:
        left = iter(results[name])
        return lambda **_: next(left)

    return {name: scripted(name) for name in results}


def shown_flows(*, tools: bool = True) -> list[Shown]:
    """Return all of them that run no server, or only those that have no tools."""
    found = []
    for path in sorted((ROOT / "flows").glob("*.yaml")):
        script = json.loads((ROOT / "tests" / "golden" / "flows" / f"{path.stem}.json").read_text("utf-8"))
        if "allow" in script.get("settings", {}):
            continue
        shown = Shown(path, script["with"], script["input"], script["model"], script.get("tools", {}))
        found += [shown] if tools or not shown.tools else []
    return found
