"""What stands at the top of a flow file, and in its local flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.reading_flows import read, rules_of
from turbo_yaml.flow.nodes import Broken, FlowFile, Say
from turbo_yaml.settings.patch import EMPTY, apply

FLOWS = sorted((Path(__file__).parent.parent.parent / "flows").rglob("*.yaml"))


def good(text: str, name: str = "flow.yaml") -> FlowFile:
    file, found = read(text, name)
    assert not found, [f"{one.where()}: {one.message}" for one in found]
    assert file is not None
    return file


def test_a_file_is_called_like_its_stem_unless_it_has_a_name() -> None:
    assert good("turbo: 1\nsteps: [generate]\n", "a/b/support.desk.yaml").main.name == "support.desk"
    assert good("turbo: 1\nname: help\nsteps: [generate]\n", "a/b/support.yaml").main.name == "help"


def test_everything_of_a_file_has_its_place() -> None:
    file = good(
        """\
turbo: 1
description: Answers one thread.
inputs: {user_id: integer, "tone?": {enum: [warm, dry], default: warm}}
output: {reply: string}
settings: {temperature: 0, timeout: 30s}
profiles: {cheap: {model: small}}
memory: {kind: truncated, max_tokens: 2000}
use: {policy: ./policy.yaml}
data: {people: ./people.json}
tools: {find_order: {description: Look it up., with: {id: integer}}}
flows: {shorten: {inputs: {text: string}, steps: [{user: "{{ text }}"}, generate]}}
steps: [{system: Be kind.}]
tests: [{name: works, expect: [{contains: kind}]}]
x-owner: me
"""
    )
    main = file.main
    assert main.description == "Answers one thread."
    assert [(one.name, one.required) for one in main.inputs] == [("user_id", True), ("tone", False)]
    assert main.output is not None and main.output["required"] == ["reply"]
    assert apply(main.settings, {}) == {"temperature": 0, "timeout": 30.0}
    assert main.memory == {"kind": "truncated", "max_tokens": 2000}
    assert [(one.name, one.path) for one in (*file.uses, *file.data)] == [
        ("policy", "./policy.yaml"),
        ("people", "./people.json"),
    ]
    assert file.profiles.keys() == {"cheap"}
    assert file.tools is not None and file.tests is not None
    assert len(file.flows["shorten"].steps) == 2
    assert isinstance(main.steps[0], Say)


def test_a_flow_without_settings_has_the_patch_that_changes_nothing() -> None:
    assert good("turbo: 1\nsteps: [generate]\n").main.settings is EMPTY


def test_a_file_may_be_a_library() -> None:
    file = good("turbo: 1\nflows: {a: {steps: [generate]}}\n")
    assert file.main.steps == ()
    assert file.flows.keys() == {"a"}


def test_an_id_may_be_used_again_in_another_flow() -> None:
    good("turbo: 1\nflows: {a: {steps: [{generate: , id: x}]}}\nsteps: [{generate: , id: x}]\n")


def test_a_flow_inside_a_loop_of_the_file_is_not_inside_that_loop() -> None:
    text = "turbo: 1\nflows: {a: {steps: [break]}}\nsteps: [{while: x, limit: 1, do: [break]}]\n"
    assert rules_of(text) == ["outside-loop"]


def test_another_version_is_all_that_is_said() -> None:
    file, found = read("turbo: 3\nsteps: [shout]\nbogus: 1\n")
    assert file is None
    assert [one.rule for one in found] == ["unknown-version"]


def test_a_broken_step_leaves_the_others_as_they_are() -> None:
    file, found = read("turbo: 1\nsteps:\n  - user: hi\n  - usre: hi\n  - generate\n")
    assert file is not None
    assert [one.rule for one in found] == ["unknown-step"]
    assert isinstance(file.main.steps[1], Broken)
    assert [isinstance(step, Broken) for step in file.main.steps] == [False, True, False]


def test_a_broken_step_is_reported_once() -> None:
    assert rules_of("turbo: 1\nsteps:\n  - for: x\n    off: xs\n    do: [generate]\n") == [
        "missing-key",
        "unknown-key",
    ]
    assert rules_of("turbo: 1\nsteps:\n  - for: x\n    over: xs\n    do: [generate]\n") == ["unknown-key"]


def test_findings_stand_in_the_order_of_the_text() -> None:
    _, found = read(
        "turbo: 1\nsteps:\n  - usre: a\n  - while: x\n    do: []\n    limitt: 3\n    as: y\nflowz: {}\n"
    )
    places = [one.span.start for one in found]
    assert places == sorted(places) and len(places) >= 3


def test_an_alias_is_read_as_what_it_stands_for() -> None:
    text = "turbo: 1\nsteps:\n  - &ask {user: hi}\n  - *ask\n"
    file, _ = read(text)
    assert file is not None and len(file.main.steps) == 2


def test_what_texts_include_is_asked_for() -> None:
    from turbo_yaml.flow.parse import parse_flow
    from turbo_yaml.source import Source, Span
    from turbo_yaml.syntax.loader import parse_yaml

    asked: list[str] = []

    def read_include(name: str, place: Span) -> str:
        asked.append(name)
        return f"there is no file `{name}`"

    source = Source("flow.yaml", "turbo: 1\nsteps:\n  - user: \"{% include 'rules.md' %}\"\n")
    tree, _ = parse_yaml(source)
    _, found = parse_flow(tree, source, read_include)
    assert asked == ["rules.md"]
    assert [one.rule for one in found] == ["include-unreadable"]


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_flow_of_ours_has_no_mistake_and_a_description(path: Path) -> None:
    file = good(path.read_text(encoding="utf-8"), path.name)
    assert file.main.description or path.stem == "hello", "only hello is too small to need one"
    assert all(flow.description for flow in file.flows.values())


def test_there_are_at_least_eight_flows() -> None:
    assert len([path for path in FLOWS if path.parent.name == "flows"]) >= 8
