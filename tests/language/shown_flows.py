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

    def load(self) -> turbo_yaml.TurboGenFn:
        """Return it as a function that asks no server."""
        fn = turbo_yaml.load(self.path, cache=False)
        return fn.configure({"model": "script", "retries": 0}).using(script=self.replies)


def shown_flows() -> list[Shown]:
    """Return all of them."""
    found = []
    for path in sorted((ROOT / "flows").glob("*.yaml")):
        script = json.loads((ROOT / "tests" / "golden" / "flows" / f"{path.stem}.json").read_text("utf-8"))
        found.append(Shown(path, script["with"], script["input"], script["model"]))
    return found
