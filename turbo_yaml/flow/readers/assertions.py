"""`expect` to typed assertions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow.assertions import (
    ALONE,
    ASSERTIONS,
    BOUNDS_KEYS,
    COUNT_KEYS,
    FAILURE_KEYS,
    MESSAGE,
    NOT,
    PRICE_KEYS,
    SEQUENCE_KEYS,
    TOOL_ARGS_KEYS,
)
from turbo_yaml.flow.nodes import Constant, Named
from turbo_yaml.flow.nodes.tests import Assertion
from turbo_yaml.flow.patterns import LARGEST
from turbo_yaml.flow.readers.context import (
    WRONG,
    Reader,
    Reading,
    brief,
    is_empty,
    is_hole,
    is_null,
    is_template,
    shape,
)
from turbo_yaml.flow.readers.keys import Table, as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.quantities import read_whole
from turbo_yaml.flow.readers.scalars import check_tag, check_tags, read_word, text_of
from turbo_yaml.flow.readers.values import read_constant, value_of
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.flow.words import meant
from turbo_yaml.source import Span
from turbo_yaml.syntax import Mapping, Node, Scalar, Sequence
from turbo_yaml.syntax.scalars import read_value, slot_text
from turbo_yaml.types.shorthand import parse_type

_TABLES: dict[str, Table] = {}
_FAILURE = table_of("`error`", FAILURE_KEYS)
_BOUNDS = table_of("`word-count`", BOUNDS_KEYS, any_of=("min", "max"))
_COUNT = table_of("`trajectory:step-count`", COUNT_KEYS, any_of=("min", "max"))
_SEQUENCE = table_of("a sequence", SEQUENCE_KEYS)
_TOOL_ARGS = table_of("`trajectory:tool-args-match`", TOOL_ARGS_KEYS)
_PRICES = table_of("`prices`", PRICE_KEYS)


def read_expect(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of assertions."""
    help = f"`{key.name}: [{{contains: …}}]`"
    items = items_of(reading, node, f"`{key.name}`", help)
    return WRONG if items is WRONG else all_of(_assertion(reading, item) for item in items)


def _assertion(reading: Reading, node: Node) -> Any:
    if isinstance(node, Scalar) and not is_hole(node):
        return _bare(reading, node)
    found = as_mapping(reading, node, "an assertion", "`- contains: …`")
    if found is None or not check_tag(reading, found):
        return WRONG
    heads = [word for word in found.entries if _known(word) is not None]
    if len(heads) != 1:
        return _report_heads(reading, found, heads)
    head = heads[0]
    table, name = _table(head), _known(head)
    assert name is not None
    given, good = read_keys(reading, found.entries, table, found.entries[head].key.span)
    if not good:
        return WRONG
    return _made(head, name, found.entries[head].key.span, given)


def _bare(reading: Reading, node: Scalar) -> Any:
    """Read an assertion that is one word."""
    name = _known(node.text)
    if name is None:
        return _report_unknown(reading, node)
    key = ASSERTIONS[name].head
    if not key.empty:
        help = f"`{node.text}: …`: {key.doc}"
        return reading.report("missing-value", f"there is nothing after `{node.text}`", node, help)
    return _made(node.text, name, node.span, {})


def _made(head: str, name: str, span: Span, given: dict[str, Any]) -> Assertion:
    number = re.fullmatch(MESSAGE, head.removeprefix(NOT))
    value = given.pop(head, None)
    return Assertion(
        name=name,
        span=span,
        value=value,
        negated=head.startswith(NOT),
        number=None if number is None else int(number[1]),
        of=given.pop("of", None),
        weight=given.pop("weight", 1.0),
        soft=given.pop("soft", False),
        threshold=given.pop("threshold", ASSERTIONS[name].table["threshold"].default)
        if "threshold" in ASSERTIONS[name].table
        else None,
        options=given,
    )


def _known(word: str) -> str | None:
    """Return the name of the assertion that a head means, or None."""
    plain = word.removeprefix(NOT)
    if re.fullmatch(MESSAGE, plain):
        return "messages[0]"
    if plain == "messages[0]" or plain not in ASSERTIONS or (plain in ALONE and plain != word):
        return None
    return plain


def _table(head: str) -> Table:
    """Return the keys that may stand beside a head, the head itself among them."""
    table = _TABLES.get(head)
    if table is None:
        name = _known(head)
        assert name is not None
        verb = ASSERTIONS[name]
        key = Key(head, verb.head.slot, verb.head.doc, empty=verb.head.empty)
        table = table_of(f"`{head}`", (key, *verb.keys))
        if len(_TABLES) < 2 * len(ASSERTIONS):
            _TABLES[head] = table
    return table


