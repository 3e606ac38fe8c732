"""Nothing grows that should not: rounds and steps have no limit, memory is flat, recursion ends."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

import turbo_yaml
from tests.language.running import flow, play
from turbo_yaml.errors import FlowError, LimitError

ROUNDS = 100_000
STEPS = 5_000


# Rounds and steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "loop",
    [
        f"for: i\n    in: range({ROUNDS})",
        f"while: n < {ROUNDS}\n    limit: {ROUNDS}",
    ],
)
def test_a_loop_may_have_a_hundred_thousand_rounds(loop: str) -> None:
    text = f"""
steps:
  - set: {{n: 0}}
  - {loop}
    do: [{{set: {{n: "{{{{ n + 1 }}}}"}}}}]
  - return: "{{{{ n }}}}"
"""
    assert play(text).outcome == ROUNDS


def test_a_file_may_have_thousands_of_steps() -> None:
    step = '  - {set: {n: "{{ n + 1 }}"}, when: n >= 0}\n'
    steps = ["steps:\n", "  - set: {n: 0}\n", *[step] * STEPS, '  - return: "{{ n }}"\n']
    assert play("".join(steps)).outcome == STEPS


def test_a_thousand_handoffs_do_not_nest() -> None:
    text = """
    name: ping
    inputs: {n: integer}
    flows: {pong: {inputs: {n: integer}, steps: [{handoff: ping, with: {n: "{{ n - 1 }}"}}]}}
    steps: [{handoff: pong, with: {n: "{{ n }}"}, when: n > 0}, {return: "{{ n }}"}]
    """
    assert play(text, n=1000).outcome == 0


def test_flows_that_hand_over_for_ever_reach_a_limit() -> None:
    text = "inputs: {go?: {type: boolean, default: true}}\nname: on\nsteps: [{handoff: on, when: go}]"
    assert isinstance(play(text, settings={"limits": {"rounds": 500}}).failed, LimitError)


# Memory ------------------------------------------------------------------------------------------------

FLAT = {
    "set": 'set: {n: "{{ n + 1 }}"}',
    "loop": 'set: {n: "{{ loop.index }}"}',
    "when": "set: {n: 1}, when: n > 0",
    "result": 'result: "{{ n }}"',
    "remember": "remember: {k: [1, 2, 3]}",
    "try": "try: [{raise: no}], catch: [{set: {n: 1}}], finally: [{set: {n: 2}}]",
    "nested": 'for: j, in: "[1, 2]", do: [{log: "{{ loop.index }}"}], collect: j, as: js',
    "call": 'call: f, with: {n: "{{ n }}"}, as: x',
    "failed call": 'try: [{call: bad, retry: {times: 1, wait: 0s}}], catch: [{log: "{{ error.kind }}"}]',
    "include": 'include: f, with: {n: "{{ n }}"}, as: x',
    "parallel": "parallel: {a: [{set: {n: 2}}], b: [{result: 1}]}",
    "at once": 'for: j, in: "[1, 2]", at_once: 2, do: [], collect: j, as: js',
    "turn": "if: 1 < 2, then: [{user: hello}, generate, {forget: all}]",
    "question": "if: 1 < 2, then: [{input: Well?, as: n}, {forget: all}, {set: {n: 1}}]",
}


def grown(fn: turbo_yaml.TurboGenFn, rounds: int) -> int:
    """Return by how many bytes memory stands higher, at its highest, than at the first result."""

    async def main() -> int:
        async with fn(rounds=rounds) as run:
            result = await run.run()
            gc.collect()
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            while not result.done or result.needs_input:
                result = await run.run("yes" if result.needs_input else None)
            return tracemalloc.get_traced_memory()[1] - before

    return asyncio.run(main())


@pytest.mark.slow
@pytest.mark.parametrize("step", FLAT)
def test_memory_is_flat_in_the_rounds_of_a_loop(step: str) -> None:
    text = f"""
    inputs: {{rounds: integer}}
    flows:
      f: {{inputs: {{n: integer}}, steps: [{{return: "{{{{ n }}}}"}}]}}
      bad: {{steps: [{{raise: bad}}]}}
    steps:
      - set: {{n: 1}}
      - result: begin
      - for: i
        in: range(rounds)
        do: [{{{FLAT[step]}}}]
    """
    fn = turbo_yaml.loads(flow(text), name="flow.yaml").configure({"model": "echo"})
    tracemalloc.start()
    try:
        grown(fn, 50)
        few, many = grown(fn, 100), grown(fn, 1100)
    finally:
        tracemalloc.stop()
    assert many - few < 40_000, (few, many)


# Recursion ---------------------------------------------------------------------------------------------

RECURSIVE: dict[str, str] = {
    "call": "{call: again, when: go}",
    "include": "{include: again, when: go}",
    "call and include": "{call: other, when: go}",
    "parallel call": "{parallel: {a: [{call: again, when: go}]}}",
    "parallel include": "{parallel: {a: [{include: again, when: go}]}}",
    "two branches": "{parallel: {a: [{call: again, when: go}], b: [{call: again, when: go}]}}",
    "at once": "{for: i, in: '[1, 2]', at_once: 2, do: [{call: again, when: go}]}",
    "in try": "{try: [{call: again, when: go}], finally: [{log: left}]}",
    "with retry": "{call: again, retry: {times: 1, wait: 0s}, when: go}",
    "handed over": "{call: hands, when: go}",
}


@pytest.mark.parametrize("how", RECURSIVE)
def test_recursion_ends_at_a_limit_and_names_its_place(how: str) -> None:
    text = f"""
    name: again
    inputs: {{go?: {{type: boolean, default: true}}}}
    flows:
      other: {{steps: [{{include: again}}]}}
      hands: {{steps: [{{handoff: again}}]}}
    steps: [{RECURSIVE[how]}]
    """
    story = play(text, settings={"limits": {"depth": 30}})
    assert isinstance(story.failed, LimitError)
    assert story.failed.kind == "depth"
    assert story.place in ("call", "include")


def test_recursion_as_deep_as_the_highest_limit_is_no_trouble() -> None:
    text = """
    name: down
    inputs: {n: integer}
    steps:
      - if: n > 0
        then:
          - parallel: {x: [{call: up, with: {n: "{{ n }}"}, as: y}, {return: "{{ y }}"}]}
          - return: "{{ x }}"
      - return: bottom
    flows:
      up:
        inputs: {n: integer}
        steps: [{include: down, with: {n: "{{ n - 1 }}"}, as: x}, {return: "{{ x }}"}]
    """
    assert play(text, n=99, settings={"limits": {"depth": 200}}).outcome == "bottom"


# Deep values -------------------------------------------------------------------------------------------

DEEP = """
flows: {f: {inputs: {v: any}, steps: [{return: "{{ v }}"}]}}
steps:
  - set: {v: 1}
  - for: i
    in: range(100000)
    do: [{set: {v: ["{{ v }}"]}}]
  - STEP
