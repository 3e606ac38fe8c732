"""What stands after `generate`, `retry` and `forget` to values."""

from __future__ import annotations

from typing import Any

from turbo_yaml.errors import UsageError
from turbo_yaml.flow.nodes import Constant, Named, Retry
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, is_null, is_template, shape
from turbo_yaml.flow.readers.keys import read_keys, table_of
from turbo_yaml.flow.readers.quantities import read_whole
from turbo_yaml.flow.readers.scalars import check_tag, read_plain
from turbo_yaml.flow.readers.values import value_of
from turbo_yaml.flow.vocabulary import (
    COMMON_KEYS,
    FORGET_KEYS,
    HEADS,
    RETRY_KEYS,
    TURN_KEYS,
    Key,
    Slot,
)
from turbo_yaml.settings.fitting import fit_setting
from turbo_yaml.settings.keys import STEP, LayerKind
from turbo_yaml.settings.kinds import Anything, Either, Kind, ListOf, MapOf, Maybe, Record, takes_words
from turbo_yaml.settings.patch import apply
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.syntax import Entry, Node, Scalar, Sequence
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax.scalars import read_value

_TURN = table_of("`generate`", TURN_KEYS)
_RETRY = table_of("`retry`", RETRY_KEYS)
_FORGET = table_of("`forget`", FORGET_KEYS)
_BESIDE = {key.name for key in (*HEADS["generate"].keys, *COMMON_KEYS)} - STEP.keys.keys()


def read_turn(reading: Reading, node: Node, key: Key) -> Any:
    """Read what a model turn is asked for, and its settings: a dict with the fields of `Turn`."""
    if is_null(node):
        if "otherwise" in reading.step:
            _report_otherwise(reading, reading.step["otherwise"])
            return WRONG
        return {}
    if not isinstance(node, MappingNode):
        return _report_no_mapping(reading, node)
    if not check_tag(reading, node):
        return WRONG
    own = {name: entry for name, entry in node.entries.items() if name in _TURN.keys}
    others = {
        name: entry for name, entry in node.entries.items() if name not in own and not name.startswith("x-")
    }
    given, good = read_keys(reading, own, _TURN, node.span)
    settings = _settings(reading, others, node)
    if "otherwise" in reading.step and "tools" not in own:
        good = _report_otherwise(reading, reading.step["otherwise"])
    if "timeout" in others and "timeout" in reading.step:
        good = _report_twice(reading, others["timeout"])
    if not good or settings is WRONG:
        return WRONG
    if "lines" in given:
        given["output"] = given.pop("lines")
    if "profile" in given:
        word, profile = own["profile"]
        settings = (Named("profile", word.span, Constant(given.pop("profile"), profile.span)), *settings)
    return {**given, "settings": settings}


def _report_no_mapping(reading: Reading, node: Node) -> Any:
    help = "`generate: {temperature: 0}`"
    if isinstance(node, Scalar) and len(node.text) <= 60 and "\n" not in node.text:
        help = f"to say it to the model first: `- user: {node.text}`"
        if node.text in ("true", "yes", "on"):
            help = "it needs no value: `- generate`"
    message = f"`generate` takes nothing or a mapping; this is {shape(node)}"
    return reading.report("wrong-kind", message, node, help)


def _settings(reading: Reading, entries: dict[str, Entry], node: MappingNode) -> Any:
    """Return the settings of one turn: typed constants, and templates as they are."""
    constant: dict[str, Entry] = {}
    found: dict[str, Named] = {}
    good = True
    for name, entry in entries.items():
        if name in _BESIDE:
            _report_misplaced(reading, name, entry)
            good = False
        elif name in STEP.keys and _is_template(STEP.keys[name].kind, entry.value):
            value = value_of(reading, entry.value)
            good = good and value is not WRONG
            found[name] = Named(name, entry.key.span, value)
        elif (value := _plain_number(name, entry.value)) is not None:
            found[name] = Named(name, entry.key.span, Constant(value, entry.value.span))
        else:
            constant[name] = entry
    if constant:
        layer = MappingNode(constant, node.start, node.end, node.flow)
        patch, problems = read_settings(layer, reading.source, LayerKind.STEP)
        good = not reading.take(problems) and good
        for name, value in apply(patch, {}).items() if good else ():
            entry = constant[name]
            found[name] = Named(name, entry.key.span, Constant(value, entry.value.span))
    return tuple(found[name] for name in entries if name in found) if good else WRONG


