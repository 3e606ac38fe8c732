"""What hostile input comes to, as the table of `docs/security.md`; exits with 1 where a bar is missed.

`python -m tests.hostile.report` prints it, `--write` puts it into the page.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks import budgets
from tests.hostile.box import MEMORY, SECONDS, Verdict, judged
from tests.hostile.cases import escaping, in_batches, templates
from tests.hostile.corpus.names import NAMES, TEXTS
from tests.hostile.corpus.yaml_texts import misplaced, yaml_texts
from tests.hostile.heavy import MOST, peak, replies
from tests.hostile.interrupting import SIGNALS, SOON, STAGES, interrupted
from tests.hostile.server_faults import disconnected, told
from tests.hostile.test_planted_key import ECHOED

PAGE: Final = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN: Final = "<!-- measured: begin -->\n"
END: Final = "<!-- measured: end -->\n"
ROUNDS: Final = 3
SANDBOX_EACH: Final = 11
"""Of what Jinja's sandbox is asked about; the slow tests go through all of it."""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    bar: str
    found: str
    holds: bool


def came_to(verdicts: Sequence[Verdict]) -> str:
    """Return in words what became of cases."""
    kinds = {"passed": "harmless", "refused": "refused", "failed": "failed at their place", "hole": "HOLES"}
    counts = {words: sum(one.how == how for one in verdicts) for how, words in kinds.items()}
    shown = ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)
    cpu, memory = max(one.cpu for one in verdicts), max(one.memory for one in verdicts)
    return f"{len(verdicts):,}: {shown}; at most {cpu:.1f} s CPU, {memory:.0f} MiB"


def stage(name: str, what: str) -> Row:
    """Return the row of hostile templates and flows through one stage."""
    verdicts = judged(name, templates())
    for one in verdicts:
        if one.how == "hole":
            print(f"{one.case!r:.200}: {one.detail}", file=sys.stderr)
    bar = f"each harmless or a typed error with its place, {SECONDS} s CPU, {MEMORY >> 20} MiB"
    return Row(what, bar, came_to(verdicts), all(one.how != "hole" for one in verdicts))


def sandbox() -> Row:
    """Return the row of what Jinja's own sandbox stops."""
    texts = escaping()[::SANDBOX_EACH]
    verdicts = judged("sandbox", in_batches(texts, theirs=True))
    for one in verdicts:
        if one.how == "hole":
            print(f"{one.detail!r:.400}", file=sys.stderr)
    good = all(one.how == "passed" for one in verdicts)
    counts = [json.loads(one.detail) for one in verdicts if one.how == "passed"]
    stopped, shown = (sum(count[key] for count in counts) for key in ("stopped", "shown"))
    found = f"{len(texts):,}: {stopped:,} stopped by it, of these {shown} show data here, none more"
    bar = "stopped here, too, or showing nothing but data"
    return Row("what Jinja's own sandbox stops", bar, found if good else "MORE THAN DATA", good)


def loader() -> list[Row]:
    """Return the rows of hostile YAML, beside what PyYAML makes of it."""
    texts = yaml_texts()
    ours, theirs = judged("yaml", texts), judged("pyyaml", texts)
    slowest = max(_ratios([text for text, a, b in zip(texts, ours, theirs, strict=True) if _timed(a, b)]))
    crashed = sum(one.how == "hole" for one in theirs)
    elsewhere = misplaced(ours)
    for one in elsewhere:
        print(f"{one.case!r:.200}: {one.how} {one.detail}", file=sys.stderr)
    found = (
        f"{came_to(ours)}; {len(elsewhere)} in another line; `CSafeLoader.load` crashed or hung on {crashed}"
    )
    return [
        Row("hostile YAML", "no crash, a typed error in the right line", found, not elsewhere),
        Row(
            "hostile YAML that both read",
            "not slower than `CSafeLoader.load`",
            f"{slowest:.2f} times",
            slowest <= 1.05,
        ),
    ]


def _timed(ours: Verdict, theirs: Verdict) -> bool:
    """Tell whether a text was read by both, in a time that can be measured."""
    return ours.how == theirs.how == "passed" and theirs.cpu > 0.02


def _ratios(texts: Sequence[tuple[str, Any]]) -> list[float]:
    """Return how much longer than PyYAML each text takes, by the best of some rounds."""
    least = []
    for name in ("yaml", "pyyaml"):
        rounds = [judged(name, texts) for _ in range(ROUNDS)]
        least.append([min(one.cpu for one in tries) for tries in zip(*rounds, strict=True)])
    return [ours / theirs for ours, theirs in zip(*least, strict=True)]


