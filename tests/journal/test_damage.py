"""A journal in which stands what nobody wrote: its readers say so, and do nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.journal.playing import Bench, drive
from tests.runtime.talking import in_loop
from turbo_yaml.errors import JournalError
from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.search import find_runs
from turbo_yaml.journal.story import run_data

FLOW = """\
  - user: "{{ now() }}"
  - generate
  - input: Which?
    as: which
  - user: "{{ which }}"
  - generate
  - input: And?
    as: last
"""
CALL = "update run set call = "
DATA = "update event set data = "
DAMAGE = {
    "a call that is no JSON": CALL + "'{'",
    "a call without inputs": CALL + "'{}'",
    "a call with other inputs": CALL + """'{"inputs": [1]}'""",
    "a time that is text": "update run set began = 'now'",
    "a time past all calendars": "update run set began = 1e300",
    "a problem without words": "update run set problem = '[]'",
    "a text that is half a character": "update text set body = x'80'",
    "a number": "update text set body = 5",
    "messages in a circle": "update link set before = hash",
    "messages that lack one": "delete from text where hash in (select text from link)",
    "a place of bytes": "update event set place = x'00' where number = 2",
    "data of the wrong kind": DATA + "'[1]' where kind = 'turn'",
    "data that is no JSON": DATA + "'{\"a\"' where kind = 'turn'",
    "data that is deep": DATA + f"'{'[' * 99999}' where kind = 'turn'",
    "a failure without words": "update event set state = 'failed' where kind = 'turn'",
    "a failure that is none": DATA + """'{"failure": 5}' where kind = 'input' and state = 'done'""",
    "a failure of no class": DATA
    + """'{"failure": {"class": "Exit", "kind": "a", "message": "b"}}' where kind = 'input'""",
    "calls of tools that are none": DATA + """'{"tool_calls": [5]}' where kind = 'turn'""",
    "a kind that is none": "update event set kind = 'boo'",
    "no such column": "alter table event rename column kind to sort",
    "no such table": "drop table link",
}


def damaged(folder: Path, statement: str) -> str:
    """Record a run that waits, then change the file by a statement; return the name of the run."""

    async def work() -> str:
        bench = Bench(folder, FLOW)
        name = await bench.break_off(["tea"])
        bench.journal.close()
        return name

    name = in_loop(work())
    db = sqlite3.connect(folder / FILE)
    db.execute(statement)
    db.commit()
    db.close()
    return name


@pytest.mark.parametrize("what", DAMAGE)
def test_what_nobody_wrote_is_told_as_damage(what: str, tmp_path: Path) -> None:
    name = damaged(tmp_path, DAMAGE[what])
    bench = Bench(tmp_path, FLOW)

    def told() -> None:
        for run in find_runs(bench.journal):
            run_data(bench.journal, run)
        bench.journal.sources(bench.journal.run(name))

    async def resumed() -> None:
        run = bench.fn.resume(name)
        async with run:
            await drive(run, [])

    problems = []
    for work in (told, lambda: in_loop(resumed())):
        try:
            work()
        except JournalError as problem:
            problems.append(problem.message)
    bench.journal.close()
    assert problems
    assert all("is damaged" in one or "is not a journal" in one or "lacks" in one for one in problems)


def test_a_journal_cannot_have_another_file_removed(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine", encoding="utf-8")
    state = tmp_path / "state"
    name = damaged(state, "update run set owner = '../../precious.txt', status = 'running'")
    bench = Bench(state, FLOW)
    assert bench.journal.run(name).status == "interrupted"
    bench.journal.close()
    assert precious.read_text(encoding="utf-8") == "mine"
