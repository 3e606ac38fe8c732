"""A rule that is not loaded, because a file has nothing that it looks at, would find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.playing import GOOD, ROOT
from turbo_yaml.checks.registry import ALL, applies, load_rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.compiler.stages import analyse, parse
from turbo_yaml.source import Source

CASES = sorted((ROOT / "tests" / "golden" / "rules").glob("*.yaml")) + GOOD


def subjects() -> Iterator[tuple[Path, Subject]]:
    for path in CASES:
        analysed = analyse(parse(Source(path.name, path.read_text("utf-8"))), {})
        file = analysed.parsed.file
        if file is not None:
            subject = Subject(file, analysed.facts, analysed.links, analysed.diagnostics)
            if subject.whole:
                yield path, subject


@pytest.fixture(scope="module")
def read() -> list[tuple[Path, Subject]]:
    return [*subjects()]


@pytest.mark.parametrize("name", ALL)
def test_a_rule_finds_nothing_where_it_does_not_apply(name: str, read: list[tuple[Path, Subject]]) -> None:
    idle = [(path, subject) for path, subject in read if not applies(name, subject)]
    assert [path.name for path, subject in idle if [*load_rule(name).check(subject)]] == []


def test_in_many_files_some_rules_do_not_apply(read: list[tuple[Path, Subject]]) -> None:
    applied = {name: sum(applies(name, subject) for _, subject in read) for name in ALL}
    assert applied["no-output"] == len(read)
    for name in ("unused-tool", "wrong-test", "hidden-character", "maybe-unset"):
        assert 0 < applied[name] < len(read) / 2