def interrupts() -> Row:
    """Return the row of signals at each kind of work."""
    slowest, good, count = 0.0, True, 0
    for stage in STAGES.values():
        for number in SIGNALS:
            with tempfile.TemporaryDirectory() as folder:
                ended = interrupted(stage, number, Path(folder))
            slowest, count = max(slowest, ended.seconds), count + 1
            good = good and ended.fits(number) and ended.seconds <= SOON
    kinds = ", ".join(dict.fromkeys(name.partition(":")[0].partition(" ")[0] for name in STAGES))
    return Row(
        f"Ctrl-C and SIGTERM in {kinds}",
        f"within {SOON:g} s, status 130 / 143, no traceback, a resume hint",
        f"{count}: at most {slowest:.1f} s",
        good,
    )


def memory() -> Row:
    """Return the row of replies that ask for memory."""
    most, good = 0.0, True
    with tempfile.TemporaryDirectory() as folder:
        for name, answer in replies().items():
            taken = peak(answer, Path(folder))
            most = max(most, taken.memory)
            good = good and "Traceback" not in taken.errors and taken.code == (0 if "text" in name else 3)
    return Row(
        "peak memory of the command with a gzip bomb, a line of 16 MiB, a text of 8 MiB",
        f"{MOST} MiB",
        f"{most:.0f} MiB",
        good and most <= MOST,
    )


def servers() -> list[Row]:
    """Return the rows of what servers do, and of calls that are cancelled."""
    found, lost = asyncio.run(told()), asyncio.run(disconnected())
    words = []
    for name, streamed in (("plain", False), ("stream", True)):
        some = [one for one in found if one.fault.streamed is streamed]
        failed = sum(one.how.startswith("error") for one in some)
        whole = sum(one.how == "whole" for one in some)
        words.append(f"{name} {len(some)}: {failed} errors, {whole} whole answers")
    late = max(one.seconds - one.fault.seconds for one in found)
    return [
        Row(
            "server faults x {plain, stream}",
            "none silent, none raw, none past the deadline by 1 s, each asked once",
            f"{'; '.join(words)}; at most {max(late, 0):.1f} s past the deadline",
            all(one.good for one in found),
        ),
        Row(
            "a call cancelled at any piece of its answer",
            "the server sees it within 0.3 s",
            f"{len(lost)}: at most {max(lost):.2f} s",
            max(lost) <= 0.3,
        ),
    ]


def passed(*files: str, everything: bool = False) -> bool:
    """Run tests of this folder, with whole corpora where that is wanted; tell whether all passed."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"]
    environ = os.environ | ({"TURBO_YAML_HOSTILE": "all"} if everything else {})
    paths = [f"tests/hostile/{file}" for file in files]
    done = subprocess.run(
        [*words, *paths], cwd=PAGE.parents[1], env=environ, capture_output=True, check=False
    )
    if done.returncode:
        print(done.stdout.decode("utf-8", "replace"), file=sys.stderr)
    return done.returncode == 0


def keys() -> Row:
    """Return the row of a planted key."""
    what = "a planted key that a server sends back: in all that any command prints or leaves behind"
    good = passed("test_planted_key.py")
    return Row(what, "found nowhere", f"{len(ECHOED)} ways: {'found nowhere' if good else 'FOUND'}", good)


def generated() -> Row:
    """Return the row of generated code."""
    good = passed("test_generated_code.py", everything=True)
    found = f"{len(NAMES)} names, {len(TEXTS)} texts, 100,000 random ones: {'un' if good else ''}changed"
    bar = "the shape of the tree is unchanged"
    return Row("hostile names and texts in generated code", bar, found, good)


def costs() -> Row:
    """Return the row of what counting costs."""
    worst = max(budgets.ratios().values())
    return Row(
        "cost of the budgets", f"at most {budgets.MOST} times", f"{worst:.2f} times", worst <= budgets.MOST
    )


def rows() -> list[Row]:
    """Measure everything."""
    return [
        stage("check", "hostile templates and flows, checked"),
        stage("run", "hostile templates and flows, run"),
        sandbox(),
        costs(),
        *loader(),
        generated(),
        interrupts(),
        memory(),
        *servers(),
        keys(),
    ]


def main(words: Sequence[str]) -> int:
    """Print the table or write it into its page."""
    found = rows()
    lines = ["| what | bar | measured |", "| --- | --- | --- |"]
    lines += [
        f"| {row.what} | {row.bar} | {row.found}{'' if row.holds else ' **MISSED**'} |" for row in found
    ]
    table = "".join(f"{line}\n" for line in lines)
    print(table, end="")
    if "--write" in words:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(before + BEGIN + table + END + rest.partition(END)[2], encoding="utf-8")
    return not all(row.holds for row in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
