"""Settings for a step that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.settings.patch import Merge, inside
from turbo_yaml.source import Span
from turbo_yaml.syntax import Mapping, Node
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.syntax.tree import children

RULE = Rule("unknown-id", "warning", "Settings under `steps` name a step that the flow does not have.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the ids in a flow's settings and profiles that no step has, of the flow or of one it leads to."""
    if not subject.clean:
        return
    for flow in subject.flows:
        profiles = subject.file.profiles.values() if flow is subject.file.main else ()
        for patch in (flow.settings, *profiles):
            named = inside(patch, "steps")
            known = _ids(subject, flow) if isinstance(named, Merge) else set()
            for name in named.keys if isinstance(named, Merge) else ():
                if name not in known:
                    message = f"`{flow.name}` has no step with the id `{name}`"
                    help_ = did_you_mean(name, known) or f"give the step its name: `id: {name}`"
                    yield RULE.at(subject.source, _place(subject, name, flow), message, help_)


def _ids(subject: Subject, flow: n.Flow) -> set[str]:
    waiting, seen = [flow], {id(flow)}
    found: set[str] = set()
    while waiting:
        here = waiting.pop()
        found |= {step.id for step in steps(here.steps) if step.id is not None}
        for arc in subject.graph.arcs.get(id(here), ()):
            if id(arc.link.flow) not in seen:
                seen.add(id(arc.link.flow))
                waiting.append(arc.link.flow)
    return found


def _place(subject: Subject, name: str, flow: n.Flow) -> Span:
    """Return where the id is written as a key below `steps`, in the settings of the flow or in a profile."""
    root, _ = parse_yaml(subject.source)
    whole = root if flow is subject.file.main else _below(_below(root, "flows"), flow.name)
    profiles = _below(root, "profiles")
    for holder in (_below(whole, "settings"), *([] if profiles is None else children(profiles))):
        ids = _below(holder, "steps")
        if isinstance(ids, Mapping) and name in ids.entries:
            return ids.entries[name].key.span
    return Span(flow.span.start, flow.span.start + 1)


def _below(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None
