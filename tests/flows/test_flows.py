"""Every flow in `flows/` does what it is for: a scripted run of each, whose transcript is golden."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import turbo_yaml
from tests.language.shown_flows import scripted_tools
from turbo_yaml.compiler.edge import check

ROOT = Path(__file__).parent.parent.parent
FLOWS = sorted((ROOT / "flows").glob("*.yaml"))
RUNS = ROOT / "tests" / "golden" / "flows"


async def transcript(path: Path, script: dict[str, Any]) -> str:
    """Run a flow with its script; return all that was said, asked, answered and given."""
    lines: list[str] = []

    def listen(event: Any) -> None:
        where = "  " * event.depth
        if event.kind == "message":
            lines.append(f"{where}{event.role}: {event.content}")
        elif event.kind == "log":
            lines.append(f"{where}log: {event.message}")
        elif event.kind == "result":
            lines.append(f"{where}= {event.content}")
        elif event.kind == "tool_call":
            lines.append(f"{where}→ {event.tool} {json.dumps(event.arguments)}")
        elif event.kind == "input_needed" and event.tool is not None:
            lines.append(f"{where}? {event.content}")

    fn = turbo_yaml.load(path, cache=False, tools=scripted_tools(script.get("tools", {})))
    fn = fn.configure({"model": "script"} | script.get("settings", {})).using(script=script["model"])
    answers = iter(script["input"])
    async with fn(**script["with"]).listen(listen) as run:
        result = await run.run()
        while not result.done:
            if result.needs_input:
                answer = next(answers)
                lines.append(f"> {answer}")
                result = await run.run(answer)
            else:
                result = await run.run()
    assert not list(answers), "the flow asked less than the script answers"
    shown = json.dumps(result.content, indent=2, ensure_ascii=False)
    return "\n".join([*lines, f"outcome: {shown}"]) + "\n"


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_scripted_run_goes_as_it_was_read_and_found_good(
    path: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Servers are found as by somebody who tries a flow: from the root, with this Python.
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    script = json.loads((RUNS / f"{path.stem}.json").read_text(encoding="utf-8"))
    golden(RUNS / f"{path.stem}.txt", asyncio.run(transcript(path, script)))


@pytest.mark.parametrize("path", sorted((ROOT / "flows").rglob("*.yaml")), ids=lambda path: path.stem)
def test_the_check_finds_nothing(path: Path) -> None:
    assert check(path) == []
