"""What was said is stored once, in however many runs: a chat that goes on in many costs its length."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journal.playing import Bench, drive
from tests.journal.test_privacy import everything
from tests.runtime.talking import Talker, in_loop
from turbo_yaml.journal.database import FILE, VERSION
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.search import Wanted, find_runs
from turbo_yaml.journal.story import run_data
from turbo_yaml.memory.local import LocalMemory

ONE = "turbo: 1\ninputs: {word: string}\nsteps:\n  - user: 'about {{ word }}'\n  - generate\n"
WORDS = ["alder", "birch", "cedar", "damson", "elder", "fir"]


async def talked(folder: Path, turns: int) -> tuple[Bench, list[str]]:
    """Talk for so many turns on one chat, each a run of its own; return the bench and the runs."""
    bench = Bench(folder, ONE, Talker(*(f"{WORDS[n % 6]}wood {n}" for n in range(turns))))
    memory, names = LocalMemory(), []
    for number in range(turns):
        run = bench.fn(word=f"{WORDS[number % 6]}{number}", memory=memory)
        await drive(run)
        names.append(run.name or "")
    return bench, names


def rows(folder: Path) -> dict[str, int]:
    """Return how many rows the tables of a journal have."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        return {
            table: db.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("text", "link", "event")
        }


def test_a_chat_that_goes_on_in_many_runs_costs_its_length(tmp_path: Path) -> None:
    async def work() -> None:
        counts = []
        for turns in (10, 40):
            bench, _ = await talked(tmp_path / str(turns), turns)
            bench.journal.close()
            counts.append(rows(tmp_path / str(turns)))
        few, many = counts
        assert {table: many[table] - few[table] for table in few} == {"text": 60, "link": 60, "event": 30}

    in_loop(work())


def test_a_copy_of_a_run_costs_its_own_steps_alone(tmp_path: Path) -> None:
    async def work() -> None:
        steps = "".join(f"  - user: say {n}\n  - generate\n" for n in range(20))
        bench = Bench(tmp_path, steps + "  - input: more?\n")
        name = await bench.break_off()
        before = rows(tmp_path)
        copy = bench.journal.fork(name, "generate[20]")
        assert rows(tmp_path) == before | {"event": before["event"] + 19}
        await bench.fn.resume(copy).aclose()
        bench.journal.delete([name])
        kept = run_data(bench.journal, bench.journal.run(copy))
        assert [event["text"] for event in kept["events"]] == [f"reply {n}" for n in range(1, 20)]
        bench.journal.delete([copy])
        assert rows(tmp_path) == {"text": 0, "link": 0, "event": 0}

    in_loop(work())


@settings(max_examples=12, deadline=None)
@given(st.sets(st.integers(0, 5)))
def test_whatever_is_deleted_the_other_runs_stay_whole_and_nothing_more_stays(gone: set[int]) -> None:
    async def work(folder: Path) -> None:
        bench, names = await talked(folder, 6)
        with bench.journal as journal:
            left = [name for number, name in enumerate(names) if number not in gone]
            before = {name: run_data(journal, journal.run(name)) for name in left}
            if gone:
                journal.delete([names[number] for number in gone])
            assert {name: run_data(journal, journal.run(name)) for name in left} == before
            found = everything(folder)
            last = max((number for number in range(6) if number not in gone), default=-1)
            for number, word in enumerate(WORDS):
                # A run has been asked with all that was said before it; its own reply it alone was told.
                assert (f"about {word}{number}".encode() in found) == (number <= last), number
                told = number not in gone or number < last
                assert (f"{word}wood {number}".encode() in found) == told, number
                has = find_runs(journal, Wanted(query=f"{word}*"))
                assert {run.name for run in has} == {name for name in left if names.index(name) >= number}
            assert journal.reader().execute("pragma integrity_check").fetchone() == ("ok",)

    with tempfile.TemporaryDirectory() as folder:
        in_loop(work(Path(folder)))


FIRST_FORMAT = """
create table run(
    id integer primary key, flow text not null, file text, status text not null, began real not null,
    ended real, call text not null, outcome text, problem text, failed_at text, parent integer, owner text);
create index run_began on run(began);
create table text(
    id integer primary key, run integer not null, hash blob not null, body not null, unique(run, hash));
create table link(
    run integer not null, hash blob not null, before blob, role text not null, name text, form text not null,
    text blob not null, primary key(run, hash)) without rowid;
create table event(
    run integer not null, place text not null, number integer not null, kind text not null,
    state text not null, line text, prompt blob, ask blob, model text, began real not null, ended real,
    text blob, data text, input_tokens integer, output_tokens integer, primary key(run, place)) without rowid;
create index event_number on event(run, number);
create table file(
    run integer not null, name text not null, text blob not null, primary key(run, name)) without rowid;
create table mark(name text primary key, value) without rowid;
pragma user_version=1;
"""


def test_a_journal_of_the_first_format_is_brought_up_to_date_with_all_its_runs(tmp_path: Path) -> None:
    async def work() -> None:
        bench, names = await talked(tmp_path / "new", 4)
        stories = [run_data(bench.journal, bench.journal.run(name)) for name in names]
        bench.journal.close()
        (tmp_path / "old").mkdir()
        with closing(sqlite3.connect(tmp_path / "old" / FILE)) as old:
            old.executescript(FIRST_FORMAT)
            old.execute("attach ? as new", (str(tmp_path / "new" / FILE),))
            for table in ("run", "event", "file"):
                old.execute(f"insert into {table} select * from new.{table}")
            for (id,) in old.execute("select id from run").fetchall():
                old.execute("insert into text(run, hash, body) select ?, hash, body from new.text", (id,))
                links = "select ?, hash, before, role, name, form, text from new.link"
                old.execute(f"insert into link {links}", (id,))
            old.commit()
        with Journal(tmp_path / "old") as journal:
            assert [run_data(journal, journal.run(name)) for name in names] == stories
            assert journal.reader().execute("pragma user_version").fetchone() == (VERSION,)
            assert rows(tmp_path / "old") == rows(tmp_path / "new")
            found = find_runs(journal, Wanted(query="alder*"))
            assert {run.name for run in found} == {*names}

    in_loop(work())
