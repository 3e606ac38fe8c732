"""What lowered templates call at run time; see `turbo_yaml.codegen.templates.SUPPORT`."""

from types import SimpleNamespace

from turbo_yaml.runtime.values.access import as_key, attr, cut, get, item, known, undefined
from turbo_yaml.runtime.values.calls import invoke, mapping, method, namespace, now, number_range, put
from turbo_yaml.runtime.values.filters import filters
from turbo_yaml.runtime.values.operators import (
    add,
    divide,
    eq,
    floordiv,
    ge,
    gt,
    is_in,
    le,
    lt,
    mod,
    mul,
    ne,
    neg,
    pos,
    power,
    sub,
)
from turbo_yaml.runtime.values.printing import bounded, concat, text, truth
from turbo_yaml.runtime.values.tests import TESTS
from turbo_yaml.runtime.values.words import missing
from turbo_yaml.runtime.values.writing import renders, taking, unpack

tests = SimpleNamespace(**{name: test for name, test in TESTS.items() if name.isidentifier()})
"""What generated code calls: `tests.even(x)`."""

__all__ = [
    "add",
    "as_key",
    "attr",
    "bounded",
    "concat",
    "cut",
    "divide",
    "eq",
    "filters",
    "floordiv",
    "ge",
    "get",
    "gt",
    "invoke",
    "is_in",
    "item",
    "known",
    "le",
    "lt",
    "mapping",
    "method",
    "missing",
    "mod",
    "mul",
    "namespace",
    "ne",
    "neg",
    "now",
    "number_range",
    "pos",
    "power",
    "put",
    "renders",
    "sub",
    "taking",
    "tests",
    "text",
    "truth",
    "undefined",
    "unpack",
]
