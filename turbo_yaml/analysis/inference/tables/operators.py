"""What operators give, and whether they can work with two types at all."""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    BOOLEAN,
    FALSE,
    INTEGER,
    LIST,
    NUMBER,
    TEXT,
    TRUE,
    Lists,
    Numbers,
    Type,
    is_never,
    join,
    kinds_of,
)

SIGNS: Final[dict[type[nodes.Node], str]] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
COMPARISONS: Final = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}


_SOME_NUMBER: Final = Type(number=Numbers(rounded=True))
"""A number of which it is not known that it has a fraction."""


def is_number(type_: Type) -> bool:
    """Tell whether a value may be a number; true and false count as 1 and 0."""
    return type_.number is not None or type_.boolean is not None


def _whole(type_: Type) -> bool:
    return type_.number is None or type_.number.whole


def arithmetic(sign: str, left: Type, right: Type) -> Type | None:
    """Return what `left sign right` can be, None where the operator works with no such values."""
    if left.any or right.any:
        return _with_any(sign, left, right)
    found = _number_result(sign, left, right)
    text = TEXT if _text_result(sign, left, right) else None
    list_ = _list_result(sign, left, right)
    for other in (text, list_):
        if other is not None:
            found = other if found is None else join(found, other)
    return found


def _with_any(sign: str, left: Type, right: Type) -> Type | None:
    """Return what can be said where one side is unknown: the other may fit nothing all the same."""
    known = right if left.any else left
    if known.any or is_never(known):
        return ANY
    fits = is_number(known)
    if sign == "+" or sign == "*":
        fits = fits or known.text is not None or known.list is not None
    elif sign == "%":
        fits = fits or left.any or known.text is not None
    if not fits:
        return None
    return _sum_with_any(known) if sign == "+" else ANY


def _sum_with_any(known: Type) -> Type:
    """Return what comes of adding something unknown to a value: it is of the same kind, or it fails."""
    kinds = kinds_of(known)
    if len(kinds) != 1 or known.boolean is not None:
        return ANY
    if known.number is not None:
        return _SOME_NUMBER
    return TEXT if known.text is not None else LIST


def _number_result(sign: str, left: Type, right: Type) -> Type | None:
    if not (is_number(left) and is_number(right)):
        return None
    if sign in ("/", "**"):
        return NUMBER
    return INTEGER if _whole(left) and _whole(right) else NUMBER


def _text_result(sign: str, left: Type, right: Type) -> bool:
    if sign == "%":
        return left.text is not None
    if sign == "+":
        return left.text is not None and right.text is not None
    if sign == "*":
        return (left.text is not None and is_number(right)) or (right.text is not None and is_number(left))
    return False


def _list_result(sign: str, left: Type, right: Type) -> Type | None:
    if sign == "+" and left.list is not None and right.list is not None:
        return Type(list=Lists(join(left.list.items, right.list.items)))
    if sign == "*":
        for list_, times in ((left.list, right), (right.list, left)):
            if list_ is not None and is_number(times):
                return Type(list=Lists(list_.items))
    return None


def compared(operator: str, left: Type, right: Type) -> Type | None:
    """Return what a comparison can be, None where the operator works with no such values."""
    if operator in ("eq", "ne"):
        return _equality(operator, left, right)
    if left.any or right.any:
        return BOOLEAN if operator not in ("in", "notin") or searchable(right) else None
    if operator in ("in", "notin"):
        return BOOLEAN if _can_hold(left, right) else None
    fits = is_number(left) and is_number(right)
    fits = fits or (left.text is not None and right.text is not None)
    fits = fits or (left.list is not None and right.list is not None)
    return BOOLEAN if fits else None


def searchable(type_: Type) -> bool:
    return (
        type_.any
        or is_never(type_)
        or type_.text is not None
        or type_.list is not None
        or type_.map is not None
    )


def _can_hold(left: Type, right: Type) -> bool:
    """Tell whether a value can be looked for in another; a map takes texts and numbers as keys."""
    if right.list is not None or right.map is not None:
        return True
    return right.text is not None and left.text is not None


def _equality(operator: str, left: Type, right: Type) -> Type:
    same = _known_equal(left, right)
    if same is None:
        return BOOLEAN
    return TRUE if same == (operator == "eq") else FALSE


def _known_equal(left: Type, right: Type) -> bool | None:
    """Return whether two values are surely equal, or surely not; None where that is open."""
    if left.any or right.any or is_never(left) or is_never(right):
        return None
    if not may_be_equal(left, right):
        return False
    constants = _only_label(left), _only_label(right)
    return True if constants[0] is not None and constants[0] == constants[1] else None


def _only_label(type_: Type) -> str | None:
    if type_.text is None or type_.text.labels is None or len(type_.text.labels) != 1:
        return None
    (label,) = type_.text.labels
    return label if is_never(type_._replace(text=None)) else None


def may_be_equal(left: Type, right: Type) -> bool:
    """Tell whether some value of one type equals some value of the other."""
    if left.any or right.any or is_never(left) or is_never(right):
        return True
    if left.function is not None or right.function is not None or left.state or right.state:
        return True
    if left.null and right.null:
        return True
    if is_number(left) and is_number(right):
        return _booleans_meet(left, right)
    if left.list is not None and right.list is not None:
        return True
    if left.map is not None and right.map is not None:
        return True
    if left.text is None or right.text is None:
        return False
    known, other = left.text.labels, right.text.labels
    return known is None or other is None or not known.isdisjoint(other)


def _booleans_meet(left: Type, right: Type) -> bool:
    if left.number is not None or right.number is not None:
        return True
    assert left.boolean is not None
    assert right.boolean is not None
    values = {left.boolean.value, right.boolean.value}
    return None in values or len(values) == 1