def _report_heads(reading: Reading, node: Mapping, heads: list[str]) -> Any:
    entries = node.entries
    if len(heads) > 1:
        word = entries[heads[1]].key
        message = f"`{heads[0]}` and `{heads[1]}` are two assertions"
        return reading.report("two-assertions", message, word, f"begin a new one: `- {heads[1]}: …`")
    if "type" in entries and isinstance(entries["type"].value, Scalar):
        written = entries["type"].value.text
        help = f"write its name as the key: `- {written if _known(written) else 'contains'}: …`"
        return reading.report("unknown-assertion", "an assertion has no `type`", entries["type"].key, help)
    for name, entry in entries.items():
        if name not in ("of", "weight", "soft", "threshold") and not name.startswith("x-"):
            return _report_unknown(reading, entry.key)
    return reading.report("missing-key", "an assertion needs a name", node, "such as `- contains: …`")


def _report_unknown(reading: Reading, word: Scalar) -> Any:
    """Report a word that is no assertion, with the one that was meant."""
    plain = word.text.removeprefix(NOT)
    written = NOT if plain != word.text else ""
    names = [name for name in ASSERTIONS if name != "messages[0]" and not (written and name in ALONE)]
    note = ELSEWHERE.get(plain)
    near = meant(plain, names) or meant(plain.replace("_", "-"), names)
    help = note or (f"did you mean `{written}{near}`?" if near else did_you_mean(plain, names))
    help = help or "`turbo-yaml test --help` names them all"
    return reading.report("unknown-assertion", f"there is no assertion `{word.text}`", word, help)


ELSEWHERE = {
    "javascript": "a test holds no code: `- assert: …` takes an expression",
    "python": "a test holds no code: `- assert: …` takes an expression",
    "ruby": "a test holds no code: `- assert: …` takes an expression",
    "messages": "`- messages[1]: {user: …}` is about one message; `of: messages` looks at all",
    "model-graded-closedqa": "`- llm-rubric: …` asks a model",
    "g-eval": "`- llm-rubric: …` asks a model",
    "webhook": "a test reaches no server: `- assert: …` takes an expression",
    "f-score": "`- tool-call-f1: …` is one; over rows, the share of tests that pass says it",
    "trajectory:goal-success": "`- llm-rubric: …` asks a model",
    "trace-span-count": "`- trajectory:step-count: …` counts steps",
    "trace-error-spans": "`- error` and `- trajectory:step-used: …` tell how a run went",
    "trace-span-duration": "`- latency: …` is that of the run",
    "similar:cosine": "`- similar: …` compares by the cosine",
}
"""Names that others have for assertions, and what to write here instead."""


# Values ------------------------------------------------------------------------------------------------


def _has_rows(reading: Reading) -> bool:
    """Tell whether the test that is read has rows, and its texts so are templates."""
    return "cases" in reading.step


def read_test_text(reading: Reading, node: Node, key: Key) -> Any:
    """Read text: a template over the row where the test has rows."""
    if not isinstance(node, Scalar):
        help = "to have it as text, put it in quotes"
        return reading.report("wrong-kind", f"`{key.name}` takes a text; this is {shape(node)}", node, help)
    return test_text(reading, node)


def test_text(reading: Reading, node: Scalar) -> Any:
    """Return the text that a scalar is, as written or as a template."""
    if not check_tag(reading, node):
        return WRONG
    if _has_rows(reading) and is_template(node.text):
        return text_of(reading, node)
    return Constant(slot_text(node), node.span)


def read_test_value(reading: Reading, node: Node, key: Key) -> Any:
    """Read data: with templates over the row in it where the test has rows."""
    return value_of(reading, node) if _has_rows(reading) else read_constant(reading, node, key)


def read_texts(reading: Reading, node: Node, key: Key) -> Any:
    """Read one text, or a list of them."""
    if key.empty and is_empty(node):
        return ()
    if not isinstance(node, Sequence):
        one = read_test_text(reading, node, key)
        return WRONG if one is WRONG else (one,)
    if not node.items:
        return reading.report("missing-value", f"there is nothing in `{key.name}`", node)
    if not check_tag(reading, node):
        return WRONG
    return all_of(read_test_text(reading, item, key) for item in node.items)


