"""Files and what their tests came to, to what was reached in each flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from turbo_yaml.compiler.stages import parse
from turbo_yaml.source import Source
from turbo_yaml.source.files import UnreadableText, is_test_file, read_source
from turbo_yaml.testing.coverage.counts import Covered, Hits, absolute, covered
from turbo_yaml.testing.outcome import Summary


def cover(files: Iterable[Path], summary: Summary) -> list[Covered]:
    """Return what was reached in the flows among some files, and in the flows that these use."""
    hits = Hits()
    for outcome in summary.outcomes:
        if outcome.story is not None:
            hits.add(outcome.story.marks or ())
    sources = {absolute(source.name): source for source in (*_flows(files), *hits.sources())}
    parsed = (parse(source).file for _, source in sorted(sources.items()))
    found = (covered(file, hits) for file in parsed if file is not None)
    return [file for file in found if file.steps]


def _flows(files: Iterable[Path]) -> Iterator[Source]:
    for file in files:
        if not is_test_file(file.name):
            try:
                yield read_source(file, name=str(file))
            except UnreadableText:
                continue  # what cannot be read has no tests, and was not run
