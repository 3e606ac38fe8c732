"""The store of runs: many at once, commits together, a chat that costs its length."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journal.playing import Bench, drive
from tests.runtime.talking import Talker, in_loop
from turbo_yaml.journal.content import hashed, packed, unpacked
from turbo_yaml.journal.database import FILE, connect
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.log import BITS, run_id, run_name
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import Assistant, Message, User
from turbo_yaml.runtime.recording.chats import Chat

HELLO = "  - user: hi {{ range(99999) | random }}\n  - generate\n  - user: more\n  - generate\n"


def test_runs_that_wait_at_the_same_time_are_committed_together(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, HELLO, Talker(pauses=1))
        await asyncio.gather(*(drive(bench.fn()) for _ in range(100)))
        with bench.journal as journal:
            assert len(journal.select("where status = 'done'")) == 100
            assert journal.commits < 100

    in_loop(work())


CHILD = """
import asyncio, sys
from pathlib import Path
from tests.journal.playing import Bench, drive
from tests.journal.test_store import HELLO

async def main():
    bench = Bench(Path(sys.argv[1]), HELLO)
    with bench.journal:
        for _ in range(4):
            await asyncio.gather(*(drive(bench.fn()) for _ in range(5)))

asyncio.run(main())
"""


def test_many_processes_share_a_folder(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CHILD, str(tmp_path)]
    children = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for child in children:
        _, err = child.communicate(timeout=100)
        assert (child.returncode, err) == (0, "")
    with Journal(tmp_path) as journal:
        assert len(journal.select("where status = 'done'")) == 60
        assert journal.reader().execute("pragma integrity_check").fetchone() == ("ok",)
        assert journal.reader().execute("select count(*) from event").fetchone() == (180,)
    assert not list((tmp_path / "running").iterdir())


ANOTHER = "import sys; from pathlib import Path; from turbo_yaml.journal.database import connect; " + (
    "db = connect(Path(sys.argv[1])); db.execute('insert into mark values(?, 1)', [sys.argv[2]]); db.close()"
)


def test_a_process_that_ends_takes_nothing_from_one_that_reads_and_writes(tmp_path: Path) -> None:
    writer = connect(tmp_path)
    writer.execute("insert into mark values('before', 1)")
    reader = connect(tmp_path)
    for name in ("first", "second"):
        subprocess.run([sys.executable, "-c", ANOTHER, str(tmp_path), name], check=True, timeout=100)
        writer.execute("insert into mark values(?, 1)", [f"after {name}"])
    kept = "before", "first", "after first", "second", "after second"
    assert {name for (name,) in reader.execute("select name from mark")} == {*kept}
    reader.close()
    writer.close()
    again = connect(tmp_path)
    assert {name for (name,) in again.execute("select name from mark")} == {*kept}
    again.close()


def test_a_long_chat_costs_its_length(tmp_path: Path) -> None:
    async def size(turns: int) -> float:
        steps = (
            f"  - for: i\n    in: range({turns})\n    do: [{{user: 'say {{{{ i }}}}'}}, {{generate: {{}}}}]\n"
        )
        bench = Bench(tmp_path / str(turns), steps)
        await drive(bench.fn())
        bench.journal.close()
        with sqlite3.connect(tmp_path / str(turns) / FILE) as db:
            (found,) = db.execute("select count(*) from link").fetchone()
        db.close()
        return float(found / turns)

    async def work() -> None:
        assert await size(10) == 1.9
        assert await size(100) == 1.99

    in_loop(work())


@given(st.integers(0, 2**BITS - 1))
def test_a_name_is_a_number(id: int) -> None:
    assert run_id(run_name(id)) == id


@given(st.text(st.characters(), max_size=20))
def test_any_text_comes_back(text: str) -> None:
    with sqlite3.connect(":memory:") as db:
        (found,) = db.execute("select ?", (packed(text),)).fetchone()
    db.close()
    assert unpacked(found) == text
    assert len(hashed(text)) == 16


MESSAGES = st.lists(st.tuples(st.sampled_from([User, Assistant]), st.sampled_from("abc")), max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 6), MESSAGES), max_size=8))
def test_a_prompt_has_the_hash_of_its_messages_however_it_came_about(edits: list) -> None:  # type: ignore[type-arg]
    privacy = Privacy()
    chat = Chat()
    said: list[Message] = []
    for kept, more in edits:
        said = [*said[:kept], *(cls(text) for cls, text in more)]
        _, hash = chat.follow(said, privacy)
        links, same = Chat().follow(said, privacy)
        assert hash == same == (links[-1].hash if links else None)


def test_a_chat_that_only_grows_is_looked_at_once() -> None:
    privacy = Privacy()
    memory = LocalMemory()
    chat = Chat()
    for number in range(200):
        memory.messages.append(User(str(number)))
        new, hash = chat.follow(memory.prompt(), privacy)
        assert [link.text for link in new] == [str(number)]
    assert hash == Chat().follow(memory.messages, privacy)[1]
