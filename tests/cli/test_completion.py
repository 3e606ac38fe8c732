"""What a shell offers for a word that is not finished."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

pytestmark = pytest.mark.slow

KINDS = """\
turbo: 1
inputs:
  kind: {enum: [warm, dry, 3], description: How it sounds.}
  loud: boolean
  text: string
steps:
  - user: "{{ kind }} {{ loud }} {{ text }}"
"""

Offered = Callable[..., list[str]]


@pytest.fixture
def offered(
    turbo: Callable[..., Done], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Return what bash is told for a line, whose last word is not finished."""
    (folder / "more").mkdir()
    (folder / "more" / "kinds.yaml").write_text(KINDS, encoding="utf-8")
    (folder / "broken.yaml").write_text("turbo: 1\nsteps: [generat]\n", encoding="utf-8")

    def offer(line: str, shell: str = "bash") -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("_TURBO_YAML_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
        done = turbo()
        assert done.code == 0
        return [line.partition(",")[2].partition("\t")[0] for line in done.out.splitlines() if line]

    return offer


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("turbo-yaml ru", ["run", "runs"]),
        ("turbo-yaml he", ["hello.yaml"]),
        ("turbo-yaml run more/", ["more/kinds.yaml"]),
        ("turbo-yaml check h", ["hello.yaml"]),
        ("turbo-yaml hello.yaml -p ", ["name", "times"]),
        ("turbo-yaml run hello.yaml -p name Ada -p ", ["times"]),
        ("turbo-yaml run more/kinds.yaml -p kind ", ["warm", "dry"]),
        ("turbo-yaml run more/kinds.yaml -p loud t", ["true"]),
        ("turbo-yaml run more/kinds.yaml -p text t", []),
        ("turbo-yaml run broken.yaml -p ", []),
        ("turbo-yaml run gone.yaml -p ", []),
        ("turbo-yaml run -p ", []),
        ("turbo-yaml run hello.yaml --no-s", ["--no-stream"]),
    ],
)
def test_a_line_is_completed(offered: Offered, line: str, offers: list[str]) -> None:
    assert offered(line) == offers


def test_fish_tells_the_word_in_another_way(offered: Offered) -> None:
    assert offered("turbo-yaml run hello.yaml -p t", "fish") == ["times"]


def test_nothing_of_an_engine_is_loaded_to_complete_a_verb() -> None:
    code = (
        "import sys\nfrom turbo_yaml.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"_TURBO_YAML_COMPLETE": "bash_complete", "COMP_WORDS": "turbo-yaml ", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.rpartition("LOADED")[2].split()
    assert "plain,run" in done.stdout
    assert {"yaml", "jinja2", "openai", "turbo_yaml.compiler.edge"}.isdisjoint(loaded)


@pytest.fixture
def shell(offered: Offered, folder: Path, environ: dict[str, str]) -> Callable[..., str]:
    """Run a script in a shell that finds the command; return what it prints."""
    program = folder / "turbo-yaml"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turbo_yaml "$@"\n', encoding="utf-8")
    program.chmod(0o755)

    def run(*command: str, typed: str = "") -> str:
        if shutil.which(command[0]) is None:
            pytest.skip(f"there is no {command[0]}")
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ | {"PATH": f"{folder}:{environ['PATH']}"},
            input=typed,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stderr == ""
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("words", "at", "offers"),
    [
        ("turbo-yaml run hello.yaml -p n", 4, "name"),
        ("turbo-yaml run turbo : s", 4, "self_ask subqueries summarize"),
        ("turbo-yaml run turbo :", 3, "qa self_ask subqueries summarize tool"),
        ("turbo-yaml run tur", 2, "turbo:qa turbo:self_ask turbo:subqueries turbo:summarize turbo:tool"),
        ("turbo-yaml run turbo : qa -p", 6, "question context"),
    ],
)
def test_bash_takes_the_script_and_parts_words_at_a_colon(
    shell: Callable[..., str], words: str, at: int, offers: str
) -> None:
    script = (
        'eval "$(_TURBO_YAML_COMPLETE=bash_source turbo-yaml)"\n'
        f"COMP_WORDS=({words}) COMP_CWORD={at}\n"
        "compopt() { :; }\n_turbo_yaml_completion turbo-yaml\necho ${COMPREPLY[@]}\n"
    )
    assert shell("bash", "-c", script) == f"{offers}\n"


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("turbo-yaml runs", ["runs\tLook at recorded runs, copy and delete them."]),
        ("turbo-yaml run turbo:s", ["turbo:self_ask", "turbo:subqueries", "turbo:summarize"]),
        ("turbo-yaml run turbo:qa -p q", ["question\twhat is asked"]),
        ("turbo-yaml run more/kinds.yaml -p kind ", ["dry", "warm"]),
        ("turbo-yaml run hello.yaml --tools he", ["hello.yaml"]),
        ("turbo-yaml explain unknown-fi", ["unknown-field", "unknown-filter"]),
    ],
)
def test_fish_shows_what_may_come(shell: Callable[..., str], line: str, offers: list[str]) -> None:
    script = f"_TURBO_YAML_COMPLETE=fish_source turbo-yaml | source; complete -C '{line}'"
    assert sorted(shell("fish", "--no-config", "-c", script).splitlines()) == offers


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("turbo-yaml run he", "hello.yaml"),
        ("turbo-yaml run turbo:su", "turbo:summarize"),
        ("turbo-yaml run hello.yaml -p ti", "times"),
        ("turbo-yaml ru", "Look at recorded runs, copy and delete them."),
    ],
)
def test_zsh_shows_what_may_come(shell: Callable[..., str], line: str, shown: str) -> None:
    script = f"""\
        zmodload zsh/zpty
        zpty inner zsh -f -i
        zpty -w inner 'PS1=; autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste'
        zpty -w inner 'eval "$(_TURBO_YAML_COMPLETE=zsh_source turbo-yaml)"; setopt no_auto_menu'
        zpty -w inner 'print READ""Y'
        zpty -r inner text '*READY*'
        zpty -w -n inner $'{line}\\t\\t'
        zpty -r inner text '*{shown}*' && print found
    """
    assert "found" in shell("zsh", "-f", "-c", script)


def test_a_file_is_offered_where_an_option_takes_one(offered: Offered) -> None:
    assert offered("turbo-yaml graph hello.yaml -o x") == ["x"]
    assert offered("turbo-yaml keys set gro") == ["groq"]
