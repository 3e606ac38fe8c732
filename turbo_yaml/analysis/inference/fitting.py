"""Two types to why no value of the one can be of the other, or why a given value is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.analysis.halves import is_half_template
from turbo_yaml.analysis.inference.lattice import Lists, Maps, Type, is_never
from turbo_yaml.analysis.inference.words import described, some_of
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text
from turbo_yaml.types.validation import goes_beyond, problems

_DEEPEST = 6
_EACH = "[…]"


def misfit(given: Type, wanted: Type, path: str = "", *, doubts: bool = False) -> str | None:
    """Return why no value of the type `given` is of the type `wanted`; None where some may be.

    Null beside other kinds is passed over, and so is what is known of neither. With `doubts`, return why some
    value may not be, null included.
    """
    if given.any or wanted.any or is_never(given) or path.count(".") > _DEEPEST:
        return None
    where = f"{_shown(path)} {'may be' if doubts else 'is'}" if path else ("it may be" if doubts else "it is")
    if not _meets(given, wanted):
        return f"{where} {described(given)}, not {described(wanted)}"
    if doubts and given.null and not wanted.null:
        return f"{where} null, not {described(wanted)}"
    if doubts:
        odd = _beyond(given, wanted)
        if odd is not None:
            return f"{where} {odd}, not {described(wanted)}"
        why = _other_labels(given, wanted, where)
        if why is not None:
            return why
    others = (given.number, given.boolean, given.null)
    if given.text is not None and given.list is None and given.map is None and not any(others):
        return _labels(given, wanted, where)
    alone = doubts or is_never(given._replace(list=None))
    if given.list is not None and wanted.list is not None and alone:
        return _items(given.list, wanted.list, path, doubts)
    alone = doubts or is_never(given._replace(map=None))
    if given.map is not None and wanted.map is not None and alone:
        return _fields(given.map, wanted.map, path, doubts)
    return None


def _beyond(given: Type, wanted: Type) -> str | None:
    """Return the kinds that a value may be of and that are not wanted."""
    if given.function is not None or given.state is not None:
        return None
    odd = Type(
        text=None if wanted.text else given.text,
        number=None if wanted.number else given.number,
        boolean=None if wanted.boolean else given.boolean,
        list=None if wanted.list else given.list,
        map=None if wanted.map else given.map,
    )
    if not is_never(odd):
        return described(odd)
    number, asked = given.number, wanted.number
    if number is not None and asked is not None and asked.whole and not (number.whole or number.rounded):
        return "a fraction"
    return None


def _shown(path: str) -> str:
    """Return a path in words: `a.b`, or each item of it."""
    if path == _EACH:
        return "each item"
    return f"each item of `{path.removesuffix(_EACH)}`" if path.endswith(_EACH) else f"`{path}`"


def _meets(given: Type, wanted: Type) -> bool:
    """Tell whether there is a kind that both have."""
    return bool(
        (given.text is not None and wanted.text is not None)
        or (given.number is not None and wanted.number is not None)
        or (given.boolean is not None and wanted.boolean is not None)
        or (given.null and wanted.null)
        or (given.list is not None and wanted.list is not None)
        or (given.map is not None and wanted.map is not None)
    )


def _labels(given: Type, wanted: Type, where: str) -> str | None:
    assert given.text is not None
    if wanted.text is None or wanted.text.labels is None or given.text.labels is None:
        return None
    if not given.text.labels.isdisjoint(wanted.text.labels):
        return None
    return f"{where} {some_of(given.text.labels)}, not one of {some_of(wanted.text.labels)}"


def _other_labels(given: Type, wanted: Type, where: str) -> str | None:
    """Return which texts there may be beside those that are wanted."""
    if given.text is None or wanted.text is None or wanted.text.labels is None:
        return None
    others = None if given.text.labels is None else given.text.labels - wanted.text.labels
    if others is not None and not others:
        return None
    odd = "any text" if others is None else some_of(others)
    return f"{where} {odd}, not one of {some_of(wanted.text.labels)}"


def _items(given: Lists, wanted: Lists, path: str, doubts: bool) -> str | None:
    if given.most == 0:
        return None
    return misfit(given.items, wanted.items, f"{path}{_EACH}", doubts=doubts)


def _fields(given: Maps, wanted: Maps, path: str, doubts: bool) -> str | None:
    for name, field in wanted.fields.items():
        at = f"{path}.{name}" if path else name
        there = given.fields.get(name)
        if there is None:
            if field.sure and given.rest is None:
                return f"`{at}` is missing"
            continue
        why = misfit(there.type, field.type, at, doubts=doubts)
        if why is not None and (there.sure or doubts):
            return why
        if doubts and field.sure and not there.sure:
            return f"`{at}` may be missing"
    if wanted.rest is None:
        for name, there in given.fields.items():
            if (there.sure or doubts) and name not in wanted.fields:
                at = f"{path}.{name}" if path else name
                if not there.sure:
                    return f"there may be a field `{at}`, for which there is no place"
                known = some_of(frozenset(wanted.fields))
                return f"there is no field `{at}`; the fields are {known}" if known else f"there is no `{at}`"
    return None


def wrong_constant(value: n.Value, schema: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a value that is written out, held against a schema."""
    if isinstance(value, n.Constant):
        data = value.data
    elif isinstance(value, Text) and value.tree is None:
        data = value.plain
    else:
        return None
    if goes_beyond(schema) or is_half_template(data):
        return None
    found = problems(schema, data)
    return found[0].message if found else None
