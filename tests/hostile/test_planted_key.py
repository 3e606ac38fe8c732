"""A key that was planted is in no artefact of any run: not on a screen, not in a file, not in a traceback."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.hostile.interrupting import ROOT
from tests.server import Answer, ThreadServer
from tests.server.answer import chunk
from tests.server.http import Received
from turbo_yaml.cli.checking.drawing import FORMS as FORMS_OF_CHECK
from turbo_yaml.cli.commands.test import FORMS as FORMS_OF_TEST
from turbo_yaml.cli.verbs import invoke
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import ModelError

KEY = "Plum.tree~4711/opaque+Xy"
"""No form gives it away: what hides it has to know it."""

FLOW = """\
turbo: 1
settings: {retries: 0, timeout: 5s}
steps:
  - user: What is this?
  - generate
tests:
  - {name: live, live: true, expect: [snapshot, contains: Hello]}
  - {name: staged, model: [Hello there.], expect: [snapshot]}
"""
Shown: TypeAlias = Callable[..., tuple[int, str]]
PROJECT = """\
providers: {here: {base_url: '%s', api_key_env: HERE_API_KEY}}
model: here/some-model
cache: write
"""


def error(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


ECHOED = {
    "a refused key": Answer(
        status=401, body=error(f"Incorrect API key provided: {KEY}.", code=KEY, type=KEY)
    ),
    "a refused header": Answer(
        status=403, body={"detail": [{"loc": ["header", KEY], "msg": f"Bearer {KEY}"}]}
    ),
    "a page": Answer(status=500, body=f"<html><title>Bearer {KEY}</title>{KEY}</html>"),
    "plain text": Answer(status=400, body=f"no {KEY}\nhere " + "x" * 500, content_type="text/plain"),
    "JSON encoded": Answer(status=400, body=json.dumps(error(KEY)).replace("/", "\\/")),
    "an error with the status 200": Answer(body=error(KEY)),
    "broken JSON": Answer(body='{"choices": [{"' + KEY),
    "a choice of the wrong kind": Answer(body={"choices": [{"message": KEY, "finish_reason": KEY}]}),
    "an event that is an error": Answer(events=[chunk({"content": "Hel"}), error(KEY)]),
    "a broken event": Answer(events=[chunk({"content": "Hel"}), b'data: {"' + KEY.encode() + b"\n\n"]),
    "a reason to end": Answer(finish_reason=KEY, headers={"x-request-id": KEY}),
    "a redirect": Answer(status=302, body="", headers={"location": f"http://127.0.0.1:1/{KEY}"}),
    "a wish to wait": Answer(status=429, body=error(KEY), headers={"retry-after": KEY}),
    "a broken wire": Answer(text="one two three", fault="reset", after=2),
    "silence": Answer(fault="stall", after=-1),
    "silence on the way": Answer(text="one two three", fault="stall", after=2),
    "the text of a reply": Answer(text=f"You are {KEY}, are you?", reasoning=f"It is {KEY}.", cut=11),
    "data of a reply": Answer(text=json.dumps({"key": KEY}), cut=7),
    "a call of a tool": Answer(
        text="", tool_calls=[{"id": KEY, "name": KEY, "arguments": json.dumps([KEY])}]
    ),
}
ANSWERED = ("a reason to end", "the text of a reply", "data of a reply", "a call of a tool")
FORMS = (["--jsonl"], ["--json", "--debug"], ["--no-stream", "--debug", "-u"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a flow, and an environment with the key and nobody's folders."""
    for name in [name for name in os.environ if name.startswith(("TURBO_YAML", "OPENAI"))]:
        monkeypatch.delenv(name)
    for kind in ("CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / f".{kind.lower()}"))
    monkeypatch.setenv("HERE_API_KEY", KEY)
    monkeypatch.setenv("TURBO_YAML_TRUST", str(tmp_path))
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shown(capfd: pytest.CaptureFixture[str]) -> Shown:
    """Run a command in this process: its exit code, and all that it printed."""

    def run(*words: str) -> tuple[int, str]:
        code = invoke(list(words))
        out, err = capfd.readouterr()
        return code, out + err

    return run


def leaks(told: Mapping[str, str], folder: Path) -> list[str]:
    """Return the names of the texts and files in which the key stands: as it is, or in JSON or URLs."""
    spelled = [KEY, KEY.replace("/", "\\/"), KEY.replace("/", "%2F"), KEY[4:-2]]
    found = [name for name, text in told.items() if any(one in text for one in spelled)]
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [str(path) for one in spelled if one.encode() in data]
    return found


SAYS_IT = Answer(text=f"You are {KEY}, are you?", reasoning=f"It is {KEY}.", cut=11)
"""The server puts the key into all that is kept of a chat."""


def says_it(received: Received) -> Answer:
    """Answer with the key, whatever was asked."""
    return Answer(body={"data": [{"id": f"model-{KEY}"}]}) if received.path.endswith("/models") else SAYS_IT


CHAT = """\
turbo: 1
description: Talks.
inputs: {question?: {type: string, default: What am I?}}
steps:
  - user: "{{ question }}"
  - generate: {}
    as: said
  - log: "{{ said }}"
  - set: {words: "{{ said | upper | list }}"}
  - {result: "{{ said }}", when: "said | length > 3"}
  - return: {said: "{{ said }}"}
tests:
  - {name: live, live: true, expect: [snapshot, {contains: nothing of it}]}
  - {name: staged, model: [Hi.], expect: [snapshot, {contains: Hi}]}
"""
WRITTEN_OUT = f"""\
turbo: 1
settings: {{api_key: '{KEY}', providers: {{a: {{api_key: '{KEY}'}}}}}}
steps:
  - user: {{hi
  - generate: {{api_key: '{KEY}'}}
"""


def looked_back(shown: Shown) -> dict[str, str]:
    """Return all that the commands tell of what was recorded and set."""
    listed = shown("runs", "list", "--json")[1]
    runs = [run["run"] for run in json.loads(listed)]
    assert len(runs) >= len(ECHOED)
    commands = [
        ["runs", "list", "-u"],
        *(["runs", "show", run, *more] for run in runs for more in ([], ["--json"])),
        ["runs", "show", runs[0], "--flow"],
        ["runs", "diff", runs[0], runs[1]],
        ["runs", "export"],
        ["settings", "explain", "flow.yaml"],
        ["settings", "explain", "flow.yaml", "--json"],
        ["audit", "flow.yaml", "--json"],
        ["keys", "list"],
        ["cache", "stats"],
    ]
    return {"runs list": listed, **{" ".join(words): shown(*words)[1] for words in commands}}


def test_a_key_that_a_server_sends_back_is_shown_and_kept_nowhere(project: Path, shown: Shown) -> None:
    told = {}
    for number, (fault, answer) in enumerate(ECHOED.items()):
        with ThreadServer([answer] * 2) as server:
            (project / "turbo.yaml").write_text(PROJECT % server.url)
            for form in (FORMS[number % 3], FORMS[(number + 1) % 3]):
                code, text = shown("run", "flow.yaml", "--journal", "--set", "timeout=0.3s", *form)
                assert code or fault in ANSWERED, (fault, text)
                assert "internal error" not in text, text
                told[f"{fault} {form}"] = text
            assert all(one.headers["authorization"] == f"Bearer {KEY}" for one in server.received)
            assert server.received
    assert leaks(told | looked_back(shown), project) == []


@pytest.mark.parametrize("report", ["junit", "json", "text"])
def test_a_key_is_in_no_report_of_tests(report: str, project: Path, shown: Shown) -> None:
    told = {}
    for fault in ("a refused key", "a choice of the wrong kind"):
        with ThreadServer([ECHOED[fault]] * 3) as server:
            (project / "turbo.yaml").write_text(PROJECT % server.url)
            code, text = shown("test", "flow.yaml", "--live", "--format", report, "--update", "--debug")
            assert code == 1 and server.received, text
            told[fault] = text
    assert (project / "snapshots").exists()
    assert leaks(told, project) == []


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_in_a_reply_leaves_no_key_behind(
    stop: signal.Signals, project: Path, shown: Shown
) -> None:
    with ThreadServer([Answer(text="one two three", fault="stall", after=3)]) as server:
        (project / "turbo.yaml").write_text(PROJECT % server.url)
        words = [sys.executable, "-m", "turbo_yaml", "run", "flow.yaml", "--journal", "--jsonl", "--debug"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = next((line for line in process.stdout if '"delta"' in line), "")
            process.send_signal(stop)
            out, err = process.communicate(timeout=20)
        assert told and process.returncode in (-signal.SIGKILL, 130)
        (run,) = json.loads(shown("runs", "list", "--json")[1])
        story = shown("runs", "show", run["run"], "--json")[1]
    assert leaks({"out": told + out, "err": err, "story": story}, project) == []


HOST = """\
import asyncio
import pytest
import turbo_yaml

@pytest.mark.parametrize("number", range(%d))
def test_host(number):
    here = {"base_url": "%s", "api_key_env": "HERE_API_KEY"}
    settings = {"model": "here/m", "providers": {"here": here}, "timeout": "0.3s", "retries": 0}
    fn = turbo_yaml.load("flow.yaml", cache=False).configure({**settings, "stream": number %% 2 == 0})
    assert asyncio.run(fn().finish()) == "nothing of it"
"""
"""A test in Python of what runs flows: pytest shows the variables of each frame that it fails in."""
LIVES = "".join(
    f"  - {{name: '{fault}', live: true, expect: [snapshot, contains: nothing of it]}}\n" for fault in ECHOED
)


@pytest.mark.slow
def test_a_key_is_in_nothing_that_pytest_tells_of_flows_and_of_their_host(project: Path) -> None:
    (project / "flow.yaml").write_text(FLOW + LIVES, encoding="utf-8")
    asked = [*ECHOED.values()][::3]
    with ThreadServer([Answer(text=KEY), *ECHOED.values(), *asked]) as server:
        text = PROJECT.replace("write", "off") % server.url
        (project / "turbo.yaml").write_text(f"{text}timeout: 0.3s\nretries: 0\n")
        (project / "test_host.py").write_text(HOST % (len(asked), server.url))
        words = ["-p", "turbo_yaml.testing.pytest_plugin", "--flows", "--flows-live", "--flows-update"]
        words += ["--showlocals", "-vvrA", "--junitxml=out.xml", "-o", "junit_logging=all"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert len(server.received) == 1 + len(ECHOED) + len(asked)
        assert all(one.headers["authorization"] == f"Bearer {KEY}" for one in server.received)
    assert done.stdout.count("`nothing of it` is not in the text") >= 2
    assert done.stdout.count("settings   = {") == len(asked)
    assert (project / "out.xml").exists() and (project / "snapshots").exists()
    assert leaks({"out": done.stdout, "err": done.stderr}, project) == []


def every_command(shown: Shown) -> dict[str, str]:
    """Do all that leaves something behind, or prints what others read; return what was printed by each."""
    commands = [
        ["run", "chat.yaml", "--journal", "-u"],
        ["run", "chat.yaml", "--journal", "--jsonl", "--set", "cache=on"],
        ["run", "chat.yaml", "--json", "--set", "stream=false", "--set", "cache=on", "--progress"],
        *([["run", "chat.yaml", "--conversation", "ours"]] * 2),
        ["chat", "chat.yaml"],
        ["record", "chat.yaml", "--name", "recorded", "--out", "chat.test.yaml"],
        *(
            ["test", "chat.yaml", "--live", "--format", form, "--update", "--debug"]
            for form in ("text", *FORMS_OF_TEST)
        ),
        ["test", ".", "--live", "--coverage", "--coverage-file", "c.json", "--coverage-file", "c.info", "-v"],
        *(["check", ".", "--format", form] for form in FORMS_OF_CHECK),
        ["check", "leak.yaml", "--diff"],
        ["check", "leak.yaml", "--statistics"],
        *(["graph", "chat.yaml", "-o", f"chat.{ending}"] for ending in ("svg", "mmd", "dot")),
        ["graph", "chat.yaml"],
        ["docs", "chat.yaml"],
        ["compile", "chat.yaml"],
        ["audit", "chat.yaml"],
        ["fmt", "--check", "chat.yaml"],
        ["settings", "list"],
        ["settings", "trust"],
        ["models", "here"],
        ["models", "here", "--json"],
        ["cache", "stats", "--json"],
    ]
    told = {}
    for words in commands:
        text = shown(*words)[1]
        assert "internal error" not in text and "No such option" not in text, (words, text)
        told[" ".join(words)] = text
    return told


def test_a_key_is_in_nothing_that_any_command_prints_or_leaves_behind(
    project: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"and now?\n"), encoding="utf-8"))
    (project / "chat.yaml").write_text(CHAT, encoding="utf-8")
    leak = project / "leak.yaml"
    leak.write_text(WRITTEN_OUT, encoding="utf-8")
    with ThreadServer(says_it) as server:
        (project / "turbo.yaml").write_text((PROJECT % server.url).replace("write", "on"))
        told = every_command(shown)
        asked = len(server.received)
    assert asked > 9 and all(one.headers["authorization"] == f"Bearer {KEY}" for one in server.received)
    runs = json.loads(shown("runs", "list", "--json")[1])
    for run in (each["run"] for each in runs):
        for words in (["show"], ["show", "--json"], ["show", "--result"], ["show", "--flow"], ["export"]):
            told[f"runs {words} {run}"] = shown("runs", words[0], run, *words[1:])[1]
        told[f"replay {run}"] = shown("replay", run)[1]
        told[f"record {run}"] = shown("record", "--run", run, "--out", f"of-{run}.test.yaml")[1]
    leak.unlink()  # the one file in which it stands because somebody wrote it there
    kept = {path.name for path in project.rglob("*") if path.is_file()}
    assert {
        "journal.db",
        "cache.db",
        "conversations.db",
        "chat.test.yaml",
        "c.json",
        "c.info",
        "chat.svg",
    } <= kept
    assert any("***" in text for text in told.values())
    assert leaks(told, project) == []


def locals_with_key(error: BaseException | None) -> list[str]:
    """Return the variables that hold the key in the frames of an error and of all that it leads to."""
    found: list[str] = []
    while error is not None:
        trace = traceback.TracebackException.from_exception(error, capture_locals=True, compact=True)
        for frame in trace.stack:
            if frame.filename != __file__:
                found += [
                    f"{frame.name} {name}" for name, value in (frame.locals or {}).items() if KEY in value
                ]
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("fault", [fault for fault in ECHOED if fault not in ANSWERED])
def test_no_error_that_a_host_catches_leads_to_a_frame_with_the_key(
    fault: str, streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERE_API_KEY", KEY)

    async def work(url: str) -> ModelError:
        here = {"base_url": url, "api_key_env": "HERE_API_KEY"}
        fn = loads(FLOW).configure({"model": "here/m", "providers": {"here": here}, "stream": streamed})
        with pytest.raises(ModelError) as caught:
            await fn.configure({"timeout": "0.2s", "retries": 0})().finish()
        await fn.aclose()
        return caught.value

    with ThreadServer([ECHOED[fault]] * 2) as server:
        error = asyncio.run(work(server.url))
    assert locals_with_key(error) == []
    assert KEY not in "".join(traceback.format_exception(error)) + repr(error.__dict__)
