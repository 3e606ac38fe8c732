"""A source tree to a typed flow file: errors of shape are found here, errors of meaning later."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.nodes import FileRef, FlowFile
from turbo_yaml.flow.readers.bodies import BODY_SLOTS
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, Scope, is_empty, shape
from turbo_yaml.flow.readers.files import FILE_SLOTS, make_flow, read_flow_keys, read_version
from turbo_yaml.flow.readers.keys import read_keys, table_of
from turbo_yaml.flow.readers.lists import LIST_SLOTS
from turbo_yaml.flow.readers.messages import MESSAGE_SLOTS
from turbo_yaml.flow.readers.quantities import QUANTITY_SLOTS
from turbo_yaml.flow.readers.scalars import SCALAR_SLOTS, check_tag
from turbo_yaml.flow.readers.turns import TURN_SLOTS
from turbo_yaml.flow.readers.values import VALUE_SLOTS
from turbo_yaml.flow.vocabulary import FILE_KEYS, OF_STEPS, TEST_FILE_KEYS, VERSION, Slot
from turbo_yaml.flow.words import advise_setting
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Entry, Mapping, Node, Sequence
from turbo_yaml.template import ReadInclude

if TYPE_CHECKING:
    from turbo_yaml.flow.nodes.tests import Test, TestFile


class _Readers(dict[Slot, Reader]):
    """The readers of all slots; those of tools and tests are loaded for the first file that has any."""

    def __missing__(self, slot: Slot) -> Reader:
        from turbo_yaml.flow.readers.tests import TEST_SLOTS
        from turbo_yaml.flow.readers.tools import TOOL_SLOTS

        self.update(TOOL_SLOTS, **TEST_SLOTS)
        return self[slot]


READERS = _Readers(
    **SCALAR_SLOTS,
    **QUANTITY_SLOTS,
    **VALUE_SLOTS,
    **LIST_SLOTS,
    **MESSAGE_SLOTS,
    **TURN_SLOTS,
    **BODY_SLOTS,
    **FILE_SLOTS,
)
_FILE = table_of("the file", FILE_KEYS, any_of=("steps", "flows"), advise=advise_setting)
_TEST_FILE = table_of("a file of tests", TEST_FILE_KEYS)
_SIGNS = ("turbo", "steps", "flows")


def parse_flow(
    node: Node | None, source: Source, read_include: ReadInclude | None = None
) -> tuple[FlowFile | None, list[Diagnostic]]:
    """Return the flow file that a tree is, and what is wrong with its shape, in the order of the text.

    There is no file where the tree is no flow at all, or one of another version. A step that was reported is
    `Broken`. `read_include` reads what texts include: a name and its place to a source, or why there is none.
    """
    reading = Reading(source, READERS, [], Scope(), {}, {}, read_include)
    file = _file(reading, node)
    return file, sorted(reading.diagnostics, key=Diagnostic.sort_key)


def parse_test_file(node: Node | None, source: Source) -> tuple[TestFile | None, list[Diagnostic]]:
    """Return the file of tests that a tree is, and what is wrong with its shape, in the order of the text.

    There is none where the flow that is tested is not named.
    """
    reading = Reading(source, READERS, [], Scope(), {}, {})
    if not isinstance(node, Mapping):
        what = "nothing" if node is None else shape(node)
        help = "it begins with `turbo: 1` and `flow: ./the-flow.yaml`, and has `tests:`"
        at = Span(0, 0) if node is None else node
        reading.report("wrong-kind", f"a file of tests is a mapping; this is {what}", at, help)
        return None, reading.diagnostics
    entries = node.entries
    first = next(iter(entries.values())).key.span if entries else Span(0, 0)
    given, _ = read_keys(reading, entries, _TEST_FILE, first)
    found = sorted(reading.diagnostics, key=Diagnostic.sort_key)
    if "flow" not in given:
        return None, found
    from turbo_yaml.flow.nodes.tests import TestFile

    place = FileRef(name="flow", path=given["flow"], span=entries["flow"].value.span)
    return TestFile(source=source, flow=place, tests=given.get("tests", ())), found


def parse_tests(node: Node, source: Source) -> tuple[tuple[Test, ...], list[Diagnostic]]:
    """Return the tests that the node under `tests` is, and what is wrong with their shape."""
    reading = Reading(source, READERS, [], Scope(), {}, {})
    tests = reading.readers["tests"](reading, node, _FILE.keys["tests"])
    return () if tests is WRONG else tests, sorted(reading.diagnostics, key=Diagnostic.sort_key)


def _file(reading: Reading, node: Node | None) -> FlowFile | None:
    if not isinstance(node, Mapping):
        _report_root(reading, node)
        return None
    if not check_tag(reading, node):
        return None
    entries = node.entries
    first = next(iter(entries.values())).key.span if entries else Span(0, 0)
    if not any(name in entries for name in _SIGNS):
        reading.report(
            "not-a-flow", "this is not a flow: it has no `turbo` and no `steps`", first, _beginning()
        )
        return None
    if not _is_of_this_version(reading, node.get("turbo")):
        return None
    given = read_flow_keys(reading, entries, _FILE, first, _FILE.name)
    _report_idle(reading, entries)
    file = _whole(reading.source, node.span, given)
    _check_names(reading, file)
    return file


def _report_idle(reading: Reading, entries: dict[str, Entry]) -> None:
    """Report what is said of a file's own steps where there are none: the file is no library."""
    if "steps" in entries or "flows" not in entries:
        return
    idle = next((entries[name].key for name in OF_STEPS if name in entries), None)
    if idle is not None:
        message = f"`{idle.text}` is there for the file's `steps`, and there are none"
        help = "write them; a file that has only `flows` is a library, and needs none of this"
        reading.report("missing-key", message, idle, help)


