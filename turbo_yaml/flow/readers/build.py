"""The values of a step's keys to its node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from turbo_yaml.flow import nodes
from turbo_yaml.flow.nodes import Branch, Case, Constant, Named, Step
from turbo_yaml.source import Span
from turbo_yaml.syntax import Entry

Given: TypeAlias = dict[str, Any]
Entries: TypeAlias = Mapping[str, Entry]

# The class of each step, and the fields that are called otherwise than their keys.
_NODES: dict[str, tuple[type, dict[str, str]]] = {
    "messages": (nodes.Messages, {"messages": "value"}),
    "input": (nodes.Ask, {"input": "question"}),
    "result": (nodes.Give, {"result": "value"}),
    "return": (nodes.Return, {"return": "value"}),
    "stop": (nodes.Stop, {}),
    "set": (nodes.Assign, {"set": "entries"}),
    "remember": (nodes.Remember, {"remember": "entries"}),
    "match": (nodes.Match, {"match": "subject", "else": "orelse"}),
    "for": (nodes.For, {"for": "targets", "in": "iterable", "do": "body"}),
    "while": (nodes.While, {"while": "condition", "do": "body"}),
    "parallel": (nodes.Parallel, {"parallel": "branches"}),
    "try": (nodes.Try, {"try": "body", "finally": "finally_"}),
    "raise": (nodes.Raise, {"raise": "message"}),
    "assert": (nodes.Assert, {"assert": "condition"}),
    "break": (nodes.Break, {}),
    "continue": (nodes.Continue, {}),
    "log": (nodes.Log, {"log": "message"}),
    "sleep": (nodes.Sleep, {"sleep": "duration"}),
    "include": (nodes.Include, {"include": "flow", "with": "arguments"}),
    "call": (nodes.Call, {"call": "flow", "with": "arguments"}),
    "tool": (nodes.UseTool, {"with": "arguments"}),
    "handoff": (nodes.Handoff, {"handoff": "flow", "with": "arguments"}),
}


def build(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    """Return the node of a step whose keys were all read."""
    if "as" in given:
        given["as_"] = given.pop("as")
    special = _SPECIAL.get(name)
    if special is not None:
        return special(name, given, entries, head, span)
    if not _NODES[name][1]:
        given.pop(name, None)
    return _plain(name, given, head, span)


def _plain(name: str, given: Given, head: Span, span: Span) -> Step:
    """Return a node whose fields are its keys."""
    node, fields = _NODES[name]
    step: Step = node(span=span, head=head, **{fields.get(key, key): value for key, value in given.items()})
    return step


def _say(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    given.pop("literal", None)
    return nodes.Say(span=span, head=head, role=name, content=given.pop(name), **given)  # type: ignore[arg-type]


def _example(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    given.pop("literal", None)
    return nodes.Example(span=span, head=head, pairs=given.pop(name), **given)


def _turn(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    asked = given.pop(name, {})
    settings = asked.pop("settings", ())
    if "timeout" in given:
        word, node = entries["timeout"]
        settings = (*settings, Named("timeout", word.span, Constant(given.pop("timeout"), node.span)))
    return nodes.Turn(span=span, head=head, settings=settings, **asked, **given)


def _forget(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    return nodes.Forget(span=span, head=head, **given.pop(name), **given)


def _if(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    first = Branch(condition=given.pop("if"), body=given.pop("then"))
    branches = (first, *given.pop("elif", ()))
    return nodes.If(span=span, head=head, branches=branches, orelse=given.pop("else", ()), **given)


def _delegate(name: str, given: Given, entries: Entries, head: Span, span: Span) -> Step:
    """A step that names a flow; where data names it, a `match` with that step for each that it may be."""
    among = given.pop("among", None)
    flow = given[name]
    if among is None:
        return _plain(name, given, head, span)
    common = {key: given.pop(key) for key in ("when", "description") if key in given}
    cases = []
    for each in among:
        step = _delegate(name, {**given, name: each}, entries, head, span)
        cases.append(Case(label=each.name, label_span=each.span, body=(step,)))
    return nodes.Match(span=span, head=head, subject=flow, cases=tuple(cases), **common)


_SPECIAL: dict[str, Callable[[str, Given, Entries, Span, Span], Step]] = {
    "system": _say,
    "user": _say,
    "assistant": _say,
    "example": _example,
    "generate": _turn,
    "forget": _forget,
    "if": _if,
    "include": _delegate,
    "call": _delegate,
    "handoff": _delegate,
}
