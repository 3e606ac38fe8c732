"""The fragments beside this file to a section of `CHANGELOG.md`; run by hand, it moves them there."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent

HERE = Path(__file__).parent
CHANGELOG = HERE.parent / "CHANGELOG.md"
KINDS = ("added", "changed", "fixed", "removed")
"""The kinds of change, in the order in which they are told."""

TITLE = "# Changes\n\nWhat a user could notice, by version, the newest first.\n"


def fragments(folder: Path = HERE) -> list[Path]:
    """Return the fragments, by their names."""
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def kind_of(fragment: Path) -> str:
    """Return the kind of a change, which is the end of its file's name."""
    return fragment.stem.rpartition(".")[2]


def folded(changelog: str, version: str, changes: Mapping[str, list[str]]) -> str:
    """Return a changelog with changes, by kind, in the section of a version, which may be there."""
    body = changelog.removeprefix(TITLE)
    head, *sections = re.split(r"^(?=## )", body, flags=re.MULTILINE)
    own = next((section for section in sections if section.startswith(f"## {version}\n")), "")
    rest = [section for section in sections if section is not own]
    items = {kind: [*_items(own, kind), *(_item(text) for text in changes.get(kind, ()))] for kind in KINDS}
    return "".join([TITLE, head or "\n", *_section(version, items), *rest])


def _items(section: str, kind: str) -> list[str]:
    """Return the items of a kind that a section has."""
    found = re.search(rf"^### {kind.title()}\n\n(.*?)(?=^### |\Z)", section, re.MULTILINE | re.DOTALL)
    return (
        []
        if found is None
        else [item.rstrip() for item in re.split(r"^(?=- )", found[1], flags=re.M) if item]
    )


def _item(text: str) -> str:
    return "- " + indent(text.strip(), "  ").lstrip()


def _section(version: str, items: Mapping[str, list[str]]) -> Iterator[str]:
    yield f"## {version}\n"
    for kind, texts in items.items():
        if texts:
            yield f"\n### {kind.title()}\n\n"
            yield "\n".join(texts) + "\n"
    yield "\n"


def main() -> None:
    """Move every fragment into the section of the version that the package has."""
    version = runpy.run_path(str(HERE.parent / "turbo_yaml" / "version.py"))["__version__"]
    changes: dict[str, list[str]] = {}
    for fragment in fragments():
        changes.setdefault(kind_of(fragment), []).append(fragment.read_text(encoding="utf-8"))
    before = CHANGELOG.read_text(encoding="utf-8") if CHANGELOG.exists() else ""
    CHANGELOG.write_text(folded(before, version, changes).rstrip("\n") + "\n", encoding="utf-8")
    for fragment in fragments():
        fragment.unlink()


if __name__ == "__main__":
    main()
