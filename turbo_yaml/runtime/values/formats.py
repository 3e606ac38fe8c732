"""`'%s' % x` and `'{}'.format(x)`, with the rules of templates for what they reach and how much they make."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turbo_yaml.runtime.values.bounds import check_length, check_padding
from turbo_yaml.runtime.values.words import described, missing, wrong_kind, wrong_value

_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?"
    r"[hlL]?(?P<type>.)",
    re.DOTALL,
)
_SPEC = re.compile(
    r"(?:.?[<>=^])?[-+ ]?z?#?0?(?P<width>\d+)?[_,]?(?:\.(?P<precision>\d+))?[a-zA-Z%]?", re.DOTALL
)
_NUMBER_TYPES = frozenset("diouxXeEfFgG")


def percent(template: str, values: Any) -> str:
    """Return `template % values`. Values print as in any text; widths are bounded."""
    mark = mark_of(template)
    template = str(template)
    filler = _Percent(values, mark)
    parts: list[str] = []
    done = 0
    length = 0
    for found in _PERCENT.finditer(template):
        part = template[done : found.start()] + filler.fill(found)
        length += len(part)
        check_length(length)
        parts.append(part)
        done = found.end()
    if "%" in template[done:]:
        raise wrong_value("this format ends in the middle of a `%`", "write `%%` for a percent sign")
    filler.finish()
    whole = "".join([*parts, template[done:]])
    return whole if mark is None else mark(whole)


def mark_of(text: str) -> Any:
    """Return the type of text that is marked as safe in HTML, and escapes what joins it; None for others."""
    return None if type(text) is str or not hasattr(text, "__html__") else type(text)


class _Percent:
    """Fills the places of one `%` format, in order or by name."""

    def __init__(self, values: Any, mark: Any) -> None:
        self.mark = mark
        self.by_name = values if isinstance(values, Mapping) else None
        self.in_order = list(values) if isinstance(values, tuple) else [values]
        self.next = 0

    def fill(self, found: re.Match[str]) -> str:
        kind = found["type"]
        if kind == "%":
            return "%"
        width = self._size(found["width"])
        precision = self._size(found["precision"])
        value = self._value(found["key"])
        spec = f"%{found['flags']}{'' if width is None else width}"
        spec += "" if precision is None else f".{precision}"
        if kind in "sra":
            return str((spec + "s") % self._escaped(value, kind))
        if kind in _NUMBER_TYPES or kind == "c":
            try:
                return str((spec + kind) % value)
            except (TypeError, OverflowError):
                raise wrong_kind(f"`%{kind}` takes a number, not {described(value)}") from None
        raise wrong_value(f"`%{kind}` means nothing in a format", "write `%%` for a percent sign")

    def _escaped(self, value: Any, kind: str) -> str:
        if self.mark is None:
            return _shown(value, kind)
        return str(self.mark.escape(value if isinstance(value, self.mark) else _shown(value, kind)))

    def _size(self, written: str | None) -> int | None:
        if written is None:
            return None
        size = self._value(None) if written == "*" else int(written[:9] or "0")
        if not isinstance(size, int):
            raise wrong_kind(f"a width is a whole number, not {described(size)}")
        check_padding(size)
        return size

    def _value(self, key: str | None) -> Any:
        if key is not None:
            if self.by_name is None:
                raise wrong_kind(f"`%({key})s` takes a map, not {described(self.in_order[0])}")
            if key not in self.by_name:
                raise wrong_value(f"this format asks for `{key}`, which was not given")
            return self.by_name[key]
        if self.next >= len(self.in_order):
            raise wrong_value(f"this format asks for more than the {len(self.in_order)} given")
        self.next += 1
        return self.in_order[self.next - 1]

    def finish(self) -> None:
        if self.by_name is None and self.next < len(self.in_order):
            raise wrong_value(f"this format asks for {self.next}, and {len(self.in_order)} were given")


def _shown(value: Any, how: str) -> str:
    """Return a value as text, in quotes where `%r` or `!r` ask for them."""
    from turbo_yaml.runtime.values.printing import text

    if how == "s" or not isinstance(value, str):
        shown = text(value)
        return ascii(shown)[1:-1] if how == "a" else shown
    check_length(len(value))
    return ascii(str(value)) if how == "a" else repr(str(value))


def format_text(template: str, /, *args: Any, **kwargs: Any) -> str:
    """Return `template.format(…)`, with attributes and keys by the rules of templates."""
    return _Formatter(mark_of(template)).whole(template, args, kwargs)


def format_map(template: str, values: Any, /) -> str:
    """Return `template.format_map(values)`, as `format_text` does."""
    if not isinstance(values, Mapping):
        raise wrong_kind(f"`format_map` takes a map, not {described(values)}")
    return _Formatter(mark_of(template)).whole(template, (), values)


_UNKNOWN: Final = re.compile(r"Unknown format code '(.*)' for object of type '(\w+)'", re.DOTALL)
_KINDS: Final = {"int": "whole numbers", "float": "numbers", "str": "texts"}


def _in_words(problem: str) -> str:
    """Return what Python says of a format, without its own words for types."""
    found = _UNKNOWN.fullmatch(problem)
    if found is None:
        return problem[:1].lower() + problem[1:]
    return f"`{found[1]}` is no format of {_KINDS.get(found[2], 'such values')}"


class _Formatter(string.Formatter):
    def __init__(self, mark: Any) -> None:
        self.mark = mark
        self.length = 0

    def whole(self, template: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """Return the template filled in, marked as the template is."""
        try:
            filled = self.vformat(str(template), args, kwargs)
        except ValueError as error:
            raise wrong_value(f"this format cannot be read: {_in_words(str(error))}") from None
        return filled if self.mark is None else self.mark(filled)

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            if key >= len(args):
                raise wrong_value(f"this format asks for number {key}, and {len(args)} were given")
            return args[key]
        if key not in kwargs:
            raise wrong_value(f"this format asks for `{key}`, which was not given")
        return kwargs[key]

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        from turbo_yaml.runtime.values.access import attr, item

        first, *_ = re.split(r"[.\[]", field_name, maxsplit=1)
        value = self.get_value(int(first) if first.isdigit() else first, args, kwargs)
        for found in re.finditer(r"\.([^.\[]+)|\[([^\]]+)\]", field_name[len(first) :]):
            if found[1] is not None:
                value = attr(value, found[1])
            else:
                value = item(value, int(found[2]) if found[2].isdigit() else found[2])
        return value, first

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion is None:
            return value
        if conversion not in "sra":
            raise wrong_value(f"`!{conversion}` means nothing in a format")
        return _shown(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        spec = _SPEC.fullmatch(format_spec)
        if spec is None:
            raise wrong_value(f"`:{format_spec}` means nothing in a format")
        for size in (spec["width"], spec["precision"]):
            check_padding(int(size[:9]) if size else 0)
        if self.mark is not None and isinstance(value, self.mark) and not format_spec:
            return str(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not format_spec:
            if value is missing:
                raise wrong_value("there is no value to format")
            value = _shown(value, "s")
        part = format(value, format_spec)
        if self.mark is not None:
            part = str(self.mark.escape(part))
        self.length += len(part)
        check_length(self.length)
        return part
