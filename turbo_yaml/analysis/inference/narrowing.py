"""A condition to what is known of names where it holds, and where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import (
    BOOLEAN,
    FALSE,
    INTEGER,
    LIST,
    MAP,
    NUMBER,
    TEXT,
    TRUE,
    Booleans,
    Numbers,
    Texts,
    Type,
    is_never,
)
from turbo_yaml.analysis.inference.scope import Scope

if TYPE_CHECKING:
    from turbo_yaml.analysis.inference.expressions import Inference

_KINDS = {
    "string": TEXT,
    "number": NUMBER._replace(boolean=BOOLEAN.boolean),
    "integer": INTEGER,
    "float": NUMBER,
    "boolean": BOOLEAN,
    "mapping": MAP,
    "sequence": LIST._replace(text=TEXT.text, map=MAP.map),
    "iterable": LIST._replace(text=TEXT.text, map=MAP.map),
    "true": TRUE,
    "false": FALSE,
}
"""What a value is for which a test holds."""
_SURE = frozenset({"string", "number", "boolean", "mapping", "sequence", "iterable"})
"""Tests that hold for every value of their kinds, so that where they fail it is of another kind."""


def path_of(node: nodes.Node) -> str | None:
    """Return `a.b.c` for a name with keys that are written out, None for anything else."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            owner = path_of(node.node)
            return None if owner is None else f"{owner}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
            owner = path_of(node.node)
            return None if owner is None else f"{owner}.{key}"
    return None


def key_of(node: nodes.Node, scope: Scope) -> str:
    """Return a text that is the same for conditions that are surely true or false together."""
    names = {name.name for name in node.find_all(nodes.Name)}
    if isinstance(node, nodes.Name):
        names.add(node.name)
    if "memory" in names or _may_vary(node):
        return f"only here {id(node)}"
    versions = ((name, slot.version if (slot := scope.find(name)) else 0) for name in sorted(names))
    return f"{node!r} {[*versions]}"


def _may_vary(node: nodes.Node) -> bool:
    """Tell whether an expression can have another value though no name in it was set."""
    filters = [*node.find_all(nodes.Filter), *([node] if isinstance(node, nodes.Filter) else [])]
    chance = any(found.name in ("random", "shuffle") for found in filters)
    return chance or isinstance(node, nodes.Call) or next(node.find_all(nodes.Call), None) is not None


def conditions_of(node: nodes.Node, scope: Scope, holds: bool = True) -> frozenset[str]:
    """Return the conditions that are true where one holds, or does not."""
    match node:
        case nodes.Not():
            return conditions_of(node.node, scope, not holds)
        case nodes.And() if holds:
            return conditions_of(node.left, scope) | conditions_of(node.right, scope)
        case nodes.Or() if not holds:
            return conditions_of(node.left, scope, False) | conditions_of(node.right, scope, False)
    return frozenset((f"{'' if holds else 'not '}{key_of(node, scope)}",))


