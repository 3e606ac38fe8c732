"""Slips made by a program: each mutant of a good flow that would fail when it is run is reported."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.corpus.judging import Verdict, judged
from tests.corpus.mutants import KINDS, mutants
from tests.corpus.playing import GOOD, plays_of

COUNT = int(os.environ.get("TURBO_YAML_MUTANTS", "400"))
"""More of them: TURBO_YAML_MUTANTS=5000; others: TURBO_YAML_SEED=2."""
SEED = int(os.environ.get("TURBO_YAML_SEED", "1"))


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    plays = {path: plays_of(path) for path in GOOD}
    return [judged(mutant, plays[mutant.path]) for mutant in mutants(GOOD, COUNT, SEED)]


def test_there_are_mutants_of_every_kind_and_of_every_flow(verdicts: list[Verdict]) -> None:
    assert len(verdicts) == COUNT
    assert {verdict.mutant.kind for verdict in verdicts} == KINDS.keys()
    assert {verdict.mutant.path for verdict in verdicts} == set(GOOD)


def test_what_would_fail_when_it_is_run_is_reported(verdicts: list[Verdict]) -> None:
    missed = [f"{one.mutant.path.name}: {one.mutant.kind}: {one.failure}" for one in verdicts if one.missed]
    assert missed == []


def test_one_slip_is_one_message_but_for_a_few(verdicts: list[Verdict]) -> None:
    many = Counter(one.mutant.kind for one in verdicts if len(one.found) > 1)
    assert many.total() <= COUNT * 0.02, many
    assert sum(len(one.found) for one in verdicts) <= COUNT