"""
KEPT = ('{set: {w: "{{ [v, v] }}"}}', '{input: Well?, default: "{{ v }}"}')
REFUSED = (
    '{result: "{{ v }}"}',
    '{remember: {v: "{{ v }}"}}',
    '{user: "{{ v }}"}',
    '{log: "so {{ v }}"}',
    '{raise: "{{ v }}"}',
    '{set: {w: "{{ v == [v] }}"}}',
    '{set: {w: "{{ v in [v] }}"}}',
    '{set: {w: "{{ v | json }}"}}',
    '{set: {w: "{{ v ~ v }}"}}',
    '{set: {w: "{{ [v, v] | sort }}"}}',
    '{set: {w: "{{ [v] | join }}"}}',
    '{call: f, with: {v: "{{ v }}"}}',
    '{messages: "{{ v }}"}',
    '{match: v, cases: {a: []}, else: []}',
    '{generate: {choices: "{{ v }}"}}',
)  # fmt: skip


def deep(step: str) -> Callable[[], Any]:
    return lambda: play(DEEP.replace("STEP", step), replies=[""])


@pytest.mark.parametrize("step", KEPT)
def test_a_value_may_be_as_deep_as_it_likes(step: str) -> None:
    assert deep(step)().error is None


@pytest.mark.parametrize("step", REFUSED)
def test_what_cannot_take_a_value_so_deep_says_so_at_its_place(step: str) -> None:
    failed = deep(step)().failed
    assert isinstance(failed, FlowError) and failed.kind in ("limit", "type", "input")
    assert failed.span is not None
