"""Profiles that a flow defines: chosen from outside, and by a turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from textwrap import dedent

import pytest

import turbo_yaml
from tests.language.running import play
from turbo_yaml.compiler.edge import load, loads
from turbo_yaml.errors import UsageError

SAID = """\
turbo: 1
settings: {model: script, script: [weak]}
profiles: {strong: {script: [strong]}}
steps:
  - user: hi
  - generate
"""


def outcome(fn: turbo_yaml.TurboGenFn) -> object:
    return asyncio.run(fn().run()).content


def test_a_profile_of_the_flow_can_be_chosen_from_outside() -> None:
    text = SAID.replace("settings: {model: script, script: [weak]}", "settings: {model: script}")
    assert outcome(loads(text, profiles=["strong"])) == "strong"


def test_a_profile_that_nobody_defines_is_a_mistake_of_the_caller_with_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        loads(SAID, profiles=["strnog"])()
    assert caught.value.message == "no profile is called `strnog`"
    assert caught.value.hint == "did you mean `strong`?"


def test_a_profile_of_the_first_file_need_not_be_in_the_one_that_goes_on(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("turbo: 1\nsteps:\n  - result: there\n")
    (tmp_path / "a.yaml").write_text(
        dedent("""\
        turbo: 1
        profiles: {strong: {temperature: 1}}
        use: {b: ./b.yaml}
        steps:
          - handoff: b
        """)
    )
    assert outcome(load(tmp_path / "a.yaml", profiles=["strong"], cache=False)) == "there"


def test_a_turn_whose_profile_nobody_defines_fails_at_its_step_and_can_be_caught() -> None:
    text = """
        profiles: {strong: {temperature: 1}}
        steps:
          - user: hi
          - generate: {profile: strnog}
        """
    story = play(text)
    assert (story.failed.kind, story.failed.hint) == ("configuration", "did you mean `strong`?")
    assert "generate" in story.place
    caught = play("""
        steps:
          - user: hi
          - try: [{generate: {profile: nope}}]
            catch:
              - result: "{{ error.kind }}"
        """)
    assert caught.results == ["configuration"]
