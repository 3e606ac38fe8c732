"""The page of each rule: what it finds, a flow that has it and one that has not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from turbo_yaml.diagnostics import Severity
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "docs" / "rules", _PACKAGE.parent / "docs" / "rules")
"""Where the pages are: in the package once it is built, beside it in a checkout."""
_MARK: Final = re.compile(r"<!-- .*? -->\n")
"""What only the tests of the docs read."""


@cache
def rule_pages() -> dict[str, Path]:
    """Return the page of every rule, those of the stages before the check among them, by its name."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    pages = () if folder is None else sorted(folder.glob("*.md"))
    return {page.stem: page for page in pages if page.stem != "README"}


class RulePage(NamedTuple):
    """What the page of a rule says in short: how severe it is, what it finds; and the page itself."""

    severity: Severity
    asked: bool
    summary: str
    page: str


@cache
def read_page(name: str) -> RulePage:
    """Return the page of a rule with what it says in short. `UsageError` where there is no such rule."""
    page = explain_rule(name)
    _, summary, more, *_ = page.split("\n\n")
    kind = more.partition("*")[2].partition("*")[0]
    return RulePage(
        "warning" if kind.startswith("Warning") else "error", "off unless" in kind, summary.strip(), page
    )


def explain_rule(name: str) -> str:
    """Return the page of a rule, as Markdown. `UsageError` where there is no such rule."""
    pages = rule_pages()
    page = pages.get(name)
    if page is None:
        raise UsageError(f"there is no rule `{name}`", hint=did_you_mean(name, pages))
    return _MARK.sub("", page.read_text(encoding="utf-8"))
