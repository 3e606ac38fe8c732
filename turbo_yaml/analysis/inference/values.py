"""Values of steps to their types: data, texts, conditions."""

from __future__ import annotations

from functools import reduce

from jinja2 import nodes

from turbo_yaml.analysis.halves import is_half_template
from turbo_yaml.analysis.inference.expressions import Inference
from turbo_yaml.analysis.inference.lattice import (
    ANY,
    TEXT,
    Field,
    Lists,
    Maps,
    Origin,
    Type,
    either,
    join_all,
    labels_of,
    type_of_data,
)
from turbo_yaml.analysis.inference.scope import Scope
from turbo_yaml.analysis.inference.statements import Statements
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Expression, Text


class Values:
    """Works out and notes the types of what stands in steps."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.statements = Statements(inference)

    def of(self, value: n.Value | None, scope: Scope) -> Type:
        """Return the type of a value; a lone expression keeps its type."""
        if value is None:
            return ANY
        found = self._of(value, scope)
        self.inference.typed.values[id(value)] = found
        return found

    def _of(self, value: n.Value, scope: Scope) -> Type:
        match value:
            case n.Constant():
                return ANY if is_half_template(value.data) else type_of_data(value.data)
            case n.ListValue():
                return self._list(value, scope)
            case n.MapValue():
                fields = {entry.name: Field(self.of(entry.value, scope)) for entry in value.entries}
                origins = [field.type.origin for field in fields.values()]
                return Type(map=Maps(fields), origin=_first(origins))
        if value.single is not None:
            return self._infer(value, value.single, scope)
        return self.text(value, scope)

    def _list(self, value: n.ListValue, scope: Scope) -> Type:
        parts = tuple(self.of(item, scope) for item in value.items)
        origin = _first([part.origin for part in parts])
        return Type(list=Lists(join_all(parts), parts, len(parts), len(parts)), origin=origin)

    def text(self, text: Text | None, scope: Scope) -> Type:
        """Return the type of a text that is rendered."""
        if text is None:
            return ANY
        if text.tree is None:
            return labels_of((text.plain,)) if len(text.plain) <= 200 else TEXT
        origin = self.statements.text(text, scope)
        return TEXT if origin is None else TEXT._replace(origin=origin)

    def labels(self, choices: tuple[Text, ...] | Text | None, scope: Scope) -> None:
        """Walk through the labels to choose from: texts, or a template that gives a list of them."""
        if isinstance(choices, tuple):
            for choice in choices:
                self.text(choice, scope)
        elif choices is not None:
            self.of(choices, scope)

    def expression(self, expression: Expression, scope: Scope) -> Type:
        """Return the type of an expression."""
        found = self._infer(expression, expression.node, scope)
        self.inference.typed.values[id(expression)] = found
        return found

    def _infer(self, where: Text | Expression, node: nodes.Expr, scope: Scope) -> Type:
        self.inference.where = where
        self.inference.forget_origin()
        return self.inference.infer(node, scope)

    def condition(self, condition: Expression, scope: Scope) -> Type:
        """Return the type of a condition."""
        self.inference.typed.conditions[id(condition)] = condition
        return self.expression(condition, scope)

    def branch(self, condition: Expression, holds: bool, scope: Scope) -> Scope:
        """Return a scope in which a condition turned out true or false."""
        self.inference.where = condition
        return self.inference.branch(condition.node, holds, scope)

    def assume(self, condition: Expression, scope: Scope) -> None:
        """Note in a scope that a condition holds from here on."""
        self.inference.narrowing.assume(condition.node, True, scope)


def _first(origins: list[Origin | None]) -> Origin | None:
    return reduce(either, origins, None)
