"""What bounds a run: the operator's word holds, and a flow can only lower it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.language.running import play
from tests.settings.writing import layer, stack
from turbo_yaml.errors import LimitError
from turbo_yaml.settings.explain import explain
from turbo_yaml.settings.keys import BOUNDS, BUILT_IN, LayerKind

RAISED = "limits: {output: 9000000, rounds: 9000000, work: 9000000000}\nmax_concurrency: 900"


def bounds(*layers: Any) -> dict[str, Any]:
    values = stack(*layers).values
    return {name: values.get(name) for name in BOUNDS}


@pytest.mark.parametrize(
    "text", [RAISED, "limits: !reset\nbudget: !reset", "budget: {calls: null, tokens: 9}"]
)
def test_a_flow_cannot_raise_what_the_operator_or_nobody_set(text: str) -> None:
    operator = layer(
        "limits: {output: 5}\nbudget: {calls: 3, tokens: 8}\nmax_concurrency: 2", LayerKind.USER_FILE
    )
    assert bounds(operator, layer(text, LayerKind.FLOW)) == bounds(operator)
    assert bounds(layer(RAISED, LayerKind.FLOW)) == {name: BUILT_IN.get(name) for name in BOUNDS}


def test_a_flow_can_lower_them() -> None:
    flow = layer("limits: {rounds: 9}\nbudget: {calls: 3}\nmax_concurrency: 1", LayerKind.FLOW)
    operator = layer("limits: {output: 5}\nbudget: {calls: 8, cost: 1}", LayerKind.PROJECT_FILE)
    found = bounds(operator, flow)
    assert found["limits"] == BUILT_IN["limits"] | {"output": 5, "rounds": 9}
    assert (found["budget"], found["max_concurrency"]) == ({"calls": 3, "cost": 1}, 1)


@pytest.mark.parametrize("kind", [LayerKind.ENVIRONMENT, LayerKind.COMMAND_LINE, LayerKind.PROJECT_FILE])
def test_whoever_runs_it_can_raise_them(kind: LayerKind) -> None:
    flow = layer("limits: {output: 70}", LayerKind.FLOW)
    raised = bounds(flow, layer("limits: {rounds: 9000000}", kind))["limits"]
    assert (raised["rounds"], raised["output"]) == (9000000, 70)


def test_a_profile_that_a_flow_defines_raises_nothing_either() -> None:
    text = """
    settings: {model: echo}
    profiles: {wide: {limits: {output: 9000000, repeat: 9000000}}}
    steps: [{user: "{{ 'x' * 2000000 }}"}]
    """
    assert isinstance(play(text).failed, LimitError)


def test_what_a_flow_asked_for_in_vain_is_told_but_did_not_win() -> None:
    (account,) = explain(stack(layer("limits: {output: 9000000}", LayerKind.FLOW)), "limits.output")
    assert account.value == BUILT_IN["limits"]["output"]
    assert [(touch.layer, touch.won) for touch in account.touches] == [("built-in", True), ("flow", False)]
