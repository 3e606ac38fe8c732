"""Steps addressed from outside: those that are there, in this file or in one that it uses."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from turbo_yaml.compiler.build import Builder
from turbo_yaml.compiler.edge import load, loads
from turbo_yaml.compiler.files import Files, Place
from turbo_yaml.compiler.units import from_bytes, to_bytes
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.options import assignment_layer
from turbo_yaml.settings.patch import patch_of

TALK = """\
turbo: 1
settings: {model: script, script: [a, b, c]}
steps:
  - user: hi
  - {generate: , id: writer}
  - if: true
    then:
      - {generate: , id: critic}
"""


def flag(text: str) -> Layer:
    layer, found = assignment_layer(text)
    assert layer is not None and not found
    return layer


def test_a_flag_for_a_step_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(UsageError) as caught:
        loads(TALK, layers=[flag("steps.nope.temperature=1")])()
    assert caught.value.message == "--set steps.nope.temperature: no `generate` step has the id `nope`"
    assert caught.value.hint == "one of `writer`, `critic`"


def test_the_host_is_told_of_a_step_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="`critc`") as caught:
        loads(TALK).configure({"steps": {"critc": {"seed": 1}}})()
    assert caught.value.hint == "did you mean `critic`?"


def test_a_settings_file_may_address_the_steps_of_other_flows() -> None:
    shared = Layer(LayerKind.PROJECT_FILE, "turbo.yaml", patch_of({"steps": {"nope": {"seed": 1}}}))
    assert asyncio.run(loads(TALK, layers=[shared])().run()).content == "a"


def test_the_steps_of_a_used_file_can_be_addressed(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text(TALK)
    (tmp_path / "main.yaml").write_text(
        "turbo: 1\nuse: {talk: ./talk.yaml}\nsteps:\n  - {call: talk, as: x}\n  - result: '{{ x }}'\n"
    )
    layers = [flag("steps.writer.temperature=1")]
    fn = load(tmp_path / "main.yaml", layers=layers, cache=False)
    assert asyncio.run(fn().run()).content == "b"


def test_the_ids_of_a_unit_come_back_from_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "talk.yaml"
    path.write_text(TALK)
    unit, found = Builder(Files(tmp_path), None).unit(Place(path, "talk.yaml"))
    assert unit is not None and not found
    assert from_bytes(to_bytes(unit)).flows["talk"].steps == ("writer", "critic")
