"""Templates and expressions of tests to functions: compiled as those of flows are, positions included."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from turbo_yaml.codegen.build import At
from turbo_yaml.codegen.identifiers import Identifiers
from turbo_yaml.codegen.names import Local, Variables
from turbo_yaml.codegen.templates import SUPPORT, TemplateModule, lower_expression, lower_value
from turbo_yaml.codegen.templates.module import parameters_of
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Expression, Text, reads

Render = Callable[..., Any]
_PLACE = At(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
_NAME = "rendered"


class Templates:
    """The templates of tests, each compiled once, when it is first needed."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Text | Expression, tuple[str, ...], Render]] = {}

    def value(self, value: Any, names: Mapping[str, Any]) -> Any:
        """Return the data that a value of a test is, with these names; what a flow raises where it fails."""
        match value:
            case n.Constant():
                return value.data
            case Text() | Expression():
                return self._call(value, names)
            case n.ListValue():
                return [self.value(item, names) for item in value.items]
            case n.MapValue():
                return {entry.name: self.value(entry.value, names) for entry in value.entries}
            case tuple():
                return [self.value(item, names) for item in value]
            case _:
                return value

    def text(self, value: Any, names: Mapping[str, Any]) -> str:
        """Return the text that a value of a test is."""
        data = self.value(value, names)
        if isinstance(data, str):
            return data
        from turbo_yaml.runtime.values import text

        return str(text(data))

    def _call(self, text: Text | Expression, names: Mapping[str, Any]) -> Any:
        made = self._made.get(id(text))
        if made is None:
            wanted = tuple(dict.fromkeys(read.name for read in reads(text) if not read.soft))
            # The text is kept, so that no other one gets its identity.
            made = self._made[id(text)] = (text, wanted, _compiled(text, wanted))
        missing = _missing()
        return made[2](**{name: names.get(name, missing) for name in made[1]})


def _missing() -> Any:
    from turbo_yaml.runtime.values import missing

    return missing


def _compiled(text: Text | Expression, names: tuple[str, ...]) -> Render:
    """Return a function of the names that a text reads."""
    import turbo_yaml.runtime.support as support

    module = TemplateModule(Identifiers((*SUPPORT, *names)).fresh)
    scope = Variables({name: Local(name, name, maybe_unset=True) for name in names})
    lower = lower_expression if isinstance(text, Expression) else lower_value
    value: ast.expr = lower(text, scope, module)  # type: ignore[arg-type]
    body: list[ast.stmt] = [ast.Return(value, **_PLACE)]
    function = ast.FunctionDef(_NAME, parameters_of(names, _PLACE), body, [], None, **_PLACE)
    functions: list[ast.stmt] = [made for _, made in module.functions]
    space: dict[str, Any] = {name: getattr(support, name) for name in module.used}
    space["__turbo_source__"] = text.source
    tree = ast.fix_missing_locations(ast.Module([*functions, function], []))
    exec(compile(tree, text.source.name, "exec", dont_inherit=True), space)
    made: Render = space[_NAME]
    return made
