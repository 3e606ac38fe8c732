"""What changed is told once: in a fragment, and after the release in the changelog."""

from __future__ import annotations

import runpy

from tests.docs.pages import ROOT

RELEASE = runpy.run_path(str(ROOT / "changelog.d" / "release.py"))
folded, fragments, KINDS, TITLE = (RELEASE[name] for name in ("folded", "fragments", "KINDS", "TITLE"))


def test_every_fragment_is_of_a_kind_that_is_told() -> None:
    assert [path.name for path in fragments() if RELEASE["kind_of"](path) not in KINDS] == []


def test_fragments_become_a_section_above_the_older_ones() -> None:
    older = folded("", "0.1.0", {"added": ["Tea."]})
    newer = folded(older, "0.2.0", {"fixed": ["Cups leak\nno more."], "added": ["Rum."]})
    assert newer == (
        f"{TITLE}\n## 0.2.0\n\n### Added\n\n- Rum.\n\n### Fixed\n\n- Cups leak\n  no more.\n\n"
        "## 0.1.0\n\n### Added\n\n- Tea.\n\n"
    )


def test_later_fragments_of_a_version_join_its_section() -> None:
    at_once = folded("", "0.1.0", {"added": ["Tea.", "Milk.\nWarm."], "fixed": ["Cups."]})
    first = folded("", "0.1.0", {"added": ["Tea."], "fixed": ["Cups."]})
    assert folded(first, "0.1.0", {"added": ["Milk.\nWarm."]}) == at_once


def test_the_changelog_is_as_a_release_leaves_it() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = text.split("## ")[1].split("\n")[0]
    assert folded(text, version, {}).rstrip() == text.rstrip()
