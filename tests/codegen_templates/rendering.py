"""Texts through our parser, code generation and run time, through stock Jinja, and in each style of YAML."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined
from jinja2.runtime import Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from turbo_yaml.codegen.identifiers import Identifiers
from turbo_yaml.codegen.names import Local, Variables
from turbo_yaml.codegen.templates import (
    SUPPORT,
    TemplateModule,
    lower_condition,
    lower_expression,
    lower_text,
    lower_value,
)
from turbo_yaml.runtime import values
from turbo_yaml.runtime.values import missing
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping as SourceMapping
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.template import Expression, ReadInclude, Text, parse_expression, parse_text
from turbo_yaml.types import Kind

AT_START = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
STYLES = ("plain", "'", '"', "|", ">")


def written(text: str, style: str) -> str:
    """Return a YAML file whose key `text` holds the text, in a style that may need more than one line."""
    indented = text.replace("\n", "\n    ")
    match style:
        case "|" | ">":
            body = indented if style == "|" else text.replace("\n", "\n\n    ")
            return f"# é\nsteps:\n  text: {style}2\n    {body}\n  after: 1\n"
        case "'":
            quoted = text.replace("'", "''").replace("\n", "\n\n    ")
            return f"# é\nsteps:\n  text: '{quoted}'\n  after: 1\n"
        case '"':
            quoted = json.dumps(text, ensure_ascii=False)
            return f"# é\nsteps:\n  text: {quoted}\n  after: 1\n"
    folded = text.replace("\n", "\n\n    ")
    return f"# é\nsteps:\n  text: {folded}\n  after: 1\n"


def scalar_of(file: str, name: str = "flow.yaml") -> tuple[Source, Scalar]:
    """Return the scalar at `steps.text` of a YAML file."""
    source = Source(name, file)
    root, found = parse_yaml(source)
    assert not found, found
    assert isinstance(root, SourceMapping)
    steps = root.entries["steps"].value
    assert isinstance(steps, SourceMapping)
    scalar = steps.entries["text"].value
    assert isinstance(scalar, Scalar)
    return source, scalar


def block(text: str) -> tuple[Source, Scalar]:
    """Return a text as the whole of a file, each character at its own offset."""
    return Source("flow.yaml", text), Scalar(text, 0, len(text), "")


def parsed(text: str, read_include: ReadInclude | None = None) -> Text:
    """Return a text that has no mistakes."""
    found, problems = parse_text(*block(text), read_include)
    assert found is not None, [problem.message for problem in problems]
    assert not problems
    return found


def parsed_expression(text: str) -> Expression:
    """Return an expression that has no mistakes."""
    found, problems = parse_expression(*block(text))
    assert found is not None, [problem.message for problem in problems]
    return found


@dataclass
class Lowered:
    """A Python function that was made of a text or expression: `flow(…)` takes the variables."""

    source: Source
    module: ast.Module
    included: dict[Source, ast.Module]
    used: list[str]
    names: Identifiers

    def python(self) -> str:
        """Return it as a person reads it."""
        return ast.unparse(self.module)

    def codes(self) -> list[tuple[Source, CodeType]]:
        """Return the compiled modules, those of included files first."""
        modules = [*self.included.items(), (self.source, self.module)]
        return [(source, compile(module, source.name, "exec")) for source, module in modules]

    def function(self) -> Callable[..., Any]:
        """Return the function itself."""
        space: dict[str, Any] = {name: getattr(values, name) for name in self.used}
        for _, code in self.codes():
            exec(code, space)
        made: Callable[..., Any] = space["flow"]
        return made

    def run(self, data: Mapping[str, Any]) -> Any:
        """Call it with variables; those that are not given are unset."""
        return self.function()(**self.arguments(data))

    def arguments(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return variables under the names of the function's parameters."""
        return {self.names.variable(name): value for name, value in data.items()}


LOWER = {
    "text": lower_text,
    "value": lower_value,
    "expression": lower_expression,
    "condition": lower_condition,
}


def lowered(
    what: Text | Expression,
    variables: Mapping[str, Kind] | list[str],
    how: str = "text",
    unset: tuple[str, ...] = (),
) -> Lowered:
    """Return a text or an expression as a function of the variables."""
    kinds: Mapping[str, Kind] = dict.fromkeys(variables, "any") if isinstance(variables, list) else variables
    names = Identifiers(SUPPORT)
    scope = Variables(
        {name: Local(name, names.variable(name), kind, name in unset) for name, kind in kinds.items()}
    )
    module = TemplateModule(names.fresh)
    lower: Any = LOWER[how]
    value = lower(what, scope, module)
    parameters = [ast.arg(names.variable(name), **AT_START) for name in kinds]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    flow = ast.FunctionDef("flow", arguments, [ast.Return(value, **AT_START)], [], None, **AT_START)
    bodies: dict[Source, list[ast.stmt]] = {}
    for source, function in module.functions:
        bodies.setdefault(source, []).append(function)
    own = bodies.pop(what.source, [])
    included = {source: ast.Module(body, []) for source, body in bodies.items()}
    return Lowered(what.source, ast.Module([*own, flow], []), included, [*module.used], names)


def rendered(text: str, data: Mapping[str, Any], how: str = "text") -> Any:
    """Return what a text, or an expression, gives with these variables."""
    what = parsed(text) if how in ("text", "value") else parsed_expression(text)
    unset = tuple(name for name, value in data.items() if value is missing)
    return lowered(what, [*data], how, unset).run(data)


# Stock Jinja -------------------------------------------------------------------------------------------


class Refused(Exception):
    """What stock Jinja prints and we refuse, by the rule of printed data."""


def as_json(value: Any) -> Any:
    """Print as templates of flows do; the listed difference from stock Jinja, as its `finalize`."""
    if isinstance(value, str | Undefined) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if value is None or isinstance(value, Macro):
        raise Refused(value)
    if not isinstance(value, bool | float | list | tuple | dict | range):
        try:
            value = list(value)
        except TypeError:
            raise Refused(value) from None
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_listed)
    except (TypeError, ValueError) as error:
        raise Refused(value) from error


def _listed(value: Any) -> Any:
    return list(value)


STOCK = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=as_json,
)


def stock(text: str, data: Mapping[str, Any]) -> str:
    """Return what stock Jinja renders, with data printed as JSON."""
    return STOCK.from_string(text).render({key: item for key, item in data.items() if item is not missing})
