"""A flow with tests, written to a folder and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from turbo_yaml.testing.outcome import Outcome, Summary
from turbo_yaml.testing.runner import Order, run_suites
from turbo_yaml.testing.suite import Suite

HELLO = """\
turbo: 1
inputs: {name?: {type: string, default: world}}
steps:
  - user: Say hello to {{ name }}.
  - generate
"""


def run(folder: Path, text: str, *, name: str = "flow.yaml", watched: bool = False, **order: Any) -> Summary:
    """Write a file and run its tests."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return run_suites([Suite(path, lambda _: [], watched=watched)], Order(**order))


def only(folder: Path, text: str, **order: Any) -> Outcome:
    """Write a file with one test and run that."""
    (outcome,) = run(folder, text, **order).outcomes
    return outcome


def expecting(folder: Path, reply: str, *assertions: str, flow: str = HELLO, more: str = "") -> Outcome:
    """Run a test that gets this reply, as YAML, and expects these assertions, each written as YAML."""
    listed = "".join(f"      - {assertion}\n" for assertion in assertions)
    test = f"  - name: the test\n{more}    model:\n      - {reply}\n    expect:\n{listed}"
    return only(folder, f"{flow}tests:\n{test}")


def facts(outcome: Outcome) -> list[str]:
    """Return what kept an outcome from passing, in words."""
    troubles = [trouble.message for trouble in outcome.troubles]
    return [*troubles, *(verdict.finding.fact for verdict in outcome.verdicts if not verdict.passed)]
