"""Twenty programs of PDL as flows: each gives what the program gives, and the check finds nothing in them.

`theirs/` has the programs, and `results.json` what PDL 0.9.3 made of them.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import turbo_yaml
from turbo_yaml.cli.verbs import invoke

HERE = Path(__file__).parent
FLOWS = sorted((HERE / "flows").glob("*.yaml"))
RESULTS = json.loads((HERE / "results.json").read_text(encoding="utf-8"))


def test_every_program_has_its_flow_and_its_result() -> None:
    programs = {path.stem for path in (HERE / "theirs").glob("*.pdl")}
    assert {path.stem for path in FLOWS} == programs == RESULTS.keys()
    assert len(programs) == 20


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_flow_gives_what_the_program_gives(path: Path) -> None:
    async def play() -> object:
        async with turbo_yaml.load(path, cache=False)() as run:
            while not run.done:
                await run.run()
        return run.outcome

    assert asyncio.run(play()) == RESULTS[path.stem]


def test_the_check_finds_nothing_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["check", "--strict", str(HERE / "flows")]) == 0, capsys.readouterr().out
