"""Recorded runs to lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from turbo_yaml.cli.conversation.output import to_text
from turbo_yaml.journal.journal import Journal, Run
from turbo_yaml.journal.story import Scene, story, told
from turbo_yaml.models.known.prices import shown_cost

_WIDEST: Final = 60


def run_facts(run: Run) -> dict[str, Any]:
    """Return what a list tells of a run, as JSON data."""
    names = ("name", "flow", "file", "status", "began", "ended", "turns", "input_tokens", "output_tokens")
    facts = {name: getattr(run, name) for name in (*names, "outcome", "problem")}
    known = {"run" if key == "name" else key: value for key, value in facts.items() if value is not None}
    return known | {"cost": run.cost}


def run_line(run: Run) -> str:
    """Return a run as one line of a list."""
    began = datetime.fromtimestamp(run.began).astimezone().strftime("%Y-%m-%d %H:%M")
    words = f"{run.name}  {run.status:<11}  {began}  {run.file or run.flow}  {_used(run)}"
    came = _came(run)
    return f"{words}  {came}" if came else words


def _used(run: Run) -> str:
    turns = f"{run.turns} {'turn' if run.turns == 1 else 'turns'}"
    return f"{turns}, {run.input_tokens}+{run.output_tokens} tokens, {shown_cost(run.cost)}"


def _came(run: Run) -> str:
    """Return the beginning of what came of a run."""
    if run.problem is not None:
        return _cut(f"{run.problem['kind']}: {run.problem['message']}")
    return "" if run.outcome is None else _cut(to_text(run.outcome))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"


def shown_run(journal: Journal, run: Run) -> Iterator[str]:
    """Yield the lines that tell what happened in a run."""
    yield run_line(run._replace(outcome=None, problem=None))
    if run.call.get("inputs"):
        yield "inputs: " + to_text(run.call["inputs"]).strip()
    for scene in story(journal, run):
        yield ""
        yield _headline(scene)
        yield from (f"  {line}" for line in told(scene))
    if run.problem is not None:
        yield f"\n{run.problem['kind']}: {run.problem['message']}"
    elif run.outcome is not None:
        yield "\nresult:\n" + to_text(run.outcome).removesuffix("\n")


def _headline(scene: Scene) -> str:
    event = scene.event
    words = [event.place]
    if event.line:
        words.append(event.line)
    if event.model:
        words.append(event.model)
    if event.input_tokens is not None or event.output_tokens is not None:
        words.append(f"{event.input_tokens or 0}+{event.output_tokens or 0} tokens")
        words.append(shown_cost(None if event.data is None else event.data.get("cost")))
    if event.kind in ("turn", "tool") and event.ended is not None:
        words.append(f"{max(0.0, event.ended - event.began):.1f} s")  # the clock may have been set
    if event.state != "done":
        words.append(event.state)
    took = event.data.get("took") if event.state == "failed" and isinstance(event.data, dict) else None
    if took is not None:
        cost = took.get("cost")
        known = "unpriced" if cost is None else f"{shown_cost(cost)} or more"
        words.append(f"may have cost {known}: about {took['input_tokens']} tokens were sent")
    return "  ".join(words)