class Narrowing:
    """Notes in a scope what follows from a condition."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference

    def assume(self, node: nodes.Node, holds: bool, scope: Scope) -> None:
        """Note what is known once a condition turned out true, or false."""
        match node:
            case nodes.Not():
                self.assume(node.node, not holds, scope)
            case nodes.And() | nodes.Or():
                if holds == isinstance(node, nodes.And):
                    self.assume(node.left, holds, scope)
                    self.assume(node.right, holds, scope)
                else:
                    self._trust(node, scope)
            case nodes.Test():
                self._test(node, holds, scope)
            case nodes.Compare() if len(node.ops) == 1:
                self._compare(node, holds, scope)
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                if holds:
                    self.refine(node, scope, _present)
            case nodes.Filter(name="default" | "d"):
                if holds and node.node is not None and not any(map(_may_be_true, node.args[:1])):
                    self.refine(node.node, scope, _present)
            case _:
                self._trust(node, scope)

    def refine(self, node: nodes.Node, scope: Scope, change: Callable[[Type], Type]) -> None:
        """Note what more is known of what a path leads to."""
        path = path_of(node)
        if path is None:
            return
        base = path.split(".", 1)[0]
        slot = scope.find(base)
        if slot is None:
            return
        if path == base:
            changed = change(slot.type)
            if changed is not slot.type:
                scope.refine(base, changed, slot.version)
        else:
            known = scope.find_path(path, slot.version) or self.inference.typed.of(node)
            scope.refine_path(path, change(known), slot.version)

    def _trust(self, node: nodes.Node, scope: Scope) -> None:
        """Suppose that an author who tests a value in a way not understood here knows what it is.

        What is asked whether it is there may well not be.
        """
        doubted = {path_of(part) for part in _doubted(node)}
        for part in (node, *node.find_all((nodes.Name, nodes.Getattr, nodes.Getitem))):
            if path_of(part) not in doubted:
                self.refine(part, scope, _present)

    def _test(self, node: nodes.Test, holds: bool, scope: Scope) -> None:
        name = node.name
        if name in ("defined", "undefined"):
            if holds == (name == "defined"):
                self.refine(node.node, scope, lambda type_: type_._replace(unset=None))
        elif name == "none":
            self.refine(node.node, scope, _only_null if holds else _not_null)
        elif name in _KINDS and (holds or name in _SURE):
            wanted = _KINDS[name]
            change = _within if holds else _without
            self.refine(node.node, scope, lambda type_: change(type_, wanted))
        elif name in ("eq", "equalto", "==", "ne", "!=") and len(node.args) == 1:
            same = holds == (name not in ("ne", "!="))
            self._equal(node.node, node.args[0], same, scope)
        else:
            self._trust(node, scope)

    def _compare(self, node: nodes.Compare, holds: bool, scope: Scope) -> None:
        operator, other = node.ops[0].op, node.ops[0].expr
        if operator in ("eq", "ne"):
            same = holds == (operator == "eq")
            self._equal(node.expr, other, same, scope)
            self._equal(other, node.expr, same, scope)
        elif operator in ("in", "notin") and isinstance(other, nodes.List | nodes.Tuple):
            labels = [item.value for item in other.items if isinstance(item, nodes.Const)]
            if len(labels) == len(other.items):
                self.one_of(node.expr, labels, holds == (operator == "in"), scope)
            else:
                self._trust(node, scope)
        else:
            self._key(node, operator, holds, scope)
            self._trust(node, scope)

    def _key(self, node: nodes.Compare, operator: str, holds: bool, scope: Scope) -> None:
        """Note that a map has a key: `'due' in task`."""
        if operator in ("in", "notin") and holds == (operator == "in") and isinstance(node.expr, nodes.Const):
            owner, key = node.ops[0].expr, node.expr.value
            if isinstance(key, str):
                there = nodes.Getattr(owner, key, "load", lineno=node.lineno)
                known = self.inference.member(self.inference.typed.of(owner), key)
                if known is not None:
                    self.refine(there, scope, lambda _: known._replace(unset=None))

    def _equal(self, node: nodes.Node, other: nodes.Node, same: bool, scope: Scope) -> None:
        if isinstance(other, nodes.Const):
            if other.value is None:
                self.refine(node, scope, _only_null if same else _not_null)
            else:
                self.one_of(node, [other.value], same, scope)
        elif same:
            self._trust(node, scope)

    def one_of(self, node: nodes.Node, values: Sequence[object], holds: bool, scope: Scope) -> None:
        texts = frozenset(value for value in values if isinstance(value, str))

        def one_of(type_: Type) -> Type:
            if len(texts) < len(values):
                return _present(type_) if holds else type_
            return _with_labels(type_, texts) if holds else _without_labels(type_, texts)

        self.refine(node, scope, one_of)


def _doubted(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what a condition asks of whether there is a value, or gives another one where there is none."""
    for test in node.find_all(nodes.Test):
        if test.name in ("defined", "undefined", "none"):
            yield test.node
    for compared in node.find_all(nodes.Compare):
        sides = [compared.expr, *(operand.expr for operand in compared.ops)]
        if any(isinstance(side, nodes.Const) and side.value is None for side in sides):
            yield from sides
    for filter_ in node.find_all(nodes.Filter):
        if filter_.name in ("default", "d") and filter_.node is not None:
            yield filter_.node


def _may_be_true(node: nodes.Node) -> bool:
    return not isinstance(node, nodes.Const) or bool(node.value)


def _present(type_: Type) -> Type:
    """Return what is left where there is a value that is not null."""
    return type_._replace(null=False, unset=None) if type_.null or type_.unset is not None else type_


def _not_null(type_: Type) -> Type:
    return type_._replace(null=False) if type_.null else type_


def _only_null(type_: Type) -> Type:
    return Type(null=True) if type_.null and not type_.any else type_


def _within(type_: Type, wanted: Type) -> Type:
    """Return what is left of a union where a value is of the kinds that are wanted."""
    if type_.any:
        return wanted._replace(origin=type_.origin)
    number = type_.number if wanted.number is not None else None
    if number is not None and wanted.number is not None and wanted.number.whole:
        number = Numbers(True, number.most)
    kept = Type(
        text=type_.text if wanted.text is not None else None,
        number=number,
        boolean=(wanted.boolean if wanted.boolean != Booleans() else type_.boolean)
        if wanted.boolean is not None and type_.boolean is not None
        else None,
        list=type_.list if wanted.list is not None else None,
        map=type_.map if wanted.map is not None else None,
        origin=type_.origin,
    )
    return type_ if is_never(kept) else kept


def _without(type_: Type, refused: Type) -> Type:
    """Return what is left of a union where a value is of none of these kinds."""
    if type_.any:
        return type_
    kept = type_._replace(
        text=None if refused.text is not None else type_.text,
        number=None if refused.number is not None else type_.number,
        boolean=None if refused.boolean is not None else type_.boolean,
        list=None if refused.list is not None else type_.list,
        map=None if refused.map is not None else type_.map,
    )
    return type_ if is_never(kept) else kept


def _with_labels(type_: Type, labels: frozenset[str]) -> Type:
    if type_.any or type_.text is None:
        return _present(type_)
    known = type_.text.labels
    kept = labels if known is None else known & labels
    chosen = known is not None and type_.text.chosen
    return Type(text=Texts(kept, chosen)) if kept else _present(type_)


def _without_labels(type_: Type, labels: frozenset[str]) -> Type:
    if type_.any or type_.text is None or type_.text.labels is None:
        return type_
    kept = type_.text.labels - labels
    if not kept and is_never(type_._replace(text=None)):
        return type_
    return type_._replace(text=Texts(kept, type_.text.chosen) if kept else None)
