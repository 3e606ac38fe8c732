"""One mistake in a good flow: found at its exact place, and nothing else is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.corpus.playing import FLOWS, GOOD, ROOT
from tests.corpus.seeded import Mistake, mistakes
from turbo_yaml.compiler.edge import check
from turbo_yaml.diagnostics import Diagnostic

ALL = mistakes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("corpus") / "flows"
    shutil.copytree(FLOWS, copy)
    return copy


def told(one: Diagnostic, folder: Path) -> tuple[str, str, int, int, int]:
    """Return the rule of a finding and what it underlines, as far as the first line of that goes."""
    line, column = one.source.position(one.span.start)
    there = len(one.source.line_text(line)) + 1
    end = min(max(one.source.position(one.span.end)[1], column + 1), there)
    last = end if one.source.position(one.span.end)[0] == line else there
    file = Path(one.source.name).resolve().relative_to(folder.resolve()).as_posix()
    return one.rule, file, line, column, max(last, column + 1)


@pytest.mark.parametrize("mistake", ALL, ids=lambda mistake: mistake.name)
def test_a_mistake_is_found_at_its_place_and_told_once(mistake: Mistake, folder: Path) -> None:
    for name, text in mistake.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = [one for name in mistake.files if name.endswith(".yaml") for one in check(folder / name)]
    for name in mistake.files:
        shutil.copy(FLOWS / name, folder / name)
    once = {(*told(one, folder), one.message) for one in found}
    assert [one[:-1] for one in once] == [(mistake.rule, *mistake.place)]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_found_in_a_good_flow(path: Path) -> None:
    assert check(path) == []


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(ALL) >= 225
    assert len({mistake.rule for mistake in ALL}) >= 110
    assert len(GOOD) >= 30
    assert all(10 <= len(path.read_text("utf-8").splitlines()) <= 60 for path in FLOWS.glob("*.yaml"))
