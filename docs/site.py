"""The repository to the site of its docs: hooks of MkDocs, for what its settings cannot say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PROJECT = "project"
"""The folder of the site in which the files are that stand outside of `docs`."""

OUTSIDE = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "changelog.d/README.md")
"""The pages that stand there."""

_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)")


def on_config(config: Any) -> Any:
    """Put the pages of folders into the navigation."""
    config.nav = unfold(config.nav)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add what stands outside of `docs` and is shown, or is linked to."""
    from mkdocs.structure.files import File

    for path in (*OUTSIDE, *_linked()):
        if files.get_file_from_path(f"{PROJECT}/{path}") is None:
            file = File.generated(config, f"{PROJECT}/{path}", abs_src_path=str(ROOT / path))
            files.append(file)
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links from or to a file outside of `docs` to where it is in the site."""
    return _LINK.sub(lambda found: relink(found[1], page.file.src_uri), markdown)


def unfold(nav: list[Any]) -> list[Any]:
    """Return a navigation with, for each `folder/*`, the pages of the folder that it does not name itself."""
    return _unfold(nav, frozenset(pages_of(nav)))


def _unfold(nav: list[Any], named: frozenset[str]) -> list[Any]:
    unfolded: list[Any] = []
    for entry in nav:
        match entry:
            case str() if entry.endswith("/*"):
                folder = DOCS / entry.removesuffix("/*")
                pages = {page.relative_to(DOCS).as_posix() for page in folder.glob("*.md")}
                unfolded += sorted(pages - named)
            case dict():
                unfolded.append(
                    {
                        name: _unfold(inner, named) if isinstance(inner, list) else inner
                        for name, inner in entry.items()
                    }
                )
            case _:
                unfolded.append(entry)
    return unfolded


def pages_of(nav: list[Any]) -> Iterator[str]:
    """Yield the pages of a navigation."""
    for entry in nav:
        match entry:
            case str():
                yield entry
            case dict():
                for inner in entry.values():
                    yield from pages_of(inner if isinstance(inner, list) else [inner])


def relink(link: str, page: str) -> str:
    """Return a link of a page of the site, which was written for the repository."""
    own = in_repository(page)
    target = os.path.normpath(own.parent / link).replace(os.sep, "/")
    if own.parts[0] == "docs" and target.startswith("docs/"):
        return link
    place = target.removeprefix("docs/") if target.startswith("docs/") else f"{PROJECT}/{target}"
    return os.path.relpath(place, PurePosixPath(page).parent).replace(os.sep, "/")


def in_repository(page: str) -> PurePosixPath:
    """Return where a page of the site stands in the repository."""
    path = PurePosixPath(page)
    return path.relative_to(PROJECT) if path.parts[0] == PROJECT else "docs" / path


def _linked() -> set[str]:
    """Return the files outside of `docs` that its pages link to."""
    found = set()
    for page in DOCS.glob("**/*.md"):
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            target = Path(os.path.normpath(page.parent / link))
            if target.is_file() and not target.is_relative_to(DOCS):
                found.add(target.relative_to(ROOT).as_posix())
    return found
