"""Processes killed at random moments and resumed until they are done: no call is lost, and none is made twice
but those that are named.

Twenty kills by default; `TURBO_YAML_KILLS=500` for more.
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

import pytest

from tests.server import Answer, ThreadServer
from tests.server.http import Received
from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.log import prompt

KILLS = int(os.environ.get("TURBO_YAML_KILLS", "20"))

FLOW = """\
turbo: 1
settings: {model: here/m, max_concurrency: 4}
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


def run_to_the_end(folder: Path, url: str, chance: random.Random) -> tuple[str, set[str], int]:
    """Run the flow, killed again and again; return its outcome, the calls named, and the number of kills."""
    words = ["run", "flow.yaml", "--set", f"providers.here.base_url={url}"]
    words += ["--set", "providers.here.api_key_env=null"]
    named: set[str] = set()
    kills = 0
    while True:
        process = command(folder, *words)
        try:
            out, err = process.communicate(timeout=chance.uniform(0.25, 1.1) if kills < 12 else 60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
            kills += 1
        named |= set(re.findall(r"warning: `([^`]+)`", err))
        if process.returncode == 0:
            return out, named, kills
        assert process.returncode in (-signal.SIGKILL, 5), err
        with Journal(folder / "state" / "turbo-yaml") as journal:
            runs = journal.select("")
        if runs:
            answered = ["--reply", "yes"] if process.returncode == 5 else []
            words = ["resume", runs[0].name, *answered]


def prompts(folder: Path, places: set[str]) -> set[str]:
    """Return what was asked at some places of the only run."""
    with Journal(folder / "state" / "turbo-yaml") as journal:
        (run,) = journal.select("")
        events = [event for event in journal.events(run) if event.place in places]
        links = [prompt(journal.reader(), run.id, event.prompt) for event in events]
    return {repr([{"role": link.role, "content": link.text} for link in chain]) for chain in links}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like SIGKILL")
def test_no_call_is_lost_and_none_is_made_twice_but_those_that_are_named(tmp_path: Path) -> None:
    chance = random.Random(7)
    kills = trials = repeated = 0
    while kills < KILLS:
        folder = tmp_path / str(trials)
        folder.mkdir()
        (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")

        def answer(request: Received) -> Answer:
            return Answer(request.data["messages"][-1]["content"], delay=0.03)

        with ThreadServer(answer) as server:
            out, named, killed = run_to_the_end(folder, server.url, chance)
            ledger = Counter(repr(request.data["messages"]) for request in server.received)
        assert out == " ".join(f"each {x}" for x in range(6)) + "\n"
        assert len(ledger) == CALLS
        twice = {asked for asked, times in ledger.items() if times > 1}
        assert twice <= prompts(folder, named)
        with sqlite3.connect(folder / "state" / "turbo-yaml" / FILE) as db:
            assert db.execute("pragma integrity_check").fetchone() == ("ok",)
            assert db.execute("select count(*) from event where state = 'started'").fetchone() == (0,)
            assert db.execute("select count(*) from event where kind = 'turn'").fetchone() == (CALLS,)
        db.close()
        kills, trials, repeated = kills + killed, trials + 1, repeated + len(twice)
    print(f"{kills} kills, {trials} runs, {repeated} calls made twice, each of them named")
