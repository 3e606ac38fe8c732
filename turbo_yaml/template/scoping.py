"""Jinja's scopes: which names a tree reads from outside, and which it sets for itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from jinja2 import nodes

from turbo_yaml.template.text import Expression, Text
from turbo_yaml.template.vocabulary import GLOBALS, SOFT_FILTERS, SOFT_TESTS

Found: TypeAlias = list[tuple[nodes.Node, str, bool]]
"""The node that reads, the name, and whether the name need not have a value."""

_IN_MACROS = ("caller", "varargs", "kwargs")


def names_read(where: Text | Expression) -> Found:
    """Return the names that a text or an expression reads and does not itself set, in reading order."""
    if isinstance(where, Expression):
        return _Reader(None).expression(where.node)
    assert where.tree is not None
    return _Reader(where).body(where.tree.body)


class _Reader:
    """One walk over one tree. A scope maps a name to True (surely set) or False (set on some paths)."""

    def __init__(self, text: Text | None) -> None:
        self.text = text
        self.scopes: list[dict[str, bool]] = [{}]
        self.later: list[frozenset[str]] = []
        self.found: Found = []
        self._set_anywhere: frozenset[str] | None = None

    def body(self, body: Sequence[nodes.Node]) -> Found:
        """Return what the statements of a template read."""
        self._statements(body)
        return self.found

    def expression(self, node: nodes.Expr) -> Found:
        """Return what an expression reads."""
        self._expression(node)
        return self.found

    # Names -------------------------------------------------------------------------------------------------

    def _read(self, node: nodes.Node, name: str, soft: bool) -> None:
        for scope in reversed(self.scopes):
            state = scope.get(name)
            if state:
                return
            soft = soft or state is False
        soft = soft or name in GLOBALS or any(name in names for names in self.later)
        self.found.append((node, name, soft))

    def _set(self, names: Iterable[str]) -> None:
        for name in names:
            self.scopes[-1][name] = True

    # Expressions -------------------------------------------------------------------------------------------

    def _expression(self, node: nodes.Node, soft: bool = False) -> None:
        while type(node) is nodes.Getattr:
            node = node.node
        match node:
            case nodes.Name():
                self._read(node, node.name, soft)
            case nodes.TemplateData():
                pass
            case nodes.Getitem():
                self._expression(node.node, soft)
                self._expression(node.arg)
            case nodes.Filter():
                if node.node is not None:
                    passes = node.name in SOFT_FILTERS or (soft and node.name == "trusted")
                    self._expression(node.node, passes)
                self._arguments(node)
            case nodes.Test():
                self._expression(node.node, node.name in SOFT_TESTS)
                self._arguments(node)
            case nodes.CondExpr():
                self._expression(node.test)
                self._expression(node.expr1, soft)
                if node.expr2 is not None:
                    self._expression(node.expr2, soft)
            case _:
                for child in node.iter_child_nodes():
                    self._expression(child)

    def _arguments(self, node: nodes.Filter | nodes.Test) -> None:
        for child in node.iter_child_nodes(exclude=("node",)):
            self._expression(child)

    # Statements --------------------------------------------------------------------------------------------

    def _statements(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: nodes.Node) -> None:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    self._expression(part)
            case nodes.If():
                self._if(node)
            case nodes.For():
                self._for(node)
            case nodes.Assign():
                self._expression(node.node)
                self._target(node.target)
            case nodes.AssignBlock():
                self._inside(node.body)
                if node.filter is not None:
                    self._expression(node.filter)
                self._target(node.target)
            case nodes.With():
                for value in node.values:
                    self._expression(value)
                self._inside(node.body, (name for target in node.targets for name in target_names(target)))
            case nodes.FilterBlock():
                self._inside(node.body)
                self._expression(node.filter)
            case nodes.Macro():
                self._set((node.name,))
                self._function(node)
            case nodes.CallBlock():
                self._function(node)
                self._expression(node.call)
            case nodes.Include():
                self._include(node)
            case _:
                for child in node.iter_child_nodes():
                    self._statement(child) if isinstance(child, nodes.Stmt) else self._expression(child)

    def _target(self, target: nodes.Node) -> None:
        for ref in [target, *target.find_all(nodes.NSRef)]:
            if isinstance(ref, nodes.NSRef):
                self._read(ref, ref.name, False)
        self._set(target_names(target))

    def _inside(self, body: Iterable[nodes.Node], names: Iterable[str] = ()) -> None:
        self.scopes.append(dict.fromkeys(names, True))
        self._statements(body)
        self.scopes.pop()

    def _if(self, node: nodes.If) -> None:
        before = self.scopes[-1]
        ends = []
        for branch in (node, *node.elif_):
            self.scopes[-1] = before
            self._expression(branch.test)
            ends.append(self._branch(before, branch.body))
        ends.append(self._branch(before, node.else_))
        names = {name: None for end in ends for name in end}
        self.scopes[-1] = {name: all(end.get(name) for end in ends) for name in names}

    def _branch(self, before: dict[str, bool], body: Iterable[nodes.Node]) -> dict[str, bool]:
        self.scopes[-1] = dict(before)
        self._statements(body)
        return self.scopes[-1]

    def _for(self, node: nodes.For) -> None:
        self._expression(node.iter)
        targets = [*target_names(node.target)]
        if node.test is not None:
            self.scopes.append(dict.fromkeys(targets, True))
            self._expression(node.test)
            self.scopes.pop()
        self._inside(node.body, [*targets, "loop"])
        self._inside(node.else_)

    def _function(self, node: nodes.Macro | nodes.CallBlock) -> None:
        """Walk a macro: it may be called later, when names that are set after it have their values."""
        for default in node.defaults:
            self._expression(default)
        if self._set_anywhere is None:
            self._set_anywhere = frozenset(self._all_set())
        self.later.append(self._set_anywhere)
        self._inside(node.body, [*(arg.name for arg in node.args), *_IN_MACROS])
        self.later.pop()

    def _all_set(self) -> Iterable[str]:
        if self.text is not None and self.text.tree is not None:
            for node in self.text.tree.find_all((nodes.Assign, nodes.AssignBlock)):
                if isinstance(node, nodes.Assign | nodes.AssignBlock):
                    yield from target_names(node.target)
            for macro in self.text.tree.find_all(nodes.Macro):
                yield macro.name

    def _include(self, node: nodes.Include) -> None:
        included = None if self.text is None else self.text.includes.get(id(node))
        if included is None or included.tree is None:
            return
        inner = _Reader(included)
        for _, name, soft in inner.body(included.tree.body):
            self._read(node, name, soft)


def target_names(target: nodes.Node) -> Iterable[str]:
    """Yield the names that an assignment to `target` sets."""
    if isinstance(target, nodes.Name):
        yield target.name
    elif isinstance(target, nodes.Tuple):
        for item in target.items:
            yield from target_names(item)


def names_set(body: Iterable[nodes.Node]) -> list[str]:
    """Return the names that some statements set in their own scope, on any path, in order."""
    found: dict[str, None] = {}
    for node in body:
        match node:
            case nodes.Assign() | nodes.AssignBlock():
                found.update(dict.fromkeys(target_names(node.target)))
            case nodes.Macro():
                found[node.name] = None
            case nodes.If():
                for part in (node.body, node.elif_, node.else_):
                    found.update(dict.fromkeys(names_set(part)))
    return [*found]


def reads_name(body: Iterable[nodes.Node], name: str) -> bool:
    """Tell whether some statements read a name; `loop` in the rounds of a loop inside is another one."""
    for node in body:
        if isinstance(node, nodes.Name) and node.name == name and node.ctx == "load":
            return True
        if isinstance(node, nodes.For) and name == "loop":
            parts: Iterable[nodes.Node] = [node.iter, *node.else_]
        else:
            parts = node.iter_child_nodes()
        if reads_name(parts, name):
            return True
    return False
