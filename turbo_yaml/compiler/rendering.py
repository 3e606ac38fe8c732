"""A template that the host holds as text to the text that it renders: by the same rules as in a flow."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from turbo_yaml.codegen.build import At
from turbo_yaml.codegen.identifiers import Identifiers
from turbo_yaml.codegen.names import Local, Variables
from turbo_yaml.codegen.templates import SUPPORT, TemplateModule, lower_text
from turbo_yaml.errors import FlowInvalid
from turbo_yaml.runtime import values
from turbo_yaml.runtime.failures import locate
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.template import Text, parse_text, reads

_NAME = "<template>"
_START = At(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Return a template's text. `FlowInvalid` where it has mistakes, `FlowError` where it cannot be rendered.

    What is in `variables` stays data: nothing in it is rendered.
    """
    function, names = _compiled(template)
    try:
        return str(
            function(**{python: variables.get(name, values.missing) for name, python in names.items()})
        )
    except Exception as problem:
        found = locate(problem)
        if found is problem:
            raise
        raise found from problem


@lru_cache(maxsize=256)
def _compiled(template: str) -> tuple[Callable[..., str], Mapping[str, str]]:
    """Return a template as a function, and the parameter of each variable that it reads."""
    source = Source(_NAME, template)
    text, found = parse_text(source, Scalar(template, 0, len(template), ""))
    if text is None:
        raise FlowInvalid(found)
    names = Identifiers(SUPPORT)
    read = {each.name: names.variable(each.name) for each in reads(text)}
    scope = Variables({name: Local(name, python, "any", True) for name, python in read.items()})
    module = TemplateModule(names.fresh)
    made = _function(text, scope, module, [*read.values()])
    space: dict[str, Any] = {name: getattr(values, name) for name in module.used}
    space["__turbo_source__"] = source
    exec(compile(made, _NAME, "exec", dont_inherit=True), space)
    function: Callable[..., str] = space["template"]
    return function, read


def _function(text: Text, scope: Variables, module: TemplateModule, parameters: list[str]) -> ast.Module:
    value = lower_text(text, scope, module)
    arguments = ast.arguments([], [], None, [ast.arg(name, **_START) for name in parameters], [], None, [])
    arguments.kw_defaults = [None] * len(parameters)
    made = ast.FunctionDef("template", arguments, [ast.Return(value, **_START)], [], None, **_START)
    return ast.Module([*(function for _, function in module.functions), made], [])
