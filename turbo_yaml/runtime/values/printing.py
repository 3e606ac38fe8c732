"""Values to text: data prints as JSON, and what is no data does not print."""

from __future__ import annotations

from typing import Any, Final

from turbo_yaml.errors import LimitError
from turbo_yaml.runtime.values.bounds import FREE, check_length, limit, over, spend, weigh
from turbo_yaml.runtime.values.words import described, missing, not_there, wrong_kind, wrong_value

_PLAIN: Final = 30
_INDENTED: Final = 80
"""What each part of data and each character in it costs as JSON."""


def text(value: Any) -> str:
    """Return a value as a text shows it: text as it is, data as JSON. `FlowError` for null and functions."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return _digits(value)
    return _slow_text(value)


def _slow_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None:
        raise wrong_kind("a text cannot show null", "use `default('…', true)`, or test it with `is none`")
    if value is missing:
        raise not_there("there is no value here")
    return json_text(value)


def json_text(
    value: Any, indent: int | str | None = None, *, sort_keys: bool = False, escape: bool = False
) -> str:
    """Return data as JSON: on one line, or indented. `escape`: all but ASCII as `\\u` escapes."""
    import json

    size = weigh(value, indent if isinstance(indent, int) else 0)
    spend(400 + size * (_PLAIN if indent is None else _INDENTED))
    separators = (",", ":") if indent is None else (",", ": ")
    try:
        found = json.dumps(
            value,
            indent=indent,
            separators=separators,
            sort_keys=sort_keys,
            ensure_ascii=escape,
            allow_nan=False,
            default=_as_data,
        )
    except ValueError as error:
        if "out of range" in str(error).lower():
            raise wrong_value("a text cannot show a number that is infinite or undefined") from None
        raise LimitError("a whole number is too long to be shown") from None
    except TypeError:
        raise wrong_kind("the keys of a map that a text shows are texts or numbers") from None
    except RecursionError:
        raise LimitError("the data goes too deep to be shown") from None
    check_length(len(found))
    return found


def _as_data(value: Any) -> Any:
    if isinstance(value, range):
        return list(value)
    raise wrong_kind(f"a text cannot show {described(value)}", "call it, or take a part of it")


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:
        raise LimitError("a whole number is too long to be shown") from None


def concat(*values: Any) -> str:
    """Return values as one text, as long as a text may be."""
    texts = [text(value) for value in values]
    check_length(sum(map(len, texts)))
    return "".join(texts)


def bounded(value: str) -> str:
    """Return a text that was just made, if it is no longer than a text may be."""
    if len(value) > FREE:
        spend(len(value))
        if len(value) > limit("output"):
            raise over(f"a text of {len(value)} characters", "output")
    return value


def truth(value: Any) -> bool:
    """Return whether a condition holds; text is an error, because any text would do."""
    if isinstance(value, str):
        raise wrong_kind(
            "this condition is text, and any text would be true",
            "compare it: `… == 'yes'`, or `… is defined`",
        )
    if value is missing or (callable(value) and not isinstance(value, type(None))):
        raise wrong_kind(f"this condition is {described(value)}", "call it, or compare it")
    return bool(value)
