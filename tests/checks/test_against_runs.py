"""What the check knows of values is so when the flow runs."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.checks.values_of_types import admits, schema_of
from tests.codegen_templates.corpus import DATA
from tests.codegen_templates.grammar import bodies, expressions
from tests.codegen_templates.rendering import lowered, parsed
from tests.language.comparing import compiled
from tests.language.random_flows import flows
from turbo_yaml.checks.registry import OWN
from turbo_yaml.checks.run import run_checks
from turbo_yaml.checks.subject import Subject
from turbo_yaml.compiler.stages import analyse, parse
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.source import Source

EXAMPLES = int(os.environ.get("TURBO_YAML_EXAMPLES", "60"))
"""More of them: TURBO_YAML_EXAMPLES=5000."""
KNOWN = {name: value for name, value in DATA.items() if name != "tree"}
HEAD = json.dumps({name: schema_of(value) for name, value in KNOWN.items()})
REPLIES = st.lists(st.sampled_from(["", "tea", "3", "no", "7", " 1", "-2", "x y"]), min_size=1, max_size=5)


def checked(text: str) -> tuple[Subject, list[Diagnostic]]:
    """Return what the check knows of a flow, and what it finds itself."""
    analysed = analyse(parse(Source("flow.yaml", text)), {})
    assert analysed.parsed.file is not None
    subject = Subject(analysed.parsed.file, analysed.facts, analysed.links, analysed.diagnostics)
    return subject, [found for found in run_checks(subject) if found.rule in OWN]


def rendered(text: str) -> Any:
    what = parsed(text)
    how = "value" if what.single is not None else "text"
    return lowered(what, [*KNOWN], how).run(KNOWN)


@settings(max_examples=2 * EXAMPLES)
@given(expressions().map(lambda written: f"{{{{ {written} }}}}") | bodies())
def test_what_renders_well_has_no_errors(template: str) -> None:
    flow = f"turbo: 1\ninputs: {HEAD}\nsteps: [{{return: {json.dumps(template)}}}]\n"
    subject, found = checked(flow)
    errors = [f"{one.rule}: {one.message}" for one in found if one.severity == "error"]
    try:
        value = rendered(template)
    except (FlowError, TypeError, ValueError, ArithmeticError, LookupError):
        event("fails")
        return
    event("renders")
    assert errors == []
    outcome = subject.typed.flows[id(subject.file.main)].outcome
    assert admits(outcome, value), (outcome, value)


@settings(max_examples=EXAMPLES)
@given(flows(), REPLIES, st.integers(-1, 4))
def test_what_a_flow_comes_to_is_of_the_type_that_was_worked_out(
    text: str, replies: list[str], n: int
) -> None:
    subject, found = checked(text)
    story = compiled(text, replies * 100, {"n": n})
    if story.error is None:
        outcome = subject.typed.flows[id(subject.file.main)].outcome
        event("ends well, of a known type" if not outcome.any else "ends well")
        assert admits(outcome, story.outcome), (outcome, story.outcome)
    elif story.error.kind == "undefined" and story.error.span is not None:
        event("something is undefined")
        told = {(one.span.start, one.rule) for one in [*found, *subject.found]}
        assert any(start == story.error.span.start for start, _ in told), (story.error.message, told)
    elif isinstance(story.error, LimitError):
        event("a limit is reached")


def test_what_a_finally_says_is_what_a_flow_comes_to() -> None:
    text = "turbo: 1\noutput: string\nsteps:\n  - try: [{log: hi}]\n    finally: [generate]\n"
    subject, found = checked(text)
    assert found == []
    outcome = subject.typed.flows[id(subject.file.main)].outcome
    assert admits(outcome, compiled(text, ["tea"], {}).outcome)
