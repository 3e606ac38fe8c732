"""What a start of the command costs, as ratios of CPU against bare programs, in one run.

Run it with the Python that has turbo-yaml installed: `python benchmarks/start.py`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

ROUNDS = 15

FLOW = """\
turbo: 1
inputs: {name: string}
steps:
  - system: You are a friendly host.
  - user: Say hello to {{ name }}.
  - generate
"""

BARE_CLICK = """\
import click

@click.group()
def command(): pass

@command.command()
@click.option("-m")
def run(m): pass

command()
"""

# What any program must do that reads such a file: the libraries, the parsing, the templates, the loop.
BY_HAND_COLD = """\
import asyncio, hashlib, json, pathlib, tempfile
import click, jinja2, yaml

@click.command()
@click.argument("path")
@click.option("-p", nargs=2, multiple=True)
def run(path, p):
    with open(path) as file:
        flow = yaml.load(file, yaml.CSafeLoader)
    chat = [next(iter(s.items())) if isinstance(s, dict) else (s, None) for s in flow["steps"]]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    async def go():
        said = [(role, environment.from_string(text).render(dict(p))) for role, text in chat if text]
        print(said[-1][1])
    asyncio.run(go())

run()
"""

# What any program must do whose flow is Python already.
BY_HAND_WARM = """\
import asyncio, hashlib, json, pathlib
import click

@click.command()
@click.argument("path")
@click.option("-p", nargs=2, multiple=True)
def run(path, p):
    with open(path) as file:
        file.read()
    async def go(name):
        said = [("system", "You are a friendly host."), ("user", f"Say hello to {name}.")]
        print(said[-1][1])
    asyncio.run(go(**dict(p)))

run()
"""


def cpu(words: list[str], environment: dict[str, str]) -> float:
    """Run a program and return its CPU time in milliseconds; a failure of the program is an error."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(words[0], words, environment, file_actions=actions)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{words} ended with {os.waitstatus_to_exitcode(status)}")
    return (used.ru_utime + used.ru_stime) * 1000


def compare(
    ours: list[str], floor: list[str], environment: dict[str, str], *, cold: Path | None = None
) -> tuple[float, float]:
    """Return the medians of two programs, run in turn so that a busy machine slows both."""
    cpu(ours, environment)
    cpu(floor, environment)
    pairs = []
    for _ in range(ROUNDS):
        if cold is not None:
            for entry in cold.rglob("*"):
                if entry.is_file():
                    entry.unlink()
        pairs.append((cpu(ours, environment), cpu(floor, environment)))
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def main() -> None:
    """Print the table; fail where a ratio is above its limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for script, text in {"bare": BARE_CLICK, "cold": BY_HAND_COLD, "warm": BY_HAND_WARM}.items():
            (folder / f"{script}.py").write_text(text)
        flow = folder / "hello.yaml"
        flow.write_text(FLOW)
        cache = folder / "cache"
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(cache),
            "TURBO_YAML_CONFIG": "",
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }
        ours = [sys.executable, "-m", "turbo_yaml"]
        run = [*ours, "run", str(flow), "-m", "echo", "-p", "name", "Ada"]
        words = [str(flow), "-p", "name", "Ada"]
        bare = [sys.executable, str(folder / "bare.py"), "--help"]
        cold = [sys.executable, str(folder / "cold.py"), *words]
        warm = [sys.executable, str(folder / "warm.py"), *words]
        rows = [
            ("--help", compare([*ours, "--help"], bare, environment), 1.2),
            ("--version", compare([*ours, "--version"], bare, environment), 1.2),
            ("run, cold", compare(run, cold, environment, cold=cache), 1.3),
            ("run, warm", compare(run, warm, environment), 1.3),
        ]
    print(f"{'start':12} {'ours ms':>8} {'floor ms':>9} {'ratio':>6} {'limit':>6}")
    for label, (mine, floor), limit in rows:
        print(f"{label:12} {mine:8.1f} {floor:9.1f} {mine / floor:6.2f} {limit:6.1f}")
    if any(mine / floor > limit for _, (mine, floor), limit in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
