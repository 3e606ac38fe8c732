"""A journal that cannot be written or read: a clear error, and nothing paid that is not recorded."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.journal.playing import Bench, drive
from tests.runtime.talking import in_loop
from tests.server import ThreadServer
from turbo_yaml.errors import JournalError
from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.writer import Writer
from turbo_yaml.runtime.recording.recorder import Rules
from turbo_yaml.runtime.recording.start import Recording

pytestmark = pytest.mark.slow

FLOW = "  - user: hi\n  - generate\n  - user: more\n  - generate\n"


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.reader().execute("pragma user_version = 99")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(JournalError, match="newer turbo-yaml: its format is 99, and this version knows 2"):
        Journal(tmp_path).reader()
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"my diary, by Ada\n" * 500)
    bench = Bench(tmp_path, FLOW)
    with pytest.raises(JournalError, match="is not a journal"):
        bench.fn()
    assert (tmp_path / FILE).read_bytes() == b"my diary, by Ada\n" * 500


def test_a_damaged_journal_is_told_of(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, FLOW)
        run = bench.fn()
        await drive(run)
        bench.journal.close()
        whole = bytearray((tmp_path / FILE).read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        (tmp_path / FILE).write_bytes(whole)
        with pytest.raises(JournalError, match="is damaged"):
            bench.fn.resume(run.name or "")

    in_loop(work())


def test_damage_that_sqlite_itself_cannot_say_in_words_is_told_of(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.reader()
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE run(", b"CREATE T\xffBLE run("))

    async def work() -> None:
        bench = Bench(tmp_path, FLOW)
        with pytest.raises(JournalError, match="is damaged"):
            bench.fn()
        writer = Writer(tmp_path)
        with pytest.raises(JournalError, match="is damaged"):
            await asyncio.wait_for(writer.commit([("delete from mark", ())]), 20)
        writer.close()
        assert bench.asked == 0

    in_loop(work())
    left = [Path(os.path.realpath(opened)) for opened in Path("/proc/self/fd").iterdir()]
    assert [opened for opened in left if opened.is_relative_to(tmp_path)] == []


@pytest.mark.parametrize("folder", ["/proc/nothing/here", "file/state"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    bench = Bench(tmp_path / folder, FLOW)
    with pytest.raises(JournalError, match="cannot be") as caught:
        bench.fn()
    assert "--no-journal" in (caught.value.hint or "")
    assert bench.asked == 0


STEPS = """\
  - for: i
    in: range(40)
    do:
      - forget: all
      - user: "{{ 'x' * 900 }}{{ i }}"
      - generate
"""
CHILD = """
from tests.journal.test_faults import STEPS
import asyncio, resource, signal, sys
from pathlib import Path
from tests.journal.playing import Bench, drive
from turbo_yaml.errors import JournalError
from turbo_yaml.runtime.recording.recorder import Rules
from turbo_yaml.runtime.recording.start import Recording

async def main(folder, required):
    steps = STEPS
    bench = Bench(Path(folder), steps)
    told = []
    bench.fn = bench.fn.using(journal=Recording(bench.journal, Rules(required=required)))
    run = bench.fn().listen(lambda event: told.append(event.message) if event.kind == "warning" else None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    try:
        await drive(run)
    except JournalError as problem:
        told.append(problem.message)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    events = bench.places(run.name)
    print(run.done, bench.asked, len(events), run.name, *told, sep="|")
    bench.journal.close()

asyncio.run(main(sys.argv[1], sys.argv[2] == "required"))
"""


def filled_up(folder: Path, rule: str) -> list[str]:
    """Run a flow in a process whose files may not grow past some size; return what it tells."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), rule],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip().split("|")


def test_a_run_stops_before_it_pays_what_cannot_be_recorded_and_goes_on_later(tmp_path: Path) -> None:
    done, asked, recorded, name, *told = filled_up(tmp_path, "required")
    assert done == "True"
    assert 0 < int(asked) < 40
    assert int(asked) - int(recorded) in (0, 1)
    assert len(told) == 1
    assert "cannot be written" in told[0]

    async def work() -> None:
        bench = Bench(tmp_path, STEPS)
        await bench.go_on(name)
        assert bench.asked in (40 - int(recorded), 41 - int(recorded))

    in_loop(work())


def test_a_run_goes_on_unrecorded_where_that_is_wanted(tmp_path: Path) -> None:
    done, asked, recorded, _, *told = filled_up(tmp_path, "tried")
    assert (done, asked) == ("True", "40")
    assert 0 < int(recorded) < 40
    assert len(told) == 1
    assert told[0].startswith("the run is recorded no further: ")


FILL = """\
turbo: 1
settings: {model: echo}
steps:
  - for: i
    in: range(60)
    do:
      - forget: all
      - user: "{{ 'x' * 9000 }}{{ i }}"
      - generate: {forward: false}
  - return: all
"""
FULL = """
mount -t tmpfs -o size=400k,mode=700 tmpfs state || exit 99
"$@" run fill.yaml --journal --state state 2>&1
"$@" run fill.yaml --journal --state state --go-on-unrecorded 2>&1
mount -o remount,size=40m state
"$@" resume "$("$@" runs -n 1 --state state | cut -c -8)" --state state
"$@" runs --state state
"""


def test_a_disk_that_is_full_loses_nothing_and_the_run_goes_on_when_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "fill.yaml").write_text(FILL, encoding="utf-8")
    (tmp_path / "state").mkdir()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TURBO_YAML")}
    environ |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path)}
    words = ["unshare", "-rm", "sh", "-c", FULL, "sh", sys.executable, "-m", "turbo_yaml"]
    try:
        done = subprocess.run(
            words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100, check=False
        )
    except FileNotFoundError:
        pytest.skip("nothing makes a small disk here")
    if done.returncode == 99 or done.stderr.startswith("unshare"):
        pytest.skip("nobody may make a small disk here")
    full, hint, warning, unrecorded, resumed, listed = done.stdout.splitlines()
    assert "cannot be written: the disk is full" in full and "make room and resume" in hint
    assert warning.startswith("warning: the run is ") and "recorded" in warning
    assert (unrecorded, resumed) == ("all", "all")
    assert "done" in listed and "60 turns" in listed


