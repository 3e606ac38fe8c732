"""What a test of a flow costs: against a bare run of the flow, and in milliseconds for a file of many.

Ratios of CPU time within one run, medians of interleaved rounds. `python -m benchmarks.testing`
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import turbo_yaml
from turbo_yaml.testing.runner import Order, run_suites
from turbo_yaml.testing.suite import Suite

ROUNDS = 9
TESTS = 500
GOAL = 5.0
"""A test also makes a model, keeps all that was sent, listens, and judges three assertions."""
GOAL_MS = 2.0
GOAL_WATCHED = 1.5

FLOW = """\
turbo: 1
inputs: {sign: string}
steps:
  - system: You are a fortune teller.
  - user: My sign is {{ sign }}.
  - input: What do you want to know?
    as: question
  - user: "{{ question }}"
  - generate
tests:
"""
TEST = """\
  - name: number {number}
    with: {{sign: sign {number}}}
    input: [Tell me my fortune]
    model: [The stars are kind.]
    expect:
      - result: The stars are kind.
      - messages[1]: {{user: My sign is sign {number}.}}
      - contains: stars
"""


def bare(path: Path) -> None:
    """Run the flow as often by hand."""

    async def run() -> None:
        fn = turbo_yaml.load(path).configure({"model": "script"})
        for number in range(TESTS):
            one = fn.using(script=["The stars are kind."])(sign=f"sign {number}")
            await one.run()
            result = await one.run("Tell me my fortune")
            while not result.done:
                result = await one.run()
            assert result.content == "The stars are kind."

    asyncio.run(run())


def tested(path: Path, watched: bool = False) -> None:
    """Read the tests and run them."""
    summary = run_suites([Suite(path, lambda _: [], watched=watched)], Order())
    assert summary.count("passed") == TESTS


def read(path: Path) -> None:
    """Read the tests."""
    assert len(Suite(path, lambda _: []).tests) == TESTS


def cpu(work: Callable[[], None]) -> float:
    """Return the CPU seconds of the work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure, print, and return 1 above a bound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flow.yaml"
        path.write_text(FLOW + "".join(TEST.format(number=n) for n in range(TESTS)), encoding="utf-8")
        reading = statistics.median(cpu(lambda: read(path)) for _ in range(3))
        for warm in (bare, tested):
            warm(path)
        taken = [(cpu(lambda: bare(path)), cpu(lambda: tested(path)), cpu(lambda: tested(path, True)))
                 for _ in range(ROUNDS)]  # fmt: skip
    by_hand, by_tests, by_probes = (statistics.median(column) for column in zip(*taken, strict=True))
    running = by_tests - reading
    each = 1000 / TESTS
    print(f"a bare run of the flow         {each * by_hand:6.3f} ms")
    print(
        f"a test of it, once it is read  {each * running:6.3f} ms  {running / by_hand:5.2f}  at most {GOAL:g}"
    )
    print(f"a test of it, reading and all  {each * by_tests:6.3f} ms         at most {GOAL_MS:g} ms")
    watched = by_probes / by_tests
    print(
        f"the same with coverage         {each * by_probes:6.3f} ms  {watched:5.2f}  at most {GOAL_WATCHED:g}"
    )
    print(f"tests in a second of CPU       {TESTS / by_tests:6.0f}")
    good = running / by_hand <= GOAL and 1000 * by_tests / TESTS <= GOAL_MS
    return 0 if good and watched <= GOAL_WATCHED else 1


if __name__ == "__main__":
    sys.exit(main())
