"""Processes killed at random moments and resumed until they are done: no call of a model or a tool is lost,
and none is made twice but those that are named.

Six kills by default; `TURBO_YAML_KILLS=300` for more, as in CI, in as many processes as pytest has.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import sleep

import pytest

from tests.server import Answer, ThreadServer
from tests.server.http import Received
from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.log import prompt

pytestmark = pytest.mark.slow

KILLS_OF_A_RUN = 12
KILLS = int(os.environ.get("TURBO_YAML_KILLS", "6"))
SHARES = max(1, KILLS // 50)
"""How many tests share the kills."""

FLOW = """\
turbo: 1
settings: {model: here/m, max_concurrency: 4}
tools:
  book: {with: {n: integer}, returns: integer}
flows:
  part:
    inputs: {topic: string}
    steps:
      - user: part {{ topic }}
      - generate
      - input: Is {{ topic }} right?
        as: right
      - user: part {{ topic }} is {{ right }}
      - generate
steps:
  - user: lots {{ ['a', 'b', 'c'] | random }} {{ range(90000) | random }}
  - for: i
    in: range(3)
    do:
      - user: loop {{ i }}
      - generate: {forward: false}
        id: draft
  - for: n
    in: range(3)
    do:
      - tool: book
        with: {n: "{{ n }}"}
  - for: x
    in: range(6)
    at_once: 3
    collect: said
    as: all
    do:
      - user: each {{ x }}
      - generate: {}
        as: said
  - parallel:
      one: [{user: one}, {generate: {}}, {user: one more}, {generate: {}}]
      two: [{call: part, with: {topic: two}}]
  - call: part
    with: {topic: tea}
    as: tea
  - sleep: 50ms
  - user: "sum {{ all | length }} {{ tea }}"
  - generate
  - return: "{{ all | join(' ') }}"
"""
TOOLS = """\
from pathlib import Path
from time import sleep


def book(n: int) -> int:
    sleep(0.01)
    with Path("ledger").open("a") as ledger:
        ledger.write(f"{n}\\n")
    sleep(0.02)
    return n
"""
BOOKED = 3
CALLS = 3 + 6 + 2 + 2 + 2 + 1
ANSWERS = 2


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command in a folder of its own."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TURBO_YAML")}
    environ |= {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_STATE_HOME": str(folder / "state")}
    return subprocess.Popen(
        [sys.executable, "-m", "turbo_yaml", *words],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_to_the_end(folder: Path, server: ThreadServer, chance: random.Random) -> tuple[str, list[str], int]:
    """Run the flow, killed again and again; return its outcome, the calls named, and the number of kills."""
    words = ["run", "flow.yaml", "--tools", "tools.py", "--set", f"providers.here.base_url={server.url}"]
    words += ["--set", "providers.here.api_key_env=null"]
    named: list[str] = []
    kills = 0
    while True:
        process = command(folder, *words)
        if kills < KILLS_OF_A_RUN:
            kills += kill_soon(process, folder, server, chance)
        out, err = process.communicate(timeout=120)
        named += re.findall(r"warning: `([^`]+)`", err)
        if process.returncode == 0:
            return out, named, kills
        assert process.returncode in (-signal.SIGKILL, 5), err
        with Journal(folder / "state" / "turbo-yaml") as journal:
            runs = journal.select("")
        if runs and runs[0].status == "done":  # killed between its last record and the answer on the screen
            words = ["runs", "show", runs[0].name, "--result"]
        elif runs:
            answered = ["--reply", "yes"] if process.returncode == 5 else []
            words = ["resume", runs[0].name, "--retry-unsure", *answered]


def kill_soon(
    process: subprocess.Popen[str], folder: Path, server: ThreadServer, chance: random.Random
) -> bool:
    """Kill a process at a random moment after it has done a few calls more; tell whether it still lived."""
    ledger = folder / "ledger"
    more = chance.randint(0, 4)
    before = len(server.received)
    while process.poll() is None and more:
        booked = ledger.read_text("utf-8").count("\n") if ledger.exists() else 0
        if len(server.received) - before + booked >= more:
            break
        sleep(0.002)
    sleep(chance.uniform(0, 0.08) if more else chance.uniform(0, 1.0))
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    return True


def prompts(folder: Path, places: list[str]) -> set[str]:
    """Return what was asked at some places of the only run."""
    with Journal(folder / "state" / "turbo-yaml") as journal:
        (run,) = journal.select("")
        events = [event for event in journal.events(run) if event.place in places]
        links = [prompt(journal.reader(), run.id, event.prompt) for event in events]
    return {repr([{"role": link.role, "content": link.text} for link in chain]) for chain in links}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like SIGKILL")
@pytest.mark.parametrize("share", range(SHARES))
def test_no_call_is_lost_and_none_is_made_twice_but_those_that_are_named(tmp_path: Path, share: int) -> None:
    chance = random.Random(7 + share)
    kills = trials = repeated = 0
    while kills < KILLS / SHARES:
        folder = tmp_path / str(trials)
        folder.mkdir()
        (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
        (folder / "tools.py").write_text(TOOLS, encoding="utf-8")

        def answer(request: Received) -> Answer:
            return Answer(request.data["messages"][-1]["content"], delay=0.03)

        with ThreadServer(answer) as server:
            out, named, killed = run_to_the_end(folder, server, chance)
            ledger = Counter(repr(request.data["messages"]) for request in server.received)
        assert out == " ".join(f"each {x}" for x in range(6)) + "\n"
        assert len(ledger) == CALLS
        twice = {asked for asked, times in ledger.items() if times > 1}
        assert twice <= prompts(folder, named)
        booked = Counter((folder / "ledger").read_text("utf-8").split())
        assert booked.keys() == {str(n) for n in range(BOOKED)}
        done_twice = {n for n, times in booked.items() if times > 1}
        assert done_twice <= {n for n in booked if f"book[{int(n) + 1}]".replace("[1]", "") in named}
        with sqlite3.connect(folder / "state" / "turbo-yaml" / FILE) as db:
            assert db.execute("pragma integrity_check").fetchone() == ("ok",)
            assert db.execute("select count(*) from event where state = 'started'").fetchone() == (0,)
            assert db.execute("select count(*) from event where kind = 'turn'").fetchone() == (CALLS,)
        db.close()
        kills, trials, repeated = kills + killed, trials + 1, repeated + len(twice | done_twice)
    print(f"{kills} kills, {trials} runs, {repeated} calls made twice, each of them named")