def read_chat(reading: Reading, node: Node, key: Key) -> Any:
    """Read a message: its role and its text."""
    roles = ("system", "user", "assistant", "tool")
    help = f"`{key.name}: {{user: …}}`"
    found = as_mapping(reading, node, f"`{key.name}`", help)
    if found is None or not check_tag(reading, found):
        return WRONG
    if len(found.entries) != 1:
        message = f"`{key.name}` is one message: its role, and its text"
        return reading.report("wrong-kind", message, found, help)
    role, (word, text) = next(iter(found.entries.items()))
    if role not in roles:
        return reading.report(
            "unknown-key", f"nobody is called `{role}` in a chat", word, did_you_mean(role, roles)
        )
    if is_empty(text):
        return reading.report("missing-value", f"there is nothing after `{role}`", word)
    said = read_test_text(reading, text, Key(role, "text", ""))
    return WRONG if said is WRONG else Named(role, word.span, said)


def read_json_type(reading: Reading, node: Node, key: Key) -> Any:
    """Read a type to JSON Schema; None where none is written."""
    if is_empty(node):
        return None
    if not check_tags(reading, node):
        return WRONG
    schema, problems = parse_type(node, reading.source)
    return WRONG if reading.take(problems) else schema


def read_alone(reading: Reading, node: Node, key: Key) -> Any:
    """Read nothing, where nothing may stand."""
    if is_null(node):
        return None
    return reading.report(
        "wrong-kind", f"`{key.name}` takes no value; this is {shape(node)}", node, f"write `- {key.name}`"
    )


def read_score(reading: Reading, node: Node, key: Key) -> Any:
    """Read a number, 0 or more."""
    value, problem = read_value(node) if isinstance(node, Scalar) else (None, None)
    number = isinstance(value, int | float) and not isinstance(value, bool) and problem is None
    if number and 0 <= value <= LARGEST:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    shown = f"`{brief(node)}`" if isinstance(node, Scalar) and node.text else shape(node)
    return reading.report("wrong-value", f"`{key.name}` takes a number, 0 or more; this is {shown}", node)


def _mapping(reading: Reading, node: Node, table: Table) -> Any:
    found = as_mapping(reading, node, table.name)
    if found is None or not check_tag(reading, found):
        return WRONG
    given, good = read_keys(reading, found.entries, table, found.span)
    return given if good else WRONG


def read_bounds(reading: Reading, node: Node, key: Key) -> Any:
    """Read a whole number, or `{min, max}`."""
    if isinstance(node, Mapping):
        return _mapping(reading, node, _BOUNDS)
    exact = read_whole(reading, node, key)
    return WRONG if exact is WRONG else {"min": exact, "max": exact}


def read_failure(reading: Reading, node: Node, key: Key) -> Any:
    """Read what a failure is like: nothing, its kind, or `{kind, message}`."""
    if is_empty(node):
        return {}
    if isinstance(node, Mapping):
        return _mapping(reading, node, _FAILURE)
    kind = read_word(reading, node, key)
    return WRONG if kind is WRONG else {"kind": kind}


def read_sequence(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of steps, or `{steps, mode}`."""
    if isinstance(node, Mapping):
        return _mapping(reading, node, _SEQUENCE)
    steps = read_texts(reading, node, key)
    return WRONG if steps is WRONG else {"steps": steps}


def items_of(reading: Reading, node: Node, what: str, help: str) -> Any:
    """Return the items of a list, `WRONG` where it is none."""
    if not isinstance(node, Sequence):
        return reading.report("wrong-kind", f"{what} takes a list; this is {shape(node)}", node, help)
    return node.items if check_tag(reading, node) else WRONG


def all_of(values: Iterable[Any]) -> Any:
    """Return values that were read, `WRONG` where one could not be."""
    found = tuple(values)
    return WRONG if any(value is WRONG for value in found) else found


ASSERTION_SLOTS: dict[Slot, Reader] = {
    "expect": read_expect,
    "test_text": read_test_text,
    "test_value": read_test_value,
    "texts": read_texts,
    "chat": read_chat,
    "json_type": read_json_type,
    "alone": read_alone,
    "score": read_score,
    "bounds": read_bounds,
    "failure": read_failure,
    "prices": lambda reading, node, key: _mapping(reading, node, _PRICES),
    "sequence": read_sequence,
    "tool_args": lambda reading, node, key: _mapping(reading, node, _TOOL_ARGS),
    "step_count": lambda reading, node, key: _mapping(reading, node, _COUNT),
}
