"""The names of other flows to the flows they mean, with their arguments held against the signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.diagnostics import Diagnostic, nearest
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.records import Record


class Link(Record):
    """The flow that a name means, and its file; `alias` names the file where it is another one."""

    flow: n.Flow
    file: n.FlowFile
    alias: str | None = None


_SHOWN = 8
"""Flows of a library that a help line names."""

FlowStep = n.Include | n.Call | n.Handoff
_NAMES_FLOW = frozenset((n.Include, n.Call, n.Handoff))

Links = dict[NodeId, Link]
Files = Mapping[str, n.FlowFile | None]
"""Other files by alias or by relative path; None for one that could not be read, which was reported."""


def flow_steps(file: n.FlowFile) -> Iterator[FlowStep]:
    """Yield every step of a file that names another flow."""
    for flow in (file.main, *file.flows.values()):
        for step in steps(flow.steps):
            if type(step) in _NAMES_FLOW:
                yield step  # type: ignore[misc]
        summary = (flow.memory or {}).get("flow")
        if summary is not None:  # it is called as if by a step
            text = n.Named("text", summary.span, n.Constant("", summary.span))
            yield n.Call(span=summary.span, head=summary.span, flow=summary, arguments=(text,))


def flow_refs(file: n.FlowFile) -> Iterator[n.FlowRef]:
    """Yield every name of another flow in a file: in steps, and of tools that are flows."""
    for step in flow_steps(file):
        yield step.flow
    for tool in file.tools.values():
        if tool.flow is not None:
            yield tool.flow


def is_path(name: str) -> bool:
    """Tell whether a flow's name is written as a relative path."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def link_flows(
    file: n.FlowFile, files: Files, unknown: Mapping[NodeId, Set[str]] | None = None
) -> tuple[Links, list[Diagnostic]]:
    """Find the flow that each `include`, `call` and `handoff` means, and each tool that is a flow.

    `unknown`: the names that each flow reads and does not have, which were reported.
    """
    links: Links = {}
    found: list[Diagnostic] = []
    for ref in flow_refs(file):
        link = _resolve(ref.name, file, files)
        if isinstance(link, Link):
            links[id(ref)] = link
        elif link is not None:
            found.append(Diagnostic("unknown-flow", link[0], file.source, ref.span, help=link[1]))
    for step in flow_steps(file):
        if id(step.flow) in links:
            flow = links[id(step.flow)].flow
            found += _argument_problems(step, flow, file, (unknown or {}).get(id(flow), set()))
    return links, found


def _resolve(name: str, file: n.FlowFile, files: Files) -> Link | tuple[str, str | None] | None:
    """Return the link, or what is wrong with its help, or None where the other file was reported."""
    if is_path(name):
        other = files.get(name)
        return None if other is None else _main_of(other, name, name)
    if name in file.flows:
        return Link(file.flows[name], file)
    if name == file.main.name:
        return _main_of(file, name, None)
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
    if inner in other.flows:
        return Link(other.flows[inner], other, alias)
    if not inner or inner == other.main.name:
        return _main_of(other, name, alias)
    return f"`{alias}` has no flow `{inner}`", did_you_mean(inner, [*other.flows, other.main.name])


def _main_of(file: n.FlowFile, name: str, alias: str | None) -> Link | tuple[str, str]:
    """Return the link to a file's main flow, or what is said of a library, which has none."""
    if file.main.steps or not file.flows:
        return Link(file.main, file, alias)
    if alias is not None and is_path(alias):
        names, advice = [*file.flows], "name its file in `use:`, and then one of its flows: "
    else:
        names, advice = [flow if alias is None else f"{alias}.{flow}" for flow in file.flows], "one of "
    more = ", …" if len(names) > _SHOWN else ""
    help_ = advice + ", ".join(f"`{flow}`" for flow in names[:_SHOWN]) + more
    return f"`{name}` has no steps of its own", help_


def _argument_problems(
    step: FlowStep, flow: n.Flow, file: n.FlowFile, unknown: Set[str]
) -> Iterator[Diagnostic]:
    known = {given.name: given for given in flow.inputs}
    given = [argument.name for argument in step.arguments]
    slips = {nearest(name, known) for name in given if name not in known}
    missing = [
        name for name, one in known.items() if one.required and name not in given and name not in slips
    ]
    strange = [one for one in step.arguments if one.name not in known and one.name not in unknown]
    if len(strange) == 1 and len(missing) == 1:
        # The one that there is was called otherwise.
        help_ = f"did you mean `{missing.pop()}`?"
    else:
        help_ = None
    for argument in strange:
        message = f"`{flow.name}` takes no input `{argument.name}`"
        advice = did_you_mean(argument.name, known) or help_ or f"`{flow.name}` takes no inputs"
        yield Diagnostic("unknown-argument", message, file.source, argument.span, help=advice)
    if missing:
        message = f"`{flow.name}` needs the input {' and '.join(f'`{name}`' for name in missing)}"
        if len(missing) > 1:
            message = message.replace("the input ", "the inputs ", 1)
        help_ = f"add it: `with: {{{', '.join(f'{name}: …' for name in missing)}}}`"
        yield Diagnostic("missing-argument", message, file.source, step.flow.span, help=help_)
