"""Texts to flows, for the tests of this folder."""

from __future__ import annotations

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.nodes import FlowFile, Step
from turbo_yaml.flow.parse import parse_flow
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml


def read(text: str, name: str = "flow.yaml") -> tuple[FlowFile | None, list[Diagnostic]]:
    """Return the flow that a text is, with the findings of the loader and the parser."""
    source = Source(name, text)
    tree, found = parse_yaml(source)
    if tree is None:
        return None, found
    file, problems = parse_flow(tree, source)
    return file, [*found, *problems]


def steps_of(steps: str) -> tuple[Step, ...]:
    """Return the steps of a flow that is nothing else; there must be no finding."""
    file, found = read(f"turbo: 1\nsteps:\n{steps}\n")
    assert not found, [f"{one.where()}: {one.message}" for one in found]
    assert file is not None
    return file.main.steps


def step_of(step: str) -> Step:
    """Return one step, written without its `- `."""
    lines = step.splitlines()
    indented = "\n".join([f"  - {lines[0]}", *(f"    {line}" for line in lines[1:])])
    (only,) = steps_of(indented)
    return only


def rules_of(text: str) -> list[str]:
    """Return the rules of the findings in a text, in order."""
    return [one.rule for one in read(text)[1]]
