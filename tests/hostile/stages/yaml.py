"""A text through the loader: no crash, findings within the text, and the time PyYAML's own reading takes."""

from __future__ import annotations

from tests.hostile.guard import Guard
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml


def warm() -> None:
    """Load what reading loads."""
    read("a: [b, *c, {{ d }}\n", Guard())
    read("a: 'b", Guard())


def read(text: str, guard: Guard) -> tuple[str, str]:
    """Read a text; what is found lies in it."""
    source = Source("text.yaml", text)
    guard.armed = True
    root, found = parse_yaml(source)
    guard.armed = False
    for finding in found:
        if not 0 <= finding.span.start <= finding.span.end <= len(text):
            return "hole", f"a finding at {finding.span} of {len(text)}: {finding.message}"
    if root is None and not found:
        return "hole", "no tree, and nothing is wrong"
    if found:
        first = min(found, key=lambda finding: finding.span.start)
        return "refused", first.where() + ": " + first.message
    return "passed", ""


def read_by_pyyaml(text: str, guard: Guard) -> tuple[str, str]:
    """Read a text as `CSafeLoader.load` does."""
    import yaml

    try:
        yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, KeyError) as problem:
        return "refused", type(problem).__name__
    return "passed", ""
