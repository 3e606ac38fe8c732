"""The site of the docs has every page, with links that lead there, and pictures of the flows as they are."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.figures import figures
from docs.site import DOCS, OUTSIDE, PROJECT, pages_of, relink, unfold
from tests.docs.pages import PAGES, ROOT, Block, Desk, blocks
from tests.docs.test_ci import commands, data, valid
from turbo_yaml.cli.verbs import invoke

PICTURE = re.compile(r"!\[[^\]]+\]\((?:\.\./)?pictures/(\w+)\.svg\)")
FIGURE = re.compile(r"!\[[^\]]+\]\(\.\./figures/(\w+)\.svg\)")
PICTURES = [
    pytest.param(page, name, id=name)
    for page in PAGES
    for name in PICTURE.findall(page.read_text(encoding="utf-8"))
]
TUTORIAL = blocks(DOCS / "tutorial.md")


class _Settings(yaml.SafeLoader):
    """A reader of `mkdocs.yml`, which names a function."""


_Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def settings() -> dict[str, Any]:
    """Return what `mkdocs.yml` says."""
    found: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Settings)
    return found


def test_every_page_stands_in_the_navigation_once() -> None:
    there = {page.relative_to(DOCS).as_posix() for page in DOCS.glob("**/*.md")}
    there |= {f"{PROJECT}/{page}" for page in OUTSIDE}
    listed = Counter(pages_of(unfold(settings()["nav"])))
    assert {page for page, times in listed.items() if times > 1} == set()
    assert set(listed) == there


def test_pages_that_are_named_beside_their_folder_are_not_named_again() -> None:
    nav = [{"One": "decisions/0002-the-frame.md"}, {"All": ["decisions/*"]}]
    assert Counter(pages_of(unfold(nav)))["decisions/0002-the-frame.md"] == 1


def test_every_page_outside_of_the_docs_is_there() -> None:
    assert [page for page in OUTSIDE if not (ROOT / page).is_file()] == []


def test_the_site_fails_on_a_link_that_leads_nowhere_and_fetches_nothing() -> None:
    found = settings()
    assert found["strict"] is True
    assert set(found["validation"]["links"].values()) | set(found["validation"]["nav"].values()) == {"warn"}
    assert found["theme"]["font"] is False


@pytest.mark.parametrize(
    ("link", "page", "led"),
    [
        ("tools.md", "language.md", "tools.md"),
        ("../tools.md", "rules/unknown-tool.md", "../tools.md"),
        ("../SECURITY.md", "security.md", "project/SECURITY.md"),
        ("../../SECURITY.md", "explanation/trust.md", "../project/SECURITY.md"),
        ("docs/costs.md", "project/CONTRIBUTING.md", "../costs.md"),
        ("changelog.d/README.md", "project/CONTRIBUTING.md", "changelog.d/README.md"),
        ("../flows/weather.yaml", "tools-mcp.md", "project/flows/weather.yaml"),
    ],
)
def test_a_link_leads_where_its_file_is_in_the_site(link: str, page: str, led: str) -> None:
    assert relink(link, page) == led


@pytest.mark.parametrize(("page", "name"), PICTURES)
def test_a_picture_shows_the_flow_of_its_page(
    page: Path, name: str, tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    desk = Desk(tmp_path)
    for block in blocks(page):
        desk.lay(block)
    with chdir(desk.folder):
        assert invoke(["graph", f"{name}.yaml", "-o", f"{name}.svg"]) == 0
        golden(DOCS / "pictures" / f"{name}.svg", Path(f"{name}.svg").read_text(encoding="utf-8"))


def test_every_picture_is_shown() -> None:
    assert {path.stem for path in (DOCS / "pictures").iterdir()} == {name.values[1] for name in PICTURES}


def test_every_figure_is_shown() -> None:
    shown = {name for page in PAGES for name in FIGURE.findall(page.read_text(encoding="utf-8"))}
    assert shown == {path.stem for path in (DOCS / "figures").iterdir()} == figures().keys()


def workflow() -> Block:
    """Return the workflow that the tutorial ends with."""
    (found,) = [block for block in TUTORIAL if block.foreign]
    return found


def test_the_workflow_of_the_tutorial_is_what_github_takes() -> None:
    valid("github-workflows", data(workflow()))


def test_the_workflow_of_the_tutorial_passes_on_the_files_of_the_tutorial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for block in TUTORIAL:
        if block.file is not None and not block.wrong:
            path = tmp_path / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    lines = commands(data(workflow()))
    assert len(lines) == 3
    (tmp_path / ".git").mkdir()
    with chdir(tmp_path):
        codes = [invoke(shlex.split(line)[1:]) for line in lines]
    assert codes == [0, 0, 0], capsys.readouterr().out
