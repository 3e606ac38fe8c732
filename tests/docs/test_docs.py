"""The docs say what is so: their flows are sound, their Python runs, their commands print what is shown."""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import os
import re
from contextlib import chdir, redirect_stdout
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.docs.pages import PAGES, ROOT, Block, Desk, anchors, blocks, links, shows
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.flow.parse import parse_flow
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

TRIED = {"yaml", "python", "console", "text"}
NOT_TRIED = {"sh", "json", "toml", "pdl", "markdown"}
"""What sets a machine up, or is a file of another tool; data for a flow of the page is laid beside it."""
FOREIGN = {
    ".github/workflows/flows.yaml",
    ".github/workflows/scan.yaml",
    ".github/workflows/desk.yaml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".promptfooconfig.yaml",
}
"""Files that `test_ci` and `test_site` hold to what their tools take, and one that is migrated from."""
FENCE = re.compile(r"^ *(?:```|~~~)", re.MULTILINE)


def pages_with(kind: str) -> list[Any]:
    """Return the pages that have blocks of a kind, by name; the pages of rules have tests of their own."""
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if page.parent.name != "rules" and any(block.kind == kind for block in blocks(page))
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("page", pages_with("yaml"))
def test_the_flows_of_a_page_have_the_mistakes_they_are_said_to_have_and_no_others(
    page: Path, desk: Desk
) -> None:
    for block in blocks(page):
        desk.lay(block)
        assert mistakes(block, desk.folder) == list(block.wrong), f"{page.name}:{block.line}"


def mistakes(block: Block, folder: Path) -> list[str]:
    """Return the rules that a block breaks. Of a part of a flow only the shape is looked at."""
    if block.whole:
        with chdir(folder):
            found = check_text(block.text, name=block.file or "flow.yaml", root=folder)
    elif block.flow is not None:
        source = Source("part.yaml", block.flow)
        node, found = parse_yaml(source)
        found = [*found, *parse_flow(node, source)[1]]
    elif block.settings:
        source = Source("turbo.yaml", block.text)
        node, found = parse_yaml(source)
        found = [*found, *read_settings(node, source, LayerKind.PROJECT_FILE)[1]]
    else:
        return []
    return [diagnostic.rule for diagnostic in found]


@pytest.mark.slow
@pytest.mark.parametrize("page", pages_with("console"))
def test_the_commands_of_a_page_print_what_it_shows(page: Path, desk: Desk) -> None:
    for block in blocks(page):
        desk.lay(block)
        if block.kind == "console":
            shown, printed = desk.run(block)
            if not shows(shown, printed):
                pytest.fail(f"{page.name}:{block.line} printed\n{printed}", pytrace=False)


@pytest.mark.parametrize("page", pages_with("python"))
def test_the_python_of_a_page_runs_and_prints_what_the_text_after_it_shows(
    page: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML_CACHE", "off")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    names: dict[str, Any] = {"__name__": "__main__"}
    printed: str | None = None
    with chdir(desk.folder), asyncio.Runner() as runner:
        for block in blocks(page):
            desk.lay(block)
            if block.kind == "text" and printed is not None:
                assert shows(block.text, printed), f"{page.name}:{block.line} printed\n{printed}"
            runs = block.kind == "python" and not (block.file or "").endswith("__init__.py")  # it is imported
            printed = run_python(block, page, names, runner) if runs else None


def run_python(block: Block, page: Path, names: dict[str, Any], runner: asyncio.Runner) -> str:
    """Return what a block prints. `await` may stand at its top, as in `python -m asyncio`."""
    lines = "\n" * block.line + block.text  # so that a traceback names the line of the page
    code: CodeType = compile(lines, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as out:
        found = eval(code, names)
        if inspect.iscoroutine(found):
            runner.run(found)
    return out.getvalue()


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_no_block_of_a_page_escapes_those_who_try_it(page: Path) -> None:
    found = blocks(page)
    assert {block.kind for block in found} <= TRIED | NOT_TRIED
    inside = sum(len(FENCE.findall(block.text)) for block in found)
    assert len(FENCE.findall(page.read_text(encoding="utf-8"))) == inside + 2 * len(found)
    foreign = {block.file for block in found if block.kind == "yaml" and block.foreign}
    assert foreign <= FOREIGN, "files of other tools need a test of their own"


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://", "mailto:")):
            continue
        target = Path(os.path.normpath(page.parent / path)) if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link
