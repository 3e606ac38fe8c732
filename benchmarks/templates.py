"""What templates cost: to render, against f-strings and Jinja, and to compile, against Jinja.

Ratios of CPU time within one run, medians of interleaved rounds. `python -m benchmarks.templates`
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from statistics import median
from time import process_time
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from turbo_yaml.codegen.names import Local, Variables
from turbo_yaml.codegen.templates import TemplateModule, lower_text
from turbo_yaml.runtime import values
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.template import Text, parse_text
from turbo_yaml.types import Kind

ROUNDS = 15
AT_START = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
DATA: dict[str, Any] = {
    "name": "Ada",
    "city": "London",
    "price": 17000,
    "user": {"name": "Ada", "orders": [{"title": f"Order {n}", "open": n % 3 == 0} for n in range(20)]},
}
KINDS: dict[str, Kind] = {"name": "string", "city": "string", "price": "integer", "user": "any"}
SENTENCE = "Dear {{ name }}, your order for {{ price }} pounds goes to {{ city }}."
KEYS = (
    "Dear {{ user.name }}, you have {{ user.orders | length }} orders, "
    "the first is {{ user.orders[0].title }}."
)
LOOP = (
    "Your orders:\n{% for order in user.orders %}\n{{ loop.index }}. {{ order.title }}"
    "{% if order.open %} (open){% endif %}\n\n{% endfor %}\nBye, {{ name }}."
)


def sentence_by_hand(name: str, city: str, price: int, user: Mapping[str, Any]) -> str:
    """Return the sentence as a person would write it."""
    return f"Dear {name}, your order for {price} pounds goes to {city}."


def keys_by_hand(name: str, city: str, price: int, user: Mapping[str, Any]) -> str:
    """Return the sentence with keys as a person would write it."""
    return (
        f"Dear {user['name']}, you have {len(user['orders'])} orders, the first is "
        f"{user['orders'][0]['title']}."
    )


def loop_by_hand(name: str, city: str, price: int, user: Mapping[str, Any]) -> str:
    """Return the list as a person would write it."""
    parts = ["Your orders:\n"]
    for index, order in enumerate(user["orders"], 1):
        parts.append(f"{index}. {order['title']}{' (open)' if order['open'] else ''}\n")
    parts.append(f"Bye, {name}.")
    return "".join(parts)


def parsed(template: str) -> Text:
    """Return a template that has no mistakes."""
    text, problems = parse_text(Source("flow.yaml", template), Scalar(template, 0, len(template), ""))
    assert text is not None, problems
    return text


def lowered(text: Text) -> tuple[ast.expr, TemplateModule]:
    """Return the Python expression of a text."""
    module = TemplateModule(lambda name: name)
    scope = Variables({name: Local(name, name, kind) for name, kind in KINDS.items()})
    return lower_text(text, scope, module), module


def compiled(template: str) -> Callable[..., str]:
    """Return a template as a Python function."""
    value, module = lowered(parsed(template))
    arguments = ast.arguments([], [ast.arg(name, **AT_START) for name in KINDS], None, [], [], None, [])
    flow = ast.FunctionDef("flow", arguments, [ast.Return(value, **AT_START)], [], None, **AT_START)
    space: dict[str, Any] = {name: getattr(values, name) for name in module.used}
    functions = [function for _, function in module.functions]
    exec(compile(ast.Module([*functions, flow], []), "flow.yaml", "exec"), space)
    found: Callable[..., str] = space["flow"]
    return found


def costs(works: list[Callable[[], object]], times: int) -> list[float]:
    """Return the median CPU seconds of each work, done so many times a round."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, found in zip(works, taken, strict=True):
            began = process_time()
            for _ in range(times):
                work()
            found.append((process_time() - began) / times)
    return [median(found) for found in taken]


STOCK = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def rendering(title: str, template: str, by_hand: Callable[..., str]) -> None:
    """Print what it costs to render a template."""
    ours = compiled(template)
    jinja = STOCK.from_string(template)
    assert ours(**DATA) == by_hand(**DATA) == jinja.render(DATA)
    mine, hand, theirs = costs(
        [lambda: ours(**DATA), lambda: by_hand(**DATA), lambda: jinja.render(DATA)], 2000
    )
    figures = f"{mine * 1e6:7.2f} {hand * 1e6:7.2f} {theirs * 1e6:7.2f}"
    print(f"  {title:18} {figures}   {mine / hand:5.2f} {theirs / mine:6.1f}")


def compiling(title: str, template: str) -> None:
    """Print what it costs to make Python of a template."""
    mine, theirs = costs([lambda: lowered(parsed(template)), lambda: STOCK.from_string(template)], 60)
    print(f"  {title:18} {mine * 1e6:7.1f} {theirs * 1e6:7.1f}   {mine / theirs:5.2f}")


def main() -> None:
    """Print the ratios."""
    print("rendering, microseconds: ours, by hand, Jinja; ours / by hand, Jinja / ours")
    rendering("a sentence", SENTENCE, sentence_by_hand)
    rendering("keys and a filter", KEYS, keys_by_hand)
    rendering("a loop of 20", LOOP, loop_by_hand)
    print("parsing and lowering, microseconds: ours, `from_string`; ours / `from_string`")
    compiling("a sentence", SENTENCE)
    compiling("keys and a filter", KEYS)
    compiling("a loop of 20", LOOP)


if __name__ == "__main__":
    main()
