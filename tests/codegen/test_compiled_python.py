"""What flows compile to: readable, the same every time, and at the places of the YAML file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from turbo_yaml.compiler.edge import compile_python

ROOT = Path(__file__).parent.parent.parent
FLOWS = sorted((ROOT / "flows").glob("*.yaml"))
CASES = sorted((ROOT / "tests" / "golden" / "compile").glob("*.yaml"))


@pytest.mark.parametrize("path", [*FLOWS, *CASES], ids=lambda path: path.stem)
def test_a_flow_compiles_to_the_python_that_was_read_and_found_good(
    path: Path, golden: Callable[[Path, str], None]
) -> None:
    text, found = compile_python(path)
    assert found == []
    assert text is not None
    written = ROOT / "tests" / "golden" / "compile" / f"{path.stem}.py"
    if sys.version_info >= (3, 12) and written.exists():
        # From 3.12 on the quotes inside an f-string are printed otherwise; it says the same.
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(written.read_text(encoding="utf-8")))
        assert [line for line in text.splitlines() if line.lstrip().startswith("#")]
    else:
        golden(written, text)


def test_compiling_gives_the_same_text_whatever_the_hash_seed() -> None:
    def printed(seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "turbo_yaml", "compile", "flows/support.yaml"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert printed("1") == printed("2") != ""


PLACES = [
    ("plain", "- user: Hi {{ profile.nick.upper() }}!", "profile.nick"),
    ("block", "- user: |\n      Hello,\n      dear {{ profile.nick.upper() }}!", "profile.nick"),
    ("folded", "- user: >\n      Hello,\n      dear {{ profile.nick.upper() }}!", "profile.nick"),
    ("single quoted", "- user: 'It''s {{ profile.nick.upper() }}'", "profile.nick"),
    ("double quoted", '- user: "\\u00e9\\t{{ profile.nick.upper() }}"', "profile.nick"),
    ("not ASCII", "- user: é😀 {{ profile.nick.upper() }} ü", "profile.nick"),
    (
        "loop in a text",
        "- user: |\n      {% for x in [1] %}\n      {{ profile.nick.upper() }}\n      {% endfor %}",
        "profile.nick",
    ),
    ("condition", "- if: profile.nick > 3\n    then: [stop]", "profile.nick > 3"),
    ("nested value", "- set: {a: [1, {b: '{{ profile.nick.upper() }}'}]}", "profile.nick"),
    ("sum", "- set: {a: '{{ 1 + profile.nick }}'}", "1 + profile.nick"),
]

SCRIPT = """
import asyncio, sys, traceback
import turbo_yaml

async def main():
    fn = turbo_yaml.load(sys.argv[1], cache=False).configure({"model": "echo"})
    async with fn(profile={"nick": None}) as run:
        await run.run()

try:
    asyncio.run(main())
except turbo_yaml.FlowError as error:
    line, column = error.source.position(error.span.start)
    print("AT", line, column, error.source.text[error.span.start : error.span.end])
    traceback.print_exc(file=sys.stdout)
"""


@pytest.mark.parametrize(
    ("steps", "expected"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES]
)
def test_a_traceback_shows_the_yaml_line_with_the_expression_underlined(
    steps: str, expected: str, tmp_path: Path
) -> None:
    text = f"turbo: 1\ninputs: {{profile: any}}\nsteps:\n  {steps}\n  - generate\n"
    (tmp_path / "flow.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "flow.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout
    at, _, trace = done.partition("\n")
    _, line, column, found = at.split(" ", 3)
    assert found.startswith(expected), found
    written = text.splitlines()[int(line) - 1]
    assert written[int(column) - 1 :].startswith(expected.splitlines()[0])
    assert f'File "flow.yaml", line {line}' in trace
    lines = trace.splitlines()
    shown = max(i for i, row in enumerate(lines) if row.strip().startswith(f'File "flow.yaml", line {line}'))
    assert lines[shown + 1].strip() == written.strip()
    assert set(lines[shown + 2].strip()) <= set("^~")


def test_a_debugger_stops_at_a_line_of_the_yaml_file(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(
        "turbo: 1\nsteps:\n  - set: {a: one}\n  - user: |\n      Hello\n      {{ a }}\n  - generate\n"
    )
    script = "import asyncio, turbo_yaml\n"
    script += "fn = turbo_yaml.load('flow.yaml', cache=False).configure({'model': 'echo'})\n"
    script += "async def main():\n    async with fn() as run:\n        print((await run.run()).content)\n"
    script += "import pdb\ndebugger = pdb.Pdb()\ndebugger.set_break('flow.yaml', 6)\n"
    script += "debugger.run('asyncio.run(main())', globals())\n"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        input="continue\nwhere\np a\ncontinue\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "flow.yaml(6)" in done.stdout
    assert "{{ a }}" in done.stdout
    assert "'one'" in done.stdout


def test_a_profiler_names_the_yaml_file(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text("turbo: 1\nname: greet\nsteps: [{user: u}, generate]\n")
    script = (
        "import asyncio, cProfile, pstats, turbo_yaml\n"
        "fn = turbo_yaml.load('flow.yaml', cache=False).configure({'model': 'echo'})\n"
        "async def main():\n    async with fn() as run:\n        await run.run()\n"
        "profile = cProfile.Profile()\nprofile.runcall(asyncio.run, main())\n"
        "print([key for key in pstats.Stats(profile).stats if key[0] == 'flow.yaml'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "'greet'" in done.stdout