def _is_of_this_version(reading: Reading, version: Node | None) -> bool:
    """Report another version: nothing more can be said of such a file."""
    if version is None or is_empty(version):
        return True
    return read_version(reading, version, _FILE.keys["turbo"]) is not WRONG


def _whole(source: Source, span: Span, given: dict[str, Any]) -> FlowFile:
    return FlowFile(
        source=source,
        main=make_flow(given.get("name") or _stem(source.name), span, given),
        flows=given.get("flows", {}),
        profiles=given.get("profiles", {}),
        uses=given.get("use", ()),
        data=given.get("data", ()),
        tools=given.get("tools", {}),
        tests=given.get("tests", ()),
    )


def _stem(name: str) -> str:
    """Return what a flow without a name is called: as its file, or `flow` where it is in none."""
    return "flow" if name.startswith("<") and name.endswith(">") else PurePath(name).stem


def _check_names(reading: Reading, file: FlowFile) -> None:
    """Report names that mean two things in one file."""
    own = file.main.name
    if own in file.flows and file.main.steps:
        end = file.flows[own].span.start
        at = max(reading.source.text.rfind(own, 0, end), 0)
        message = f"`{own}` is the name of this whole flow and of a local flow"
        help = "rename the local one, or give the whole one another `name:`"
        reading.report("duplicate-name", message, Span(at, at + len(own)), help)
    inputs = {one.name: one.span for one in file.main.inputs}
    flows = {name: flow.span for name, flow in file.flows.items()}
    for name, span, taken, what in (
        *((one.name, one.span, inputs, "an input") for one in file.data),
        *((one.name, one.span, flows, "a local flow") for one in file.uses),
    ):
        if name in taken:
            place = reading.related(f"`{name}` is {what} here", taken[name])
            message = f"`{name}` is the name of {what} and of this file"
            reading.report("duplicate-name", message, span, "rename one of them", place)


def _report_root(reading: Reading, node: Node | None) -> None:
    if node is None:
        reading.report("not-a-flow", "there is nothing in this file", Span(0, 0), _beginning())
        return
    if isinstance(node, Sequence):
        help = f"if these are the steps: `turbo: {VERSION}`, then `steps:` above them"
    else:
        help = _beginning()
    reading.report("not-a-flow", f"a flow file is a mapping; this is {shape(node)}", node, help)


def _beginning() -> str:
    return f"a flow begins with `turbo: {VERSION}` and has `steps:`"
