"""Hostile templates and flows, each in a process of its own, are harmless or fail at their place."""

from __future__ import annotations

import pytest

from tests.hostile.box import Verdict, judged
from tests.hostile.cases import some, templates

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stage", ["check", "run"])
def test_a_hostile_template_does_nothing_but_take_its_bounded_time(stage: str) -> None:
    verdicts = judged(stage, some(templates(), 23))
    assert not [verdict for verdict in verdicts if verdict.how == "hole"]
    assert {verdict.how for verdict in verdicts} >= {"refused", "passed"}


HOLES = {
    "a file": "open('/etc/passwd')",
    "a process": "__import__('os').system('true')",
    "a socket": "__import__('socket').socket()",
    "code": "eval('1')",
    "memory": "'x' * 400_000_000",
    "time": "[None for _ in iter(int, 1)]",
    "a crash": "__import__('os').abort()",
    "the secret": "__import__('os').environ['SECRET_KEY']",
}


@pytest.mark.parametrize("what", HOLES)
def test_the_box_sees_what_it_is_there_to_see(what: str) -> None:
    (verdict,) = judged("python", [(what, HOLES[what])])
    assert isinstance(verdict, Verdict) and verdict.how == "hole", verdict
