"""The names of other flows to the flows they mean, with their arguments held against the signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps


@dataclass(frozen=True, slots=True)
class Link:
    """The flow that a name means, and its file; `alias` names the file where it is another one."""

    flow: n.Flow
    file: n.FlowFile
    alias: str | None = None


Links = dict[NodeId, Link]
Files = Mapping[str, n.FlowFile | None]
"""Other files by alias or by relative path; None for one that could not be read, which was reported."""


def flow_steps(file: n.FlowFile) -> Iterator[n.Include | n.Call | n.Handoff]:
    """Yield every step of a file that names another flow."""
    for flow in (file.main, *file.flows.values()):
        for step in steps(flow.steps):
            if isinstance(step, n.Include | n.Call | n.Handoff):
                yield step


def is_path(name: str) -> bool:
    """Tell whether a flow's name is written as a relative path."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def link_flows(file: n.FlowFile, files: Files) -> tuple[Links, list[Diagnostic]]:
    """Find the flow that each `include`, `call` and `handoff` means."""
    links: Links = {}
    found: list[Diagnostic] = []
    for step in flow_steps(file):
        link = _resolve(step.flow.name, file, files)
        if isinstance(link, Link):
            links[id(step.flow)] = link
            found += _argument_problems(step, link.flow, file)
        elif link is not None:
            found.append(Diagnostic("unknown-flow", link[0], file.source, step.flow.span, help=link[1]))
    return links, found


def _resolve(name: str, file: n.FlowFile, files: Files) -> Link | tuple[str, str | None] | None:
    """Return the link, or what is wrong with its help, or None where the other file was reported."""
    if is_path(name):
        other = files.get(name)
        return None if other is None else Link(other.main, other, name)
    if name in file.flows:
        return Link(file.flows[name], file)
    if name == file.main.name:
        return Link(file.main, file)
    alias, _, inner = name.partition(".")
    if alias not in files:
        aliases = [*file.flows, *(use.name for use in file.uses)]
        near = did_you_mean(alias, aliases)
        return (
            f"there is no flow `{alias}` here",
            near or "define it under `flows:`, or name its file in `use:`",
        )
    other = files[alias]
    if other is None:
        return None
    if not inner or inner == other.main.name:
        return Link(other.main, other, alias)
    if inner in other.flows:
        return Link(other.flows[inner], other, alias)
    return f"`{alias}` has no flow `{inner}`", did_you_mean(inner, [*other.flows, other.main.name])


def _argument_problems(
    step: n.Include | n.Call | n.Handoff, flow: n.Flow, file: n.FlowFile
) -> Iterator[Diagnostic]:
    known = {given.name: given for given in flow.inputs}
    for argument in step.arguments:
        if argument.name not in known:
            message = f"`{flow.name}` takes no input `{argument.name}`"
            help_ = did_you_mean(argument.name, known) or f"`{flow.name}` takes no inputs"
            yield Diagnostic("unknown-argument", message, file.source, argument.span, help=help_)
    missing = known.keys() - {argument.name for argument in step.arguments}
    for name in known:
        if name in missing and known[name].required:
            message = f"`{flow.name}` needs the input `{name}`"
            help_ = f"add it: `with: {{{name}: …}}`"
            yield Diagnostic("missing-argument", message, file.source, step.flow.span, help=help_)
