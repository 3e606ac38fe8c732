"""What goes wrong in a flow, in its author's words and with its place."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

import pytest

from tests.runtime.talking import Flow, Talker, compiled, function, in_loop, play, played
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import FlowError, LimitError, ModelError
from turbo_yaml.runtime import support
from turbo_yaml.runtime.failures import Closing, Failures, as_flow_error, locate
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.source import Source


def written(text: str, name: str = "flow.yaml") -> Flow:
    """Compile the text of a generator as if it were a flow file: its places are those of the text."""
    source = Source(name, text)
    space: dict[str, Any] = {"__turbo_source__": source}
    for each in support.STEPS:
        space[each] = getattr(support, each)
    exec(compile(text, name, "exec"), space)
    flow: Flow = space["flow"]
    flow.__turbo__ = FlowInfo("flow", source=source)  # type: ignore[attr-defined]
    return flow


def fails(text: str, **how: Any) -> FlowError:
    with pytest.raises(FlowError) as caught:
        played(written(text), **how)
    return caught.value


def place(problem: FlowError) -> str:
    """Return the text that the error points at."""
    assert problem.source is not None and problem.span is not None
    return problem.source.text[problem.span.start : problem.span.end]


DIVIDES = """\
async def flow(memory=None):
    n = 0
    yield User('ä' + f'{1 / n}')
"""


def test_a_python_error_points_at_the_very_expression() -> None:
    problem = fails(DIVIDES)
    assert (problem.message, problem.kind) == ("division by zero", "value")
    assert place(problem) == "1 / n"
    assert problem.step == "flow.yaml:3"
    assert isinstance(problem.__cause__, ZeroDivisionError)


def test_a_plain_traceback_shows_the_line_of_the_flow() -> None:
    shown = "".join(traceback.format_exception(fails(DIVIDES)))
    assert 'File "flow.yaml", line 3' in shown


def test_a_failed_turn_points_at_its_generate() -> None:
    text = "async def flow(memory=None):\n    yield Generate(retry=0, id='draft')\n"
    problem = fails(text, model=Talker(ModelError("down", kind="server")))
    assert place(problem) == "yield Generate(retry=0, id='draft')"
    assert problem.step == "draft"


def test_a_failure_in_a_called_flow_points_into_that_flow() -> None:
    inner = written("async def flow(memory=None):\n    yield User(None + 1)\n", "inner.yaml")
    outer = written(
        "async def flow(memory=None):\n"
        "    work = call(inner)\n"
        "    async for question in work:\n"
        "        work.answer((yield question))\n"
    )
    outer.__globals__["inner"] = inner  # type: ignore[attr-defined]
    with pytest.raises(FlowError) as caught:
        played(outer)
    problem = caught.value
    assert problem.source is not None and problem.source.name == "inner.yaml"
    assert place(problem) == "None + 1"


def test_a_failure_in_a_branch_points_into_that_branch() -> None:
    problem = fails(
        "async def flow(memory=None):\n"
        "    async def branch(memory):\n"
        "        raise failure('no')\n"
        "        yield\n"
        "    work = parallel({'a': branch}, memory)\n"
        "    async for question in work:\n"
        "        work.answer((yield question))\n"
    )
    assert place(problem) == "raise failure('no')"


def test_an_error_of_a_function_written_by_hand_is_left_as_it_is() -> None:
    async def flow() -> Any:
        yield support.User("x")
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        played(flow)


def test_catch_sees_kind_message_and_place() -> None:
    text = (
        "async def flow(memory=None):\n"
        "    try:\n"
        "        yield User(str(1 / 0))\n"
        "    except Failures as caught:\n"
        "        yield Result(describe(caught), done=True); return\n"
    )
    assert played(written(text)).outcome == {
        "kind": "value",
        "message": "division by zero",
        "step": "flow.yaml:3",
    }


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        ("1 / 0", "value", "division by zero"),
        ("1 + 'a'", "type", "`+` does not work with a whole number and text"),
        ("'a' + 1", "type", "`+` does not work with text and a whole number"),
        ("[] < 1", "type", "`<` does not work with a list and a whole number"),
        ("-'a'", "type", "`-` does not work with text"),
        ("nothing[0]", "type", "null has no items"),
        ("len(3)", "type", "a whole number has no length"),
        ("[x for x in 3]", "type", "a whole number has no items to go through"),
        ("{}['a']", "value", "there is no item `a`"),
        ("[][1]", "value", "there is no such item"),
        ("2.0 ** 10000", "value", "a number is too large"),
        ("nothing()", "type", "null cannot be called"),
        ("1 in 2", "type", "a whole number has nothing in it to look for"),
    ],
)
def test_what_python_says_is_said_in_the_authors_words(expression: str, kind: str, message: str) -> None:
    with pytest.raises(Exception) as caught:
        eval(expression, {"nothing": None})
    found = as_flow_error(caught.value)
    assert (found.kind, found.message) == (kind, message)


def test_recursion_of_an_expression_is_a_limit() -> None:
    def down() -> None:
        down()

    with pytest.raises(RecursionError) as caught:
        down()
    assert isinstance(as_flow_error(caught.value), LimitError)
    assert isinstance(caught.value, Failures)


def test_what_ends_a_run_is_no_failure() -> None:
    for ending in Closing:
        assert not issubclass(ending, Failures)


def test_an_error_that_was_located_keeps_its_place() -> None:
    problem = fails(DIVIDES)
    span = problem.span
    assert locate(problem) is problem
    assert problem.span == span


def test_an_output_that_does_not_fit_names_what_is_wrong() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}}
    assert support.fits({}, schema) == {"n": 3}
    with pytest.raises(FlowError, match="n: ") as caught:
        support.fits({"n": "x"}, schema)
    assert caught.value.kind == "output"


def test_a_match_without_a_case_suggests_the_nearest() -> None:
    problem = support.no_case("biling", ("billing", "refund"))
    assert problem.kind == "no_case"
    assert problem.hint == "did you mean `billing`?"
    assert "`3`" in support.no_case(3, ("1",)).message


def test_every_name_for_steps_is_there() -> None:
    for name in support.STEPS:
        assert getattr(support, name) is not None
    with pytest.raises(AttributeError):
        support.nothing_of_the_kind  # noqa: B018


def test_a_failure_seen_by_the_caller_closes_the_run_and_the_next_run_is_new() -> None:
    fn = function(compiled(written(DIVIDES)))
    for _ in range(2):
        with pytest.raises(FlowError):
            in_loop(play(fn))


def test_an_outcome_that_does_not_fit_is_told_where_the_flow_begins() -> None:
    fn = loads("turbo: 1\nflows:\n  empty: {output: string, steps: [{log: x}]}\nsteps:\n  - include: empty\n")
    with pytest.raises(FlowError) as caught:
        asyncio.run(fn().finish())
    assert caught.value.kind == "output" and caught.value.source is not None and caught.value.span is not None
    assert caught.value.source.position(caught.value.span.start).line == 3
    own = loads("turbo: 1\noutput: string\nsteps:\n  - log: x\n")
    with pytest.raises(FlowError) as caught:
        asyncio.run(own().finish())
    assert caught.value.source is not None and caught.value.span is not None
