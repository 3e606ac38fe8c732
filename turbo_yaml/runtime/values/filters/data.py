"""Filters between data and text: JSON, JSON lines, CSV and YAML."""

from __future__ import annotations

from typing import Any

from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.values.bounds import check_length, check_padding, limit, weigh
from turbo_yaml.runtime.values.filters.costs import charge
from turbo_yaml.runtime.values.printing import json_text
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

_LONGEST_YAML = 200_000


def json(value: Any, indent: int = 2) -> str:
    """Return data as indented JSON."""
    check_padding(indent)
    return json_text(value, indent)


def tojson(value: Any, indent: int | None = None) -> str:
    """Return data as Jinja's `tojson` does: sorted keys, safe inside HTML."""
    import json as json_module

    from markupsafe import Markup

    check_padding(indent)
    charge("tojson", weigh(value, indent or 0))
    try:
        found = json_module.dumps(value, sort_keys=True, indent=indent, allow_nan=False, default=_no_data)
    except (TypeError, ValueError, RecursionError) as error:
        raise wrong_value(
            "`tojson` takes data whose keys are of one kind and whose numbers are finite"
        ) from error
    for char, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027")):
        check_length(len(found) + found.count(char) * 5)
        found = found.replace(char, escape)
    return Markup(found)


def _no_data(value: Any) -> Any:
    if isinstance(value, range):
        return list(value)
    raise wrong_kind(f"`tojson` cannot show {described(value)}")


def fromjson(value: Any) -> Any:
    """Return the data that a JSON text holds."""
    return _json(_written(value, "fromjson"), 0)


def fromjsonl(value: Any) -> list[Any]:
    """Return the data in each line of a text that is not empty."""
    written = _written(value, "fromjsonl")
    return [_json(line, number) for number, line in enumerate(written.split("\n")) if line.strip()]


def _json(written: str, lines_before: int) -> Any:
    import json as json_module

    try:
        return json_module.loads(written, parse_constant=_refuse_constant)
    except json_module.JSONDecodeError as error:
        place = f"line {lines_before + error.lineno}, column {error.colno}"
        raise wrong_value(f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]} at {place}") from None
    except ValueError:
        raise wrong_value("a number in this JSON is too long") from None
    except RecursionError:
        raise LimitError("this JSON is nested too deep") from None


def fromcsv(value: Any) -> list[Any]:
    """Return the rows of a CSV text as maps of texts; its first line has their names."""
    import csv
    import io

    rows = csv.DictReader(io.StringIO(_written(value, "fromcsv"), newline=""), strict=True)
    found: list[Any] = []
    try:
        for row in rows:
            if None in row or None in row.values():
                raise csv.Error("a row has not as many fields as the first line has names")
            found.append(row)
    except csv.Error as error:
        raise wrong_value(f"this is no CSV: {error} at line {max(rows.line_num, 1)}") from None
    return found


def _refuse_constant(name: str) -> Any:
    raise FlowError(f"this is no JSON: `{name}` is no number", kind="value")


def fromyaml(value: Any) -> Any:
    """Return the data that a YAML text holds, by the rules of flow files."""
    from turbo_yaml.source import Source
    from turbo_yaml.syntax.loader import parse_yaml
    from turbo_yaml.syntax.scalars import data_of

    written = _written(value, "fromyaml")
    if len(written) > _LONGEST_YAML:
        raise LimitError(f"`fromyaml` reads at most {_LONGEST_YAML} characters")
    if not written.strip():
        return None
    source = Source("text", written)
    node, found = parse_yaml(source)
    if node is None or found:
        raise wrong_value(f"this is no YAML: {_first(source, found)}")
    data, doubts = data_of(node, source)
    if doubts:
        raise wrong_value(f"this YAML is in doubt: {_first(source, doubts)}", doubts[0].help)
    return data


def _first(source: Any, found: list[Any]) -> str:
    if not found:
        return "it is empty"
    line, column = source.position(found[0].span.start)
    return f"{found[0].message} at line {line}, column {column}"


def _written(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise wrong_kind(f"`{name}` takes text, not {described(value)}")
    charge(name, len(value))
    return str(value)


_WIDTH = 80


def _margin(value: Any) -> int:
    """Return how far to the right the innermost part of data may stand: what is before it, level by level."""
    widest = 0
    level = [value]
    while level:
        keys = [key for part in level if isinstance(part, dict) for key in part]
        widest += max((len(key) if isinstance(key, str) else 20 for key in keys), default=0) + 4
        level = [
            item
            for part in level
            if isinstance(part, dict | list | tuple)
            for item in (part.values() if isinstance(part, dict) else part)
        ]
    return widest


def pprint(value: Any) -> str:
    """Return data as Python shows it, on lines that are not too long."""
    from pprint import pformat

    size = weigh(value)
    charge("pprint", size)
    margin = _margin(value)
    if margin > _WIDTH and margin * size > limit("output") * 4:
        raise LimitError("the keys of this data are too long to show it so", hint="use `json`")
    found = pformat(value)
    check_length(len(found))
    return found


FILTERS = {
    function.__name__: function for function in (json, tojson, fromjson, fromjsonl, fromcsv, fromyaml, pprint)
}
