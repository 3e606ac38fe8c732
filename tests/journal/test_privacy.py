"""What the journal must not keep, who may read it, and that what is deleted is gone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.journal.playing import Bench, drive
from tests.runtime.talking import Talker, in_loop
from turbo_yaml.errors import JournalError, UsageError
from turbo_yaml.journal.search import Wanted, find_runs

KEY = "sk-" + "a1" * 12


def everything(folder: Path) -> bytes:
    """Return all bytes of all files of a state folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_keys_and_what_fits_a_pattern_are_not_stored(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - user: I am 555-1234, my key is {0}\n  - generate\n"
            "  - input: Go on?\n  - user: ok\n  - generate\n"
        )
        bench = Bench(tmp_path, steps.format(KEY), Talker("You are 555-1234"))
        bench.fn = bench.fn.configure({"redact": [r"\d{3}-\d{4}"]})
        name = await bench.break_off()
        assert bench.model.heard()[0] == ("user", f"I am 555-1234, my key is {KEY}")
        found = everything(tmp_path)
        assert KEY.encode() not in found
        assert b"555-1234" not in found
        assert b"I am ***, my key is ***" in found
        await bench.go_on(name, ["yes"])
        assert bench.model.heard()[1] == ("assistant", "You are ***")
        assert bench.asked == 2

    in_loop(work())


def test_secrets_of_the_environment_and_secret_inputs_are_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_API_KEY", "correct horse battery")

    async def work() -> None:
        text = (
            "turbo: 1\ninputs: {password: string}\nsteps:\n"
            "  - user: '{{ password }} and correct horse battery'\n  - generate\n  - input: Go on?\n"
        )
        bench = Bench(tmp_path, text, Talker("I know open sesame"))
        run = bench.fn(password="open sesame")
        await drive(run)
        await run.aclose()
        found = everything(tmp_path)
        assert b"correct horse" not in found
        assert b"sesame" not in found
        again = bench.fn.resume(run.name or "", password="open sesame")
        assert await drive(again, ["yes"]) == ["I know ***"]
        assert bench.asked == 1

    in_loop(work())


def test_a_pattern_that_is_none_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "  - user: hi\n  - generate\n")
    with pytest.raises(UsageError, match="no pattern"):
        bench.fn.configure({"redact": ["("]})()
    assert bench.asked == 0


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_only_its_owner_may_read_the_journal(tmp_path: Path) -> None:
    async def work() -> None:
        folder = tmp_path / "new" / "state"
        bench = Bench(folder, "  - user: hi\n  - generate\n  - input: Go on?\n")
        run = bench.fn()
        await drive(run)
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
        assert len(modes) >= 5
        assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items())
        await run.aclose()

    in_loop(work())


def test_a_run_that_is_deleted_leaves_nothing_behind(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(
            tmp_path, "  - user: hi {{ range(9) }}\n  - generate\n", Talker("xylophones", "violins")
        )
        names = []
        for _ in range(2):
            run = bench.fn()
            await drive(run)
            names.append(run.name or "")
        assert [run.name for run in find_runs(bench.journal, Wanted(query="xylo*"))] == names[:1]
        assert b"xylophones" in everything(tmp_path)
        bench.journal.delete(names[:1])
        found = everything(tmp_path)
        assert b"xylophones" not in found
        assert b"violins" in found
        assert [run.name for run in find_runs(bench.journal)] == names[1:]
        assert find_runs(bench.journal, Wanted(query="xylo*")) == []
        assert [run.name for run in find_runs(bench.journal, Wanted(query="violins hi"))] == names[1:]

    in_loop(work())


def test_a_run_that_goes_on_is_not_deleted(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: hi\n  - generate\n  - input: Go on?\n")
        run = bench.fn()
        await drive(run)
        with pytest.raises(JournalError, match="going on now"):
            bench.journal.delete([run.name or ""])
        await run.aclose()
        assert bench.places(run.name or "") == ["generate"]

    in_loop(work())
