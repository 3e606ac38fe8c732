"""What goes wrong in a flow to an error in its author's words, with its place in the flow."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Final, NamedTuple

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.frames import HostFailed
from turbo_yaml.runtime.loops import label
from turbo_yaml.source import Source, Span

Failures: Final = (FlowError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)
"""What `catch` catches: failures of the flow, and what an expression can raise. Never a cancellation."""

Closing: Final = (GeneratorExit, CancelledError, KeyboardInterrupt, SystemExit, HostFailed)
"""What ends a run from outside: no step is done after it, `finally` or not."""


def failure(message: str, *, kind: str = "raised") -> FlowError:
    """Return the error of a `raise` or `assert` step."""
    return FlowError(message, kind=kind)


def no_case(value: Any, cases: Sequence[str]) -> FlowError:
    """Return the error of a `match` without a case for a value, which is a label."""
    found = label(value)
    return FlowError(
        f"there is no case for `{found:.200}`",
        kind="no_case",
        hint=did_you_mean(found, cases) or "add an `else`",
    )


def fits(value: Any, schema: Mapping[str, Any], place: Place | None = None) -> Any:
    """Return an outcome with defaults filled in; `FlowError` of kind `output` where it is not of the type.

    `place` is where that is told where no step of a flow is at work.
    """
    from turbo_yaml.types.filling import fill
    from turbo_yaml.types.validation import problems

    value = fill(schema, value)
    found = problems(schema, value)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        problem = FlowError(f"the flow's `output` does not fit: {found[0].message}{more}", kind="output")
        if place is not None:
            problem.source, problem.span = place
        raise problem
    return value


def start_of(generator: Any, source: Source | None) -> Place | None:
    """Return the line in which a flow begins, where that is known."""
    code = getattr(generator, "ag_code", None)
    if source is None or code is None or not 0 < code.co_firstlineno <= len(source.starts):
        return None
    start = source.starts[code.co_firstlineno - 1]
    return Place(source, Span(start, start + len(source.line_text(code.co_firstlineno))))


def describe(problem: BaseException) -> dict[str, Any]:
    """Return what `catch` calls `error`: its `kind`, its `message`, and the `step` it came from, if known."""
    found = as_flow_error(problem)
    return {"kind": found.kind, "message": found.message, "step": found.step or _step_at(problem)}


def locate(problem: BaseException) -> BaseException:
    """Return the error with its place in the flow, in the author's words; what no flow raised, as it is."""
    place = place_of(problem) if isinstance(problem, Exception) else None
    if place is None:
        return problem
    found = as_flow_error(problem)
    if found.source is None:
        found.source, found.span = place
    if found.step is None:
        found.step = _step_at(problem)
    if found is not problem:
        found.__cause__ = problem
    return found


def as_flow_error(problem: BaseException) -> FlowError:
    """Return a failure of Python as one of the flow, in the author's words; a `FlowError` as it is."""
    if isinstance(problem, FlowError):
        return problem
    match problem:
        case ZeroDivisionError():
            return FlowError("division by zero", kind="value")
        case OverflowError():
            return FlowError("a number is too large", kind="value")
        case MemoryError():
            return LimitError("there is not enough memory for this")
        case RecursionError():
            return LimitError("something goes too deep into itself", kind="depth")
        case KeyError() | IndexError():
            missing = problem.args[0] if isinstance(problem, KeyError) and problem.args else None
            text = "there is no such item" if missing is None else f"there is no item `{missing}`"
            return FlowError(text, kind="value")
        case TypeError():
            return FlowError(_in_words(str(problem)), kind="type")
    return FlowError(str(problem) or type(problem).__name__, kind="value")


class Place(NamedTuple):
    """A span of a flow's text."""

    source: Source
    span: Span


def place_of(problem: BaseException) -> Place | None:
    """Return where in a flow an error came up: the innermost line of generated code in its traceback."""
    innermost: TracebackType | None = None
    traceback = problem.__traceback__
    while traceback is not None:
        if "__turbo_source__" in traceback.tb_frame.f_globals:
            innermost = traceback
        traceback = traceback.tb_next
    if innermost is None:
        return None
    source: Source = innermost.tb_frame.f_globals["__turbo_source__"]
    return Place(source, _span(source, innermost))


def _span(source: Source, traceback: TracebackType) -> Span:
    code = traceback.tb_frame.f_code
    positions = next(islice(code.co_positions(), traceback.tb_lasti // 2, None), (None,) * 4)
    line, end_line, column, end_column = positions
    if line is None:
        line = traceback.tb_lineno
    line = max(1, min(line, len(source.starts)))
    start = source.offset_of_byte(line, column or 0)
    if end_line is None or end_column is None or not line <= end_line <= len(source.starts):
        return Span(start, source.starts[line - 1] + len(source.line_text(line)))
    return Span(start, max(start, source.offset_of_byte(end_line, end_column)))


def _step_at(problem: BaseException) -> str | None:
    place = place_of(problem)
    if place is None:
        return None
    return f"{place.source.name}:{place.source.position(place.span.start).line}"


_TYPES: Final = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "list": "a list",
    "tuple": "a list",
    "dict": "a map",
    "NoneType": "null",
}
_TYPE_ERRORS: Final = (
    (
        r"unsupported operand type\(s\) for ([^:]+): '(\w+)' and '(\w+)'",
        "`{0}` does not work with {1} and {2}",
    ),
    (
        r"'([<>=]+)' not supported between instances of '(\w+)' and '(\w+)'",
        "`{0}` does not work with {1} and {2}",
    ),
    (r"bad operand type for unary ([^:]+): '(\w+)'", "`{0}` does not work with {1}"),
    (r"can only concatenate (\w+) \(not \"(\w+)\"\) to", "`+` does not work with {0} and {1}"),
    (
        r"can't multiply sequence by non-int of type '(\w+)'",
        "`*` does not work with {0} and a list",
    ),
    (r"'(\w+)' object is not iterable", "{0} has no items to go through"),
    (r"'(\w+)' object is not subscriptable", "{0} has no items"),
    (r"object of type '(\w+)' has no len\(\)", "{0} has no length"),
    (r"'(\w+)' object is not callable", "{0} cannot be called"),
    (
        r"(?:.*\.)?(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) w",
        "`{0}` takes {1} values in a row, and got {2}",
    ),
    (
        r"(?:.*\.)?(\w+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: '(\w+)'",
        "`{0}` needs a value for `{1}`",
    ),
    (r"(?:.*\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'", "`{0}` has no parameter `{1}`"),
    (
        r"argument of type '(\w+)' is not (?:iterable|a container)",
        "{0} has nothing in it to look for",
    ),
)


def _in_words(message: str) -> str:
    """Return what Python says of a wrong type, in the words of YAML."""
    for pattern, words in _TYPE_ERRORS:
        found = re.match(pattern, message)
        if found is not None:
            return words.format(*(_TYPES.get(group, group) for group in found.groups()))
    return message
