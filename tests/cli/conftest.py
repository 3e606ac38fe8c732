"""The command as a person types it: in a folder of its own, without anybody's settings or keys."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from turbo_yaml.cli.verbs import invoke

HELLO = """\
turbo: 1
inputs:
  name: string
  times?: {type: integer, default: 1}
steps:
  - system: You greet people.
  - user: Hello {{ name }}, {{ times }}
  - generate
"""

ASK = """\
turbo: 1
steps:
  - input: Which colour?
    choices: [red, green]
    as: colour
  - input: And your name?
    as: name
  - result: "{{ name }} likes {{ colour }}"
"""

CHATTY = """\
turbo: 1
steps:
  - user: first
  - generate
  - log: between
  - user: second
  - generate
  - return: {answer: 42}
"""


class Done(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a few flows."""
    for name, text in {"hello": HELLO, "ask": ASK, "chatty": CHATTY}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of the commands: nobody's settings, keys or cache; the folder is their own."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("TURBO_YAML", "OPENAI", "NO_COLOR", "FORCE_COLOR"))
    }
    return kept | {
        "TURBO_YAML_TRUST": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / ".cache"),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "XDG_STATE_HOME": str(tmp_path / ".state"),
    }


@pytest.fixture
def turbo(
    folder: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Run the command in this process: `turbo("run", "hello.yaml", piped="text")`."""
    monkeypatch.chdir(folder)
    for name in os.environ.keys() - environ.keys():
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, piped: str | bytes = "") -> Done:
        data = piped.encode() if isinstance(piped, str) else piped
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        capsys.readouterr()
        code = invoke(list(words))
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def process(folder: Path, environ: dict[str, str]) -> Callable[..., Done]:
    """Run the command in a process of its own."""

    def run(*words: str, piped: str = "", extra: Mapping[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "turbo_yaml", *words],
            input=piped,
            capture_output=True,
            text=True,
            cwd=folder,
            env=environ | dict(extra or {}),
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run
