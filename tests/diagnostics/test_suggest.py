"""The nearest name is found, and said in the same words each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from turbo_yaml.diagnostics.suggest import did_you_mean, nearest

ROOT = Path(__file__).parents[2]
FLOW = """\
turbo: 1
settings: {steps: {other: {temperature: 1}}}
steps:
  - {generate: , id: zebra}
  - {generate: , id: apple}
  - {generate: , id: mango}
"""


def test_names_are_listed_in_the_order_in_which_they_are_given() -> None:
    assert did_you_mean("other", ["zebra", "apple"]) == "one of `zebra`, `apple`"
    assert nearest("tune", ["tone", "tube"]) == "tone"
    assert nearest("tune", ["tube", "tone"]) == "tube"


def test_those_of_a_set_are_listed_by_the_alphabet() -> None:
    assert did_you_mean("other", {"zebra", "apple", "mango"}) == "one of `apple`, `mango`, `zebra`"
    assert nearest("tune", frozenset(("tube", "tone"))) == "tone"


def test_a_finding_says_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")

    def told(seed: int) -> str:
        return subprocess.run(
            [sys.executable, "-m", "turbo_yaml", "check", "flow.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert {told(seed) for seed in range(1, 4)} == {told(0)}
    assert "one of `apple`, `mango`, `zebra`" in told(0)
