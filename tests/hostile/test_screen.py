"""Nothing that a flow, a model, a tool or a file's name says moves the cursor of a terminal or turns text."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.hostile.interrupting import ROOT
from tests.server import Answer, ThreadServer
from tests.server.http import Received
from turbo_yaml.cli.verbs import invoke

RAW = "\x1b[2J\x9b31m\u202e\u2066\x1b]0;owned\x07\x08\x00\u200f\x7f"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SPELLED = json.dumps(RAW)[1:-1]
FLOW = f"""\
turbo: 1
description: "Says {SPELLED} something."
inputs: {{subject?: {{type: string, default: "the {SPELLED} sea", description: "what {SPELLED}"}}}}
tools: {{look: {{description: "Looks {SPELLED} up.", with: {{what: string}}}}}}
steps:
  - system: "Be {SPELLED} kind."
  - log: "now {SPELLED} {{{{ subject }}}}"
  - tool: look
    with: {{what: "it {SPELLED}"}}
    as: found
  - result: "found {SPELLED} {{{{ found }}}}"
  - input: "Which {SPELLED}?"
    choices: ["red {SPELLED}", blue]
    as: colour
  - user: "{{{{ subject }}}} {{{{ colour }}}} {SPELLED}"
  - {{generate: {{tools: [look]}}, as: said}}
  - return: {{"key {SPELLED}": "{{{{ said }}}}"}}
tests:
  - name: "good {SPELLED}"
    input: [blue]
    model: ["a {SPELLED}"]
    tools: {{look: "b {SPELLED}"}}
    expect: [contains: a]
  - name: "bad {SPELLED}"
    input: [blue]
    model: ["a {SPELLED}"]
    tools: {{look: 1}}
    expect: [contains: "z {SPELLED}"]
  - {{name: "stuck {SPELLED}", expect: [snapshot]}}
"""
LOOK = "tools: {look: {description: x, with: {what: string}}}\n"
ODD = f'inputs: {{x?: {{type: any, default: "{SPELLED}"}}}}\n'
FAILS = {
    "in a tool": LOOK + "steps: [{tool: look, with: {what: boom}}]\n",
    "in an expression": ODD + 'steps: [{log: "{{ x.y.z }}"}]\n',
    "by itself": f'steps: [{{fail: "no {SPELLED}"}}]\n',
    "in an answer": f'steps: [{{input: "How many {SPELLED}?", type: integer, as: n}}]\n',
    "in a name": f'steps: [{{user: "{{{{ plum.{SPELLED} }}}}"}}, {{usr: "{SPELLED}"}}]\n',
    "in the name of a flow": f'steps: [{{call: "{SPELLED}"}}]\n',
    "in a key": f'"st{SPELLED}eps": [1]\nsteps: [{{user: a, "{SPELLED}": 1}}]\n',
    "in YAML": f"steps: [{{user: a\nb: {RAW}\n",
    "in a file's name": f'data: {{a: "{SPELLED}.json"}}\nsteps: [{{user: "{{{{ a }}}}"}}]\n',
}
TOOLS = f"""\
def look(what: str) -> str:
    if what == "boom":
        raise ValueError({RAW!r})
    return "seen " + {RAW!r}
"""
CALL = {"id": "1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"what": RAW})}}
Typed: TypeAlias = Callable[..., str]


class Screen(io.StringIO):
    """A stream that says that a person is looking at it."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run a command as on a terminal without colours: all that came to the screen."""
    for name in [name for name in os.environ if name.startswith(("TURBO_YAML", "OPENAI"))]:
        monkeypatch.delenv(name)
    for kind in ("CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / f".{kind.lower()}"))
    for name, value in {
        "NO_COLOR": "1",
        "HERE_KEY": "abc-1234567890",
        "TURBO_YAML_TRUST": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "tools.py").write_text(TOOLS, encoding="utf-8")

    def run(*words: str, piped: str = "") -> str:
        screen = Screen()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode()), encoding="utf-8"))
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setattr(sys, "stderr", screen)
        invoke(list(words))
        return screen.getvalue()

    return run


def hostile(received: Received) -> Answer:
    """Answer with raw controls wherever there is text."""
    if received.path.endswith("/models"):
        return Answer(body={"data": [{"id": f"m{RAW}"}]})
    if any(message["role"] == "tool" for message in received.data["messages"]):
        return Answer(f"I say {RAW}.", reasoning=f"I think {RAW}.", cut=9)
    return Answer("", tool_calls=[CALL])


def refusing(status: int) -> Callable[[Received], Any]:
    """Return a server that refuses with raw controls."""
    return lambda _: Answer(status=status, body={"error": {"message": f"no {RAW}", "code": RAW, "type": RAW}})


