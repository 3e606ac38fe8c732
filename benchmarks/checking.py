"""What `check` costs and what it finds: start, one flow of 60 lines, many flows, seeded mistakes, mutants.

CPU time, in ratios within one run where they are compared. `python -m benchmarks.checking`; exits with 1
above a bound. More mutants: TURBO_YAML_MUTANTS=20000.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.start import compare
from tests.corpus.judging import judged
from tests.corpus.mutants import mutants
from tests.corpus.playing import FLOWS, GOOD, plays_of
from tests.corpus.seeded import mistakes
from turbo_yaml.compiler.edge import check, check_text

START, ONE_FLOW_MS, GROWTH = 1.5, 10.0, 1.15
MUTANTS = int(os.environ.get("TURBO_YAML_MUTANTS", "3000"))
ROUNDS = 30

BY_HAND = """\
import click, jinja2, yaml

@click.command()
@click.argument("path")
def check(path):
    with open(path) as file:
        flow = yaml.load(file, yaml.CSafeLoader)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    waiting = [flow]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) and ("{{" in node or "{%" in node):
            environment.parse(node)
        elif isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    print("no problems")

check()
"""


def sixty_lines() -> str:
    """Return a flow of 60 lines: the digest of the corpus, which writes a second page and a third."""
    text = (FLOWS / "digest.yaml").read_text("utf-8").partition("\ntests:\n")[0]
    page = text[text.index("  - user: |\n      Make one") : text.index("  - return:")]
    more = "".join(page.replace("digest", name).replace("one", name) for name in ("second", "third"))
    logs = "  - log: '{{ second }}'\n  - log: '{{ third }}'\n"
    return text.replace("  - return:", f"{more}{logs}  - return:") + "\n"


def start(folder: Path) -> tuple[float, float]:
    """Return the CPU milliseconds of `check` of a good flow, and of a program that only reads it."""
    flow = folder / "flow.yaml"
    flow.write_text(sixty_lines())
    (folder / "floor.py").write_text(BY_HAND)
    environment = {
        **os.environ,
        "TURBO_YAML_CONFIG": "",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    ours = [sys.executable, "-m", "turbo_yaml", "check", str(flow)]
    return compare(ours, [sys.executable, str(folder / "floor.py"), str(flow)], environment)


def one_flow() -> float:
    """Return the CPU milliseconds of one check, beyond the start."""
    text = sixty_lines()
    assert check_text(text) == []
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        check_text(text)
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1000


def growth(folder: Path) -> float:
    """Return what a flow costs among 1,000, against among 100."""
    text = sixty_lines()
    for number in range(1000):
        (folder / f"{number}.yaml").write_text(text)

    def cost(count: int) -> float:
        began = time.process_time()
        for number in range(count):
            check(folder / f"{number}.yaml", root=folder)
        return (time.process_time() - began) / count

    pairs = [(cost(100), cost(1000)) for _ in range(3)]
    return statistics.median(many / few for few, many in pairs)


def found() -> None:
    """Print how many mutants fail, how many of them are reported, and how many messages there are."""
    plays = {path: plays_of(path) for path in GOOD}
    verdicts = [judged(mutant, plays[mutant.path]) for mutant in mutants(GOOD, MUTANTS, 1)]
    refused = sum(any(one.severity == "error" for one in verdict.found) for verdict in verdicts)
    failing = [verdict for verdict in verdicts if verdict.failure is not None]
    missed = sum(verdict.missed for verdict in failing)
    share = 1 - missed / (refused + len(failing))
    many = Counter(len(verdict.found) for verdict in verdicts)
    print(f"mutants: {len(verdicts)}; {refused} cannot run, {len(failing)} more fail; reported {share:.2%}")
    print(f"messages a mutant: {dict(sorted(many.items()))}")


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mine, floor = start(folder)
        flat = growth(folder)
    flow = one_flow()
    print(f"start, 60 lines: {mine:.1f} ms, by hand {floor:.1f} ms, ratio {mine / floor:.2f} ({START})")
    print(f"one flow of {len(sixty_lines().splitlines())} lines: {flow:.2f} ms ({ONE_FLOW_MS})")
    print(f"a flow among 1,000 against among 100: {flat:.2f} ({GROWTH})")
    print(f"seeded mistakes: {len(mistakes())}, of {len({one.rule for one in mistakes()})} rules")
    found()
    return mine / floor > START or flow > ONE_FLOW_MS or flat > GROWTH


if __name__ == "__main__":
    sys.exit(main())
