"""A template's statements, filters and tests against those there are: what is wrong as faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from jinja2 import nodes

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.records import Record
from turbo_yaml.template.extents import Extents
from turbo_yaml.template.faults import Fault
from turbo_yaml.template.vocabulary import FILTERS, OPERATOR_TESTS, TESTS, Signature

_REFUSED: dict[type[nodes.Node], tuple[str, str]] = {
    nodes.Extends: ("extends", "a text stands alone: use `{% include 'file.md' %}`"),
    nodes.Block: ("block", "a text stands alone: use `{% if %}` or a macro"),
    nodes.Import: ("import", "write the macro in this text, or use `{% include 'file.md' %}`"),
    nodes.FromImport: ("import", "write the macro in this text, or use `{% include 'file.md' %}`"),
    nodes.ScopedEvalContextModifier: ("autoescape", "use the filter `escape` where HTML is wanted"),
}
_TAKES_FILTER = frozenset({"map"})
_TAKES_TEST = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}


def every_node(root: nodes.Node) -> list[nodes.Node]:
    """Return all nodes of a tree, those above first."""
    found = [root]
    for node in found:
        for field in node.fields:
            value = node.__dict__.get(field)
            if isinstance(value, nodes.Node):
                found.append(value)
            elif isinstance(value, list):
                found += [item for item in value if isinstance(item, nodes.Node)]
    return found


def faults_of(every: Sequence[nodes.Node], extents: Extents) -> list[Fault]:
    """Return what the nodes of a tree say that means nothing, in the order of the text."""
    words = _Words(extents, _macros(every))
    found: list[Fault] = []
    for node in every:
        check = _CHECKS.get(type(node))
        if check is not None:
            found += check(words, node)
    return sorted(found, key=lambda fault: fault.start)


_MAP_OF_ATTRIBUTES = Signature(("attribute", "default"), 1)
"""What `map` takes where it is not given the name of a filter."""


class _Words(Record):
    """What the checks look things up in: the extents of the nodes, and the macros of the text."""

    extents: Extents
    macros: Mapping[str, Signature]


def _fault(rule: str, message: str, place: tuple[int, int], help: str | None = None) -> Fault:
    return Fault(rule, message, *place, help)


def _refused(words: _Words, node: nodes.Node) -> Iterator[Fault]:
    name, help_ = _REFUSED[type(node)]
    yield _fault("refused-statement", f"`{name}` is not for texts", words.extents.of(node), help_)


def _item(words: _Words, node: nodes.Getitem) -> Iterator[Fault]:
    if isinstance(node.arg, nodes.Tuple) and any(isinstance(item, nodes.Slice) for item in node.arg.items):
        place = words.extents.of(node)
        yield _fault("template-syntax", "a slice stands alone in its brackets", place, "such as `items[1:3]`")


def _include(words: _Words, node: nodes.Include) -> Iterator[Fault]:
    if not (isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)):
        message = "the name of an included file is written out, in quotes"
        yield _fault("refused-statement", message, words.extents.of(node))


# Filters and tests -------------------------------------------------------------------------------------


def _filter(words: _Words, node: nodes.Filter) -> Iterator[Fault]:
    extents = words.extents
    yield from _named(node, node.name, FILTERS, "filter", extents)
    if node.name in _TAKES_FILTER and node.args:
        yield from _named_by_text(node.args[0], FILTERS, "filter", extents)
    index = _TAKES_TEST.get(node.name)
    if index is not None and len(node.args) > index:
        yield from _named_by_text(
            node.args[index], {**TESTS, **dict.fromkeys(OPERATOR_TESTS)}, "test", extents
        )


def _named_by_text(
    node: nodes.Node, legal: Mapping[str, object], what: str, extents: Extents
) -> Iterator[Fault]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and node.value not in legal:
        yield _unknown(node.value, legal, what, extents.of(node))


def _test(words: _Words, node: nodes.Test) -> Iterator[Fault]:
    return _named(node, node.name, TESTS, "test", words.extents)


def _named(
    node: nodes.Filter | nodes.Test, name: str, legal: Mapping[str, Signature], what: str, extents: Extents
) -> Iterator[Fault]:
    signature = legal.get(name)
    if signature is None:
        yield _unknown(name, legal, what, extents.of_name(node))
    else:
        yield from _arguments(node, f"`{name}`", signature, extents)


_FOREIGN: Final = {
    "test": {
        "array": "`sequence`",
        "bool": "`boolean`",
        "dict": "`mapping`",
        "empty": "`not x`",
        "int": "`integer`",
        "list": "`sequence`",
        "map": "`mapping`",
        "nil": "`none`",
        "null": "`none`",
        "object": "`mapping`",
        "str": "`string`",
        "text": "`string`",
    },
    "filter": {
        "concat": "`+`, which puts lists together",
        "contains": "`'a' in x`",
        "downcase": "`lower`",
        "from_json": "`fromjson`",
        "keys": "`x.keys()`",
        "len": "`length`",
        "parse_json": "`fromjson`",
        "size": "`length`",
        "split": "`x.split(',')`, `words` or `lines`",
        "str": "`string`",
        "strip": "`trim`",
        "to_json": "`tojson`",
        "upcase": "`upper`",
        "uppercase": "`upper`",
        "values": "`x.values()`",
    },
}
"""What other languages call tests and filters, to what is meant here."""


def _unknown(name: str, legal: Iterable[str], what: str, place: tuple[int, int]) -> Fault:
    foreign = _FOREIGN[what].get(name) if what in _FOREIGN else None
    help_ = f"did you mean {foreign}?" if foreign else did_you_mean(name, legal)
    return _fault(f"unknown-{what}", f"there is no {what} `{name}`", place, help_)


def _arguments(
    node: nodes.Filter | nodes.Test | nodes.Call, what: str, signature: Signature, extents: Extents
) -> Iterator[Fault]:
    yield from _given_twice(node, extents)
    if isinstance(node, nodes.Filter) and node.name == "map" and not node.args:
        signature = _MAP_OF_ATTRIBUTES
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return
    names = signature.parameters
    if signature.open:
        # What may follow is for a test, so that what is wanted first has no name.
        for name in names[len(node.args) : signature.required]:
            yield _fault(
                "filter-arguments", f"{what} needs a value for `{name}` first", extents.of_name(node)
            )
        return
    if len(node.args) > len(names):
        extra = node.args[len(names)]
        yield _fault("filter-arguments", f"{what} takes {_count(len(names))}", extents.of(extra))
        return
    given = {*names[: len(node.args)]}
    strange = False
    for keyword in node.kwargs:
        key = str(keyword.key)
        if key not in names:
            strange = True
            message = f"{what} takes no `{key}`"
            yield _fault("filter-arguments", message, extents.of_name(keyword), did_you_mean(key, names))
        elif key in given:
            message = f"`{key}` is given to {what} twice"
            yield _fault("filter-arguments", message, extents.of_name(keyword))
        given.add(key)
    for name in names[: signature.required]:
        if name not in given and not strange:
            place = extents.of(node) if isinstance(node, nodes.Call) else extents.of_name(node)
            yield _fault("filter-arguments", f"{what} needs a value for `{name}`", place)


def _given_twice(node: nodes.Filter | nodes.Test | nodes.Call, extents: Extents) -> Iterator[Fault]:
    seen: set[str] = set()
    for keyword in node.kwargs:
        key = str(keyword.key)
        if key in seen:
            yield _fault("filter-arguments", f"`{key}` is given twice", extents.of_name(keyword))
        seen.add(key)


def _count(count: int) -> str:
    if count == 0:
        return "no values in brackets"
    return f"at most {count} value{'s' * (count != 1)} in brackets"


# Macros and loops --------------------------------------------------------------------------------------


def _macros(every: Sequence[nodes.Node]) -> dict[str, Signature]:
    """Return the macros of a text that nothing else shares a name with."""
    found: dict[str, Signature] = {}
    macros = [node for node in every if isinstance(node, nodes.Macro)]
    if not macros:
        return found
    several = {name.name for name in every if isinstance(name, nodes.Name) and name.ctx != "load"}
    for macro in macros:
        if macro.name in found:
            several.add(macro.name)
        names = tuple(argument.name for argument in macro.args)
        special = {name.name for part in macro.body for name in _names_in(part)}
        is_open = bool(special & {"varargs", "kwargs"})
        allowed = (*names, *(["caller"] if "caller" in special else []))
        found[macro.name] = Signature(allowed, 0, is_open)
    return {name: signature for name, signature in found.items() if name not in several}


def _names_in(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)


def _call(words: _Words, node: nodes.Call) -> Iterator[Fault]:
    extents = words.extents
    signature = words.macros.get(node.node.name) if isinstance(node.node, nodes.Name) else None
    if signature is None:
        yield from _given_twice(node, extents)
    else:
        assert isinstance(node.node, nodes.Name)
        yield from _arguments(node, f"the macro `{node.node.name}`", signature, extents)


def _parameters(words: _Words, node: nodes.Macro | nodes.CallBlock) -> Iterator[Fault]:
    extents = words.extents
    seen: set[str] = set()
    for argument in node.args:
        if argument.name in seen:
            yield _fault(
                "template-syntax", f"there are two parameters `{argument.name}`", extents.of(argument)
            )
        seen.add(argument.name)


def _loop_variable(words: _Words, node: nodes.For) -> Iterator[Fault]:
    extents = words.extents
    targets = [node.target] if isinstance(node.target, nodes.Name) else []
    for name in [*targets, *node.target.find_all(nodes.Name)]:
        if name.name == "loop":
            yield _fault(
                "template-syntax", "`loop` is the loop itself", extents.of(name), "choose another name"
            )


_CHECKS: dict[type[nodes.Node], Callable[[_Words, Any], Iterator[Fault]]] = {
    **dict.fromkeys(_REFUSED, _refused),
    nodes.Include: _include,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
    nodes.Getitem: _item,
    nodes.Macro: _parameters,
    nodes.CallBlock: _parameters,
    nodes.For: _loop_variable,
}