def settings(folder: Path, server: ThreadServer) -> None:
    here = f"{{base_url: '{server.url}', api_key_env: HERE_KEY}}"
    text = f"providers: {{here: {here}}}\nmodel: here/m\nretries: 0\n"
    (folder / "turbo.yaml").write_text(text, encoding="utf-8")


def test_what_is_said_in_a_run_comes_to_the_screen_as_text(tmp_path: Path, typed: Typed) -> None:
    run = ["talk.yaml", "--tools", "tools.py", "--reply", "blue"]
    seen = {}
    with ThreadServer(hostile) as server:
        settings(tmp_path, server)
        for form in ([], ["--json"], ["--jsonl"], ["--no-stream", "-u", "--progress"], ["--debug"]):
            seen[f"run {form}"] = typed("run", *run, "--journal", *form)
        seen["chat"] = typed("chat", "talk.yaml", "--tools", "tools.py", piped=f"blue\nand {RAW}?\nexit\n")
        seen["record"] = typed("record", *run, "--name", f"n{RAW}", "--out", "of.test.yaml")
        seen["models"] = typed("models", "here")
        seen["talk"] = typed("run", *run, "--conversation", "ours")
    name = json.loads(typed("runs", "list", "--json"))[0]["run"]
    for words in (
        ["runs"], ["runs", "show", name], ["runs", "show", name, "--flow"], ["runs", "export"], ["test"],
        ["test", "-v"], ["test", "--list"], ["test", "--update"], ["check"], ["audit", "talk.yaml"],
        ["docs", "talk.yaml"], ["graph", "talk.yaml"], ["compile", "talk.yaml"], ["replay", name],
        ["fmt", "--diff", "talk.yaml"], ["settings", "explain", "talk.yaml"], ["test", "--coverage"],
        ["runs", "list", "-q", RAW],
    ):  # fmt: skip
        seen[" ".join(words)] = typed(*words)
    assert {name: found for name, text in seen.items() if (found := UNSAFE.findall(text))} == {}
    assert all(
        "\\x1b" in seen[name] or "\\u001b" in seen[name] for name in ("run []", "chat", "test", "models")
    )


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_what_a_server_refuses_with_comes_as_text(status: int, tmp_path: Path, typed: Typed) -> None:
    with ThreadServer(refusing(status)) as server:
        settings(tmp_path, server)
        for form in ([], ["--json"], ["--debug"]):
            seen = typed("run", "talk.yaml", "--tools", "tools.py", "--reply", "blue", *form)
            assert "error[" in seen and not UNSAFE.findall(seen), seen


@pytest.mark.parametrize("where", FAILS)
def test_what_fails_comes_as_text(where: str, tmp_path: Path, typed: Typed) -> None:
    (tmp_path / f"bad{RAW.replace(chr(0), '')}.yaml").write_text(
        f"turbo: 1\n{FAILS[where]}", encoding="utf-8"
    )
    (name,) = (path.name for path in tmp_path.glob("bad*.yaml"))
    for words in (
        ["run", name, "-m", "echo", "--tools", "tools.py", "--reply", RAW],
        ["check", name],
        ["fmt", name],
    ):
        seen = typed(*words)
        assert seen and not UNSAFE.findall(seen), seen
    assert not UNSAFE.findall(typed("run", name, "-m", "echo", "--debug", "--tools", "tools.py"))


def test_what_pytest_tells_of_flows_comes_as_text(tmp_path: Path, typed: Typed) -> None:
    (tmp_path / "bad.yaml").write_text(
        f"turbo: 1\n{FAILS['in a key']}tests: [{{name: a}}]\n", encoding="utf-8"
    )
    assert not UNSAFE.findall(typed("test"))
    (tmp_path / "turbo.yaml").write_text(
        f"providers: {{\"p {SPELLED}\": {{base_url: 'http://127.0.0.1:1'}}}}\n"
    )
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "turbo_yaml.testing.pytest_plugin",
        "--flows",
        "--flows-live",
    ]
    words += ["-vrA", "--showlocals", "--continue-on-collection-errors", "--junitxml=out.xml"]
    environment = {**os.environ, "TURBO_YAML_TRUST": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    seen = [done.stdout, done.stderr, (tmp_path / "out.xml").read_text(encoding="utf-8")]
    assert "2 failed, 1 passed, 1 warning, 1 error" in done.stdout, done.stdout
    assert "good \\x1b[2J" in done.stdout
    assert [UNSAFE.findall(text) for text in seen] == [[], [], []]
