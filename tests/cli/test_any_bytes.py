"""Whatever the bytes are: `check` answers, changes nothing unasked, runs nothing and looks nowhere else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cli.mutants import ANYTHING, ROOT, mutants
from turbo_yaml.cli.checking.drawing import FORMS

Turbo = Callable[..., tuple[int, str, str]]

EXAMPLES = int(os.environ.get("TURBO_YAML_EXAMPLES", "40"))
"""More of them: TURBO_YAML_EXAMPLES=5000."""
ONE_FOLDER = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

_TURNS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
READ: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "sarif": json.loads,
    "gitlab": json.loads,
    "junit": ElementTree.fromstring,
}


@given(st.one_of(ANYTHING, mutants()), st.sampled_from([*FORMS]), st.booleans())
@example(b"", "text", False)
@example(b"\xff\xfe\x00", "sarif", True)
@example(b"[" * 70_000, "json", False)
@example(b"- " * 70_000, "concise", False)
@example(b"{{" * 10_000, "junit", False)
@example(b"a: &a [*a, *a]\n", "github", False)
@ONE_FOLDER
def test_check_answers_in_every_form(turbo: Turbo, data: bytes, form: str, strict: bool) -> None:
    code, out, err = turbo("check", "-", "--format", form, *["--strict"] * strict, piped=data)
    assert (code in (0, 1), err) == (True, "")
    assert not _TURNS.search(out)
    READ.get(form, str)(out)


@given(st.one_of(mutants(), ANYTHING), st.sampled_from(["flow.yaml", "turbo.yaml"]))
@ONE_FOLDER
def test_fix_leaves_text_that_is_checked_as_well_as_before(
    turbo: Turbo, folder: Path, data: bytes, name: str
) -> None:
    path = folder / "one" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    before = json.loads(turbo("check", str(path), "--format", "json")[1])
    patch = turbo("check", str(path), "--diff")
    assert path.read_bytes() == data
    code, out, err = turbo("check", str(path), "--fix", "--format", "json")
    assert code in (0, 1) and "internal error" not in err
    after = json.loads(out)
    assert (path.read_bytes() == data) == (patch[1] == "") == (err == "")
    broken = [sum(one["rule"].startswith("yaml-") for one in found) for found in (before, after)]
    assert broken[1] <= broken[0]
    fixed = path.read_bytes()
    assert turbo("check", str(path), "--fix")[2] == "" and path.read_bytes() == fixed


def test_check_runs_nothing_of_a_flow_and_reads_nothing_outside_of_its_root(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "turbo.yaml").write_text("model: echo\n")
    for name in ("up.yaml", "up.json", "secret.md"):
        (tmp_path / name).write_text("turbo: 1\nsteps: [generate]\n")
    (root / "deep" / "link.yaml").symlink_to(tmp_path / "up.yaml")
    (root / "deep" / "link.md").symlink_to(tmp_path / "secret.md")
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.watching", str(root), str(EXAMPLES)],
        env=environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert ["open", str((root / "deep" / "flow.yaml").resolve())] in seen
    libraries = [str(ROOT.resolve() / part) for part in ("turbo_yaml", "docs/rules")]
    libraries += [str(Path(path).resolve()) for path in (sys.prefix, sys.base_prefix)]
    own = tuple(f"{path}/" for path in (root.resolve(), *libraries))
    assert [entry for entry in seen if entry[0] != "open" or not f"{entry[1]}/".startswith(own)] == []


def test_the_watch_knows_the_folder_that_a_name_goes_out_from(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("")
    work = """
import os, sys
from tests.cli.watching import Watch
watch = Watch()
sys.addaudithook(watch)
folder = os.open("root", os.O_RDONLY)
watch.on = True
os.close(os.open("../secret", os.O_RDONLY, dir_fd=folder))
print(*[path for _, path in watch.seen])
"""
    words = [sys.executable, "-c", work]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{(tmp_path / 'secret').resolve()}\n"


NO_TEXT = "\udcff\udc80x"
"""A word of the command line whose bytes are not UTF-8, as Python gives it."""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (
            ["run", "hello.yaml", "-m", "echo", "-p", "name", NO_TEXT, "--conversation", "ours", "--journal"],
            0,
        ),
        (["runs", "list", "-q", NO_TEXT], 0),
        (["runs", "list", "--conversation", NO_TEXT], 0),
        (["runs", "show", NO_TEXT], 2),
        (["conversations", "show", NO_TEXT], 2),
        (["conversations", "rm", NO_TEXT], 2),
        (
            [
                "record",
                "hello.yaml",
                "-m",
                "echo",
                "-p",
                "name",
                "A",
                "--name",
                NO_TEXT,
                "--out",
                "a.test.yaml",
            ],
            0,
        ),
        (["check", f"{NO_TEXT}.yaml"], 2),
        (["test", "-k", NO_TEXT], 2),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_words_that_are_no_text_are_no_bug(turbo: Turbo, folder: Path, words: list[str], code: int) -> None:
    turbo("run", "hello.yaml", "-m", "echo", "-p", "name", "Ada", "--conversation", "others", "--journal")
    done = turbo(*words)
    assert (done[0], "internal error" in done[2], "damaged" in done[2]) == (code, False, False), done
