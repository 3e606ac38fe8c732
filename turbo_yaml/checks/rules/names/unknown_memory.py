"""A key of the memory that nothing remembers."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import ANY, MAP
from turbo_yaml.analysis.inference.tables.members import member_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.template import Text

RULE = Rule("unknown-memory", "warning", "A key of the memory is read that no step remembers.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the keys of `memory` that neither the file nor a flow it includes remembers.

    Where nothing at all is remembered, the host may do it; a library's flows have the memory of others.
    """
    if not subject.clean:
        return
    typed = subject.typed
    read = [
        (where, node)
        for where, node in typed.find(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "memory" and id(node) not in typed.soft
    ]
    if not read or not subject.file.main.steps:
        return
    remembered = [*_remembered(subject)]
    known = {entry.name for entry in remembered if not _is_change(subject, entry)}
    for where, node in read if remembered else ():
        if node.attr not in known and member_of(MAP, node.attr) in (None, ANY):
            message = f"nothing remembers `{node.attr}`"
            help_ = (
                did_you_mean(node.attr, known) or f"`remember: {{{node.attr}: …}}` before, or `default(…)`"
            )
            yield RULE.at(where.source, where.name_span_of(node), message, help_)


def _remembered(subject: Subject) -> Iterator[n.Named]:
    """Yield what steps of the file, and of flows that it leads to, remember."""
    flows = {id(flow): flow for flow in subject.flows}
    flows |= {id(arc.link.flow): arc.link.flow for arcs in subject.graph.arcs.values() for arc in arcs}
    for flow in flows.values():
        for step in steps(flow.steps):
            if isinstance(step, n.Remember):
                yield from step.entries


def _is_change(subject: Subject, entry: n.Named) -> bool:
    """Tell whether a key is only changed, which needs one that is there."""
    tree = entry.value.tree if isinstance(entry.value, Text) else None
    return tree is not None and any(
        isinstance(node.node, nodes.Name)
        and node.node.name == "memory"
        and node.attr == entry.name
        and id(node) not in subject.typed.soft
        for node in tree.find_all(nodes.Getattr)
    )
