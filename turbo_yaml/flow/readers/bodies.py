"""Lists of steps, and what holds several of them, to bodies; keeps what surrounds each step."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.nodes import Body, Branch, Case, NamedBody, Target
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, Scope, is_empty, is_hole, shape
from turbo_yaml.flow.readers.keys import as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag, check_variable
from turbo_yaml.flow.readers.steps import check_forks, read_step
from turbo_yaml.flow.vocabulary import ELIF_KEYS, Key, Slot
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax import Node, Scalar, Sequence

_ELIF = table_of("an item of `elif`", ELIF_KEYS)


def read_body(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of steps, in the scope that its key makes."""
    return _body(reading, node, f"`{key.name}`", key.name)


def _body(reading: Reading, node: Node, owner: str, key: str) -> Any:
    if not isinstance(node, Sequence):
        return _no_list(reading, node, owner)
    if not check_tag(reading, node):
        return WRONG
    around, step = reading.scope, reading.step
    reading.scope = _scope(reading, key, around)
    body: Body = tuple([read_step(reading, item) for item in node.items])
    reading.scope, reading.step = around, step
    return body


def _scope(reading: Reading, key: str, around: Scope) -> Scope:
    if key == "do":
        return Scope("at_once") if "at_once" in reading.step else Scope("loop", around.may_end)
    if key == "parallel":
        return Scope("parallel")
    return Scope("finally", may_end=False) if key == "finally" else around


def _no_list(reading: Reading, node: Node, owner: str) -> Any:
    if isinstance(node, Scalar):
        help = f"write `[{node.text}]`" if node.text.isalpha() else "a list has a `- ` before each step"
    else:
        help = "put `- ` before the step, even if there is only one"
    return reading.report("wrong-kind", f"{owner} takes a list of steps; this is {shape(node)}", node, help)


def _named_bodies(reading: Reading, node: Node, key: Key, help: str) -> list[tuple[Scalar, Any]]:
    """Return names with their bodies, an empty list after a report."""
    if not isinstance(node, MappingNode):
        reading.report(
            "wrong-kind",
            f"`{key.name}` takes names, each with its steps; this is {shape(node)}",
            node,
            help,
        )
        return []
    if not check_tag(reading, node):
        return []
    if not node.entries:
        reading.report("missing-value", f"there is nothing in `{key.name}`", node, help)
    found = []
    for name, (word, body) in node.entries.items():
        if is_empty(body):
            reading.report(
                "missing-value", f"there are no steps after `{name}`", word.span, "`[]` does nothing"
            )
            found.append((word, WRONG))
        else:
            found.append((word, _body(reading, body, f"`{name}`", key.name)))
    return found


def read_cases(reading: Reading, node: Node, key: Key) -> Any:
    """Read labels, each with its steps."""
    found = _named_bodies(reading, node, key, "`cases: {label: [steps], …}`")
    cases = [
        Case(label=word.text, label_span=word.span, body=body) for word, body in found if body is not WRONG
    ]
    return tuple(cases) if found and len(cases) == len(found) else WRONG


def read_branches(reading: Reading, node: Node, key: Key) -> Any:
    """Read the names of variables, each with the steps of its branch."""
    if isinstance(node, MappingNode):
        check_forks(reading, node, len(node.entries))
    found = _named_bodies(reading, node, key, "`parallel: {name: [steps], …}`")
    good = [not is_hole(word) and check_variable(reading, word.text, word.span) for word, _ in found]
    branches = [
        NamedBody(target=Target(word.text, word.span), body=body) for word, body in found if body is not WRONG
    ]
    return tuple(branches) if found and all(good) and len(branches) == len(found) else WRONG


def read_elifs(reading: Reading, node: Node, key: Key) -> Any:
    """Read further conditions, each with its steps."""
    help = "`elif: [{if: …, then: […]}]`"
    if not isinstance(node, Sequence):
        return reading.report("wrong-kind", f"`elif` takes a list; this is {shape(node)}", node, help)
    if not check_tag(reading, node):
        return WRONG
    branches = [_elif(reading, item, help) for item in node.items]
    return WRONG if WRONG in branches else tuple(branches)


def _elif(reading: Reading, node: Node, help: str) -> Any:
    found = as_mapping(reading, node, "each item of `elif`", help)
    if found is None or not check_tag(reading, node):
        return WRONG
    given, good = read_keys(reading, found.entries, _ELIF, found.span)
    return Branch(condition=given["if"], body=given["then"]) if good else WRONG


BODY_SLOTS: dict[Slot, Reader] = {
    "body": read_body,
    "cases": read_cases,
    "branches": read_branches,
    "elifs": read_elifs,
}
