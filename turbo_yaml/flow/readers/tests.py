"""`tests` to typed tests: what goes in, what the model says, what must hold."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.nodes import Constant, Named
from turbo_yaml.flow.nodes.tests import Rows, Test, TestTurn
from turbo_yaml.flow.readers.assertions import ASSERTION_SLOTS, all_of, items_of, read_test_value, test_text
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, is_hole
from turbo_yaml.flow.readers.keys import as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag, read_path
from turbo_yaml.flow.readers.values import read_constant
from turbo_yaml.flow.vocabulary import ROWS_KEYS, TEST_KEYS, TEST_TURN_KEYS, Key, Slot
from turbo_yaml.syntax import Mapping, Node, Scalar
from turbo_yaml.syntax.scalars import slot_text

_TEST = table_of("a test", TEST_KEYS)
_TURN = table_of("a turn", TEST_TURN_KEYS)
_ROWS = table_of("`cases`", ROWS_KEYS)


def read_tests(reading: Reading, node: Node, key: Key) -> Any:
    """Read the tests; those with mistakes are left out."""
    help = "`tests: [{name: …, with: …, expect: […]}]`"
    items = items_of(reading, node, "`tests`", help)
    if items is WRONG:
        return WRONG
    tests = [_test(reading, item) for item in items]
    return tuple(test for test in tests if test is not WRONG)


def _test(reading: Reading, node: Node) -> Any:
    found = as_mapping(reading, node, "a test")
    if found is None or not check_tag(reading, found):
        return WRONG
    around, reading.step = reading.step, found.entries
    given, good = read_keys(reading, found.entries, _TEST, found.span)
    reading.step = around
    if not good:
        return WRONG
    entries = found.entries
    flow, inputs = entries.get("flow"), entries.get("with")
    return Test(
        name=given["name"],
        span=entries["name"].value.span,
        flow=given.get("flow"),
        flow_span=None if flow is None else flow.value.span,
        inputs=given.get("with", ()),
        given=None if inputs is None else inputs.key.span,
        turns=given.get("turns", ()),
        replies=given.get("model", ()),
        answers=given.get("input", ()),
        tools=given.get("tools", {}),
        tools_span=entries["tools"].key.span if "tools" in entries else None,
        rows=given.get("cases"),
        live=given.get("live", False),
        grader=given.get("grader"),
        threshold=given.get("threshold"),
        expect=given.get("expect", ()),
    )


# What goes in ------------------------------------------------------------------------------------------


def read_given(reading: Reading, node: Node, key: Key) -> Any:
    """Read the inputs of the flow."""
    found = as_mapping(reading, node, f"`{key.name}`", f"`{key.name}: {{name: value}}`")
    if found is None or not check_tag(reading, found):
        return WRONG
    inputs: list[Any] = []
    for name, (word, inner) in found.entries.items():
        value = WRONG if is_hole(word) else read_test_value(reading, inner, key)
        inputs.append(WRONG if value is WRONG else Named(name, word.span, value))
    return all_of(inputs)


def read_answer(reading: Reading, node: Node, key: Key) -> Any:
    """Read an answer to a question: a scalar as its text, anything else as data."""
    return test_text(reading, node) if isinstance(node, Scalar) else read_test_value(reading, node, key)


def read_answers(reading: Reading, node: Node, key: Key) -> Any:
    """Read answers to questions, in order."""
    items = items_of(reading, node, f"`{key.name}`", f"`{key.name}: [first answer, second answer]`")
    if items is WRONG:
        return WRONG
    return all_of(read_answer(reading, item, key) for item in items)


def read_replies(reading: Reading, node: Node, key: Key) -> Any:
    """Read replies of the model, in order: a scalar as its text; nothing is a template."""
    items = items_of(reading, node, f"`{key.name}`", f"`{key.name}: [first reply, second reply]`")
    return WRONG if items is WRONG else all_of(_reply(reading, item, key) for item in items)


def _reply(reading: Reading, node: Node, key: Key) -> Any:
    if not isinstance(node, Scalar):
        return read_constant(reading, node, key)
    return Constant(slot_text(node), node.span) if check_tag(reading, node) else WRONG


def read_test_turns(reading: Reading, node: Node, key: Key) -> Any:
    """Read the turns of a dialogue."""
    items = items_of(reading, node, f"`{key.name}`", "`turns: [{model: […]}, {input: …, model: […]}]`")
    return WRONG if items is WRONG else all_of(_turn(reading, item, first=item is items[0]) for item in items)


def _turn(reading: Reading, node: Node, *, first: bool) -> Any:
    found = as_mapping(reading, node, "a turn")
    if found is None or not check_tag(reading, found):
        return WRONG
    given, good = read_keys(reading, found.entries, _TURN, found.span)
    if first and "input" in found.entries:
        message = "the first turn has no `input`: it goes up to the flow's first question"
        return reading.report("unknown-key", message, found.entries["input"].key, "begin a second turn")
    if not first and good and "input" not in given:
        message = "a turn after the first begins with the answer, and this one has no `input`"
        return reading.report("missing-key", message, found, "add it: `input: …`")
    if not good:
        return WRONG
    return TestTurn(
        span=found.span,
        answer=given.get("input"),
        replies=given.get("model", ()),
        expect=given.get("expect", ()),
    )


def read_results(reading: Reading, node: Node, key: Key) -> Any:
    """Read what tools give back, by their names; nothing is a template."""
    found = as_mapping(reading, node, f"`{key.name}`", f"`{key.name}: {{find_order: {{id: 7}}}}`")
    data = WRONG if found is None else read_constant(reading, found, key)
    return WRONG if data is WRONG else data.data


def read_rows(reading: Reading, node: Node, key: Key) -> Any:
    """Read the rows that a test runs for: a list, a path, or a mapping with more about the file."""
    if isinstance(node, Scalar):
        path = read_path(reading, node, key)
        return WRONG if path is WRONG else Rows(span=node.span, path=path)
    if isinstance(node, Mapping):
        given, good = read_keys(reading, node.entries, _ROWS, node.span)
        if not good or not check_tag(reading, node):
            return WRONG
        span = node.entries["file"].value.span
        return Rows(span=span, path=given["file"], where=given.get("where"), take=given.get("take"))
    items = all_of(_row(reading, item, key) for item in node.items)
    return WRONG if items is WRONG else Rows(span=node.span, items=items)


def _row(reading: Reading, node: Node, key: Key) -> Any:
    found = as_mapping(reading, node, "a row of `cases`", "`cases: [{word: one}, {word: two}]`")
    return WRONG if found is None else read_constant(reading, found, key)


TEST_SLOTS: dict[Slot, Reader] = {
    **ASSERTION_SLOTS,
    "tests": read_tests,
    "given": read_given,
    "answer": read_answer,
    "answers": read_answers,
    "replies": read_replies,
    "test_turns": read_test_turns,
    "rows": read_rows,
    "results": read_results,
}
