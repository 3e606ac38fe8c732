"""The first word of the command, help, and the verbs that run nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from turbo_yaml.cli.verbs import VERBS
from turbo_yaml.version import __version__

Turbo = Callable[..., tuple[int, str, str]]

BAD = "turbo: 1\nsteps:\n  - usr: hello\n"


def test_help_lists_every_verb(turbo: Turbo) -> None:
    code, out, _ = turbo("--help")
    assert code == 0
    assert all(f"  {verb} " in out for verb in VERBS)
    assert turbo("-h")[1] == out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_its_exit_codes_or_options(turbo: Turbo, verb: str) -> None:
    code, out, err = turbo(verb, "--help")
    assert (code, err) == (0, "")
    assert f"turbo-yaml {verb}" in out


def test_the_exit_codes_are_documented(turbo: Turbo) -> None:
    out = turbo("run", "--help")[1]
    assert all(f"\n    {code} " in out for code in (0, 1, 2, 3, 4, 130))


def test_the_version_is_told(turbo: Turbo) -> None:
    assert turbo("--version") == (0, f"turbo-yaml {__version__}\n", "")


def test_a_misspelt_verb_is_answered_with_the_nearest(turbo: Turbo) -> None:
    code, out, err = turbo("chek", "hello.yaml")
    assert (code, out) == (2, "")
    assert "did you mean `check`?" in err
    assert "No such option" in turbo("--verison")[2]
    assert "Missing argument 'FLOW'" in turbo("-m", "echo")[2]


# check -------------------------------------------------------------------------------------------------


def test_check_of_good_flows_says_so(turbo: Turbo) -> None:
    assert turbo("check", "hello.yaml") == (0, "no problems in 1 file\n", "")
    assert turbo("check", ".") == (0, "no problems in 3 files\n", "")


def test_check_shows_mistakes_on_standard_output_and_ends_with_1(turbo: Turbo, folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD, encoding="utf-8")
    code, out, err = turbo("check", "bad.yaml", "hello.yaml")
    assert (code, err) == (1, "")
    assert "--> bad.yaml:3:5" in out
    assert out.endswith("1 error in bad.yaml\n")


def test_check_has_a_form_for_problem_matchers_and_one_for_programs(turbo: Turbo, folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD, encoding="utf-8")
    code, out, _ = turbo("check", "bad.yaml", "--format", "concise")
    assert code == 1
    assert out.startswith("bad.yaml:3:5: ") and out.endswith("]\n") and out.count("\n") == 1
    (found,) = json.loads(turbo("check", "bad.yaml", "--format", "json")[1])
    assert (found["file"], found["line"], found["column"], found["severity"]) == ("bad.yaml", 3, 5, "error")
    assert turbo("check", "hello.yaml", "--format", "json")[1] == "[]\n"
    assert turbo("check", "hello.yaml", "--format", "concise")[1] == ""


def test_check_finds_the_flows_and_settings_of_a_folder_and_nothing_else(turbo: Turbo, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "bad.yml").write_text(BAD, encoding="utf-8")
    (folder / "deep" / "turbo.yaml").write_text("temprature: 0\n", encoding="utf-8")
    (folder / "deep" / "people.yaml").write_text("- {name: Ada}\n", encoding="utf-8")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "bad.yaml").write_text(BAD, encoding="utf-8")
    code, out, _ = turbo("check", ".", "--format", "concise")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["deep/bad.yml", "deep/turbo.yaml"]


def test_check_reports_a_file_that_is_no_text_among_the_others(turbo: Turbo, folder: Path) -> None:
    (folder / "bad.yaml").write_bytes(b"turbo: 1\nsteps: [\xff]\n")
    code, out, _ = turbo("check", ".", "--format", "concise")
    assert code == 1
    assert "bad.yaml:1:1: " in out and "[unreadable-file]" in out


def test_check_reads_standard_input(turbo: Turbo) -> None:
    code, out, _ = turbo("check", "-", "--format", "concise", piped=BAD)
    assert (code, out.startswith("<stdin>:3:5: ")) == (1, True)


def test_check_of_what_is_not_there_ends_with_2(turbo: Turbo, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert turbo("check", "nowhere")[0] == 2
    code, _, err = turbo("check", "empty")
    assert (code, "no flow" in err) == (2, True)


def test_a_mistake_in_a_file_that_two_flows_use_is_told_once(turbo: Turbo, folder: Path) -> None:
    (folder / "part.txt").write_text(BAD, encoding="utf-8")
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text("turbo: 1\nuse: {p: part.txt}\nsteps:\n  - include: p\n", encoding="utf-8")
    _, out, _ = turbo("check", ".", "--format", "concise")
    assert sum(line.startswith("part.txt:3:5:") for line in out.splitlines()) == 1


# compile, schema, settings -----------------------------------------------------------------------------


def test_compile_prints_python_that_names_the_flows_lines(turbo: Turbo) -> None:
    code, out, err = turbo("compile", "hello.yaml")
    assert (code, err) == (0, "")
    compile(out, "hello.py", "exec")
    assert "# hello.yaml:6" in out
    assert "async def hello(" in out


def test_compile_of_a_bad_flow_shows_its_mistakes_and_ends_with_2(turbo: Turbo, folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD, encoding="utf-8")
    code, out, err = turbo("compile", "bad.yaml")
    assert (code, out) == (2, "")
    assert "--> bad.yaml:3:5" in err


@pytest.mark.parametrize("kind", ["flow", "settings"])
def test_schema_prints_a_json_schema(turbo: Turbo, kind: str) -> None:
    code, out, _ = turbo("schema", kind)
    assert code == 0
    assert json.loads(out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_settings_list_names_every_setting_with_its_default(turbo: Turbo) -> None:
    lines = turbo("settings", "list")[1].splitlines()
    assert any(line.startswith("temperature ") for line in lines)
    assert any(line.startswith("limits.depth ") and "default: 50" in line for line in lines)
    keys = [entry["key"] for entry in json.loads(turbo("settings", "list", "--json")[1])]
    assert keys == [line.split()[0] for line in lines]


def test_settings_explain_tells_which_layer_won(turbo: Turbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("temperature: 1\n", encoding="utf-8")
    code, out, _ = turbo(
        "settings", "explain", "hello.yaml", "temperature", "-o", "temperature", "0.5", "--json"
    )
    assert code == 0
    (account,) = json.loads(out)
    assert (account["key"], account["value"]) == ("temperature", 0.5)
    text = turbo("settings", "explain", "hello.yaml", "temperature")[1]
    assert "turbo.yaml:1:14" in text or "turbo.yaml:1:1" in text
    assert turbo("settings", "explain", "hello.yaml", "temprature")[0] == 2


# init --------------------------------------------------------------------------------------------------


def test_init_writes_a_flow_that_runs_as_told(turbo: Turbo, folder: Path) -> None:
    code, out, err = turbo("init", "new")
    assert code == 0
    assert "new/flow.yaml" in err and "new/turbo.yaml" in err
    assert out == "turbo-yaml run new/flow.yaml -p name Ada\n"
    assert turbo("check", "new") == (0, "no problems in 2 files\n", "")
    assert turbo(*out.split()[1:]) == (0, "Please say hello to Ada.\n", "")


def test_init_overwrites_nothing(turbo: Turbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("model: echo\n", encoding="utf-8")
    before = (folder / "hello.yaml").read_text(encoding="utf-8")
    code, _, err = turbo("init", "hello.yaml")
    assert (code, "there already" in err) == (2, True)
    assert (folder / "hello.yaml").read_text(encoding="utf-8") == before
    assert turbo("init", "other.yaml")[0] == 0
    assert (folder / "turbo.yaml").read_text(encoding="utf-8") == "model: echo\n"


# colour ------------------------------------------------------------------------------------------------


def test_colour_is_for_terminals_unless_it_is_asked_for(
    turbo: Turbo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bad.yaml").write_text(BAD, encoding="utf-8")
    assert "\x1b[" not in turbo("check", "bad.yaml")[1]
    assert "\x1b[1;31m" in turbo("check", "bad.yaml", "--color", "always")[1]
    assert "\x1b[1;31m" in turbo("run", "bad.yaml", "--color", "always")[2]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31m" in turbo("check", "bad.yaml")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in turbo("check", "bad.yaml")[1]
