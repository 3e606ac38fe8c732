"""Findings to the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from turbo_yaml.cli.checking.targets import Target
from turbo_yaml.cli.terminal import wants_color
from turbo_yaml.diagnostics import Diagnostic

Draw = Callable[[list[Diagnostic], Sequence[Target], bool], str]


def draw(
    found: list[Diagnostic], targets: Sequence[Target], form: str, *, strict: bool, statistics: bool
) -> str:
    """Return findings as text in one of the forms, or how many there are."""
    return (COUNTED if statistics else FORMS)[form](found, targets, strict)


def _text(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    if not found:
        return f"no problems in {len(targets)} {'file' if len(targets) == 1 else 'files'}\n"
    from turbo_yaml.diagnostics.render import render

    return render(found, color=wants_color(sys.stdout))


def _text_statistics(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.checks.fixes.table import fix_of
    from turbo_yaml.diagnostics.formats import render_statistics
    from turbo_yaml.diagnostics.render import summary

    return render_statistics(found, fix_of) + (
        f"{summary(found)}\n" if found else _text(found, targets, strict)
    )


def _concise(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.diagnostics.formats import render_concise

    return render_concise(found)


def _json(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.checks.fixes.table import fix_of
    from turbo_yaml.diagnostics.formats import to_data

    return _dumped(to_data(found, fix_of))


def _json_statistics(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.checks.fixes.table import fix_of
    from turbo_yaml.diagnostics.formats import statistics

    return _dumped(statistics(found, fix_of))


def _sarif(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.checks.fixes.table import fix_of
    from turbo_yaml.checks.pages import read_page, rule_pages
    from turbo_yaml.diagnostics.sarif import RuleText, to_sarif
    from turbo_yaml.version import __version__

    def text_of(rule: str) -> RuleText:
        if rule not in rule_pages():
            return RuleText(rule, rule)  # an installation without its docs
        page = read_page(rule)
        return RuleText(page.summary, page.page)

    return _dumped(to_sarif(found, __version__, text_of, fix_of))


def _github(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.diagnostics.reports import render_github

    return render_github(found)


def _gitlab(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.diagnostics.reports import to_gitlab

    return _dumped(to_gitlab(found))


def _junit(found: list[Diagnostic], targets: Sequence[Target], strict: bool) -> str:
    from turbo_yaml.diagnostics.reports import render_junit

    return render_junit(found, [target.name for target in targets], strict=strict)


def _dumped(data: Any) -> str:
    import json

    return json.dumps(data, indent=2) + "\n"


FORMS: Final[Mapping[str, Draw]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
}
COUNTED: Final[Mapping[str, Draw]] = {
    "text": _text_statistics,
    "concise": _text_statistics,
    "json": _json_statistics,
}