AS_ANYBODY = """
import ctypes, os, sys
if os.geteuid() == 0:  # whom no mode of a file stops, as long as he has all that root may
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, none) == 0
from turbo_yaml.cli.main import main
main()
"""
ASK = "turbo: 1\nsteps:\n  - user: hi\n  - generate: {model: here/m}\n"


def as_anybody(folder: Path, server: ThreadServer, *words: str) -> tuple[int, str, str]:
    """Run the command without the right to write what is read-only; return its exit code and what it says."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TURBO_YAML")}
    environ |= {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_STATE_HOME": str(folder)}
    if words[0] == "run":
        base = f"providers.here.base_url={server.url}"
        words = (*words, "flow.yaml", "--set", base, "--set", "providers.here.api_key_env=null")
    done = subprocess.run(
        [sys.executable, "-c", AS_ANYBODY, *words],
        cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the rights of root are taken away as Linux does it")
@pytest.mark.parametrize("which", ["folder", "file", "locks"])
def test_what_is_read_only_ends_a_run_before_it_pays_and_hides_no_other(tmp_path: Path, which: str) -> None:
    (tmp_path / "flow.yaml").write_text(ASK, encoding="utf-8")
    state = tmp_path / "turbo-yaml"
    with ThreadServer(["first", "second"]) as server:
        assert as_anybody(tmp_path, server, "run")[:2] == (0, "first\n")
        before = (state / FILE).read_bytes()
        paths = {"folder": [state, state / "running"], "file": [state / FILE], "locks": [state / "running"]}
        for path in paths[which]:
            path.chmod(0o400 if path.is_file() else 0o500)
        code, out, err = as_anybody(tmp_path, server, "run")
        assert (code, out) == (1, "") and "cannot be written" in err and "--no-journal" in err
        assert len(server.received) == 1
        if which == "file":
            assert as_anybody(tmp_path, server, "runs")[1].endswith("first\n")
            code, _, err = as_anybody(tmp_path, server, "runs", "rm", "--all")
            assert code == 1 and "cannot be written" in err
        code, out, err = as_anybody(tmp_path, server, "run", "--go-on-unrecorded")
        assert (code, out) == (0, "second\n")
        assert re.search("warning: the run is (not recorded|recorded no further): .* cannot be written", err)
        for path in paths[which]:
            path.chmod(0o600 if path.is_file() else 0o700)
    assert (state / FILE).read_bytes() == before
    assert not list((state / "running").iterdir())


def test_a_read_only_journal_of_another_format_is_told_of(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.check()
        journal.reader().execute("pragma user_version = 1")
    (tmp_path / FILE).chmod(0o400)
    code = (
        AS_ANYBODY.partition("from turbo_yaml")[0]
        + "from turbo_yaml.journal.journal import Journal\nJournal(sys.argv[1], to_look=True).select('')\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "is of the older format 1, and cannot be brought up to date: it is read-only" in done.stderr


def test_rules_are_part_of_a_recording(tmp_path: Path) -> None:
    recording = Recording(Journal(tmp_path), Rules(required=False))
    assert Recording.resuming(recording, "abc", "keep", "skip").rules == Rules("keep", "skip", False)


class Poor(asyncio.SelectorEventLoop):
    """A loop that had no memory when it was first to be woken."""

    poor = True

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        """Do so from the second time on."""
        if self.poor and threading.current_thread().name == "turbo-yaml journal":
            self.poor = False
            raise MemoryError
        return super().call_soon_threadsafe(callback, *args, context=context)


def test_who_waits_for_the_journal_is_told_where_there_was_no_memory_even_for_that(tmp_path: Path) -> None:
    async def work() -> None:
        with Journal(tmp_path) as journal:
            journal.reader()
        writer = Writer(tmp_path)
        with pytest.raises(JournalError, match="cannot be written: no memory"):
            await asyncio.wait_for(writer.commit([("pragma user_version", ())]), 20)
        await asyncio.wait_for(writer.commit([("pragma user_version", ())]), 20)
        writer.close()

    with asyncio.Runner(loop_factory=Poor) as runner:
        runner.run(work())