def _plain_number(name: str, node: Node) -> object:
    """Return a number, `true` or `false` that fits a setting: the commonest, without reading a layer."""
    if not isinstance(node, Scalar) or node.style or node.tag is not None or name not in STEP.keys:
        return None
    if takes_words(STEP.keys[name].kind):
        return None
    value, problem = read_value(node)
    if problem is not None or not isinstance(value, bool | int | float):
        return None
    typed, misfit = fit_setting(name, value)
    return typed if misfit is None else None


def _report_misplaced(reading: Reading, name: str, entry: Entry) -> None:
    help = "it stands beside `generate`: one line below, and as far left"
    reading.report("unknown-key", f"`{name}` is no setting of a turn", entry.key.span, help)


def _report_otherwise(reading: Reading, entry: Entry) -> bool:
    message = "`otherwise` is for turns that call tools, and this one has no `tools`"
    reading.report("missing-key", message, entry.key, "`generate: {tools: [find_order]}`")
    return False


def _report_twice(reading: Reading, entry: Entry) -> bool:
    place = reading.related("`timeout` is here too", reading.step["timeout"].key.span)
    message = "`timeout` stands here and beside `generate`"
    reading.report("repeated-setting", message, entry.key, "keep one of them", place)
    return False


def _is_template(kind: Kind, node: Node) -> bool:
    """Tell whether a setting is worked out in the run."""
    return _has_template(node) and _may_be(kind, node)


def _may_be(kind: Kind, node: Node) -> bool:
    """Tell whether a setting may be a text that is a template, or a list or a map with some in it."""
    match kind:
        case Maybe(inner):
            return _may_be(inner, node)
        case Either() | Anything():
            return True
        case ListOf():
            return not isinstance(node, MappingNode)
        case MapOf() | Record():
            return not isinstance(node, Sequence)
    return isinstance(node, Scalar)


def _has_template(node: Node) -> bool:
    if isinstance(node, Scalar):
        return is_template(node.text)
    if isinstance(node, Sequence):
        return any(_has_template(item) for item in node.items)
    return any(_has_template(entry.value) for entry in node.entries.values())


def read_retry(reading: Reading, node: Node, key: Key) -> Any:
    """Read how many times to try again, or the whole policy."""
    if isinstance(node, Scalar):
        times = read_whole(reading, node, key)
        return WRONG if times is WRONG else Retry(times)
    if not isinstance(node, MappingNode):
        help = "`retry: 3`, or `{times, wait, backoff, max, on}`"
        return reading.report(
            "wrong-kind", f"`retry` takes a number or a mapping; this is {shape(node)}", node, help
        )
    if not check_tag(reading, node):
        return WRONG
    given, good = read_keys(reading, node.entries, _RETRY, node.span)
    return Retry(**given) if good else WRONG


def read_forget(reading: Reading, node: Node, key: Key) -> Any:
    """Read which messages to drop: a dict with the fields of `Forget`."""
    help = "`forget: all`, `forget: {label: name}` or `forget: {last: 2}`"
    if isinstance(node, Scalar) and node.text == "all":
        return {} if check_tag(reading, node) else WRONG
    if not isinstance(node, MappingNode):
        return reading.report("wrong-value", "`forget` takes `all`, or which messages to forget", node, help)
    if not check_tag(reading, node):
        return WRONG
    given, good = read_keys(reading, node.entries, _FORGET, node.span)
    if not good:
        return WRONG
    if len(given) != 1:
        rule = "conflicting-keys" if given else "missing-key"
        return reading.report(rule, "`forget` takes one of `label` and `last`", node, help)
    return given


def read_lines(reading: Reading, node: Node, key: Key) -> Any:
    """Read typed lines as the type of what they hold."""
    text = read_plain(reading, node, key)
    if text is WRONG:
        return WRONG
    from turbo_yaml.types.lines import lines_schema

    try:
        return lines_schema(text)
    except UsageError as problem:
        return reading.report("wrong-value", problem.message, node, problem.hint)


TURN_SLOTS: dict[Slot, Reader] = {
    "lines": read_lines,
    "turn": read_turn,
    "retry": read_retry,
    "forget": read_forget,
}
